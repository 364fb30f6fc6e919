"""What the two sides do together, and how far beyond the ordinary that is."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.physics.state import (
    DOWN,
    EVEN,
    HOLD,
    LEAST_ROWS,
    UP,
    VACUUM,
    Marks,
    balances,
    lowest_fifth,
    marks_of,
    signed_quantile,
    signs,
    slope_through_zero,
)
from src.data_eng.core.pressure import past_scores

TILT, THIN, STANDS = Marks(0.8, 0.9), Marks(0.4, 0.5), -0.3
COUNT = 8


def found(tilt: float = 0.0, vacuum: float = 0.0, most_giving: float = 0.0) -> tuple[int, int]:
    """Balance and mark of the last of eight equal windows."""
    day = balances(np.full(COUNT, tilt), np.full(COUNT, vacuum), np.full(COUNT, most_giving), (TILT, THIN, STANDS), 6)
    return int(day.balance[-1]), int(day.level[-1])


def test_each_of_the_four_has_its_row() -> None:
    assert found() == (EVEN, 0)
    assert found(tilt=0.8) == (UP, 1)
    assert found(tilt=-0.9) == (DOWN, 2)
    assert found(vacuum=0.4) == (VACUUM, 1)
    assert found(vacuum=0.5) == (VACUUM, 2)
    assert found(most_giving=-0.31) == (HOLD, 0)
    assert found(most_giving=-0.3) == (EVEN, 0)


def test_tilt_goes_before_vacuum_and_vacuum_before_hold() -> None:
    assert found(tilt=0.85, vacuum=0.9) == (UP, 1), "how far beyond is said of what is shown"
    assert found(vacuum=0.45, most_giving=-1.0) == (VACUUM, 1)
    assert found(vacuum=-0.9) == (EVEN, 0), "only thinning out is a vacuum"


def test_without_a_past_it_is_even() -> None:
    nothing = Marks(np.nan, np.nan)
    day = balances(np.full(COUNT, 9.0), np.full(COUNT, 9.0), np.full(COUNT, -9.0), (nothing, nothing, float("nan")), 6)
    assert day.balance.tolist() == [EVEN] * COUNT
    assert day.windows.tolist() == list(range(1, COUNT + 1))
    assert not signs(np.full(COUNT, 9.0), float("nan"), 6).sign.any()


def test_a_spell_counts_from_its_first_window() -> None:
    tilt = np.array([0.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
    day = balances(tilt, np.zeros(7), np.zeros(7), (TILT, THIN, STANDS), 6)
    assert day.balance.tolist() == [EVEN, EVEN, UP, UP, UP, DOWN, DOWN]
    assert day.windows.tolist() == [1, 2, 1, 2, 3, 1, 2]


def test_the_mirror_of_up_is_down() -> None:
    rng = np.random.default_rng(0)
    tilt, vacuum, giving = (rng.normal(0, 1, 400) for _ in range(3))
    one, other = (balances(sign * tilt, vacuum, giving, (TILT, THIN, STANDS), 6) for sign in (1, -1))
    image = np.array([EVEN, DOWN, UP, VACUUM, HOLD])
    assert one.balance.tolist() == image[other.balance].tolist()
    assert one.level.tolist() == other.level.tolist()
    assert set(one.balance.tolist()) == {EVEN, UP, DOWN, VACUUM, HOLD}


def test_marks_are_quantiles_of_enough_past() -> None:
    past = np.arange(101.0)
    assert marks_of(np.append(past, np.nan), 0.8, 0.9) == Marks(80.0, 90.0)
    assert lowest_fifth(past) == 20.0
    assert np.isnan(marks_of(np.arange(LEAST_ROWS - 1.0), 0.8, 0.9)).all()
    assert np.isfinite(marks_of(np.arange(float(LEAST_ROWS)), 0.8, 0.9)).all()


def test_a_score_is_the_share_of_smaller_values_with_its_sign() -> None:
    past = past_scores(np.abs(np.concatenate([np.arange(1.0, 51.0), -np.arange(51.0, 101.0)])))
    assert signed_quantile(np.array([90.5, -90.5, 1000.0, 0.0]), past).tolist() == [0.9, -0.9, 1.0, 0.0]
    assert signed_quantile(np.array([-100.0]), past).tolist() == [-0.995]
    assert np.isnan(signed_quantile(np.array([1.0]), past[:59])).all()
    assert np.isnan(signed_quantile(np.array([np.nan]), past)).all()


def test_the_slope_is_that_through_zero() -> None:
    moves, tilts = np.array([1.0, -2.0, np.nan, 3.0]), np.array([0.5, -1.0, 9.0, 1.5])
    assert slope_through_zero(moves, tilts) == pytest.approx(0.5)
    assert slope_through_zero(moves, tilts + 1.0) == pytest.approx((1.5 * 1 + 0.0 * -2 + 2.5 * 3) / 14)
    assert slope_through_zero(np.zeros(3), np.ones(3)) == 0.0
