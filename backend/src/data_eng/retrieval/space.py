"""The past as a metric sees it: where vectors lie, and which episodes are nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.features.scaling import RobustScaler, scale
from ..sections import RetrievalSettings
from ..settings import Settings
from .codes import Codes, encode
from .cosine import Directions, direction_metric, directions, nearest_directions
from .distance import Metric, scaled
from .exact import Groups, Nearest, nearest_episodes
from .index import Index
from .metrics import COSINE, FITTED, USER, MetricFit, fitted_metric, metric_of
from .user_space import user_metric


@dataclass(frozen=True)
class BlockSpace:
    """The past as a weighted Euclidean metric sees it."""

    fit_end: str
    """The last session that scaler and weights know of."""
    vectors: NDArray[np.float32]
    """(rows, dims) raw."""
    metric: Metric
    codes: Codes

    def find(
        self, vector: NDArray[np.float32], groups: Groups, rules: RetrievalSettings, allowed: NDArray[np.bool_] | None, threads: int
    ) -> Nearest:
        return nearest_episodes(
            vector, self.vectors, self.codes, self.metric, groups, rules.neighbours, rules.per_day_max, allowed, threads
        )

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows, dims) raw vectors where the metric measures them: squared distance is the sum of weight x squared difference."""
        return scaled(vectors, self.metric)


@dataclass(frozen=True)
class DirectionSpace:
    """The past as the cosine sees it."""

    fit_end: str
    scaler: RobustScaler
    as_of: str
    past: Directions

    @property
    def metric(self) -> Metric:
        return direction_metric(self.past.row.shape[1])

    def find(
        self, vector: NDArray[np.float32], groups: Groups, rules: RetrievalSettings, allowed: NDArray[np.bool_] | None, threads: int
    ) -> Nearest:
        """`threads` is how many the matrix product's library takes anyway."""
        query = directions(scale(self.scaler, vector[None], self.as_of))
        return nearest_directions(query, self.past, groups, rules.neighbours, rules.per_day_max, allowed)

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows, dims) directions of raw vectors."""
        return directions(scale(self.scaler, vectors, self.as_of)).row.astype(np.float64)


def space_of(index: Index, rows: int, scaler: RobustScaler, metric: Metric) -> BlockSpace:
    """The first rows of an index under a weighted Euclidean metric."""
    past = index.vectors[:rows]
    return BlockSpace(scaler.fit_end, past, metric, encode(past, metric))


def space_for(
    index: Index, rows: int, as_of: str, scaler: RobustScaler, fit: MetricFit | None, settings: Settings
) -> BlockSpace | DirectionSpace:
    """The first rows of an index under the index's own metric; `fit` is what that metric learned."""
    if index.metric_name == COSINE:
        return DirectionSpace(scaler.fit_end, scaler, as_of, directions(scale(scaler, index.vectors[:rows], as_of)))
    if index.metric_name in FITTED:
        return space_of(index, rows, scaler, fitted_metric(scaler, index.layout, settings, index.metric_name, fit))
    if index.metric_name == USER:
        return space_of(index, rows, scaler, user_metric(scaler))
    return space_of(index, rows, scaler, metric_of(scaler, index.layout, settings))
