"""The weighted Euclidean distance, by its definition.

The distance of two vectors a and b, in robust sigmas squared, is the sum over blocks of

    block weight x mean over the block's live dimensions of (z(a) - z(b))^2,    z(x) = clip((x - centre) x gain, +-clip)

A dimension is live when the past varies in it (gain > 0); the others are z = 0. Every z and every sum is float64, added in the order
of the dimensions, so a row's distance does not depend on the rows beside it, on the number of threads, or on the machine's vector width.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from ..errors import SpymasterError

CODE_MAX = 127
"""Largest int8 code; it stands for the clip."""
QUERY_STEPS = 16
"""Steps of the query's int16 code in one step of the rows' int8 code: of the error bound, almost only the row's half is left."""
BLOCK_DIMENSIONS_MAX = np.iinfo(np.int32).max // (CODE_MAX * CODE_MAX * QUERY_STEPS)
"""More dimensions in a block could overflow the int32 sum of products of codes."""


class MetricError(SpymasterError):
    """Scaling, weights and vectors that do not fit each other."""


class Metric(NamedTuple):
    """Scaling of one day and the weights of the blocks."""

    centre: NDArray[np.float64]
    """(dims,) median of the past."""
    gain: NDArray[np.float64]
    """(dims,) 1 / robust sigma of the past; 0 for a dimension in which the past does not vary."""
    weight: NDArray[np.float64]
    """(dims,) block weight / number of live dimensions of the block; equal within a block."""
    block_of: NDArray[np.int64]
    """(dims,) number of the block each dimension belongs to."""
    clip_sigma: float


def block_metric(
    centre: NDArray[np.float64],
    scale: NDArray[np.float64],
    block_of: NDArray[np.int64],
    block_weight: NDArray[np.float64],
    clip_sigma: float,
) -> Metric:
    """Metric in which each block counts by its weight, however many dimensions it has.

    `scale` is the robust sigma, 0 where the past does not vary. Raises `MetricError` for shapes that differ or a block too large.
    """
    if not len(centre) == len(scale) == len(block_of):
        found = f"{len(centre)} medians, {len(scale)} scales and {len(block_of)} block ids."
        raise MetricError(found, expected="one of each a dimension")
    if block_of.size and np.bincount(block_of).max() > BLOCK_DIMENSIONS_MAX:
        raise MetricError(
            "a block of {value} dimensions.",
            value=int(np.bincount(block_of).max()),
            expected=f"at most {BLOCK_DIMENSIONS_MAX}",
            fix="Split the block.",
        )
    live = scale > 0
    gain = np.divide(1.0, scale, out=np.zeros(len(scale)), where=live)
    live_dimensions = np.bincount(block_of[live], minlength=len(block_weight))
    weight = np.divide(block_weight, live_dimensions, out=np.zeros(len(block_weight)), where=live_dimensions > 0)
    return Metric(centre.astype(np.float64), gain, weight[block_of], block_of.astype(np.int64), clip_sigma)


def squared_distances(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], query: NDArray[np.float32], metric: Metric
) -> NDArray[np.float64]:
    """Distances of the named rows from the query, by the definition above; (rows,) sigma squared."""
    out = np.empty(len(rows))
    refine(vectors, rows, scaled(query, metric), *scaling_of(metric), out)
    return out


def scaled(vectors: NDArray[np.float32], metric: Metric) -> NDArray[np.float64]:
    """Raw vectors (.., dims) in robust sigmas, clipped: the z of the definition above."""
    return np.clip((vectors.astype(np.float64) - metric.centre) * metric.gain, -metric.clip_sigma, metric.clip_sigma)


def scaling_of(metric: Metric) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    return metric.centre, metric.gain, metric.weight, metric.clip_sigma


@allocating
def scaled_value(value: float, centre: float, gain: float, clip_sigma: float) -> float:
    return min(max((np.float64(value) - centre) * gain, -clip_sigma), clip_sigma)


@allocating
def refine(
    vectors: NDArray[np.float32],
    rows: NDArray[np.int64],
    scaled_query: NDArray[np.float64],
    centre: NDArray[np.float64],
    gain: NDArray[np.float64],
    weight: NDArray[np.float64],
    clip_sigma: float,
    out: NDArray[np.float64],
) -> None:
    """Squared distances into `out`, four rows side by side: a sum in the order of the dimensions waits for each of its additions."""
    dimensions = len(centre)
    terms = np.zeros((4, dimensions))
    for first in range(0, len(rows), 4):
        rows_here = min(4, len(rows) - first)
        for place in range(rows_here):
            vector, row_terms = vectors[rows[first + place]], terms[place]
            for dimension in range(dimensions):
                difference = scaled_query[dimension] - scaled_value(vector[dimension], centre[dimension], gain[dimension], clip_sigma)
                row_terms[dimension] = weight[dimension] * (difference * difference)
        one, two, three, four = 0.0, 0.0, 0.0, 0.0
        for dimension in range(dimensions):
            one += terms[0, dimension]
            two += terms[1, dimension]
            three += terms[2, dimension]
            four += terms[3, dimension]
        totals = (one, two, three, four)
        for place in range(rows_here):
            out[first + place] = totals[place]
