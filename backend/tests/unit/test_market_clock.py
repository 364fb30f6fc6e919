"""The market's clock against the wall's, at any speed, over every change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.market_clock import MarketClock

S = 1_000_000_000
COMMANDS = st.sampled_from(["pause", "resume", 1, 12, 240]) | st.integers(0, 9).map(lambda to: ("seek", to))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(COMMANDS, st.integers(0, 9)), max_size=30))
def test_it_shows_the_sum_of_what_ran_at_each_speed(steps: list[tuple[str | int | tuple[str, int], int]]) -> None:
    clock, now_s, market_s, speed, runs = MarketClock(1_000 * S, 12, 0), 0, 1_000, 12, True
    for command, passed_s in steps:
        now_s += passed_s
        market_s += passed_s * speed if runs else 0
        assert clock.market_ns(now_s) == market_s * S
        assert clock.wait_s((market_s + 24) * S, now_s) == (pytest.approx(24 / speed) if runs else None)
        if command == "pause":
            clock.pause(now_s)
            runs = False
        elif command == "resume":
            clock.resume(now_s)
            runs = True
        elif isinstance(command, int):
            clock.set_speed(command, now_s)
            speed = command
        elif isinstance(command, tuple):
            market_s = command[1]
            clock.seek(market_s * S, now_s)


def test_it_does_not_drift_over_changes_and_stands_still_when_paused() -> None:
    clock = MarketClock(1_000 * S, 10.0, now_s=50.0)
    assert clock.wait_s(1_005 * S, 50.0) == pytest.approx(0.5)
    clock.set_speed(2.0, 50.25)
    assert clock.market_ns(50.25) == 1_002 * S + S // 2
    assert clock.wait_s(1_005 * S, 50.25) == pytest.approx(1.25)
    clock.pause(51.0)
    clock.pause(60.0)
    assert clock.wait_s(1_005 * S, 99.0) is None
    clock.resume(99.0)
    assert clock.wait_s(1_005 * S, 99.0) == pytest.approx(0.5)
    for step in range(1_000):
        clock.set_speed(1.0 + step % 2, 99.0 + step)
    assert clock.market_ns(1_099.0) == (1_004 + 500 * 1 + 500 * 2) * S


def test_one_that_has_not_begun_waits_for_no_time_and_a_past_time_is_below_zero() -> None:
    clock = MarketClock(100 * S, 10.0, 0.0, runs=False)
    assert (clock.market_ns(7.0), clock.wait_s(90 * S, 7.0)) == (100 * S, None)
    clock.seek(120 * S, 8.0)
    assert clock.market_ns(9.0) == 120 * S
    clock.resume(10.0)
    assert clock.wait_s(90 * S, 10.0) == -3.0
