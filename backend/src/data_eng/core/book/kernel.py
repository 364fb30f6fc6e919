"""The one loop that sees events: `advance(events, book, flow)`.

Any cut of the events into pieces gives the same book and the same rows. A window closes at the first record at or past its end by
`ts_recv`, or by `close(until_ns)`; so nothing in a row was known later than the window's end.

A record that the feed flags BAD_TS_RECV (of a snapshot all are, by rule) moves no clock. It came between the last record with a good
time and the next one: it is put into the window that is open then, and that window and those up to the next good time are marked. Any
other record whose ts_recv lies before one that came earlier counts as of that one's; where the open window's start lies between the two,
the window is marked. What had closed when it came stays as it was: nobody could know then that a record was missing.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, inlined, prefetch
from ..events import F_BAD_TS_RECV, F_LAST, F_SNAPSHOT, NO_TICK, SIDE_ASK, SIDE_BID, TRADE, EventBatch
from ..units import NS_PER_S
from .flow import BAR_SECONDS, LONGEST_SILENCE_NS, NEVER_NS, Flow, FlowTables, drain
from .orders import home, rehash
from .record import MARK_BAD_BOOK, MARK_CROSSED, MARK_OUT_OF_TIME, apply_record, end_event, note, record_at
from .state import ASK, BID, LOWEST_TICK, NO_LINE, SLOTS_PER_ORDER, TICKS, Book, cache_aligned

_DONE, _BUFFER_FULL, _TABLE_FULL = 0, 1, 2
READ_AHEAD = 16
"""Records by which an order's slot and the one after it are fetched before they are needed; 8 to 24 do equally well."""


@inlined()
def _ticks_of(line):
    return line + LOWEST_TICK if line != NO_LINE else NO_TICK


@inlined()
def _has_counts(line):
    """Whether a line that the open window touched had depth when it began, or anything came, went or traded there since."""
    queue = line["depth_start"] | line["add"] | line["arrive"] | line["fill"] | line["pull"] | line["reprice_up"] | line["reprice_down"]
    of_resting = line["pull_rest"] | line["reprice_up_rest"] | line["reprice_down_rest"]
    return queue | of_resting | line["volume"] != 0


@compiled()
def _write_rows(book, flow):
    """The open window's rows: every tick of the band around the mid that had depth, or where anything happened."""
    tape, rows = flow.tape, flow.rows
    stamp = book.state["stamp"]
    window = tape["windows_written"]
    at_row = tape["flow_rows"]
    lowest = max(tape["centre_line"] - tape["band_ticks"], 0)
    highest = min(tape["centre_line"] + tape["band_ticks"], TICKS - 1)
    for side in range(2):
        for at in range(lowest, highest + 1):
            line = book.lines[side, at]
            touched = line["stamp"] == stamp
            if line["depth"] == 0 and not (touched and _has_counts(line)):
                continue
            rows.window[at_row] = window
            rows.side[at_row] = side
            rows.price_ticks[at_row] = at + LOWEST_TICK
            rows.depth_start[at_row] = line["depth_start"] if touched else line["depth"]
            rows.depth_end[at_row] = line["depth"]
            rows.orders_end[at_row] = line["orders"]
            rows.add[at_row] = line["add"] if touched else 0
            rows.arrive[at_row] = line["arrive"] if touched else 0
            rows.fill[at_row] = line["fill"] if touched else 0
            rows.pull[at_row] = line["pull"] if touched else 0
            rows.reprice_up[at_row] = line["reprice_up"] if touched else 0
            rows.reprice_down[at_row] = line["reprice_down"] if touched else 0
            rows.pull_rest[at_row] = line["pull_rest"] if touched else 0
            rows.reprice_up_rest[at_row] = line["reprice_up_rest"] if touched else 0
            rows.reprice_down_rest[at_row] = line["reprice_down_rest"] if touched else 0
            rows.buy_volume[at_row] = line["volume"] if touched and side == ASK else 0
            rows.sell_volume[at_row] = line["volume"] if touched and side == BID else 0
            rows.refresh[at_row] = line["refresh"] if touched else 0
            rows.big_end[at_row] = line["big"]
            rows.age_sum[at_row] = book.placed_sums[side, at]
            at_row += 1
    tape["flow_rows"] = at_row


