"""Odd days through the real stages, from DBN on: what cannot be trusted is marked and counted, and nothing is made of it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from rich.console import Console

from src.data_eng.config import Environment
from src.data_eng.core.book.record import MARK_BAD_BOOK, MARK_CROSSED, MARK_HALT, MARK_UNKNOWN_IDS
from src.data_eng.core.events import F_LAST, F_MAYBE_BAD_BOOK, F_SNAPSHOT
from src.data_eng.engines.crew import BuildRequest, run
from src.data_eng.lake.partitions import list_partitions, read_manifest, ref_in
from src.data_eng.retrieval.index import open_index
from src.data_eng.retrieval.key import IndexKey
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import session_times
from src.data_eng.stages.base import StageResult
from src.data_eng.stages.windows import seen_end_of
from tests.real_stages import (
    STAGES,
    SYMBOL,
    a_record,
    in_time_order,
    rows,
    run_stages,
    short_settings,
    snapshot_of,
    take_in,
    traded,
)
from tests.toy_market import ny_ns, toy_records
from tests.toys.lake import config

DAY = "2025-10-16"
SEP, DEC = 99, 100
S = 1_000_000_000
WINDOW_NS, LAST_HORIZON_NS = 5 * S, 840 * S
PHYSICS = tuple(f"silver.{name}" for name in ("session_usual", "touch_physics_5s", "level_physics_5s", "strike_physics_5s", "walls_5s"))
GOLD = tuple(f"gold.mbo_{name}" for name in ("trigger_signals", "pressure_stream", "physics_ladder"))
TRIGGER = ["setup", "level_id", "approach_dir", "episode", "episode_kind", "ts_ns", "level_ticks", "mid_ticks", "barrier_ticks", "vector"]
"""What is known of a trigger when it comes."""
Records = NDArray[np.void]


def a_day(day: str = DAY, **how: Any) -> Records:
    chosen: dict[str, Any] = {"step_ms": 1500, "until": "10:45"} | how
    return toy_records(day, seed=5, **chosen)


def built(
    tmp_path: Path, days: dict[str, Records], session: str = "09:30-10:30", levels: tuple[str, ...] = ("pm_high", "vwap")
) -> dict[str, Any]:
    """All stages of all days; results by stage."""
    take_in(tmp_path / "lake", tmp_path / "job", days)
    return run_stages(tmp_path / "lake", tuple(days), short_settings(session, levels))


def last_anomalies(results: dict[str, list[StageResult]], stage: str) -> dict[str, int]:
    return {kind: anomaly.count for kind, anomaly in results[stage][-1].anomalies.items()}


def marked(windows: pa.Table, mark: int) -> set[int]:
    """Starts of the windows with a mark."""
    starts, marks = windows["window_start_ns"].to_numpy(), windows["marks"].to_numpy()
    return set(starts[(marks & mark) != 0].tolist())


def require_marked_windows_left_out(lake: Path, day: str = DAY) -> None:
    """No feature, trigger, pressure or ladder row is of a window with a mark."""
    windows = rows(lake, "silver.book_windows_5s", day)
    untrusted = marked(windows, 0xFF)
    for table in ("silver.mbo_level_vacuum_5s", "gold.mbo_pressure_stream", "gold.mbo_physics_ladder"):
        made = set(rows(lake, table, day)["window_start_ns"].to_pylist())
        assert made and not made & untrusted, table
    triggers = set((rows(lake, "gold.mbo_trigger_vectors", day)["ts_ns"].to_numpy() - WINDOW_NS).tolist())
    assert triggers and not triggers & untrusted


def level(lake: Path, day: str, level_id: str) -> dict[str, Any]:
    """The first row of a level."""
    return next(row for row in rows(lake, "silver.levels", day).to_pylist() if row["level_id"] == level_id)


def last_outcomes(triggers: pa.Table, gap_ns: int) -> set[str]:
    """Outcomes at the last horizon of the level tests before a time that this horizon reaches beyond."""
    ts_ns = triggers["ts_ns"].to_numpy()
    is_test = np.array(triggers["setup"].to_pylist()) == "level_test"
    return set(triggers.filter(is_test & (ts_ns < gap_ns) & (ts_ns + LAST_HORIZON_NS > gap_ns))["outcome_h6"].to_pylist())


def span(start_ns: int, end_ns: int) -> set[int]:
    return set(range(start_ns, end_ns, WINDOW_NS))


def test_a_day_without_snapshot_is_marked_until_its_book_is_known_and_makes_no_row_before(tmp_path: Path) -> None:
    whole = a_day()
    late = whole[whole["ts_recv"] >= ny_ns(DAY, "08:59")]
    results = built(tmp_path, {DAY: late})
    lake = tmp_path / "lake"
    assert last_anomalies(results, "ingest_preview")["no_snapshot"] == 1
    assert last_anomalies(results, "compute_book_flow_5s")["cancel_of_unknown_id"] > 0
    assert marked(rows(lake, "silver.book_windows_5s", DAY), MARK_UNKNOWN_IDS)
    require_marked_windows_left_out(lake)
    absent = level(lake, DAY, "pm_high")
    assert absent["price_ticks"] is None
    assert "05:00:00 to" in absent["reason"]


def test_a_day_with_its_snapshot_has_no_mark_at_all(tmp_path: Path) -> None:
    results = built(tmp_path, {DAY: a_day()})
    assert not marked(rows(tmp_path / "lake", "silver.book_windows_5s", DAY), 0xFF)
    assert not last_anomalies(results, "compute_book_flow_5s")


def test_from_maybe_bad_book_to_the_next_snapshot_no_window_is_used_and_no_label_looks_across(tmp_path: Path) -> None:
    bad, good = ny_ns(DAY, "10:00"), ny_ns(DAY, "10:05")
    day = a_day()
    records = in_time_order(day, a_record(bad, "N", flags=F_LAST | F_MAYBE_BAD_BOOK), snapshot_of(day, good))
    results = built(tmp_path, {DAY: records})
    lake = tmp_path / "lake"
    assert last_anomalies(results, "ingest_preview")["maybe_bad_book"] == 1
    assert last_anomalies(results, "compute_book_flow_5s") == {"maybe_bad_book": 1}
    assert marked(rows(lake, "silver.book_windows_5s", DAY), MARK_BAD_BOOK) == span(bad, good + WINDOW_NS)
    require_marked_windows_left_out(lake)
    triggers = rows(lake, "gold.mbo_trigger_vectors", DAY)
    assert last_outcomes(triggers, bad) == {"CENSORED"}


def test_after_the_snapshot_that_ends_a_bad_book_the_depth_is_that_of_a_day_without_trouble(tmp_path: Path) -> None:
    bad, good = ny_ns(DAY, "10:00"), ny_ns(DAY, "10:05")
    day = a_day()
    lost = day[(day["ts_recv"] < bad) | (day["ts_recv"] > good)]
    built(tmp_path / "troubled", {DAY: in_time_order(lost, a_record(bad, "N", flags=F_LAST | F_MAYBE_BAD_BOOK), snapshot_of(day, good))})
    built(tmp_path / "plain", {DAY: day})
    flows = [rows(tmp_path / name / "lake", "silver.book_flow_5s", DAY) for name in ("troubled", "plain")]
    kept = ["window_start_ns", "side", "price_ticks", "depth_end", "orders_end"]
    later = [flow.filter(flow["window_start_ns"].to_numpy() > good).select(kept) for flow in flows]
    assert later[0].num_rows > 1000
    assert later[0].equals(later[1])


def test_a_crossed_pre_open_is_marked_also_in_its_quiet_windows(tmp_path: Path) -> None:
    crossed, opened = ny_ns(DAY, "09:10"), ny_ns(DAY, "09:29:57")
    day = a_day(step_ms=5000)
    records = in_time_order(day, a_record(crossed, "A", "B", 10**9, 20_060, 5), a_record(opened, "C", "B", 10**9, 20_060, 5))
    results = built(tmp_path, {DAY: records})
    windows = rows(tmp_path / "lake", "silver.book_windows_5s", DAY)
    assert last_anomalies(results, "compute_book_flow_5s")["crossed_after_last"] > 0
    assert marked(windows, MARK_CROSSED) == span(crossed, opened)
    quiet = windows.filter(windows["records"].to_numpy() == 0)["window_start_ns"].to_pylist()
    assert span(crossed, opened) & set(quiet)
    require_marked_windows_left_out(tmp_path / "lake")


def test_a_gap_in_regular_hours_is_marked_and_censors_the_labels_that_run_into_it(tmp_path: Path) -> None:
    """A window knows only its past: it is marked once the silence has outlasted a hundred records that were due, here half a minute.

    It lasts longer than the five minutes over which the rate is taken.
    """
    silent, heard = ny_ns(DAY, "10:00"), ny_ns(DAY, "10:12")
    day = a_day(step_ms=700)
    kept = day[(day["ts_recv"] < silent) | (day["ts_recv"] >= heard)]
    built(tmp_path, {DAY: kept})
    lake = tmp_path / "lake"
    halts = marked(rows(lake, "silver.book_windows_5s", DAY), MARK_HALT)
    assert span(silent + 30 * S, heard) <= halts <= span(silent, heard + WINDOW_NS)
    require_marked_windows_left_out(lake)
    triggers = rows(lake, "gold.mbo_trigger_vectors", DAY)
    assert last_outcomes(triggers, silent + 30 * S) == {"CENSORED"}


def test_windows_and_trade_path_go_on_to_the_regular_close_and_change_nothing_of_the_session(tmp_path: Path) -> None:
    """The same day once with its whole file, once with a file that breaks off at the session's end."""
    end, close = ny_ns(DAY, "10:30"), ny_ns(DAY, "16:00")
    day = a_day(step_ms=3000, until="16:05")
    built(tmp_path / "whole", {DAY: day})
    built(tmp_path / "cut", {DAY: day[day["ts_recv"] < end]})
    windows, path, flow = (
        rows(tmp_path / "whole/lake", f"silver.{name}", DAY) for name in ("book_windows_5s", "trade_path", "book_flow_5s")
    )
    assert set(windows["window_start_ns"].to_pylist()) == span(ny_ns(DAY, "09:00"), close)
    assert max(flow["window_start_ns"].to_pylist()) == end - WINDOW_NS
    late = path.filter(path["ts_recv_ns"].to_numpy() >= end)["price_ticks"].to_numpy()
    assert set(late.tolist()) == set(traded(day, end, close).tolist())
    assert path["ts_recv_ns"].to_pylist()[-1] < close
    for name in ("silver.book_flow_5s", "silver.mbo_level_vacuum_5s", *PHYSICS, *GOLD):
        whole, cut = (rows(tmp_path / lake / "lake", name, DAY) for lake in ("whole", "cut"))
        assert whole.num_rows and whole.equals(cut), name
    whole, cut = (rows(tmp_path / lake / "lake", "gold.mbo_trigger_vectors", DAY) for lake in ("whole", "cut"))
    assert whole.select(TRIGGER).equals(cut.select(TRIGGER))


