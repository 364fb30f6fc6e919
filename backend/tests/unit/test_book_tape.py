"""The flow tape's windows, bars and buffers, what trust in a window rests on, and the table that finds orders by id."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.book.flow import LONGEST_SILENCE_NS, FlowTables, WindowRows, drain, first_rows, join, new_flow
from src.data_eng.core.book.kernel import advance, close, grown
from src.data_eng.core.book.marks import full_of_unknown_ids, gapped, halted, more_marks, seen_end_ns
from src.data_eng.core.book.orders import erase, key_of, rehash, slot_of
from src.data_eng.core.book.record import (
    MARK_BAD_BOOK,
    MARK_CLEARED,
    MARK_CROSSED,
    MARK_HALT,
    MARK_OUT_OF_TIME,
    MARK_SNAPSHOT,
    MARK_UNKNOWN_IDS,
)
from src.data_eng.core.book.state import ASK, BID, LINE_DTYPE, LOWEST_TICK, ORDER_DTYPE, TICKS, cache_aligned, count_of, new_book
from src.data_eng.core.events import NO_TICK
from src.data_eng.core.units import NS_PER_S
from tests.order_flow import REST_NS, WINDOW_NS, Record, batch, play, shown_best

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar multiply")
S, MS = NS_PER_S, 1_000_000
QUOTES: list[Record] = [("A", "B", 1, 99, 10, 0, True), ("A", "A", 2, 100, 10, 0, True)]


def trade(ts_ns: int, tick: int, size: int = 1, side: str = "B") -> Record:
    return ("T", side, 9, tick, size, ts_ns, True)


def tables_of(*records: Record, end_s: int = 5, start_s: int = 0, band: int = 100) -> FlowTables:
    _, tables, _ = play(batch([*QUOTES, *records]), end_s * S, start_s * S, band=band)
    return tables


def test_windows_begin_and_end_on_multiples_of_their_length() -> None:
    for start_ns, end_ns in ((1, WINDOW_NS), (0, WINDOW_NS + 1)):
        with pytest.raises(ValueError, match=f"windows of {WINDOW_NS} ns do not meet {start_ns} and {end_ns}"):
            new_flow(start_ns, end_ns, WINDOW_NS, 10)


def test_a_record_on_a_boundary_belongs_to_the_window_that_begins() -> None:
    windows = tables_of(trade(5 * S - 1, 100, 3), trade(5 * S, 100, 4), end_s=10).windows
    assert windows.volume.tolist() == [3, 4]
    assert windows.records.tolist() == [3, 1]
    assert windows.window_start_ns.tolist() == [0, 5 * S]


def test_volume_is_split_by_the_aggressor_s_side_and_unsigned_is_neither() -> None:
    windows = tables_of(trade(S, 100, 3), trade(S, 99, 4, "A"), trade(S, 99, 5, "N")).windows
    assert (windows.volume[0], windows.buy_volume[0], windows.sell_volume[0], windows.last_trade_ticks[0]) == (12, 3, 4, 99)


def test_the_last_trade_stays_known_in_quiet_windows_and_before_the_first_there_is_none() -> None:
    windows = tables_of(trade(6 * S, 100), end_s=15).windows
    assert windows.last_trade_ticks.tolist() == [NO_TICK, 100, 100]


def test_records_before_the_tape_build_its_book_and_are_in_no_window() -> None:
    tables = tables_of(trade(11 * S, 100, 2), start_s=10, end_s=15)
    assert (tables.windows.records.tolist(), tables.windows.window_start_ns.tolist()) == ([1], [10 * S])
    assert tables.rows.depth_start.tolist() == [10, 10]
    assert tables.rows.add.tolist() == [0, 0]


def test_after_the_tape_s_end_bars_go_on_and_windows_do_not() -> None:
    tables = tables_of(trade(2 * S, 100), trade(7 * S, 101), end_s=5)
    assert len(tables.windows.marks) == 1
    assert tables.bars.bar_start_ns[tables.bars.bar_s == 1].tolist() == [2 * S]
    book, flow = new_book(REST_NS, 16), new_flow(0, 5 * S, WINDOW_NS, 10)
    _, pieces = advance(batch([*QUOTES, trade(2 * S, 100), trade(7 * S, 101)]), book, flow)
    bars = join([*pieces, *close(200 * S, book, flow)]).bars
    assert sorted(zip(bars.bar_s.tolist(), bars.bar_start_ns.tolist(), strict=True)) == [(1, 2 * S), (1, 7 * S), (120, 0)]


def test_after_the_end_of_its_rows_the_tape_goes_on_with_windows_and_path_alone() -> None:
    book, flow = new_book(REST_NS, 16), new_flow(0, 15 * S, WINDOW_NS, 10, rows_end_ns=5 * S)
    later: list[Record] = [trade(7 * S, 101, 4), ("A", "B", 5, 99, 1, 12 * S, True)]
    _, pieces = advance(batch([*QUOTES, trade(2 * S, 100), *later]), book, flow)
    tables = join([*pieces, *close(15 * S, book, flow)])
    assert tables.rows.window.tolist() == [0, 0]
    assert (tables.windows.volume.tolist(), tables.windows.best_bid_size.tolist()) == ([1, 4, 0], [10, 10, 11])
    assert tables.path.price_ticks.tolist() == [100, 101]


def test_a_tape_without_windows_gives_bars_alone() -> None:
    book, flow = new_book(REST_NS, 16), new_flow(0, 0, WINDOW_NS, 10)
    _, pieces = advance(batch([*QUOTES, trade(2 * S, 100)]), book, flow)
    tables = join([*pieces, *close(200 * S, book, flow)])
    assert (len(tables.windows.marks), len(tables.rows.window), len(tables.path.price_ticks)) == (0, 0, 0)
    assert sorted(tables.bars.bar_s.tolist()) == [1, 120]


def test_a_bar_shows_the_bests_at_its_end() -> None:
    later: Record = ("A", "B", 5, 98, 1, S + 1, True)
    bars = tables_of(trade(S - 2, 100), ("C", "B", 1, 99, 10, S - 1, True), later).bars
    assert (bars.best_bid_ticks[0], bars.best_ask_ticks[0]) == (NO_TICK, 100)


def test_only_ticks_within_the_band_around_the_middle_have_rows() -> None:
    far: list[Record] = [("A", "B", 5, 96, 1, S, True), ("A", "B", 6, 97, 1, S, True), ("A", "A", 7, 102, 1, S, True)]
    rows = tables_of(*far, band=2).rows
    assert list(zip(rows.side.tolist(), rows.price_ticks.tolist(), strict=True)) == [(BID, 97), (BID, 99), (ASK, 100)], "99 is the middle"


def test_an_empty_side_keeps_the_middle_of_before_and_shows_no_best() -> None:
    tables = tables_of(("C", "A", 2, 100, 10, 6 * S, True), end_s=10)
    windows = tables.windows
    assert (windows.best_ask_ticks.tolist(), windows.best_ask_size.tolist(), windows.best_ask_orders.tolist()) == (
        [100, NO_TICK],
        [10, 0],
        [1, 0],
    )
    assert [int(tick) for tick in tables.rows.price_ticks[tables.rows.window == 1]] == [99, 100]


def test_the_longest_silence_counts_from_the_record_before_the_window_and_to_its_end() -> None:
    windows = tables_of(trade(3 * S, 100), trade(9 * S, 100), end_s=20).windows
    # To 5 s: 3 s until the trade; to 10 s: 6 s; to 15 s: from 9 s on; to 20 s: still from 9 s on.
    assert windows.longest_silence_ns.tolist() == [3 * S, 6 * S, 6 * S, 11 * S]


def test_a_silence_is_written_as_an_hour_at_most() -> None:
    windows = tables_of(trade(S, 100), trade(7200 * S + 2 * S, 100), end_s=7205).windows
    assert windows.longest_silence_ns[-1] == LONGEST_SILENCE_NS
    assert windows.longest_silence_ns[-2] == LONGEST_SILENCE_NS
    assert windows.longest_silence_ns[1] == 9 * S


def test_a_clock_that_goes_back_is_counted_and_reopens_nothing() -> None:
    book, tables, _ = play(batch([*QUOTES, trade(6 * S, 100, 2), trade(4 * S, 100, 3)]), 10 * S)
    assert count_of(book, "ts_recv_backwards") == (1, 3)
    assert tables.windows.volume.tolist() == [0, 5]
    assert int(book.state["last_ts_ns"]) == 6 * S


def test_a_full_buffer_is_handed_over_and_nothing_is_lost() -> None:
    """More windows than the tape's buffer of 4,096 holds, and more bars."""
    records = [trade(second * S, 100 + second % 2) for second in range(0, 25_000, 5)]
    book, flow = new_book(REST_NS, 16), new_flow(0, 25_000 * S, WINDOW_NS, 2)
    _, pieces = advance(batch([*QUOTES, *records]), book, flow)
    tables = join([*pieces, *close(25_000 * S, book, flow)])
    assert len(pieces) > 1
    assert tables.windows.window_start_ns.tolist() == [at * WINDOW_NS for at in range(5_000)]
    assert (tables.bars.bar_s == 1).sum() == 5_000
    assert tables.path.price_ticks.tolist() == [100 + second % 2 for second in range(0, 25_000, 5)]
    assert len(drain(flow).windows.marks) == 0


