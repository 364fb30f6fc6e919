"""What one MBO record does to the book and to the line it touches. The rules of the venue live here and nowhere else.

C removes `size`; M sets the new total, and of an unknown id is an add; F changes nothing and only names a size that a later C or M of the
same event takes off; T changes nothing; R empties the book. (Databento, "MBO schema: order actions"; CME, "MBO market data".)
Size that was executed is never a pull. A resting order that was repriced through the spread is an aggressor: an F with the id and side of
the event's T names it, and what leaves its old tick is a reprice toward the trade.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, inlined
from ..events import (
    ADD,
    CANCEL,
    CLEAR,
    F_MAYBE_BAD_BOOK,
    F_SNAPSHOT,
    FILL,
    MODIFY,
    NO_TICK,
    NONE,
    SIDE_ASK,
    SIDE_BID,
    TRADE,
)
from .state import (
    ADD_SIZE,
    ARRIVE,
    ASK,
    BID,
    BUY_VOLUME,
    DEPTH,
    DEPTH_START,
    FILL_SIZE,
    LINE,
    LOWEST_TICK,
    NO_LINE,
    ORDERS,
    PULL,
    PULL_REST,
    REPRICE_DOWN,
    REPRICE_DOWN_REST,
    REPRICE_UP,
    REPRICE_UP_REST,
    S_AGGRESSOR_ID,
    S_AGGRESSOR_SIDE,
    S_BAD_BOOK,
    S_BEST_ASK,
    S_BEST_BID,
    S_BID_ORDERS,
    S_CANCELS_AND_MODIFIES,
    S_EVENT,
    S_LIVE,
    S_MARKS,
    S_RECORDS,
    S_REST_NS,
    S_SHOWN_ASK,
    S_SHOWN_ASK_ORDERS,
    S_SHOWN_ASK_SIZE,
    S_SHOWN_BID,
    S_SHOWN_BID_ORDERS,
    S_SHOWN_BID_SIZE,
    S_STAMP,
    S_UNKNOWN_IDS,
    SELL_VOLUME,
    STAMP,
    TICKS,
    X_BAD_ADD,
    X_BEYOND_LINES,
    X_CANCEL_ABOVE_SIZE,
    X_CANCEL_OF_FILL,
    X_CANCEL_UNKNOWN,
    X_CLEAR,
    X_CROSSED,
    X_DUPLICATE_ADD,
    X_FILL_UNKNOWN,
    X_MAYBE_BAD_BOOK,
    X_MODIFY_UNKNOWN,
    X_PULL_RECORDS,
)

MARK_CLEARED, MARK_SNAPSHOT, MARK_BAD_BOOK, MARK_HALT, MARK_CROSSED, MARK_UNKNOWN_IDS = 1, 2, 4, 8, 16, 32

_EMPTY = np.uint64(0)
_ONE = np.uint64(1)
_KEY_OF_ID_ZERO = np.uint64(2**64 - 1)
_FIBONACCI = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_COLUMNS = len(LINE)


@inlined()
def home(key, mask):
    """Slot at which the search for `key` begins: the top bits of the product, which keep ids that follow one another apart.

    (Knuth 6.4, multiplicative hashing. The middle bits do not: at half load their search took 1.3 steps instead of 0.3.)
    """
    return (((key * _FIBONACCI) >> _SHIFT) * (mask + _ONE)) >> _SHIFT


@inlined()
def _slot_of(orders, key, mask):
    """Slot that holds `key`, or the empty one where it would go."""
    slot = home(key, mask)
    while orders[slot]["key"] != _EMPTY and orders[slot]["key"] != key:
        slot = (slot + _ONE) & mask
    return slot


@compiled()
def _erase(orders, slot, mask):
    """Empty `slot` and close the gap behind it, so that no tombstones remain (Knuth 6.4, algorithm R)."""
    follower = slot
    while True:
        follower = (follower + _ONE) & mask
        if orders[follower]["key"] == _EMPTY:
            break
        wanted = home(orders[follower]["key"], mask)
        if ((follower - wanted) & mask) >= ((follower - slot) & mask):
            orders[slot] = orders[follower]
            slot = follower
    orders[slot]["key"] = _EMPTY


@compiled()
def rehash(orders, larger):
    """Copy every resting order into `larger`, an empty table of a larger power of two."""
    mask = np.uint64(larger.shape[0] - 1)
    for i in range(orders.shape[0]):
        if orders[i]["key"] != _EMPTY:
            larger[_slot_of(larger, orders[i]["key"], mask)] = orders[i]


@inlined()
def note(anomalies, kind, scalars):
    """Count one anomaly, and keep the position of its first record."""
    if anomalies[kind, 0] == 0:
        anomalies[kind, 1] = scalars[S_RECORDS]
    anomalies[kind, 0] += 1


@inlined()
def _open_line(lines, side, at, stamp):
    """Start the window's counters on a line at its first touch. (A view of the line would cost a reference count each time.)"""
    if lines[side, at, STAMP] != stamp:
        for column in range(DEPTH_START, _COLUMNS):
            lines[side, at, column] = 0
        lines[side, at, DEPTH_START] = lines[side, at, DEPTH]
        lines[side, at, STAMP] = stamp


