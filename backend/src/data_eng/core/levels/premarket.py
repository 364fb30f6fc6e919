"""Pre-market high and low: the farthest trades from the pre-market's start to the regular open, known at the open."""

from __future__ import annotations

from ..session import is_after_hours
from .day import Bars, Level, LevelAbsent, LevelDay, static_level, trades_between
from .declaration import level


@level(name="PM High", group="premarket", moving=False)
def pm_high(day: LevelDay) -> Level:
    """Highest trade of the pre-market."""
    bars = _premarket(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(day.times.rth_open_ns, bars.high_ticks.max())


@level(name="PM Low", group="premarket", moving=False)
def pm_low(day: LevelDay) -> Level:
    """Lowest trade of the pre-market."""
    bars = _premarket(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(day.times.rth_open_ns, bars.low_ticks.min())


def _premarket(day: LevelDay) -> Bars | LevelAbsent:
    if is_after_hours(day.times):
        return LevelAbsent("the session begins after the regular hours that its date's pre-market led to")
    start_ns, end_ns = day.times.premarket_start_ns, day.times.rth_open_ns
    if end_ns <= start_ns:
        return LevelAbsent("the session opens before the pre-market starts")
    return trades_between(day, start_ns, end_ns)
