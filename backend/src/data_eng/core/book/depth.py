"""The best levels of the book after every event, for those who want to look at the book itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..events import F_LAST, NO_TICK, EventBatch
from .kernel import grown
from .record import apply_record, end_event, record_at
from .state import BID, LOWEST_TICK, NO_LINE, SLOTS_PER_ORDER, Book

PLACE_DTYPE = np.dtype([("price_ticks", "<i4"), ("size", "<i4"), ("orders", "<i4")])
"""One price of one side; price_ticks NO_TICK, the rest 0, where the side has no more."""


class Depth(NamedTuple):
    """The book after each event of a batch."""

    record: NDArray[np.int64]
    """(events,) position in the batch of the event's last record."""
    places: NDArray[np.void]
    """(events, 2, depth) PLACE_DTYPE; side (bid 0, ask 1), then from the best price outward."""


@compiled()
def _write_places(book, places):
    for side in range(2):
        step = -1 if side == BID else 1
        at = book.sides[side]["best_line"]
        orders_left = book.sides[side]["orders"]
        written = 0
        while at != NO_LINE and orders_left > 0 and written < places.shape[1]:
            line = book.lines[side, at]
            if line["depth"] > 0:
                orders_left -= line["orders"]
                place = places[side, written]
                place["price_ticks"] = at + LOWEST_TICK
                place["size"] = line["depth"]
                place["orders"] = line["orders"]
                written += 1
            at += step
        for empty in range(written, places.shape[1]):
            places[side, empty]["price_ticks"] = NO_TICK
            places[side, empty]["size"] = 0
            places[side, empty]["orders"] = 0


@compiled()
def _depth_after_events(first, events, book, written, depth):
    """Returns (position reached, events written); stops early when the order table is too full."""
    for i in range(first, events.ts_recv_ns.shape[0]):
        if book.state["live_orders"] >= book.orders.shape[0] // SLOTS_PER_ORDER:
            return i, written
        record = record_at(events, i, events.ts_recv_ns[i])
        apply_record(record, book)
        if record.flags & F_LAST:
            end_event(book)
            depth.record[written] = i
            _write_places(book, depth.places[written])
            written += 1
        book.state["records"] += 1
    return events.ts_recv_ns.shape[0], written


def depth_after_events(events: EventBatch, book: Book, depth: int) -> tuple[Book, Depth]:
    """Let `events` act on `book` and take its `depth` best prices a side whenever an event is complete.

    Returns the book to go on with (its order table may have grown) and the depth.
    """
    complete = int(((events.flags & F_LAST) != 0).sum())
    taken = Depth(np.zeros(complete, np.int64), np.zeros((complete, 2, depth), PLACE_DTYPE))
    at = written = 0
    while True:
        at, written = _depth_after_events(at, events, book, written, taken)
        if at == len(events.size):
            return book, taken
        book = grown(book)
