"""Windows of tests as arrays: where price stood, what the frame held, and, where it is known, what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..core.episodes import EpisodeKind
from .base import Standing
from .distribution import CENSORED, outcome_kinds

STANDING_COLUMNS = ("x_ticks", "barrier_ticks", "sigma", "rv", "profile", "age_s")
KEY_COLUMNS = ("session_date", "symbol", "setup", "level_id", "approach_dir", "episode")

MOMENT_COLUMNS = (*(name for name in KEY_COLUMNS if name != "symbol"), "ts_ns", "episode_kind", *STANDING_COLUMNS, "frame")
"""Columns that `moments_of` needs; without outcomes they count as not known yet."""


class Moments(NamedTuple):
    """Windows of one setup; every array has a row for each."""

    key: NDArray[np.object_]
    """(rows, len(KEY_COLUMNS)) of which test each is."""
    ts_ns: NDArray[np.int64]
    standing: Standing
    frame: NDArray[np.float32]
    """(rows, dims) raw."""
    kinds: NDArray[np.int8]
    """(rows, horizons) codes of distribution.KINDS; CENSORED where nothing is known yet."""

    def take(self, rows: NDArray[Any]) -> Moments:
        return Moments(self.key[rows], self.ts_ns[rows], self.standing.take(rows), self.frame[rows], self.kinds[rows])

    @property
    def session(self) -> NDArray[np.object_]:
        return self.key[:, 0]

    @property
    def setup(self) -> NDArray[np.int64]:
        """(rows,) numbers that tell tests apart, in order of first appearance."""
        return numbered(self.key)


def moments_of(table: pa.Table, symbol: str, horizons: int, vector: str = "frame") -> Moments:
    """Rows of mbo_setup_candidates or mbo_trigger_vectors of one contract-day and setup; `vector` is the column that the frame is of."""
    columns = [table[name].to_pylist() if name in table.column_names else [symbol] * table.num_rows for name in KEY_COLUMNS]
    key = np.empty((table.num_rows, len(KEY_COLUMNS)), object)
    for place, column in enumerate(columns):
        key[:, place] = column
    standing = [table[name].to_numpy().astype(np.float64) for name in STANDING_COLUMNS]
    is_later = ~pc.equal(table["episode_kind"], EpisodeKind.FIRST_TEST.value).to_numpy(zero_copy_only=False)
    return Moments(
        key=key,
        ts_ns=table["ts_ns"].to_numpy(),
        standing=Standing._make([*standing, is_later]),
        frame=_rows_of_lists(table[vector]),
        kinds=_kinds(table, horizons),
    )


def joined(parts: Sequence[Moments], dims: int, horizons: int) -> Moments:
    """All of them, one after the other."""
    empty = Moments(
        np.empty((0, len(KEY_COLUMNS)), object),
        np.empty(0, np.int64),
        Standing._make([*(np.empty(0) for _ in STANDING_COLUMNS), np.empty(0, np.bool_)]),
        np.empty((0, dims), np.float32),
        np.empty((0, horizons), np.int8),
    )
    held = [empty, *(part for part in parts if len(part.ts_ns))]
    return Moments(
        key=np.concatenate([part.key for part in held]),
        ts_ns=np.concatenate([part.ts_ns for part in held]),
        standing=Standing._make(np.concatenate(columns) for columns in zip(*(part.standing for part in held), strict=True)),
        frame=np.concatenate([part.frame for part in held]),
        kinds=np.concatenate([part.kinds for part in held]),
    )


def numbered(key: NDArray[np.object_]) -> NDArray[np.int64]:
    """(rows,) 0, 1, 2, .. for rows that are alike, in order of first appearance."""
    seen: dict[tuple[Any, ...], int] = {}
    return np.array([seen.setdefault(tuple(row), len(seen)) for row in key], np.int64)


def _kinds(table: pa.Table, horizons: int) -> NDArray[np.int8]:
    names = [f"outcome_h{horizon}" for horizon in range(horizons)]
    if not set(names) <= set(table.column_names):
        return np.full((table.num_rows, horizons), CENSORED, np.int8)
    outcomes = np.array([table[name].to_pylist() for name in names], dtype="U16")
    return outcome_kinds(outcomes.T.reshape(table.num_rows, horizons))


def _rows_of_lists(column: pa.ChunkedArray) -> NDArray[np.float32]:
    flat = column.combine_chunks().flatten().to_numpy().astype(np.float32, copy=False)
    return flat.reshape(len(column), -1) if len(column) else np.empty((0, 0), np.float32)
