"""The book after every event as a file: the kind of table follows from the name."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from tests.dbn_files import OPEN_NS, Order, records, write_dbn


@pytest.fixture
def day(tmp_path: Path) -> Path:
    bid, ask, pull = ("A", "B", 6700.25, 3, 1), ("A", "A", 6700.50, 2, 2), ("C", "B", 6700.25, 3, 1)
    orders = [Order(*fields, OPEN_NS + second * 10**9) for second, fields in enumerate((bid, ask, pull))]
    return write_dbn(tmp_path / "day.dbn", records(orders))


def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path, day: Path) -> None:
    for name in ("book.csv", "book.parquet"):
        result = CliRunner().invoke(app, ["mbp", str(day), "--symbol", "ESZ5", "--depth", "2", "--out", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    text, table = pl.read_csv(tmp_path / "book.csv"), pl.read_parquet(tmp_path / "book.parquet")
    assert text.columns == table.columns
    assert text["bid_px_00"].to_list() == [6700.25, 6700.25, None]
    assert table["bid_px_00"].fill_nan(None).to_list() == [6700.25, 6700.25, None]
    assert text["ask_sz_00"].to_list() == table["ask_sz_00"].to_list() == [0, 2, 2]
    assert text["ts_recv"][0] == "2025-10-16 13:30:00.000000000Z"
    assert (tmp_path / "book.csv").read_text().startswith('"ts_recv","ts_event","action"')


@pytest.mark.parametrize("name", ["book.xlsx", "book", "book.csv.gz"])
def test_another_ending_is_refused_before_anything_is_read(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(app, ["mbp", str(tmp_path / "absent.dbn"), "--out", str(tmp_path / name)])
    assert result.exit_code == 1
    assert "Expected a name that ends in .csv or .parquet" in result.stderr