@compiled()
def _write_window(book, flow):
    """Close the open window: its rows around the mid, and its own row."""
    state, tape = book.state, flow.tape
    bid, ask = book.sides[BID], book.sides[ASK]
    has_bid, has_ask = bid["shown_line"] != NO_LINE, ask["shown_line"] != NO_LINE
    if has_bid and has_ask:
        tape["centre_line"] = (bid["shown_line"] + ask["shown_line"]) // 2
    if tape["centre_line"] >= 0 and tape["window_start_ns"] < tape["rows_end_ns"]:
        _write_rows(book, flow)
    row = flow.windows[tape["window_rows"]]
    row["window_start_ns"] = tape["window_start_ns"]
    row["best_bid_ticks"] = _ticks_of(bid["shown_line"])
    row["best_ask_ticks"] = _ticks_of(ask["shown_line"])
    row["best_bid_size"] = bid["shown_size"] if has_bid else 0
    row["best_ask_size"] = ask["shown_size"] if has_ask else 0
    row["best_bid_orders"] = bid["shown_orders"] if has_bid else 0
    row["best_ask_orders"] = ask["shown_orders"] if has_ask else 0
    row["records"] = state["records"] - tape["records_before"]
    row["volume"] = tape["window_volume"]
    row["buy_volume"] = tape["window_buy_volume"]
    row["sell_volume"] = tape["window_sell_volume"]
    row["sweeps_buy"] = ask["swept"]
    row["sweeps_sell"] = bid["swept"]
    row["last_trade_ticks"] = tape["last_trade_ticks"]
    row["marks"] = state["marks"]
    row["longest_silence_ns"] = min(tape["longest_silence_ns"], LONGEST_SILENCE_NS)
    row["cancels_and_modifies"] = state["cancels_and_modifies"]
    row["unknown_ids"] = state["unknown_ids"]
    row["unseen_ns"] = 0
    tape["window_rows"] += 1
    tape["windows_written"] += 1


@compiled()
def _begin_window(book, flow, start_ns):
    """What is wrong with the book at a window's start is wrong with the window, though no record says so again."""
    state, tape = book.state, flow.tape
    tape["window_start_ns"] = start_ns
    state["stamp"] += 1
    state["marks"] = MARK_BAD_BOOK if state["bad_book"] else 0
    if state["clock_lost"]:
        state["marks"] |= MARK_OUT_OF_TIME
    bid_line, ask_line = book.sides[BID]["shown_line"], book.sides[ASK]["shown_line"]
    if ask_line != NO_LINE and bid_line >= ask_line:
        state["marks"] |= MARK_CROSSED
    state["cancels_and_modifies"] = 0
    state["unknown_ids"] = 0
    for side in range(2):
        book.sides[side]["swept"] = 0
    tape["records_before"] = state["records"]
    tape["window_volume"] = 0
    tape["window_buy_volume"] = 0
    tape["window_sell_volume"] = 0
    tape["longest_silence_ns"] = 0
    tape["path_ticks"] = NO_TICK


@compiled()
def _write_bar(book, flow, bar):
    bar["best_bid_ticks"] = _ticks_of(book.sides[BID]["shown_line"])
    bar["best_ask_ticks"] = _ticks_of(book.sides[ASK]["shown_line"])
    flow.bars[flow.tape["bar_rows"]] = bar
    flow.tape["bar_rows"] += 1
    bar["volume"] = 0


