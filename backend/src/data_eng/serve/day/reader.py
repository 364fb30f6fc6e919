"""Reading a contract-day whole and at one version from the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ... import commands
from ...core.instrument import root_of
from ...core.tables import (
    BOOK_FLOW,
    BOOK_WINDOWS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TOUCH_PHYSICS,
    TRADE_BARS,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
    WALLS,
)
from ...errors import SpymasterError
from ...io import read_table
from ...lake.partitions import Manifest, PartitionCorrupt, PartitionMissing, PartitionRef, manifest_sha256, read_manifest, ref_in
from ...retrieval.approach import read_approach_tables
from ...retrieval.reading import read_physics_tables
from ...retrieval.setup import thin_windows
from ...settings import Settings
from ...sources.calendar import session_times
from ...stages.windows import until_session_end
from ..gate.problems import Refusal, problem_of
from ..messages.day import AbsentTable, TableName
from .arrow import KnownTable
from .bundle import EPISODES, DayBundle
from .events import SIGNAL_COLUMNS, EventRules, EventTables, events_table
from .moments import moments_of
from .stamps import hashes_of, version_of
from .tables import (
    VACUUM_COLUMNS,
    WALL_COLUMNS,
    candles_table,
    conditions_tables,
    heat_table,
    ladder_table,
    level_rows,
    levels_table,
    trades_table,
    walls_table,
    windows_table,
)
from .triggers import read_triggers, trigger_columns

OWN = (
    BOOK_WINDOWS,
    BOOK_FLOW,
    TRADE_BARS,
    LEVELS_TABLE,
    LEVEL_VACUUM,
    TOUCH_PHYSICS,
    WALLS,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
)
"""Tables of the lake that a day is served from."""
OPEN_TRIES = 3
"""How often a day is read anew because a writer replaced a partition of it meanwhile."""
T = TypeVar("T")


class Rebuilding(SpymasterError):
    """A day whose partitions do not fit each other: some were made from others than are there now."""


class DayRecord(NamedTuple):
    """One partition's manifest and its hash."""

    sha256: str
    manifest: Manifest | None
    """None where it cannot be read; then the tables made from it are absent."""

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest.facts if self.manifest is not None else {}

    @property
    def inputs(self) -> dict[str, str]:
        return self.manifest.inputs if self.manifest is not None else {}


def day_refs(lake: Path, symbol: str, session_date: str, settings: Settings) -> list[PartitionRef]:
    """Every partition that a day may be served from: its own, and the bars of the night before it."""
    own = [ref_in(lake, dataset, symbol, session_date) for dataset in OWN]
    return [*own, *_night_refs(lake, symbol, session_date, settings)]


def open_day(lake: Path, symbol: str, session_date: str, settings: Settings) -> DayBundle:
    """Read a day whole.

    Raises
    ------
    Refusal for a day of which nothing is built, Rebuilding while its partitions do not fit each other.
    """
    for _ in range(OPEN_TRIES):
        refs = day_refs(lake, symbol, session_date, settings)
        records = _records(refs)
        _require_fit(records)
        bundle = _Opened(lake, symbol, session_date, settings, records).bundle()
        if {str(ref): record.sha256 for ref, record in records.items()} == hashes_of(refs):
            return bundle
    raise Rebuilding(f"{symbol} {session_date} was replaced {OPEN_TRIES} times while it was read.", fix="Ask again when its build is over.")


