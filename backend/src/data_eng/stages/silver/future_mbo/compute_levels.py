"""Levels of a contract-day, from the trade bars of the day and the days before, and from the trader's own table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import numpy as np
import pyarrow as pa

from ....config import AppConfig
from ....core.levels import (
    Bars,
    Level,
    LevelAbsent,
    LevelDay,
    LevelSeries,
    find_level,
)
from ....core.tables import LEVELS_TABLE, MBO_DAYS, TRADE_BARS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef, is_partition_complete, partition_ref
from ....planning import ContractDay
from ....settings import Settings
from ....sources.calendar import globex_is_open_between, regular_hours, session_times
from ....sources.own_levels import (
    OwnLevel,
    own_levels_sha256,
    read_own_levels,
    require_level,
)
from ...base import Stage, StageIO
from ...door import StageLake
from .compute_book_flow_5s import ComputeBookFlow5s

LATE_START_NS = 60 * NS_PER_S
"""A file whose first record comes this soon is whole: a root has records many times a minute, but none exactly at midnight."""


class ComputeLevels(Stage):
    """Prices of every level asked for, with the moments they became known; a level that cannot be known is there with its reason."""

    name: ClassVar[str] = "compute_levels"
    io: ClassVar[StageIO] = StageIO(inputs=[TRADE_BARS, MBO_DAYS], output=LEVELS_TABLE)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "levels", "instruments")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        earlier = [pair for day in dates_before(unit.date) if all(map(is_partition_complete, pair := _sources_of(unit, cfg, day)))]
        return [ref for pair in [*earlier, _sources_of(unit, cfg, unit.date)] for ref in pair]

    def other_inputs(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> Mapping[str, str]:
        own = [level_id for level_id in settings.levels.default if find_level(level_id) is None]
        return {"own_levels": own_levels_sha256(cfg.lake_root, unit.root, unit.date)} if own else {}

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_level_day(unit, lake)
        own_prices = read_own_levels(lake.folder, unit.root, unit.date)
        levels: dict[str, Level] = {}
        for level_id in lake.settings.levels.default:
            ours = find_level(require_level(level_id, lake.folder, unit.root))
            levels[level_id] = ours.compute(day) if ours is not None else own_level(level_id, own_prices, day)
        lake.write(
            LEVELS_TABLE,
            levels_table(levels),
            facts={"absent": sorted(key for key, level in levels.items() if isinstance(level, LevelAbsent))},
        )


def dates_before(session_date: str) -> list[str]:
    """Calendar days before a session whose bars its levels may need, oldest first."""
    day = date.fromisoformat(session_date)
    return [(day - timedelta(days=back)).isoformat() for back in range(ComputeBookFlow5s.lookback_days, 0, -1)]


def read_level_day(unit: ContractDay, lake: StageLake) -> LevelDay:
    """All bars that the lake has for the contract around the session, and which hours they cover."""
    bars, covered = [], []
    for day in [*dates_before(unit.date), unit.date]:
        table = lake.read_optional(lake.ref(TRADE_BARS, date=day))
        if table is None:
            if not _globex_trades_on(day):
                covered.append(_utc_day_ns(day))
            continue
        bars.append(table)
        covered.append(
            covered_span_ns(
                day,
                lake.read(lake.ref(MBO_DAYS, unit.root, day), ["records", "first_ts_ns", "last_ts_ns"]),
            )
        )
    table = pa.concat_tables(bars)
    return LevelDay(
        times=lake.session,
        previous=session_times(lake.session.previous_date, lake.settings),
        seconds=_bars(table, 1),
        candles=_bars(table, lake.settings.levels.bar_s),
        candle_s=lake.settings.levels.bar_s,
        covered_ns=joined_spans(covered),
        opening_range_s=lake.settings.session.opening_range_s,
        tick=lake.settings.tick_of(unit.root),
        timezone=lake.settings.session.timezone,
    )


def covered_span_ns(utc_date: str, instruments: pa.Table) -> tuple[int, int]:
    """Start and end of what the files of a UTC date cover: the whole date, minus what is missing at its ends.

    A file that begins with midnight's snapshot, or at the exchange's open, begins where the date does. One that begins while the exchange
    was open misses what came before. One that reaches the close of the regular hours counts as reaching the date's end.
    """
    start_ns, end_ns = _utc_day_ns(utc_date)
    seen = instruments["records"].to_numpy() > 0
    if not seen.any():
        return start_ns, start_ns
    first_ns, last_ns = int(instruments["first_ts_ns"].to_numpy()[seen].min()), int(instruments["last_ts_ns"].to_numpy()[seen].max())
    hours = regular_hours(utc_date)
    begins = first_ns if globex_is_open_between(start_ns, first_ns - LATE_START_NS) else start_ns
    ends = last_ns if hours is not None and last_ns < hours.close_ns else end_ns
    return begins, ends


def joined_spans(spans: list[tuple[int, int]]) -> np.ndarray:
    """(spans, 2) ascending, with those that touch made one."""
    joined: list[list[int]] = []
    for start_ns, end_ns in spans:
        if joined and joined[-1][1] == start_ns:
            joined[-1][1] = end_ns
        else:
            joined.append([start_ns, end_ns])
    return np.array(joined, np.int64).reshape(-1, 2)


def own_level(level_id: str, prices: list[OwnLevel], day: LevelDay) -> Level:
    """One of the trader's own levels, as given."""
    given = [price for price in prices if price.level_id == level_id]
    if not given:
        return LevelAbsent(f"own level {level_id} has no price for {day.times.date}")
    return LevelSeries(
        np.array([price.known_from_ns for price in given], np.int64),
        np.array([price.price_points / day.tick for price in given], np.float64),
    )


def levels_table(levels: Mapping[str, Level]) -> pa.Table:
    """Rows of the levels table: one a price, one for each absent level."""
    rows: list[tuple[str, int, float | None, str | None]] = []
    for level_id, level in levels.items():
        if isinstance(level, LevelAbsent):
            rows.append((level_id, 0, None, level.reason))
        else:
            rows += [
                (level_id, known, price, None)
                for known, price in zip(
                    level.known_from_ns.tolist(),
                    level.price_ticks.tolist(),
                    strict=True,
                )
            ]
    level_ids, known_from_ns, price_ticks, reasons = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "level_id": pa.array(level_ids, pa.string()),
            "known_from_ns": pa.array(known_from_ns, pa.int64()),
            "price_ticks": pa.array(price_ticks, pa.float64()),
            "reason": pa.array(reasons, pa.string()),
        }
    )


def _sources_of(unit: ContractDay, cfg: AppConfig, day: str) -> tuple[PartitionRef, PartitionRef]:
    return partition_ref(cfg, TRADE_BARS, unit.symbol, day), partition_ref(cfg, MBO_DAYS, unit.root, day)


def _bars(table: pa.Table, bar_s: int) -> Bars:
    of_length = table["bar_s"].to_numpy() == bar_s
    names = (
        "bar_start_ns",
        "open_ticks",
        "high_ticks",
        "low_ticks",
        "close_ticks",
        "volume",
        "notional_ticks",
    )
    return Bars(*(table[name].to_numpy()[of_length].astype(np.int64, copy=False) for name in names))


def _utc_day_ns(utc_date: str) -> tuple[int, int]:
    start_ns = int(datetime.fromisoformat(utc_date).replace(tzinfo=UTC).timestamp()) * NS_PER_S
    return start_ns, start_ns + 24 * 3600 * NS_PER_S


def _globex_trades_on(utc_date: str) -> bool:
    return globex_is_open_between(*_utc_day_ns(utc_date))
