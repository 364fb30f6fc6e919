"""The days in memory. A reader gets a day whole and at one version: the old or the new, never a mix."""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

from ...config import AppConfig
from ...core.instrument import root_of
from ...lake.cache import Cache
from ..gate.problems import Refusal
from ..live.days import LiveDays
from .bundle import DayBundle
from .days import Days
from .reader import Rebuilding, day_refs, open_day
from .stamps import Stamp, hashes_of, stamps_of


class Shelved(NamedTuple):
    """A day and what the disk said of it when it was read."""

    day: DayBundle
    stamps: tuple[Stamp, ...]


class Shelf:
    """Days by contract and date, those longest unused let go when they take more than `settings.serve.day_cache_bytes`."""

    def __init__(self, cfg: AppConfig, days: Days, live: LiveDays) -> None:
        self._lake = cfg.lake_root
        self._lake_days = days
        self._live = live
        self._settings = cfg.settings
        self._days: Cache[tuple[str, str], Shelved] = Cache(cfg.settings.serve.day_cache_bytes)
        self._locks: dict[tuple[str, str], Lock] = {}
        self.opened = 0
        """How often a day was read from the lake."""

    def __len__(self) -> int:
        return len(self._days)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._days.size

    def day(self, symbol: str, session_date: str, version: str | None = None) -> DayBundle:
        """The day as the lake has it now, or a live one so far; `symbol` is a contract, or a root for the day's chosen one.

        While its partitions are replaced one after the other, what is in memory goes on being served.

        Raises
        ------
        Refusal: `rebuilding` where there is nothing in memory, `day_changed` where the caller has another version, `not_built` or
        `unknown_day` where there is nothing of the day.
        """
        symbol = self._lake_days.contract(symbol, session_date)
        day = self._live.day(symbol, session_date) or self._present(symbol, session_date)
        if version is not None and version != day.version:
            raise Refusal(
                "day_changed", f"{symbol} {session_date} is at version {day.version}. Asked for {version}.", fix="Load the day again."
            )
        return day

    def _present(self, symbol: str, session_date: str) -> DayBundle:
        key = (symbol, session_date)
        settings = self._settings.of_root(root_of(symbol))
        refs = day_refs(self._lake, symbol, session_date, settings)
        held = self._days.get(key)
        stamps = stamps_of(refs)
        if held is not None and held.stamps == stamps:
            return held.day
        if not any(stamp.files for stamp in stamps):
            raise self._lake_days.unknown(symbol, session_date)
        with self._locks.setdefault(key, Lock()):
            held, stamps = self._days.get(key), stamps_of(refs)
            if held is not None and (held.stamps == stamps or (held.day.is_whole and held.day.sha256 == hashes_of(refs))):
                shelved = Shelved(held.day, stamps)
            else:
                try:
                    shelved = Shelved(open_day(self._lake, symbol, session_date, settings), stamps)
                except Rebuilding as error:
                    if held is None:
                        raise Refusal("rebuilding", error.message, fix=error.fix) from None
                    return held.day
                self.opened += 1
            self._days.put(key, shelved, shelved.day.nbytes)
            return shelved.day
