"""The flow tape as the physics takes it: its counters, each window's touch, and how far the tape reaches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..book.state import ASK
from ..compiled import inlined


class TapeCounters(NamedTuple):
    """Counters of the flow tape that the physics is made from, in contracts; every array is (rows,) int32."""

    depth_start: NDArray[np.int32]
    depth_end: NDArray[np.int32]
    add: NDArray[np.int32]
    arrive: NDArray[np.int32]
    fill: NDArray[np.int32]
    pull: NDArray[np.int32]
    reprice_up: NDArray[np.int32]
    reprice_down: NDArray[np.int32]
    pull_rest: NDArray[np.int32]
    reprice_up_rest: NDArray[np.int32]
    reprice_down_rest: NDArray[np.int32]


class Tape(NamedTuple):
    """The non-zero rows of the flow, sorted by window, side (0 bid, 1 ask) and tick, and where each window's touch is."""

    first_row: NDArray[np.int64]
    """(windows + 1,) rows of window w are first_row[w] up to first_row[w + 1]."""
    price_ticks: NDArray[np.int32]
    first_ask: NDArray[np.int64]
    """(windows,) first row of the window that is an ask."""
    counters: TapeCounters
    touch_ticks: NDArray[np.int32]
    """(2, windows) best bid and best ask at the window's start; NO_TICK in a window that is not usable."""
    band: NDArray[np.int32]
    """(2, windows) lowest and highest tick that the tape holds of the window."""


@inlined()
def rows_of(tape, w, side):
    """First and one past the last row of one side in window `w`."""
    if side == ASK:
        return tape.first_ask[w], tape.first_row[w + 1]
    return tape.first_row[w], tape.first_ask[w]


@inlined()
def behind(side, touch, tick):
    """Ticks by which a tick lies behind its side's touch; below 0 in front of it."""
    return tick - touch if side == ASK else touch - tick


@inlined()
def reach_of(tape, w, side, touch):
    """How many ticks from the touch outward, its own with them, the tape holds in window `w`."""
    return behind(side, touch, tape.band[side, w]) + 1


@inlined()
def inflow_of(counters, row):
    """Contracts that came, by add or move, less those that left again within half a second."""
    reprice = counters.reprice_up[row] + counters.reprice_down[row]
    reprice_rest = counters.reprice_up_rest[row] + counters.reprice_down_rest[row]
    young = counters.pull[row] - counters.pull_rest[row] + reprice - reprice_rest
    return counters.add[row] + counters.arrive[row] - young


@inlined()
def away_rest_of(counters, row, side):
    """Resting contracts that were moved away from the price."""
    return counters.reprice_up_rest[row] if side == ASK else counters.reprice_down_rest[row]