def test_trades_are_known_to_the_close_or_to_the_last_record_of_a_file_that_breaks_off(tmp_path: Path) -> None:
    broken_off, close = ny_ns(DAY, "10:47:31"), ny_ns(DAY, "16:00")
    day = a_day(step_ms=3000, until="16:05")
    times, after_ns = session_times(DAY, short_settings()), np.array([ny_ns(DAY, "10:00")])
    for name, records in (("whole", day), ("cut", day[day["ts_recv"] < broken_off])):
        take_in(tmp_path / name, tmp_path / f"{name}_job", {DAY: records})
        run_stages(tmp_path / name, (DAY,), short_settings(), [STAGES["ingest_preview"], STAGES["compute_book_flow_5s"]])
    whole, cut = (rows(tmp_path / name, "silver.book_windows_5s", DAY) for name in ("whole", "cut"))
    assert seen_end_of(whole, times, 5, after_ns).tolist() == [close]
    last_record = int(day["ts_recv"][day["ts_recv"] < broken_off][-1])
    assert seen_end_of(cut, times, 5, after_ns).tolist() == [last_record]
    assert cut["unseen_ns"].to_pylist()[-2:] == [0, -last_record % WINDOW_NS]


def test_a_half_day_ends_at_one_and_so_do_its_windows_labels_and_prior_day_levels(tmp_path: Path) -> None:
    friday, monday = "2025-11-28", "2025-12-01"
    days = {friday: a_day(friday, until="13:14", step_ms=3000), monday: a_day(monday, until="13:00", step_ms=3000, mid=20_040)}
    built(tmp_path, days, session="12:20-15:00", levels=("pm_high", "pd_high", "pd_close"))
    lake, close = tmp_path / "lake", ny_ns(friday, "13:00")
    assert rows(lake, "silver.book_windows_5s", friday)["window_start_ns"].to_pylist()[-1] == close - WINDOW_NS
    assert rows(lake, "silver.trade_path", friday)["ts_recv_ns"].to_pylist()[-1] < close
    triggers = rows(lake, "gold.mbo_trigger_vectors", friday)
    assert last_outcomes(triggers, close) == {"CENSORED"}
    regular = traded(days[friday], ny_ns(friday, "09:30"), close)
    assert (traded(days[friday], close, ny_ns(friday, "13:15")) != regular[-1]).any()
    assert level(lake, monday, "pd_close")["price_ticks"] == regular[-1]
    assert level(lake, monday, "pd_high")["price_ticks"] == regular.max()


