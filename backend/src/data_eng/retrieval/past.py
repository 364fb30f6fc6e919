"""The only way to ask an index: as of a day, which sees nothing that the day could not know.

`past_of` cuts the prefix of the rows that a day may see (sessions farther back than the embargo), scales it with a scaler fitted on exactly
those rows, and gives a `PastView`. A view that is asked by a day that may not see all of it raises `FutureSeen`: own-day neighbours, a
scaler of the future, overlapping labels cannot be. What a metric learned is kept by the day at which it ends, and checked the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..core.features.scaling import RobustScaler, fit_scaler
from ..errors import SpymasterError
from ..sections import RetrievalSettings
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .artefacts import past_distance_column
from .distribution import Climatology, HorizonOutcome, outcome_distribution, past_climatology
from .exact import Groups
from .index import Index, StaleIndex, other_features
from .key import features_sha256, index_command
from .metrics import FITTED, MetricFit
from .neighbours import Neighbours, percentile_among, weigh
from .space import BlockSpace, DirectionSpace, space_for


class FutureSeen(SpymasterError):
    """A request that would see its own day, a day after it, or a day within the embargo."""


@dataclass(frozen=True)
class PastView:
    """What one day may see of an index, scaled for searching.

    Without a scaler (fewer rows than a median and a MAD need) it holds nothing to compare with, but still knows how much past there is.
    """

    index: Index
    as_of: str
    rows: int
    """Rows 0 .. rows - 1 are visible."""
    last_day: str | None
    """The latest visible session day; None when there is none."""
    scaler: RobustScaler | None
    fit: MetricFit | None
    """What the metric learned; None for one that learns nothing, and before its first fit."""
    space: BlockSpace | DirectionSpace | None
    """None without a scaler."""
    rules: RetrievalSettings

    @property
    def days(self) -> int:
        return int(np.searchsorted(self.index.first_row, self.rows))

    @cached_property
    def groups(self) -> Groups:
        episode_of_row = self.index.groups.episode_of_row[: self.rows]
        episodes = int(episode_of_row.max(initial=-1)) + 1
        return Groups(episode_of_row, self.index.groups.day_of_episode[:episodes])

    @property
    def episodes(self) -> int:
        return len(self.groups.day_of_episode)

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether any visible trigger was simulated."""
        return bool(self.index.metadata["synthetic"].to_numpy(zero_copy_only=False)[: self.rows].any())

    @cached_property
    def climatology(self) -> Climatology:
        return past_climatology(self.index.kinds[: self.rows], self.groups.episode_of_row, self.groups.day_of_episode)

    @cached_property
    def past_distances(self) -> NDArray[np.float64]:
        """How far the neighbours of each visible episode were when it was new, one window an episode."""
        column = self.index.metadata[past_distance_column(self.index.metric_name)]
        distances: NDArray[np.float64] = column.to_numpy(zero_copy_only=False)[: self.rows].astype(np.float64)
        return distances[np.isfinite(distances)]

    def find(
        self, vector: NDArray[np.float32], session_date: str, allowed: NDArray[np.bool_] | None = None, threads: int = 1
    ) -> Neighbours:
        """The nearest episodes to a raw vector of `session_date`; `allowed` (rows,) acts before the ranking. None without a scaler."""
        self.require_past_of(session_date)
        layout = self.index.layout
        if len(vector) != len(layout.dims):
            other = other_features(self.index.name, len(layout.dims), features_sha256(layout), len(vector), None)
            raise StaleIndex(other, fix=self.index.build)
        if self.space is None:
            return Neighbours(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64))
        return weigh(self.space.find(vector, self.groups, self.rules, allowed, threads), self.index.day_of_row)

    def require_past_of(self, session_date: str) -> None:
        """Raise `FutureSeen` unless all rows, the scaler and the metric's fit lie further back of `session_date` than the embargo."""
        ends = (
            ("holds", self.last_day),
            ("is scaled by", self.scaler.fit_end if self.scaler is not None else None),
            ("is measured by what was learned up to", self.fit.fit_end if self.fit is not None else None),
        )
        for what, end in ends:
            if end is not None:
                require_past(f"index {self.index.name} as of {self.as_of} {what} {end}", end, session_date, self.rules.embargo_sessions)

    def outcomes(self, neighbours: Neighbours) -> list[HorizonOutcome]:
        """What happened to the neighbours next, by horizon. Empty when there is no past."""
        if self.rows == 0:
            return []
        return outcome_distribution(
            neighbours,
            self.index.kinds[neighbours.row],
            self.index.mfe_ticks[neighbours.row],
            self.index.mae_ticks[neighbours.row],
            self.climatology,
            self.index.horizons_s,
            self.rules,
        )

    def percentile(self, neighbours: Neighbours) -> float | None:
        """How strange the query is: percentile of its neighbours' distance among the past's; None for too small a past."""
        return percentile_among(neighbours.distance, self.past_distances)


def past_of(index: Index, as_of: str, settings: Settings) -> PastView:
    """What a query of the day `as_of` may see, scaled by that day's scaler (fitted now where the index has no row of the day)."""
    visible = visible_days(index.days, as_of, settings.retrieval.embargo_sessions)
    rows = int(index.first_row[visible])
    last_day = index.days[visible - 1] if visible else None
    scaler = index.scaler_of(as_of)
    if scaler is None and last_day is not None and rows >= settings.scaling.min_rows:
        scaler = fit_scaler(index.vectors[:rows], last_day, settings.scaling.clip_sigma, settings.scaling.min_rows)
    fit = _fit_for(index, as_of, settings)
    space = space_for(index, rows, as_of, scaler, fit, settings) if scaler is not None else None
    view = PastView(index, as_of, rows, last_day, scaler, fit, space, settings.retrieval)
    view.require_past_of(as_of)
    return view


def measured_by(view: PastView, index: Index, settings: Settings) -> PastView:
    """The same past and scaler under the metric of another index of the same rows, which learns nothing."""
    space = space_for(index, view.rows, view.as_of, view.scaler, None, settings) if view.scaler is not None else None
    return replace(view, index=index, fit=None, space=space)


def _fit_for(index: Index, as_of: str, settings: Settings) -> MetricFit | None:
    """The latest kept fit that a day may see; fits are made every so many sessions of the index's inputs."""
    if index.metric_name not in FITTED:
        return None
    sessions, every = tuple(date for _, date, _ in index.inputs), settings.evaluation.refit_sessions
    fitted_on = visible_days(sessions, as_of, settings.retrieval.embargo_sessions) // every * every
    if fitted_on == 0:
        return None
    fit = index.fit_of(sessions[fitted_on - 1])
    if fit is None:
        again = index_command(index.lake, index.key, index.root, index.metric_name, overwrite=True)
        raise StaleIndex(f"index {index.name} has no fit that ends on {sessions[fitted_on - 1]}.", fix=again)
    return fit


def require_past(what: str, end: str, session_date: str, embargo_sessions: int) -> None:
    """Raise `FutureSeen` unless `end`, up to which `what` says it knows, lies further back of a query's day than the embargo."""
    if sessions_apart(end, session_date) <= embargo_sessions:
        raise FutureSeen(
            f"{what}; a query of {session_date} may see only sessions more than {embargo_sessions} before it.",
            fix=f"Ask for the past of {session_date}.",
        )


def visible_days(days: tuple[str, ...], as_of: str, embargo_sessions: int) -> int:
    """How many of the days, which are in order, lie more than `embargo_sessions` sessions before `as_of`."""
    return sum(sessions_apart(day, as_of) > embargo_sessions for day in days)
