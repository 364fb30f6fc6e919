"""Making a stream whole after a break: what comes again is dropped by position, instrument by instrument, and must be what we hold.

The feed replays by event time. Several records share one, and some real ones are copies of others to the byte (fills of one order in one
sweep), so that neither time nor content says which came already. Each instrument's order is the same in both, so its count does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.events import F_SNAPSHOT, MBO_DTYPE
from ...core.units import NS_PER_S

BACK_NS = NS_PER_S
"""How far before the newest event a replay is asked for: records of other instruments may come a little later than their time."""


class TailDiffers(Exception):
    """What comes again is not what we hold: only a snapshot makes the book whole."""


class Tail:
    """The newest records written down, without those of snapshots."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.void]] = []
        self._newest_ns = 0
        self._pruned_ns = 0

    def add(self, orders: NDArray[np.void]) -> None:
        own = orders[orders["flags"] & F_SNAPSHOT == 0]
        if not len(own):
            return
        self._parts.append(own.copy())
        self._newest_ns = max(self._newest_ns, int(own["ts_event"].max()))
        if self._newest_ns - self._pruned_ns > 4 * BACK_NS:
            self._parts = [self.since(self.start_ns)]
            self._pruned_ns = self._newest_ns

    @property
    def is_empty(self) -> bool:
        return not self._newest_ns

    @property
    def start_ns(self) -> int:
        """The event time from which a replay is asked for."""
        return max(0, self._newest_ns - BACK_NS)

    def since(self, start_ns: int) -> NDArray[np.void]:
        """(records,) with an event time from there on, in their order."""
        records = np.concatenate(self._parts) if self._parts else np.empty(0, MBO_DTYPE)
        return records[records["ts_event"] >= start_ns]


class Splice:
    """A replay on its way: how many records of each instrument are still to be dropped, and what they must be."""

    def __init__(self, tail: Tail) -> None:
        self._start_ns = tail.start_ns
        held = tail.since(self._start_ns)
        self._wanted = {int(number): held[held["instrument_id"] == number] for number in np.unique(held["instrument_id"])}

    def keep(self, orders: NDArray[np.void]) -> NDArray[np.bool_]:
        """(orders,) which of them are new. Raises `TailDiffers`."""
        keep = np.ones(len(orders), np.bool_)
        if not self._wanted:
            return keep
        counts = orders["ts_event"] >= self._start_ns
        for number in [number for number in self._wanted if (orders["instrument_id"] == number).any()]:
            wanted = self._wanted[number]
            own = np.flatnonzero(counts & (orders["instrument_id"] == number))[: len(wanted)]
            if orders[own].tobytes() != wanted[: len(own)].tobytes():
                raise TailDiffers
            keep[own] = False
            if len(own) == len(wanted):
                del self._wanted[number]
            else:
                self._wanted[number] = wanted[len(own) :]
        return keep