@pytest.mark.parametrize(
    ("friday", "monday", "utc_offset_h"), [("2025-03-07", "2025-03-10", 4), ("2025-10-31", "2025-11-03", 5)], ids=["spring", "autumn"]
)
def test_over_a_change_of_the_clocks_sessions_and_levels_keep_new_york_time(
    friday: str, monday: str, utc_offset_h: int, tmp_path: Path
) -> None:
    """The file of Friday is on the old clock, that of Monday on the new one."""
    days = {friday: a_day(friday, until="10:45"), monday: a_day(monday, until="10:45")}
    built(tmp_path, days, levels=("pm_high", "or_high", "pd_high"))
    lake = tmp_path / "lake"
    first = rows(lake, "silver.book_windows_5s", monday)["window_start_ns"].to_pylist()[0]
    assert np.datetime64(first, "ns") == np.datetime64(f"{monday}T{9 + utc_offset_h:02d}:00")
    assert level(lake, monday, "pm_high")["price_ticks"] == traded(days[monday], ny_ns(monday, "05:00"), ny_ns(monday, "09:30")).max()
    assert level(lake, monday, "pm_high")["known_from_ns"] == ny_ns(monday, "09:30")
    assert level(lake, monday, "or_high")["price_ticks"] == traded(days[monday], ny_ns(monday, "09:30"), ny_ns(monday, "09:45")).max()
    pd_high = level(lake, monday, "pd_high")
    assert pd_high["price_ticks"] is None
    assert friday in pd_high["reason"]
    require_marked_windows_left_out(lake, monday)


