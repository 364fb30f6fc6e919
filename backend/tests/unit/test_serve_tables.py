"""The server's parts without a lake: tables made for the page, cuts by time, clocks, caches, problems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng import commands
from src.data_eng.core.events import NO_TICK
from src.data_eng.core.session import second_of
from src.data_eng.lake.cache import Cache
from src.data_eng.lake.partitions import PartitionCorrupt, PartitionMissing
from src.data_eng.retrieval.index import StaleIndex
from src.data_eng.retrieval.past_tests import outcome_known_s
from src.data_eng.serve.day.arrow import END_OF_STREAM, KnownTable, batches_bytes, schema_bytes
from src.data_eng.serve.day.moments import Moments, whole_s
from src.data_eng.serve.day.tables import (
    HEAT_BELOW,
    HEAT_TICKS,
    UINT16_MAX,
    candles_table,
    heat_base_ticks,
    heat_table,
    ladder_table,
    level_rows,
    levels_table,
    trades_table,
    walls_table,
    windows_table,
)
from src.data_eng.serve.day.triggers import read_triggers
from src.data_eng.serve.gate.problems import STATUS, Refusal, problem_of
from src.data_eng.serve.gate.replies import takes_zstd
from src.data_eng.settings import load_settings
from tests.trigger_lake import trigger_table, trigger_times_ns

S = 1_000_000_000
LEAD_IN, START, END = 9_000, 9_060, 9_180
MOMENTS = Moments(START, END, LEAD_IN, 1_200, 2_000, START)
RNG = np.random.default_rng(11)
PRICES = ("open_ticks", "high_ticks", "low_ticks", "close_ticks")


def a_windows_table(marked: int | None = None, lost: int | None = None) -> pa.Table:
    """36 windows of 5 s from the lead-in on; one may be marked, one may have no best bid."""
    start_s = np.arange(LEAD_IN, END, 5)
    bid = 400 + np.arange(len(start_s)) // 3
    marks = np.zeros(len(start_s), np.uint8)
    if marked is not None:
        marks[marked] = 4
    if lost is not None:
        bid[lost] = NO_TICK
    counts = {name: np.arange(len(start_s)) + place for place, name in enumerate(("volume", "buy_volume", "sell_volume", "records"))}
    return pa.table(
        {"window_start_ns": start_s * S, "best_bid_ticks": bid, "best_ask_ticks": np.full(len(start_s), 430), "marks": marks, **counts}
    )


def some_bars() -> pa.Table:
    """1-second bars at random seconds around the session, and 2-minute bars since long before."""
    seconds = np.sort(RNG.choice(np.arange(LEAD_IN - 60, END + 60), 150, replace=False))
    candles = np.arange(0, END, 120)
    start_s = np.concatenate([candles, seconds])
    prices = {name: RNG.integers(380, 440, len(start_s)) for name in PRICES}
    volumes = {name: RNG.integers(0, 50, len(start_s)) for name in ("volume", "buy_volume", "sell_volume")}
    bar_s = np.repeat([120, 1], [len(candles), len(seconds)])
    return pa.table({"bar_s": bar_s, "bar_start_ns": start_s * S, **prices, **volumes})


def test_a_cut_holds_the_rows_known_after_from_and_up_to_as_of() -> None:
    known_s = np.sort(RNG.integers(0, 50, 200))
    table = KnownTable(pa.table({"row": np.arange(200)}), known_s)
    for from_s, as_of_s in [(None, -1), (None, 20), (10, 20), (20, 20), (30, 20), (None, 99), (*RNG.integers(0, 50, 2).tolist(),)]:
        plain = [row for row in range(200) if (from_s is None or known_s[row] > from_s) and known_s[row] <= as_of_s]
        assert table.cut(from_s, as_of_s)["row"].to_pylist() == plain


def test_a_moment_within_a_second_is_known_at_its_end() -> None:
    assert whole_s(np.array([5 * S, 5 * S + 1, 6 * S - 1])).tolist() == [5, 6, 6]
    assert [second_of(ts_ns) for ts_ns in (0, 1, S)] == [0, 1, 1]


def test_candles_are_the_two_minute_bars_from_the_overnight_to_the_lead_in() -> None:
    bars = some_bars()
    candles = candles_table(bars, MOMENTS)
    plain = [
        row
        for row in bars.to_pylist()
        if row["bar_s"] == 120 and row["bar_start_ns"] >= 1_200 * S and row["bar_start_ns"] // S + 120 <= LEAD_IN
    ]
    assert [row["start_s"] for row in candles.table.to_pylist()] == [row["bar_start_ns"] // S for row in plain]
    assert [row["high_ticks"] for row in candles.table.to_pylist()] == [row["high_ticks"] for row in plain]
    assert len(plain) == 65 and max(candles.known_s) == 9_000


def test_windows_take_their_prices_from_the_seconds_within_them() -> None:
    bars, windows = some_bars(), a_windows_table(lost=7)
    seconds = [row for row in bars.to_pylist() if row["bar_s"] == 1]
    for row in windows_table(windows, bars, MOMENTS, 5).table.to_pylist():
        own = [bar for bar in seconds if row["start_s"] <= bar["bar_start_ns"] // S < row["start_s"] + 5]
        expected = (
            (own[0]["open_ticks"], max(bar["high_ticks"] for bar in own), min(bar["low_ticks"] for bar in own), own[-1]["close_ticks"])
            if own
            else (None,) * 4
        )
        assert tuple(row[name] for name in PRICES) == expected
        assert (row["bid_ticks"] is None) == (row["start_s"] == LEAD_IN + 35)


def test_windows_outside_the_session_and_its_lead_in_are_left_out() -> None:
    wide = a_windows_table()
    inner = MOMENTS._replace(lead_in_start_s=LEAD_IN + 30, session_end_s=END - 60)
    served = windows_table(wide, some_bars(), inner, 5).table["start_s"].to_pylist()
    assert (served[0], served[-1]) == (LEAD_IN + 30, END - 65)


def test_heat_lies_around_the_mid_and_where_that_is_lost_around_the_one_before() -> None:
    bid, ask = np.array([NO_TICK, 400, 400, NO_TICK, 410]), np.array([401, 401, 402, 402, 413])
    marks = np.array([0, 0, 0, 0, 0], np.uint8)
    assert heat_base_ticks(bid, ask, marks).tolist() == [0, 401 - 48, 401 - 48, 401 - 48, 412 - 48]
    marks[4] = 8
    assert heat_base_ticks(bid, ask, marks)[4] == 401 - 48


def some_flow(rows: int = 3_000) -> pa.Table:
    """Rows at random windows and ticks in and around the session, some of one cell."""
    return pa.table(
        {
            "window_start_ns": np.sort(RNG.choice(np.arange(LEAD_IN - 10, END + 10, 5), rows)) * S,
            "price_ticks": RNG.integers(330, 500, rows),
            "depth_end": RNG.integers(0, 300, rows),
            "buy_volume": RNG.integers(0, 3, rows) * RNG.integers(0, 2, rows),
            "sell_volume": RNG.integers(0, 3, rows) * RNG.integers(0, 2, rows),
        }
    )


def cut_of(table: pa.Table, as_of_s: int) -> pa.Table:
    """Rows whose windows had ended by then."""
    return table.filter(pa.array(table["window_start_ns"].to_numpy() // S + 5 <= as_of_s))


def test_heat_equals_a_plain_loop_over_the_flow() -> None:
    windows, flow = a_windows_table(marked=9), some_flow()
    served = heat_table(flow, windows, MOMENTS, 5).table.to_pylist()
    base = {row["start_s"]: row["base_ticks"] for row in served}
    resting: dict[int, list[int]] = {start_s: [0] * HEAT_TICKS for start_s in base}
    for row in flow.to_pylist():
        start_s = row["window_start_ns"] // S
        if start_s in base and 0 <= row["price_ticks"] - base[start_s] < HEAT_TICKS:
            resting[start_s][row["price_ticks"] - base[start_s]] += row["depth_end"]
    assert {row["start_s"]: row["heat"] for row in served} == resting
    assert base[LEAD_IN] == 415 - HEAT_BELOW


def test_heat_holds_no_more_contracts_than_its_numbers_can() -> None:
    flow = {"window_start_ns": [LEAD_IN * S, LEAD_IN * S], "price_ticks": [415, 416], "depth_end": [UINT16_MAX, UINT16_MAX + 1]}
    heat = heat_table(pa.table(flow), a_windows_table(), MOMENTS, 5).table
    assert heat["heat"][0].as_py()[HEAT_BELOW : HEAT_BELOW + 2] == [UINT16_MAX, UINT16_MAX]


def test_trades_equal_a_plain_loop_over_the_flow_within_the_heat_s_ticks() -> None:
    windows, flow = a_windows_table(marked=9), some_flow()
    base = {row["start_s"]: row["base_ticks"] for row in heat_table(flow, windows, MOMENTS, 5).table.to_pylist()}
    traded: dict[tuple[int, int], list[int]] = {}
    for row in flow.to_pylist():
        start_s, ticks = row["window_start_ns"] // S, row["price_ticks"]
        if row["buy_volume"] + row["sell_volume"] and start_s in base and 0 <= ticks - base[start_s] < HEAT_TICKS:
            sums = traded.setdefault((start_s, ticks), [0, 0])
            sums[0] += row["buy_volume"]
            sums[1] += row["sell_volume"]
    served = trades_table(flow, windows, MOMENTS, 5)
    assert [tuple(row.values()) for row in served.table.to_pylist()] == [(*place, *sums) for place, sums in sorted(traded.items())]
    assert served.known_s.tolist() == [start_s + 5 for start_s, _ in sorted(traded)]


@pytest.mark.parametrize("table_of", [heat_table, trades_table])
def test_what_rests_and_trades_is_the_same_where_the_future_is_not_there(table_of: Callable[..., KnownTable]) -> None:
    windows, flow = a_windows_table(lost=20), some_flow()
    whole = table_of(flow, windows, MOMENTS, 5)
    for as_of_s in (LEAD_IN, LEAD_IN + 32, START, END - 1):
        known = table_of(cut_of(flow, as_of_s), cut_of(windows, as_of_s), MOMENTS, 5)
        assert known.table.to_pylist() == whole.cut(None, as_of_s).to_pylist()


def test_walls_lie_by_window_with_their_event_and_without_those_outside_the_session() -> None:
    starts_s = np.array([LEAD_IN - 5, LEAD_IN, START, START, END])
    table = pa.table(
        {
            "window_start_ns": starts_s * S,
            "ts_ns": (starts_s + 5) * S,
            "side": ["bid", "ask", "bid", "ask", "ask"],
            "strike_ticks": pa.array([396, 420, 400, 420, 424], pa.int32()),
            "event": ["appeared", "appeared", "grew", "pulled", "stands"],
            "massive": [False, True, False, False, False],
            "w": pa.array([2.0, 3.25, 1.75, None, 1.5], pa.float32()),
            **{name: pa.array(RNG.integers(0, 90, 5), pa.int32()) for name in ("depth", "peak", "eaten")},
            "since_ns": np.full(5, LEAD_IN * S),
        }
    )
    walls = walls_table(table, MOMENTS, 5)
    served, plain = walls.table.to_pylist(), table.slice(1, 3).to_pylist()
    assert walls.known_s.tolist() == [LEAD_IN + 5, START + 5, START + 5]
    assert [(row["side"], row["event"], row["massive"], row["times"], row["since_s"]) for row in served] == [
        (1, 1, 1, 3.25, LEAD_IN),
        (0, 2, 0, 1.75, LEAD_IN),
        (1, 3, 0, None, LEAD_IN),
    ]
    for name in ("strike_ticks", "depth", "peak", "eaten"):
        assert [row[name] for row in served] == [row[name] for row in plain]


def test_level_prices_come_in_the_order_in_which_they_came_into_force() -> None:
    levels = pa.table(
        {
            "level_id": ["vwap", "vwap", "pm_high", "sma_90"],
            "known_from_ns": [S + 1, 9 * S, 4 * S, 0],
            "price_ticks": pa.array([1.5, 2.5, 7.0, None]),
            "reason": pa.array([None, None, None, "too few bars"]),
        }
    )
    rows = level_rows(levels)
    assert list(rows) == ["vwap", "pm_high", "sma_90"]
    assert rows["sma_90"].reason == "too few bars" and not len(rows["sma_90"].known_s)
    table = levels_table(rows)
    assert table.table["level_id"].to_pylist() == ["vwap", "pm_high", "vwap"]
    assert table.known_s.tolist() == [2, 4, 9]


def test_the_ladders_strikes_lie_in_lists_with_what_rests_against_usual_and_who_leads() -> None:
    counts = ("depth", "came_display", "pulled_display", "filled_display")
    columns = {f"{side}_{name}": RNG.integers(0, 30, 6) for side in ("long", "short") for name in counts}
    columns |= {f"{side}_times_usual": np.array([2.151, np.nan, 0.0, 0.5, 2.0, 1.0]) for side in ("long", "short")}
    columns |= {name: RNG.integers(0, 30, 6) for name in ("buys_display", "sells_display")}
    places = {"ts_ns": np.repeat([START + 5, START + 10], 3) * S, "strike_ticks": np.tile([400, 404, 408], 2)}
    table = pa.table({**places, **columns, "winner": ["longs", "even", "shorts", "even", "even", "longs"]})
    served = ladder_table(table, 5, 3).table.to_pylist()
    assert [row["start_s"] for row in served] == [START, START + 5]
    assert [row["base_strike_ticks"] for row in served] == [400, 400]
    assert [row["winner"] for row in served] == [[1, 0, -1], [0, 0, 1]]
    assert [row["short_usual_tenths"] for row in served] == [[22, -1, 0], [5, 20, 10]]
    for name, source in (("long_depth", "long_depth"), ("short_pulled", "short_pulled_display"), ("buys", "buys_display")):
        assert [value for row in served for value in row[name]] == columns[source].tolist()


def test_an_arrow_stream_of_a_cut_holds_no_byte_of_the_rows_after_it() -> None:
    """Also not in the padding of its buffers."""
    for column in (pa.array([1, 2, 3] * 9, pa.int32()), pa.array([1, None, 3] * 9, pa.int8()), pa.array([b"abc"] * 27, pa.binary(3))):
        whole = pa.table({"value": column})
        for rows in range(28):
            alone = pa.table({"value": pa.array(column.to_pylist()[:rows], column.type)})
            assert batches_bytes(whole.slice(0, rows)) == batches_bytes(alone)


def test_an_arrow_stream_of_a_cut_holds_the_cut_alone() -> None:
    table = pa.table({"value": np.arange(10_000)})
    assert len(batches_bytes(table.slice(5_000, 10))) < 1_000
    stream = schema_bytes(table.schema) + batches_bytes(table.slice(5_000, 10)) + END_OF_STREAM
    assert pa.ipc.open_stream(stream).read_all()["value"].to_pylist() == list(range(5_000, 5_010))


def test_pieces_of_a_table_follow_one_another_in_one_stream() -> None:
    words = pa.array(["a", "b", "c", "b"]).dictionary_encode()
    table = pa.table({"value": [1, 2, 3, 4], "word": words})
    pieces = [table.slice(0, 1), table.slice(1, 0), table.slice(1, 3)]
    stream = b"".join([schema_bytes(table.schema), *(batches_bytes(piece) for piece in pieces), END_OF_STREAM])
    assert pa.ipc.open_stream(stream).read_all().to_pylist() == table.to_pylist()


@pytest.mark.parametrize(
    ("outcome", "hit_ns", "known_s"),
    [("BREAK_UP", 130 * S + 1, 131), ("WHIPSAW", 130 * S, 130), ("CHOP", None, 940), ("CHOP", 999 * S, 940), ("CENSORED", None, 940)],
)
def test_an_outcome_is_known_at_the_touch_or_at_the_horizons_end(outcome: str, hit_ns: int | None, known_s: int) -> None:
    assert outcome_known_s(outcome, hit_ns, 100 * S, 840) == known_s


def test_episodes_are_served_as_far_as_they_are_known() -> None:
    date = "2025-10-01"
    triggers = read_triggers(trigger_table(date, episodes=3, windows=4), load_settings())
    times_s = trigger_times_ns(date) // S
    assert triggers.known_episodes(int(times_s[0, 0]) - 1) == []
    (episode,) = triggers.known_episodes(int(times_s[0, 1]))
    assert (episode.start_s, episode.last_trigger_s) == (times_s[0, 0], times_s[0, 1])
    assert (episode.outcome, episode.outcome_s) == (None, None)
    (episode,) = triggers.known_episodes(int(times_s[0, 0]) + 840)
    assert episode.outcome is not None and episode.outcome_s == times_s[0, 0] + 840, "there is no touch in the table"
    starts = times_s[:, 0].tolist()
    assert [triggers.next_start(None, starts[1], back) for back in (False, True)] == [starts[2], starts[0]]
    assert triggers.next_start("pm_high", starts[2], back=False) is None
    assert triggers.next_start("pm_low", 0, back=False) is None


def test_a_cache_lets_the_longest_unused_go_first_and_keeps_the_newest() -> None:
    kept: Cache[str, int] = Cache(10)
    kept.put("a", 1, 4)
    kept.put("b", 2, 4)
    assert kept.get("a") == 1
    kept.put("c", 3, 4)
    assert [kept.get(name) for name in "abc"] == [1, None, 3]
    kept.put("a", 9, 4)
    assert (kept.size, len(kept)) == (8, 2)
    kept.put("huge", 4, 99)
    assert (kept.get("huge"), len(kept)) == (4, 1)


def test_a_problem_has_the_error_s_message_and_fix() -> None:
    build = commands.build(Path("/data/lake"), "ESZ5", ["2025-10-01"], layer="silver")
    found = problem_of(PartitionMissing("{value} is not built.", value="silver.x/ESZ5/2025-10-01", expected="it to be", fix=build))
    assert (found.code, found.message) == ("not_built", "silver.x/ESZ5/2025-10-01 is not built. Expected it to be.")
    assert found.fix == "spymaster build --layer silver --symbol ESZ5 --dates 2025-10-01:2025-10-01 --lake /data/lake"
    assert problem_of(PartitionCorrupt("a file misses a byte.")).fix is None
    assert STATUS[problem_of(StaleIndex("index a is old.", fix="Build it.")).code] == 409
    refused = problem_of(Refusal("no_index", "none.", fix="Ask later."))
    assert (refused.code, refused.message, refused.fix) == ("no_index", "none.", "Ask later.")


@pytest.mark.parametrize(
    ("offered", "taken"), [("gzip, br, zstd", True), ("ZSTD;q=0.5", True), ("*", True), ("gzip", False), ("", False), ("zstd; q=0", False)]
)
def test_zstd_is_sent_to_those_who_take_it(offered: str, taken: bool) -> None:
    assert takes_zstd(offered) is taken
