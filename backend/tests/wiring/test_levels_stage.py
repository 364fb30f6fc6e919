"""The levels stage between the lake's trade bars, the trader's own table and the levels table."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.core.levels import LEVELS
from src.data_eng.core.tables import LEVELS_TABLE, TRADE_BARS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import PartitionMissing, read_manifest, ref_in
from src.data_eng.planning import ContractDay, days_before
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.own_levels import OwnLevelError, Row, UnknownLevel, own_levels_path
from src.data_eng.stages.silver.future_mbo.compute_levels import ComputeLevels, covered_span_ns, joined_spans
from tests.small_lake import DAYS, Trade, at, put_bronze_day, put_trade_bars
from tests.toys.lake import config

UNIT = ContractDay("ES", "ESZ5", "2025-10-16")
WEDNESDAY: list[Trade] = [
    ("2025-10-14 20:00:00", 26_700, 1),
    ("10:00:00", 26_800, 1),
    ("15:00:00", 26_650, 2),
    ("18:30:00", 26_900, 1),
    ("19:59:00", 26_880, 1),
]
THURSDAY: list[Trade] = [
    ("2025-10-15 20:00:00", 26_860, 1),
    ("06:00:00", 26_780, 1),
    ("09:00:00", 26_740, 1),
    ("09:30:00", 26_730, 1),
    ("09:40:00", 26_760, 1),
    ("12:00:00", 26_748, 1),
    ("16:30:00", 26_748, 1),
]


def settings_of(*level_ids: str) -> Settings:
    return load_settings().with_levels(level_ids)


def put_day(lake: Path, date: str, trades: list[Trade], symbol: str = "ESZ5") -> None:
    put_bronze_day(lake, date, {symbol: trades})
    put_trade_bars(lake, symbol, date, trades)


def two_days(lake: Path) -> Path:
    put_day(lake, "2025-10-15", WEDNESDAY)
    put_day(lake, "2025-10-16", THURSDAY)
    return lake


def levels_of(lake: Path, settings: Settings, unit: ContractDay = UNIT) -> dict[str, list[tuple[int, float | None, str | None]]]:
    ComputeLevels().build(unit, config(lake), settings)
    levels: dict[str, list[tuple[int, float | None, str | None]]] = {}
    for row in read_table(ref_in(lake, LEVELS_TABLE, unit.symbol, unit.date)).to_pylist():
        levels.setdefault(row["level_id"], []).append((row["known_from_ns"], row["price_ticks"], row["reason"]))
    return levels


def put_own_levels(lake: Path, rows: list[Row]) -> None:
    path = own_levels_path(lake)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def own_row(date: str = "2025-10-16", price: float = 6688.25, known_from: str = "2025-10-16T09:15:00") -> Row:
    return {"root": "ES", "date": date, "level_id": "mine", "price": price, "known_from": known_from}


def test_levels_of_a_day_come_from_its_bars_and_those_of_the_days_before(tmp_path: Path) -> None:
    levels = levels_of(two_days(tmp_path), settings_of("pd_high", "pd_close", "on_high", "pm_low", "or_high"))
    opened = at("2025-10-16", "09:30:00")
    assert levels == {
        "pd_high": [(opened, 26_800, None)],
        "pd_close": [(opened, 26_650, None)],
        "on_high": [(opened, 26_900, None)],
        "pm_low": [(opened, 26_740, None)],
        "or_high": [(at("2025-10-16", "09:45:00"), 26_760, None)],
    }


def test_without_the_day_before_its_levels_are_absent_with_the_reason(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-16", THURSDAY)
    levels = levels_of(tmp_path, settings_of("pd_high", "on_high", "pm_low"))
    assert [(known, price) for known, price, _ in levels["pd_high"] + levels["on_high"]] == [(0, None), (0, None)]
    assert "are not all in the lake for this contract" in str(levels["pd_high"][0][2])
    assert levels["pm_low"][0][1] == 26_740
    assert read_manifest(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16")).facts["absent"] == ["on_high", "pd_high"]


def test_levels_of_the_day_before_never_come_from_another_contract(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-15", WEDNESDAY, symbol="ESU5")
    put_day(tmp_path, "2025-10-16", THURSDAY)
    assert levels_of(tmp_path, settings_of("pd_high"))["pd_high"][0][1] is None


def test_a_file_that_begins_in_the_morning_gives_no_pre_market_level(tmp_path: Path) -> None:
    put_day(tmp_path, "2025-10-16", THURSDAY[2:])
    assert "2025-10-16 05:00:00 to 2025-10-16 09:30:00" in str(levels_of(tmp_path, settings_of("pm_low"))["pm_low"][0][2])


def test_an_own_level_is_in_points_and_known_from_its_own_time(tmp_path: Path) -> None:
    two_days(tmp_path)
    put_own_levels(tmp_path, [own_row(), own_row(date="2025-10-15", price=6600.0)])
    assert levels_of(tmp_path, settings_of("mine"))["mine"] == [(at("2025-10-16", "09:15:00"), 26_753.0, None)]


def test_an_own_level_without_a_price_that_day_is_absent(tmp_path: Path) -> None:
    two_days(tmp_path)
    put_own_levels(tmp_path, [own_row(date="2025-10-17")])
    assert levels_of(tmp_path, settings_of("mine"))["mine"] == [(0, None, "own level mine has no price for 2025-10-16")]


def test_an_own_level_of_another_day_makes_nothing_stale(tmp_path: Path) -> None:
    two_days(tmp_path)
    put_own_levels(tmp_path, [own_row()])
    settings = settings_of("mine")
    assert ComputeLevels().build(UNIT, config(tmp_path), settings).status == "built"
    put_own_levels(tmp_path, [own_row(), own_row(date="2025-10-17")])
    assert ComputeLevels().build(UNIT, config(tmp_path), settings).status == "current"
    put_own_levels(tmp_path, [own_row(price=6700.0)])
    assert ComputeLevels().build(UNIT, config(tmp_path), settings).status == "rebuilt"


def test_a_level_that_nobody_defined_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    two_days(tmp_path)
    with pytest.raises(UnknownLevel, match=r"Did you mean pm_high\?.*sma_N.*own_levels"):
        levels_of(tmp_path, settings_of("pm_hihg"))


@pytest.mark.parametrize("row", [own_row(known_from="after lunch"), own_row(price=float("nan"))])
def test_an_own_level_that_means_nothing_is_an_error(tmp_path: Path, row: Row) -> None:
    two_days(tmp_path)
    put_own_levels(tmp_path, [row])
    with pytest.raises(OwnLevelError, match="Expected"):
        levels_of(tmp_path, settings_of("mine"))


def test_a_day_without_trade_bars_names_the_command_that_builds_them(tmp_path: Path) -> None:
    put_bronze_day(tmp_path, "2025-10-16", {"ESZ5": THURSDAY})
    with pytest.raises(PartitionMissing, match="spymaster build --layer silver"):
        levels_of(tmp_path, settings_of("pm_high"))


def test_a_later_day_in_the_lake_changes_no_byte(tmp_path: Path) -> None:
    two_days(tmp_path)
    settings = settings_of("pd_high", "vwap", "round_25", "or_low")
    levels_of(tmp_path, settings)
    before = read_manifest(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16"))
    put_day(tmp_path, "2025-10-17", THURSDAY[1:])
    ComputeLevels().build(UNIT, config(tmp_path), settings, overwrite=True)
    assert read_manifest(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16")) == before


def test_monday_reaches_back_over_the_weekend(tmp_path: Path) -> None:
    """Friday's file, Sunday evening's and Monday's; on Saturday nothing trades and there is no file."""
    put_day(tmp_path, "2025-10-17", [("2025-10-16 20:00:00", 26_700, 1), ("11:00:00", 26_810, 1), ("16:59:00", 26_700, 1)])
    put_day(tmp_path, "2025-10-19", [("18:00:00", 26_905, 1), ("19:59:00", 26_900, 1)])
    put_day(tmp_path, "2025-10-20", [("2025-10-19 20:00:00", 26_860, 1), *THURSDAY[1:]])
    unit = ContractDay("ES", "ESZ5", "2025-10-20")
    levels = levels_of(tmp_path, settings_of("pd_high", "on_high"), unit)
    assert levels["pd_high"][0][1] == 26_810
    assert levels["on_high"][0][1] == 26_905