@pytest.mark.parametrize("sunday", ["2025-03-09", "2025-11-02"], ids=["spring", "autumn"])
def test_the_evening_of_the_day_itself_on_which_the_clocks_change_is_a_session_like_others(sunday: str, tmp_path: Path) -> None:
    records = a_day(sunday, since="18:00", until="18:45")
    built(tmp_path, {sunday: records}, session="18:00-18:40", levels=("or_high", "vwap"))
    or_high = level(tmp_path / "lake", sunday, "or_high")
    assert or_high["price_ticks"] == traded(records, ny_ns(sunday, "18:00"), ny_ns(sunday, "18:15")).max()
    assert or_high["known_from_ns"] == ny_ns(sunday, "18:15")
    assert rows(tmp_path / "lake", "gold.mbo_trigger_vectors", sunday).num_rows


def two_contracts(day: str, sep_step_ms: int, dec_step_ms: int, until: str) -> Records:
    """Both contracts of a roll in one file; the one with the smaller step trades more."""
    sep = toy_records(day, seed=5, step_ms=sep_step_ms, until=until, instrument_id=SEP)
    dec = toy_records(day, seed=6, step_ms=dec_step_ms, until=until, mid=20_200, instrument_id=DEC)
    return in_time_order(sep, dec)


def test_the_roll_day_is_left_out_with_its_reason_and_no_level_or_past_mixes_the_contracts(tmp_path: Path) -> None:
    """Volume crosses over on the third session; the fourth follows it and is left out, the fifth has levels of its own contract."""
    days = {f"2025-09-{number:02d}": two_contracts(f"2025-09-{number:02d}", 2000, 9000, "10:45") for number in (8, 9)}
    days |= {f"2025-09-{number}": two_contracts(f"2025-09-{number}", 9000, 3000, "16:01") for number in (10, 11, 12)}
    lake, said = tmp_path / "lake", Console(record=True, width=160, file=io.StringIO())
    take_in(lake, tmp_path / "job", days, {"ESU5": SEP, "ESZ5": DEC})
    cfg = replace(config(lake), session="09:30-10:30", levels=("pd_high", "vwap"))
    assert run(BuildRequest(cfg, "future_mbo", "all", "ES", min(days), max(days), workers=1), said) == 0
    text = said.export_text()
    vectors = [(ref.symbol, ref.date) for ref in list_partitions(lake, "gold.future_mbo.mbo_trigger_vectors")]
    assert vectors == [("ESU5", "2025-09-09"), ("ESU5", "2025-09-10"), ("ESZ5", "2025-09-12")]
    assert "left out" in text and "2025-09-11" in text and "roll" in text.split("2025-09-11")[-1]
    before = days["2025-09-11"]
    regular = traded(before[before["instrument_id"] == DEC], ny_ns("2025-09-11", "09:30"), ny_ns("2025-09-11", "16:00"))
    assert level(lake, "2025-09-12", "pd_high")["price_ticks"] == regular.max()
    index = open_index(Environment(lake), IndexKey("vwap", "level_test", "from_below"), "ES", load_settings())
    pairs = set(zip(index.metadata["symbol"].to_pylist(), index.metadata["session_date"].to_pylist(), strict=True))
    assert pairs and pairs <= set(vectors)


def test_a_snapshot_in_mid_day_counts_as_nothing_that_happened(tmp_path: Path) -> None:
    again = ny_ns(DAY, "10:00:01")
    day = a_day()
    snapshot = snapshot_of(day, again)
    assert (snapshot["flags"] & F_SNAPSHOT).all()
    built(tmp_path / "twice", {DAY: in_time_order(day, snapshot)})
    built(tmp_path / "once", {DAY: day})
    flows = [rows(tmp_path / name / "lake", "silver.book_flow_5s", DAY) for name in ("twice", "once")]
    for counter in ("add", "arrive", "fill", "pull", "reprice_up", "reprice_down"):
        totals = [int(flow[counter].to_numpy()[flow["window_start_ns"].to_numpy() >= again].sum()) for flow in flows]
        assert totals[0] == totals[1], counter
    assert read_manifest(ref_in(tmp_path / "twice/lake", "silver.future_mbo.book_flow_5s", SYMBOL, DAY)).anomalies == {}
