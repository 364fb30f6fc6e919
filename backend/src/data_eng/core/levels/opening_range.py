"""Opening range: the farthest trades of the first minutes after the open, known when they are over."""

from __future__ import annotations

from ..session import opening_ns
from ..units import NS_PER_S
from .day import Bars, Level, LevelAbsent, LevelDay, static_level, trades_between
from .declaration import level


@level(name="OR High", group="opening_range", moving=False, known_at="opening_range")
def or_high(day: LevelDay) -> Level:
    """Highest trade of the opening range."""
    bars = _opening_range(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_range_end_ns(day), bars.high_ticks.max())


@level(name="OR Low", group="opening_range", moving=False, known_at="opening_range")
def or_low(day: LevelDay) -> Level:
    """Lowest trade of the opening range."""
    bars = _opening_range(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_range_end_ns(day), bars.low_ticks.min())


def _opening_range(day: LevelDay) -> Bars | LevelAbsent:
    end_ns = _range_end_ns(day)
    if end_ns > day.times.end_ns:
        return LevelAbsent(f"the session ends before its opening range of {day.opening_range_s} s does")
    return trades_between(day, opening_ns(day.times), end_ns)


def _range_end_ns(day: LevelDay) -> int:
    return opening_ns(day.times) + day.opening_range_s * NS_PER_S