WEEK_BEFORE = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10")
SUNDAY: list[Trade] = [("18:00:05", 26_905, 1), ("19:59:00", 26_900, 1)]


def two_weeks(lake: Path, left_out: str = "") -> Path:
    """The week before, each day's high ten ticks above that of the day before, and this one to Thursday."""
    for count, day in enumerate(WEEK_BEFORE):
        if day != left_out:
            high = [("11:00:00", 26_900 + 10 * count, 1), ("16:30:00", 27_500, 1)]
            put_day(lake, day, [(f"{days_before(day, 1)} 20:00:00", 26_700, 1), *high])
    put_day(lake, "2025-10-12", SUNDAY)
    for day in ("2025-10-13", "2025-10-14"):
        put_day(lake, day, [(f"{days_before(day, 1)} 20:00:00", 26_700, 1), ("11:00:00", 26_600, 1), ("16:30:00", 26_700, 1)])
    return two_days(lake)


def test_the_week_s_levels_come_from_as_far_back_as_they_say(tmp_path: Path) -> None:
    levels = levels_of(two_weeks(tmp_path), settings_of("pw_high", "pw_low", "week_open", "vwap_week"))
    opened = at("2025-10-16", "09:30:00")
    assert levels["pw_high"] == [(opened, 26_940, None)]
    assert levels["pw_low"] == [(opened, 26_900, None)]
    assert levels["week_open"] == [(opened, 26_905, None)]
    assert levels["vwap_week"][0][0] == at("2025-10-16", "09:00:00")
    inputs = read_manifest(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16")).inputs
    assert f"{TRADE_BARS}/ESZ5/2025-10-06" in inputs


def test_a_missing_day_of_the_week_before_is_said_and_the_other_levels_stay(tmp_path: Path) -> None:
    levels = levels_of(two_weeks(tmp_path, left_out="2025-10-08"), settings_of("pw_high", "week_open"))
    said = "trade bars of 1 of the 5 sessions of the week before are not all in the lake for this contract, first those of 2025-10-08"
    assert levels["pw_high"] == [(0, None, said)]
    assert levels["week_open"][0][1] == 26_905


def test_what_other_levels_look_back_on_changes_no_price_of_a_level(tmp_path: Path) -> None:
    """SMA 20 finds 20 candles only further back than the five days that it is given."""
    two_weeks(tmp_path)
    usual = ("pd_high", "vwap", "sma_19", "sma_20", "round_25")
    alone, beside = levels_of(tmp_path, settings_of(*usual)), levels_of(tmp_path, settings_of(*usual, "pw_high"))
    assert {level_id: beside[level_id] for level_id in usual} == alone
    assert alone["sma_19"][0][1] is not None
    assert "has 19 of 20" in str(alone["sma_20"][0][2])


def test_the_source_of_every_price_stands_beside_it(tmp_path: Path) -> None:
    two_days(tmp_path)
    put_own_levels(tmp_path, [own_row()])
    put_day(tmp_path, "2025-10-15", [*WEDNESDAY[:3], ("15:59:45", 26_660, 1), *WEDNESDAY[3:]])
    levels_of(tmp_path, settings_of("pd_high", "settlement", "pd_poc", "mine"))
    rows = read_table(ref_in(tmp_path, LEVELS_TABLE, "ESZ5", "2025-10-16")).to_pylist()
    sources = {row["level_id"]: row["price_source"] for row in rows}
    assert sources == {"pd_high": "trades", "settlement": "closing_vwap", "pd_poc": None, "mine": "own"}


def test_the_command_explains_each_level_in_one_line_and_says_why_one_is_absent(tmp_path: Path) -> None:
    levels_of(two_days(tmp_path), settings_of("on_mid", "pw_high"))
    shown = CliRunner().invoke(app, ["levels", "--symbol", "ESZ5", "--date", "2025-10-16", "--lake", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "on_mid: Half way between the highest and the lowest trade of the night." in shown.output.splitlines()
    said = "pw_high: absent: trade bars of 5 of the 5 sessions of the week before are not all in the lake for this contract, first those of"
    assert f"{said} 2025-10-06" in shown.output.splitlines()
    (others,) = [line for line in shown.output.splitlines() if line.startswith("Not built that day: ")]
    assert "vwap_week" in others and "on_mid" not in others


def test_cutting_today_s_future_off_changes_no_price_known_by_then(tmp_path: Path) -> None:
    whole, cut = two_weeks(tmp_path / "whole"), two_weeks(tmp_path / "cut")
    put_day(cut, "2025-10-16", THURSDAY[:5])
    names, until = tuple(LEVELS), at("2025-10-16", "09:40:00")
    ours, theirs = (levels_of(lake, settings_of(*names)) for lake in (whole, cut))
    for level_id in names:
        known = [[(at_ns, price) for at_ns, price, why in found[level_id] if why is None and at_ns <= until] for found in (ours, theirs)]
        assert known[0] == known[1], level_id


def instruments(first_ns: int, last_ns: int) -> pa.Table:
    return pa.table({"records": [5, 0], "first_ts_ns": [first_ns, -(2**63)], "last_ts_ns": [last_ns, -(2**63)]})


def test_a_file_covers_its_date_where_the_exchange_was_closed_at_its_ends() -> None:
    midnight, evening = at("2025-10-18", "20:00:00"), at("2025-10-19", "18:00:00")
    assert covered_span_ns("2025-10-19", instruments(evening, at("2025-10-19", "19:59:00"))) == (midnight, at("2025-10-19", "20:00:00"))


def test_a_file_that_begins_late_or_stops_before_the_close_covers_less_than_its_date() -> None:
    first, last = at("2025-10-16", "09:00:00"), at("2025-10-16", "13:00:00")
    assert covered_span_ns("2025-10-16", instruments(first, last)) == (first, last)


def test_a_file_without_a_snapshot_whose_first_record_follows_midnight_is_whole() -> None:
    midnight, last = at("2025-10-16", "20:00:00"), at("2025-10-17", "16:00:00")
    assert covered_span_ns("2025-10-17", instruments(midnight + 5, last)) == (midnight, at("2025-10-17", "20:00:00"))


def test_spans_side_by_side_are_one() -> None:
    assert joined_spans([(0, 5), (5, 9), (11, 12)]).tolist() == [[0, 9], [11, 12]]
    assert joined_spans([]).shape == (0, 2)


def test_the_instruments_of_every_day_read_are_inputs(tmp_path: Path) -> None:
    refs = ComputeLevels().reads(UNIT, config(two_days(tmp_path)), settings_of("pm_high"))
    assert [(ref.dataset, ref.date) for ref in refs if ref.dataset == DAYS] == [(DAYS, "2025-10-15"), (DAYS, "2025-10-16")]
