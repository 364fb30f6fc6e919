"""Levels: what price is held against. One function a level; a level is a price and the moment it became known.

A function takes a `LevelDay` and answers a `LevelSeries`, or a `LevelAbsent` with the reason. It may look at bars that end at or before a
price's `known_from_ns`, never at later ones. A new level is one function and its line here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from .averages import ema, sma
from .day import Bars, Level, LevelAbsent, LevelDay, LevelSeries
from .opening_range import or_high, or_low
from .overnight import on_high, on_low
from .premarket import pm_high, pm_low
from .prior_day import pd_close, pd_high, pd_low
from .round_numbers import round_number
from .vwap import vwap

__all__ = [
    "FAMILIES",
    "LEVELS",
    "Bars",
    "Level",
    "LevelAbsent",
    "LevelDay",
    "LevelFunction",
    "LevelSeries",
    "find_level",
]

LevelFunction = Callable[[LevelDay], Level]

LEVELS: dict[str, LevelFunction] = {
    "pm_high": pm_high,
    "pm_low": pm_low,
    "or_high": or_high,
    "or_low": or_low,
    "pd_high": pd_high,
    "pd_low": pd_low,
    "pd_close": pd_close,
    "on_high": on_high,
    "on_low": on_low,
    "vwap": vwap,
}
"""Levels by level_id."""

FAMILIES: dict[str, Callable[[LevelDay, int], Level]] = {
    "sma": sma,
    "ema": ema,
    "round": round_number,
}
"""Levels with a number in their level_id: sma_90, ema_20 (candles), round_25 (points)."""


def find_level(level_id: str) -> LevelFunction | None:
    """The function of a level_id; None for a name that is none of ours, which may be one of the trader's own."""
    if level_id in LEVELS:
        return LEVELS[level_id]
    numbered = re.fullmatch(r"([a-z]+)_([1-9][0-9]*)", level_id)
    if numbered and numbered[1] in FAMILIES:
        return partial(_of_family, FAMILIES[numbered[1]], int(numbered[2]))
    return None


def _of_family(function: Callable[[LevelDay, int], Level], number: int, day: LevelDay) -> Level:
    return function(day, number)
