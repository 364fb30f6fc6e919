"""Exact nearest past: the K most similar episodes under a weighted Euclidean metric, by a scan of small codes and a proof.

The distance of two vectors a and b, in robust sigmas squared, is the sum over blocks of

    block weight x mean over the block's live dimensions of (z(a) - z(b))^2,    z(x) = clip((x - centre) x gain, +-clip)

A dimension is live when the past varies in it (gain > 0); the others are z = 0. Every z and every sum is float64, added in the order
of the dimensions, so a row's distance does not depend on the rows beside it, on the number of threads, or on the machine's vector width.

The search reads one byte a dimension instead of four. Each scaled row is rounded to int8 once, and how far the rounding moved it is kept;
the query is rounded to int16, sixteen times finer. With d^ the distance between a rounded row and the rounded query, and e_a, e_b how far
each was moved, the triangle inequality gives

    d^ - e_a - e_b  <=  d  <=  d^ + e_a + e_b

Only rows whose lower bound lies below what K episodes are already known to reach are computed in full. Nothing is approximate:
the answer equals that of a plain loop over all rows. The scan adds integer products, whose order does not matter, so it runs in vectors.
"""

from __future__ import annotations

from threading import Thread
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import SpymasterError

CODE_MAX = 127
"""Largest int8 code; it stands for the clip."""
QUERY_STEPS = 16
"""Steps of the query's int16 code in one step of the rows' int8 code: of the error bound, almost only the row's half is left."""
LANES = 8
"""Blocks of codes are padded with zeros to a multiple of this, so that the compiled loop has no tail."""
BLOCK_DIMENSIONS_MAX = np.iinfo(np.int32).max // (CODE_MAX * CODE_MAX * QUERY_STEPS)
"""More dimensions in a block could overflow the int32 sum of products of codes."""
BOUND_SLACK = 1e-9
"""Relative room of the bounds for float64 rounding, which is below 1e-12 at 10,000 dimensions."""
LIKELY_PER_COUNT = 2
"""Episodes measured first, for each one asked for: with their distances known, few others stay undecided. One is at times too few."""
PIECE_ROWS = 2_500
"""Rows a thread takes at a time, 0.3 ms of work: a thread that starts late, or whose core is shared, leaves the rest to the others; and
the sums of a piece stay in the cache from block to block (one thread: 5.6 ms, 7.0 ms as one piece)."""


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


class Codes(NamedTuple):
    """Rows scaled and rounded to int8."""

    code: NDArray[np.int8]
    """(rows x padded dims,) block after block, in each block row after row: a scan that stays in one block takes half the time of one
    that goes through the blocks of each row (5 and 10 ms for 40,000 rows of 1,262 dimensions)."""
    moved: NDArray[np.float64]
    """(rows,) distance between the scaled row and its code: the error bound."""
    square: NDArray[np.int32]
    """(rows, blocks) sum of squared codes."""
    slot: NDArray[np.int64]
    """(dims,) the padded dimension that each dimension is."""
    block_start: NDArray[np.int64]
    """(blocks + 1,) first padded dimension of each block."""
    block_scale: NDArray[np.float64]
    """(blocks,) squared distance of one squared code step in the block."""


class Found(NamedTuple):
    """The nearest windows, one an episode, nearest first; equal distances in row order."""

    row: NDArray[np.int64]
    squared_distance: NDArray[np.float64]


class Groups(NamedTuple):
    """Which rows are windows of one episode, and which episodes lie in one session day."""

    episode_of_row: NDArray[np.int64]
    """(rows,) 0, 1, 2, .. in order of first appearance."""
    day_of_episode: NDArray[np.int64]
    """(episodes,) 0, 1, 2, .. in order of first appearance."""


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
        raise MetricError(f"{len(centre)} medians, {len(scale)} scales and {len(block_of)} block ids. Expected one of each a dimension.")
    if block_of.size and np.bincount(block_of).max() > BLOCK_DIMENSIONS_MAX:
        raise MetricError(f"a block of {np.bincount(block_of).max()} dimensions. Expected at most {BLOCK_DIMENSIONS_MAX}; split the block.")
    live = scale > 0
    gain = np.divide(1.0, scale, out=np.zeros(len(scale)), where=live)
    live_dimensions = np.bincount(block_of[live], minlength=len(block_weight))
    weight = np.divide(block_weight, live_dimensions, out=np.zeros(len(block_weight)), where=live_dimensions > 0)
    return Metric(centre.astype(np.float64), gain, weight[block_of], block_of.astype(np.int64), clip_sigma)


