"""Forecasts that know no order book: a random walk, and what the past's candidates did on the whole.

BASE and PLACEBO are the other two: BASE is part of every answer, and PLACEBO is the answer itself from pairs that were dealt anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..retrieval.base import Base, base_hazards, cumulate
from ..retrieval.distribution import BREAK, CENSORED, CHOP, CLASSES, REJECT, WHIPSAW
from ..retrieval.frame_past import FramePast
from ..retrieval.moments import Moments

Forecast = NDArray[np.float64]
"""(windows, horizons, CLASSES) probabilities; NaN where none is made."""
UNCALIBRATED = Base((0.0,) * 3, (0.0,) * 5, 1.0, 0, None)
"""a = th = 0: the closed form."""


def random_walk(past: FramePast, queries: Moments) -> Forecast:
    """BASE as it is without a past: a driftless walk at the volatility now, that prints half a spread from the mid."""
    settings = past.settings
    return cumulate(base_hazards(queries.standing, UNCALIBRATED, np.array(settings.labels.horizons_s), settings.answer.age_tau_s))


def climatology(past: FramePast, queries: Moments) -> Forecast:
    """The same for every window: what the candidates that the answer may choose from did, each with equal weight."""
    return np.tile(frequencies(past.candidates.kinds), (len(queries.ts_ns), 1, 1))


def frequencies(kinds: NDArray[np.int8]) -> NDArray[np.float64]:
    """(horizons, CLASSES) how (candidates, horizons) kinds ended; thirds by the first horizon where none was seen at all.

    The share decided in each interval, of those undecided before it and seen to its end: what is censored later keeps its earlier horizons,
    and the shares only grow. In an interval that none was seen to the end of, nothing is decided.
    """
    if not (kinds != CENSORED).any():
        return np.full((kinds.shape[1], len(CLASSES)), 1 / len(CLASSES))
    undecided = (kinds == CHOP) | (kinds == WHIPSAW)
    before = np.concatenate([np.ones((len(kinds), 1), np.bool_), np.logical_and.accumulate(undecided, axis=1)[:, :-1]], axis=1)
    at_risk = before & (kinds != CENSORED)
    came = np.stack([(at_risk & (kinds == kind)).sum(axis=0) for kind in (BREAK, REJECT)], axis=1)
    shares: NDArray[np.float64] = cumulate((came / np.maximum(at_risk.sum(axis=0), 1)[:, None])[None])[0]
    return shares
