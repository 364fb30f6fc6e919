"""What the routes ask: the lake's days, their tables, episodes and setups, each as of a moment."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from pydantic_core import to_json

from ..config import AppConfig
from ..core.features.registry import APPROACHES
from ..core.session import NS_PER_S, clock
from ..errors import SpymasterError
from ..lake.cache import Cache
from ..retrieval.index import LEVEL_TEST, IndexKey
from ..retrieval.metrics import BLOCK
from ..retrieval.setup import Setup
from .arrow import stream_bytes, zstd
from .day import EPISODES, DayBundle
from .days import Days
from .level_names import level_infos
from .messages import Approach, Day, DayList, Episodes, LadderGrid, NextEpisode, SetupName, TableName, ZoneTicks
from .past import INDEXES_KEPT, Opened, Past
from .setup_list import Chosen, EpisodeList, episode_list, newest_rows
from .setups import Told, newest_setup, tell
from .shelf import Shelf
from .work import Work

ANSWER_BYTES = 200_000_000
"""Encoded tables that are kept."""


class Encoded(NamedTuple):
    """A body ready to be sent."""

    body: bytes
    version: str
    synthetic: bool


class Asked(NamedTuple):
    """A setup, its index, and by what its answer is kept."""

    day: DayBundle
    setup: Setup
    opened: Opened
    key: tuple[object, ...]


class Engine:
    """The lake behind the API. Every method may be called from any thread; none belongs on the event loop."""

    def __init__(self, cfg: AppConfig) -> None:
        self.lake = cfg.lake_root
        self.settings = settings = cfg.settings
        self.preparing: str | None = None
        """What is done before the first question can be answered as fast as later ones; null once that is done."""
        self.work = Work(settings.serve.workers)
        self.days = Days(cfg)
        self.shelf = Shelf(cfg, self.days)
        self.past = Past(cfg)
        self._told: Cache[tuple[object, ...], Told] = Cache(settings.serve.answer_cache)
        self._bodies: Cache[tuple[object, ...], Encoded] = Cache(ANSWER_BYTES)
        self._lists: Cache[tuple[str, int, int], EpisodeList] = Cache(INDEXES_KEPT)

    def warm(self) -> None:
        """Answer the newest day's level tests, so that the first reader does not wait while libraries load and kernels compile."""
        self.preparing = "the server looks for the lake's newest day"
        try:
            with suppress(SpymasterError):  # a question about that day gets the error as its answer
                self._warm()
        finally:
            self.preparing = None

    def _warm(self) -> None:
        newest = next((day for day in reversed(self.day_list().days) if day.state == "ready" and day.chosen), None)
        if newest is None:
            return
        self.preparing = f"the server reads {newest.symbol} {newest.session_date}"
        day = self.bundle(newest.symbol, newest.session_date)
        day.hold_table(EPISODES)
        assert day.triggers is not None
        self.preparing = "the server computes its first answers; a new installation compiles its kernels first, about half a minute"
        for key in day.triggers.rows:
            if key.setup == LEVEL_TEST:  # a rarer setup may have no past to search, and nothing would be compiled
                with suppress(SpymasterError):
                    self.tell(self.ask(newest.symbol, key, day.moments.session_end_s, BLOCK, None))

    def close(self) -> None:
        """End what is being computed."""
        self.work.close()

    def counters(self) -> dict[str, float]:
        """Counts since the start, for the metrics."""
        return {
            "days_opened_total": self.shelf.opened,
            "tables_encoded_total": self._bodies.made,
            "tables_kept_total": self._bodies.found,
            "answers_computed_total": self._told.made,
            "answers_kept_total": self._told.found,
        }

    def gauges(self) -> dict[str, float]:
        """What is held now, for the metrics."""
        return {"days_held": len(self.shelf), "days_held_bytes": self.shelf.size, "tables_held_bytes": self._bodies.size}

    def day_list(self) -> DayList:
        """The lake's contract-days as they were within the last second."""
        return self.days.listed()

    def bundle(self, symbol: str, session_date: str, version: str | None = None) -> DayBundle:
        """The day in memory; `symbol` is a contract, or a root for the day's chosen one."""
        return self.shelf.day(self.days.contract(symbol, session_date), session_date, version)

    def day(self, symbol: str, session_date: str, as_of_s: int | None, version: str | None) -> Day:
        """A day as of a moment, by default of the session's start."""
        day = self.bundle(symbol, session_date, version)
        as_of_s = day.moments.session_start_s if as_of_s is None else as_of_s
        day.hold_as_of(as_of_s)
        settings = day.settings
        return Day(
            symbol=day.symbol,
            root=day.root,
            session_date=day.session_date,
            version=day.version,
            synthetic=day.synthetic,
            tick=day.tick,
            window_s=day.window_s,
            **day.moments._asdict(),
            opening_range_s=day.opening_range_s,
            half_day=day.half_day,
            levels=level_infos(day, as_of_s),
            barrier_ticks=day.barrier_ticks,
            confluence_ticks=settings.levels.confluence_ticks,
            zone_ticks=ZoneTicks(
                at=settings.zones.at_max, near=settings.zones.near_max, mid=settings.zones.mid_max, far=settings.zones.far_max
            ),
            ladder=LadderGrid(step_ticks=settings.ladder.step_ticks, reach_points=settings.ladder.reach_points),
            conditions=day.scales,
            horizons_s=list(settings.labels.horizons_s),
            primary_horizon_s=settings.labels.primary_horizon_s,
            absent=list(day.absent),
        )

    def table(
        self,
        symbol: str,
        session_date: str,
        name: TableName,
        from_s: int | None,
        as_of_s: int,
        level_ids: tuple[str, ...] | None,
        version: str | None,
        compressed: bool,
    ) -> Encoded:
        """Rows of a table known in (from_s, as_of_s] as an Arrow stream."""
        day = self.bundle(symbol, session_date, version)
        key = (day.symbol, day.session_date, day.version, name, from_s, as_of_s, level_ids, compressed)
        kept = self._bodies.get(key)
        if kept is None:
            body = stream_bytes(day.cut(name, from_s, as_of_s, level_ids))
            kept = Encoded(zstd(body) if compressed else body, day.version, day.synthetic)
            self._bodies.put(key, kept, len(kept.body))
        return kept

    def episodes(self, symbol: str, session_date: str, as_of_s: int, version: str | None) -> Episodes:
        """Episodes of a day as far as they were known."""
        day = self.bundle(symbol, session_date, version)
        day.hold_as_of(as_of_s)
        day.hold_table(EPISODES)
        assert day.triggers is not None
        return Episodes(version=day.version, as_of_s=as_of_s, episodes=day.triggers.known_episodes(as_of_s))

    def next_episode(self, symbol: str, session_date: str, level: str | None, from_s: int, back: bool) -> NextEpisode:
        """When the next (previous) test of a level begins."""
        day = self.bundle(symbol, session_date)
        day.hold_table(EPISODES)
        if level is not None:
            day.require_level(level)
        assert day.triggers is not None
        return NextEpisode(ts_s=day.triggers.next_start(level, from_s, back))

    def ask(self, symbol: str, key: IndexKey, as_of_s: int, metric: str, version: str | None) -> Asked:
        """The setup that is meant and the index that knows its past; quick, for what is kept is found by it."""
        day = self.bundle(symbol, clock(as_of_s * NS_PER_S)[:10], version)
        setup = newest_setup(day, key, as_of_s)
        opened = self.past.index(key, day.root, metric)
        self.past.hold_fresh(opened, day.session_date)
        return Asked(day, setup, opened, (day.version, day.symbol, day.session_date, key, setup.ts_ns, opened.identity))

    def kept_answer(self, asked: Asked) -> Told | None:
        """The answer to a question that was asked before."""
        return self._told.get(asked.key)

    def tell(self, asked: Asked) -> Told:
        """Search the past and keep the answer."""
        told = tell(asked.day, asked.setup, asked.opened, self.past, self.settings.of_root(asked.day.root))
        self._told.put(asked.key, told)
        return told

    def setups(self, root: str, level: str, approach_dir: Approach | None, setup: SetupName, chosen: Chosen) -> bytes:
        """Episodes of one level, newest first: a `SetupList` as JSON."""
        keys = [IndexKey(level, setup, side) for side in APPROACHES if approach_dir in (None, side)]
        lists = [self._list_of(self.past.index(key, root, BLOCK)) for key in keys]
        total, rows = newest_rows(lists, chosen)
        kinds = sorted(frozenset().union(*(one.kinds for one in lists)))
        told = {"total": total, "setups": rows, "levels": self.past.levels(), "kinds": kinds, "metrics": self.past.metrics(keys[0])}
        return to_json(told, inf_nan_mode="null")

    def _list_of(self, opened: Opened) -> EpisodeList:
        found = self._lists.get(opened.identity)
        if found is None:
            found = episode_list(opened.index, self.settings.of_root(opened.index.root))
            self._lists.put(opened.identity, found)
        return found
