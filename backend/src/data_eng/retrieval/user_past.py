"""The same answer by the user's plain space: neighbours from one level's own index, what is usual and what was expected as always.

The distance is that of index.faiss (user_space.py): every dimension of the level's vector in robust sigmas, every dimension alike, under
the scaler of the day. Neighbours are the candidates of that level and direction; BASE is calibrated on all levels, as for the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..config import Environment
from ..core.episodes import is_candidate
from ..core.instrument import root_of
from ..settings import Settings
from .frame_past import REFERENCES, REFERENCES_MIN, FramePast, distance_of
from .index import open_index
from .key import IndexKey
from .moments import Moments
from .nearest import Nearest, Searchable, find_nearest, searchable
from .past import visible_rows
from .sources import trigger_sources
from .staleness import check_inputs
from .user_space import PlainScale, plain_scale, scaled


@dataclass(frozen=True)
class UserPast(FramePast):
    """The past of one session, level and direction. Windows asked hold the level's own vectors in place of the frame."""

    plain: PlainScale | None
    """None below the rows that a scaler needs: there are no neighbours then."""
    pool: NDArray[np.int64]
    """(pool,) positions among the candidates of those that may be neighbours."""
    vectors: NDArray[np.float32]
    """(pool, dims) scaled."""

    def find(self, moments: Moments) -> Nearest:
        if self.plain is None:
            return Nearest(np.empty((len(moments.ts_ns), 0), np.int64), np.empty((len(moments.ts_ns), 0)))
        queries = scaled(moments.frame, self.plain).astype(np.float32)
        found = find_nearest(queries, self._searchable, self.settings.answer.k)
        return found._replace(candidate=np.where(found.candidate >= 0, self.pool[found.candidate], -1))

    @cached_property
    def _searchable(self) -> Searchable:
        return searchable(self.vectors)

    @cached_property
    def _usual_distances(self) -> NDArray[np.float64]:
        entries = np.flatnonzero(self.candidates.standing.age_s[self.pool] == 0)
        chosen = entries[:: max(len(entries) // REFERENCES, 1)]
        if self.plain is None or len(chosen) < REFERENCES_MIN:
            return np.empty(0)
        day = self.experience.day[self.pool]
        return np.sort(distance_of(find_nearest(self.vectors[chosen], self._searchable, self.settings.answer.k, day, day[chosen])))


def user_past(where: Environment, past: FramePast, key: IndexKey, symbol: str, settings: Settings) -> UserPast:
    """The past as one level's index sees it.

    Raises `IndexMissing` and `StaleIndex` with the command that builds the index.
    """
    root = root_of(symbol)
    index = open_index(where, key, root, settings)
    partitions = {str(source.ref): (source.ref.date, source.sha256) for source in trigger_sources(where, root, settings)}
    check_inputs(index, partitions, past.as_of, settings)
    visible, scaler = visible_rows(index, past.as_of, settings)
    position_of = {(*map(str, row[:2]), int(ts_ns)): place for place, (row, ts_ns) in _of_key(past.candidates, key)}
    metadata = index.metadata.slice(0, visible)
    at_age = is_candidate(metadata["age_s"].to_numpy(), settings.episodes.candidate_ages)
    names = zip(*(metadata[name].to_pylist() for name in ("session_date", "symbol", "ts_ns")), strict=True)
    rows, pool = [], []
    for row, name in enumerate(names):
        if at_age[row] and name in position_of:
            rows.append(row)
            pool.append(position_of[name])
    plain = plain_scale(scaler) if scaler is not None else None
    vectors = scaled(index.vectors[rows], plain).astype(np.float32) if plain is not None else np.empty((len(rows), 0), np.float32)
    return UserPast(
        **{name: getattr(past, name) for name in FramePast.__dataclass_fields__},
        plain=plain,
        pool=np.array(pool, np.int64),
        vectors=vectors,
    )


def _of_key(candidates: Moments, key: IndexKey) -> list[tuple[int, tuple[NDArray[np.object_], np.int64]]]:
    places = np.flatnonzero((candidates.key[:, 3] == key.level_id) & (candidates.key[:, 4] == key.approach_dir))
    return [(int(place), (candidates.key[place], candidates.ts_ns[place])) for place in places]
