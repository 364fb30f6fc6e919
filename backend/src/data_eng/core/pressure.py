"""How ready the setup at a level is, window by window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .declared import Declared


class PressureState(Declared):
    """How ready the setup at a level is in one window."""

    IDLE = "IDLE", "out of reach"
    TRACK = "TRACK", "within reach"
    WATCH = "WATCH", "within reach, and the balance tilts or thins out beyond the mark to watch"
    ARMED = "ARMED", "within reach, and the balance tilts or thins out beyond the mark at which it counts"
    FIRE = "FIRE", "a signal fired in this test, at most two minutes ago"


IDLE, TRACK, WATCH, ARMED, FIRE = range(len(PressureState))
STATES = PressureState.names()
"""Names of the state codes: `STATES[code]`."""


def past_scores(past: NDArray[np.float64]) -> NDArray[np.float64]:
    """The past's values in order, for `past_quantile`; NaN left out."""
    return np.sort(past[np.isfinite(past)])


def past_quantile(values: NDArray[np.float64], past: NDArray[np.float64], rows_min: int) -> NDArray[np.float64]:
    """Share of the past, as of `past_scores`, below each value, ties counting half; NaN where it has fewer than `rows_min` rows."""
    if len(past) < rows_min:
        return np.full(len(values), np.nan)
    below, reached = np.searchsorted(past, values, side="left"), np.searchsorted(past, values, side="right")
    return np.where(np.isfinite(values), (below + reached) / (2 * len(past)), np.nan)


def states(
    distance_ticks: NDArray[np.float32], far_ticks: NDArray[np.int32], balance_level: NDArray[np.int8], is_fired: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """State of every window: IDLE beyond the far zone, TRACK within it, WATCH and ARMED by the balance, FIRE while a fire is in force.

    `balance_level` is 1 where the book tilts or thins out beyond the mark to watch, 2 beyond the one at which that counts; a book that
    holds is no more than tracked. Without a past there is no mark, and without a fire never more than TRACK.
    """
    near = np.abs(distance_ticks) <= far_ticks
    state = np.where(near, TRACK, IDLE).astype(np.int8)
    state[near & (balance_level == 1)] = WATCH
    state[near & (balance_level == 2)] = ARMED
    state[is_fired] = FIRE
    return state
