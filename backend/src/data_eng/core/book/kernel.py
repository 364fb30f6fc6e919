"""The one loop that sees events: `advance(events, book, flow)`.

Any cut of the events into pieces gives the same book and the same rows. A window closes at the first record at or past its end by
`ts_recv`, or by `close(until_ns)`; so nothing in a row was known later than the window's end.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, inlined, prefetch
from ..events import F_LAST, NO_TICK, SIDE_ASK, SIDE_BID, TRADE, EventBatch
from .flow import (
    B_BUY,
    B_CLOSE,
    B_HIGH,
    B_LOW,
    B_NOTIONAL,
    B_OPEN,
    B_SECONDS,
    B_SELL,
    B_START,
    B_VOLUME,
    BAR_SECONDS,
    C_BAND,
    C_BAR_ROWS,
    C_BUY,
    C_CENTRE,
    C_END,
    C_FLOW_ROWS,
    C_LAST_TRADE,
    C_NEXT_BOUNDARY,
    C_PATH_ROWS,
    C_PATH_TICKS,
    C_RECORDS_BEFORE,
    C_RUNNING,
    C_SELL,
    C_SILENCE,
    C_VOLUME,
    C_WINDOW_NS,
    C_WINDOW_ROWS,
    C_WINDOW_START,
    C_WINDOWS_WRITTEN,
    LONGEST_SILENCE_NS,
    NEVER_NS,
    NS,
    Flow,
    FlowTables,
    drain,
)
from .record import MARK_BAD_BOOK, MARK_CROSSED, apply_record, end_event, home, note, rehash
from .state import (
    DEPTH,
    DEPTH_START,
    LOWEST_TICK,
    NO_LINE,
    ORDERS,
    S_BAD_BOOK,
    S_CANCELS_AND_MODIFIES,
    S_LAST_TS,
    S_LIVE,
    S_MARKS,
    S_RECORDS,
    S_SHOWN_ASK,
    S_SHOWN_ASK_ORDERS,
    S_SHOWN_ASK_SIZE,
    S_SHOWN_BID,
    S_SHOWN_BID_ORDERS,
    S_SHOWN_BID_SIZE,
    S_STAMP,
    S_UNKNOWN_IDS,
    SLOTS_PER_ORDER,
    SPARE,
    STAMP,
    TICKS,
    X_TS_BACKWARDS,
    Book,
    cache_aligned,
)

_DONE, _BUFFER_FULL, _TABLE_FULL = 0, 1, 2
READ_AHEAD = 16
"""Records by which an order's slot and the one behind it are fetched before they are needed; 8 to 24 do equally well."""


@inlined()
def _ticks_of(line):
    return line + LOWEST_TICK if line != NO_LINE else NO_TICK