def test_more_orders_than_the_table_was_made_for_let_it_grow() -> None:
    records: list[Record] = [("A", "B", number, 50 - number % 7, 1, 0, True) for number in range(1, 200)]
    book, tables, _ = play(batch(records), 5 * S)
    assert len(book.orders) == 1024, "four slots an order at least"
    assert (int(book.state["live_orders"]), int(book.sides[BID]["orders"])) == (199, 199)
    assert shown_best(book) == (50, NO_TICK)
    assert set(book.orders["key"].tolist()) - {0} == set(range(1, 200))
    assert len(grown(book).orders) == 2048
    assert len(tables.rows.window) == 0, "without both sides there is no middle yet"


@pytest.mark.parametrize("tick", [LOWEST_TICK, LOWEST_TICK + TICKS - 1])
def test_the_outermost_ticks_have_lines_and_those_beyond_have_none(tick: int) -> None:
    beyond = tick - 1 if tick == LOWEST_TICK else tick + 1
    book, _, _ = play(batch([("A", "B", 1, tick, 3, 0, True), ("A", "B", 2, beyond, 4, 0, True)]), 5 * S)
    assert book.lines[BID, tick - LOWEST_TICK]["depth"] == 3
    assert count_of(book, "price_beyond_lines") == (1, 1)
    assert (int(book.state["live_orders"]), int(book.sides[BID]["orders"])) == (2, 1)


