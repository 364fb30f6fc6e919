"""What each record does to the book, in small books written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.book.depth import depth_after_events
from src.data_eng.core.book.flow import FlowTables, WindowRows
from src.data_eng.core.book.marks import full_of_unknown_ids, halted
from src.data_eng.core.book.orders import home, rehash
from src.data_eng.core.book.record import MARK_BAD_BOOK, MARK_CLEARED, MARK_CROSSED, MARK_OUT_OF_TIME, MARK_SNAPSHOT
from src.data_eng.core.book.state import ASK, BID, CANCELS, FAULTS, LOWEST_TICK, ORDER_DTYPE, SLOTS_PER_ORDER, Book, count_of, new_book
from src.data_eng.core.events import F_MAYBE_BAD_BOOK, F_SNAPSHOT, NO_SIZE, NO_TICK
from src.data_eng.core.units import NS_PER_S

from ..order_flow import REST_NS, Record, batch, play, shown_best

pytestmark = [pytest.mark.nojit, pytest.mark.filterwarnings("ignore:overflow encountered in scalar multiply")]
"""The hash of an order id wraps around by intent; uncompiled, numpy remarks on it."""

S = NS_PER_S
MS = 1_000_000
QUOTES: list[Record] = [
    ("A", "B", 1, 99, 10, 0, True),
    ("A", "A", 2, 100, 10, 0, True),
    ("A", "B", 5, 90, 1, 0, True),
    ("A", "A", 6, 110, 1, 0, True),
]


def _row(tables: FlowTables, side: int, tick: int, window: int = 0) -> dict[str, int]:
    rows = tables.rows
    found = np.flatnonzero((rows.window == window) & (rows.side == side) & (rows.price_ticks == tick))
    assert len(found) == 1, f"{len(found)} rows for side {side} tick {tick} window {window}"
    return {name: int(column[found[0]]) for name, column in rows._asdict().items()}


def _run(*records: Record, until_s: int = 5) -> tuple[Book, FlowTables]:
    book, tables, _ = play(batch([*QUOTES, *records]), until_s * S)
    return book, tables


def _windows(count: int) -> WindowRows:
    """Windows in which nothing happened."""
    return WindowRows(*np.zeros((len(WindowRows._fields), count), np.int64))


def _count(book: Book, kind: str) -> int:
    return count_of(book, kind)[0]


def test_a_cancel_named_by_a_fill_of_the_event_is_executed_size_and_no_pull() -> None:
    _, tables = _run(
        ("T", "B", 9, 100, 10, S, False), ("F", "A", 2, 100, 10, S, False), ("C", "A", 2, 100, 10, S, True), ("A", "A", 3, 101, 4, S, True)
    )
    row = _row(tables, 1, 100)
    assert (row["fill"], row["pull"], row["buy_volume"], row["depth_end"]) == (10, 0, 10, 0)


def test_a_cancel_in_the_next_event_is_a_pull() -> None:
    _, tables = _run(("T", "B", 9, 100, 10, S, False), ("F", "A", 2, 100, 10, S, True), ("C", "A", 2, 100, 10, S, True))
    row = _row(tables, 1, 100)
    assert (row["fill"], row["pull"]) == (0, 10)


def test_several_fills_of_one_order_are_taken_off_by_one_modify() -> None:
    _, tables = _run(
        ("T", "B", 8, 100, 3, S, False),
        ("F", "A", 2, 100, 3, S, False),
        ("T", "B", 9, 100, 4, S, False),
        ("F", "A", 2, 100, 4, S, False),
        ("M", "A", 2, 100, 3, S, True),
    )
    row = _row(tables, 1, 100)
    assert (row["fill"], row["pull"], row["add"], row["depth_end"]) == (7, 0, 10, 3)


def test_a_modify_above_what_the_fill_left_is_an_icebergs_refresh() -> None:
    """10 rest, 10 are filled, the modify sets 6: 10 fill and 6 add."""
    _, tables = _run(("T", "B", 9, 100, 10, S, False), ("F", "A", 2, 100, 10, S, False), ("M", "A", 2, 100, 6, S, True))
    row = _row(tables, 1, 100)
    assert (row["fill"], row["add"], row["pull"], row["depth_end"]) == (10, 16, 0, 6)


def test_a_modify_at_its_price_pulls_or_adds_and_keeps_its_age() -> None:
    _, tables = _run(("M", "B", 1, 99, 4, 2 * S, True), ("M", "B", 1, 99, 9, 3 * S, True), ("C", "B", 1, 99, 9, 3 * S + MS, True))
    row = _row(tables, 0, 99)
    assert (row["add"], row["pull"], row["pull_rest"]) == (15, 15, 15)


def test_a_reprice_leaves_one_tick_arrives_at_another_and_starts_its_age_anew() -> None:
    _, tables = _run(("M", "A", 2, 102, 7, S, True), ("C", "A", 2, 102, 7, S + 499 * MS, True))
    left, arrived = _row(tables, 1, 100), _row(tables, 1, 102)
    assert (left["reprice_up"], left["reprice_up_rest"], left["pull"]) == (7, 7, 3)
    assert (arrived["arrive"], arrived["add"], arrived["pull"], arrived["pull_rest"]) == (7, 0, 7, 0)


def test_a_resting_order_that_crossed_the_spread_is_no_fill_and_no_pull() -> None:
    """Bid 1 rests at 99 and is repriced through 100: T and F carry its own id; its C comes at its old price."""
    _, tables = _run(
        ("T", "B", 1, 100, 10, S, False),
        ("F", "B", 1, 100, 10, S, False),
        ("F", "A", 2, 100, 10, S, False),
        ("C", "A", 2, 100, 10, S, False),
        ("C", "B", 1, 99, 10, S, True),
    )
    bid, ask = _row(tables, 0, 99), _row(tables, 1, 100)
    assert (bid["reprice_up"], bid["reprice_up_rest"], bid["fill"], bid["pull"]) == (10, 10, 0, 0)
    assert (ask["fill"], ask["pull"]) == (10, 0)


def test_a_fill_of_an_unknown_id_changes_nothing_and_is_counted() -> None:
    book, tables = _run(("T", "B", 9, 100, 5, S, False), ("F", "A", 77, 100, 5, S, True))
    assert _row(tables, 1, 100)["depth_end"] == 10
    assert _count(book, "fill_of_unknown_id") == 1


def test_a_cancel_may_take_a_part_of_the_order() -> None:
    book, tables = _run(("C", "B", 1, 99, 4, S, True))
    row = _row(tables, 0, 99)
    assert (row["pull"], row["depth_end"], row["orders_end"]) == (4, 6, 1)
    assert _count(book, "cancel_above_resting_size") == 0


def test_impossible_records_are_counted_with_the_position_of_the_first() -> None:
    book, _ = _run(
        ("C", "B", 50, 99, 1, S, True),
        ("M", "B", 51, 98, 1, S, True),
        ("A", "B", 1, 99, 10, S, True),
        ("C", "B", 1, 99, 99, S, True),
        ("A", "A", 52, 98, 1, S, True),
        ("A", "B", 53, None, 1, S, True),
    )
    found = {kind: count_of(book, kind) for kind in (*FAULTS, *CANCELS) if _count(book, kind)}
    assert found.pop("pull_records") == (1, 7)
    assert found == {
        "cancel_of_unknown_id": (1, 4),
        "modify_of_unknown_id": (1, 5),
        "duplicate_add": (1, 6),
        "cancel_above_resting_size": (1, 7),
        "crossed_after_last": (2, 8),
        "add_without_size_price_or_side": (1, 9),
    }


def test_a_clear_is_no_pull_and_marks_the_window() -> None:
    book, tables = _run(("R", "N", 0, None, 0, S, True), ("A", "B", 3, 98, 2, 2 * S, True), ("A", "A", 4, 99, 2, 2 * S, True))
    assert _row(tables, 0, 98)["depth_start"] == 0
    assert tables.rows.pull.sum() == 0
    assert tables.windows.marks[0] == MARK_CLEARED
    assert _count(book, "clear_in_mid_day") == 1


def test_snapshot_adds_build_the_book_and_count_as_nothing() -> None:
    events = batch([("R", "N", 0, None, 0, S, True), *((*record[:5], S, True) for record in QUOTES)], [True] * 5)
    book, tables, _ = play(events, 5 * S)
    row = _row(tables, 0, 99)
    assert (row["depth_start"], row["depth_end"], row["add"]) == (10, 10, 0)
    assert tables.windows.marks[0] == MARK_SNAPSHOT
    assert shown_best(book) == (99, 100)


def test_a_book_crossed_inside_an_event_is_no_anomaly() -> None:
    """An aggressor's remainder is added before the cancel of what it hit."""
    _, tables = _run(
        ("T", "B", 9, 100, 10, S, False),
        ("F", "A", 2, 100, 10, S, False),
        ("A", "B", 9, 100, 5, S, False),
        ("C", "A", 2, 100, 10, S, True),
        ("A", "A", 3, 101, 1, S, True),
    )
    assert tables.windows.marks[0] & MARK_CROSSED == 0
    assert (tables.windows.best_bid_ticks[0], tables.windows.best_ask_ticks[0]) == (100, 101)


