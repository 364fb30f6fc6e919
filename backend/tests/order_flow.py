"""Small order flow written by hand in tests, and the columns the kernel takes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.book.flow import Flow, FlowRows, FlowTables, join, new_flow
from src.data_eng.core.book.kernel import advance, close
from src.data_eng.core.book.state import LOWEST_TICK, NO_LINE, Book, new_book
from src.data_eng.core.events import F_BAD_TS_RECV, F_LAST, F_SNAPSHOT, NO_TICK, EventBatch
from src.data_eng.core.units import NS_PER_S

REST_NS = 500_000_000
WINDOW_NS = 5 * NS_PER_S
BIG_CONTRACTS = 4

Record = tuple[str, str, int, int | None, int, int, bool]
"""action, side, order id, tick, size, time in ns, is last of its event."""


def batch(records: Iterable[Record], snapshot: Iterable[bool] | None = None, bad_clock: Iterable[bool] | None = None) -> EventBatch:
    """Columns of records given as tuples; ts_event equals ts_recv."""
    rows = list(records)
    flags = np.array([F_LAST if row[6] else 0 for row in rows], np.uint8)
    for given, bit in ((snapshot, F_SNAPSHOT), (bad_clock, F_BAD_TS_RECV)):
        if given is not None:
            flags |= np.where(np.fromiter(given, bool, len(rows)), bit, 0).astype(np.uint8)
    ts = np.array([row[5] for row in rows], np.int64)
    return EventBatch(
        ts_recv_ns=ts,
        ts_event_ns=ts.copy(),
        order_id=np.array([row[2] for row in rows], np.uint64),
        price_ticks=np.array([NO_TICK if row[3] is None else row[3] for row in rows], np.int32),
        size=np.array([row[4] for row in rows], np.int32),
        flags=flags,
        action=np.array([ord(row[0]) for row in rows], np.uint8),
        side=np.array([ord(row[1]) for row in rows], np.uint8),
        sequence=np.arange(len(rows), dtype=np.uint32),
    )


def cut(events: EventBatch, first: int, last: int) -> EventBatch:
    """Records first..last-1 of a batch."""
    columns: tuple[Any, ...] = events
    return EventBatch._make(column[first:last] for column in columns)


def play(events: EventBatch, end_ns: int, start_ns: int = 0, cuts: Iterable[int] = (), band: int = 100) -> tuple[Book, FlowTables, Flow]:
    """Run events through a new book and tape, in the pieces that `cuts` give, and close at `end_ns`."""
    book, flow = new_book(REST_NS, 16, BIG_CONTRACTS), new_flow(start_ns, end_ns, WINDOW_NS, band)
    edges = [0, *sorted(cuts), len(events.size)]
    pieces: list[FlowTables] = []
    for first, last in pairwise(edges):
        book, drained = advance(cut(events, first, last), book, flow)
        pieces += drained
    pieces += close(end_ns, book, flow)
    return book, join(pieces), flow


def shown_best(book: Book) -> tuple[int, int]:
    """Best bid and best offer in ticks after the last F_LAST; NO_TICK for an empty side."""
    bid, ask = (NO_TICK if line == NO_LINE else int(line) + LOWEST_TICK for line in book.sides["shown_line"])
    return bid, ask


def conserved_depth(rows: FlowRows) -> NDArray[np.int32]:
    """The depth at a window's end, by what was there at its start and what came and went."""
    left = rows.fill + rows.pull + rows.reprice_up + rows.reprice_down
    return rows.depth_start + rows.add + rows.arrive - left


def require_lines_hold_their_orders(book: Book) -> None:
    """Depth, orders, contracts in big orders and placed sums, added up anew from the table of orders, to 1,000 ticks beyond the last."""
    orders = book.orders[(book.orders["key"] != 0) & (book.orders["line"] >= 0)]
    lowest, highest = (int(end(orders["line"], initial=-LOWEST_TICK)) for end in (np.min, np.max))
    span = slice(max(lowest - 1000, 0), highest + 1000)
    lines, placed_sums = book.lines[:, span], book.placed_sums[:, span]
    place = (orders["event_side"] & 1, orders["line"] - span.start)
    size = orders["size"].astype(np.int64)
    big = size * (size >= int(book.state["big_contracts"]))
    for held, expected in (
        (lines["depth"], size),
        (lines["orders"], np.ones_like(size)),
        (lines["big"], big),
        (placed_sums, size * (orders["placed_ts_ns"] // 1_000_000)),
    ):
        total = np.zeros(held.shape, np.int64)
        np.add.at(total, place, expected)
        assert np.array_equal(held, total)
