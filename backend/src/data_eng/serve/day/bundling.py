"""A contract-day as it is served, made of tables: those of the lake, or those of a live day so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...core.instrument import root_of
from ...core.tables import (
    BOOK_FLOW,
    BOOK_WINDOWS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TRADE_BARS,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
    WALLS,
)
from ...lake.partitions import PartitionCorrupt, PartitionMissing
from ...retrieval.approach import APPROACH_TABLES, ApproachTables
from ...retrieval.paths import DayMids, mids_of
from ...retrieval.reading import PHYSICS_TABLES, PhysicsTables
from ...retrieval.setup import thin_windows
from ...settings import Settings
from ...sources.calendar import session_times
from ...stages.gold.future_mbo.build_physics_ladder import ladder_strikes
from ...stages.windows import until_session_end
from ..gate.problems import problem_of
from ..messages.day import AbsentTable, TableName
from .arrow import KnownTable
from .bundle import EPISODES, DayBundle
from .events import SIGNAL_COLUMNS, EventRules, EventTables, events_table
from .moments import moments_of
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

T = TypeVar("T")
Tables = TypeVar("Tables", bound=tuple[pa.Table, ...])


class DaySource(Protocol):
    """Where the tables of a contract-day come from."""

    lake: Path
    symbol: str
    session_date: str
    settings: Settings
    session: str | None
    """The span that its triggers were made for; None where there are none."""
    synthetic: bool
    version: str
    sha256: dict[str, str]
    """Manifest hash of every partition, by its name."""

    @property
    def known_until_s(self) -> int | None:
        """Up to when the day is known; None for one that is over."""
        ...

    def read(self, dataset: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a table. Raises `PartitionMissing` and `PartitionCorrupt`."""
        ...

    def night_bars(self) -> list[pa.Table]:
        """Trade bars of the UTC dates from the overnight's start to the session's own."""
        ...


def bundle_of(source: DaySource) -> DayBundle:
    """All tables of a contract-day; those that cannot be made are absent with their reason."""
    return _Bundling(source).bundle()


class _Bundling:
    """A day while it is made; `bundle` is called once."""

    def __init__(self, source: DaySource) -> None:
        self._source = source
        self._settings = source.settings if source.session is None else source.settings.with_session(source.session)
        self._absent: list[AbsentTable] = []

    def bundle(self) -> DayBundle:
        source, window_s = self._source, self._settings.book.window_s
        root, times = root_of(source.symbol), session_times(source.session_date, self._settings)
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
            "candles": lambda: candles_table(pa.concat_tables([*source.night_bars(), bars()]), moments),
            "windows": lambda: windows_table(session_windows(), bars(), moments, window_s),
            "heat": lambda: heat_table(flow(), session_windows(), moments, window_s),
            "trades": lambda: trades_table(flow(), session_windows(), moments, window_s),
            "walls": lambda: walls_table(walls(), moments, window_s),
            "levels": lambda: levels_table(prices()),
            "ladder": lambda: ladder_table(ladder(), window_s, ladder_strikes(self._settings)),
            "events": lambda: events_table(
                EventTables(prices(), triggers(), pressure(), signals(), walls(), session_windows()), moments, event_rules
            ),
        }
        tables = {name: table for name, make in makers.items() if (table := self._made(name, make)) is not None}
        conditions = self._made("conditions", lambda: conditions_tables(pressure(), vacuum()))
        return DayBundle(
            lake=source.lake,
            symbol=source.symbol,
            root=root,
            session_date=source.session_date,
            version=source.version,
            synthetic=source.synthetic,
            moments=moments,
            settings=self._settings,
            opening_range_s=self._settings.session.opening_range_s,
            half_day=times.half_day,
            tables=tables,
            conditions=conditions or {},
            levels=prices() if "levels" in tables else {},
            triggers=self._made(EPISODES, triggers),
            physics=self._all_or_none("physics", PhysicsTables, PHYSICS_TABLES),
            approach=self._all_or_none("approach", ApproachTables, APPROACH_TABLES),
            mids=self._mids(windows),
            thin_ns=self._thin(pressure),
            absent=tuple(self._absent),
            sha256=source.sha256,
            known_until_s=source.known_until_s,
        )

    def _read(self, dataset: str, columns: list[str] | None = None) -> Callable[[], pa.Table]:
        """A reader that reads once."""
        return cache(lambda: self._source.read(dataset, columns))

    def _made(self, name: str, make: Callable[[], T]) -> T | None:
        """What `make` makes; None where a partition that it needs is absent or damaged, which is noted."""
        try:
            return make()
        except (PartitionMissing, PartitionCorrupt) as error:
            self._note(name, error)
            return None

    def _note(self, name: str, error: PartitionMissing | PartitionCorrupt) -> None:
        problem = problem_of(error)
        self._absent.append(AbsentTable(table=name, code=problem.code, message=problem.message, fix=problem.fix))

    def _all_or_none(self, name: str, kind: Callable[..., Tables], columns: Mapping[str, Sequence[str]]) -> Tables | None:
        """The tables together; None where one of them is not built, or damaged, which is noted."""
        try:
            return kind(*(self._source.read(dataset, names) for dataset, names in columns.items()))
        except PartitionMissing:
            return None
        except PartitionCorrupt as error:
            self._note(name, error)
            return None

    def _thin(self, pressure: Callable[[], pa.Table]) -> dict[str, NDArray[np.int64]]:
        try:
            return thin_windows(pressure())
        except (PartitionMissing, PartitionCorrupt):
            return {}

    def _mids(self, windows: Callable[[], pa.Table]) -> DayMids | None:
        try:
            return mids_of(windows())
        except (PartitionMissing, PartitionCorrupt):
            return None
