"""The bad example: what is usually done, and why it shows a skill of half or more on pure noise.

Every window is a sample of its own, the scaler is fitted on everything, and only the query's own row is left out. The nearest windows
are then the same session's neighbours in time, which share the query's future.
"""

from __future__ import annotations

import numpy as np

from src.data_eng.evaluation.scores import class_of, rps
from src.data_eng.retrieval.index import Index

NEIGHBOURS = 5


def naive_skill(index: Index, horizon: int) -> float:
    """RPS skill against climatology of the nearest windows, whenever they were."""
    vectors = (index.vectors - index.vectors.mean(axis=0)) / (index.vectors.std(axis=0) + 1e-9)
    outcome = class_of(index.kinds[:, horizon])
    happened = np.eye(3)[outcome]
    squares = (vectors**2).sum(axis=1)
    squared = squares[:, None] + squares - 2 * vectors @ vectors.T
    np.fill_diagonal(squared, np.inf)
    nearest = np.argpartition(squared, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    p = happened[nearest].mean(axis=1)
    climatology = np.broadcast_to(happened.mean(axis=0), p.shape)
    return 1 - float(rps(p, outcome).sum() / rps(climatology, outcome).sum())
