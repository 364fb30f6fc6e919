"""Reliability, sharpness and conformal sets: by hand, against their twins and MAPIE, and on simulated forecasts."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.classification import SplitConformalClassifier
from sklearn.base import BaseEstimator, ClassifierMixin

from src.data_eng.evaluation.calibration import BadCoverage, conformal_sets, coverage, reliability, sharpness, threshold, wilson
from src.data_eng.evaluation.scores import NO_CLASS
from tests.parity import naive_scores


def forecasts(seed: int, sessions: int = 60, per_session: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Forecasts, outcomes drawn from them, and days: reliable by construction, and every session alike."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet((3, 4, 3), sessions * per_session)
    outcome = (p.cumsum(axis=1)[:, :2] < rng.random((len(p), 1))).sum(axis=1)
    return p, outcome, np.repeat(np.arange(sessions), per_session)


class Said(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A classifier that says what it is handed."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> Said:
        self.classes_ = np.arange(3)
        self.n_features_in_ = 3
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return x

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x.argmax(axis=1))


class TestReliability:
    def test_worked_by_hand(self) -> None:
        # Two bins of three: the median of .1 .2 .3 .6 .7 .8 is .3, which goes below.
        p, came = np.array([0.1, 0.8, 0.3, 0.6, 0.2, 0.7]), np.array([0, 1, 1, 0, 0, 1])
        low, high = reliability(p, came, np.arange(6), bins=2, draws=100, interval=0.95, seed=1)
        assert (low.p, low.frequency, low.episodes) == pytest.approx((0.2, 1 / 3, 3))
        assert (high.p, high.frequency, high.episodes) == pytest.approx((0.7, 2 / 3, 3))
        assert np.isnan([low.low, high.high]).all()

    @settings(max_examples=50)
    @given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=80), st.integers(1, 12))
    def test_is_its_twin_with_ties_and_all(self, rows: list[tuple[int, bool]], bins: int) -> None:
        p, came = np.array([row[0] / 20 for row in rows]), np.array([float(row[1]) for row in rows])
        found = reliability(p, came, np.arange(len(p)), bins, 10, 0.95, 1)
        expected = naive_scores.reliability(p.tolist(), came.tolist(), bins)
        np.testing.assert_allclose([(one.p, one.frequency, one.episodes) for one in found], expected)

    def test_equal_forecasts_are_never_parted(self) -> None:
        p = np.repeat([0.2, 0.5], [90, 10])
        found = reliability(p, np.zeros(100), np.arange(100), bins=10, draws=10, interval=0.95, seed=1)
        assert [one.p for one in found] == pytest.approx([0.2, 0.5])
        assert [one.episodes for one in found] == [90, 10]

    def test_what_is_censored_or_not_forecast_is_left_out(self) -> None:
        p, came = np.array([0.1, np.nan, 0.3]), np.array([0.0, 1.0, np.nan])
        assert [one.episodes for one in reliability(p, came, np.arange(3), 1, 10, 0.95, 1)] == [1]
        assert reliability(np.full(3, np.nan), came, np.arange(3), 5, 10, 0.95, 1) == []

    def test_the_interval_of_what_never_or_always_happened_is_that_of_independent_episodes(self) -> None:
        # Wilson with no success: from 0 to z2 / (n + z2).
        (found,) = reliability(np.full(40, 0.1), np.zeros(40), np.arange(40) % 10, 5, 100, 0.95, 1)
        reach = 1.96**2 / (40 + 1.96**2)
        assert (found.low, found.high) == pytest.approx((0, reach), abs=1e-4)
        (always,) = reliability(np.full(40, 0.9), np.ones(40), np.arange(40) % 10, 5, 100, 0.95, 1)
        assert (always.low, always.high) == pytest.approx((1 - reach, 1), abs=1e-4)

    def test_episodes_that_repeat_their_session_widen_the_interval(self) -> None:
        came = np.random.default_rng(0).integers(0, 2, 30)
        (alone,) = reliability(np.full(30, 0.5), came, np.arange(30), 5, 500, 0.95, 1)
        (often,) = reliability(np.full(600, 0.5), np.repeat(came, 20), np.repeat(np.arange(30), 20), 5, 500, 0.95, 1)
        independent = wilson(often.frequency, often.episodes, 0.95)
        assert often.high - often.low == pytest.approx(alone.high - alone.low, rel=0.1)
        assert often.high - often.low > 3 * (independent[1] - independent[0])

    def test_reliable_forecasts_lie_on_the_diagonal(self) -> None:
        p, outcome, day = forecasts(0, sessions=200)
        found = [one for k in range(3) for one in reliability(p[:, k], outcome == k, day, 10, 500, 0.95, 1)]
        assert np.mean([one.low <= one.p <= one.high for one in found]) >= 0.9
        assert max(abs(one.p - one.frequency) for one in found) < 0.1


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


class TestConformalSets:
    def test_the_threshold_is_a_rank_of_the_past(self) -> None:
        # 9 of 10 places: the 9th of 9. With 8 there is no such rank; with 19 it is the 18th.
        assert threshold(np.arange(9.0), 0.9) == 8
        assert np.isnan(threshold(np.arange(8.0), 0.9))
        assert threshold(np.arange(19.0)[::-1], 0.9) == 17
        # 100 times 0.55 is 55, though the machine's product lies just above it.
        assert threshold(np.arange(99.0), 0.55) == 54

    @pytest.mark.parametrize("n", [10, 11, 29, 50, 69, 100, 199])
    def test_threshold_and_sets_are_those_of_mapie(self, n: int) -> None:
        past, outcome, _ = forecasts(n, sessions=n, per_session=1)
        now, _, _ = forecasts(1000 + n, sessions=80, per_session=1)
        oracle = SplitConformalClassifier(Said().fit(past, outcome), confidence_level=0.9, conformity_score="lac", prefit=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            oracle.conformalize(past, outcome)
            _, sets = oracle.predict_set(now)
        limit = threshold(1 - past[np.arange(n), outcome], 0.9)
        likeliest = now == now.max(axis=1, keepdims=True)
        ours, made = conformal_sets(
            np.concatenate([past, now]), np.append(outcome, np.full(80, NO_CLASS)), np.repeat([0, 2], [n, 80]), 0.9, embargo=1
        )
        assert limit == pytest.approx(oracle._mapie_classifier.conformity_score_function_.quantiles_[0])
        assert made.tolist() == [False] * n + [True] * 80
        np.testing.assert_array_equal(ours[n:], sets[:, :, 0] | likeliest)

    @pytest.mark.parametrize("embargo", [0, 1, 3])
    def test_are_those_of_the_twin(self, embargo: int) -> None:
        p, outcome, day = forecasts(3, sessions=15, per_session=4)
        order = np.random.default_rng(0).permutation(len(day))
        p, outcome, day = np.round(p, 1)[order], outcome[order], day[order]
        p = p / p.sum(axis=1, keepdims=True)
        outcome[::9], p[4] = NO_CLASS, np.nan
        sets, made = conformal_sets(p, outcome, day, 0.8, embargo)
        for i in range(len(p)):
            past = [
                (p[j].tolist(), int(outcome[j]))
                for j in range(len(p))
                if day[j] < day[i] - embargo and outcome[j] >= 0 and not np.isnan(p[j, 0])
            ]
            expected = None if np.isnan(p[i, 0]) else naive_scores.conformal_set(p[i].tolist(), past, 8)
            assert made[i] == (expected is not None)
            assert set(np.flatnonzero(sets[i]).tolist()) == (expected or set())

    def test_nothing_after_a_session_changes_its_sets(self) -> None:
        p, outcome, day = forecasts(4)
        sets, _ = conformal_sets(p, outcome, day, 0.9, 1)
        changed = outcome.copy()
        changed[day >= 30] = (changed[day >= 30] + 1) % 3
        again, _ = conformal_sets(p, changed, day, 0.9, 1)
        np.testing.assert_array_equal(again[day <= 31], sets[day <= 31])
        assert (again[day > 31] != sets[day > 31]).any()
        cut, _ = conformal_sets(p[day <= 31], outcome[day <= 31], day[day <= 31], 0.9, 1)
        np.testing.assert_array_equal(cut, sets[day <= 31])

    def test_something_always_comes(self) -> None:
        # A past that was always sure and right sets the threshold to 0.01; then nothing is so likely, and a tie of two.
        sure = np.tile([0.99, 0.005, 0.005], (20, 1))
        p = np.concatenate([sure, [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]]])
        sets, made = conformal_sets(p, np.zeros(22, np.int64), np.append(np.arange(20), [30, 30]), 0.9, 1)
        assert made[20:].all()
        assert sets[20:].tolist() == [[True, False, False], [True, True, False]]

    def test_equally_likely_classes_are_in_together(self) -> None:
        flat = np.tile([0.4, 0.3, 0.3], (40, 1))
        sets, made = conformal_sets(flat, np.arange(40) % 2, np.arange(40), 0.9, 0)
        assert sets[made].all()

    @pytest.mark.parametrize("seed", range(5))
    def test_sets_of_90_percent_hold_what_comes_about_so_often(self, seed: int) -> None:
        p, outcome, day = forecasts(seed, sessions=100)
        sets, made = conformal_sets(p, outcome, day, 0.9, 1)
        found = coverage(sets, made, outcome, day, 500, 0.95, 1)
        assert 0.86 <= found.covered <= 0.94
        assert found.low <= 0.9 <= found.high
        assert found.episodes == made.sum()
        assert found.sessions == 98

    def test_forecasts_that_lie_are_covered_all_the_same_by_larger_sets(self) -> None:
        p, outcome, day = forecasts(0, sessions=100)
        lies = p[:, ::-1]
        honest = coverage(*conformal_sets(p, outcome, day, 0.9, 1), outcome, day, 100, 0.95, 1)
        lying = coverage(*conformal_sets(lies, outcome, day, 0.9, 1), outcome, day, 100, 0.95, 1)
        assert 0.86 <= lying.covered <= 0.96
        assert lying.mean_size > honest.mean_size + 0.1

    @settings(max_examples=30)
    @given(st.integers(0, 10**6), st.sampled_from([(0.5, 0.7), (0.7, 0.9), (0.8, 0.95)]))
    def test_more_coverage_takes_larger_sets(self, seed: int, wanted: tuple[float, float]) -> None:
        p, outcome, day = forecasts(seed, sessions=20, per_session=3)
        (small, _), (large, made) = (conformal_sets(p, outcome, day, one, 1) for one in wanted)
        assert (small[made] <= large[made]).all()

    def test_no_episodes_have_no_sets(self) -> None:
        sets, made = conformal_sets(np.empty((0, 3)), np.empty(0, np.int64), np.empty(0, np.int64), 0.9, 1)
        assert sets.shape == (0, 3)
        assert made.shape == (0,)

    @pytest.mark.parametrize("wanted", [0.0, 1.0, 90.0])
    def test_an_impossible_coverage_is_refused(self, wanted: float) -> None:
        with pytest.raises(BadCoverage, match="Expected a probability between 0 and 1"):
            conformal_sets(*forecasts(0), wanted, 1)


class TestCoverage:
    def test_worked_by_hand(self) -> None:
        # Of four sets one has no outcome and one was not made; of the other two one held what came.
        sets = np.array([[True, False, False], [True, True, False], [True, True, True], [False, False, False]])
        found = coverage(sets, np.array([True, True, True, False]), np.array([0, 2, NO_CLASS, 1]), np.arange(4), 10, 0.95, 1)
        assert (found.covered, found.mean_size, found.episodes, found.sessions) == (0.5, 1.5, 2, 2)

    def test_nothing_made_is_no_coverage(self) -> None:
        found = coverage(np.zeros((2, 3), bool), np.zeros(2, bool), np.array([0, 1]), np.arange(2), 10, 0.95, 1)
        assert np.isnan([found.covered, found.low, found.mean_size]).all()
        assert found.episodes == 0
