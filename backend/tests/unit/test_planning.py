"""Which contract-days a request means: roots against contracts, histories, what is left out and why, look-backs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from src.data_eng import planning
from src.data_eng.config import AppConfig
from src.data_eng.core.tables import MBO
from src.data_eng.planning import (
    ContractDay,
    SymbolParts,
    UnknownSymbol,
    contract_day,
    days_before,
    days_of_contract,
    days_of_root,
    raw_days,
    selection_map,
    split_symbol,
    why_not_chosen,
    with_lookback,
)
from src.data_eng.retrieval.mbo_contract_day_selector import (
    SelectionRow,
    StaleSelection,
    kept_selection,
    save_selection,
    select_contract_days,
    selection_path,
)
from src.data_eng.settings import load_settings
from tests.small_lake import put_bronze_day
from tests.toys.lake import config, put_raw

SETTINGS = load_settings()
SETTINGS = SETTINGS.model_copy(update={"selection": SETTINGS.selection.model_copy(update={"volume_min": 100})})
MON, TUE, WED, THU, FRI = "2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11", "2025-09-12"
SUN = "2025-09-14"
ROW = SelectionRow(date=TUE, symbol="ESU5", front="ESU5", volume=900, share=0.9, roll=False, degraded=False, reason=None)


@pytest.fixture(autouse=True)
def real_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy stages leave their own events in the module."""
    monkeypatch.setattr(planning, "MBO", MBO)


def put_days(lake: Path, symbol: str, *dates: str) -> AppConfig:
    for date in dates:
        put_bronze_day(lake, date, {symbol: [("10:00:00", 26_000, 900)]})
    return config(lake, SETTINGS)


def test_a_root_is_one_of_the_settings_or_of_the_raw_files(tmp_path: Path) -> None:
    put_raw(tmp_path, MON, root="XX")
    assert split_symbol("ES", tmp_path, SETTINGS) == SymbolParts("ES", None)
    assert split_symbol("XX", tmp_path, SETTINGS) == SymbolParts("XX", None)
    assert split_symbol("XXZ5", tmp_path, SETTINGS) == SymbolParts("XX", "XXZ5")
    assert split_symbol("NQH6", tmp_path, SETTINGS) == SymbolParts("NQ", "NQH6")


def test_an_unknown_symbol_is_refused_with_the_roots_and_where_to_add_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownSymbol) as raised:
        split_symbol("QQZ5", tmp_path, SETTINGS)
    assert raised.value.value == "QQZ5"
    assert str(raised.value).startswith("symbol 'QQZ5' is unknown. Expected a root (CL, ES, ")
    assert str(raised.value).endswith("add a root to instruments in config/settings.yaml.")


@pytest.mark.parametrize(
    ("row", "symbol", "built", "why"),
    [
        (ROW, "ESU5", [], None),
        (ROW, "ESZ5", ["ESZ5"], f"ESU5 is the contract of {TUE}"),
        (ROW._replace(symbol=None, reason="the roll is here"), "ESU5", ["ESU5"], "the roll is here"),
        (None, "ESU5", ["ESU5"], None),
        (None, "ESU5", [], "not built"),
        (None, "ESU5", ["ESZ5"], "not built"),
        (None, "ESU5", ["ESU5", "ESZ5"], "ESU5 and ESZ5 are built and no selection map says which is meant"),
    ],
)
def test_a_contract_is_chosen_by_the_map_and_without_one_by_what_is_built(
    row: SelectionRow | None, symbol: str, built: list[str], why: str | None
) -> None:
    assert why_not_chosen(row, symbol, built) == why


