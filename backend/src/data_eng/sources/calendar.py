"""Which dates are sessions, and when their hours begin and end.

Regular hours and half days come from exchange_calendars XNYS; a root with hours of its own in settings.yaml has them on the same dates,
so that a holiday of bonds or energy alone is a session without trades. Hours of the futures come from pandas_market_calendars
`CME Globex Equity`, which has the early halts of all half days right; exchange_calendars CMES closes an hour late and knows no Juneteenth.
Both are imported inside functions: they load pandas.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from ..core.session import ExchangeTimes, SessionTimes, moment_ns, require_date, trades_end_ns
from ..core.units import NS_PER_S
from ..errors import SpymasterError

if TYPE_CHECKING:
    from ..settings import Settings

FIRST_DATE, LAST_DATE = "2005-01-01", "2035-12-31"
"""Span of the calendars, fixed, so that no answer depends on today's date."""


class CalendarError(SpymasterError):
    """A date or a session span that the calendar has no hours for."""


class RegularHours(NamedTuple):
    """Regular trading hours of one date, ns UTC."""

    open_ns: int
    close_ns: int
    half_day: bool


def session_times(session_date: str, settings: Settings) -> SessionTimes:
    """All moments of the session span of `settings` on a New York date.

    A span that begins inside the regular hours of a half day ends at the early close. On a date without regular hours
    (a holiday, a Sunday) the span itself stands for them. A span that begins after the date's regular close follows that date's own
    session. Raises `CalendarError` for a span in which Globex is closed.
    """
    session, zone = settings.session, settings.session.timezone
    day = _parsed(session_date)
    start_ns, end_ns = (_local_ns(day, clock, zone) for clock in (session.start, session.end))
    hours = _hours_of(session_date, session.regular, zone)
    half_day = hours is not None and hours.half_day
    if hours is not None and half_day and start_ns < hours.close_ns:
        end_ns = min(end_ns, hours.close_ns)
    elif half_day and not globex_is_open_between(start_ns, start_ns + 1):
        raise CalendarError(
            f"session {session.start}-{session.end} on {session_date}, a half day, begins when Globex is closed. "
            "Ask for a session that starts before 13:00 or after 18:00."
        )
    return SessionTimes(
        date=session_date,
        previous_date=session_date if hours is not None and start_ns >= hours.close_ns else previous_session(session_date),
        start_ns=start_ns,
        end_ns=end_ns,
        flow_start_ns=start_ns - session.lead_in_s * NS_PER_S,
        rth_open_ns=hours.open_ns if hours is not None else start_ns,
        rth_close_ns=hours.close_ns if hours is not None else end_ns,
        premarket_start_ns=_local_ns(day, session.premarket_start, zone),
        overnight_start_ns=_local_ns(day - timedelta(days=1), session.overnight_start, zone),
        half_day=half_day,
        rth_day=hours is not None,
    )


