"""The orders that rest at a moment, as the feed's own records: what a snapshot is made of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ...core.events import (
    ADD,
    CANCEL,
    CLEAR,
    F_BAD_TS_RECV,
    F_LAST,
    F_SNAPSHOT,
    MBO_DTYPE,
    MODIFY,
    SIDE_NONE,
    UNDEF_PRICE,
)
from ..dbn_format import R_MBO, WORD

ALTERS = (ADD, MODIFY, CANCEL)
SNAPSHOT_FLAGS = F_SNAPSHOT | F_BAD_TS_RECV
"""Of a snapshot's records: their capture time is that of the snapshot."""


def resting(batches: Iterable[NDArray[np.void]]) -> NDArray[np.void]:
    """(orders,) MBO_DTYPE of the orders that rest after all records, oldest first; each an A of what is left of it.

    M sets size and price, and of an unknown id is an add; C takes off its size, of an unknown id nothing; R empties its instrument.
    """
    held = np.empty(0, MBO_DTYPE)
    for batch in batches:
        held = _after(held, batch)
    return held[np.argsort(held["ts_event"], kind="stable")]


def snapshot(orders: NDArray[np.void], instrument_ids: Iterable[int], made_ns: int) -> NDArray[np.void]:
    """The records of a snapshot: of each instrument an R, then its orders, the last one with F_LAST."""
    parts = []
    for number in instrument_ids:
        own = orders[orders["instrument_id"] == number]
        records = np.zeros(len(own) + 1, MBO_DTYPE)
        records[1:] = own
        records["length"], records["rtype"] = MBO_DTYPE.itemsize // WORD, R_MBO
        records["publisher_id"], records["instrument_id"], records["ts_recv"] = 1, number, made_ns
        records["flags"] = SNAPSHOT_FLAGS
        records["flags"][-1] |= F_LAST
        first = records[0]
        first["action"], first["side"], first["price"], first["ts_event"] = CLEAR, SIDE_NONE, UNDEF_PRICE, made_ns
        parts.append(records)
    return np.concatenate(parts) if parts else np.empty(0, MBO_DTYPE)


def _after(held: NDArray[np.void], batch: NDArray[np.void]) -> NDArray[np.void]:
    """The resting orders after one more batch."""
    clears = np.flatnonzero(batch["action"] == CLEAR)
    last_clear = {int(batch["instrument_id"][at]): int(at) for at in clears}
    records = np.concatenate([held, batch])
    kept = np.isin(records["action"], ALTERS)
    for number, at in last_clear.items():
        kept[: len(held) + at] &= records["instrument_id"][: len(held) + at] != number
    records = records[kept]
    order = np.lexsort((np.arange(len(records)), records["order_id"], records["instrument_id"]))
    records = records[order]
    if not len(records):
        return records
    starts = np.flatnonzero(
        np.append(True, (np.diff(records["order_id"]) != 0) | (np.diff(records["instrument_id"].astype(np.int64)) != 0))
    )
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(records))))
    cancels = records["action"] == CANCEL
    base = np.where(cancels, -1, np.arange(len(records)))
    last = np.maximum.reduceat(base, starts)
    """Of each order the last record that says its size."""
    counted = cancels & (np.arange(len(records)) > last[group])
    taken = np.bincount(group, weights=np.where(counted, records["size"].astype(np.float64), 0.0), minlength=len(starts))
    known = last >= 0
    found = records[last[known]].copy()
    left = found["size"].astype(np.int64) - taken[known].astype(np.int64)
    found["size"], found["action"] = np.maximum(left, 0), ADD
    return found[left > 0]
