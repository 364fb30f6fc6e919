"""Volatility now and usual, and the barrier: by hand, by a slow twin, and at every edge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.volatility import (
    SIGMA_FLOOR,
    VARIANCE_FLOOR,
    barrier,
    clock_profile,
    log_liveliness,
    realised_variance,
    squared_changes,
    volatility,
)

NAN = math.nan
mids = st.lists(st.one_of(st.integers(-40, 40).map(lambda half_ticks: half_ticks / 2), st.just(NAN)), min_size=1, max_size=70)


def naive_rv(mid: list[float], window: int, rv_windows: int) -> float:
    squares = []
    for i in range(max(window - rv_windows + 1, 1), window + 1):
        change = mid[i] - mid[i - 1]
        if not math.isnan(change):
            squares.append(change * change)
    return sum(squares) / len(squares) / 5 if squares else NAN


def naive_profile(past: list[list[float]], window: int, sessions: int, reach: int) -> float:
    squares = [
        square
        for session in past[-sessions:]
        for other, square in enumerate(session)
        if abs(other - window) <= reach and not math.isnan(square)
    ]
    return sum(squares) / len(squares) / 5 if squares else NAN


def test_rv_by_hand() -> None:
    # Changes 1, -2, NaN, NaN, 0: squares 1 4 . . 0. Over three windows: -, 1, 5/2, 5/2, 4, 0; by 5 s.
    mid = np.array([10.0, 11.0, 9.0, NAN, 8.0, 8.0])
    expected = [NAN, 1 / 5, 2.5 / 5, 2.5 / 5, 4 / 5, 0.0]
    np.testing.assert_allclose(realised_variance(squared_changes(mid), 3), expected)


def test_rv_looks_back_on_exactly_its_windows() -> None:
    # One jump of 5 ticks in window 1: seen until window 24, the 24th that holds it, and gone in window 25.
    mid = np.concatenate([[0.0], np.full(30, 5.0)])
    rv = realised_variance(squared_changes(mid), 24)
    assert rv[1] == 25 / 5
    assert rv[24] == pytest.approx(25 / 24 / 5, abs=0)
    assert rv[25] == 0


@given(mids, st.integers(1, 30))
@settings(deadline=None)
def test_rv_equals_its_twin(mid: list[float], rv_windows: int) -> None:
    expected = [naive_rv(mid, window, rv_windows) for window in range(len(mid))]
    np.testing.assert_allclose(realised_variance(squared_changes(np.array(mid)), rv_windows), expected, rtol=1e-12)


@given(mids, st.integers(1, 69))
@settings(deadline=None)
def test_rv_of_a_day_cut_short_is_the_same_up_to_the_cut(mid: list[float], cut: int) -> None:
    whole = realised_variance(squared_changes(np.array(mid)), 24)
    np.testing.assert_array_equal(realised_variance(squared_changes(np.array(mid[:cut])), 24), whole[:cut])


def random_past(seed: int, sessions: int, windows: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    squares = rng.integers(0, 9, (sessions, windows)) / 4
    return np.where(rng.random(squares.shape) < 0.3, NAN, squares)


@pytest.mark.parametrize("sessions", [0, 1, 3, 12])
def test_the_profile_equals_its_twin(sessions: int) -> None:
    past = random_past(sessions, sessions, 60)
    expected = [naive_profile(past.tolist(), window, 10, 7) for window in range(60)]
    np.testing.assert_allclose(clock_profile(past, 10, span_s=35), expected, rtol=1e-12)


def test_the_profile_knows_only_its_last_sessions() -> None:
    past = np.zeros((11, 300))
    past[0] = 1000.0
    assert (clock_profile(past, 10) == 0).all()
    assert (clock_profile(past, 11) > 0).all()


def test_the_profile_reaches_ten_minutes_either_way_and_no_further() -> None:
    past = np.zeros((1, 500))
    past[0, 250] = 241.0
    prof = clock_profile(past, 10)
    assert np.flatnonzero(prof).tolist() == list(range(130, 371))
    assert prof[250] == pytest.approx(241 / 241 / 5)


def test_sigma_by_hand() -> None:
    # (24 x .5 + 30 x .2) / 54 = 18 / 54 = 1/3.
    assert volatility(np.array([0.5]), np.array([0.2]), 24, 30)[0] == pytest.approx(math.sqrt(1 / 3))


def test_without_a_past_or_a_history_the_other_stands_alone() -> None:
    rv, prof = np.array([0.5, NAN, NAN]), np.array([NAN, 0.2, NAN])
    np.testing.assert_allclose(volatility(rv, prof, 24, 30), [math.sqrt(0.5), math.sqrt(0.2), SIGMA_FLOOR])


def test_sigma_never_falls_below_its_floor() -> None:
    just_above, below = SIGMA_FLOOR**2 * 1.01, SIGMA_FLOOR**2 * 0.99
    sigma = volatility(np.array([0.0, below, just_above]), np.array([0.0, below, just_above]), 24, 30)
    assert sigma[:2].tolist() == [SIGMA_FLOOR] * 2
    assert sigma[2] > SIGMA_FLOOR


def test_liveliness_takes_logs_of_floored_variances() -> None:
    rv = np.array([0.8, 0.001, 0.001, 0.4, NAN, NAN])
    prof = np.array([0.2, 0.08, NAN, 0.0, 0.2, NAN])
    expected = [math.log(4) / 2, math.log(VARIANCE_FLOOR / 0.08) / 2, 0.0, math.log(0.4 / VARIANCE_FLOOR) / 2, 0.0, 0.0]
    np.testing.assert_allclose(log_liveliness(rv, prof), expected, atol=1e-15)


@pytest.mark.parametrize(
    ("sigma", "ticks"),
    [
        (0.14, 8),  # .9 x .14 x 18.97 = 2.39: the minimum
        (0.5, 9),  # 8.538 + .5 = 9.04
        (8.49 / (0.9 * math.sqrt(360)), 8),  # rounded half up, so 8.49 is 8
        (8.51 / (0.9 * math.sqrt(360)), 9),
        (2.0, 34),  # 34.15 + .5
    ],
)
def test_the_barrier_is_rounded_and_has_a_minimum(sigma: float, ticks: int) -> None:
    b = barrier(np.array([sigma]), 0.9, 8, 360)
    assert b.tolist() == [ticks]
    assert b.dtype == np.int64


def test_half_a_tick_is_rounded_up() -> None:
    assert barrier(np.array([1.0]), 0.5, 8, 441).tolist() == [11]  # .5 x 21 = 10.5


def test_a_quarter_of_driftless_entries_is_undecided_at_the_primary_horizon() -> None:
    # x = -5, the near zone's edge, over volatilities where the barrier is not its minimum.
    from src.data_eng.core.passage import barrier_probabilities

    sigma = np.linspace(0.8, 2.0, 25)
    chance = barrier_probabilities(np.full(25, -5.0), barrier(sigma, 0.9, 8, 360).astype(np.float64), sigma, np.array([360]))
    assert 1 - chance.sum(axis=-1).mean() == pytest.approx(0.25, abs=0.05)
