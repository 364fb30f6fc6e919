"""The book as plain arrays: resting orders in a hash table, one 64-byte line a side and tick, and a few scalars."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BID, ASK = 0, 1

LOWEST_TICK = -(1 << 14)
TICKS = 1 << 18
"""Ticks that have a line, from `LOWEST_TICK` on: ES and NQ to 61,000 points, CL from -163 dollars. Orders beyond are kept, not shown."""

SLOTS_PER_ORDER = 4
"""The order table doubles before a resting order has fewer slots than this; at 2 the search took a tenth longer."""

ORDER_DTYPE = np.dtype(
    [("key", "<u8"), ("placed_ts_ns", "<i8"), ("line", "<i4"), ("size", "<i4"), ("reported", "<i4"), ("event_side", "<u4")]
)
"""One resting order, 32 bytes. `key` 0 is an empty slot. `line` is the tick less `LOWEST_TICK`, -1 beyond the lines.

`reported` is the size that F records of event `event_side >> 1` named for it, negative where the order was itself the aggressor;
`event_side & 1` is its side.
"""

LINE = (
    "stamp",
    "depth",
    "orders",
    "depth_start",
    "add",
    "arrive",
    "fill",
    "pull",
    "reprice_up",
    "reprice_down",
    "pull_rest",
    "reprice_up_rest",
    "reprice_down_rest",
    "buy_volume",
    "sell_volume",
    "spare",
)
"""Columns of a line, int32. Everything from `depth_start` on holds only while `stamp` equals the running stamp."""
(
    STAMP,
    DEPTH,
    ORDERS,
    DEPTH_START,
    ADD_SIZE,
    ARRIVE,
    FILL_SIZE,
    PULL,
    REPRICE_UP,
    REPRICE_DOWN,
    PULL_REST,
    REPRICE_UP_REST,
    REPRICE_DOWN_REST,
    BUY_VOLUME,
    SELL_VOLUME,
    SPARE,
) = range(len(LINE))

SCALARS = (
    "stamp",
    "event",
    "live_orders",
    "bid_orders",
    "ask_orders",
    "best_bid_line",
    "best_ask_line",
    "shown_bid_line",
    "shown_ask_line",
    "shown_bid_size",
    "shown_ask_size",
    "shown_bid_orders",
    "shown_ask_orders",
    "aggressor_id",
    "aggressor_side",
    "bad_book",
    "records",
    "rest_ns",
    "marks",
    "cancels_and_modifies",
    "unknown_ids",
    "last_ts_ns",
)
(
    S_STAMP,
    S_EVENT,
    S_LIVE,
    S_BID_ORDERS,
    S_ASK_ORDERS,
    S_BEST_BID,
    S_BEST_ASK,
    S_SHOWN_BID,
    S_SHOWN_ASK,
    S_SHOWN_BID_SIZE,
    S_SHOWN_ASK_SIZE,
    S_SHOWN_BID_ORDERS,
    S_SHOWN_ASK_ORDERS,
    S_AGGRESSOR_ID,
    S_AGGRESSOR_SIDE,
    S_BAD_BOOK,
    S_RECORDS,
    S_REST_NS,
    S_MARKS,
    S_CANCELS_AND_MODIFIES,
    S_UNKNOWN_IDS,
    S_LAST_TS,
) = range(len(SCALARS))

ANOMALIES = (
    "cancel_of_unknown_id",
    "modify_of_unknown_id",
    "duplicate_add",
    "cancel_above_resting_size",
    "add_without_size_price_or_side",
    "price_beyond_lines",
    "crossed_after_last",
    "ts_recv_backwards",
    "maybe_bad_book",
    "clear_in_mid_day",
    "fill_of_unknown_id",
    "cancel_of_fill",
    "pull_records",
)
"""Counted kinds, each with the position of its first record. The last three are no faults: hidden size, and C records by what they were."""
(
    X_CANCEL_UNKNOWN,
    X_MODIFY_UNKNOWN,
    X_DUPLICATE_ADD,
    X_CANCEL_ABOVE_SIZE,
    X_BAD_ADD,
    X_BEYOND_LINES,
    X_CROSSED,
    X_TS_BACKWARDS,
    X_MAYBE_BAD_BOOK,
    X_CLEAR,
    X_FILL_UNKNOWN,
    X_CANCEL_OF_FILL,
    X_PULL_RECORDS,
) = range(len(ANOMALIES))

NO_LINE = -1
FAULTS = ANOMALIES[: X_FILL_UNKNOWN + 1]


class Book(NamedTuple):
    """All that the kernel knows between two calls.

    orders : (capacity,) ORDER_DTYPE, open addressing, capacity a power of two.
    lines : (2, TICKS, 16) int32, side (bid 0, ask 1), tick less LOWEST_TICK, columns of `LINE`.
    scalars : (22,) int64, `SCALARS`. "shown" is the book after the last F_LAST, the only one a trader may be told.
    anomalies : (13, 2) int64, count and position of the first record of each of `ANOMALIES`.
    """

    orders: NDArray[np.void]
    lines: NDArray[np.int32]
    scalars: NDArray[np.int64]
    anomalies: NDArray[np.int64]


def cache_aligned(shape: tuple[int, ...], dtype: np.dtype[Any] | type) -> NDArray[Any]:
    """Zeros that begin at a 64-byte cache line, so that no line of the book and no order straddles two."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)


def new_book(rest_ns: int, capacity: int = 1 << 16) -> Book:
    """An empty book. `rest_ns` is the age from which an order counts as resting; `capacity` grows by doubling."""
    scalars = np.zeros(len(SCALARS), np.int64)
    scalars[[S_BEST_BID, S_BEST_ASK, S_SHOWN_BID, S_SHOWN_ASK]] = NO_LINE
    scalars[[S_STAMP, S_EVENT]] = 1
    scalars[S_REST_NS] = rest_ns
    anomalies = np.zeros((len(ANOMALIES), 2), np.int64)
    anomalies[:, 1] = -1
    return Book(cache_aligned((capacity,), ORDER_DTYPE), cache_aligned((2, TICKS, len(LINE)), np.int32), scalars, anomalies)
