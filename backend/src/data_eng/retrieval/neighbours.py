"""How much each similar episode counts, how many independent ones there are, and whether the past holds anything like the query."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .exact import Nearest

REFERENCE_MIN = 20
"""Past distances below which no percentile is given: with fewer, none could lie above the 95th."""


class Neighbours(NamedTuple):
    """The nearest episodes of the past, nearest first, one row each."""

    row: NDArray[np.int64]
    """(episodes,) row of the index: the window of the episode that is nearest."""
    squared_distance: NDArray[np.float64]
    weight: NDArray[np.float64]
    """(episodes,) how much each counts; the weights sum to 1."""
    day: NDArray[np.int64]
    """(episodes,) session day of each, as a number from 0 up that only tells days apart."""

    @property
    def episodes(self) -> int:
        return len(self.row)

    @property
    def days(self) -> int:
        return int(np.count_nonzero(np.bincount(self.day)))

    @property
    def n_eff(self) -> float:
        return effective_n(self.weight, self.day)

    @property
    def distance(self) -> float:
        """How far the neighbours are: the root of the median squared distance, in robust sigmas; NaN without neighbours."""
        return float(np.sqrt(np.median(self.squared_distance))) if len(self.row) else np.nan


def weigh(found: Nearest, day_of_row: NDArray[np.int64]) -> Neighbours:
    """Weigh what a search found; `day_of_row` is (rows,) of the index."""
    weight = kernel_weights(found.squared_distance)
    return Neighbours(found.row, found.squared_distance, weight, day_of_row[found.row])


def kernel_weights(squared_distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(-d2 / (2 median d2)), summing to 1. Where half or more lie at distance 0 only those count, equally."""
    if len(squared_distance) == 0:
        return np.empty(0)
    median = np.median(squared_distance)
    weight: NDArray[np.float64] = np.exp(-squared_distance / (2 * median)) if median > 0 else (squared_distance == 0).astype(np.float64)
    return np.asarray(weight / weight.sum())


def effective_n(weight: NDArray[np.float64], day: NDArray[np.int64]) -> float:
    """Kish's effective sample size over weights summed by day: episodes of one day are not independent. 0 without weight.

    Kish (1965), Survey Sampling, 11.7: (sum w)^2 / sum w^2.
    """
    if len(weight) == 0 or weight.sum() == 0:
        return 0.0
    by_day = np.bincount(day, weights=weight)
    by_day = by_day[by_day > 0]
    return float(by_day.sum() ** 2 / (by_day**2).sum())


def percentile_among(distance: float, past_distances: NDArray[np.float64]) -> float | None:
    """Percent of the past's own neighbour distances that lie below this one; None for too small a past or no neighbour."""
    if len(past_distances) < REFERENCE_MIN or not np.isfinite(distance):
        return None
    return 100.0 * float(np.mean(past_distances < distance))
