"""The time at which each record counts: its own, or that of the last good one before it where the feed calls its ts_recv bad."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled
from .events import F_BAD_TS_RECV, F_SNAPSHOT


def has_bad_clock(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Records with BAD_TS_RECV. Those of a snapshot carry it by rule, and their time, the snapshot's, is good."""
    bad: NDArray[np.bool_] = (flags & (F_BAD_TS_RECV | F_SNAPSHOT)) == F_BAD_TS_RECV
    return bad


class Clock:
    """Reads the records of a file, a batch after the other."""

    def __init__(self) -> None:
        self._last_ns: int | None = None

    def times(self, records: NDArray[np.void]) -> NDArray[np.int64]:
        """(records,) ns UTC. Before any good time it is the first good one of the batch; in a batch without any, the record's own."""
        own: NDArray[Any] = records["ts_recv"].astype(np.int64)
        good = ~has_bad_clock(records["flags"])
        if not good.all():
            at = np.maximum.accumulate(np.where(good, np.arange(len(own)), -1))
            before = self._last_ns if self._last_ns is not None else own[np.argmax(good)] if good.any() else None
            own = np.where(at >= 0, own[at], own if before is None else before)
        if good.any():
            self._last_ns = int(own[-1])
        return own


@compiled()
def first_outside(ts_recv, ts_event, flags, first_ns, end_ns, most_lag_ns):
    """The first record stamped outside [first_ns, end_ns), or farther than `most_lag_ns` from its event; -1 where there is none."""
    for i in range(ts_recv.shape[0]):
        ts = ts_recv[i]
        if ts < first_ns or ts >= end_ns:
            return i
        if not flags[i] & F_SNAPSHOT and abs(np.int64(ts) - np.int64(ts_event[i])) > most_lag_ns:
            return i
    return -1
