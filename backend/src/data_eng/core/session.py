"""A session's moments: when the span of interest, its lead-in, the regular hours, the pre-market and the overnight begin and end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

NS_PER_S = 1_000_000_000
NEW_YORK = "America/New_York"


class SessionTimes(NamedTuple):
    """The moments of one session, all in ns UTC, each span with its start in it and its end outside."""

    date: str
    """New York date, ISO."""
    previous_date: str
    """The last regular session that is over: on an earlier date, or on `date` itself for a span that begins after its regular close."""
    start_ns: int
    end_ns: int
    """The span asked for (settings `session.start`, `session.end`); cut to the early close where it begins before it."""
    flow_start_ns: int
    """`start_ns` less the lead-in from which book flow is kept."""
    rth_open_ns: int
    rth_close_ns: int
    """Regular hours: 09:30-16:00, 13:00 on a half day. On a date without regular hours the span asked for."""
    premarket_start_ns: int
    overnight_start_ns: int
    """18:00 of the previous calendar day."""
    half_day: bool
    rth_day: bool
    """Whether the date has regular hours at all."""


def opening_ns(times: SessionTimes) -> int:
    """When the opening range and the session VWAP begin: the regular open, or the span's own start where the two do not meet."""
    meets_rth = times.start_ns < times.rth_close_ns and times.rth_open_ns < times.end_ns
    return times.rth_open_ns if meets_rth else times.start_ns


def is_after_hours(times: SessionTimes) -> bool:
    """Whether the span begins when the date's regular hours are over, as an evening does."""
    return times.start_ns >= times.rth_close_ns


def clock(ts_ns: int, timezone: str = NEW_YORK) -> str:
    """`2025-10-01 09:30:00` in the given zone; the fraction of a second is cut off."""
    moment = datetime.fromtimestamp(ts_ns // NS_PER_S, UTC).astimezone(ZoneInfo(timezone))
    return moment.strftime("%Y-%m-%d %H:%M:%S")
