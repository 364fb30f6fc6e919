"""When a quantity counts: it must be unusual twice in three windows, and it is held until it has faded.

Enter when 2 of the last 3 windows lie beyond `on` with the same sign; stay for the dwell; leave when below `off` after it. The other
sign's entry switches at once. Between them the sign is even, 0: none is ever shown inside the band.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled

HELD_DTYPE = np.dtype([("sign", "i1"), ("windows", "i4"), ("before", "i1"), ("two_before", "i1")])
"""What one quantity carries from window to window: the sign in force, for how many windows, and the signs of the last two windows."""


class Band(NamedTuple):
    """Where a quantity begins and ends to count."""

    on: float
    off: float
    dwell_windows: int


class Held(NamedTuple):
    """The sign in force in every window."""

    sign: NDArray[np.int8]
    """(windows,) 1, 0 or -1."""
    windows: NDArray[np.int32]
    """(windows,) for how many windows it has been in force, this one included."""


def new_held(quantities: int = 1) -> NDArray[np.void]:
    """The state of each before the first window: even."""
    return np.zeros(quantities, HELD_DTYPE)


def hold(values: NDArray[np.float64], band: Band, state: NDArray[np.void]) -> Held:
    """Fold (windows,) values into `state`, which is changed. NaN lies beyond nothing."""
    sign, windows = np.zeros(len(values), np.int8), np.zeros(len(values), np.int32)
    _hold(values, band.on, band.off, band.dwell_windows, state, sign, windows)
    return Held(sign, windows)


def hold_columns(values: NDArray[np.float64], band: Band, state: NDArray[np.void]) -> NDArray[np.int8]:
    """(windows, quantities) the sign in force of many at once, each with its own record of `state`, which is changed."""
    sign = np.zeros(values.shape, np.int8)
    _hold_columns(values, band.on, band.off, band.dwell_windows, state, sign)
    return sign


@compiled()
def _hold_columns(values, on, off, dwell, state, sign):
    for w in range(values.shape[0]):
        for quantity in range(values.shape[1]):
            step(values[w, quantity], on, off, dwell, state[quantity])
            sign[w, quantity] = state[quantity]["sign"]


@compiled()
def _hold(values, on, off, dwell, state, sign, windows):
    for w in range(values.shape[0]):
        step(values[w], on, off, dwell, state[0])
        sign[w] = state[0]["sign"]
        windows[w] = state[0]["windows"]


@compiled()
def step(value, on, off, dwell, state):
    """One window's way: `state` is one record of HELD_DTYPE."""
    beyond = 1 if value >= on else -1 if value <= -on else 0
    entered = 0
    if beyond != 0 and (state["before"] == beyond or state["two_before"] == beyond):
        entered = beyond
    held = np.int64(state["sign"])
    if entered != 0 and entered != held:  # noqa: PLR1714  numba has no mixed tuples
        held = entered
        state["windows"] = 0
    elif held != 0 and state["windows"] >= dwell and not held * value >= off:
        held = 0
        state["windows"] = 0
    state["sign"] = held
    state["windows"] += 1
    state["two_before"] = state["before"]
    state["before"] = beyond
