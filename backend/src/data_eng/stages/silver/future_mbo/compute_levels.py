"""Levels of a contract-day, from the trade bars of the day and the days before, and from the trader's own table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
import pyarrow as pa

from ....config import AppConfig
from ....contracts import contract_of
from ....core.levels import (
    Bars,
    Level,
    LevelAbsent,
    LevelDay,
    LevelSeries,
    PriceSource,
    find_level,
)
from ....core.profile import VolumeProfile
from ....core.tables import LEVELS_TABLE, MBO_DAYS, TRADE_BARS, VOLUME_PROFILE
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef, is_partition_complete, partition_ref
from ....planning import ContractDay
from ....settings import Settings
from ....sources.calendar import exchange_times, globex_is_open_between, regular_hours, session_times
from ....sources.own_levels import (
    OwnLevel,
    own_levels_sha256,
    read_own_levels,
    require_level,
)
from ...base import Stage, StageIO
from ...door import StageLake
from ...lookback import LOOKBACK_DAYS, dates_needed, first_date_needed

LATE_START_NS = 60 * NS_PER_S
"""A file whose first record comes this soon is whole: a root has records many times a minute, but none exactly at midnight."""


class ComputeLevels(Stage):
    """Prices of every level asked for, with the moments they became known; a level that cannot be known is there with its reason."""

    name: ClassVar[str] = "compute_levels"
    io: ClassVar[StageIO] = StageIO(inputs=[TRADE_BARS, MBO_DAYS, VOLUME_PROFILE], output=LEVELS_TABLE)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "levels", "instruments")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        """Bars and instruments of the session's date, those of the dates that its levels look back on, and the profiles there are."""
        dates = dates_needed(unit.date, settings.levels.default)
        earlier = [pair for day in dates[:-1] if all(map(is_partition_complete, pair := _sources_of(unit, cfg, day)))]
        profiles = [partition_ref(cfg, VOLUME_PROFILE, unit.symbol, day) for day in dates[-1 - LOOKBACK_DAYS :]]
        return [
            *(ref for pair in [*earlier, _sources_of(unit, cfg, unit.date)] for ref in pair),
            *filter(is_partition_complete, profiles),
        ]

    def other_inputs(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> Mapping[str, str]:
        own = [level_id for level_id in settings.levels.default if find_level(level_id) is None]
        return {"own_levels": own_levels_sha256(cfg.lake_root, unit.root, unit.date)} if own else {}

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_level_day(unit, lake)
        own_prices = read_own_levels(lake.folder, unit.root, unit.date)
        for level_id in lake.settings.levels.default:
            require_level(level_id, lake.folder, unit.root)
        levels = {level_id: level_of(level_id, day, own_prices) for level_id in lake.settings.levels.default}
        lake.write(
            LEVELS_TABLE,
            levels_table(levels),
            facts={"absent": sorted(key for key, level in levels.items() if isinstance(level, LevelAbsent))},
        )


def level_of(level_id: str, day: LevelDay, own_prices: list[OwnLevel]) -> Level:
    """The level as far as the day's bars tell."""
    ours = find_level(level_id)
    if ours is None:
        return own_level(level_id, own_prices, day)
    # What a level looks back on is its own: the others asked for beside it change nothing.
    return ours.compute(day.since(_utc_day_ns(first_date_needed(day.times.date, [level_id]))[0]))


def read_level_day(unit: ContractDay, lake: StageLake) -> LevelDay:
    """All bars that the lake has for the contract around the session, and which hours they cover."""
    bars, covered = [], []
    for day in dates_needed(unit.date, lake.settings.levels.default):
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
    table = pa.concat_tables([contract_of(TRADE_BARS).schema.empty_table(), *bars])
    previous = session_times(lake.session.previous_date, lake.settings)
    profile = lake.read_optional(lake.ref(VOLUME_PROFILE, date=previous.date))
    return LevelDay(
        times=lake.session,
        previous=previous,
        seconds=bars_of(table, 1),
        candles=bars_of(table, lake.settings.levels.bar_s),
        candle_s=lake.settings.levels.bar_s,
        covered_ns=joined_spans(covered),
        opening_range_s=lake.settings.session.opening_range_s,
        tick=lake.settings.tick_of(unit.root),
        exchange=exchange_times(lake.session, lake.settings),
        prior_profile=None if profile is None else _profile(profile),
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
    begins = covered_from_ns(utc_date, first_ns)
    ends = last_ns if hours is not None and last_ns < hours.close_ns else end_ns
    return begins, ends


def covered_from_ns(utc_date: str, first_ns: int) -> int:
    """From when on the files of a UTC date cover it, by their first record."""
    start_ns, _ = _utc_day_ns(utc_date)
    return first_ns if globex_is_open_between(start_ns, first_ns - LATE_START_NS) else start_ns


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
        PriceSource.OWN,
    )


def levels_table(levels: Mapping[str, Level]) -> pa.Table:
    """Rows of the levels table: one a price, one for each absent level."""
    rows: list[tuple[str, int, float | None, str | None, str | None]] = []
    for level_id, level in levels.items():
        if isinstance(level, LevelAbsent):
            rows.append((level_id, 0, None, None, level.reason))
        else:
            prices = zip(level.known_from_ns.tolist(), level.price_ticks.tolist(), strict=True)
            rows += [(level_id, known, price, level.source.value, None) for known, price in prices]
    schema = contract_of(LEVELS_TABLE).schema
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def _sources_of(unit: ContractDay, cfg: AppConfig, day: str) -> tuple[PartitionRef, PartitionRef]:
    return partition_ref(cfg, TRADE_BARS, unit.symbol, day), partition_ref(cfg, MBO_DAYS, unit.root, day)


def bars_of(table: pa.Table, bar_s: int) -> Bars:
    """Rows of trade_bars of one length, as levels take them."""
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


def _profile(table: pa.Table) -> VolumeProfile:
    return VolumeProfile(*(table[name].to_numpy().astype(np.int64) for name in VolumeProfile._fields))


def _utc_day_ns(utc_date: str) -> tuple[int, int]:
    start_ns = int(datetime.fromisoformat(utc_date).replace(tzinfo=UTC).timestamp()) * NS_PER_S
    return start_ns, start_ns + 24 * 3600 * NS_PER_S


def _globex_trades_on(utc_date: str) -> bool:
    return globex_is_open_between(*_utc_day_ns(utc_date))
