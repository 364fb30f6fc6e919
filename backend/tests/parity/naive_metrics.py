"""Slow twins of the metrics beside the default: plain loops, as one would explain them aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tests.parity.naive_search import Row


def direction(scaled: Sequence[float]) -> list[float]:
    """A scaled row divided by its length, as float32; zeros where it has none."""
    squared = 0.0
    for value in scaled:
        squared += float(value) ** 2
    length = math.sqrt(squared)
    return [float(np.float32(float(value) / length)) if length > 0 else 0.0 for value in scaled]


def squared_distance(left: Sequence[float], right: Sequence[float], weight: Sequence[float]) -> float:
    """Sum over the dimensions, in order, of weight x squared difference."""
    total = 0.0
    for one, other, of_dimension in zip(left, right, weight, strict=True):
        total += of_dimension * ((one - other) * (one - other))
    return total


def group_distance(left: Row, right: Row, members: Row) -> float:
    """Mean squared difference over the members of a group."""
    return float(sum((left[member] - right[member]) ** 2 for member in members) / len(members))


def log_likelihood(
    distances: Sequence[Sequence[Sequence[float]]], weight: Sequence[float], outcome: Sequence[int], day: Sequence[int]
) -> float:
    """Sum over episodes of the log of the softmax's share on their own class, over episodes of other days.

    `distances[i][g][j]` is the distance of episodes i and j in group g.
    """
    total = 0.0
    for one in range(len(outcome)):
        others = [other for other in range(len(outcome)) if day[other] != day[one]]
        share = {other: math.exp(-sum(w * distances[one][group][other] for group, w in enumerate(weight))) for other in others}
        alike = sum(share[other] for other in others if outcome[other] == outcome[one])
        if alike > 0:
            total += math.log(alike / sum(share.values()))
    return total


def ranked_probability_score(p: dict[str, float], happened: str) -> float:
    """Half the sum of squared differences of the cumulative probabilities, over the order reject, chop, break."""
    order, total, forecast, seen = ("reject", "chop", "break"), 0.0, 0.0, 0.0
    for name in order[:-1]:
        forecast += p[name]
        seen += name == happened
        total += (forecast - seen) ** 2
    return total / 2