@inlined()
def _line_or_none(line):
    """The line itself, NO_LINE beyond the lines; NO_TICK lies beyond them."""
    return line if 0 <= line < TICKS else np.int64(NO_LINE)


@compiled()
def _find_best(lines, scalars, side):
    """The next line with depth, away from the spread; called once in dozens of records, so it stays out of the loop's code."""
    step = 2 * side - 1
    at = scalars[S_BEST_BID + side]
    if scalars[S_BID_ORDERS + side] == 0:
        at = NO_LINE
    while 0 <= at < TICKS and lines[side, at, DEPTH] == 0:
        at += step
    scalars[S_BEST_BID + side] = _line_or_none(at)


@inlined()
def _put(lines, scalars, side, at, size):
    """One order of `size` comes to rest on a line."""
    if at < 0:
        return
    lines[side, at, DEPTH] += size
    lines[side, at, ORDERS] += 1
    scalars[S_BID_ORDERS + side] += 1
    best = scalars[S_BEST_BID + side]
    if (at - best) * (1 - 2 * side) > 0 or best == NO_LINE:
        scalars[S_BEST_BID + side] = at


@inlined()
def _take(lines, scalars, side, at, size, order_leaves):
    """`size` comes off a line; `order_leaves` is 1 when its order goes with it."""
    if at < 0:
        return
    lines[side, at, DEPTH] -= size
    lines[side, at, ORDERS] -= order_leaves
    scalars[S_BID_ORDERS + side] -= order_leaves
    if lines[side, at, DEPTH] == 0 and at == scalars[S_BEST_BID + side]:
        _find_best(lines, scalars, side)


@inlined()
def _count_moved(lines, side, at, up, size, resting):
    lines[side, at, REPRICE_UP if up else REPRICE_DOWN] += size
    lines[side, at, REPRICE_UP_REST if up else REPRICE_DOWN_REST] += size * resting


@inlined()
def _count_pulled(lines, side, at, size, resting):
    lines[side, at, PULL] += size
    lines[side, at, PULL_REST] += size * resting


@inlined()
def _count_executed(lines, side, at, size, by_aggressor, resting):
    """Executed size is a fill, or a move toward the trade where the order itself was the aggressor."""
    if by_aggressor:
        _count_moved(lines, side, at, side == BID, size, resting)
    else:
        lines[side, at, FILL_SIZE] += size


@inlined()
def _is_on_other_side(event_side, side_char):
    """Whether a record names the side on which its order does not rest: the order must have left, and a new one come under its id."""
    return side_char == (SIDE_ASK if event_side & 1 == BID else SIDE_BID)


@compiled()
def _clear(orders, lines, scalars):
    """Empty the book. Counters start anew: what was cleared was not pulled."""
    for i in range(orders.shape[0]):
        if orders[i]["key"] != _EMPTY:
            at = orders[i]["line"]
            if at >= 0:
                side = orders[i]["event_side"] & 1
                lines[side, at, DEPTH] = 0
                lines[side, at, ORDERS] = 0
            orders[i]["key"] = _EMPTY
    scalars[S_STAMP] += 1
    scalars[S_LIVE] = 0
    scalars[S_BID_ORDERS] = 0
    scalars[S_BID_ORDERS + ASK] = 0
    scalars[S_BEST_BID] = NO_LINE
    scalars[S_BEST_ASK] = NO_LINE


