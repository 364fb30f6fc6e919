"""A session at its open: the levels known by then with their prices, those that become known later without one, price and barrier.

Everything is computed from the bars that end at or before the open, by the levels' own functions: it makes no difference whether the
session itself is already in the lake.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..config import AppConfig
from ..core.levels import KNOWN_AT_IN_WORDS, LevelAbsent, LevelDay, LevelDefinition, LevelSeries, define_level, find_level
from ..core.session import clock, opening_ns
from ..core.tables import SESSION_USUAL, TOUCH_PHYSICS
from ..core.units import NS_PER_S, utc_day_start_ns
from ..core.volatility import barrier, clock_profile, volatility
from ..io import read_table
from ..lake.partitions import PartitionRef, Provenance, is_built, list_partitions, manifest_sha256, ref_in
from ..planning import ContractDay
from ..settings import Settings
from ..sources.calendar import local_time_ns
from ..sources.own_levels import read_own_levels
from ..stages.door import StageLake
from ..stages.lookback import first_date_needed
from ..stages.physics import session_squares
from ..stages.silver.future_mbo.compute_levels import ComputeLevels, own_level, read_level_day

MEASURED, FROM_THE_PAST = "volatility at the open", "volatility of past sessions at this clock time"
"""Where a barrier comes from."""


class KnownLevel(NamedTuple):
    """A level with its price at the open."""

    level_id: str
    name: str
    meaning: str
    price_ticks: float
    confluent: tuple[str, ...]
    """Names of the other levels within the confluence distance."""


class LaterLevel(NamedTuple):
    """A level whose price is not known at the open."""

    name: str
    meaning: str
    known_from: str
    """`09:45:00`, or in words."""


class MissingLevel(NamedTuple):
    """A level that would be known at the open and is not."""

    name: str
    reason: str


class Barrier(NamedTuple):
    """How far price has to go for a decision."""

    ticks: int
    source: str


class Opening(NamedTuple):
    """A contract's session at its open."""

    open_ns: int
    price_ticks: float | None
    """The last trade before the open; None where the lake has none."""
    price_at_ns: int
    """End of the second of that trade."""
    barrier: Barrier | None
    known: tuple[KnownLevel, ...]
    """By price, the highest first."""
    later: tuple[LaterLevel, ...]
    missing: tuple[MissingLevel, ...]
    refs: tuple[PartitionRef, ...]
    """What it was made from."""


def opening_of(cfg: AppConfig, unit: ContractDay, settings: Settings) -> Opening:
    """The session of a contract-day at its open, whether it is built or not."""
    lake = _door(cfg, unit, settings)
    day = read_level_day(unit, lake)
    open_ns = opening_ns(day.times)
    day = at_open(day, open_ns)
    seconds, whole = day.seconds, day.covers(day.times.flow_start_ns, open_ns)
    prices: dict[str, float] = {}
    later, missing = [], []
    for level_id in settings.levels.default:
        definition = define_level(level_id)
        found = _price(level_id, day, lake, open_ns)
        if isinstance(found, float) and definition.moving and not whole:
            missing.append(MissingLevel(definition.name, "trade bars up to the open are not in the lake for this contract"))
        elif isinstance(found, float):
            prices[level_id] = found
        elif definition.known_at == "open" and isinstance(found, LevelAbsent):
            missing.append(MissingLevel(definition.name, found.reason))
        else:
            later.append(LaterLevel(definition.name, definition.meaning, _known_later(definition, found, open_ns, settings)))
    return Opening(
        open_ns=open_ns,
        price_ticks=float(seconds.close_ticks[-1]) if len(seconds.start_ns) else None,
        price_at_ns=int(seconds.start_ns[-1]) + NS_PER_S if len(seconds.start_ns) else 0,
        barrier=barrier_at_open(unit, open_ns, settings, cfg),
        known=_sorted(prices, settings.levels.confluence_ticks),
        later=tuple(later),
        missing=tuple(missing),
        refs=tuple(lake.declared),
    )


def at_open(day: LevelDay, open_ns: int) -> LevelDay:
    """The same day with the bars that end at or before the open alone, as if the lake ended there."""
    spans = day.covered_ns[day.covered_ns[:, 0] < open_ns]
    return day._replace(
        seconds=day.seconds.between(0, open_ns - NS_PER_S + 1),
        candles=day.candles.between(0, open_ns - day.candle_s * NS_PER_S + 1),
        covered_ns=np.column_stack((spans[:, 0], np.minimum(spans[:, 1], open_ns))),
    )


