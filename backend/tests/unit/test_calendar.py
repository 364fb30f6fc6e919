"""Session times on ordinary, short, shifted and missing days."""

from __future__ import annotations

import pytest

from src.data_eng.core.session import SessionTimes, clock, opening_ns, trades_end_ns
from src.data_eng.core.units import NS_PER_S
from src.data_eng.errors import SpymasterError
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import (
    CalendarError,
    bronze_dates,
    globex_is_open_between,
    previous_session,
    session_times,
    sessions_apart,
    sessions_between,
)

UTC = "UTC"


def times_of(date: str, span: str = "09:30-12:30") -> SessionTimes:
    settings: Settings = load_settings().with_session(span)
    return session_times(date, settings)


def test_an_ordinary_session_runs_by_new_york_clocks() -> None:
    times = times_of("2025-10-16")
    assert [clock(ts) for ts in times[2:9]] == [
        "2025-10-16 09:30:00",
        "2025-10-16 12:30:00",
        "2025-10-16 09:00:00",
        "2025-10-16 09:30:00",
        "2025-10-16 16:00:00",
        "2025-10-16 05:00:00",
        "2025-10-15 18:00:00",
    ]
    assert (times.previous_date, times.half_day, times.rth_day) == ("2025-10-15", False, True)


@pytest.mark.parametrize(
    ("date", "open_utc", "overnight_utc"),
    [
        ("2025-03-07", "2025-03-07 14:30:00", "2025-03-06 23:00:00"),
        ("2025-03-10", "2025-03-10 13:30:00", "2025-03-09 22:00:00"),
        ("2025-10-31", "2025-10-31 13:30:00", "2025-10-30 22:00:00"),
        ("2025-11-03", "2025-11-03 14:30:00", "2025-11-02 23:00:00"),
    ],
)
def test_the_open_moves_by_an_hour_of_utc_when_the_clocks_change(date: str, open_utc: str, overnight_utc: str) -> None:
    times = times_of(date)
    assert clock(times.start_ns, UTC) == open_utc
    assert clock(times.overnight_start_ns, UTC) == overnight_utc


def test_a_half_day_closes_at_one_and_leaves_a_morning_session_whole() -> None:
    times = times_of("2025-11-28")
    assert times.half_day
    assert clock(times.rth_close_ns) == "2025-11-28 13:00:00"
    assert clock(times.end_ns) == "2025-11-28 12:30:00"
    assert times.previous_date == "2025-11-26"


def test_a_session_that_would_outlast_a_half_day_ends_at_its_close() -> None:
    assert clock(times_of("2025-11-28", "12:00-15:00").end_ns) == "2025-11-28 13:00:00"


@pytest.mark.parametrize(
    ("date", "span", "end"),
    [
        ("2025-10-16", "09:30-12:30", "2025-10-16 16:00:00"),
        ("2025-11-28", "09:30-12:30", "2025-11-28 13:00:00"),
        ("2025-10-16", "15:00-16:30", "2025-10-16 16:30:00"),
        ("2025-10-16", "08:00-09:15", "2025-10-16 09:15:00"),
        ("2025-10-16", "18:00-19:00", "2025-10-16 19:00:00"),
        ("2023-12-25", "18:00-19:00", "2023-12-25 19:00:00"),
    ],
    ids=["ordinary", "half day", "past the close", "before the open", "evening", "holiday"],
)
def test_outcomes_see_trades_to_the_regular_close_and_outside_regular_hours_to_the_session_s_end(date: str, span: str, end: str) -> None:
    assert clock(trades_end_ns(times_of(date, span))) == end


def test_a_session_after_the_early_halt_is_refused() -> None:
    with pytest.raises(CalendarError, match="Globex is closed"):
        times_of("2025-11-28", "14:00-15:00")


def test_an_evening_session_of_a_holiday_stands_for_its_own_regular_hours() -> None:
    """Christmas 2023: Globex reopens at 18:00 New York, 23:00 UTC."""
    times = times_of("2023-12-25", "18:00-19:00")
    assert not times.rth_day
    assert (times.rth_open_ns, times.rth_close_ns) == (times.start_ns, times.end_ns)
    assert clock(times.start_ns, UTC) == "2023-12-25 23:00:00"
    assert times.previous_date == "2023-12-22"
    assert bronze_dates(times) == ("2023-12-25",)


def test_an_evening_session_of_a_regular_day_opens_at_its_own_start() -> None:
    times = times_of("2023-12-26", "18:00-19:00")
    assert times.rth_day
    assert opening_ns(times) == times.start_ns
    assert opening_ns(times_of("2023-12-26", "10:00-12:30")) == times.rth_open_ns


@pytest.mark.parametrize(
    ("date", "span", "previous"),
    [
        ("2023-12-27", "18:00-19:00", "2023-12-27"),
        ("2023-12-27", "16:00-16:30", "2023-12-27"),
        ("2023-12-27", "15:30-16:30", "2023-12-26"),
        ("2025-07-03", "18:00-19:00", "2025-07-03"),
        ("2023-12-25", "18:00-19:00", "2023-12-22"),
    ],
)
def test_an_evening_follows_the_session_that_closed_the_same_day(date: str, span: str, previous: str) -> None:
    assert times_of(date, span).previous_date == previous


def test_a_late_session_lies_in_the_next_utc_file() -> None:
    assert bronze_dates(times_of("2025-07-02", "19:45-21:00")) == ("2025-07-02", "2025-07-03")
    assert bronze_dates(times_of("2025-07-02", "19:00-20:00")) == ("2025-07-02",)


@pytest.mark.parametrize("date", ["2025-13-01", "yesterday", "1999-01-04"])
def test_a_date_without_hours_is_refused(date: str) -> None:
    with pytest.raises(SpymasterError, match="Expected"):
        times_of(date)


def test_sessions_skip_weekends_and_holidays() -> None:
    assert sessions_between("2025-12-23", "2025-12-29") == ["2025-12-23", "2025-12-24", "2025-12-26", "2025-12-29"]
    assert previous_session("2025-12-28") == "2025-12-26"
    assert sessions_apart("2025-12-24", "2025-12-29") == 2
    assert sessions_apart("2025-12-29", "2025-12-24") == -2
    assert sessions_apart("2025-12-24", "2025-12-25") == 0


def test_globex_is_closed_on_saturdays_and_open_on_holiday_evenings() -> None:
    midnight = times_of("2025-10-18", "00:00-23:00").start_ns
    saturday = (midnight, midnight + 20 * 3600 * NS_PER_S)
    assert not globex_is_open_between(*saturday)
    christmas = times_of("2023-12-25", "18:00-19:00")
    assert globex_is_open_between(christmas.start_ns, christmas.end_ns)
    assert not globex_is_open_between(christmas.start_ns - 3600 * NS_PER_S, christmas.start_ns)
    assert not globex_is_open_between(christmas.start_ns, christmas.start_ns)
