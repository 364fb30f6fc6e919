"""The benchmark verb measures every figure it promises. What the figures are on this machine is its own affair."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from src.data_eng.cli.main import app


def test_bench_prints_every_figure_beside_its_goal(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "--records", "20000", "--sessions", "21", "--folder", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    figures = {figure["name"]: figure for figure in json.loads(result.stdout)}
    for promised in (
        "floor Z",
        "raw -> bronze",
        "bronze -> silver flow",
        "15 levels",
        "kernel",
        "features",
        "memory",
        "an answer among",
        "plain distance",
        "workers",
        "--help",
        "walk-forward",
        "its peak memory",
    ):
        assert any(promised in name for name in figures), f"no figure for {promised}"
    assert all(figure["value"] for figure in figures.values())
