"""What one MBO record does to the book and to the line it touches. The rules of the venue live here and nowhere else.

C removes `size`; M sets the new total, and of an unknown id is an add; F changes nothing and only names a size that a later C or M of the
same event takes off; T changes nothing; R empties the book. (Databento, "MBO schema: order actions"; CME, "MBO market data".)
Size that was executed is never a pull. A resting order that was repriced through the spread is an aggressor: an F with the id and side of
the event's T names it, and what leaves its old tick is a reprice toward the trade.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..compiled import compiled, inlined
from ..events import ADD, CANCEL, CLEAR, F_MAYBE_BAD_BOOK, F_SNAPSHOT, FILL, MODIFY, NO_TICK, NONE, SIDE_ASK, SIDE_BID, TRADE
from .lines import count_executed, count_moved, count_pulled, line_or_none, open_line, put, take, whole_ms
from .orders import EMPTY, erase, key_of, slot_of
from .state import ASK, BID, LOWEST_TICK, NO_LINE

MARK_CLEARED, MARK_SNAPSHOT, MARK_BAD_BOOK, MARK_HALT, MARK_CROSSED, MARK_UNKNOWN_IDS, MARK_OUT_OF_TIME = 1, 2, 4, 8, 16, 32, 64
A_MILLION = 1_000_000
"""Contracts of a record that are counted as odd; the largest order that CME takes in ES is of some thousands."""


class Record(NamedTuple):
    """One record of an `EventBatch`, in its units."""

    ts_recv_ns: np.int64
    ts_event_ns: np.int64
    order_id: np.uint64
    price_ticks: np.int64
    size: np.int64
    flags: np.uint8
    action: np.uint8
    side: np.uint8


@inlined()
def record_at(events, i, ts_ns):
    """Record `i` of a batch, as of `ts_ns`: its ts_recv, or the clock where that is bad."""
    return Record(
        ts_ns,
        events.ts_event_ns[i],
        events.order_id[i],
        np.int64(events.price_ticks[i]),
        np.int64(events.size[i]),
        events.flags[i],
        events.action[i],
        events.side[i],
    )


@inlined()
def note(count, book):
    """Count one record of a kind, one of `book.counts`, and keep the position of the first."""
    if count["count"] == 0:
        count["first"] = book.state["records"]
    count["count"] += 1


@inlined()
def _is_on_other_side(event_side, side_char):
    """Whether a record names the side on which its order does not rest: the order must have left, and a new one come under its id."""
    return side_char == (SIDE_ASK if event_side & 1 == BID else SIDE_BID)


@compiled()
def _clear(book):
    """Empty the book. Counters start anew: what was cleared was not pulled."""
    for i in range(book.orders.shape[0]):
        order = book.orders[i]
        if order["key"] != EMPTY:
            at = order["line"]
            if at >= 0:
                line = book.lines[order["event_side"] & 1, at]
                line["depth"] = 0
                line["orders"] = 0
                line["big"] = 0
                book.placed_sums[order["event_side"] & 1, at] = 0
            order["key"] = EMPTY
    book.state["stamp"] += 1
    book.state["live_orders"] = 0
    for side in range(2):
        book.sides[side]["orders"] = 0
        book.sides[side]["best_line"] = NO_LINE


@inlined()
def _insert(book, slot, key, side, at, size, placed_ts_ns, is_snapshot):
    if at < 0:
        note(book.counts["price_beyond_lines"], book)
    order = book.orders[slot]
    order["key"] = key
    order["placed_ts_ns"] = placed_ts_ns
    order["line"] = at
    order["size"] = size
    order["reported"] = 0
    order["event_side"] = side
    book.state["live_orders"] += 1
    if at >= 0:
        line = book.lines[side, at]
        open_line(line, book)
        if is_snapshot:
            line["depth_start"] += size
        else:
            line["add"] += size
    put(book, side, at, size, whole_ms(placed_ts_ns))


@inlined()
def _reported(order, book):
    """Size that F records of this event named for the order; negative where the order was itself the aggressor."""
    return np.int64(order["reported"]) if np.int64(order["event_side"] >> 1) == book.state["event"] else np.int64(0)


@inlined()
def _cancel(book, slot, mask, size, ts_ns):
    order = book.orders[slot]
    resting_size = np.int64(order["size"])
    removed = size
    if removed != resting_size:
        if removed < 0:
            note(book.counts["cancel_of_undefined_size"], book)
        elif removed > resting_size:
            note(book.counts["cancel_above_resting_size"], book)
        else:
            note(book.counts["cancel_below_resting_size"], book)
        removed = resting_size if removed < 0 else min(removed, resting_size)
    side = np.int64(order["event_side"] & 1)
    at = np.int64(order["line"])
    reported = _reported(order, book)
    executed = min(abs(reported), removed)
    pulled = removed - executed
    resting = ts_ns - order["placed_ts_ns"] >= book.state["rest_ns"]
    note(book.counts["pull_records"] if pulled > 0 else book.counts["cancel_of_fill"], book)
    if at >= 0:
        line = book.lines[side, at]
        open_line(line, book)
        count_executed(line, side, executed, reported < 0, resting)
        count_pulled(line, pulled, resting)
    leaves = removed == resting_size
    take(book, side, at, resting_size, removed, whole_ms(order["placed_ts_ns"]))
    if leaves:
        book.state["live_orders"] -= 1
        erase(book.orders, slot, mask)
    else:
        order["size"] = resting_size - removed
        order["reported"] = reported - executed if reported > 0 else reported + executed


@inlined()
def _modify(book, slot, new_line, new_size, ts_ns):
    """Executed size first, then what its owner took off or added; at a new price the rest leaves the old line for the new one.

    `new_line` may lie beyond the lines.
    """
    new_at = line_or_none(new_line)
    order = book.orders[slot]
    side = np.int64(order["event_side"] & 1)
    at = np.int64(order["line"])
    old_size = np.int64(order["size"])
    reported = _reported(order, book)
    executed = min(abs(reported), old_size)
    left = old_size - executed
    pulled = max(left - new_size, 0)
    added = max(new_size - left, 0)
    resting = ts_ns - order["placed_ts_ns"] >= book.state["rest_ns"]
    if at >= 0:
        line = book.lines[side, at]
        open_line(line, book)
        count_executed(line, side, executed, reported < 0, resting)
        count_pulled(line, pulled, resting)
        if new_at != at:
            count_moved(line, new_line > at, left - pulled, resting)
    if new_at >= 0:
        line = book.lines[side, new_at]
        open_line(line, book)
        line["add"] += added
        if reported > 0:
            line["refresh"] += added
        if new_at != at:
            line["arrive"] += left - pulled
    elif at >= 0:
        note(book.counts["price_beyond_lines"], book)
    # The order comes back before its old size goes, so that a line that stays filled never looks empty.
    placed_ms = whole_ms(order["placed_ts_ns"])
    put(book, side, new_at, new_size, whole_ms(ts_ns) if new_at != at else placed_ms)
    take(book, side, at, old_size, old_size, placed_ms)
    if new_at != at:
        order["placed_ts_ns"] = ts_ns
    order["line"] = new_at
    order["size"] = new_size
    order["reported"] = 0


@inlined()
def _report_fill(order, record, book):
    """Add an F record to what this event has named for its order."""
    state = book.state
    if np.int64(order["event_side"] >> 1) != state["event"]:
        order["reported"] = 0
        order["event_side"] = np.uint32((state["event"] << 1) | np.int64(order["event_side"] & 1))
    took = np.int64(record.order_id) == state["aggressor_id"] and record.side == state["aggressor_side"]
    if order["reported"] != 0:
        took = order["reported"] < 0
    order["reported"] = order["reported"] - record.size if took else order["reported"] + record.size
    if abs(order["reported"]) > order["size"]:
        note(book.counts["fill_above_resting_size"], book)


@inlined()
def _count_swept(own, at, size, book):
    """All that an event takes from one side is a sweep from its second price on; what it took at the first counts then."""
    if own["taken_event"] != book.state["event"]:
        own["taken_event"] = book.state["event"]
        own["taken_line"] = at
        own["taken"] = 0
    if at == own["taken_line"]:
        own["taken"] += size
    else:
        own["swept"] += own["taken"] + size
        own["taken_line"] = NO_LINE
        own["taken"] = 0


@inlined()
def _trade(record, at, book):
    """T changes no queue: it names the aggressor and counts as volume at the side that was hit."""
    book.state["aggressor_id"] = np.int64(record.order_id)
    book.state["aggressor_side"] = record.side
    if at >= 0 and record.side in (SIDE_BID, SIDE_ASK):
        hit = ASK if record.side == SIDE_BID else BID
        line = book.lines[hit, at]
        open_line(line, book)
        line["volume"] += record.size
        _count_swept(book.sides[hit], at, record.size, book)


@compiled()
def _note_odd_values(record, book):
    """Of a record with a price of 0 or a size of a million; neither means anything on R and N."""
    if record.action not in (CLEAR, NONE):
        if record.price_ticks == 0:
            note(book.counts["price_of_zero"], book)
        if record.size >= A_MILLION:
            note(book.counts["size_of_a_million"], book)


@inlined()
def apply_record(record, book):
    """Let one `Record` act on the book and count what it did on the lines it touched.

    The caller ends the event with `end_event` at F_LAST and counts the record. R as the first record of all is no clear: nothing was there.
    """
    state = book.state
    new_line = record.price_ticks - LOWEST_TICK
    at = line_or_none(new_line)
    is_snapshot = record.flags & F_SNAPSHOT != 0
    if is_snapshot:
        state["marks"] |= MARK_SNAPSHOT
        state["bad_book"] = 0
    if record.flags & F_MAYBE_BAD_BOOK:
        note(book.counts["maybe_bad_book"], book)
        state["bad_book"] = 1
        state["marks"] |= MARK_BAD_BOOK
    if record.price_ticks == 0 or record.size >= A_MILLION:
        _note_odd_values(record, book)
    if record.action == NONE:
        return
    if record.action == TRADE:
        _trade(record, at, book)
        return
    if record.action == CLEAR:
        if not is_snapshot and state["records"] > 0:
            state["marks"] |= MARK_CLEARED
            note(book.counts["clear_in_mid_day"], book)
        state["bad_book"] = 0
        _clear(book)
        return
    mask = np.uint64(book.orders.shape[0] - 1)
    key = key_of(record.order_id)
    slot = slot_of(book.orders, key, mask)
    known = book.orders[slot]["key"] == key
    if record.action == FILL:
        if known:
            _report_fill(book.orders[slot], record, book)
        else:
            note(book.counts["fill_of_unknown_id"], book)
        return
    if record.action == CANCEL:
        state["cancels_and_modifies"] += 1
        if known:
            if new_line != book.orders[slot]["line"] and at >= 0:
                note(book.counts["cancel_at_other_price"], book)
            _cancel(book, slot, mask, record.size, record.ts_recv_ns)
        else:
            note(book.counts["cancel_of_unknown_id"], book)
            state["unknown_ids"] += 1
        return
    if record.action == MODIFY:
        state["cancels_and_modifies"] += 1
        if not known:
            note(book.counts["modify_of_unknown_id"], book)
            state["unknown_ids"] += 1
    elif record.action == ADD and known:
        note(book.counts["duplicate_add"], book)
    if known and (record.size <= 0 or _is_on_other_side(book.orders[slot]["event_side"], record.side)):
        _cancel(book, slot, mask, np.int64(book.orders[slot]["size"]), record.ts_recv_ns)
        slot = slot_of(book.orders, key, mask)
        known = False
    if record.price_ticks == NO_TICK or record.size <= 0 or (not known and record.side not in (SIDE_BID, SIDE_ASK)):
        note(book.counts["add_without_size_price_or_side"], book)
    elif known:
        _modify(book, slot, new_line, record.size, record.ts_recv_ns)
    else:
        side = np.int64(BID if record.side == SIDE_BID else ASK)
        placed_ts_ns = record.ts_event_ns if is_snapshot else record.ts_recv_ns
        _insert(book, slot, key, side, at, record.size, placed_ts_ns, is_snapshot)


@inlined()
def end_event(book):
    """F_LAST: what F reported is settled, and the book may be looked at."""
    state = book.state
    state["event"] = (state["event"] + 1) & 0x7FFFFFFF
    state["aggressor_id"] = 0
    bid, ask = book.sides[BID]["best_line"], book.sides[ASK]["best_line"]
    _show(book, BID, bid)
    _show(book, ASK, ask)
    if 0 <= ask <= bid:
        state["marks"] |= MARK_CROSSED
        note(book.counts["crossed_after_last"], book)


@inlined()
def _show(book, side, best_line):
    """A side's best line as a trader may see it."""
    own = book.sides[side]
    own["shown_line"] = best_line
    if best_line >= 0:
        best = book.lines[side, best_line]
        own["shown_size"] = best["depth"]
        own["shown_orders"] = best["orders"]
