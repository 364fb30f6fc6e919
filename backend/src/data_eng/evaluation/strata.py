"""Kinds of windows that skill is looked at by: where price stood, how long the test had lasted, and the level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.levels import level_name
from ..sections import EvaluationSettings
from .pool import Pool
from .resampling import skill
from .result import StratumRow
from .walk_forward import BASE

Axis = Literal["place", "age", "entry", "level"]
PLACES = (-0.6, -0.2, 0.2, 0.6)
"""Edges of x / b: -1 is the barrier price came from, 0 the level, 1 the barrier beyond it."""
AGES = (("0 s", 0, 0), ("15 s", 15, 15), ("30-60 s", 30, 60), ("90-240 s", 90, 240), ("270 s and more", 270, np.inf))
"""Label, first and last second since entry."""
ENTRY = (("0-15 s", 0, 15),)
"""Where a precursor is known from what came before the test, and not from the move itself."""


def stratum_rows(brier: dict[str, NDArray[np.float64]], pool: Pool, rules: EvaluationSettings) -> tuple[StratumRow, ...]:
    """Brier skill of each answer against BASE, by stratum; those without a scored window are left out."""
    return tuple(
        _row(name, axis, label, chosen, brier, pool, rules) for name in pool.similar for axis, label, chosen in _strata(pool, brier)
    )


def among(values: NDArray[np.float64], spans: Sequence[tuple[str, float, float]]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Label and rows of each span, both of its ends in it."""
    return [(label, (values >= first) & (values <= last)) for label, first, last in spans]


def _strata(pool: Pool, brier: dict[str, NDArray[np.float64]]) -> Iterator[tuple[Axis, str, NDArray[np.bool_]]]:
    standing, scored = pool.moments.standing, np.isfinite(brier[BASE])
    place = np.searchsorted(PLACES, standing.x_ticks / standing.barrier_ticks, side="right")
    labels = [
        f"below {PLACES[0]:g}",
        *(f"{low:g} to {high:g}" for low, high in pairwise(PLACES)),
        f"{PLACES[-1]:g} and more",
    ]
    every: list[tuple[Axis, str, NDArray[np.bool_]]] = [("place", label, place == number) for number, label in enumerate(labels)]
    every += [("age", label, chosen) for label, chosen in among(standing.age_s, AGES)]
    every += [("entry", label, chosen) for label, chosen in among(standing.age_s, ENTRY)]
    every += [
        ("level", f"{level_name(level_id)} {approach_dir.replace('_', ' ')}", pool.series == number)
        for number, (level_id, approach_dir) in enumerate(pool.names)
    ]
    yield from ((axis, label, chosen & scored) for axis, label, chosen in every if (chosen & scored).any())


def _row(
    name: str,
    axis: Axis,
    label: str,
    chosen: NDArray[np.bool_],
    brier: dict[str, NDArray[np.float64]],
    pool: Pool,
    rules: EvaluationSettings,
) -> StratumRow:
    own = skill(brier[name][chosen], brier[BASE][chosen], pool.day[chosen], rules.bootstrap_draws, rules.interval, rules.seed)
    return StratumRow(
        forecaster=name, axis=axis, label=label, skill=own.value, low=own.low, high=own.high, windows=own.episodes, sessions=own.sessions
    )
