"""Opening range and initial balance: the farthest trades of the first minutes after the open, known when they are over."""

from __future__ import annotations

from ..session import opening_ns
from ..units import NS_PER_S
from .day import Bars, Level, LevelAbsent, LevelDay, regular_open_ns, static_level, trades_between
from .declaration import level

INITIAL_BALANCE_S = 3600
"""The market profile's initial balance: the first hour of the regular hours."""


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


@level(name="IB High", group="opening_range", moving=False, known_at="initial_balance")
def ib_high(day: LevelDay) -> Level:
    """Highest trade of the initial balance, the first 60 minutes of the regular hours."""
    bars = _initial_balance(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_balance_end_ns(day), bars.high_ticks.max())


@level(name="IB Low", group="opening_range", moving=False, known_at="initial_balance")
def ib_low(day: LevelDay) -> Level:
    """Lowest trade of the initial balance, the first 60 minutes of the regular hours."""
    bars = _initial_balance(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_balance_end_ns(day), bars.low_ticks.min())


def _opening_range(day: LevelDay) -> Bars | LevelAbsent:
    end_ns = _range_end_ns(day)
    if end_ns > day.times.end_ns:
        return LevelAbsent(f"the session ends before its opening range of {day.opening_range_s} s does")
    return trades_between(day, opening_ns(day.times), end_ns)


def _range_end_ns(day: LevelDay) -> int:
    return opening_ns(day.times) + day.opening_range_s * NS_PER_S


def _initial_balance(day: LevelDay) -> Bars | LevelAbsent:
    opened_ns = regular_open_ns(day)
    if isinstance(opened_ns, LevelAbsent):
        return opened_ns
    if _balance_end_ns(day) > day.times.end_ns:
        return LevelAbsent(f"the session ends before its initial balance of {INITIAL_BALANCE_S} s does")
    return trades_between(day, opened_ns, _balance_end_ns(day))


def _balance_end_ns(day: LevelDay) -> int:
    return day.times.rth_open_ns + INITIAL_BALANCE_S * NS_PER_S
