"""Where similar setups went from here: quantiles of their paths, in the barriers of now.

Each path starts where price stands, and goes on as the neighbour's did, in units of the neighbour's own barrier:

    x_now + (x_j(t) - x_j(0)) b_now / b_j
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .distribution import QUANTILES, weighted_quantile
from .paths import AFTER_S, MidPath

STEP_S = 30
"""Never smoother: between two points nothing is drawn that was not measured at them."""


class Course(NamedTuple):
    """One neighbour's path, turned so that it comes from the side of the setup."""

    path: MidPath
    barrier_ticks: float
    weight: float


class Fan(NamedTuple):
    """Quantiles of where the neighbours were."""

    seconds: NDArray[np.int64]
    """(points,) after the trigger, from 0 on."""
    ticks: NDArray[np.float64]
    """(points, quantiles) from the level; NaN where too few paths are known."""


def fan_of(courses: Sequence[Course], x_ticks: float, barrier_ticks: float, setups_min: int) -> Fan:
    """The fan of a setup whose price stands `x_ticks` from the level; where fewer than `setups_min` paths are known it has no value.

    A path counts up to where it is known: at a point it is where its last window before was, at most one step earlier.
    """
    seconds = np.arange(0, AFTER_S + STEP_S, STEP_S)
    moved = np.array([_moved(course.path, seconds) / course.barrier_ticks for course in courses]).reshape(len(courses), len(seconds))
    weight = np.array([course.weight for course in courses])
    ticks = np.full((len(seconds), len(QUANTILES)), np.nan)
    for point in range(len(seconds)):
        known = np.isfinite(moved[:, point])
        if known.sum() >= setups_min:
            values = (x_ticks + moved[known, point] * barrier_ticks).astype(np.float32)
            ticks[point] = [weighted_quantile(values, weight[known], share) for share in QUANTILES]
    return Fan(seconds, ticks)


def _moved(path: MidPath, seconds: NDArray[np.int64]) -> NDArray[np.float64]:
    """(points,) ticks from where it was at its trigger; NaN where it is not known."""
    held = np.isfinite(path.ticks)
    at, ticks = path.seconds[held], path.ticks[held]
    row = np.searchsorted(at, seconds, side="right") - 1
    known = row >= 0
    known[known] = seconds[known] - at[row[known]] < STEP_S
    there: NDArray[np.float64] = np.full(len(seconds), np.nan)
    there[known] = ticks[row[known]]
    there -= there[0]
    return there
