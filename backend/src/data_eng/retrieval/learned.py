"""Weights learned from past outcomes: neighbourhood components analysis with one weight for each group of dimensions.

Each past episode i is forecast from the others by softmax weights exp(-b d2(i, j)) over the episodes j of other days; the weights of the
groups and b are those under which the episodes' own outcome classes get the most of it (Goldberger, Roweis, Hinton and Salakhutdinov 2004,
Neighbourhood Components Analysis, here diagonal and tied within a group):

    sum over i of log( share of the softmax on episodes of the class of i )  -  pull x sum over groups of (log times)^2

`times` is what a group's even weight is multiplied by, and b is free. Where outcomes do not follow the features the best b is small, the
weights then matter little, and the pull brings them back to even: on noise the metric stays near the plain one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating

LOG_TIMES_MAX = 4.0
"""A group's weight is at most e^4 = 55 times its even one, or as much below it."""
ITERATIONS_MAX = 40
"""Steps of the search for the weights; what the pull leaves to be gained after them is below 1e-3 of the likelihood."""
DIGITS = 4
"""Digits kept of a weight: the last bits of a sum, which differ between machines, have no say."""


class Learned(NamedTuple):
    """What was learned, and how much it says of the episodes that it was learned from."""

    times: NDArray[np.float64]
    """(groups,) factors of the even weights."""
    even: float
    """Mean log likelihood of an episode's class at the even weights, with the b that starts the search."""
    fitted: float
    """The same at the learned weights and b."""


def learn(
    scaled: NDArray[np.float64],
    group_of: NDArray[np.int64],
    even: NDArray[np.float64],
    outcome: NDArray[np.int64],
    day: NDArray[np.int64],
    pull: float,
) -> Learned:
    """Learn from past episodes, one row each.

    Parameters
    ----------
    scaled : (episodes, dims) in robust sigmas, 0 in dimensions that do not vary.
    group_of : (dims,) group of each dimension; `even` (groups,) is the weight of each group's mean squared difference.
    outcome : (episodes,) class; `day` (episodes,) tells days apart.
    pull : how strongly the weights are held to the even ones, in log likelihood per squared log of a factor.

    Notes
    -----
    600 episodes of 1,262 dimensions in 26 groups: 0.3 to 0.8 s on one 2.6 GHz core, of which the distances, computed once, are 0.1 s.
    """
    from scipy.optimize import minimize

    distances = group_distances(scaled, group_of, len(even))
    start = _start(distances, even, day)
    bounds = [(-LOG_TIMES_MAX, LOG_TIMES_MAX)] * len(even) + [(start[-1] - LOG_TIMES_MAX, start[-1] + LOG_TIMES_MAX)]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return objective(parameters, distances, even, outcome, day, pull)

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS_MAX})
    times = np.array([float(f"{value:.{DIGITS}g}") for value in np.exp(found.x[:-1])])
    likelihoods = (-objective(at, distances, even, outcome, day, 0.0)[0] / len(outcome) for at in (start, found.x))
    return Learned(times, *(float(f"{value:.{DIGITS}g}") for value in likelihoods))


def objective(
    parameters: NDArray[np.float64],
    distances: NDArray[np.float32],
    even: NDArray[np.float64],
    outcome: NDArray[np.int64],
    day: NDArray[np.int64],
    pull: float,
) -> tuple[float, NDArray[np.float64]]:
    """Loss and its gradient at (groups + 1,) parameters, the logs of the factors and of b. Lower is better."""
    log_times = parameters[:-1]
    weight = even * np.exp(log_times) * np.exp(parameters[-1])
    likelihood, by_weight = _likelihood(distances, weight, outcome, day)
    slope = by_weight * weight
    gradient = np.append(-slope + 2 * pull * log_times, -slope.sum())
    return -likelihood + pull * float(log_times @ log_times), gradient


def group_distances(scaled: NDArray[np.float64], group_of: NDArray[np.int64], groups: int) -> NDArray[np.float32]:
    """(episodes, groups, episodes) mean squared difference inside each group, over its dimensions that vary."""
    live = (scaled != 0).any(axis=0)
    sizes = np.bincount(group_of[live], minlength=groups).astype(np.float32)
    columns = np.ascontiguousarray(scaled[:, live].T.astype(np.float32))
    out = np.zeros((len(scaled), groups, len(scaled)), np.float32)
    _group_distances(columns, group_of[live], np.maximum(sizes, 1), out)
    return out


def _start(distances: NDArray[np.float32], even: NDArray[np.float64], day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Even weights, and b = 1 / the spread of the squared distances between days: scale-free, and neither flat nor a single neighbour."""
    squared = np.einsum("igj,g->ij", distances, even.astype(np.float32), optimize=False)[day[:, None] != day]
    spread = float(squared.std(dtype=np.float64)) if len(squared) else 0.0
    return np.append(np.zeros(len(even)), -np.log(spread) if spread > 0 else 0.0)


@allocating
def _group_distances(
    columns: NDArray[np.float32], group_of: NDArray[np.int64], sizes: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    dimensions, episodes = columns.shape
    for one in range(episodes):
        for dimension in range(dimensions):
            group = group_of[dimension]
            own = columns[dimension, one]
            for other in range(episodes):
                difference = columns[dimension, other] - own
                out[one, group, other] += difference * difference
        for group in range(out.shape[1]):
            for other in range(episodes):
                out[one, group, other] /= sizes[group]


@allocating
def _likelihood(
    distances: NDArray[np.float32], weight: NDArray[np.float64], outcome: NDArray[np.int64], day: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """Sum of log shares, and its gradient by weight. An episode with none of its class on another day says nothing."""
    episodes, groups = len(outcome), len(weight)
    slope, total = np.zeros(groups), 0.0
    for one in range(episodes):
        squared = np.zeros(episodes)
        for group in range(groups):
            for other in range(episodes):
                squared[other] += weight[group] * distances[one, group, other]
        log_share, pulled = _log_share(squared, outcome == outcome[one], day != day[one])
        total += log_share
        for group in range(groups):
            slope[group] += _product(pulled, distances[one, group])
    return total, slope


@allocating
def _log_share(squared: NDArray[np.float64], is_alike: NDArray[np.bool_], counts: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
    """Log of the softmax's share on those alike, among those that count, and its gradient by each squared distance."""
    nearest = np.inf
    for other in range(len(squared)):
        if counts[other]:
            nearest = min(nearest, squared[other])
    share = np.where(counts, np.exp(nearest - squared), 0.0)
    everybody, alike = share.sum(), share[is_alike].sum()
    if alike <= 0.0:
        return 0.0, np.zeros(len(squared))
    return np.log(alike / everybody), share / everybody - np.where(is_alike, share / alike, 0.0)


@allocating
def _product(left: NDArray[np.float64], right: NDArray[np.float32]) -> float:
    """Sum of products in eight interleaved sums, an order that does not hang on the machine."""
    lanes, whole = np.zeros(8), len(left) - len(left) % 8
    for first in range(0, whole, 8):
        for lane in range(8):
            lanes[lane] += left[first + lane] * right[first + lane]
    for place in range(whole, len(left)):
        lanes[0] += left[place] * right[place]
    return float(lanes.sum())
