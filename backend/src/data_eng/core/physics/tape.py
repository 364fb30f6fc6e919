"""The flow tape as the physics takes it: its counters, each window's touch, and how far the tape reaches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BID, ASK = 0, 1


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