def test_quiet_windows_carry_the_depth_on_and_have_their_rows() -> None:
    _, tables = _run(until_s=20)
    assert len(tables.windows.marks) == 4
    assert _row(tables, 0, 99, window=3)["depth_start"] == 10
    assert len(tables.rows.window) == 16


def test_bars_hold_what_a_plain_pass_over_the_trades_holds() -> None:
    trades = [(0, 100, 2, "B"), (300 * MS, 103, 1, "A"), (900 * MS, 99, 4, "N"), (1500 * MS, 101, 3, "B"), (121 * S, 98, 5, "A")]
    _, tables = _run(*(("T", side, 9, tick, size, ts, True) for ts, tick, size, side in trades), until_s=300)
    order = np.lexsort((tables.bars.bar_start_ns, tables.bars.bar_s))
    by_name = [{name: int(column[at]) for name, column in tables.bars._asdict().items()} for at in order]
    ohlc = [
        (bar["bar_s"], bar["bar_start_ns"] // S, *(bar[f"{part}_ticks"] for part in ("open", "high", "low", "close"))) for bar in by_name
    ]
    assert ohlc == [
        (1, 0, 100, 103, 99, 99),
        (1, 1, 101, 101, 101, 101),
        (1, 121, 98, 98, 98, 98),
        (120, 0, 100, 103, 99, 101),
        (120, 120, 98, 98, 98, 98),
    ]
    assert [(bar["volume"], bar["buy_volume"], bar["sell_volume"], bar["notional_ticks"]) for bar in by_name[3:]] == [
        (10, 5, 1, 200 + 103 + 396 + 303),
        (5, 0, 5, 490),
    ]
    assert (tables.path.ts_recv_ns.tolist(), tables.path.price_ticks.tolist()) == (
        [trade[0] for trade in trades],
        [trade[1] for trade in trades],
    )


def test_depth_after_events_shows_complete_events_only() -> None:
    events = batch([*QUOTES, ("A", "B", 3, 97, 5, S, False), ("A", "B", 4, 99, 1, S, True)])
    _, depth = depth_after_events(events, new_book(REST_NS), 2)
    assert depth.record.tolist() == [0, 1, 2, 3, 5]
    assert depth.places[4, BID].tolist() == [(99, 11, 2), (97, 5, 1)]
    assert depth.places[1, ASK, 1].tolist() == (NO_TICK, 0, 0)


@pytest.mark.parametrize(("records_a_window", "is_halt"), [(1000, True), (10, False)])
def test_a_silence_is_a_halt_only_where_messages_were_due(records_a_window: int, is_halt: bool) -> None:
    windows = _windows(10)
    windows.window_start_ns[:] = np.arange(10) * 5 * S
    windows.records[:] = records_a_window
    windows.longest_silence_ns[7] = 3 * S
    found = halted(windows, (0, 100 * S), 5 * S, silence_s=2.0, expected_records=100, trailing_windows=60)
    assert found.tolist() == [i == 7 and is_halt for i in range(10)]
    assert not halted(windows, (0, 30 * S), 5 * S, silence_s=2.0, expected_records=100, trailing_windows=60).any()


def test_windows_are_unusable_until_the_share_of_unknown_ids_has_fallen() -> None:
    windows = _windows(6)
    windows.cancels_and_modifies[:] = 100
    windows.unknown_ids[0] = 5
    assert full_of_unknown_ids(windows, share_max=0.01, trailing_windows=3).tolist() == [True, True, True, False, False, False]


def test_an_order_that_moves_beyond_the_lines_leaves_in_the_direction_of_its_new_price() -> None:
    _, tables = _run(("M", "A", 2, 400_000, 10, S, True), ("A", "A", 3, 100, 1, S, True))
    row = _row(tables, 1, 100)
    assert (row["reprice_up"], row["reprice_down"], row["depth_end"]) == (10, 0, 1)


def test_a_modify_to_nothing_takes_the_order_off_and_is_counted() -> None:
    book, tables = _run(("M", "B", 1, 99, 0, S, True))
    assert (_row(tables, 0, 99)["pull"], _row(tables, 0, 99)["depth_end"]) == (10, 0)
    assert _count(book, "add_without_size_price_or_side") == 1


def test_a_known_id_on_the_other_side_is_a_new_order_and_the_old_one_has_left() -> None:
    _, tables = _run(("A", "A", 1, 101, 7, S, True))
    assert (_row(tables, 0, 99)["pull"], _row(tables, 0, 99)["depth_end"], _row(tables, 1, 101)["depth_end"]) == (10, 0, 7)


def test_the_trade_path_has_the_first_trade_of_every_window_even_at_an_old_price() -> None:
    trades = [(tick, ts) for tick, ts in ((100, S), (100, 2 * S), (100, 6 * S))]
    _, tables = _run(*(("T", "B", 9, tick, 1, ts, True) for tick, ts in trades), until_s=10)
    assert (tables.path.ts_recv_ns.tolist(), tables.path.price_ticks.tolist()) == ([S, 6 * S], [100, 100])


@pytest.mark.parametrize("step", [1, 2, 3, 100, 1024])
def test_ids_that_follow_one_another_are_found_in_few_steps(step: int) -> None:
    capacity = 1 << 14
    orders = np.zeros(capacity, ORDER_DTYPE)
    first = 6_412_345_678_901
    orders["key"][: capacity // SLOTS_PER_ORDER] = np.arange(first, first + capacity // SLOTS_PER_ORDER * step, step)
    table = np.zeros(capacity, ORDER_DTYPE)
    rehash(orders, table)
    slots = np.flatnonzero(table["key"])
    mask = np.uint64(capacity - 1)
    steps = (slots - np.array([int(home(key, mask)) for key in table["key"][slots]])) % capacity
    # Ids thrown at random need 0.17 steps past their first slot at this load.
    assert steps.mean() < 0.2


def test_an_order_rests_from_the_moment_it_is_half_a_second_old() -> None:
    """500 ms is resting, a nanosecond less is not; for what is pulled and for what is repriced alike."""
    at, before = REST_NS, REST_NS - 1
    _, pulled = _run(("C", "A", 6, 110, 1, before, True), ("C", "B", 1, 99, 10, at, True))
    assert (_row(pulled, ASK, 110)["pull_rest"], _row(pulled, BID, 99)["pull_rest"]) == (0, 10)
    _, moved = _run(("M", "A", 6, 111, 1, before, True), ("M", "A", 2, 102, 10, at, True))
    assert (_row(moved, ASK, 110)["reprice_up_rest"], _row(moved, ASK, 100)["reprice_up_rest"]) == (0, 10)


@pytest.mark.parametrize(("in_snapshot", "pull_rest"), [(True, 10), (False, 0)])
def test_an_order_of_a_snapshot_is_as_old_as_its_event_says_and_any_other_as_its_receipt(in_snapshot: bool, pull_rest: int) -> None:
    """A snapshot's receipt is the snapshot's own time, and would make every order of the night new at the open."""
    events = batch([*QUOTES, ("A", "B", 7, 98, 10, 2 * S, True), ("C", "B", 7, 98, 10, 2 * S + MS, True)])
    flags, ts_event_ns = events.flags.copy(), events.ts_event_ns.copy()
    flags[4] |= F_SNAPSHOT if in_snapshot else 0
    ts_event_ns[4] = S
    _, tables, _ = play(events._replace(flags=flags, ts_event_ns=ts_event_ns), 5 * S)
    assert (_row(tables, BID, 98)["pull"], _row(tables, BID, 98)["pull_rest"]) == (10, pull_rest)


@pytest.mark.parametrize(("action", "marks_after"), [("N", MARK_BAD_BOOK), ("R", 0)])
def test_a_book_that_may_be_bad_stays_so_until_it_is_cleared(action: str, marks_after: int) -> None:
    events = batch([*QUOTES, ("N", "N", 0, None, 0, S, True), (action, "N", 0, None, 0, 6 * S, True)])
    flags = events.flags | np.array([0, 0, 0, 0, F_MAYBE_BAD_BOOK, 0], np.uint8)
    _, tables, _ = play(events._replace(flags=flags), 15 * S)
    cleared = MARK_CLEARED if action == "R" else 0
    assert tables.windows.marks.tolist() == [MARK_BAD_BOOK, MARK_BAD_BOOK | cleared, marks_after]


def test_a_window_that_begins_with_a_crossed_book_is_marked_though_nothing_comes_in_it() -> None:
    _, tables = _run(("A", "B", 7, 101, 1, S, True), ("C", "B", 7, 101, 1, 11 * S, True), until_s=20)
    assert [bool(mark & MARK_CROSSED) for mark in tables.windows.marks] == [True, True, True, False]


def test_a_silence_as_long_as_the_limit_is_a_halt() -> None:
    windows = _windows(3)
    windows.window_start_ns[:] = np.arange(3) * 5 * S
    windows.records[:] = 1000
    windows.longest_silence_ns[1:] = [2 * S - 1, 2 * S]
    assert halted(windows, (0, 100 * S), 5 * S, silence_s=2.0, expected_records=100, trailing_windows=60).tolist() == [False, False, True]


def test_a_late_trade_is_in_the_bars_and_on_the_path_when_it_came_not_where_its_time_says() -> None:
    """Bars and path of 9 s had been written when it came, at 17 s."""
    tables = _clocked([("T", "B", 9, 101, 1, 17 * S, True), ("T", "B", 9, 102, 2, 9 * S, True)], set(), 25)
    assert set(tables.bars.bar_start_ns.tolist()) == {17 * S}
    assert (tables.path.ts_recv_ns.tolist(), tables.path.price_ticks.tolist()) == ([17 * S, 17 * S], [101, 102])
    assert tables.windows.volume.tolist() == [0, 0, 0, 3, 0]


def test_a_halt_lasts_until_a_record_comes_though_the_windows_before_promise_nothing_any_more() -> None:
    """1,000 records a window, then eight windows without one; the rate is that of the three windows before, and a record ends it in 12."""
    windows = _windows(16)
    windows.window_start_ns[:] = np.arange(16) * 5 * S
    windows.records[:] = 1000
    windows.records[4:12] = 0
    windows.longest_silence_ns[4:13] = np.arange(1, 10) * 5 * S
    found = halted(windows, (0, 100 * S), 5 * S, silence_s=2.0, expected_records=100, trailing_windows=3)
    assert np.flatnonzero(found).tolist() == list(range(4, 13))
    until_45_s = halted(windows, (0, 45 * S), 5 * S, silence_s=2.0, expected_records=100, trailing_windows=3)
    assert np.flatnonzero(until_45_s).tolist() == list(range(4, 9))


def test_a_share_of_unknown_ids_at_the_limit_is_still_usable() -> None:
    windows = _windows(2)
    windows.cancels_and_modifies[:] = 100
    windows.unknown_ids[:] = [1, 2]
    assert full_of_unknown_ids(windows, share_max=0.01, trailing_windows=1).tolist() == [False, True]


def test_a_side_s_depth_ends_with_its_last_order_however_many_queue_at_one_price() -> None:
    """Two offers in one queue are the whole side: what lies beyond them is not looked at."""
    events = batch([("A", "A", 1, 100, 3, 0, True), ("A", "A", 2, 100, 4, 0, True)])
    book = new_book(REST_NS)
    book.lines[ASK, 103 - LOWEST_TICK]["depth"] = 9  # no order's
    _, depth = depth_after_events(events, book, 2)
    assert depth.places[1, ASK].tolist() == [(100, 7, 2), (NO_TICK, 0, 0)]


def test_a_clear_that_is_the_first_record_of_all_clears_nothing_and_is_no_fault() -> None:
    """Files without a snapshot, and the week's first session, begin with R."""
    book, tables, _ = play(batch([("R", "N", 0, None, 0, S, True), *((*record[:5], S, True) for record in QUOTES)]), 10 * S)
    assert _count(book, "clear_in_mid_day") == 0
    assert tables.windows.marks.tolist() == [0, 0]


def test_a_cancel_of_undefined_size_takes_the_whole_order_and_is_counted() -> None:
    book, tables = _run(("C", "B", 1, 99, NO_SIZE, S, True))
    row = _row(tables, BID, 99)
    assert (row["pull"], row["depth_end"], row["orders_end"]) == (10, 0, 0)
    assert count_of(book, "cancel_of_undefined_size") == (1, 4)
    assert shown_best(book) == (90, 100)


def test_records_that_do_not_agree_with_their_orders_are_counted_by_kind() -> None:
    """A cancel of 4 of 10, one at a price where its order is not, fills of 11 out of 10, a trade at 0, an order of a million."""
    book, _ = _run(
        ("C", "B", 1, 99, 4, S, True),
        ("C", "B", 5, 91, 1, S, True),
        ("F", "A", 2, 100, 6, S, False),
        ("F", "A", 2, 100, 5, S, True),
        ("T", "B", 9, 0, 1, S, True),
        ("A", "A", 7, 120, 999_999, S, True),
        ("A", "A", 8, 121, 1_000_000, S, True),
        ("N", "N", 0, 0, 2_000_000, S, True),
    )
    found = {kind: count_of(book, kind) for kind in FAULTS if _count(book, kind)}
    assert found == {
        "cancel_below_resting_size": (1, 4),
        "cancel_at_other_price": (1, 5),
        "fill_above_resting_size": (1, 7),
        "price_of_zero": (1, 8),
        "size_of_a_million": (1, 10),
    }


def _clocked(records: list[Record], bad: set[int], until_s: int) -> FlowTables:
    """Quotes at 0 s, then the records; those numbered in `bad` carry BAD_TS_RECV."""
    rows = [*QUOTES, *records]
    flags = [at - len(QUOTES) in bad for at in range(len(rows))]
    return play(batch(rows, bad_clock=flags), until_s * S)[1]


def test_a_bad_ts_recv_closes_no_window_and_what_lies_between_two_good_times_is_marked() -> None:
    """Stamped 30 s late, it happened between 6 s and 18 s: the windows of 5, 10 and 15 s are out of time, it is in the first."""
    add: Record = ("A", "B", 3, 98, 1, 6 * S, True)
    tables = _clocked([add, ("T", "B", 9, 100, 2, 36 * S, True), ("A", "B", 4, 98, 1, 18 * S, True)], {1}, 40)
    assert [mark & MARK_OUT_OF_TIME for mark in tables.windows.marks.tolist()] == [0, 64, 64, 64, 0, 0, 0, 0]
    assert tables.windows.records.tolist() == [4, 2, 0, 1, 0, 0, 0, 0]
    assert tables.windows.volume.tolist()[:2] == [0, 2]
    assert set(tables.bars.bar_start_ns.tolist()) == {6 * S}, "its bars are those of the clock, not of its stamp"


def test_a_bad_ts_recv_within_one_window_marks_that_one_alone() -> None:
    tables = _clocked([("A", "B", 3, 98, 1, 2 * S, True), ("A", "B", 4, 98, 1, 4 * S, True)], {0}, 15)
    assert tables.windows.marks.tolist() == [MARK_OUT_OF_TIME, 0, 0]


def test_before_any_good_time_a_bad_ts_recv_counts_at_the_matching_engine_s() -> None:
    events = batch(
        [("T", "B", 9, 100, 2, 33 * S, True), *((*record[:5], 12 * S, True) for record in QUOTES)], bad_clock=[True] + [False] * 4
    )
    events.ts_event_ns[0] = 11 * S
    tables = play(events, 20 * S, start_ns=10 * S)[1]
    assert set(tables.bars.bar_start_ns.tolist()) == {11 * S}
    assert tables.windows.window_start_ns.tolist() == [10 * S, 15 * S]
    assert tables.windows.marks.tolist() == [MARK_OUT_OF_TIME, 0]


def test_snapshot_records_carry_the_flag_by_rule_and_move_the_clock() -> None:
    rows: list[Record] = [*QUOTES, ("A", "B", 3, 98, 1, 12 * S, True)]
    tables = play(batch(rows, [False] * 4 + [True], [False] * 4 + [True]), 15 * S)[1]
    assert tables.windows.marks.tolist() == [0, 0, MARK_SNAPSHOT]
    assert tables.windows.records.tolist() == [4, 0, 1]


def test_a_record_that_comes_after_its_window_closed_marks_the_open_one_alone() -> None:
    tables = _clocked(
        [("A", "B", 3, 98, 1, 17 * S, True), ("A", "B", 4, 98, 1, 16 * S, True), ("A", "B", 7, 98, 1, 9 * S, True)], set(), 25
    )
    assert tables.windows.marks.tolist() == [0, 0, 0, MARK_OUT_OF_TIME, 0]