@compiled()
def _write_window(lines, scalars, cursors, flow, windows):
    """Close the open window: its rows around the mid, its line in `windows`, and a new stamp for the next."""
    bid = scalars[S_SHOWN_BID]
    ask = scalars[S_SHOWN_ASK]
    if NO_LINE not in (bid, ask):
        cursors[C_CENTRE] = (bid + ask) // 2
    row = cursors[C_FLOW_ROWS]
    stamp = scalars[S_STAMP]
    if cursors[C_CENTRE] >= 0:
        lowest = max(cursors[C_CENTRE] - cursors[C_BAND], 0)
        highest = min(cursors[C_CENTRE] + cursors[C_BAND], TICKS - 1)
        for side in range(2):
            for at in range(lowest, highest + 1):
                line = lines[side, at]
                touched = line[STAMP] == stamp
                if not touched and line[DEPTH] == 0:
                    continue
                depth_start = line[DEPTH_START] if touched else line[DEPTH]
                any_count = depth_start | line[DEPTH]
                if touched:
                    for column in range(DEPTH_START + 1, SPARE):
                        any_count |= line[column]
                if any_count == 0:
                    continue
                flow[0, row] = cursors[C_WINDOWS_WRITTEN]
                flow[1, row] = side
                flow[2, row] = at + LOWEST_TICK
                flow[3, row] = depth_start
                flow[4, row] = line[DEPTH]
                flow[5, row] = line[ORDERS]
                for column in range(DEPTH_START + 1, SPARE):
                    flow[column + 2, row] = line[column] if touched else 0
                row += 1
    cursors[C_FLOW_ROWS] = row
    at_window = cursors[C_WINDOW_ROWS]
    windows[0, at_window] = cursors[C_WINDOW_START]
    windows[1, at_window] = _ticks_of(bid)
    windows[2, at_window] = _ticks_of(ask)
    windows[3, at_window] = scalars[S_SHOWN_BID_SIZE] if bid != NO_LINE else 0
    windows[4, at_window] = scalars[S_SHOWN_ASK_SIZE] if ask != NO_LINE else 0
    windows[5, at_window] = scalars[S_SHOWN_BID_ORDERS] if bid != NO_LINE else 0
    windows[6, at_window] = scalars[S_SHOWN_ASK_ORDERS] if ask != NO_LINE else 0
    windows[7, at_window] = scalars[S_RECORDS] - cursors[C_RECORDS_BEFORE]
    windows[8, at_window] = cursors[C_VOLUME]
    windows[9, at_window] = cursors[C_BUY]
    windows[10, at_window] = cursors[C_SELL]
    windows[11, at_window] = cursors[C_LAST_TRADE]
    windows[12, at_window] = scalars[S_MARKS]
    windows[13, at_window] = min(cursors[C_SILENCE], LONGEST_SILENCE_NS)
    windows[14, at_window] = scalars[S_CANCELS_AND_MODIFIES]
    windows[15, at_window] = scalars[S_UNKNOWN_IDS]
    cursors[C_WINDOW_ROWS] = at_window + 1
    cursors[C_WINDOWS_WRITTEN] += 1


@compiled()
def _begin_window(scalars, cursors, start_ns):
    """What is wrong with the book at a window's start is wrong with the window, though no record says so again."""
    cursors[C_WINDOW_START] = start_ns
    scalars[S_STAMP] += 1
    scalars[S_MARKS] = MARK_BAD_BOOK if scalars[S_BAD_BOOK] else 0
    if scalars[S_SHOWN_ASK] != NO_LINE and scalars[S_SHOWN_BID] >= scalars[S_SHOWN_ASK]:
        scalars[S_MARKS] |= MARK_CROSSED
    scalars[S_CANCELS_AND_MODIFIES] = 0
    scalars[S_UNKNOWN_IDS] = 0
    cursors[C_RECORDS_BEFORE] = scalars[S_RECORDS]
    cursors[C_VOLUME] = 0
    cursors[C_BUY] = 0
    cursors[C_SELL] = 0
    cursors[C_SILENCE] = 0
    cursors[C_PATH_TICKS] = NO_TICK


@compiled()
def _write_bar(scalars, cursors, bar, bar_rows):
    row = cursors[C_BAR_ROWS]
    for column in range(B_NOTIONAL + 1):
        bar_rows[column, row] = bar[column]
    bar_rows[B_NOTIONAL + 1, row] = _ticks_of(scalars[S_SHOWN_BID])
    bar_rows[B_NOTIONAL + 2, row] = _ticks_of(scalars[S_SHOWN_ASK])
    cursors[C_BAR_ROWS] = row + 1
    bar[B_VOLUME] = 0


@compiled()
def _set_next_boundary(cursors, bars):
    """Earliest time at which a window or an open bar has to close."""
    boundary = np.int64(NEVER_NS)
    if cursors[C_RUNNING]:
        boundary = cursors[C_WINDOW_START] + cursors[C_WINDOW_NS]
    elif cursors[C_WINDOW_START] < cursors[C_END]:
        boundary = cursors[C_WINDOW_START]
    for k in range(bars.shape[0]):
        if bars[k, B_VOLUME] > 0:
            boundary = min(boundary, bars[k, B_START] + bars[k, B_SECONDS] * NS)
    cursors[C_NEXT_BOUNDARY] = boundary


