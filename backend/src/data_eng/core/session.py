"""A session's moments: when the span of interest, its lead-in, the regular hours, the pre-market and the overnight begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..errors import SpymasterError
from .units import NS_PER_S

NEW_YORK = "America/New_York"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoMoment(SpymasterError):
    """A written time that is none, or one that the clocks skip or show twice."""


class NoDate(SpymasterError):
    """A written date that is none, or a span of dates that ends before it starts."""


class SessionTimes(NamedTuple):
    """The moments of one session, all in ns UTC, each span with its start in it and its end outside."""

    date: str
    """New York date, ISO."""
    previous_date: str
    """The last regular session that is over: on an earlier date, or on `date` itself for a span that begins after its regular close."""
    start_ns: int
    end_ns: int
    """The span requested (settings `session.start`, `session.end`); cut to the early close where it begins before it."""
    flow_start_ns: int
    """`start_ns` minus the lead-in from which book flow is kept."""
    rth_open_ns: int
    rth_close_ns: int
    """Regular hours: 09:30-16:00 or the root's own, to 13:00 on a half day. On a date without regular hours the span requested."""
    premarket_start_ns: int
    overnight_start_ns: int
    """18:00 of the previous calendar day."""
    half_day: bool
    rth_day: bool
    """Whether the date has regular hours at all."""


class ExchangeTimes(NamedTuple):
    """When the exchange opened for a session, and the regular hours of the week before; all in ns UTC."""

    day_open_ns: int
    """The last open of Globex at or before the session's start: 18:00 of the evening before, or the start of an evening itself."""
    week_open_ns: int
    """The first open of Globex in the session's calendar week: Sunday 18:00, a day later where Monday is a holiday of Globex, too."""
    prior_week: tuple[tuple[int, int], ...]
    """Open and close of the regular hours of every session of the calendar week before, in time order."""


def opening_ns(times: SessionTimes) -> int:
    """When the opening range and the session VWAP begin: the regular open, or the span's own start where the two do not meet."""
    return times.rth_open_ns if _meets_regular_hours(times) else times.start_ns


def trades_end_ns(times: SessionTimes) -> int:
    """Where the trades that may decide an outcome end: the regular close, or the span's own end where it is later or the two do not meet.

    The span's end ends what is asked; what became of it goes on until the close.
    """
    return max(times.end_ns, times.rth_close_ns) if _meets_regular_hours(times) else times.end_ns


def _meets_regular_hours(times: SessionTimes) -> bool:
    return times.start_ns < times.rth_close_ns and times.rth_open_ns < times.end_ns


def is_after_hours(times: SessionTimes) -> bool:
    """Whether the span begins when the date's regular hours are over, as an evening does."""
    return times.start_ns >= times.rth_close_ns


def is_date(text: str) -> bool:
    """Whether a text is a whole ISO date, `2025-10-01`; Python alone also takes `20251001` and `2025-W40-3`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def require_date(text: str, name: str = "date") -> str:
    """The text, if it is a whole ISO date; `name` is what the error calls it. Raises `NoDate`."""
    if not is_date(text):
        raise NoDate(f"{name} {{value!r}} is not a day.", value=text, expected="YYYY-MM-DD, for example 2025-10-16")
    return text


def date_span(dates: str) -> tuple[str, str]:
    """First and last date of `2025-10-01:2025-10-14`, both included, or of one date. Raises `NoDate`."""
    first, colon, last = dates.partition(":")
    return require_span(first, last if colon else first)


def require_span(first: str, last: str) -> tuple[str, str]:
    """Both dates, if they are dates in order. Raises `NoDate`."""
    if require_date(first) > require_date(last):
        raise NoDate(f"dates {first}:{last} end before they start. Swap them.")
    return first, last


def moment_ns(text: str, timezone: str = NEW_YORK) -> int:
    """Ns UTC of `2025-10-16 09:47:35`: the time in `timezone`, unless it brings its own offset, as in `13:47:35Z` or `15:47:35+02:00`.

    Raises
    ------
    NoMoment for a text that is no time, and for a local time that the clocks skip in spring or show twice in autumn.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoMoment(
            f'{text!r} is not a time. Expected {_city(timezone)} time, for example "2025-10-16 09:47:35", or one with its offset: '
            '"2025-10-16 13:47:35Z".'
        ) from None
    if moment.tzinfo is None:
        moment = _placed(moment, timezone)
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


def _placed(local: datetime, timezone: str) -> datetime:
    """A local time in its zone. Of a skipped or repeated one, `fold` 0 and 1 are the readings before and after the change."""
    earlier, later = (local.replace(tzinfo=ZoneInfo(timezone), fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    if earlier.astimezone(UTC).astimezone(earlier.tzinfo).replace(tzinfo=None) == local.replace(fold=0):
        raise NoMoment(f"{local} comes twice in {_city(timezone)}: the clocks are set back. Say which by its offset: {earlier} or {later}.")
    raise NoMoment(
        f"{local} does not exist in {_city(timezone)}: the clocks are set forward. "
        f"Expected {earlier.astimezone(UTC).astimezone(earlier.tzinfo)} or another time of that day."
    )


def _city(timezone: str) -> str:
    """`New York` of `America/New_York`."""
    return timezone.rpartition("/")[2].replace("_", " ")


def second_of(ts_ns: int) -> int:
    """Seconds UTC, rounded up: what happens within a second is known at its end."""
    return -(-ts_ns // NS_PER_S)


def clock(ts_ns: int, timezone: str = NEW_YORK) -> str:
    """`2025-10-01 09:30:00` in the given zone; the fraction of a second is cut off."""
    moment = datetime.fromtimestamp(ts_ns // NS_PER_S, UTC).astimezone(ZoneInfo(timezone))
    return moment.strftime("%Y-%m-%d %H:%M:%S")
