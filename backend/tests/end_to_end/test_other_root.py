"""A day of ten-year notes, whose tick is 1/64: from the feed's file to the ladder, in the root's own session, by its own numbers."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.session import moment_ns
from src.data_eng.engines.crew import BuildRequest, run
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.sources.raw import collect, import_batch
from tests.toy_market import TICK_NANOS, toy_records, write_dbn
from tests.toys.lake import config

DAY, SYMBOL = "2025-10-07", "ZNZ5"
DAYS = ("2025-10-06", DAY)
MID_TICKS = 7_232
"""113 points."""
ZN_TICK_NANOS = 15_625_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notes")
    for day in DAYS:
        records = toy_records(day, seed=5, mid=MID_TICKS, step_ms=2_000, since="05:00", until="15:01")
        priced = records["price"] != np.iinfo(np.int64).max
        records["price"][priced] = records["price"][priced] // TICK_NANOS * ZN_TICK_NANOS
        name = f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst"
        write_dbn(folder / "job" / name, records, day, {SYMBOL: 100}, parent="ZN.FUT", dataset="SYNTHETIC.MDP3")
    lake = folder / "lake"
    list(import_batch(collect([folder / "job"]), lake))
    printed = io.StringIO()
    console = Console(file=printed, width=160)
    cfg = replace(config(lake), levels=("pm_high", "or_high", "pd_close", "round_1"))
    assert run(BuildRequest(cfg, "future_mbo", "all", "ZN", *DAYS, 1), console) == 0, printed.getvalue()
    return lake


def test_the_session_and_its_levels_follow_the_root_s_open(lake: Path) -> None:
    """Regular hours begin at 08:20: the pre-market's high is known then, the opening range's 15 minutes later."""
    rows = {row["level_id"]: row for row in read_table(ref_in(lake, "silver.future_mbo.levels", SYMBOL, DAY)).to_pylist()}
    assert rows["pm_high"]["known_from_ns"] == moment_ns(f"{DAY} 08:20:00")
    assert rows["or_high"]["known_from_ns"] == moment_ns(f"{DAY} 08:35:00")
    assert rows["pd_close"]["price_ticks"] is not None
    assert rows["round_1"]["price_ticks"] % 64 == 0


def test_the_ladder_steps_by_sixteenths_within_the_session(lake: Path) -> None:
    ladder = read_table(ref_in(lake, "gold.future_mbo.mbo_physics_ladder", SYMBOL, DAY))
    strikes = ladder["strike_ticks"].to_numpy()
    assert (strikes % 4 == 0).all()
    times = ladder["ts_ns"].to_numpy()
    assert moment_ns(f"{DAY} 08:20:00") < times.min()
    assert times.max() == moment_ns(f"{DAY} 11:20:00")
    assert len(np.unique(strikes[times == times[0]])) == 33, "sixteen strikes either side of the mid's own"


def test_prices_are_shown_in_64ths_exactly(lake: Path) -> None:
    shown = CliRunner().invoke(app, ["levels", "--symbol", "ZN", "--date", DAY, "--lake", str(lake)])
    assert shown.exit_code == 0, shown.output
    row = next(row for row in read_table(ref_in(lake, "silver.future_mbo.levels", SYMBOL, DAY)).to_pylist() if row["level_id"] == "pm_high")
    assert f"{row['price_ticks'] / 64:.6f}" in shown.output
    ladder = CliRunner().invoke(app, ["ladder", "--symbol", "ZN", "--at", f"{DAY} 08:30:00", "--lake", str(lake)])
    assert ladder.exit_code == 0, ladder.output
    assert ".0625" in ladder.output