@compiled()
def _set_next_boundary(flow):
    """Earliest time at which a window or an open bar has to close."""
    tape = flow.tape
    boundary = np.int64(NEVER_NS)
    if tape["running"]:
        boundary = tape["window_start_ns"] + tape["window_ns"]
    elif tape["window_start_ns"] < tape["end_ns"]:
        boundary = tape["window_start_ns"]
    for k in range(flow.open_bars.shape[0]):
        bar = flow.open_bars[k]
        if bar["volume"] > 0:
            boundary = min(boundary, _end_ns(bar))
    tape["next_boundary_ns"] = boundary


@inlined()
def _end_ns(bar):
    return bar["bar_start_ns"] + bar["bar_s"] * NS_PER_S


@compiled()
def _pass_boundaries(ts_ns, book, flow):
    """Close every window and bar that ends at or before `ts_ns`; False when a buffer must be drained first."""
    tape = flow.tape
    while ts_ns >= tape["next_boundary_ns"]:
        boundary = tape["next_boundary_ns"]
        rows_a_window = 2 * (2 * tape["band_ticks"] + 1)
        if (
            tape["flow_rows"] + rows_a_window > flow.rows.window.shape[0]
            or tape["window_rows"] >= flow.windows.shape[0]
            or tape["bar_rows"] + flow.open_bars.shape[0] > flow.bars.shape[0]
        ):
            return False
        for k in range(flow.open_bars.shape[0]):
            bar = flow.open_bars[k]
            if bar["volume"] > 0 and _end_ns(bar) <= boundary:
                _write_bar(book, flow, bar)
        if tape["running"]:
            if tape["window_start_ns"] + tape["window_ns"] <= boundary:
                tape["longest_silence_ns"] = max(tape["longest_silence_ns"], boundary - book.state["last_ts_ns"])
                _write_window(book, flow)
                _begin_window(book, flow, boundary)
                tape["running"] = 1 if boundary < tape["end_ns"] else 0
        elif tape["window_start_ns"] < tape["end_ns"] and tape["window_start_ns"] <= boundary:
            _begin_window(book, flow, tape["window_start_ns"])
            tape["running"] = 1
        _set_next_boundary(flow)
    return True


@inlined()
def _count_trade(record, flow):
    """A trade's way into the window, the open bars and the trade path."""
    tape = flow.tape
    tick, size = record.price_ticks, record.size
    tape["last_trade_ticks"] = tick
    buy = size if record.side == SIDE_BID else 0
    sell = size if record.side == SIDE_ASK else 0
    tape["window_volume"] += size
    tape["window_buy_volume"] += buy
    tape["window_sell_volume"] += sell
    opened = False
    for k in range(flow.open_bars.shape[0]):
        bar = flow.open_bars[k]
        if bar["volume"] == 0:
            bar_ns = BAR_SECONDS[k] * NS_PER_S
            bar["bar_s"] = BAR_SECONDS[k]
            bar["bar_start_ns"] = record.ts_recv_ns // bar_ns * bar_ns
            bar["open_ticks"] = tick
            bar["high_ticks"] = tick
            bar["low_ticks"] = tick
            bar["buy_volume"] = 0
            bar["sell_volume"] = 0
            bar["notional_ticks"] = 0
            opened = True
        bar["high_ticks"] = max(bar["high_ticks"], tick)
        bar["low_ticks"] = min(bar["low_ticks"], tick)
        bar["close_ticks"] = tick
        bar["volume"] += size
        bar["buy_volume"] += buy
        bar["sell_volume"] += sell
        bar["notional_ticks"] += tick * size
    if opened:
        _set_next_boundary(flow)
    if tape["running"] and tick != tape["path_ticks"]:
        place = flow.path[tape["path_rows"]]
        place["ts_recv_ns"] = record.ts_recv_ns
        place["price_ticks"] = tick
        tape["path_rows"] += 1
        tape["path_ticks"] = tick


@compiled()
def _lose_clock(book):
    """From here to the next good time nobody knows when things happened."""
    book.state["clock_lost"] = 1
    book.state["marks"] |= MARK_OUT_OF_TIME


