"""What is usual at each distance behind the touch: how much rests, comes, is pulled and is moved away, over past sessions.

Asks and bids are pooled. That is what makes up and down mirror images: a side has no usual of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..events import NO_TICK
from .tape import ASK, Tape


class OffsetSums(NamedTuple):
    """One session's totals by distance behind the touch, both sides together; every array is (offsets,) float64."""

    windows: NDArray[np.float64]
    """Sides of usable windows whose tape reaches so far."""
    depth: NDArray[np.float64]
    inflow: NDArray[np.float64]
    pull_rest: NDArray[np.float64]
    away_rest: NDArray[np.float64]


class Usual(NamedTuple):
    """The past's means by distance behind the touch."""

    offsets: int
    """Distances that the past knows; with no past they are the tape's, and all values NaN."""
    depth: NDArray[np.float64]
    """(offsets,) contracts at a window's start."""
    inflow: NDArray[np.float64]
    """(offsets,) contracts a window that came and stayed for half a second."""
    pull: NDArray[np.float64]
    """(offsets,) share of what rests that is pulled in a window."""
    away: NDArray[np.float64]
    """(offsets,) share that is moved away from the price."""

    def is_known(self) -> bool:
        """Whether there was a past to measure."""
        return bool(np.isfinite(self.depth).any())


def session_sums(tape: Tape, counted: NDArray[np.bool_], offsets: int) -> OffsetSums:
    """Totals of the windows `counted`, (windows,), of one session, for `offsets` distances."""
    sums = np.zeros((len(OffsetSums._fields), offsets))
    _count(tape, counted, sums)
    return OffsetSums(*sums)


def fit_usual(sessions: Sequence[OffsetSums], offsets: int) -> Usual:
    """Means over past sessions; with none, `offsets` NaN each."""
    if not sessions:
        nothing = np.full(offsets, np.nan)
        return Usual(offsets, nothing, nothing, nothing, nothing)
    totals = OffsetSums(*(np.sum([getattr(session, name) for session in sessions], axis=0) for name in OffsetSums._fields))
    seen = totals.windows > 0
    known = len(seen) if seen.all() else int(np.argmin(seen))
    windows, depth = totals.windows[:known], totals.depth[:known]
    inflow = np.maximum(totals.inflow[:known], 0.0) / windows
    rates = (np.divide(out[:known], depth, out=np.zeros(known), where=depth > 0) for out in (totals.pull_rest, totals.away_rest))
    return Usual(known, depth / windows, inflow, *rates)


@compiled()
def _count(tape: Tape, counted: NDArray[np.bool_], sums: NDArray[np.float64]) -> None:
    counters = tape.counters
    offsets = sums.shape[1]
    for w in range(tape.first_ask.shape[0]):
        if not counted[w]:
            continue
        for side in range(2):
            touch = tape.touch_ticks[side, w]
            if touch == NO_TICK:
                continue
            limit = tape.band[1, w] - touch + 1 if side == ASK else touch - tape.band[0, w] + 1
            for x in range(min(limit, offsets)):
                sums[0, x] += 1.0
            first = tape.first_ask[w] if side == ASK else tape.first_row[w]
            last = tape.first_row[w + 1] if side == ASK else tape.first_ask[w]
            for row in range(first, last):
                x = tape.price_ticks[row] - touch if side == ASK else touch - tape.price_ticks[row]
                if x < 0 or x >= min(limit, offsets):
                    continue
                reprice = counters.reprice_up[row] + counters.reprice_down[row]
                reprice_rest = counters.reprice_up_rest[row] + counters.reprice_down_rest[row]
                young = counters.pull[row] - counters.pull_rest[row] + reprice - reprice_rest
                sums[1, x] += counters.depth_start[row]
                sums[2, x] += counters.add[row] + counters.arrive[row] - young
                sums[3, x] += counters.pull_rest[row]
                sums[4, x] += counters.reprice_up_rest[row] if side == ASK else counters.reprice_down_rest[row]
