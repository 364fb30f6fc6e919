"""Two bad examples: what is usually done, and how it fools.

`own_session_skill` lets a query see its own session: the nearest windows are its own test's neighbours in time, which share its future, and
pure noise shows a skill of half or more. `nearest_of_each_test` keeps to the past but takes the nearest window *of each test*: which
window that is depends on how long the test lasted, which nobody knows beforehand, and an honest past then looks wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from src.data_eng.evaluation.references import frequencies
from src.data_eng.evaluation.scores import brier, class_of
from src.data_eng.retrieval.base import cumulate
from src.data_eng.retrieval.frame_past import FramePast
from src.data_eng.retrieval.moments import Moments
from src.data_eng.retrieval.nearest import placed
from src.data_eng.retrieval.observed import answer_hazards

NEIGHBOURS = 5


def own_session_skill(days: Sequence[Moments], horizon: int) -> float:
    """Brier skill against climatology of the nearest windows, whenever they were."""
    frame = np.concatenate([day.frame for day in days]).astype(np.float64)
    kinds = np.concatenate([day.kinds for day in days])
    z = (frame - frame.mean(axis=0)) / (frame.std(axis=0) + 1e-9)
    outcome = class_of(kinds[:, horizon])
    squares = (z**2).sum(axis=1)
    squared = squares[:, None] + squares - 2 * z @ z.T
    np.fill_diagonal(squared, np.inf)
    nearest = np.argpartition(squared, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    p = np.eye(3)[outcome][nearest].mean(axis=1)
    climatology = np.broadcast_to(frequencies(kinds)[horizon], p.shape)
    return 1 - float(brier(p, outcome).sum() / brier(climatology, outcome).sum())


def nearest_of_each_test(past: FramePast, queries: Moments, kappa: float) -> np.ndarray:
    """(queries, horizons, 3) of O and E summed over the nearest window of every past test, each with weight 1."""
    assert past.scale is not None
    asked = placed(queries.frame, queries.standing.x_ticks / queries.standing.barrier_ticks, past.scale).astype(np.float64)
    held, test = past.place.astype(np.float64), past.experience.setup
    ratio = np.empty((len(asked), 2))
    order = np.argsort(test, kind="stable")
    starts = np.flatnonzero(np.diff(test[order], prepend=-1))
    for query, place in enumerate(asked):
        squared = ((held - place) ** 2).sum(axis=1)[order]
        nearest = [order[first + squared[first:last].argmin()] for first, last in zip(starts, [*starts[1:], len(order)], strict=True)]
        observed, expected = (values[nearest].sum(axis=0) for values in (past.experience.observed, past.experience.expected))
        ratio[query] = (observed + kappa) / (expected + kappa)
    return cumulate(answer_hazards(past.hazards(queries), ratio))