def test_order_id_zero_rests_and_leaves_like_any_other() -> None:
    book, _, _ = play(batch([("A", "B", 0, 99, 3, 0, True), ("A", "A", 2, 100, 1, 0, True)]), 5 * S)
    assert shown_best(book) == (99, 100)
    book, _, _ = play(batch([("A", "B", 0, 99, 3, 0, True), ("C", "B", 0, 99, 3, S, True)]), 5 * S)
    assert shown_best(book) == (NO_TICK, NO_TICK)
    assert count_of(book, "cancel_of_unknown_id") == (0, -1)


def place_of(table: NDArray[np.void], order_id: int) -> np.uint64:
    """Slot of an order, or the empty one where it would go; unsigned, as the kernel has it."""
    return np.uint64(slot_of(table, np.uint64(key_of(np.uint64(order_id))), np.uint64(len(table) - 1)))


IDS = st.one_of(st.integers(0, 12), st.sampled_from([2**64 - 2, 2**63, 1 << 32, 3 << 32, 5 << 60]))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), IDS), max_size=60))
def test_the_order_table_finds_what_a_dict_finds_however_full_it_is(steps: list[tuple[bool, int]]) -> None:
    """A table of 32 slots with up to 17 ids, whose chains touch; a slot that is emptied leaves no gap in one."""
    orders: NDArray[np.void] = np.zeros(32, ORDER_DTYPE)
    twin: dict[int, int] = {}
    for number, (enters, order_id) in enumerate(steps):
        slot, key = place_of(orders, order_id), np.uint64(key_of(np.uint64(order_id)))
        assert (orders[slot]["key"] == key) == (order_id in twin)
        if enters:
            orders[slot]["key"], orders[slot]["size"] = key, number
            twin[order_id] = number
        elif order_id in twin:
            erase(orders, slot, np.uint64(31))
            del twin[order_id]
        assert {known: int(orders[place_of(orders, known)]["size"]) for known in twin} == twin
    larger: NDArray[np.void] = np.zeros(64, ORDER_DTYPE)
    rehash(orders, larger)
    for table in (orders, larger):
        assert (table["key"] != 0).sum() == len(twin)
        assert {known: int(table[place_of(table, known)]["size"]) for known in twin} == twin


def test_lines_and_orders_lie_on_cache_lines() -> None:
    assert LINE_DTYPE.itemsize == 64 and ORDER_DTYPE.itemsize == 32
    for count in (1, 3, 100):
        room = cache_aligned((2, count), LINE_DTYPE)
        assert room.ctypes.data % 64 == 0
        assert room.shape == (2, count) and not room["depth"].any()


