"""Slow twins of the search: plain loops over every row, as one would explain it aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Row = Sequence[Any] | NDArray[Any]
"""Numbers one after another; read by position only."""


def squared_distance(
    left: Row,
    right: Row,
    centre: Row,
    scale: Row,
    block_of: Row,
    block_weight: Row,
    clip_sigma: float,
) -> float:
    """Sum over blocks of weight x mean squared difference over the block's dimensions that vary."""

    def z(value: float, dimension: int) -> float:
        if scale[dimension] == 0:
            return 0.0
        return float(min(max((float(value) - centre[dimension]) * (1.0 / scale[dimension]), -clip_sigma), clip_sigma))

    live = [0] * len(block_weight)
    for dimension, block in enumerate(block_of):
        live[block] += scale[dimension] > 0
    total = 0.0
    for dimension, block in enumerate(block_of):
        if scale[dimension] > 0:
            difference = z(left[dimension], dimension) - z(right[dimension], dimension)
            total += block_weight[block] / live[block] * (difference * difference)
    return total


def nearest_episodes(distances: Row, episode_of_row: Row, day_of_episode: Row, count: int, per_day_max: int) -> list[int]:
    """Rows taken nearest first, skipping an episode taken before and a day that has given `per_day_max`."""
    taken: list[int] = []
    episodes: set[int] = set()
    per_day: dict[int, int] = {}
    for row in sorted(range(len(distances)), key=lambda row: (distances[row], row)):
        episode = int(episode_of_row[row])
        day = int(day_of_episode[episode])
        if math.isinf(distances[row]) or episode in episodes or per_day.get(day, 0) == per_day_max or len(taken) == count:
            continue
        taken.append(row)
        episodes.add(episode)
        per_day[day] = per_day.get(day, 0) + 1
    return taken


def effective_n(weights: Row, days: Row) -> float:
    """Kish's effective sample size over weights summed by day."""
    by_day: dict[int, float] = {}
    for weight, day in zip(weights, days, strict=True):
        by_day[day] = by_day.get(day, 0.0) + weight
    squares = sum(total**2 for total in by_day.values())
    return sum(by_day.values()) ** 2 / squares if squares else 0.0


def cumulative_incidence(outcomes: Sequence[Sequence[str]], weights: Sequence[float], horizons: int) -> list[dict[str, float]]:
    """Aalen-Johansen: at each horizon, of those still undecided and still seen, the weighted share decided each way."""
    undecided = 1.0
    shares = {"break": 0.0, "reject": 0.0, "whipsaw": 0.0}
    result = []
    for horizon in range(horizons):
        at_risk = 0.0
        decided = {"break": 0.0, "reject": 0.0, "whipsaw": 0.0}
        for row, weight in zip(outcomes, weights, strict=True):
            before = "CHOP" if horizon == 0 else row[horizon - 1]
            if before != "CHOP" or row[horizon] == "CENSORED":
                continue
            at_risk += weight
            kind = row[horizon].partition("_")[0].lower()
            if kind in decided:
                decided[kind] += weight
        if at_risk > 0:
            for kind, weight in decided.items():
                shares[kind] += undecided * weight / at_risk
            undecided *= 1 - sum(decided.values()) / at_risk
        result.append(dict(shares))
    return result
