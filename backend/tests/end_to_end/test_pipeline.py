"""From DBN files to the printed answer by the commands a user types, and what a longer lake may not change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from src.data_eng.cli.main import app
from src.data_eng.core.session import clock
from src.data_eng.core.tables import TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import list_partitions
from src.data_eng.retrieval.key import IndexKey, rows_of

from ..toy_market import toy_records, write_dbn

DAYS = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10", "2025-10-13")
LEVELS = "pm_high,or_low,vwap"
DERIVED = ("bronze", "silver", "gold", "indexes", "selection")


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _done(*arguments: str | Path) -> str:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def _build(lake: Path, days: tuple[str, ...], layer: str = "all") -> str:
    return _done(
        "build",
        "--layer",
        layer,
        "--symbol",
        "ES",
        "--dates",
        f"{days[0]}:{days[-1]}",
        "--levels",
        LEVELS,
        "--workers",
        "2",
        "--lake",
        lake,
    )


def _bytes_of(folder: Path, *, days: tuple[str, ...] | None = None) -> dict[str, str]:
    """sha256 of every file below a lake's derived layers, of the given partition dates only."""
    found = {}
    for layer in DERIVED:
        for path in sorted((folder / layer).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and (days is None or any(f"dt={day}" in name for day in days)):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    for day in DAYS:
        write_dbn(
            folder / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst", toy_records(day, seed=5), day, {"ESZ5": 100}, dataset="SYNTHETIC.MDP3"
        )
    return folder


def _import(lake: Path, files: Path, days: tuple[str, ...]) -> None:
    _done("import", *(files / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst" for day in days), "--lake", lake)


@pytest.fixture(scope="module")
def lake(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All six days, imported and built at once."""
    lake = tmp_path_factory.mktemp("whole")
    _import(lake, files, DAYS)
    _build(lake, DAYS)
    return lake


@pytest.fixture(scope="module")
def a_trigger(lake: Path) -> str:
    """New York time of the first trigger at vwap from below of the last day."""
    (ref,) = [ref for ref in list_partitions(lake, TRIGGER_VECTORS) if ref.date == DAYS[-1]]
    return clock(int(rows_of(read_table(ref), IndexKey("vwap", "level_test", "from_below"))["ts_ns"][0].as_py()))


def test_the_query_prints_setup_neighbours_and_distribution_and_says_synthetic(lake: Path, a_trigger: str, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    text = _done("query", "--level", "vwap", "--approach", "from_below", "--at", a_trigger, "--more", "--plot", picture, "--lake", lake)
    assert "SYNTHETIC" in text
    assert "VWAP" in text and "from below" in text and "usually" in text
    assert "What happened next" in text
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_no_neighbour_is_of_the_queries_day_nor_of_the_session_before_it(lake: Path, a_trigger: str) -> None:
    answer = json.loads(_done("query", "--level", "vwap", "--approach", "from_below", "--at", a_trigger, "--json", "--lake", lake))
    assert answer["synthetic"] is True
    dates = [neighbour["session_date"] for neighbour in answer["neighbours"]]
    assert dates and set(dates) <= set(DAYS[:-2])


def test_a_second_build_has_nothing_to_do_and_changes_no_byte(lake: Path) -> None:
    before = _bytes_of(lake)
    text = _build(lake, DAYS)
    assert "built" not in text.replace("rebuilt", "")
    assert _bytes_of(lake) == before


def test_days_added_later_leave_every_byte_of_the_days_before_as_it_was(lake: Path, files: Path, tmp_path: Path) -> None:
    """A lake that ends a day earlier holds the same bytes for its days, signals included; grown by that day it is the longer lake."""
    _import(tmp_path, files, DAYS[:-1])
    _build(tmp_path, DAYS[:-1])
    short = _bytes_of(tmp_path, days=DAYS[:-1])
    assert any("mbo_trigger_signals" in name for name in short)
    whole = _bytes_of(lake, days=DAYS[:-1])
    assert short == whole
    _import(tmp_path, files, DAYS[-1:])
    _build(tmp_path, DAYS)
    assert _bytes_of(tmp_path) == _bytes_of(lake)


def test_raw_is_byte_identical_after_everything(lake: Path, files: Path) -> None:
    for path in files.glob("*.zst"):
        (kept,) = (lake / "raw").rglob(path.name)
        assert kept.read_bytes() == path.read_bytes()


def test_a_level_queried_before_it_is_known_is_a_clear_sentence(lake: Path) -> None:
    result = _run("query", "--level", "or_low", "--approach", "from_above", "--at", f"{DAYS[-1]} 09:40:00", "--lake", lake)
    assert result.exit_code == 1
    assert "09:45" in result.output and "or_low" in result.output