MARKED = st.sampled_from([0, 0, 0, 0, MARK_SNAPSHOT, MARK_CLEARED, MARK_CROSSED])
COUNTS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9), st.integers(0, 4), MARKED), min_size=1, max_size=30)


@settings(deadline=None)
@given(COUNTS, st.integers(1, 8))
def test_marks_of_trust_equal_a_plain_reading_of_their_rules(counts: list[tuple[int, int, int, int]], trailing: int) -> None:
    """Per window records, C and M, unknown ids and marks; a silence of as many seconds as there were C and M."""
    windows = WindowRows(*np.zeros((len(WindowRows._fields), len(counts)), np.int64))
    windows.window_start_ns[:] = np.arange(len(counts)) * WINDOW_NS
    windows.records[:], windows.cancels_and_modifies[:], windows.unknown_ids[:], windows.marks[:] = zip(*counts, strict=True)
    windows.longest_silence_ns[:] = windows.cancels_and_modifies * S
    hours_ns = (2 * WINDOW_NS, 8 * WINDOW_NS)
    halts, unknowns = list[bool](), list[bool]()
    full, since = False, 0
    for at, (_, changes, _, marks) in enumerate(counts):
        before = counts[max(at - trailing, 0) : at]
        expected = changes * S * (sum(row[0] for row in before) / max(len(before) * WINDOW_NS, 1))
        goes_on = at > 0 and halts[-1] and counts[at - 1][0] == 0
        halts.append(2 <= at < 8 and (goes_on or (changes >= 2 and expected >= 100)))
        recent = counts[max(at - trailing + 1, since) : at + 1]
        if at == since or any(row[1] for row in recent):
            full = sum(row[2] for row in recent) > 0.25 * sum(row[1] for row in recent)
        unknowns.append(full)
        since = at + 1 if marks & (MARK_SNAPSHOT | MARK_CLEARED) else since
    found = halted(windows, hours_ns, WINDOW_NS, 2.0, 100, trailing)
    assert found.tolist() == halts
    assert full_of_unknown_ids(windows, 0.25, trailing).tolist() == unknowns
    bits = more_marks(np.array(halts), np.array(unknowns))
    assert bits.tolist() == [MARK_HALT * halt + MARK_UNKNOWN_IDS * unknown for halt, unknown in zip(halts, unknowns, strict=True)]


def test_a_book_behind_a_gap_stays_so_through_quiet_windows_and_is_whole_from_its_snapshot_on() -> None:
    windows = WindowRows(*np.zeros((len(WindowRows._fields), 8), np.int64))
    windows.cancels_and_modifies[:] = [9, 5, 0, 0, 0, 0, 9, 9]
    windows.unknown_ids[1] = 5
    assert full_of_unknown_ids(windows, 0.01, 2).tolist() == [False, True, True, True, True, True, False, False]
    windows.marks[3] = MARK_SNAPSHOT
    assert full_of_unknown_ids(windows, 0.01, 2).tolist() == [False, True, True, True, False, False, False, False]


GAP_AT = st.tuples(st.integers(-10, 70), st.integers(1, 40))


@settings(deadline=None)
@given(st.lists(MARKED, max_size=12), st.lists(GAP_AT, max_size=3))
def test_windows_from_a_gap_to_the_next_whole_book_are_marked_and_no_others(marks: list[int], spans: list[tuple[int, int]]) -> None:
    """Window by window, in seconds from the first one's start; each gap as long as its second number."""
    windows = WindowRows(*np.zeros((len(WindowRows._fields), len(marks)), np.int64))
    windows.window_start_ns[:] = (20 + np.arange(len(marks))) * WINDOW_NS
    windows.marks[:] = marks
    expected = []
    is_bad = [False] * len(spans)
    for at, mark in enumerate(marks):
        begins_s, ends_s = 5 * at, 5 * at + 5
        touched = [from_s < ends_s and from_s + long_s >= max(0, begins_s) for from_s, long_s in spans]
        is_bad = [was or now for was, now in zip(is_bad, touched, strict=True)]
        expected.append(MARK_BAD_BOOK if any(is_bad) else 0)
        if mark & (MARK_SNAPSHOT | MARK_CLEARED):
            is_bad = [bad and from_s + long_s >= ends_s for bad, (from_s, long_s) in zip(is_bad, spans, strict=True)]
    gaps = [(20 * WINDOW_NS + from_s * S, 20 * WINDOW_NS + (from_s + long_s) * S) for from_s, long_s in spans]
    assert gapped(windows, WINDOW_NS, gaps).tolist() == expected


