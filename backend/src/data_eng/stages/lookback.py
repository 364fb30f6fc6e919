"""How far back levels look: the UTC dates of bars that those of a session may be computed from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ..core.levels import define_level
from ..sources.calendar import sessions_back

LOOKBACK_DAYS = 5
"""Calendar days that every level is given: they hold the prior session over a long weekend, and the candles of the averages."""
SESSIONS_WITHIN = 1
"""Prior sessions that lie in those days."""


def first_date_needed(session_date: str, level_ids: Iterable[str]) -> str:
    """The earliest UTC date of bars that any of the levels may need; a session's own bars begin on the evening before it."""
    usual = _days_before(session_date, LOOKBACK_DAYS)
    sessions = max((define_level(level_id).prior_sessions for level_id in level_ids), default=0)
    if sessions <= SESSIONS_WITHIN:
        return usual
    return min(usual, _days_before(sessions_back(session_date, sessions), 1))


def dates_needed(session_date: str, level_ids: Iterable[str]) -> list[str]:
    """Every calendar date from the earliest needed to the session's own, oldest first."""
    first, last = date.fromisoformat(first_date_needed(session_date, level_ids)), date.fromisoformat(session_date)
    return [(first + timedelta(days=count)).isoformat() for count in range((last - first).days + 1)]


def days_needed(session_dates: Iterable[str], level_ids: Iterable[str]) -> int:
    """Calendar days that the levels of any of the sessions look back at most."""
    names = tuple(level_ids)
    return max((len(dates_needed(session_date, names)) - 1 for session_date in session_dates), default=LOOKBACK_DAYS)


def _days_before(day: str, count: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()
