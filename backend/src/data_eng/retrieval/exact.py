"""Exact nearest past: the K most similar episodes under a weighted Euclidean metric, by a scan of small codes and a proof.

Only rows whose lower bound (`codes`) lies below what K episodes are already known to reach are computed in full (`distance`). Nothing is
approximate: the answer equals that of a plain loop over all rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from .codes import BOUND_SLACK, Codes, bounds
from .distance import Metric, refine, scaled, scaling_of

LIKELY_PER_COUNT = 2
"""Episodes measured first, for each one asked for: with their distances known, few others stay undecided. One is at times too few."""


class Nearest(NamedTuple):
    """The nearest windows, one an episode, nearest first; equal distances in row order."""

    row: NDArray[np.int64]
    squared_distance: NDArray[np.float64]


class Groups(NamedTuple):
    """Which rows are windows of one episode, and which episodes lie in one session day."""

    episode_of_row: NDArray[np.int64]
    """(rows,) 0, 1, 2, .. in order of first appearance."""
    day_of_episode: NDArray[np.int64]
    """(episodes,) 0, 1, 2, .. in order of first appearance."""


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
) -> Nearest:
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
        return Nearest(np.empty(0, np.int64), np.empty(0))
    return nearest_within_bounds(query, vectors, *bounds(query, codes, metric, threads), metric, groups, count, per_day_max, allowed)


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
) -> Nearest:
    """The nearest episodes, given how near (rows,) and how far each row's distance (not squared) can be at most; the bounds are used up."""
    if allowed is not None:
        lower[~allowed] = upper[~allowed] = np.inf
    scaled_query = scaled(query, metric)
    return Nearest(*_nearest(lower, upper, vectors, scaled_query, *scaling_of(metric), *groups, count, per_day_max))


@allocating
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
    refine(vectors, likeliest[likely], scaled_query, centre, gain, weight, clip_sigma, measured)
    within[likely] = np.minimum(within[likely], np.sqrt(measured) * (1 + BOUND_SLACK))
    rows = _undecided(lower, within, episode_of_row, day_of_episode, count, per_day_max)
    squared = np.empty(len(rows))
    refine(vectors, rows, scaled_query, centre, gain, weight, clip_sigma, squared)
    first = _first_of_episode(squared, episode_of_row[rows], len(within))
    rows, squared = rows[first], squared[first]
    taken = _taken(squared, day_of_episode[episode_of_row[rows]], count, per_day_max)
    return rows[taken], squared[taken]


@allocating
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


@allocating
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


@allocating
def _first_of_episode(distance: NDArray[np.float64], episode: NDArray[np.int64], episodes: int) -> NDArray[np.int64]:
    """Position of each episode's nearest row, in order of rows; the first of equal ones. Rows come in order."""
    nearest = np.full(episodes, -1)
    for position in range(len(distance)):
        best = nearest[episode[position]]
        if best < 0 or distance[position] < distance[best]:
            nearest[episode[position]] = position
    return np.sort(nearest[nearest >= 0])
