"""Overnight high, low and middle: the farthest trades from the evening open of the previous day to the regular open, known at the open."""

from __future__ import annotations

from ..session import is_after_hours
from .day import Bars, Level, LevelAbsent, LevelDay, static_level, trades_between
from .declaration import level


@level(name="ON High", group="overnight", moving=False)
def on_high(day: LevelDay) -> Level:
    """Highest trade of the night."""
    bars = _overnight(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(day.times.rth_open_ns, bars.high_ticks.max())


@level(name="ON Low", group="overnight", moving=False)
def on_low(day: LevelDay) -> Level:
    """Lowest trade of the night."""
    bars = _overnight(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(day.times.rth_open_ns, bars.low_ticks.min())


@level(name="ON Mid", group="overnight", moving=False)
def on_mid(day: LevelDay) -> Level:
    """Half way between the highest and the lowest trade of the night."""
    bars = _overnight(day)
    if isinstance(bars, LevelAbsent):
        return bars
    return static_level(day.times.rth_open_ns, (bars.high_ticks.max() + bars.low_ticks.min()) / 2)


def _overnight(day: LevelDay) -> Bars | LevelAbsent:
    if is_after_hours(day.times):
        return LevelAbsent("the session begins after the regular hours that its date's night led to")
    return trades_between(day, day.times.overnight_start_ns, day.times.rth_open_ns)
