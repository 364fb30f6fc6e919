"""The levels of a day as of a moment: what they are called, where they lie, or why they lie nowhere yet."""

from __future__ import annotations

from ...core.levels import define_level
from ...core.levels.opening_range import INITIAL_BALANCE_S
from ...core.session import clock
from ...core.units import NS_PER_S
from ..messages.day import LevelInfo
from .bundle import DayBundle
from .tables import LevelRows


def level_infos(day: DayBundle, as_of_s: int) -> list[LevelInfo]:
    """Every level of the day with what was known of it."""
    return [_info(day, level_id, rows, as_of_s) for level_id, rows in day.levels.items()]


def _info(day: DayBundle, level_id: str, rows: LevelRows, as_of_s: int) -> LevelInfo:
    defined = define_level(level_id)
    known = int((rows.known_s <= as_of_s).sum())
    return LevelInfo(
        level_id=level_id,
        name=defined.name,
        group=defined.group,
        moving=defined.moving,
        known_at=defined.known_at,
        known_from_s=int(rows.known_s[0]) if known else None,
        price_ticks=float(rows.price_ticks[known - 1]) if known else None,
        reason=None if known else why_unknown(day, level_id, rows, as_of_s),
    )


def why_unknown(day: DayBundle, level_id: str, rows: LevelRows, as_of_s: int) -> str:
    """Why a level has no price yet. What the rest of the session brings has no say in it."""
    known_at = define_level(level_id).known_at
    if rows.reason is not None and (known_at == "open" or as_of_s >= day.moments.session_end_s):
        return rows.reason
    lasts_s = {"opening_range": day.opening_range_s, "initial_balance": INITIAL_BALANCE_S}.get(known_at, 0)
    over_s = day.moments.rth_open_s + lasts_s
    if lasts_s and as_of_s < over_s:
        return f"known from {clock(over_s * NS_PER_S)[11:16]}"
    return "not known yet"
