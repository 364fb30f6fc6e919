"""The 56-byte MBO record of the feed, and the columns the book kernel reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MBO_DTYPE = np.dtype(
    [
        ("length", "u1"),
        ("rtype", "u1"),
        ("publisher_id", "<u2"),
        ("instrument_id", "<u4"),
        ("ts_event", "<u8"),
        ("order_id", "<u8"),
        ("price", "<i8"),
        ("size", "<u4"),
        ("flags", "u1"),
        ("channel_id", "u1"),
        ("action", "u1"),
        ("side", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)
"""Databento, "MBO schema"; equal in DBN v1, v2, v3. Prices in 1e-9 points, times in ns UTC."""

ADD, CANCEL, MODIFY, CLEAR, TRADE, FILL, NONE = (ord(c) for c in "ACMRTFN")
SIDE_ASK, SIDE_BID, SIDE_NONE = (ord(c) for c in "ABN")
F_LAST, F_TOB, F_SNAPSHOT, F_MBP, F_BAD_TS_RECV, F_MAYBE_BAD_BOOK = 128, 64, 32, 16, 8, 4
UNDEF_PRICE = np.iinfo(np.int64).max
UNDEF_SIZE = np.iinfo(np.uint32).max
UNDEF_TIMESTAMP = np.iinfo(np.uint64).max
NO_TICK = np.iinfo(np.int32).min
"""Tick of a record without a price (R, some N), and the best of an empty side."""
NO_SIZE = -1
"""Size of a record whose size the feed leaves undefined: a C then takes away its whole order; for R and N it means nothing."""


class EventBatch(NamedTuple):
    """Records of one instrument in file order. Every array is (records,) and C-contiguous."""

    ts_recv_ns: NDArray[np.int64]
    ts_event_ns: NDArray[np.int64]
    order_id: NDArray[np.uint64]
    price_ticks: NDArray[np.int32]
    size: NDArray[np.int32]
    flags: NDArray[np.uint8]
    action: NDArray[np.uint8]
    side: NDArray[np.uint8]
    sequence: NDArray[np.uint32]
    """The venue's message numbers, or none at all, (0,), from a source that leaves them out; the book has no use for them."""
