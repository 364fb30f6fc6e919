"""The best levels of the book after every event, for those who want to look at the book itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..events import F_LAST, NO_TICK, EventBatch
from .kernel import grown
from .record import apply_record, end_event
from .state import BID, DEPTH, LOWEST_TICK, NO_LINE, ORDERS, S_BEST_ASK, S_BEST_BID, S_BID_ORDERS, S_LIVE, S_RECORDS, SLOTS_PER_ORDER, Book

PRICE, SIZE, COUNT = 0, 1, 2


class Depth(NamedTuple):
    """The book after each event of a batch.

    record : (events,) int64, position in the batch of the event's last record.
    levels : (events, 2, depth, 3) int32; side (bid 0, ask 1), level from the best, then price in ticks (NO_TICK where there is none),
        size, orders.
    """

    record: NDArray[np.int64]
    levels: NDArray[np.int32]


@compiled()
def _write_levels(lines, scalars, out):
    depth = out.shape[1]
    for side in range(2):
        step = -1 if side == BID else 1
        at = scalars[S_BEST_BID] if side == BID else scalars[S_BEST_ASK]
        orders_left = scalars[S_BID_ORDERS + side]
        level = 0
        while at != NO_LINE and orders_left > 0 and level < depth:
            if lines[side, at, DEPTH] > 0:
                orders_left -= lines[side, at, ORDERS]
                out[side, level, PRICE] = at + LOWEST_TICK
                out[side, level, SIZE] = lines[side, at, DEPTH]
                out[side, level, COUNT] = lines[side, at, ORDERS]
                level += 1
            at += step
        for empty in range(level, depth):
            out[side, empty, PRICE] = NO_TICK
            out[side, empty, SIZE] = 0
            out[side, empty, COUNT] = 0


@compiled()
def _depth_after_events(
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
    events,
    record,
    levels,
):
    """Returns (position reached, events written); stops early when the order table is too full."""
    for i in range(first, ts_recv_ns.shape[0]):
        if scalars[S_LIVE] >= orders.shape[0] // SLOTS_PER_ORDER:
            return i, events
        apply_record(
            action[i],
            side[i],
            flags[i],
            order_id[i],
            price_ticks[i],
            size[i],
            ts_recv_ns[i],
            ts_event_ns[i],
            orders,
            lines,
            scalars,
            anomalies,
        )
        if flags[i] & F_LAST:
            end_event(lines, scalars, anomalies)
            record[events] = i
            _write_levels(lines, scalars, levels[events])
            events += 1
        scalars[S_RECORDS] += 1
    return ts_recv_ns.shape[0], events


def depth_after_events(events: EventBatch, book: Book, depth: int) -> tuple[Book, Depth]:
    """Let `events` act on `book` and take its `depth` best levels a side whenever an event is complete.

    Returns the book to go on with (its order table may have grown) and the levels.
    """
    complete = int(((events.flags & F_LAST) != 0).sum())
    taken = Depth(np.zeros(complete, np.int64), np.zeros((complete, 2, depth, 3), np.int32))
    at = written = 0
    while True:
        at, written = _depth_after_events(at, *events.acting, *book, written, *taken)
        if at == len(events.size):
            return book, taken
        book = grown(book)
