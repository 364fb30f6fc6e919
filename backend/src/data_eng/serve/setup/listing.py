"""The list of all setups there were: every episode of an index by its first trigger, cut by what is asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic_core import to_json

from ...core.features.registry import APPROACHES, Approach
from ...core.levels import level_name
from ...core.session import clock
from ...core.units import NS_PER_S
from ...lake.cache import Cache
from ...retrieval.index import Index
from ...retrieval.key import IndexKey
from ...retrieval.parts import SetupName
from ...retrieval.past_tests import outcome_known_s
from ...settings import Settings
from ..day.moments import whole_s
from .past import Opened, Past

LISTED_MAX = 500
"""Episodes in one list."""
EPISODE_BYTES = 600
"""That one episode takes in memory: nineteen values, half of them Python's."""
BEFORE_TIME = ("symbol", "session_date", "level_id", "approach_dir", "episode", "episode_kind")
AFTER_TIME = ("distance_ticks", "level_ticks")
"""Members of `messages.SetupRow` that are columns of the index."""


class Chosen(NamedTuple):
    """Which episodes are listed; None leaves a bound out."""

    as_of_s: int | None
    first: str | None
    last: str | None
    time_from: str | None
    time_to: str | None
    """New York, HH:MM; the minute itself is outside."""
    kind: str | None


class IndexedEpisodes(NamedTuple):
    """Every episode of one index by its first trigger, oldest first; the arrays are (episodes,)."""

    columns: dict[str, list[Any]]
    ts_s: NDArray[np.int64]
    date: NDArray[np.str_]
    time: NDArray[np.str_]
    """New York, HH:MM."""
    kind: NDArray[np.str_]
    outcome: list[str]
    known_s: NDArray[np.int64]
    """From when the outcome is known."""
    excursions: dict[str, list[float | None]]
    over_s: NDArray[np.int64]
    """From when the excursions are known."""
    kinds: frozenset[str]
    """Of every trigger."""

    def chosen(self, chosen: Chosen) -> NDArray[np.int64]:
        """Places of the episodes asked for."""
        kept = np.ones(len(self.ts_s), bool)
        if chosen.as_of_s is not None:
            kept &= self.ts_s <= chosen.as_of_s
        if chosen.first is not None:
            kept &= self.date >= chosen.first
        if chosen.last is not None:
            kept &= self.date <= chosen.last
        if chosen.time_from is not None:
            kept &= self.time >= chosen.time_from
        if chosen.time_to is not None:
            kept &= self.time < chosen.time_to
        if chosen.kind is not None:
            kept &= self.kind == chosen.kind
        return np.flatnonzero(kept)

    def row(self, place: int, as_of_s: int | None) -> dict[str, Any]:
        """One `messages.SetupRow`, with what was known of its outcome."""
        seen = as_of_s is None or self.known_s[place] <= as_of_s
        measured = as_of_s is None or self.over_s[place] <= as_of_s
        return {
            **{name: self.columns[name][place] for name in BEFORE_TIME},
            "ts_s": int(self.ts_s[place]),
            **{name: self.columns[name][place] for name in AFTER_TIME},
            "outcome": self.outcome[place] if seen else None,
            **{name: values[place] if measured else None for name, values in self.excursions.items()},
            "synthetic": self.columns["synthetic"][place],
        }


class SetupListing:
    """Episodes by level, each index's made once for as long as the index stays what it is."""

    def __init__(self, settings: Settings, past: Past) -> None:
        self._settings = settings
        self._past = past
        self._lists: Cache[tuple[str, int, int], IndexedEpisodes] = Cache(settings.serve.index_cache_bytes)

    @property
    def size(self) -> int:
        """Bytes held, nearly."""
        return self._lists.size

    def setups(self, root: str, level: str, approach_dir: Approach | None, setup: SetupName, chosen: Chosen) -> bytes:
        """Episodes of one level, newest first: a `SetupList` as JSON."""
        keys = [IndexKey(level, setup, side) for side in APPROACHES if approach_dir in (None, side)]
        lists = [self._list_of(self._past.index(key, root)) for key in keys]
        total, rows = newest_rows(lists, chosen)
        kinds = sorted(frozenset().union(*(one.kinds for one in lists)))
        levels = self._past.levels()
        names = {level_id: level_name(level_id) for level_id in levels}
        found = {"total": total, "setups": rows, "levels": levels, "level_names": names, "kinds": kinds}
        return to_json(found, inf_nan_mode="null")

    def _list_of(self, opened: Opened) -> IndexedEpisodes:
        found = self._lists.get(opened.identity)
        if found is None:
            found = episode_list(opened.index, self._settings.of_root(opened.index.root))
            self._lists.put(opened.identity, found, len(found.ts_s) * EPISODE_BYTES)
        return found


def episode_list(index: Index, settings: Settings) -> IndexedEpisodes:
    """The episodes of an index; 0.1 s for 5,000, so keep it for as long as the index stays what it is."""
    horizon = index.horizons_s.index(settings.answer.primary_s)
    first_of: dict[tuple[str, int], int] = {}
    for row, episode in enumerate(zip(*(index.metadata[name].to_pylist() for name in ("session_date", "episode")), strict=True)):
        first_of.setdefault(episode, row)
    rows = index.metadata.take(pa.array(list(first_of.values()), pa.int64()))
    ts_ns, outcome = rows["ts_ns"].to_numpy(), rows[f"outcome_h{horizon}"].to_pylist()
    horizon_s, hits_ns = index.horizons_s[horizon], rows["first_hit_ts_ns"].to_pylist()
    ts_s = whole_s(ts_ns)
    known_s = [outcome_known_s(*one, horizon_s) for one in zip(outcome, hits_ns, ts_ns.tolist(), strict=True)]
    return IndexedEpisodes(
        columns={name: rows[name].to_pylist() for name in (*BEFORE_TIME, *AFTER_TIME, "synthetic")},
        ts_s=ts_s,
        date=rows["session_date"].to_numpy(zero_copy_only=False).astype("U10"),
        time=np.array([clock(second * NS_PER_S)[11:16] for second in ts_s.tolist()], "U5"),
        kind=rows["episode_kind"].to_numpy(zero_copy_only=False).astype("U"),
        outcome=outcome,
        known_s=np.array(known_s, np.int64),
        excursions={name: _finite(rows[f"{name}_h{horizon}"].to_pylist()) for name in ("mfe_ticks", "mae_ticks")},
        over_s=ts_s + horizon_s,
        kinds=frozenset(index.metadata["episode_kind"].unique().to_pylist()),
    )


def newest_rows(lists: list[IndexedEpisodes], chosen: Chosen) -> tuple[int, list[dict[str, Any]]]:
    """How many episodes of all lists are asked for, and the newest of them; of one moment, in the order of the lists."""
    places = [one.chosen(chosen) for one in lists]
    ts_s = np.concatenate([one.ts_s[kept] for one, kept in zip(lists, places, strict=True)])
    source = np.repeat(np.arange(len(lists)), [len(kept) for kept in places])
    place = np.concatenate(places)
    newest = np.argsort(-ts_s, kind="stable")[:LISTED_MAX]
    rows = [lists[number].row(at, chosen.as_of_s) for number, at in zip(source[newest].tolist(), place[newest].tolist(), strict=True)]
    return len(ts_s), rows


def _finite(values: list[float | None]) -> list[float | None]:
    return [value if value is not None and np.isfinite(value) else None for value in values]
