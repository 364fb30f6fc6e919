"""Which contract is chosen on which day, and why a day is left out, on a roll in small numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.planning import selection_map
from src.data_eng.retrieval.mbo_contract_day_selector import (
    SelectionError,
    SelectionMap,
    StaleSelection,
    is_current,
    load_selection,
    save_selection,
    select_contract_days,
    selection_path,
)
from src.data_eng.settings import load_settings
from tests.small_lake import put_bronze_day

SETTINGS = load_settings()
SETTINGS = SETTINGS.model_copy(update={"selection": SETTINGS.selection.model_copy(update={"volume_min": 100})})
DATES = ["2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11", "2025-09-12", "2025-09-15"]
"""Monday to Monday; the volume moves from ESU5 to ESZ5 on Wednesday, so the roll is known on Thursday morning."""


def put_day(lake: Path, date: str, september: int, december: int, condition: str = "available") -> None:
    contracts = {symbol: [("10:00:00", 26_000, size)] for symbol, size in (("ESU5", september), ("ESZ5", december)) if size}
    put_bronze_day(lake, date, contracts, condition)


def rolling_lake(lake: Path, days: int = 6) -> Path:
    volumes = [(900, 100), (800, 200), (300, 700), (200, 800), (100, 900), (50, 950)]
    for date, (september, december) in list(zip(DATES, volumes, strict=True))[:days]:
        put_day(lake, date, september, december)
    return lake


def select(lake: Path, first: str = DATES[0], last: str = DATES[-1]) -> SelectionMap:
    return select_contract_days(lake, "ES", first, last, SETTINGS)


def test_the_front_contract_is_the_one_that_traded_most_the_session_before(tmp_path: Path) -> None:
    rows = select(rolling_lake(tmp_path)).rows
    assert [row.symbol for row in rows] == [None, "ESU5", "ESU5", None, "ESZ5", "ESZ5"]
    assert [row.front for row in rows] == [None, "ESU5", "ESU5", "ESZ5", "ESZ5", "ESZ5"]
    assert [(row.volume, row.share) for row in rows[1:3]] == [(900, 0.9), (800, 0.8)]


def test_the_first_session_of_a_lake_has_nothing_before_it(tmp_path: Path) -> None:
    assert "no bronze of 2025-09-05" in str(select(rolling_lake(tmp_path)).rows[0].reason)


def test_the_session_of_the_roll_is_flagged_and_left_out(tmp_path: Path) -> None:
    rows = select(rolling_lake(tmp_path)).rows
    assert [row.roll for row in rows] == [False, False, False, True, False, False]
    assert str(rows[3].reason).startswith("roll to ESZ5")


def test_a_longer_trim_leaves_out_the_sessions_after_the_roll(tmp_path: Path) -> None:
    longer = SETTINGS.model_copy(update={"selection": SETTINGS.selection.model_copy(update={"roll_trim_sessions": 2})})
    rows = select_contract_days(rolling_lake(tmp_path), "ES", DATES[0], DATES[-1], longer).rows
    assert [row.symbol for row in rows] == [None, "ESU5", "ESU5", None, None, "ESZ5"]
    assert [row.roll for row in rows] == [False, False, False, True, True, False]


def test_a_session_whose_volume_is_split_is_left_out_and_the_roll_comes_after_it(tmp_path: Path) -> None:
    for date, september, december in [(DATES[0], 900, 100), (DATES[1], 520, 480), (DATES[2], 300, 700), (DATES[3], 200, 800)]:
        put_day(tmp_path, date, september, december)
    rows = select(tmp_path, last=DATES[3]).rows
    assert "share of 0.52" in str(rows[2].reason)
    assert [row.roll for row in rows] == [False, False, False, True]


def test_a_thin_session_before_leaves_a_session_out(tmp_path: Path) -> None:
    put_day(tmp_path, DATES[0], 60, 0)
    put_day(tmp_path, DATES[1], 900, 0)
    assert "traded 60 contracts on 2025-09-08, below 100" in str(select(tmp_path, last=DATES[1]).rows[1].reason)


def test_only_trades_of_the_morning_are_counted(tmp_path: Path) -> None:
    put_bronze_day(
        tmp_path, DATES[0], {"ESU5": [("10:00:00", 26_000, 200)], "ESZ5": [("09:29:59", 26_000, 500), ("12:30:00", 26_000, 500)]}
    )
    put_day(tmp_path, DATES[1], 1, 1)
    row = select(tmp_path, last=DATES[1]).rows[1]
    assert (row.symbol, row.volume, row.share) == ("ESU5", 200, 1.0)


def test_a_day_without_bronze_and_the_day_after_it_are_left_out(tmp_path: Path) -> None:
    for date in (DATES[0], DATES[1], DATES[3], DATES[4]):
        put_day(tmp_path, date, 900, 100)
    reasons = [row.reason for row in select(tmp_path, last=DATES[4]).rows]
    assert reasons[1] is None
    assert reasons[2] == "no bronze of 2025-09-10"
    assert "no bronze of 2025-09-10, the session before" in str(reasons[3])
    assert reasons[4] is None


def test_a_day_that_does_not_hold_its_front_contract_is_left_out(tmp_path: Path) -> None:
    put_day(tmp_path, DATES[0], 900, 100)
    put_day(tmp_path, DATES[1], 0, 900)
    assert select(tmp_path, last=DATES[1]).rows[1].reason == "bronze of 2025-09-09 does not hold ESU5"


def test_a_degraded_day_is_kept_and_flagged_and_a_missing_one_left_out(tmp_path: Path) -> None:
    put_day(tmp_path, DATES[0], 900, 100)
    put_day(tmp_path, DATES[1], 900, 100, condition="degraded")
    put_day(tmp_path, DATES[2], 900, 100, condition="missing")
    rows = select(tmp_path, last=DATES[2]).rows
    assert (rows[1].symbol, rows[1].degraded) == ("ESU5", True)
    assert rows[2].symbol is None
    assert "missing" in str(rows[2].reason)


@pytest.mark.parametrize("days", [1, 2, 3, 4, 5])
def test_a_shorter_lake_gives_the_same_rows_as_far_as_it_reaches(tmp_path: Path, days: int) -> None:
    whole, short = select(rolling_lake(tmp_path / "whole")), select(rolling_lake(tmp_path / "short", days), last=DATES[days - 1])
    assert short.rows == whole.rows[:days]


def test_a_row_does_not_depend_on_where_the_request_begins(tmp_path: Path) -> None:
    lake = rolling_lake(tmp_path)
    assert select(lake, first=DATES[3]).rows == select(lake).rows[3:]


def test_a_saved_map_is_read_back_as_it_was_and_the_same_map_gives_the_same_bytes(tmp_path: Path) -> None:
    selection = select(rolling_lake(tmp_path))
    path, again = selection_path(tmp_path), tmp_path / "again.parquet"
    save_selection(selection, path)
    save_selection(select(tmp_path), again)
    assert load_selection(path, "ES", tmp_path) == selection
    assert path.read_bytes() == again.read_bytes()
    assert path.with_suffix(".json").read_bytes() == again.with_suffix(".json").read_bytes()


def test_a_map_is_current_until_its_settings_or_its_bronze_change(tmp_path: Path) -> None:
    selection = select(rolling_lake(tmp_path, 5), last=DATES[4])
    assert is_current(selection, tmp_path, SETTINGS)
    assert not is_current(selection, tmp_path, load_settings())
    rolling_lake(tmp_path)
    assert is_current(selection, tmp_path, SETTINGS), "a later day changes nothing"
    put_day(tmp_path, "2025-09-05", 900, 100)
    assert not is_current(selection, tmp_path, SETTINGS)


def test_a_map_that_the_user_points_to_is_refused_when_stale_and_says_what_and_how_to_fix_it(tmp_path: Path) -> None:
    lake, path = rolling_lake(tmp_path / "lake"), tmp_path / "mine.parquet"
    save_selection(select(lake), path)
    first, last = DATES[0], DATES[-1]
    assert selection_map(lake, "ES", first, last, SETTINGS, path) == load_selection(path, "ES", lake)
    with pytest.raises(StaleSelection, match="other selection settings than it was made with"):
        selection_map(lake, "ES", first, last, load_settings(), path)
    put_day(lake, "2025-09-05", 900, 100)
    fix = f"Run: spymaster select --symbol ES --dates {first}:{last} --out {path} --lake {lake}"
    with pytest.raises(StaleSelection, match=f"mine.parquet is stale: bronze of 2025-09-05 was added since. {fix}"):
        selection_map(lake, "ES", first, last, SETTINGS, path)


def test_the_kept_map_is_made_anew_when_an_earlier_bronze_day_is_added(tmp_path: Path) -> None:
    lake = rolling_lake(tmp_path)
    assert selection_map(lake, "ES", DATES[0], DATES[-1], SETTINGS, None).rows[0].symbol is None
    put_day(lake, "2025-09-05", 900, 100)
    chosen = selection_map(lake, "ES", DATES[0], DATES[-1], SETTINGS, None).chosen()
    assert chosen[0] == ("ESU5", DATES[0])
    assert load_selection(selection_path(lake), "ES", lake).chosen() == chosen


def test_a_missing_map_and_a_file_that_is_none_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="Run: spymaster select"):
        load_selection(tmp_path / "none.parquet", "ES", tmp_path)
    other = tmp_path / "other.parquet"
    other.write_bytes(b"something else")
    with pytest.raises(SelectionError, match="is no selection map"):
        load_selection(other, "ES", tmp_path)


def test_the_verb_prints_every_session_with_its_reason_and_keeps_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lake, out = rolling_lake(tmp_path / "lake"), tmp_path / "map.parquet"
    dates = f"{DATES[0]}:{DATES[-1]}"
    result = CliRunner().invoke(app, ["select", "--symbol", "ES", "--dates", dates, "--lake", str(lake), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "share of 0.70" not in result.output
    assert "2025-09-11" in result.output
    assert "of 6 sessions chosen" in result.output
    assert len(load_selection(out, "ES", lake).rows) == 6


def test_dates_without_a_session_make_no_map(tmp_path: Path) -> None:
    lake = rolling_lake(tmp_path / "lake")
    result = CliRunner().invoke(app, ["select", "--symbol", "ES", "--dates", "2025-09-13:2025-09-14", "--lake", str(lake)])
    assert result.exit_code == 1
    assert "--dates 2025-09-13:2025-09-14 hold no regular session. Expected" in result.stderr
    assert not selection_path(lake).exists()