@compiled()
def _pass_boundaries(ts_ns, lines, scalars, cursors, bars, flow, windows, bar_rows):
    """Close every window and bar that ends at or before `ts_ns`; False when a buffer must be drained first."""
    while ts_ns >= cursors[C_NEXT_BOUNDARY]:
        boundary = cursors[C_NEXT_BOUNDARY]
        rows_a_window = 2 * (2 * cursors[C_BAND] + 1)
        if (
            cursors[C_FLOW_ROWS] + rows_a_window > flow.shape[1]
            or cursors[C_WINDOW_ROWS] >= windows.shape[1]
            or cursors[C_BAR_ROWS] + bars.shape[0] > bar_rows.shape[1]
        ):
            return False
        for k in range(bars.shape[0]):
            if bars[k, B_VOLUME] > 0 and bars[k, B_START] + bars[k, B_SECONDS] * NS <= boundary:
                _write_bar(scalars, cursors, bars[k], bar_rows)
        if cursors[C_RUNNING]:
            if cursors[C_WINDOW_START] + cursors[C_WINDOW_NS] <= boundary:
                cursors[C_SILENCE] = max(cursors[C_SILENCE], boundary - scalars[S_LAST_TS])
                _write_window(lines, scalars, cursors, flow, windows)
                _begin_window(scalars, cursors, boundary)
                cursors[C_RUNNING] = 1 if boundary < cursors[C_END] else 0
        elif cursors[C_WINDOW_START] < cursors[C_END] and cursors[C_WINDOW_START] <= boundary:
            _begin_window(scalars, cursors, cursors[C_WINDOW_START])
            cursors[C_RUNNING] = 1
        _set_next_boundary(cursors, bars)
    return True


@inlined()
def _count_trade(ts_ns, tick, size, side_char, cursors, bars, path):
    """A trade's way into the window, the open bars and the trade path."""
    cursors[C_LAST_TRADE] = tick
    buy = size if side_char == SIDE_BID else 0
    sell = size if side_char == SIDE_ASK else 0
    cursors[C_VOLUME] += size
    cursors[C_BUY] += buy
    cursors[C_SELL] += sell
    opened = False
    for k in range(bars.shape[0]):
        bar = bars[k]
        if bar[B_VOLUME] == 0:
            bar_ns = BAR_SECONDS[k] * NS
            bar[B_SECONDS] = BAR_SECONDS[k]
            bar[B_START] = ts_ns // bar_ns * bar_ns
            bar[B_OPEN] = tick
            bar[B_HIGH] = tick
            bar[B_LOW] = tick
            bar[B_BUY] = 0
            bar[B_SELL] = 0
            bar[B_NOTIONAL] = 0
            opened = True
        bar[B_HIGH] = max(bar[B_HIGH], tick)
        bar[B_LOW] = min(bar[B_LOW], tick)
        bar[B_CLOSE] = tick
        bar[B_VOLUME] += size
        bar[B_BUY] += buy
        bar[B_SELL] += sell
        bar[B_NOTIONAL] += tick * size
    if opened:
        _set_next_boundary(cursors, bars)
    if cursors[C_RUNNING] and tick != cursors[C_PATH_TICKS]:
        row = cursors[C_PATH_ROWS]
        path[0, row] = ts_ns
        path[1, row] = tick
        cursors[C_PATH_ROWS] = row + 1
        cursors[C_PATH_TICKS] = tick


