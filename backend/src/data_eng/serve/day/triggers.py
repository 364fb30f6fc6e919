"""The triggers of a day: by level, setup and approach, and by episode, with the moment from which each outcome is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...retrieval.key import BREAK_AND_CONFIRM, LEVEL_TEST, IndexKey
from ...retrieval.past_tests import outcome_known_s
from ...retrieval.setup import SETUP_COLUMNS
from ...settings import Settings
from ..messages.day import Episode
from .moments import whole_s


class EpisodeRows(NamedTuple):
    """One episode of the day."""

    first: dict[str, Any]
    """Its first trigger, without the vector."""
    triggers_s: NDArray[np.int64]
    """All of its triggers, ascending."""
    outcome: str
    """At the longest horizon that its setup is labelled to."""
    outcome_s: int


@dataclass(frozen=True)
class DayTriggers:
    """Rows of the trigger vectors, by setup, level, approach and time."""

    table: pa.Table
    rows: dict[IndexKey, tuple[int, int]]
    """First row of a key and the row after its last."""
    ts_s: NDArray[np.int64]
    episodes: tuple[EpisodeRows, ...]
    """By their start."""

    def newest(self, key: IndexKey, as_of_s: int) -> int | None:
        """Row of the last trigger of a key at or before a moment; None where there is none."""
        first, last = self.rows.get(key, (0, 0))
        row = first + int(np.searchsorted(self.ts_s[first:last], as_of_s, side="right")) - 1
        return row if row >= first else None

    def of(self, key: IndexKey) -> pa.Table:
        """All triggers of a key, in time order."""
        first, last = self.rows[key]
        return self.table.slice(first, last - first)

    def known_episodes(self, as_of_s: int) -> list[Episode]:
        """Episodes that had begun, as far as they were known."""
        return [_episode(rows, as_of_s) for rows in self.episodes if rows.triggers_s[0] <= as_of_s]

    def changed_episodes(self, ends_s: Sequence[int], from_s: int) -> list[list[Episode]]:
        """(windows,) episodes that began, went on or were decided in each window, as known at its end.

        The windows follow on one another, the first on `from_s`.
        """
        changed: list[list[Episode]] = [[] for _ in ends_s]
        for rows in self.episodes:
            times_s = np.append(rows.triggers_s, rows.outcome_s)
            within = times_s[(times_s > from_s) & (times_s <= ends_s[-1])]
            for window in np.unique(np.searchsorted(ends_s, within)).tolist():
                changed[window].append(_episode(rows, ends_s[window]))
        return changed

    def next_start(self, level_id: str | None, from_s: int, back: bool) -> int | None:
        """Start of the next level test after `from_s`, or of the last one before it; of any level where none is named."""
        starts = [
            int(rows.triggers_s[0])
            for rows in self.episodes
            if rows.first["setup"] == LEVEL_TEST and level_id in (None, rows.first["level_id"])
        ]
        if back:
            return max((start for start in starts if start < from_s), default=None)
        return min((start for start in starts if start > from_s), default=None)


def trigger_columns(horizons: int) -> list[str]:
    """The columns of mbo_trigger_vectors that a served day holds: all but the user's vectors."""
    return [*SETUP_COLUMNS, *(f"outcome_h{horizon}" for horizon in range(horizons)), "first_hit_ts_ns"]


def read_triggers(table: pa.Table, settings: Settings) -> DayTriggers:
    """Triggers of one contract-day, whose rows lie by setup, level, approach and time."""
    table = table.combine_chunks()
    keys = [IndexKey(*row) for row in zip(*(table[name].to_pylist() for name in IndexKey._fields), strict=True)]
    ts_s = whole_s(table["ts_ns"].to_numpy())
    bounds = [row for row in range(len(keys)) if row == 0 or keys[row] != keys[row - 1]]
    rows = {keys[first]: (first, last) for first, last in pairwise([*bounds, len(keys)])}
    return DayTriggers(table, rows, ts_s, _episodes(table, keys, ts_s, settings))


def labelled_horizon(setup: str, settings: Settings) -> int:
    """Position of the longest horizon that a setup is labelled to."""
    horizons_s, rules = settings.labels.horizons_s, settings.episodes
    return rules.confirm_label_candles - 1 if setup == BREAK_AND_CONFIRM else len(horizons_s) - 1


def _episodes(table: pa.Table, keys: list[IndexKey], ts_s: NDArray[np.int64], settings: Settings) -> tuple[EpisodeRows, ...]:
    grouped: dict[tuple[IndexKey, int], list[int]] = {}
    for row, (key, number) in enumerate(zip(keys, table["episode"].to_pylist(), strict=True)):
        grouped.setdefault((key, number), []).append(row)
    firsts = table.take([rows[0] for rows in grouped.values()]).drop_columns(["frame"]).to_pylist() if grouped else []
    found = []
    for rows, first in zip(grouped.values(), firsts, strict=True):
        horizon = labelled_horizon(first["setup"], settings)
        outcome = first[f"outcome_h{horizon}"]
        known_s = outcome_known_s(outcome, first["first_hit_ts_ns"], first["ts_ns"], settings.labels.horizons_s[horizon])
        found.append(EpisodeRows(first, ts_s[rows], outcome, known_s))
    return tuple(sorted(found, key=lambda rows: (int(rows.triggers_s[0]), rows.first["setup"], rows.first["level_id"])))


def _episode(rows: EpisodeRows, as_of_s: int) -> Episode:
    first = rows.first
    known = rows.outcome_s <= as_of_s
    return Episode(
        setup=first["setup"],
        level_id=first["level_id"],
        approach_dir=first["approach_dir"],
        number=first["episode"],
        kind=first["episode_kind"],
        start_s=int(rows.triggers_s[0]),
        last_trigger_s=int(rows.triggers_s[np.searchsorted(rows.triggers_s, as_of_s, side="right") - 1]),
        level_ticks=first["level_ticks"],
        barrier_ticks=first["barrier_ticks"],
        confluent_ids=[level_id for level_id in first["confluent_ids"].split(",") if level_id],
        outcome=rows.outcome if known else None,
        outcome_s=rows.outcome_s if known else None,
    )