class _Opened:
    """A day while it is read; `bundle` is called once."""

    def __init__(self, lake: Path, symbol: str, session_date: str, settings: Settings, records: dict[PartitionRef, DayRecord]) -> None:
        self._lake, self._symbol, self._date = lake, symbol, session_date
        self._records = {str(ref): record for ref, record in records.items()}
        self._own = {ref.dataset: record for ref, record in records.items() if ref.date == session_date}
        span = self._own[TRIGGER_VECTORS].facts.get("session") if TRIGGER_VECTORS in self._own else None
        self._settings = settings if span is None else settings.with_session(span)
        self._night = _night_refs(lake, symbol, session_date, settings)
        self._absent: list[AbsentTable] = []

    def bundle(self) -> DayBundle:
        if not self._own:
            raise _nothing_built(self._lake, self._symbol, self._date)
        root, times, window_s = root_of(self._symbol), session_times(self._date, self._settings), self._settings.book.window_s
        moments = moments_of(times, window_s)
        bars = self._read(TRADE_BARS)
        windows, levels, ladder = (self._read(dataset) for dataset in (BOOK_WINDOWS, LEVELS_TABLE, PHYSICS_LADDER))
        session_windows = cache(lambda: until_session_end(windows(), times))
        vectors = self._read(TRIGGER_VECTORS, trigger_columns(len(self._settings.labels.horizons_s)))
        triggers = cache(lambda: read_triggers(vectors(), self._settings))
        pressure = self._read(PRESSURE_STREAM)
        vacuum = self._read(LEVEL_VACUUM, VACUUM_COLUMNS)
        flow = self._read(BOOK_FLOW, ["window_start_ns", "price_ticks", "depth_end", "buy_volume", "sell_volume"])
        walls, signals = self._read(WALLS, WALL_COLUMNS), self._read(TRIGGER_SIGNALS, SIGNAL_COLUMNS)
        prices = cache(lambda: level_rows(levels()))
        event_rules = EventRules.of(self._settings, root)
        makers: dict[TableName, Callable[[], KnownTable]] = {
            "candles": lambda: candles_table(pa.concat_tables([*self._night_bars(), bars()]), moments),
            "windows": lambda: windows_table(session_windows(), bars(), moments, window_s),
            "heat": lambda: heat_table(flow(), session_windows(), moments, window_s),
            "trades": lambda: trades_table(flow(), session_windows(), moments, window_s),
            "walls": lambda: walls_table(walls(), moments, window_s),
            "levels": lambda: levels_table(prices()),
            "ladder": lambda: ladder_table(ladder(), window_s),
            "events": lambda: events_table(
                EventTables(prices(), triggers(), pressure(), signals(), walls(), session_windows()), moments, event_rules
            ),
        }
        tables = {name: table for name, make in makers.items() if (table := self._made(name, make)) is not None}
        day = (self._lake, self._symbol, self._date)
        conditions = self._made("conditions", lambda: conditions_tables(pressure(), vacuum()))
        return DayBundle(
            lake=self._lake,
            symbol=self._symbol,
            root=root,
            session_date=self._date,
            version=version_of(self._hashes()),
            synthetic=any(record.facts.get("synthetic") for record in self._own.values()),
            moments=moments,
            settings=self._settings,
            opening_range_s=self._settings.session.opening_range_s,
            half_day=times.half_day,
            tables=tables,
            conditions=conditions or {},
            levels=prices() if "levels" in tables else {},
            triggers=self._made(EPISODES, triggers),
            physics=self._made("physics", partial(read_physics_tables, *day)),
            approach=self._made("approach", partial(read_approach_tables, *day)),
            thin_ns=self._thin(pressure),
            absent=tuple(self._absent),
            sha256=self._hashes(),
        )

    def _hashes(self) -> dict[str, str]:
        return {name: record.sha256 for name, record in self._records.items()}

    def _read(self, dataset: str, columns: list[str] | None = None) -> Callable[[], pa.Table]:
        """A reader that reads once."""
        return cache(lambda: read_table(ref_in(self._lake, dataset, self._symbol, self._date), columns))

    def _made(self, name: str, make: Callable[[], T]) -> T | None:
        """What `make` makes; None where a partition that it needs is absent or damaged, which is noted."""
        try:
            return make()
        except (PartitionMissing, PartitionCorrupt) as error:
            problem = problem_of(error)
            self._absent.append(AbsentTable(table=name, code=problem.code, message=problem.message, fix=problem.fix))
            return None

    def _thin(self, pressure: Callable[[], pa.Table]) -> dict[str, NDArray[np.int64]]:
        try:
            return thin_windows(pressure())
        except (PartitionMissing, PartitionCorrupt):
            return {}

    def _night_bars(self) -> list[pa.Table]:
        return [read_table(ref) for ref in self._night if str(ref) in self._records]


def _night_refs(lake: Path, symbol: str, session_date: str, settings: Settings) -> list[PartitionRef]:
    """Bars of the UTC dates from the overnight's start to the session's own."""
    start = datetime.fromtimestamp(session_times(session_date, settings).overnight_start_ns // 1_000_000_000, UTC).date()
    last = datetime.fromisoformat(session_date).date()
    dates = [(start + timedelta(days=count)).isoformat() for count in range((last - start).days)]
    return [ref_in(lake, TRADE_BARS, symbol, date) for date in dates]


def _records(refs: Iterable[PartitionRef]) -> dict[PartitionRef, DayRecord]:
    records = {}
    for ref in refs:
        try:
            sha256 = manifest_sha256(ref)
            records[ref] = DayRecord(sha256, _manifest(ref))
        except PartitionMissing:
            continue
    return records


def _manifest(ref: PartitionRef) -> Manifest | None:
    try:
        return read_manifest(ref)
    except PartitionCorrupt:
        return None


def _require_fit(records: dict[PartitionRef, DayRecord]) -> None:
    """Raise `Rebuilding` where a partition was made from another version of one that is there; one that cannot be read is no version."""
    held = {str(ref): record.sha256 for ref, record in records.items() if record.manifest is not None}
    for ref, record in records.items():
        for name, sha256 in record.inputs.items():
            if held.get(name, sha256) != sha256:
                raise Rebuilding(
                    f"{ref} was made from another {name} than is there now: the day is being rebuilt, or its build was broken off.",
                    fix=commands.build(ref.lake, ref.symbol, [ref.date]),
                )


def _nothing_built(lake: Path, symbol: str, session_date: str) -> Refusal:
    build = commands.build(lake, symbol, [session_date])
    return Refusal("not_built", f"nothing of {symbol} {session_date} is built in the lake {lake.name}.", fix=build)