@inlined()
def _insert(orders, lines, scalars, anomalies, slot, key, side, at, size, placed_ts_ns, is_snapshot):
    if at < 0:
        note(anomalies, X_BEYOND_LINES, scalars)
    order = orders[slot]
    order["key"] = key
    order["placed_ts_ns"] = placed_ts_ns
    order["line"] = at
    order["size"] = size
    order["reported"] = 0
    order["event_side"] = side
    scalars[S_LIVE] += 1
    if at >= 0:
        _open_line(lines, side, at, scalars[S_STAMP])
        if is_snapshot:
            lines[side, at, DEPTH_START] += size
        else:
            lines[side, at, ADD_SIZE] += size
    _put(lines, scalars, side, at, size)


@inlined()
def _cancel(orders, lines, scalars, anomalies, slot, mask, size, ts_ns):
    order = orders[slot]
    resting_size = np.int64(order["size"])
    removed = size
    if removed > resting_size:
        note(anomalies, X_CANCEL_ABOVE_SIZE, scalars)
        removed = resting_size
    side = np.int64(order["event_side"] & 1)
    at = np.int64(order["line"])
    reported = np.int64(order["reported"]) if np.int64(order["event_side"] >> 1) == scalars[S_EVENT] else np.int64(0)
    executed = min(abs(reported), removed)
    pulled = removed - executed
    resting = ts_ns - order["placed_ts_ns"] >= scalars[S_REST_NS]
    note(anomalies, X_PULL_RECORDS if pulled > 0 else X_CANCEL_OF_FILL, scalars)
    if at >= 0:
        _open_line(lines, side, at, scalars[S_STAMP])
        _count_executed(lines, side, at, executed, reported < 0, resting)
        _count_pulled(lines, side, at, pulled, resting)
    leaves = removed == resting_size
    _take(lines, scalars, side, at, removed, 1 if leaves else 0)
    if leaves:
        scalars[S_LIVE] -= 1
        _erase(orders, slot, mask)
    else:
        order["size"] = resting_size - removed
        order["reported"] = reported - executed if reported > 0 else reported + executed


@inlined()
def _modify(orders, lines, scalars, anomalies, slot, new_line, new_size, ts_ns):
    """Executed size first, then what its owner took off or added; at a new price the rest leaves the old line for the new one.

    `new_line` may lie beyond the lines.
    """
    new_at = _line_or_none(new_line)
    order = orders[slot]
    side = np.int64(order["event_side"] & 1)
    at = np.int64(order["line"])
    old_size = np.int64(order["size"])
    reported = np.int64(order["reported"]) if np.int64(order["event_side"] >> 1) == scalars[S_EVENT] else np.int64(0)
    executed = min(abs(reported), old_size)
    left = old_size - executed
    pulled = max(left - new_size, 0)
    added = max(new_size - left, 0)
    resting = ts_ns - order["placed_ts_ns"] >= scalars[S_REST_NS]
    if at >= 0:
        _open_line(lines, side, at, scalars[S_STAMP])
        _count_executed(lines, side, at, executed, reported < 0, resting)
        _count_pulled(lines, side, at, pulled, resting)
        if new_at != at:
            _count_moved(lines, side, at, new_line > at, left - pulled, resting)
    if new_at >= 0:
        _open_line(lines, side, new_at, scalars[S_STAMP])
        lines[side, new_at, ADD_SIZE] += added
        if new_at != at:
            lines[side, new_at, ARRIVE] += left - pulled
    elif at >= 0:
        note(anomalies, X_BEYOND_LINES, scalars)
    # The order comes back before its old size goes, so that a line that stays filled never looks empty.
    _put(lines, scalars, side, new_at, new_size)
    _take(lines, scalars, side, at, old_size, 1)
    if new_at != at:
        order["placed_ts_ns"] = ts_ns
    order["line"] = new_at
    order["size"] = new_size
    order["reported"] = 0


