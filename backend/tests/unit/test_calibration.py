"""Reliability, lift and sharpness: by hand, against their twins, and on simulated forecasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.evaluation.calibration import by_lift, reliability, sharpness, wilson
from tests.parity import naive_scores


def forecasts(seed: int, sessions: int = 60, per_session: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Forecasts, outcomes drawn from them, and days: reliable by construction, and every session alike."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet((3, 4, 3), sessions * per_session)
    outcome = (p.cumsum(axis=1)[:, :2] < rng.random((len(p), 1))).sum(axis=1)
    return p, outcome, np.repeat(np.arange(sessions), per_session)


class TestReliability:
    def test_worked_by_hand(self) -> None:
        # .31 and .39 share a tenth, .4 begins the next; 1 belongs to the last.
        p, came = np.array([0.31, 1.0, 0.39, 0.4]), np.array([0, 1, 1, 0])
        third, fourth, last = reliability(p, came, np.arange(4), draws=100, interval=0.95, seed=1)
        assert (third.p, third.frequency, third.windows) == pytest.approx((0.35, 0.5, 2))
        assert (fourth.p, fourth.frequency, last.p, last.frequency) == pytest.approx((0.4, 0.0, 1.0, 1.0))
        assert np.isnan([third.low, third.high]).all()

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=80))
    def test_is_its_twin(self, rows: list[tuple[int, bool]]) -> None:
        p, came = np.array([row[0] / 1000 for row in rows]), np.array([float(row[1]) for row in rows])
        found = reliability(p, came, np.arange(len(p)), 10, 0.95, 1)
        expected = naive_scores.reliability(p.tolist(), came.tolist())
        np.testing.assert_allclose([(one.p, one.frequency, one.windows) for one in found], expected)

    def test_what_is_censored_or_not_forecast_is_left_out(self) -> None:
        p, came = np.array([0.1, np.nan, 0.3]), np.array([0.0, 1.0, np.nan])
        assert [one.windows for one in reliability(p, came, np.arange(3), 10, 0.95, 1)] == [1]
        assert reliability(np.full(3, np.nan), came, np.arange(3), 10, 0.95, 1) == []

    def test_the_interval_of_what_never_or_always_happened_is_that_of_independent_episodes(self) -> None:
        # Wilson with no success: from 0 to z2 / (n + z2).
        (found,) = reliability(np.full(40, 0.1), np.zeros(40), np.arange(40) % 10, 100, 0.95, 1)
        reach = 1.96**2 / (40 + 1.96**2)
        assert (found.low, found.high) == pytest.approx((0, reach), abs=1e-4)
        (always,) = reliability(np.full(40, 0.9), np.ones(40), np.arange(40) % 10, 100, 0.95, 1)
        assert (always.low, always.high) == pytest.approx((1 - reach, 1), abs=1e-4)

    def test_episodes_that_repeat_their_session_widen_the_interval(self) -> None:
        came = np.random.default_rng(0).integers(0, 2, 30)
        (alone,) = reliability(np.full(30, 0.5), came, np.arange(30), 500, 0.95, 1)
        (often,) = reliability(np.full(600, 0.5), np.repeat(came, 20), np.repeat(np.arange(30), 20), 500, 0.95, 1)
        independent = wilson(often.frequency, often.windows, 0.95)
        assert often.high - often.low == pytest.approx(alone.high - alone.low, rel=0.1)
        assert often.high - often.low > 3 * (independent[1] - independent[0])

    def test_reliable_forecasts_lie_on_the_diagonal(self) -> None:
        p, outcome, day = forecasts(0, sessions=200)
        found = [one for k in range(3) for one in reliability(p[:, k], outcome == k, day, 500, 0.95, 1)]
        assert np.mean([one.low <= one.p <= one.high for one in found]) >= 0.85
        assert max(abs(one.p - one.frequency) for one in found if one.windows >= 100) < 0.1


class TestLift:
    def test_worked_by_hand(self) -> None:
        # Lifts -.2 -.1 0 .1 .2: a fifth each. The first was said .3 where .5 is usual, and did not come.
        base, lift = np.full(5, 0.5), np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
        found = by_lift(base + lift, base, np.array([0, 0, 1, 1, 1]), np.arange(5), 100, 0.95, 1)
        assert [one.bin.p for one in found] == pytest.approx([0.3, 0.4, 0.5, 0.6, 0.7])
        assert [one.bin.frequency for one in found] == [0, 0, 1, 1, 1]
        assert [one.base for one in found] == [0.5] * 5

    def test_one_that_never_departs_has_a_single_bin(self) -> None:
        p, outcome, day = forecasts(1)
        (found,) = by_lift(p[:, 0], p[:, 0], outcome == 0, day, 100, 0.95, 1)
        assert (found.base, found.bin.windows) == (found.bin.p, len(p))
        assert by_lift(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64), 100, 0.95, 1) == []

    def test_where_more_was_added_more_came(self) -> None:
        p, outcome, day = forecasts(2, sessions=200)
        found = by_lift(p[:, 0], np.full(len(p), p[:, 0].mean()), outcome == 0, day, 100, 0.95, 1)
        frequencies = [one.bin.frequency for one in found]
        assert len(found) == 5
        assert frequencies == sorted(frequencies)


class TestSharpness:
    def test_worked_by_hand(self) -> None:
        # About the mean (.4, .3, .3) each is off by .1, .1, 0: the root of (.01 + .01 + 0) / 3.
        p = np.array([[0.5, 0.2, 0.3], [0.3, 0.4, 0.3], [np.nan, np.nan, np.nan]])
        assert sharpness(p) == pytest.approx(np.sqrt(0.02 / 3))

    def test_one_that_always_says_the_same_has_none(self) -> None:
        assert sharpness(np.tile([0.5, 0.2, 0.3], (9, 1))) == pytest.approx(0, abs=1e-12)
        assert np.isnan(sharpness(np.full((2, 3), np.nan)))

    @given(st.floats(0, 1), st.integers(0, 1000))
    def test_shrinking_toward_the_mean_shrinks_it_in_proportion(self, share: float, seed: int) -> None:
        p = np.random.default_rng(seed).dirichlet((1, 1, 1), 20)
        assert sharpness(share * p + (1 - share) * p.mean(axis=0)) == pytest.approx(share * sharpness(p), abs=1e-9)