def test_a_gap_within_a_window_marks_it_and_one_before_the_first_window_none() -> None:
    windows = WindowRows(*np.zeros((len(WindowRows._fields), 6), np.int64))
    windows.window_start_ns[:] = np.arange(10, 16) * WINDOW_NS
    windows.marks[[1, 4]] = MARK_SNAPSHOT
    assert gapped(windows, WINDOW_NS, [(11 * WINDOW_NS, 11 * WINDOW_NS + 1)]).tolist() == [0, MARK_BAD_BOOK, 0, 0, 0, 0]
    assert gapped(windows, WINDOW_NS, [(12 * WINDOW_NS - 1, 12 * WINDOW_NS)]).tolist() == [0, *[MARK_BAD_BOOK] * 4, 0]
    assert not gapped(windows, WINDOW_NS, [(0, 10 * WINDOW_NS - 1)]).any()


def seen_end(after_s: float, starts_s: list[int], marks: dict[int, int] | None = None, unseen_s: float = 0, close_s: int = 1000) -> float:
    """Up to when trades after a moment are known, in seconds, on windows of 5 s; `marks` by the window's start."""
    found = seen_end_ns(
        np.array([after_s * S], np.int64),
        np.array(starts_s, np.int64) * S,
        np.array([(marks or {}).get(start, 0) for start in starts_s], np.uint8),
        np.array([*([0] * (len(starts_s) - 1)), unseen_s * S], np.int64)[-len(starts_s) :] if starts_s else np.empty(0, np.int64),
        WINDOW_NS,
        close_s * S,
    )
    return float(found[0] / S)


def test_trades_are_known_to_the_close_the_file_s_last_record_or_the_next_gap() -> None:
    whole = [0, 5, 10, 15, 20]
    assert seen_end(5, whole, close_s=25) == 25
    assert seen_end(5, whole) == 25, "the windows end before the close: so did the file"
    assert seen_end(5, whole, unseen_s=1.5, close_s=25) == 23.5
    assert seen_end(24, whole, unseen_s=1.5, close_s=25) == 24, "nothing after it is known"
    assert seen_end(5, [0, 5, 15, 20]) == 10, "no window from 10 on"
    assert seen_end(15, [0, 5, 15, 20]) == 25, "after the gap trades are known again"
    for mark in (MARK_HALT, MARK_BAD_BOOK, MARK_CLEARED, MARK_OUT_OF_TIME):
        assert seen_end(5, whole, {15: mark}) == 15
        assert seen_end(17, whole, {15: mark}) == 17, "within the gap"
        assert seen_end(20, whole, {15: mark}) == 25
    assert seen_end(5, whole, {15: MARK_UNKNOWN_IDS | MARK_SNAPSHOT | MARK_CROSSED}) == 25, "its trades are all there"
    assert seen_end(5, []) == 5


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([0, 0, MARK_HALT, MARK_BAD_BOOK])), min_size=1, max_size=12), st.integers(0, 5)
)
def test_what_is_seen_after_a_moment_equals_a_walk_from_window_to_window(steps: list[tuple[int, int]], unseen_s: int) -> None:
    """A step of 2 or 3 leaves one or two windows out. The walk goes on while the window at hand is there and sound."""
    starts = [5 * int(at) for at in np.cumsum([step for step, _ in steps])]
    marks = {start: mark for start, (_, mark) in zip(starts, steps, strict=True)}
    close_s, file_end_s = 40, starts[-1] + 5 - unseen_s
    for after_s in range(starts[0], starts[-1] + 5):
        walked = after_s
        while walked < min(close_s, file_end_s) and marks.get(walked // 5 * 5, 1) == 0:
            walked += 1
        assert seen_end(after_s, starts, marks, unseen_s, close_s) == walked


def test_the_first_rows_are_of_every_column() -> None:
    tables = tables_of(trade(S, 100), trade(2 * S, 101), trade(7 * S, 100), end_s=10)
    few = first_rows(tables.path, 2)
    assert (few.ts_recv_ns.tolist(), few.price_ticks.tolist()) == ([S, 2 * S], [100, 101])
    assert first_rows(tables.windows, 1).volume.tolist() == [2]