def encode(vectors: NDArray[np.float32], metric: Metric) -> Codes:
    """Scale and round the rows; 51 MB and about 0.15 s for 40,000 rows of 1,262 dimensions."""
    sizes = np.bincount(metric.block_of)
    padded = -(-sizes // LANES) * LANES
    block_start = np.concatenate([[0], np.cumsum(padded)]).astype(np.int64)
    slot = np.empty(len(metric.block_of), np.int64)
    block_scale = np.zeros(len(sizes))
    step_sigma = metric.clip_sigma / CODE_MAX
    for block, start in enumerate(block_start[:-1]):
        members = np.flatnonzero(metric.block_of == block)
        slot[members] = start + np.arange(len(members))
        if len(members):
            block_scale[block] = metric.weight[members[0]] * step_sigma**2
    code = np.zeros(len(vectors) * int(block_start[-1]), np.int8)
    moved = np.empty(len(vectors))
    square = np.zeros((len(vectors), len(sizes)), np.int32)
    _encode(vectors, *_scaling(metric), metric.block_of, slot, block_start, code, moved, square)
    return Codes(code, moved, square, slot, block_start, block_scale)


def squared_distances(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], query: NDArray[np.float32], metric: Metric
) -> NDArray[np.float64]:
    """Distances of the named rows from the query, by the definition above; (rows,) sigma squared."""
    out = np.empty(len(rows))
    _refine(vectors, rows, scaled(query, metric), *_scaling(metric), out)
    return out


def nearest_episodes(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    codes: Codes,
    metric: Metric,
    groups: Groups,
    count: int,
    per_day_max: int,
    allowed: NDArray[np.bool_] | None = None,
    threads: int = 1,
) -> Found:
    """The `count` nearest episodes, each by its nearest window, at most `per_day_max` a day.

    Parameters
    ----------
    query : (dims,) raw, not scaled.
    vectors : (rows, dims) raw; `codes` and `groups` are of the same rows.
    allowed : (rows,) which rows may be found; the filter acts before the ranking. None allows all.

    Notes
    -----
    The day rule keeps the proof whole: the number of episodes within a distance, at most `per_day_max` a day, only grows when
    upper bounds are replaced by distances, so the `count`-th upper bound is never below the `count`-th distance.

    40,000 rows of 1,262 dimensions, two threads on two 2.6 GHz cores: 4.1 ms at best, 4.4 ms at the median, 7 ms where other work shares
    the cores (numpy's float32 matrix-vector product of the same rows: 6.3 ms, and no ranking). One thread 7.0 ms, of which the scan 5.6.

    Why not FAISS: medians of 40 queries on two busier cores were 6.1 ms with the block weights, 5.9 ms for the plain distance (`user`),
    9.6 ms for the matrix-vector product and 32 ms for IndexFlatL2 on the same scaled rows: 0.64, 0.62, 1 and 3.3 times the product, which
    `spymaster bench` measures again. FAISS reads four bytes a dimension, uses one thread for one query, and adds float32 in an order that
    depends on the machine's vector width. For each day's own scaler it would also need a scaled copy of the whole past, 202 MB made in
    1.9 s; our codes take 51 MB and 0.4 s.
    """
    if len(codes.moved) == 0:
        return Found(np.empty(0, np.int64), np.empty(0))
    return nearest_within_bounds(query, vectors, *_bounds(query, codes, metric, threads), metric, groups, count, per_day_max, allowed)


def nearest_within_bounds(
    query: NDArray[np.float32],
    vectors: NDArray[np.float32],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    metric: Metric,
    groups: Groups,
    count: int,
    per_day_max: int,
    allowed: NDArray[np.bool_] | None,
) -> Found:
    """The nearest episodes, given how near (rows,) and how far each row's distance (not squared) can be at most; the bounds are used up."""
    if allowed is not None:
        lower[~allowed] = upper[~allowed] = np.inf
    scaled_query = scaled(query, metric)
    return Found(*_nearest(lower, upper, vectors, scaled_query, *_scaling(metric), *groups, count, per_day_max))