def barrier_at_open(unit: ContractDay, open_ns: int, settings: Settings, cfg: AppConfig) -> Barrier | None:
    """The barrier of the last window before the open; where the day is not built, that of past sessions' same clock time."""
    touch = ref_in(cfg.lake_root, TOUCH_PHYSICS, unit.symbol, unit.date)
    if is_built(touch):
        table = read_table(touch, ["ts_ns", "barrier_ticks"])
        known = int(np.searchsorted(table["ts_ns"].to_numpy(), open_ns, side="right"))
        if known:
            return Barrier(int(table["barrier_ticks"][known - 1].as_py()), MEASURED)
    rules, window_s = settings.volatility, settings.book.window_s
    past = [ref for ref in list_partitions(cfg.lake_root, SESSION_USUAL) if (ref.symbol, ref.date) in unit.history]
    past = sorted(past, key=lambda ref: ref.date)[-rules.profile_sessions :]
    if not past:
        return None
    squares = np.stack([session_squares(read_table(ref, ["part", "position", "squared_change"]), window_s) for ref in past])
    window = (open_ns - local_time_ns(unit.date, "00:00", settings)) // NS_PER_S // window_s
    profile = clock_profile(squares, rules.profile_sessions, window_s)[window - 1 : window]
    if np.isnan(profile[0]):
        return None
    sigma = volatility(np.array([np.nan]), profile, rules.rv_windows, rules.profile_weight)
    ticks = barrier(sigma, rules.barrier_c, rules.barrier_min_ticks, rules.barrier_horizon_s)
    return Barrier(int(ticks[0]), FROM_THE_PAST)


def _door(cfg: AppConfig, unit: ContractDay, settings: Settings) -> StageLake:
    """A stage's door to what the levels of the day are computed from, as far as it is in the lake."""
    declared = [ref for ref in ComputeLevels().reads(unit, cfg, settings) if is_built(ref)]
    provenance = Provenance("brief", {str(ref): manifest_sha256(ref) for ref in declared}, "", "")
    return StageLake(cfg, settings, unit, provenance, {}, declared)


def _price(level_id: str, day: LevelDay, lake: StageLake, open_ns: int) -> float | LevelAbsent | int:
    """The price in force at the open; when it becomes known, for one of the trader's own; or why there is none."""
    ours = find_level(level_id)
    if ours is None:
        found = own_level(level_id, read_own_levels(lake.folder, lake.unit.root, lake.unit.date), day)
    else:
        found = ours.compute(day.since(utc_day_start_ns(first_date_needed(lake.unit.date, [level_id]))))
    if isinstance(found, LevelAbsent):
        return found
    return _in_force(found, open_ns)


def _in_force(series: LevelSeries, open_ns: int) -> float | int:
    """The last price known by the open; else when the first will be."""
    row = int(np.searchsorted(series.known_from_ns, open_ns, side="right")) - 1
    return float(series.price_ticks[row]) if row >= 0 else int(series.known_from_ns[0])


def _known_later(definition: LevelDefinition, found: LevelAbsent | int, open_ns: int, settings: Settings) -> str:
    """When a level will be known, as its declaration has it: never from what the session did later."""
    after_s = {"opening_range": settings.session.opening_range_s, "initial_balance": 3600}.get(definition.known_at)
    if isinstance(found, int):
        return clock(found, settings.session.timezone)[11:]
    if after_s is not None:
        return clock(open_ns + after_s * NS_PER_S, settings.session.timezone)[11:]
    return KNOWN_AT_IN_WORDS[definition.known_at]


def _sorted(prices: dict[str, float], confluence_ticks: float) -> tuple[KnownLevel, ...]:
    known = []
    for level_id, price in sorted(prices.items(), key=lambda entry: (-entry[1], entry[0])):
        near = [other for other in prices if other != level_id and abs(prices[other] - price) <= confluence_ticks]
        definition = define_level(level_id)
        known.append(KnownLevel(level_id, definition.name, definition.meaning, price, tuple(define_level(other).name for other in near)))
    return tuple(known)