def test_a_bronze_unit_is_of_the_root_and_has_no_history(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESZ5", MON, TUE)
    assert contract_day(cfg, "bronze", "ESZ5", TUE) == ContractDay("ES", "ES", TUE, ())
    assert str(ContractDay("ES", "ESZ5", TUE)) == f"ESZ5 {TUE}"


def test_without_a_map_a_history_is_the_contract_s_own_earlier_sessions(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESZ5", MON, TUE, FRI, SUN)
    put_days(tmp_path, "ESU5", WED)
    assert contract_day(cfg, "silver", "ESZ5", FRI).history == (("ESZ5", MON), ("ESZ5", TUE))
    assert contract_day(cfg, "gold", "ESZ5", MON).history == ()


def test_a_chosen_day_s_history_is_what_the_map_chose_before_also_of_another_contract(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESU5", MON, TUE)
    put_days(tmp_path, "ESZ5", WED, THU, FRI)
    selection = select_contract_days(tmp_path, "ES", MON, FRI, SETTINGS)
    rows = [row._replace(symbol=symbol) for row, symbol in zip(selection.rows, (None, "ESU5", "ESZ5", "ESZ5", None), strict=True)]
    save_selection(selection._replace(rows=tuple(rows)), selection_path(tmp_path))
    assert contract_day(cfg, "gold", "ESZ5", THU).history == (("ESU5", TUE), ("ESZ5", WED))
    assert contract_day(cfg, "gold", "ESZ5", FRI).history == (("ESZ5", WED), ("ESZ5", THU)), "Friday is not chosen: its own days"
    assert contract_day(cfg, "gold", "ESU5", TUE).history == ()


def test_raw_days_are_the_dates_of_files_and_name_the_sessions_without_one(tmp_path: Path) -> None:
    for date in (MON, WED, FRI):
        put_raw(tmp_path, date)
    units, left_out = raw_days(tmp_path, "ES", TUE, FRI)
    assert units == [ContractDay("ES", "ES", WED), ContractDay("ES", "ES", FRI)]
    assert left_out == [(TUE, "no raw file"), (THU, "no raw file")]


def test_raw_days_name_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    bad = put_raw(tmp_path, MON).with_name("broken.dbn")
    bad.write_bytes(b"no header")
    units, left_out = raw_days(tmp_path, "ES", MON, MON)
    assert [unit.date for unit in units] == [MON]
    assert [name for name, _ in left_out] == ["broken.dbn"]
    assert "broken.dbn" in left_out[0][1]


def test_days_of_a_contract_are_the_sessions_of_its_bronze_within_the_dates(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESZ5", MON, TUE, THU, SUN)
    units, left_out = days_of_contract(cfg, SymbolParts("ES", "ESZ5"), TUE, SUN)
    assert units == [ContractDay("ES", "ESZ5", TUE), ContractDay("ES", "ESZ5", THU)]
    assert left_out == [(WED, "no bronze of ESZ5"), (FRI, "no bronze of ESZ5")]


def test_a_span_of_its_own_takes_the_dates_that_are_no_session_too(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESZ5", FRI, SUN)
    evening = replace(cfg, session="18:30-21:30")
    assert [unit.date for unit in days_of_contract(evening, SymbolParts("ES", "ESZ5"), FRI, SUN).units] == [FRI, SUN]
    assert contract_day(evening, "silver", "ESZ5", SUN).history == (("ESZ5", FRI),)
    usual = replace(cfg, session="09:30-12:30")
    assert [unit.date for unit in days_of_contract(usual, SymbolParts("ES", "ESZ5"), FRI, SUN).units] == [FRI]


def test_a_contract_without_bronze_has_no_day(tmp_path: Path) -> None:
    units, left_out = days_of_contract(config(tmp_path), SymbolParts("ES", "ESZ5"), MON, TUE)
    assert (units, left_out) == ([], [(MON, "no bronze of ESZ5"), (TUE, "no bronze of ESZ5")])


def test_days_of_a_root_are_those_chosen_with_the_map_s_reasons_for_the_others(tmp_path: Path) -> None:
    """Monday has no session before it in the lake, Thursday no bronze; so Friday has nothing before it either."""
    cfg = put_days(tmp_path, "ESZ5", MON, TUE, WED, FRI)
    units, left_out = days_of_root(cfg, "ES", MON, FRI)
    assert units == [ContractDay("ES", "ESZ5", TUE), ContractDay("ES", "ESZ5", WED)]
    assert [date for date, _ in left_out] == [MON, THU, FRI]
    assert "no bronze of 2025-09-05" in left_out[0][1]
    assert [unit.date for unit in days_of_root(cfg, "ES", WED, FRI).units] == [WED], "earlier days are the past, not asked for"


def test_a_chosen_day_whose_bronze_is_gone_is_left_out_and_says_so(tmp_path: Path) -> None:
    cfg = put_days(tmp_path, "ESZ5", MON, TUE, WED)
    selection = select_contract_days(tmp_path, "ES", MON, WED, SETTINGS)
    gone = selection._replace(rows=tuple(row._replace(symbol="ESH6", reason=None) for row in selection.rows[:1]) + selection.rows[1:])
    save_selection(gone, selection_path(tmp_path))
    units, left_out = days_of_root(cfg, "ES", MON, WED)
    assert [unit.date for unit in units] == [TUE, WED]
    assert left_out == [(MON, "no bronze of ESH6")]


def test_a_kept_map_is_taken_as_it_is_while_it_covers_the_dates_and_made_longer_when_it_does_not(tmp_path: Path) -> None:
    put_days(tmp_path, "ESZ5", MON, TUE, WED)
    first = selection_map(tmp_path, "ES", TUE, TUE, SETTINGS, None)
    assert [row.date for row in first.rows] == [MON, TUE, WED], "all of the root's bronze"
    written = selection_path(tmp_path).stat().st_mtime_ns
    assert selection_map(tmp_path, "ES", MON, WED, SETTINGS, selection_path(tmp_path)) == first
    assert selection_path(tmp_path).stat().st_mtime_ns == written
    assert [row.date for row in selection_map(tmp_path, "ES", TUE, THU, SETTINGS, None).rows] == [MON, TUE, WED, THU]


def test_a_map_of_other_settings_is_made_anew_in_the_lake_and_refused_where_the_user_points_to_it(tmp_path: Path) -> None:
    put_days(tmp_path / "lake", "ESZ5", MON, TUE)
    lake, own = tmp_path / "lake", tmp_path / "mine.parquet"
    stricter = SETTINGS.model_copy(update={"selection": SETTINGS.selection.model_copy(update={"volume_min": 901})})
    for path in (own, selection_path(lake)):
        save_selection(select_contract_days(lake, "ES", MON, TUE, SETTINGS), path)
    assert selection_map(lake, "ES", MON, TUE, SETTINGS, own).chosen() == [("ESZ5", TUE)]
    assert selection_map(lake, "ES", MON, TUE, stricter, None).chosen() == []
    kept = kept_selection(selection_path(lake), "ES")
    assert kept is not None
    assert kept.chosen() == []
    with pytest.raises(StaleSelection, match=r"mine\.parquet is stale"):
        selection_map(lake, "ES", MON, TUE, stricter, own)


def test_a_look_back_adds_the_contract_s_own_days_within_the_count_and_keeps_the_units_asked_for(tmp_path: Path) -> None:
    """Friday minus 3 days is Tuesday, which counts; Monday lies one day too far."""
    put_days(tmp_path, "ESZ5", MON, TUE, WED, FRI)
    asked = ContractDay("ES", "ESZ5", FRI, (("ESZ5", WED),))
    units = with_lookback([asked], tmp_path, 3)
    assert units == [ContractDay("ES", "ESZ5", TUE), ContractDay("ES", "ESZ5", WED), asked]
    assert with_lookback([asked], tmp_path, 0) == [asked]


def test_look_backs_of_two_contracts_come_by_date_and_each_day_once(tmp_path: Path) -> None:
    put_days(tmp_path / "one", "ESU5", MON, TUE)
    put_days(tmp_path / "one", "ESZ5", MON, TUE, WED)
    asked = [ContractDay("ES", "ESU5", TUE), ContractDay("ES", "ESZ5", WED)]
    units = with_lookback(asked, tmp_path / "one", 7)
    assert [(unit.date, unit.symbol) for unit in units] == [(MON, "ESU5"), (MON, "ESZ5"), (TUE, "ESU5"), (TUE, "ESZ5"), (WED, "ESZ5")]


def test_a_unit_in_the_look_back_of_another_keeps_its_own_history(tmp_path: Path) -> None:
    put_days(tmp_path, "ESZ5", WED, FRI)
    asked = [ContractDay("ES", "ESZ5", WED, (("ESU5", TUE),)), ContractDay("ES", "ESZ5", FRI, (("ESZ5", WED),))]
    assert with_lookback(asked, tmp_path, 7) == asked


@pytest.mark.parametrize(("day", "count", "before"), [(MON, 0, MON), ("2025-03-01", 1, "2025-02-28"), ("2024-03-01", 1, "2024-02-29")])
def test_days_before_are_days_of_the_calendar(day: str, count: int, before: str) -> None:
    assert days_before(day, count) == before
