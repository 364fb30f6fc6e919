"""How far back levels look: the usual five days, and as many sessions as a level asks for, with the evening before the first."""

from __future__ import annotations

import pytest

from src.data_eng.sources.calendar import sessions_back
from src.data_eng.stages.lookback import dates_needed, days_needed, first_date_needed


@pytest.mark.parametrize(
    ("date", "level_ids", "first"),
    [
        ("2025-10-16", (), "2025-10-11"),
        ("2025-10-16", ("pm_high", "pd_high", "sma_90", "mine"), "2025-10-11"),
        ("2025-10-13", ("week_open",), "2025-10-06"),  # four sessions before Monday: Tuesday, which begins on Monday evening
        ("2025-10-17", ("vwap_week",), "2025-10-12"),  # Monday, which begins on Sunday evening
        ("2025-10-17", ("vwap_week", "pw_high"), "2025-10-05"),
        ("2025-09-05", ("vwap_week",), "2025-08-28"),  # Labor Day is no session: four before Friday the 5th lie back to Friday the 29th
    ],
)
def test_the_first_date_is_that_of_the_level_that_looks_back_furthest(date: str, level_ids: tuple[str, ...], first: str) -> None:
    assert first_date_needed(date, level_ids) == first
    dates = dates_needed(date, level_ids)
    assert (dates[0], dates[-1], dates) == (first, date, sorted(set(dates)))


def test_a_build_goes_back_as_far_as_any_of_its_sessions_needs() -> None:
    """Of Monday, nine sessions reach back to a Tuesday, and to its Monday evening: 14 days. Of Friday 12."""
    assert days_needed(["2025-10-17"], ["pw_low"]) == 12
    assert days_needed(["2025-10-13", "2025-10-17"], ["pw_low"]) == 14
    assert days_needed(["2025-10-17"], ["pm_high"]) == days_needed([], ["pw_low"]) == 5


def test_sessions_are_counted_back_from_any_date() -> None:
    assert [sessions_back("2025-10-13", count) for count in (1, 2, 6)] == ["2025-10-10", "2025-10-09", "2025-10-03"]
    assert sessions_back("2025-10-12", 1) == "2025-10-10"
    assert sessions_back("2005-01-04", 9) == "2005-01-03"
