"""The book as named records: resting orders in a hash table, one 64-byte line a side and tick, each side's best, and what else is known."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BID, ASK = 0, 1

LOWEST_TICK = -(1 << 14)
TICKS = 1 << 18
"""Ticks that have a line, from `LOWEST_TICK` on: ES and NQ to 61,000 points, CL from -163 dollars. Orders beyond are kept, not shown."""
NO_LINE = -1
NONE_IS_BIG = np.iinfo(np.int32).max

SLOTS_PER_ORDER = 4
"""The order table doubles before a resting order has fewer slots than this; at 2 the search took a tenth longer."""

ORDER_DTYPE = np.dtype(
    [("key", "<u8"), ("placed_ts_ns", "<i8"), ("line", "<i4"), ("size", "<i4"), ("reported", "<i4"), ("event_side", "<u4")]
)
"""One resting order, 32 bytes. `key` 0 is an empty slot. `line` is the tick minus `LOWEST_TICK`, -1 beyond the lines.

`reported` is the size that F records of event `event_side >> 1` named for it, negative where the order was itself the aggressor;
`event_side & 1` is its side.
"""

LINE_DTYPE = np.dtype(
    [
        ("stamp", "<i4"),
        ("depth", "<i4"),
        ("orders", "<i4"),
        ("big", "<i4"),
        ("depth_start", "<i4"),
        ("add", "<i4"),
        ("arrive", "<i4"),
        ("fill", "<i4"),
        ("pull", "<i4"),
        ("reprice_up", "<i4"),
        ("reprice_down", "<i4"),
        ("pull_rest", "<i4"),
        ("reprice_up_rest", "<i4"),
        ("reprice_down_rest", "<i4"),
        ("volume", "<i4"),
        ("refresh", "<i4"),
    ]
)
"""One side at one tick: a cache line. Everything from `depth_start` on holds only while `stamp` equals the running stamp.

`big` is the part of `depth` in big orders. `volume` was traded here by aggressors of the other side: buys on an ask's line.
"""

SIDE_DTYPE = np.dtype(
    [
        ("orders", "<i8"),
        ("best_line", "<i8"),
        ("shown_line", "<i8"),
        ("shown_size", "<i8"),
        ("shown_orders", "<i8"),
        ("taken_event", "<i8"),
        ("taken_line", "<i8"),
        ("taken", "<i8"),
        ("swept", "<i8"),
    ],
)
"""One side as a whole: its orders on lines, and its best line now and as "shown": after the last F_LAST, the only one a trader may see.

`taken` is what event `taken_event` took from the side while it traded at `taken_line` alone, which is NO_LINE from its second price on;
`swept` is what such events took, of the open window.
"""

STATE_DTYPE = np.dtype(
    [
        ("stamp", "<i8"),
        ("event", "<i8"),
        ("live_orders", "<i8"),
        ("aggressor_id", "<i8"),
        ("aggressor_side", "<i8"),
        ("bad_book", "<i8"),
        ("records", "<i8"),
        ("rest_ns", "<i8"),
        ("big_contracts", "<i8"),
        ("marks", "<i8"),
        ("cancels_and_modifies", "<i8"),
        ("unknown_ids", "<i8"),
        ("last_ts_ns", "<i8"),
        ("clock_lost", "<i8"),
    ]
)
"""What belongs to neither side. `marks`, `cancels_and_modifies` and `unknown_ids` are of the open window; `rest_ns` and
`big_contracts` are settings. `last_ts_ns` is the clock: the latest ts_recv that the feed vouches for. `clock_lost` is 1 from a record
with a bad ts_recv to the next one with a good one."""

FAULTS = (
    "cancel_of_unknown_id",
    "modify_of_unknown_id",
    "duplicate_add",
    "cancel_above_resting_size",
    "cancel_below_resting_size",
    "cancel_of_undefined_size",
    "cancel_at_other_price",
    "fill_above_resting_size",
    "price_of_zero",
    "size_of_a_million",
    "add_without_size_price_or_side",
    "price_beyond_lines",
    "crossed_after_last",
    "ts_recv_backwards",
    "maybe_bad_book",
    "clear_in_mid_day",
    "fill_of_unknown_id",
)
CANCELS = ("cancel_of_fill", "pull_records")
"""C records by what they were: they complete a fill, or are pulls by the owner."""
COUNT_DTYPE = np.dtype([("count", "<i8"), ("first", "<i8")])
"""How often, and the position of the first record of the kind; -1 before it came."""
COUNTS_DTYPE = np.dtype([(kind, COUNT_DTYPE) for kind in (*FAULTS, *CANCELS)])
"""One count a kind. Not every fault is the feed's: `fill_of_unknown_id` and `fill_above_resting_size` are hidden size (icebergs)."""


class Book(NamedTuple):
    """All that the kernel knows between two calls."""

    orders: NDArray[np.void]
    """(capacity,) ORDER_DTYPE, open addressing, capacity a power of two."""
    lines: NDArray[np.void]
    """(2, TICKS) LINE_DTYPE: side (bid 0, ask 1), tick minus LOWEST_TICK."""
    placed_sums: NDArray[np.int64]
    """(2, TICKS) of the orders on each line, size times the ms UTC at which it took its price; apart, as a line is full."""
    sides: NDArray[np.void]
    """(2,) SIDE_DTYPE."""
    state: np.void
    """One record of STATE_DTYPE."""
    counts: np.void
    """One record of COUNTS_DTYPE."""


def cache_aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Zeros that begin at a 64-byte cache line, so that no line of the book and no order straddles two."""
    size = int(np.prod(shape)) * dtype.itemsize
    room = np.zeros(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)


def new_book(rest_ns: int, capacity: int = 1 << 16, big_contracts: int = NONE_IS_BIG) -> Book:
    """An empty book. `capacity` grows by doubling.

    `rest_ns` is the age from which an order counts as resting, `big_contracts` the size from which it counts as big.
    """
    book = Book(
        orders=cache_aligned((capacity,), ORDER_DTYPE),
        lines=cache_aligned((2, TICKS), LINE_DTYPE),
        placed_sums=np.zeros((2, TICKS), np.int64),
        sides=np.zeros(2, SIDE_DTYPE),
        state=np.zeros(1, STATE_DTYPE)[0],
        counts=np.zeros(1, COUNTS_DTYPE)[0],
    )
    book.sides["best_line"] = book.sides["shown_line"] = NO_LINE
    book.state["stamp"] = book.state["event"] = 1
    book.state["rest_ns"], book.state["big_contracts"] = rest_ns, big_contracts
    for kind in (*FAULTS, *CANCELS):
        book.counts[kind]["first"] = -1
    return book


def count_of(book: Book, kind: str) -> tuple[int, int]:
    """How many records of one of `FAULTS` or `CANCELS` there were, and the position of the first; -1 where there was none."""
    return int(book.counts[kind]["count"]), int(book.counts[kind]["first"])
