"""The user's own vectors under the evaluation's protocol, so that they can be compared with the frame.

The answer is that of retrieval/user_past.py: neighbours of one level and one direction, every dimension in robust sigmas and all alike,
what they did read against the BASE of all levels. Scaled by the candidates alone, where an index is scaled by all its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..core.episodes import is_candidate
from ..core.features.scaling import fit_scaler
from ..retrieval.distribution import CENSORED
from ..retrieval.frame_past import FramePast
from ..retrieval.moments import KEY_COLUMNS, Moments
from ..retrieval.user_past import UserPast
from ..retrieval.user_space import plain_scale, scaled
from ..settings import Settings

LEVEL, DIRECTION = KEY_COLUMNS.index("level_id"), KEY_COLUMNS.index("approach_dir")
Vectors = tuple[NDArray[np.float32], ...]
"""One a candidate; those of the two directions have lengths of their own."""


@dataclass(frozen=True)
class UserVectors:
    """The user's vectors of some sessions."""

    days: Mapping[str, Moments]
    """Candidates by session."""
    vectors: Mapping[str, Vectors]
    """By session, row by row."""

    def __call__(self, past: FramePast, queries: Moments) -> Iterator[tuple[NDArray[np.int64], FramePast, Moments]]:
        """Rows of the queries, which are of one session, by level and direction, with their own past and the vectors it is asked with."""
        known = [vector for session in past.sessions for vector in self._known(session, past.settings)]
        asked = self.vectors[str(queries.session[0])] if len(queries.ts_ns) else ()
        of_past, of_queries = (_series(moments) for moments in (past.candidates, queries))
        for series in dict.fromkeys(of_queries):
            rows, pool = (np.flatnonzero([own == series for own in every]) for every in (of_queries, of_past))
            vectors = np.stack([asked[row] for row in rows])
            yield rows, _past(past, pool, [known[row] for row in pool]), queries.take(rows)._replace(frame=vectors)

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


def _past(past: FramePast, pool: NDArray[np.int64], vectors: list[NDArray[np.float32]]) -> UserPast:
    scaling, plain, placed = past.settings.scaling, None, np.empty((len(pool), 0), np.float32)
    if len(pool) >= scaling.min_rows and past.end is not None:
        raw = np.stack(vectors)
        plain = plain_scale(fit_scaler(raw, past.end, scaling.clip_sigma, scaling.min_rows))
        placed = scaled(raw, plain).astype(np.float32)
    fields = {name: getattr(past, name) for name in FramePast.__dataclass_fields__}
    return UserPast(**fields, plain=plain, pool=pool, vectors=placed)


def _series(moments: Moments) -> list[tuple[str, str]]:
    """Level and direction of each window."""
    return [(level_id, direction) for level_id, direction in moments.key[:, [LEVEL, DIRECTION]]]
