"""Exact nearest past by angle: unit vectors, and the same proof from bounds as the search over codes.

A scaled row divided by its length is its direction u. The squared distance of two directions is 2 (1 - cos), from 0 (the same) over 2
(unrelated) to 4 (opposite). Directions are float32; distances between them are added in float64 in the order of the dimensions, as
everywhere, and a matrix product in float32 only says which rows need not be looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from .distance import Metric
from .exact import Groups, Nearest, nearest_within_bounds

ROUNDINGS = 4
"""Roundings a term of the product may have seen beside those of its sum: two of the directions, the product, and the sum of squares."""


class Directions(NamedTuple):
    """Rows of unit length."""

    row: NDArray[np.float32]
    """(rows, dims)"""
    square: NDArray[np.float64]
    """(rows,) 1; 0 for a row that lies at the past's median in every dimension, which has no direction and is 0 itself."""


def directions(scaled: NDArray[np.float32]) -> Directions:
    """Divide scaled rows by their lengths, in place."""
    square = np.empty(len(scaled))
    _divide_by_length(scaled, square)
    return Directions(scaled, square)


def direction_metric(dimensions: int) -> Metric:
    """Plain squared distance between directions."""
    ones = np.ones(dimensions)
    return Metric(np.zeros(dimensions), ones, ones, np.zeros(dimensions, np.int64), 1.0)


def nearest_directions(
    query: Directions, past: Directions, groups: Groups, count: int, per_day_max: int, allowed: NDArray[np.bool_] | None = None
) -> Nearest:
    """The nearest episodes by angle; `query` is one row, the rest as in `exact.nearest_episodes`.

    Notes
    -----
    A float32 sum of n products of two unit vectors is off by at most n 2^-24 in whatever order it is added (Higham 2002, Accuracy and
    Stability of Numerical Algorithms, 3.1), because the products' absolute values sum to 1 at most; the bounds leave twice that.
    """
    if len(past.row) == 0:
        return Nearest(np.empty(0, np.int64), np.empty(0))
    (vector,), dimensions = query.row, query.row.shape[1]
    squared = past.square + query.square - 2 * (past.row @ vector).astype(np.float64)
    off = 2 * (dimensions + ROUNDINGS) * float(np.finfo(np.float32).eps)
    lower, upper = (np.sqrt(np.maximum(squared + side * off, 0.0)) for side in (-1, 1))
    return nearest_within_bounds(vector, past.row, lower, upper, direction_metric(dimensions), groups, count, per_day_max, allowed)


@allocating
def _divide_by_length(rows: NDArray[np.float32], square: NDArray[np.float64]) -> None:
    """Lengths are float64 sums in the order of the dimensions."""
    for row in range(len(rows)):
        squared = 0.0
        for dimension in range(rows.shape[1]):
            squared += np.float64(rows[row, dimension]) ** 2
        square[row] = 1.0 if squared > 0 else 0.0
        length = np.sqrt(squared) if squared > 0 else 1.0
        for dimension in range(rows.shape[1]):
            rows[row, dimension] = np.float32(rows[row, dimension] / length)