def _bounds(query: NDArray[np.float32], codes: Codes, metric: Metric, threads: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bound of each row's distance (not squared); (rows,) each."""
    z, steps_per_sigma = scaled(query, metric), QUERY_STEPS * CODE_MAX / metric.clip_sigma
    rounded = np.rint(z * steps_per_sigma)
    query_moved = np.sqrt(metric.weight @ (z - rounded / steps_per_sigma) ** 2)
    query_square = np.bincount(metric.block_of, weights=rounded**2).astype(np.int64)
    query_code = np.zeros(codes.block_start[-1], np.int16)
    query_code[codes.slot] = rounded
    rows = len(codes.moved)
    lower, upper = np.empty(rows), np.empty(rows)
    of_rows = (codes.code, codes.moved, codes.square, codes.block_start, codes.block_scale)
    # One iterator for all threads, which hands each piece out once: a list's iterator never lets go of the interpreter in between.
    pieces = iter([(first_row, min(first_row + PIECE_ROWS, rows)) for first_row in range(0, rows, PIECE_ROWS)])

    def scan() -> None:
        for piece in pieces:
            _scan(*of_rows, query_code, query_moved, query_square, lower, upper, *piece)

    helpers = [Thread(target=scan) for _ in range(min(threads, rows // PIECE_ROWS) - 1)]
    for helper in helpers:
        helper.start()
    scan()
    for helper in helpers:
        helper.join()
    return lower, upper


def scaled(vectors: NDArray[np.float32], metric: Metric) -> NDArray[np.float64]:
    """Raw vectors (.., dims) in robust sigmas, clipped: the z of the definition above."""
    return np.clip((vectors.astype(np.float64) - metric.centre) * metric.gain, -metric.clip_sigma, metric.clip_sigma)


def _scaling(metric: Metric) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    return metric.centre, metric.gain, metric.weight, metric.clip_sigma


@njit(cache=True, nogil=True)
def _nearest(
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    vectors: NDArray[np.float32],
    scaled_query: NDArray[np.float64],
    centre: NDArray[np.float64],
    gain: NDArray[np.float64],
    weight: NDArray[np.float64],
    clip_sigma: float,
    episode_of_row: NDArray[np.int64],
    day_of_episode: NDArray[np.int64],
    count: int,
    per_day_max: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows and squared distances of the nearest, from the bounds: the likeliest window of likely episodes first, then what is undecided."""
    within = np.full(len(day_of_episode), np.inf)  # how far each episode's nearest window can be at most
    likeliest = np.full(len(day_of_episode), -1)  # the window of each episode that can be nearest
    for row, episode in enumerate(episode_of_row):
        within[episode] = min(within[episode], upper[row])
        if likeliest[episode] < 0 or lower[row] < lower[likeliest[episode]]:
            likeliest[episode] = row
    likely = _taken(within, day_of_episode, LIKELY_PER_COUNT * count, per_day_max)
    likely = likely[np.isfinite(within[likely])]
    measured = np.empty(len(likely))
    _refine(vectors, likeliest[likely], scaled_query, centre, gain, weight, clip_sigma, measured)
    within[likely] = np.minimum(within[likely], np.sqrt(measured) * (1 + BOUND_SLACK))
    rows = _undecided(lower, within, episode_of_row, day_of_episode, count, per_day_max)
    squared = np.empty(len(rows))
    _refine(vectors, rows, scaled_query, centre, gain, weight, clip_sigma, squared)
    first = _first_of_episode(squared, episode_of_row[rows], len(within))
    rows, squared = rows[first], squared[first]
    taken = _taken(squared, day_of_episode[episode_of_row[rows]], count, per_day_max)
    return rows[taken], squared[taken]


@njit(cache=True, nogil=True)
def _undecided(
    lower: NDArray[np.float64],
    within: NDArray[np.float64],
    episode_of_row: NDArray[np.int64],
    day_of_episode: NDArray[np.int64],
    count: int,
    per_day_max: int,
) -> NDArray[np.int64]:
    """Rows, in order, that may still be the nearest window of an episode that may still be among the nearest."""
    taken = _taken(within, day_of_episode, count, per_day_max)
    reach = within[taken[-1]] if len(taken) == count else np.inf
    rows, found = np.empty(len(lower), np.int64), 0
    for row in range(len(lower)):
        if lower[row] <= min(within[episode_of_row[row]], reach) and np.isfinite(lower[row]):
            rows[found] = row
            found += 1
    return rows[:found]


@njit(cache=True, nogil=True)
def _taken(distance: NDArray[np.float64], day: NDArray[np.int64], count: int, per_day_max: int) -> NDArray[np.int64]:
    """Positions of the `count` nearest, nearest first and equal ones in order, at most `per_day_max` a day; fewer where no more exist."""
    of_day = np.zeros(day.max() + 1 if len(day) else 0, np.int64)
    taken, found = np.empty(min(count, len(day)), np.int64), 0
    for position in np.argsort(distance, kind="mergesort"):
        if found < count and of_day[day[position]] < per_day_max:
            of_day[day[position]] += 1
            taken[found] = position
            found += 1
    return taken[:found]


@njit(cache=True, nogil=True)
def _first_of_episode(distance: NDArray[np.float64], episode: NDArray[np.int64], episodes: int) -> NDArray[np.int64]:
    """Position of each episode's nearest row, in order of rows; the first of equal ones. Rows come in order."""
    nearest = np.full(episodes, -1)
    for position in range(len(distance)):
        best = nearest[episode[position]]
        if best < 0 or distance[position] < distance[best]:
            nearest[episode[position]] = position
    return np.sort(nearest[nearest >= 0])


@njit(cache=True, nogil=True)
def _scaled(value: float, centre: float, gain: float, clip_sigma: float) -> float:
    return min(max((np.float64(value) - centre) * gain, -clip_sigma), clip_sigma)


@njit(cache=True, nogil=True)
def _encode(
    vectors: NDArray[np.float32],
    centre: NDArray[np.float64],
    gain: NDArray[np.float64],
    weight: NDArray[np.float64],
    clip_sigma: float,
    block_of: NDArray[np.int64],
    slot: NDArray[np.int64],
    block_start: NDArray[np.int64],
    code: NDArray[np.int8],
    moved: NDArray[np.float64],
    square: NDArray[np.int32],
) -> None:
    per_sigma = CODE_MAX / clip_sigma
    for row in range(len(vectors)):
        squared = 0.0
        for dimension in range(len(centre)):
            z = _scaled(vectors[row, dimension], centre[dimension], gain[dimension], clip_sigma)
            rounded = np.rint(z * per_sigma)
            block = block_of[dimension]
            first, last = block_start[block], block_start[block + 1]
            code[len(vectors) * first + row * (last - first) + slot[dimension] - first] = np.int8(rounded)
            square[row, block] += np.int32(rounded) ** 2
            squared += weight[dimension] * (z - rounded / per_sigma) ** 2
        moved[row] = np.sqrt(squared)


@njit(cache=True, nogil=True)
def _refine(
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
                difference = scaled_query[dimension] - _scaled(vector[dimension], centre[dimension], gain[dimension], clip_sigma)
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


@njit(cache=True, nogil=True)
def _product(left: NDArray[np.int16], right: NDArray[np.int8]) -> np.int32:
    total = np.int32(0)
    for column in range(left.size):
        total = np.int32(total + np.int32(np.int32(left[column]) * np.int32(right[column])))
    return total


@njit(cache=True, nogil=True)
def _scan(
    code: NDArray[np.int8],
    moved: NDArray[np.float64],
    square: NDArray[np.int32],
    block_start: NDArray[np.int64],
    block_scale: NDArray[np.float64],
    query_code: NDArray[np.int16],
    query_moved: float,
    query_square: NDArray[np.int64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    first_row: int,
    last_row: int,
) -> None:
    """Bounds from the distance of rounded rows and rounded query: |a - b|^2 = |a|^2 + |b|^2 - 2 ab, exact in the query's steps."""
    squared = upper  # holds the sum over the blocks until the bounds are made of it
    squared[first_row:last_row] = 0.0
    for block in range(len(block_scale)):
        first, last = block_start[block], block_start[block + 1]
        of_query, of_rows = query_code[first:last], code[len(moved) * first : len(moved) * last].reshape((len(moved), last - first))
        scale = block_scale[block] / QUERY_STEPS**2
        for row in range(first_row, last_row):
            product = np.int64(_product(of_query, of_rows[row]))
            squared[row] += scale * (query_square[block] + QUERY_STEPS**2 * np.int64(square[row, block]) - 2 * QUERY_STEPS * product)
    for row in range(first_row, last_row):
        distance, off = np.sqrt(squared[row]), moved[row] + query_moved
        lower[row] = max(distance - off, 0.0) * (1 - BOUND_SLACK)
        upper[row] = (distance + off) * (1 + BOUND_SLACK)
