"""The levels of a day as of a moment: what they are called, where they lie, or why they lie nowhere yet."""

from __future__ import annotations

from ...core.levels import find_level
from ...core.session import NS_PER_S, clock
from ...retrieval.words import level_name
from ..messages.day import LevelGroup, LevelInfo
from .bundle import DayBundle
from .tables import LevelRows

GROUPS: dict[str, LevelGroup] = {
    "pm": "premarket",
    "or": "opening_range",
    "pd": "prior_day",
    "on": "overnight",
    "vwap": "moving",
    "sma": "moving",
    "ema": "moving",
    "round": "round",
    "gex": "gamma",
}
"""Group by the first word of a level_id of ours."""
SETTLED: tuple[LevelGroup, ...] = ("premarket", "prior_day", "overnight", "gamma", "own")
"""Groups whose absence is known before the session begins; that of the others hangs on what the session brings."""


def group_of(level_id: str) -> LevelGroup:
    """The group of a level; one that is none of ours is the trader's own."""
    first = level_id.partition("_")[0]
    if first == "gex":
        return "gamma"
    return GROUPS[first] if find_level(level_id) is not None else "own"


def level_infos(day: DayBundle, as_of_s: int) -> list[LevelInfo]:
    """Every level of the day with what was known of it."""
    return [_info(day, level_id, rows, as_of_s) for level_id, rows in day.levels.items()]


def _info(day: DayBundle, level_id: str, rows: LevelRows, as_of_s: int) -> LevelInfo:
    group = group_of(level_id)
    known = int((rows.known_s <= as_of_s).sum())
    return LevelInfo(
        level_id=level_id,
        name=level_name(level_id),
        group=group,
        moving=group in ("moving", "round"),
        known_from_s=int(rows.known_s[0]) if known else None,
        price_ticks=float(rows.price_ticks[known - 1]) if known else None,
        reason=None if known else why_unknown(day, level_id, rows, as_of_s),
    )


def why_unknown(day: DayBundle, level_id: str, rows: LevelRows, as_of_s: int) -> str:
    """Why a level has no price yet. What the rest of the session brings has no say in it."""
    group = group_of(level_id)
    if rows.reason is not None and (group in SETTLED or as_of_s >= day.moments.session_end_s):
        return rows.reason
    over_s = day.moments.rth_open_s + day.opening_range_s
    if group == "opening_range" and as_of_s < over_s:
        return f"known from {clock(over_s * NS_PER_S)[11:16]}"
    return "not known yet"
