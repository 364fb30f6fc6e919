"""What a day may know: the candidates of the sessions before it, the walk calibrated on them, and how far from one another they lie.

`frame_past` is the only way to it, and refuses a candidate of the day itself, of one after it, or within the embargo.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..settings import Settings
from .base import Base, base_hazards, fit_base
from .distribution import CENSORED
from .moments import Moments
from .nearest import FrameScale, Nearest, Searchable, find_nearest, fit_frame_scale, placed, searchable
from .observed import Experience, experience
from .past import require_past

REFERENCES = 400
"""Entries of the past whose own neighbours say how far neighbours usually are; spread evenly over it."""
REFERENCES_MIN = 20
"""Below it no percentile is given: none could lie above the 95th."""


@dataclass(frozen=True)
class FramePast:
    """The past of one session and setup, ready to be asked."""

    as_of: str
    sessions: tuple[str, ...]
    """Sessions that it holds, whether they have candidates or not."""
    candidates: Moments
    """Those whose outcome at the primary horizon is known, in time order by session."""
    base: Base
    experience: Experience
    scale: FrameScale | None
    """None below the rows that a median and a MAD need: there are no neighbours then."""
    place: NDArray[np.float32]
    """(candidates, dims + 1), see `placed`."""
    settings: Settings

    @property
    def end(self) -> str | None:
        return self.sessions[-1] if self.sessions else None

    @property
    def days(self) -> int:
        return int(self.experience.day.max(initial=-1)) + 1

    @property
    def setups(self) -> int:
        return int(self.experience.setup.max(initial=-1)) + 1

    def find(self, moments: Moments) -> Nearest:
        """The nearest candidates of each window."""
        if self.scale is None:
            return Nearest(np.empty((len(moments.ts_ns), 0), np.int64), np.empty((len(moments.ts_ns), 0)))
        return find_nearest(placed(moments.frame, place_of(moments), self.scale), self._searchable, self.settings.answer.k)

    def hazards(self, moments: Moments) -> NDArray[np.float64]:
        """(rows, horizons, 2) of BASE."""
        return base_hazards(moments.standing, self.base, np.array(self.settings.labels.horizons_s), self.settings.answer.age_tau_s)

    def percentile(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows,) percent of the past's own entries whose neighbours, of other days, were nearer; NaN for too small a past."""
        known = self._usual_distances
        if len(known) < REFERENCES_MIN:
            return np.full(len(distance), np.nan)
        return np.where(np.isfinite(distance), 100 * np.searchsorted(known, distance) / len(known), np.nan)

    @cached_property
    def _searchable(self) -> Searchable:
        return searchable(self.place)

    @cached_property
    def _usual_distances(self) -> NDArray[np.float64]:
        entries = np.flatnonzero(self.candidates.standing.age_s == 0)
        chosen = entries[:: max(len(entries) // REFERENCES, 1)]
        if self.scale is None or len(chosen) < REFERENCES_MIN:
            return np.empty(0)
        day = self.experience.day
        usual = distance_of(find_nearest(self.place[chosen], self._searchable, self.settings.answer.k, day, day[chosen]))
        return np.sort(usual[np.isfinite(usual)])


def frame_past(candidates: Moments, sessions: tuple[str, ...], as_of: str, settings: Settings) -> FramePast:
    """Learn from the candidates of `sessions`, in order, what a query of the session `as_of` may know.

    Raises `FutureSeen` where one of the sessions, or a candidate's, lies not farther back than the embargo.
    """
    answer, horizons_s = settings.answer, np.array(settings.labels.horizons_s)
    for session in sorted({*sessions, *candidates.session})[-1:]:
        require_past(f"the past of {as_of} holds {session}", session, as_of, answer.embargo_sessions)
    primary = settings.labels.horizons_s.index(answer.primary_s)
    known = candidates.take(np.flatnonzero(candidates.kinds[:, primary] != CENSORED))
    base = fit_base(known.standing, known.kinds, horizons_s, sessions[-1] if sessions else None, answer)
    hazards = base_hazards(known.standing, base, horizons_s, answer.age_tau_s)
    enough = len(known.ts_ns) >= settings.scaling.min_rows
    scale = fit_frame_scale(known.frame, place_of(known)) if enough else None
    return FramePast(
        as_of=as_of,
        sessions=sessions,
        candidates=known,
        base=base,
        experience=experience(known.kinds, hazards, known.session, known.setup, primary + 1),
        scale=scale,
        place=placed(known.frame, place_of(known), scale) if scale is not None else np.empty((len(known.ts_ns), 0), np.float32),
        settings=settings,
    )


def distance_of(found: Nearest) -> NDArray[np.float64]:
    """(queries,) how far the neighbours are: the root of the median squared distance; NaN without neighbours."""
    squared = found.squared_distance
    held = np.isfinite(squared).sum(axis=1)
    distance, some = np.full(len(squared), np.nan), np.flatnonzero(held)
    lower, upper = ((held[some] - 1) // 2, held[some] // 2)  # they are nearest first
    distance[some] = np.sqrt((squared[some, lower] + squared[some, upper]) / 2)
    return distance


def place_of(moments: Moments) -> NDArray[np.float64]:
    """(rows,) x / b: how far price is beyond the level, in barriers."""
    return moments.standing.x_ticks / moments.standing.barrier_ticks
