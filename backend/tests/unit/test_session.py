"""Written times become moments: an offset is converted, and what the clocks skip or show twice is refused."""

from __future__ import annotations

import pytest

from src.data_eng.core.session import NoMoment, clock, is_date, moment_ns

S = 1_000_000_000
# 2025-10-14 is 20,375 days after 1970-01-01: 55 years of 365 days, 14 leap days, 273 days to 1 October, 13 more.
DAY_S = (55 * 365 + 14 + 273 + 13) * 86_400


@pytest.mark.parametrize(
    ("text", "utc_clock_s"),
    [
        ("2025-10-14 12:04:50", 16 * 3600 + 4 * 60 + 50),  # New York is 4 hours after UTC until 2 November
        ("2025-10-14 12:04:50-04:00", 16 * 3600 + 4 * 60 + 50),
        ("2025-10-14 12:04:50+02:00", 10 * 3600 + 4 * 60 + 50),
        ("2025-10-14T12:04:50Z", 12 * 3600 + 4 * 60 + 50),
        ("2025-10-14 12:04", 16 * 3600 + 4 * 60),
    ],
)
def test_a_time_with_an_offset_is_that_instant_and_one_without_is_new_york(text: str, utc_clock_s: int) -> None:
    assert moment_ns(text) == (DAY_S + utc_clock_s) * S


def test_a_fraction_of_a_second_is_kept_to_the_microsecond() -> None:
    assert moment_ns("2025-10-14T00:00:00.123456Z") == DAY_S * S + 123_456_000


def test_another_zone_may_be_the_one_that_is_meant() -> None:
    assert moment_ns("2025-10-14 12:00:00", "America/Chicago") == (DAY_S + 17 * 3600) * S


def test_a_time_that_the_clocks_skip_is_refused_with_the_time_they_show() -> None:
    with pytest.raises(NoMoment, match=r"2025-03-09 02:30:00 does not exist in New York.*Expected 2025-03-09 03:30:00-04:00"):
        moment_ns("2025-03-09 02:30:00")


def test_a_time_that_comes_twice_is_refused_with_both_readings() -> None:
    with pytest.raises(NoMoment, match=r"comes twice in New York.*2025-11-02 01:30:00-04:00 or 2025-11-02 01:30:00-05:00"):
        moment_ns("2025-11-02 01:30:00")
    assert moment_ns("2025-11-02 01:30:00-05:00") - moment_ns("2025-11-02 01:30:00-04:00") == 3600 * S


def test_the_hours_beside_a_change_are_taken_as_they_are() -> None:
    """Clocks go from 02:00 to 03:00 on 9 March and from 02:00 back to 01:00 on 2 November."""
    assert moment_ns("2025-03-09 03:00:00") - moment_ns("2025-03-09 01:59:59") == 1 * S
    assert moment_ns("2025-11-02 02:00:00") - moment_ns("2025-11-02 00:59:59") == (2 * 3600 + 1) * S
    assert clock(moment_ns("2025-11-02 02:00:00")) == "2025-11-02 02:00:00"


@pytest.mark.parametrize("text", ["noon", "2025-10-14 25:00", "12:04:50", "", "2025-10-14 12:04:50 New York"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NoMoment, match=r"is not a time\. Expected New York time, for example"):
        moment_ns(text)


@pytest.mark.parametrize("text", ["2025-10", "20251001", "2025-W40-1", "2025-10-01T00:00", "2025-10-1", "2025-02-30", ""])
def test_only_a_whole_iso_date_is_a_date(text: str) -> None:
    assert not is_date(text)
    assert is_date("2025-10-01")
