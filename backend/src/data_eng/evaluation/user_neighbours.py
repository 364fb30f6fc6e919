"""Neighbours by the user's own vector, so that it can be compared with the frame under one protocol.

As in the user's index: those of one level and one direction, every dimension in robust sigmas of the past, every dimension alike
(retrieval/user_space.py). What they did is then read as for the frame, observed over expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..core.episodes import is_candidate
from ..core.features.scaling import MAD_TO_SIGMA, medians_and_mads
from ..retrieval.distribution import CENSORED
from ..retrieval.frame_past import FramePast
from ..retrieval.moments import KEY_COLUMNS, Moments
from ..retrieval.nearest import Nearest, find_nearest
from ..settings import Settings

LEVEL, DIRECTION = KEY_COLUMNS.index("level_id"), KEY_COLUMNS.index("approach_dir")
Index = tuple[str, str]
"""Level and direction of one of the user's indexes."""


Vectors = tuple[NDArray[np.float32], ...]
"""One a candidate; those of the two directions have lengths of their own."""


@dataclass(frozen=True)
class UserNeighbours:
    """The user's vectors of some sessions, and their nearest."""

    days: Mapping[str, Moments]
    """Candidates by session."""
    vectors: Mapping[str, Vectors]
    """By session, row by row."""

    def __call__(self, past: FramePast, queries: Moments) -> Nearest:
        """The nearest among the past's candidates of each query's own level and direction; `queries` are all of one session."""
        settings, k = past.settings, past.settings.answer.k
        found = Nearest(np.full((len(queries.ts_ns), k), -1, np.int64), np.full((len(queries.ts_ns), k), np.inf))
        of_past, of_queries = (_indexes(moments) for moments in (past.candidates, queries))
        known = [vector for session in past.sessions for vector in self._known(session, settings)]
        asked = self.vectors[str(queries.session[0])]
        for index in dict.fromkeys(of_queries):
            rows, among = (np.flatnonzero([own == index for own in indexes]) for indexes in (of_queries, of_past))
            if len(among) >= settings.scaling.min_rows:
                own = _nearest(*(np.stack([held[row] for row in some]) for held, some in ((asked, rows), (known, among))), settings)
                width = own.candidate.shape[1]
                found.candidate[rows, :width] = np.where(own.candidate < 0, -1, among[own.candidate])
                found.squared_distance[rows, :width] = own.squared_distance
        return found

    def _known(self, session: str, settings: Settings) -> Iterator[NDArray[np.float32]]:
        """Vectors of the candidates whose outcome is known at the primary horizon, as a past holds them."""
        primary = settings.labels.horizons_s.index(settings.answer.primary_s)
        is_known = self.days[session].kinds[:, primary] != CENSORED
        return (vector for vector, held in zip(self.vectors[session], is_known, strict=True) if held)


def user_vectors(triggers: pa.Table, setup: str, settings: Settings) -> Vectors:
    """Those of one setup's rows at candidate ages, in the order of the table, which is that of the candidates."""
    ages = is_candidate(triggers["age_s"].to_numpy(), settings.episodes.candidate_ages)
    chosen = triggers.filter(pc.and_(pa.array(ages), pc.equal(triggers["setup"], setup)))
    column = chosen["vector"].combine_chunks()
    values, ends = column.flatten().to_numpy(), np.cumsum(column.value_lengths().to_numpy())
    return tuple(np.split(values, ends[:-1])) if chosen.num_rows else ()


def _nearest(queries: NDArray[np.float32], past: NDArray[np.float32], settings: Settings) -> Nearest:
    median, mad = medians_and_mads(past)
    sigma = MAD_TO_SIGMA * mad
    clip, spread = settings.scaling.clip_sigma, np.where(sigma > 0, sigma, np.inf)
    placed = (((rows - median) / spread).clip(-clip, clip).astype(np.float32) for rows in (queries, past))
    return find_nearest(*placed, settings.answer.k)


def _indexes(moments: Moments) -> list[Index]:
    return [(level_id, direction) for level_id, direction in moments.key[:, [LEVEL, DIRECTION]]]
