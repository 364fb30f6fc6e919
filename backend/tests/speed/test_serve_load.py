"""The load script loads every endpoint of a real server both ways. How fast the answers are on this machine is its own affair."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from rich.console import Console

from tests.speed.serve_load import Load, measure, table_of
from tests.toy_lake import make_toy_lake

LOAD = Load(clients=3, requests=6, seconds=2.0, vectors=400)


@pytest.mark.slow
def test_the_load_script_measures_every_endpoint_closed_and_paced_beside_a_floor(tmp_path: Path) -> None:
    figures = measure(make_toy_lake(tmp_path), LOAD, tmp_path / "load", Console(quiet=True))
    closed = [figure.what for figure in figures if figure.way == "closed"]
    assert closed == [figure.what for figure in figures if figure.way.startswith("paced ")]
    for promised in ("floor", "days", "day view", "seek", "table windows", "setup, cold", "setup, kept", "setups", "lake", "catalogue"):
        assert [what for what in closed if what.startswith(promised)], f"no figure for {promised}"
    for figure in figures:
        assert figure.answers > 0, figure.what
        assert figure.what.startswith("setup, first") or figure.answers <= LOAD.requests
        assert math.isfinite(figure.p99_ms) and 0 < figure.p50_ms <= figure.p99_ms
    assert table_of(figures, LOAD).row_count == len(figures)
