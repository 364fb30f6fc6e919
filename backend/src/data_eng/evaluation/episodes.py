"""The episodes that forecasts are scored on: one moment of each, fixed before anybody knew how long the episode would last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..retrieval.fitting import scored_rows, scored_window
from ..retrieval.index import Index
from ..retrieval.key import IndexKey
from ..settings import Settings

MOMENTUM_WINDOWS = 24
"""Two minutes: the last bar."""


class ScoredEpisodes(NamedTuple):
    """Scored episodes of one level, setup and approach, in time order; every array is (episodes, ..)."""

    key: IndexKey
    session_date: NDArray[np.str_]
    day: NDArray[np.int64]
    """Number of the session among all that are evaluated, equal over all levels; blocks of one session are drawn together."""
    row: NDArray[np.int64]
    """Row of the index."""
    kinds: NDArray[np.int8]
    """(episodes, horizons) outcome kinds."""
    open_s: NDArray[np.float64]
    """Seconds since the regular open at the forecast's moment."""
    upper_ticks: NDArray[np.float64]
    """From the mid up to the upper barrier."""
    lower_ticks: NDArray[np.float64]
    """From the mid down to the lower barrier."""
    volatility_ticks: NDArray[np.float64]
    """Realised volatility of the last 24 windows, ticks per root second."""
    momentum_ticks: NDArray[np.float64]
    """Move of the last two minutes relative to the level, positive toward a break."""
    from_below: bool
    vectors: NDArray[np.float32]
    """(episodes, dims) raw."""

    def take(self, rows: NDArray[np.bool_ | np.int64]) -> ScoredEpisodes:
        """The named episodes, in the order named; a mask keeps the order."""
        columns: list[Any] = [value[rows] if isinstance(value, np.ndarray) else value for value in self]
        return ScoredEpisodes(*columns)


def joined(pieces: Sequence[ScoredEpisodes]) -> ScoredEpisodes:
    """Pieces of one series as one."""
    fields = zip(*pieces, strict=True)
    columns: list[Any] = [np.concatenate(field) if isinstance(field[0], np.ndarray) else field[0] for field in fields]
    return ScoredEpisodes(*columns)


def scored_episodes(index: Index, sessions: tuple[str, ...], settings: Settings) -> ScoredEpisodes:
    """One moment of every episode of an index that lasted to the scored window; `sessions` gives days their numbers.

    Whether an episode lasts to its n-th window is known at that window, so nothing is chosen by what comes later.
    """
    row = scored_rows(index.groups.episode_of_row, scored_window(index.key.setup, settings))
    metadata = index.metadata
    vectors = index.vectors[row]
    session_date = np.asarray(metadata["session_date"].to_pylist(), dtype="U10")[row]
    level_ticks, mid_ticks, barrier_ticks = (
        metadata[name].to_numpy(zero_copy_only=False)[row].astype(np.float64) for name in ("level_ticks", "mid_ticks", "barrier_ticks")
    )
    from_below = index.key.approach_dir == "from_below"
    place = {name: number for number, name in enumerate(index.layout.dims)}
    moved = vectors[:, place[f"w{MOMENTUM_WINDOWS}_delta:k_distance_ticks"]].astype(np.float64) * (MOMENTUM_WINDOWS - 1)
    per_root_window = vectors[:, place["context_volatility_ticks"]].astype(np.float64)
    return ScoredEpisodes(
        key=index.key,
        session_date=session_date,
        day=np.searchsorted(np.asarray(sessions, dtype="U10"), session_date).astype(np.int64),
        row=row,
        kinds=index.kinds[row],
        open_s=vectors[:, place["context_open_s"]].astype(np.float64),
        upper_ticks=level_ticks + barrier_ticks - mid_ticks,
        lower_ticks=mid_ticks - (level_ticks - barrier_ticks),
        volatility_ticks=per_root_window / np.sqrt(settings.book.window_s),
        momentum_ticks=moved if from_below else -moved,
        from_below=from_below,
        vectors=vectors,
    )
