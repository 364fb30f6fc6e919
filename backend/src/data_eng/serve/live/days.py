"""The live days of a lake: served from their logs until tonight's batch has built them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock

import pyarrow as pa

from ...config import AppConfig
from ...core.tables import TRIGGER_VECTORS
from ...core.units import NS_PER_S
from ...errors import SpymasterError
from ...lake.partitions import PartitionMissing, is_partition_complete, ref_in
from ...live.daylog import LOG, DayFacts, DayLogReader, live_folder
from ...live.feed_state import FEED, FeedFile, FeedState
from ...live.logged import LOGGED, LoggedTables
from ...settings import Settings
from ..day.bundle import DayBundle
from ..day.bundling import bundle_of
from ..day.reader import night_bars


class LiveDays:
    """Every live day that was asked for, as far as its log goes. Safe between threads."""

    def __init__(self, cfg: AppConfig) -> None:
        self._lake = cfg.lake_root
        self._settings = cfg.settings
        self._days: dict[tuple[str, str], LiveDay] = {}
        self._lock = Lock()

    def facts(self) -> list[DayFacts]:
        """Of the days that are live: their log is there, and no batch has built them; damaged logs are left out."""
        found = []
        for path in sorted((self._lake / "live").glob(f"symbol=*/dt=*/{LOG}")):
            symbol, session_date = (folder.name.partition("=")[2] for folder in (path.parent.parent, path.parent))
            try:
                if not self._is_built(symbol, session_date):
                    found.append(self._opened(symbol, session_date).facts)
            except SpymasterError:
                continue
        return found

    def day(self, symbol: str, session_date: str) -> DayBundle | None:
        """The day so far; None where it is not live. Raises `DayLogCorrupt`."""
        if not (live_folder(self._lake, symbol, session_date) / LOG).exists() or self._is_built(symbol, session_date):
            return None
        return self._opened(symbol, session_date).now()

    def feed(self, symbol: str, session_date: str) -> FeedState | None:
        """What was said of a live day's feed last."""
        return FeedFile(live_folder(self._lake, symbol, session_date) / FEED).read()

    def _opened(self, symbol: str, session_date: str) -> LiveDay:
        with self._lock:
            key = (symbol, session_date)
            if key not in self._days:
                self._days[key] = LiveDay(self._lake, symbol, session_date, self._settings)
            return self._days[key]

    def _is_built(self, symbol: str, session_date: str) -> bool:
        date.fromisoformat(session_date)
        return is_partition_complete(ref_in(self._lake, TRIGGER_VECTORS, symbol, session_date))


class LiveDay:
    """One live day and the newest bundle made of it; a source of tables, see `DaySource`."""

    def __init__(self, lake: Path, symbol: str, session_date: str, settings: Settings) -> None:
        self.lake, self.symbol, self.session_date = lake, symbol, session_date
        self._reader = DayLogReader(live_folder(lake, symbol, session_date) / LOG)
        self.facts = self._reader.facts
        self.sha256: dict[str, str] = {}
        self.settings = settings.of_root(self.facts.root)
        self.session: str | None = self.facts.session
        self.synthetic = self.facts.synthetic
        self.version = hashlib.sha256(self.facts.model_dump_json().encode()).hexdigest()[:16]
        self._tables = LoggedTables(self.facts.levels)
        self._made: DayBundle | None = None
        self._lock = Lock()

    @property
    def known_until_s(self) -> int | None:
        """End of the newest window."""
        return self._tables.end_ns // NS_PER_S

    def now(self) -> DayBundle:
        """The day as far as the log goes; made once for each new window."""
        with self._lock:
            entries = self._reader.more()
            self._tables.add(entries)
            if self._made is None or entries:
                self._made = bundle_of(self)
            return self._made

    def read(self, dataset: str, columns: Sequence[str] | None = None) -> pa.Table:
        if dataset not in LOGGED:
            raise PartitionMissing(f"{dataset} of a live day is not logged.")
        table = self._tables.table(dataset)
        return table if columns is None else table.select(list(columns))

    def night_bars(self) -> list[pa.Table]:
        return night_bars(self.lake, self.symbol, self.session_date, self.settings)