@inlined()
def apply_record(action, side_char, flags, order_id, tick, size, ts_recv_ns, ts_event_ns, orders, lines, scalars, anomalies):
    """Let one record act on the book and count what it did on the lines it touched.

    Parameters: the record's columns as in `EventBatch` (price in ticks, NO_TICK where it has none; sizes in contracts; times in ns),
    then the arrays of `Book`. The caller ends the event with `end_event` at F_LAST and counts the record.
    """
    line = np.int64(tick) - LOWEST_TICK
    at = _line_or_none(line)
    is_snapshot = flags & F_SNAPSHOT != 0
    if is_snapshot:
        scalars[S_MARKS] |= MARK_SNAPSHOT
        scalars[S_BAD_BOOK] = 0
    if flags & F_MAYBE_BAD_BOOK:
        note(anomalies, X_MAYBE_BAD_BOOK, scalars)
        scalars[S_BAD_BOOK] = 1
        scalars[S_MARKS] |= MARK_BAD_BOOK
    if action == NONE:
        return
    if action == TRADE:
        scalars[S_AGGRESSOR_ID] = np.int64(order_id)
        scalars[S_AGGRESSOR_SIDE] = side_char
        if at >= 0 and side_char == SIDE_BID:
            _open_line(lines, ASK, at, scalars[S_STAMP])
            lines[ASK, at, BUY_VOLUME] += size
        elif at >= 0 and side_char == SIDE_ASK:
            _open_line(lines, BID, at, scalars[S_STAMP])
            lines[BID, at, SELL_VOLUME] += size
        return
    if action == CLEAR:
        if not is_snapshot:
            scalars[S_MARKS] |= MARK_CLEARED
            note(anomalies, X_CLEAR, scalars)
        scalars[S_BAD_BOOK] = 0
        _clear(orders, lines, scalars)
        return
    mask = np.uint64(orders.shape[0] - 1)
    key = np.uint64(order_id) if order_id != 0 else _KEY_OF_ID_ZERO
    slot = _slot_of(orders, key, mask)
    known = orders[slot]["key"] == key
    if action == FILL:
        if not known:
            note(anomalies, X_FILL_UNKNOWN, scalars)
            return
        order = orders[slot]
        if np.int64(order["event_side"] >> 1) != scalars[S_EVENT]:
            order["reported"] = 0
            order["event_side"] = np.uint32((scalars[S_EVENT] << 1) | np.int64(order["event_side"] & 1))
        took = np.int64(order_id) == scalars[S_AGGRESSOR_ID] and side_char == scalars[S_AGGRESSOR_SIDE]
        if order["reported"] != 0:
            took = order["reported"] < 0
        order["reported"] = order["reported"] - size if took else order["reported"] + size
        return
    if action == CANCEL:
        scalars[S_CANCELS_AND_MODIFIES] += 1
        if known:
            _cancel(orders, lines, scalars, anomalies, slot, mask, np.int64(size), ts_recv_ns)
        else:
            note(anomalies, X_CANCEL_UNKNOWN, scalars)
            scalars[S_UNKNOWN_IDS] += 1
        return
    if action == MODIFY:
        scalars[S_CANCELS_AND_MODIFIES] += 1
        if not known:
            note(anomalies, X_MODIFY_UNKNOWN, scalars)
            scalars[S_UNKNOWN_IDS] += 1
    elif action == ADD and known:
        note(anomalies, X_DUPLICATE_ADD, scalars)
    if known and (size <= 0 or _is_on_other_side(orders[slot]["event_side"], side_char)):
        _cancel(orders, lines, scalars, anomalies, slot, mask, np.int64(orders[slot]["size"]), ts_recv_ns)
        slot = _slot_of(orders, key, mask)
        known = False
    if tick == NO_TICK or size <= 0 or (not known and side_char not in (SIDE_BID, SIDE_ASK)):
        note(anomalies, X_BAD_ADD, scalars)
    elif known:
        _modify(orders, lines, scalars, anomalies, slot, line, np.int64(size), ts_recv_ns)
    else:
        side = np.int64(BID if side_char == SIDE_BID else ASK)
        placed_ts_ns = ts_event_ns if is_snapshot else ts_recv_ns
        _insert(orders, lines, scalars, anomalies, slot, key, side, at, np.int64(size), placed_ts_ns, is_snapshot)


@inlined()
def end_event(lines, scalars, anomalies):
    """F_LAST: what F reported is settled, and the book may be looked at."""
    scalars[S_EVENT] = (scalars[S_EVENT] + 1) & 0x7FFFFFFF
    scalars[S_AGGRESSOR_ID] = 0
    bid = scalars[S_BEST_BID]
    ask = scalars[S_BEST_ASK]
    scalars[S_SHOWN_BID] = bid
    scalars[S_SHOWN_ASK] = ask
    if bid >= 0:
        scalars[S_SHOWN_BID_SIZE] = lines[BID, bid, DEPTH]
        scalars[S_SHOWN_BID_ORDERS] = lines[BID, bid, ORDERS]
    if ask >= 0:
        scalars[S_SHOWN_ASK_SIZE] = lines[ASK, ask, DEPTH]
        scalars[S_SHOWN_ASK_ORDERS] = lines[ASK, ask, ORDERS]
        if bid >= ask:
            scalars[S_MARKS] |= MARK_CROSSED
            note(anomalies, X_CROSSED, scalars)