@compiled()
def _advance(
    first,
    ts_recv_ns,
    ts_event_ns,
    order_id,
    price_ticks,
    size,
    flags,
    action,
    side,
    orders,
    lines,
    scalars,
    anomalies,
    cursors,
    bars,
    flow,
    windows,
    bar_rows,
    path,
):
    """Work from record `first` on; returns the position reached and why it stopped.

    Positions are unsigned, which spares every column the check for an index from the end: 2 ns a record.
    """
    fullest = orders.shape[0] // SLOTS_PER_ORDER
    mask = np.uint64(orders.shape[0] - 1)
    last = np.uint64(ts_recv_ns.shape[0] - 1)
    for i in range(np.uint64(first), np.uint64(ts_recv_ns.shape[0])):
        ahead = home(order_id[min(i + np.uint64(READ_AHEAD), last)], mask)
        prefetch(orders, ahead)
        prefetch(orders, ahead + np.uint64(1))
        if scalars[S_LIVE] >= fullest:
            return np.int64(i), _TABLE_FULL
        is_trade = action[i] == TRADE
        if is_trade and cursors[C_PATH_ROWS] >= path.shape[1]:
            return np.int64(i), _BUFFER_FULL
        ts_ns = ts_recv_ns[i]
        if ts_ns >= cursors[C_NEXT_BOUNDARY] and not _pass_boundaries(ts_ns, lines, scalars, cursors, bars, flow, windows, bar_rows):
            return np.int64(i), _BUFFER_FULL
        silence_ns = ts_ns - scalars[S_LAST_TS]
        if silence_ns < 0:
            note(anomalies, X_TS_BACKWARDS, scalars)
        else:
            scalars[S_LAST_TS] = ts_ns
            cursors[C_SILENCE] = max(cursors[C_SILENCE], silence_ns)
        apply_record(
            action[i], side[i], flags[i], order_id[i], price_ticks[i], size[i], ts_ns, ts_event_ns[i], orders, lines, scalars, anomalies
        )
        if is_trade and price_ticks[i] != NO_TICK:
            _count_trade(ts_ns, np.int64(price_ticks[i]), np.int64(size[i]), side[i], cursors, bars, path)
        if flags[i] & F_LAST:
            end_event(lines, scalars, anomalies)
        scalars[S_RECORDS] += 1
    return ts_recv_ns.shape[0], _DONE


@compiled()
def _close(until_ns, lines, scalars, cursors, bars, flow, windows, bar_rows):
    return _pass_boundaries(until_ns, lines, scalars, cursors, bars, flow, windows, bar_rows)


def grown(book: Book) -> Book:
    """The same book with room for twice as many orders."""
    larger = cache_aligned((book.orders.shape[0] * 2,), book.orders.dtype)
    rehash(book.orders, larger)
    return book._replace(orders=larger)


def advance(events: EventBatch, book: Book, flow: Flow) -> tuple[Book, list[FlowTables]]:
    """Let `events` act on `book` and write to `flow`.

    Parameters
    ----------
    events : records of one instrument in file order, straight behind those of the call before.
    book, flow : changed in place; the book returned has a larger order table where the old one became too full.

    Returns
    -------
    The book to go on with, and the pieces that left the tape because a buffer was full. What is still on the tape comes with `drain`.
    """
    pieces: list[FlowTables] = []
    at, why = 0, _TABLE_FULL
    while True:
        at, why = _advance(at, *events.acting, *book, *flow)
        if why == _DONE:
            return book, pieces
        if why == _TABLE_FULL:
            book = grown(book)
        else:
            pieces.append(drain(flow))


def close(until_ns: int, book: Book, flow: Flow) -> list[FlowTables]:
    """Close every window and bar that ends at or before `until_ns`, as if a record had come then; the depth carries on."""
    pieces: list[FlowTables] = []
    while not _close(until_ns, book.lines, book.scalars, flow.cursors, flow.bars, flow.flow, flow.windows, flow.bar_rows):
        pieces.append(drain(flow))
    pieces.append(drain(flow))
    return pieces
