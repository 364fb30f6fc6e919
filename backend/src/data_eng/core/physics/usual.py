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
from .tape import Tape, away_rest_of, behind, inflow_of, reach_of, rows_of


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
    for w in range(tape.first_ask.shape[0]):
        if not counted[w]:
            continue
        for side in range(2):
            touch = tape.touch_ticks[side, w]
            if touch == NO_TICK:
                continue
            limit = min(reach_of(tape, w, side, touch), sums.shape[1])
            for x in range(limit):
                sums[0, x] += 1.0
            first, last = rows_of(tape, w, side)
            for row in range(first, last):
                x = behind(side, touch, tape.price_ticks[row])
                if x < 0 or x >= limit:
                    continue
                sums[1, x] += counters.depth_start[row]
                sums[2, x] += inflow_of(counters, row)
                sums[3, x] += counters.pull_rest[row]
                sums[4, x] += away_rest_of(counters, row, side)