def exchange_times(times: SessionTimes, settings: Settings) -> ExchangeTimes:
    """When Globex opened for the day and the week of a session, and the regular hours of the week before it.

    A week is the calendar's, from Sunday to Saturday.
    """
    zone, regular = settings.session.timezone, settings.session.regular
    day = datetime.fromtimestamp(times.start_ns // NS_PER_S, UTC).astimezone(ZoneInfo(zone)).date()
    sunday = day - timedelta(days=day.isoweekday() % 7)
    spans = _globex()
    week = bisect_left(spans, _local_ns(sunday, "00:00", zone), key=_open_ns)
    today = bisect_right(spans, times.start_ns, key=_open_ns) - 1
    before = sessions_between((sunday - timedelta(days=7)).isoformat(), (sunday - timedelta(days=1)).isoformat())
    hours = [found for session in before if (found := _hours_of(session, regular, zone)) is not None]
    return ExchangeTimes(spans[today][0], spans[week][0], tuple((found.open_ns, found.close_ns) for found in hours))


def _hours_of(session_date: str, regular: str | None, timezone: str) -> RegularHours | None:
    """XNYS hours of a date, or a root's own on the dates of XNYS, closed with it on a half day."""
    hours = regular_hours(session_date)
    if hours is None or regular is None:
        return hours
    open_ns, close_ns = (_local_ns(_parsed(session_date), clock, timezone) for clock in regular.split("-"))
    return RegularHours(open_ns, min(close_ns, hours.close_ns) if hours.half_day else close_ns, hours.half_day)


def local_time_ns(session_date: str, clock: str, settings: Settings) -> int:
    """`HH:MM` of a date in the session's time zone, ns UTC."""
    return _local_ns(_parsed(session_date), clock, settings.session.timezone)


def regular_hours(session_date: str) -> RegularHours | None:
    """XNYS hours of a date; None on a date without a session."""
    return _xnys().get(_parsed(session_date).isoformat())


def sessions_between(first: str, last: str) -> list[str]:
    """XNYS sessions from `first` to `last`, both included, ISO dates in order."""
    sessions = _sessions()
    return sessions[bisect_left(sessions, _parsed(first).isoformat()) : bisect_right(sessions, _parsed(last).isoformat())]


def sessions_back(session_date: str, count: int) -> str:
    """The XNYS session that lies `count` sessions before a date, 1 being the last before it; the calendar's first where there are fewer."""
    sessions = _sessions()
    return sessions[max(bisect_left(sessions, _parsed(session_date).isoformat()) - count, 0)]


def previous_session(session_date: str) -> str:
    """The last XNYS session before a date, which need not be a session itself."""
    sessions = _sessions()
    position = bisect_left(sessions, _parsed(session_date).isoformat())
    if position == 0:
        raise CalendarError(f"{session_date} has no earlier session: the calendar begins at {FIRST_DATE}. Ask for a later date.")
    return sessions[position - 1]


def sessions_apart(earlier: str, later: str) -> int:
    """How many sessions `later` lies after `earlier`; negative when it lies before it.

    A date without regular hours counts as the session that it follows, so that a holiday and the session before it are 0 apart.
    """
    sessions = _sessions()
    return bisect_right(sessions, _parsed(later).isoformat()) - bisect_right(sessions, _parsed(earlier).isoformat())


def bronze_dates(times: SessionTimes) -> tuple[str, ...]:
    """UTC dates whose files hold the span from the lead-in to where its trades end."""
    first = datetime.fromtimestamp(times.flow_start_ns // NS_PER_S, UTC).date()
    last = datetime.fromtimestamp((trades_end_ns(times) - 1) // NS_PER_S, UTC).date()
    return tuple((first + timedelta(days=count)).isoformat() for count in range((last - first).days + 1))


def globex_is_open_between(start_ns: int, end_ns: int) -> bool:
    """Whether Globex equity futures are open at any time of [start_ns, end_ns): whether a trade can have happened in it."""
    spans = _globex()
    first = bisect_right(spans, start_ns, key=_close_ns)
    return start_ns < end_ns and first < len(spans) and spans[first][0] < end_ns


def _open_ns(span: tuple[int, int]) -> int:
    return span[0]


def _close_ns(span: tuple[int, int]) -> int:
    return span[1]


@cache
def _xnys() -> dict[str, RegularHours]:
    import exchange_calendars

    calendar = exchange_calendars.get_calendar("XNYS", start=FIRST_DATE, end=LAST_DATE)
    early = set(calendar.early_closes)
    return {
        session.date().isoformat(): RegularHours(opens.value, closes.value, session in early)
        for session, opens, closes in zip(calendar.sessions, calendar.opens, calendar.closes, strict=True)
    }


@cache
def _sessions() -> list[str]:
    return list(_xnys())


@cache
def _globex() -> list[tuple[int, int]]:
    """Open and close of every Globex trading date, ns UTC, in order; the open lies on the evening before."""
    import pandas_market_calendars

    schedule = pandas_market_calendars.get_calendar("CME Globex Equity").schedule(FIRST_DATE, LAST_DATE)
    opens, closes = (schedule[name].astype("datetime64[ns, UTC]") for name in ("market_open", "market_close"))
    return [(opened.value, closed.value) for opened, closed in zip(opens, closes, strict=True)]


def _parsed(iso_date: str) -> date:
    day = date.fromisoformat(require_date(iso_date))
    if not FIRST_DATE <= day.isoformat() <= LAST_DATE:
        raise CalendarError("{value} is outside the calendar.", value=iso_date, expected=f"a date from {FIRST_DATE} to {LAST_DATE}")
    return day


def _local_ns(day: date, clock: str, timezone: str) -> int:
    return moment_ns(f"{day} {clock}", timezone)