@compiled()
def _reach_back(ts_ns, book, flow):
    """A time before the clock's: of the open window it is one of its own, of an earlier one the open window is marked."""
    note(book.counts["ts_recv_backwards"], book)
    if flow.tape["running"] and ts_ns < flow.tape["window_start_ns"]:
        book.state["marks"] |= MARK_OUT_OF_TIME


@compiled()
def _advance(first, events, book, flow):
    """Work from record `first` on; returns the position reached and why it stopped.

    Positions are unsigned, which spares every column the check for an index from the end: 2 ns a record.
    """
    state, tape = book.state, flow.tape
    fullest = book.orders.shape[0] // SLOTS_PER_ORDER
    mask = np.uint64(book.orders.shape[0] - 1)
    last = np.uint64(events.ts_recv_ns.shape[0] - 1)
    for i in range(np.uint64(first), np.uint64(events.ts_recv_ns.shape[0])):
        ahead = home(events.order_id[min(i + np.uint64(READ_AHEAD), last)], mask)
        prefetch(book.orders, ahead)
        prefetch(book.orders, ahead + np.uint64(1))
        if state["live_orders"] >= fullest:
            return np.int64(i), _TABLE_FULL
        ts_ns = events.ts_recv_ns[i]
        is_trade = events.action[i] == TRADE
        if is_trade and tape["path_rows"] >= flow.path.shape[0]:
            return np.int64(i), _BUFFER_FULL
        if events.flags[i] & (F_BAD_TS_RECV | F_SNAPSHOT) == F_BAD_TS_RECV:
            _lose_clock(book)
            ts_ns = state["last_ts_ns"] if state["last_ts_ns"] > 0 else events.ts_event_ns[i]
        else:
            if ts_ns >= tape["next_boundary_ns"] and not _pass_boundaries(ts_ns, book, flow):
                return np.int64(i), _BUFFER_FULL
            state["clock_lost"] = 0
            silence_ns = ts_ns - state["last_ts_ns"]
            if silence_ns < 0:
                _reach_back(ts_ns, book, flow)
                ts_ns = state["last_ts_ns"]
            else:
                state["last_ts_ns"] = ts_ns
                tape["longest_silence_ns"] = max(tape["longest_silence_ns"], silence_ns)
        record = record_at(events, i, ts_ns)
        apply_record(record, book)
        if is_trade and record.price_ticks != NO_TICK:
            _count_trade(record, flow)
        if record.flags & F_LAST:
            end_event(book)
        state["records"] += 1
    return events.ts_recv_ns.shape[0], _DONE


@compiled()
def _close(until_ns, book, flow):
    return _pass_boundaries(until_ns, book, flow)


def grown(book: Book) -> Book:
    """The same book with room for twice as many orders."""
    larger = cache_aligned((book.orders.shape[0] * 2,), book.orders.dtype)
    rehash(book.orders, larger)
    return book._replace(orders=larger)


def advance(events: EventBatch, book: Book, flow: Flow) -> tuple[Book, list[FlowTables]]:
    """Let `events` act on `book` and write to `flow`.

    Parameters
    ----------
    events : records of one instrument in file order, straight after those of the call before.
    book, flow : changed in place; the book returned has a larger order table where the old one became too full.

    Returns
    -------
    The book to go on with, and the pieces that left the tape because a buffer was full. What is still on the tape comes with `drain`.
    """
    pieces: list[FlowTables] = []
    at, why = 0, _TABLE_FULL
    while True:
        at, why = _advance(at, events, book, flow)
        if why == _DONE:
            return book, pieces
        if why == _TABLE_FULL:
            book = grown(book)
        else:
            pieces.append(drain(flow))


def close(until_ns: int, book: Book, flow: Flow) -> list[FlowTables]:
    """Close every window and bar that ends at or before `until_ns`, as if a record had come then; the depth carries on."""
    pieces: list[FlowTables] = []
    while not _close(until_ns, book, flow):
        pieces.append(drain(flow))
    pieces.append(drain(flow))
    return pieces
