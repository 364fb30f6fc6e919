"""Days over longer horizons: ladder, conditions and readings of a day, worked out from silver when they are first asked for, then held."""

from __future__ import annotations

from dataclasses import replace

from ... import commands
from ...config import AppConfig
from ...core.physics.horizon import HorizonS
from ...core.tables import LEVEL_PHYSICS, LEVEL_VACUUM, STRIKE_PHYSICS
from ...io import read_table
from ...lake.cache import Cache
from ...lake.partitions import manifest_sha256, ref_in
from ...retrieval.reading import LADDER_COLUMNS, PRESSURE_COLUMNS
from ...stages.door import InputChanged
from ...stages.gold.future_mbo.build_physics_ladder import ladder_strikes
from ...stages.horizons import PastOver, gold_over, past_over
from ..gate.problems import Refusal
from ..messages.day import TableName
from .arrow import KnownTable
from .bundle import DayBundle
from .tables import VACUUM_COLUMNS, conditions_tables, ladder_table

OVER_A_HORIZON: tuple[TableName, ...] = ("ladder", "conditions")
"""Tables that know a horizon."""


class Horizons:
    """Days by version and horizon. One computation takes all that a day's past has: let equal requests wait for one, see `Shared.over`."""

    def __init__(self, cfg: AppConfig) -> None:
        self._cfg = cfg
        half = cfg.settings.serve.horizon_cache_bytes // 2
        self._days: Cache[tuple[object, ...], DayBundle] = Cache(half)
        self._past: Cache[tuple[object, ...], PastOver] = Cache(half)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._days.size + self._past.size

    def held(self, day: DayBundle, horizon_s: HorizonS) -> DayBundle | None:
        """The day over a horizon, where that is there already."""
        return day if horizon_s == day.horizon_s else self._days.get(_key(day, horizon_s))

    def make(self, day: DayBundle, horizon_s: HorizonS) -> DayBundle:
        """Work the day out over a horizon and hold it.

        A day that lacks ladder or conditions has neither. Raises `Refusal` where silver is gone or was replaced since the day's gold was
        made from it.
        """
        made = self._made(day, horizon_s)
        self._days.put(_key(day, horizon_s), made, made.nbytes_over)
        return made

    def _made(self, day: DayBundle, horizon_s: HorizonS) -> DayBundle:
        without: dict[TableName, KnownTable] = {name: table for name, table in day.tables.items() if name != "ladder"}
        missing = next((table for table in day.absent if table.table in OVER_A_HORIZON), None)
        if missing is not None:
            absent = (*day.absent, *(missing.model_copy(update={"table": name}) for name in OVER_A_HORIZON))
            return replace(day, tables=without, conditions={}, physics=None, absent=absent, horizon_s=horizon_s)

        def past_of(symbol: str, date: str) -> PastOver:
            return self._past_over(symbol, date, day, horizon_s)

        try:
            gold = gold_over(self._cfg, day.symbol, day.session_date, day.settings, horizon_s, past_of)
        except InputChanged as error:
            build = commands.build(day.lake, day.symbol, [day.session_date])
            raise Refusal("rebuilding", f"{day.symbol} {day.session_date} over {horizon_s} s: {error.message}", fix=build) from None
        vacuum = read_table(ref_in(day.lake, LEVEL_VACUUM, day.symbol, day.session_date), VACUUM_COLUMNS)
        physics = day.physics
        if physics is not None:
            physics = physics._replace(pressure=gold.pressure.select(PRESSURE_COLUMNS), ladder=gold.ladder.select(LADDER_COLUMNS))
        return replace(
            day,
            tables={**without, "ladder": ladder_table(gold.ladder, day.window_s, ladder_strikes(day.settings))},
            conditions=conditions_tables(gold.pressure, vacuum),
            physics=physics,
            horizon_s=horizon_s,
        )

    def _past_over(self, symbol: str, date: str, day: DayBundle, horizon_s: HorizonS) -> PastOver:
        made_from = (manifest_sha256(ref_in(day.lake, dataset, symbol, date)) for dataset in (LEVEL_PHYSICS, STRIKE_PHYSICS))
        key = (symbol, date, horizon_s, *made_from)
        found = self._past.get(key)
        if found is None:
            found = past_over(self._cfg, symbol, date, day.settings, horizon_s)
            self._past.put(key, found, found.nbytes)
        return found


def _key(day: DayBundle, horizon_s: HorizonS) -> tuple[object, ...]:
    return (day.symbol, day.session_date, day.version, horizon_s)
