"""Which contract-days the lake holds, how far each is built, and which contract a root means on a day."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from ... import commands
from ...config import AppConfig
from ...core.instrument import root_of
from ...core.tables import BOOK_WINDOWS, MBO, TRIGGER_VECTORS
from ...lake.cache import Cache
from ...lake.partitions import (
    PartitionCorrupt,
    PartitionMissing,
    PartitionRef,
    is_partition_complete,
    list_partitions,
    manifest_sha256,
    read_manifest,
    ref_in,
)
from ...lake.raw import raw_roots
from ...live.daylog import DayFacts
from ...planning import why_not_chosen
from ...retrieval.mbo_contract_day_selector import SelectionRow, kept_selection, map_path
from ...sources.calendar import regular_hours
from ..gate.problems import Refusal
from ..live.days import LiveDays
from ..messages.day import DayEntry, DayList
from .stamps import Stamp, stamps_of, version_of

LAYERS = (MBO, BOOK_WINDOWS, TRIGGER_VECTORS)
"""One table of each layer, by which a day is found: bronze, silver, gold."""
KEPT_PARTITIONS = 20_000
"""Partitions whose manifest is remembered; twenty-five years of three layers."""
LIST_S = 1.0
"""How long the list holds: a look at 200 days takes 28 ms. What a contract-day itself holds is looked at on every request."""
ROOTS = 100
"""Selection maps that are remembered."""


class HeldTable(NamedTuple):
    """What the list needs of one partition."""

    sha256: str
    rows: int
    synthetic: bool


class Days:
    """The contract-days of a lake. Manifests are read once; a changed one is read again."""

    def __init__(self, cfg: AppConfig, live: LiveDays) -> None:
        self._lake = cfg.lake_root
        self._live = live
        self._where = cfg.where
        self._settings = cfg.settings
        self._held: Cache[Stamp, HeldTable] = Cache(KEPT_PARTITIONS)
        self._last: tuple[float, DayList | None] = (0.0, None)
        self._lock = Lock()
        self._maps: Cache[tuple[str, int, int], dict[str, SelectionRow]] = Cache(ROOTS)

    def listed(self) -> DayList:
        """The list as it was within the last second."""
        with self._lock:
            at_s, listed = self._last
            if listed is None or time.monotonic() - at_s > LIST_S:
                listed = self._look()
                self._last = (time.monotonic(), listed)
            return listed

    def _first_command(self) -> str:
        """Files come in first, then a build."""
        roots = raw_roots(self._lake)
        return str(commands.build(self._lake, roots[0]) if roots else commands.bring_in(self._lake))

    def _look(self) -> DayList:
        """Every contract-day with events or windows, oldest first; dates without a session and without windows are left out."""
        found: dict[tuple[str, str], dict[str, HeldTable]] = {}
        hashes: dict[str, str] = {}
        for dataset in LAYERS:
            for ref in list_partitions(self._lake, dataset):
                one = self._held_of(ref)
                if one is not None and root_of(ref.symbol) in self._settings.instruments:
                    found.setdefault((ref.date, ref.symbol), {})[dataset] = one
                    hashes[str(ref)] = one.sha256
        days = {key: held for key, held in sorted(found.items()) if _has_session(key[0], held)}
        roots = sorted({root_of(symbol) for _, symbol in days})
        chosen, built = {root: self._selection(root) for root in roots}, _built(days)
        entries = []
        for (date, symbol), held in days.items():
            root = root_of(symbol)
            reason = why_not_chosen(chosen[root].get(date), symbol, built.get((date, root), []))
            entries.append(_entry(date, symbol, held, reason))
        live = self._live.facts()
        entries = sorted([*(entry for entry in entries if not _is_of(entry, live)), *map(_live_entry, live)], key=_when)
        roots = sorted({*roots, *(facts.root for facts in live)})
        hashes |= {f"live/{facts.symbol}/{facts.session_date}": facts.symbol for facts in live}
        fix = None if entries else self._first_command()
        return DayList(lake=self._lake.name, lake_version=version_of(hashes), roots=roots, days=entries, fix=fix)

    def contract(self, symbol: str, session_date: str) -> str:
        """The contract of a root on a day; a contract is itself. Raises for a root without one."""
        root = root_of(symbol)
        if symbol != root:
            return symbol
        chosen = next(
            (day.symbol for day in self.listed().days if (day.root, day.session_date, day.chosen) == (root, session_date, True)), None
        )
        if chosen is None:
            raise self.unknown(symbol, session_date)
        return chosen

    def unknown(self, symbol: str, session_date: str) -> Refusal:
        """The refusal of a day that cannot be shown: it is not built, or the lake does not know it."""
        dates = sorted({day.session_date for day in self.listed().days if day.root == root_of(symbol)})
        held = f"The lake holds {len(dates)} days, {dates[0]} to {dates[-1]}" if dates else "The lake holds none"
        build = commands.build(self._lake, symbol, [session_date])
        if session_date in dates and (symbol == root_of(symbol) or is_partition_complete(ref_in(self._lake, MBO, symbol, session_date))):
            return Refusal("not_built", f"{symbol} {session_date} is in the lake, and none of its tables is built.", fix=build)
        return Refusal("unknown_day", f"{symbol} {session_date} is not in the lake. {held}.", fix=build)

    def _held_of(self, ref: PartitionRef) -> HeldTable | None:
        (stamp,) = stamps_of([ref])
        held = self._held.get(stamp)
        if held is None:
            try:
                manifest = read_manifest(ref)
                held = HeldTable(manifest_sha256(ref), manifest.rows, bool(manifest.facts.get("synthetic")))
            except (PartitionMissing, PartitionCorrupt):
                return None
            self._held.put(stamp, held)
        return held

    def _selection(self, root: str) -> dict[str, SelectionRow]:
        path = map_path(self._where)
        try:
            changed = path.stat()
        except FileNotFoundError:
            return {}
        key = (root, changed.st_mtime_ns, changed.st_size)
        rows = self._maps.get(key)
        if rows is None:
            selection = kept_selection(path, root)
            rows = {row.date: row for row in selection.rows} if selection is not None else {}
            self._maps.put(key, rows)
        return rows


def _has_session(date: str, held: dict[str, HeldTable]) -> bool:
    """Whether anything can be shown of a date: windows, or regular hours for which they can be built."""
    return held[BOOK_WINDOWS].rows > 0 if BOOK_WINDOWS in held else regular_hours(date) is not None


def _built(days: dict[tuple[str, str], dict[str, HeldTable]]) -> dict[tuple[str, str], list[str]]:
    """Contracts that have windows, by date and root."""
    found: dict[tuple[str, str], list[str]] = {}
    for (date, symbol), held in days.items():
        if BOOK_WINDOWS in held:
            found.setdefault((date, root_of(symbol)), []).append(symbol)
    return found


def _entry(date: str, symbol: str, held: dict[str, HeldTable], reason: str | None) -> DayEntry:
    """`reason` says why it is not chosen."""
    return DayEntry(
        symbol=symbol,
        root=root_of(symbol),
        session_date=date,
        synthetic=any(one.synthetic for one in held.values()),
        state="ready" if TRIGGER_VECTORS in held and BOOK_WINDOWS in held else "no_gold" if BOOK_WINDOWS in held else "no_silver",
        chosen=reason is None,
        reason=reason,
    )


def _live_entry(facts: DayFacts) -> DayEntry:
    """A live day: the one contract of its root that is answered."""
    return DayEntry(
        symbol=facts.symbol,
        root=facts.root,
        session_date=facts.session_date,
        synthetic=facts.synthetic,
        state="live",
        chosen=True,
        reason=None,
    )


def _is_of(entry: DayEntry, live: Iterable[DayFacts]) -> bool:
    """Whether a day is live under the same contract."""
    return any((facts.symbol, facts.session_date) == (entry.symbol, entry.session_date) for facts in live)


def _when(entry: DayEntry) -> tuple[str, str]:
    return entry.session_date, entry.symbol
