"""Intervals and permutations over sessions: against their twins, by their properties, and on simulated noise where the truth is known."""

from __future__ import annotations

from itertools import permutations as orders
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from src.data_eng.evaluation.resampling import (
    BadReference,
    corrected_p,
    detectable_skill,
    exceedance,
    givers,
    permutation,
    sessions_for,
    shuffled,
    skill,
    standard_error,
)
from src.data_eng.evaluation.scores import NO_CLASS, brier, by_class, cumulated, rps
from src.data_eng.retrieval.day_blocks import MIN_SESSIONS, ratio, session_counts
from tests.parity import naive_scores

pytestmark = pytest.mark.slow

BASE = np.array([0.3, 0.45, 0.25])


def normalised(raw: np.ndarray) -> np.ndarray:
    return np.asarray(raw / raw.sum(axis=-1, keepdims=True))


def outcomes(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray((p.cumsum(axis=1)[:, :2] < rng.random((len(p), 1))).sum(axis=1))


def noise(
    seed: int, sessions: int = 30, series: int = 3, per_session: float = 3, day_effect: float = 0.0, present: float = 1.0, busy: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Forecasts that know nothing, outcomes, true frequencies, days and series; forecasts and outcomes each lean their own way each day.

    `present` is the share of sessions in which a series appears, `busy` how much more episodes some sessions have.
    """
    rng = np.random.default_rng(seed)
    rate = per_session * np.exp(busy * rng.normal(size=(sessions, 1)))
    episodes = rng.poisson(rate * np.ones(series)) * (rng.random((sessions, series)) < present)
    day = np.repeat(np.repeat(np.arange(sessions), series), episodes.ravel())
    which = np.repeat(np.tile(np.arange(series), sessions), episodes.ravel())
    lean_of_outcomes, lean_of_forecasts = rng.normal(size=(2, sessions, 3)) * day_effect
    outcome = outcomes(normalised(BASE * np.exp(lean_of_outcomes[day])), rng)
    own = 0.2 * rng.normal(size=(len(day), 3))
    p = normalised(BASE * np.exp(0.5 * lean_of_forecasts[day] + own))
    return p, outcome, np.tile(BASE, (len(day), 1)), day, which


def scored_noise(seed: int = 0, **shape: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    p, outcome, reference, day, _ = noise(seed, **shape)  # type: ignore[arg-type]
    return rps(p, outcome), rps(reference, outcome), day


class TestSkill:
    def test_worked_by_hand(self) -> None:
        # The second has no reference, the third no score: 1 - (0.2 + 0.4) / (0.5 + 0.3).
        found = skill(
            np.array([0.2, 0.9, np.nan, 0.4]), np.array([0.5, np.nan, 0.1, 0.3]), np.array([0, 0, 1, 2]), draws=10, interval=0.95, seed=1
        )
        assert found.value == pytest.approx(0.25)
        assert (found.episodes, found.sessions) == (2, 2)
        assert np.isnan([found.low, found.high]).all()

    def test_a_reference_against_itself_has_exactly_none(self) -> None:
        _, reference, day = scored_noise()
        found = skill(reference, reference, day, 200, 0.95, 1)
        assert found[:3] == (0.0, 0.0, 0.0)

    def test_nothing_scored_is_no_skill_and_no_error(self) -> None:
        found = skill(np.full(3, np.nan), np.ones(3), np.arange(3), 100, 0.95, 1)
        assert np.isnan(found.value)
        assert (found.episodes, found.sessions) == (0, 0)

    def test_a_reference_that_is_never_wrong_cannot_be_compared_with(self) -> None:
        assert np.isnan(skill(np.ones(20), np.zeros(20), np.arange(20), 100, 0.95, 1)[:3]).all()

    def test_an_interval_takes_a_number_of_sessions_however_many_episodes(self) -> None:
        rng = np.random.default_rng(0)
        score, reference = rng.random((2, 1000))
        few, enough = np.arange(1000) % (MIN_SESSIONS - 1), np.arange(1000) % MIN_SESSIONS
        assert np.isnan(skill(score, reference, few, 100, 0.95, 1).low)
        assert np.isfinite(skill(score, reference, enough, 100, 0.95, 1).low)

    def test_the_interval_is_that_of_episodes_drawn_with_their_sessions(self) -> None:
        score, reference, day = scored_noise(sessions=8)
        sessions = np.unique(day)
        counts = session_counts(len(sessions), 300, 1)
        drawn = [
            naive_scores.drawn_ratio(score.tolist(), reference.tolist(), day.tolist(), dict(zip(sessions, times.astype(int), strict=True)))
            for times in counts
        ]
        n = len(sessions)
        tail = stats.norm.cdf(-np.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1))
        found = ratio(score, reference, day, 300, 0.95, 1)
        assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, (tail, 1 - tail))))

    def test_draws_in_which_the_reference_was_never_wrong_are_left_out(self) -> None:
        # A third of the draws miss the one session that has a reference; in the others the ratio is at least 0.5.
        reference = np.array([1.0, 0, 0, 0, 0, 0])
        found = ratio(np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1]), reference, np.arange(6), 500, 0.5, 1)
        assert 0.5 <= found.low < found.high < 2

    def test_sessions_are_drawn_as_often_as_there_are_with_equal_chance(self) -> None:
        counts = session_counts(7, 4000, 3)
        assert (counts.sum(axis=1) == 7).all()
        assert counts.mean(axis=0) == pytest.approx(np.ones(7), abs=0.06)

    def test_repeating_every_episode_within_its_session_changes_nothing(self) -> None:
        score, reference, day = scored_noise(day_effect=1.0)
        once = skill(score, reference, day, 500, 0.95, 1)
        often = skill(np.repeat(score, 9), np.repeat(reference, 9), np.repeat(day, 9), 500, 0.95, 1)
        assert often[:3] == pytest.approx(once[:3])

    def test_taking_repeated_episodes_for_sessions_would_shrink_the_interval(self) -> None:
        score, reference, day = (np.repeat(one, 9) for one in scored_noise(day_effect=1.0))
        right = skill(score, reference, day, 500, 0.95, 1)
        wrong = skill(score, reference, np.arange(len(day)), 500, 0.95, 1)
        assert (wrong.high - wrong.low) < 0.5 * (right.high - right.low)

    @pytest.mark.parametrize("sessions", [10, 40])
    def test_the_interval_holds_the_truth_about_as_often_as_it_says(self, sessions: int) -> None:
        many = [scored_noise(seed, sessions=200, day_effect=1.0) for seed in range(1000, 1040)]
        truth = 1 - sum(score.sum() for score, _, _ in many) / sum(reference.sum() for _, reference, _ in many)
        found = [skill(*scored_noise(seed, sessions=sessions, day_effect=1.0), 400, 0.95, 1) for seed in range(300)]
        assert np.mean([one.low <= truth <= one.high for one in found]) == pytest.approx(0.95, abs=0.03)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10**6), st.integers(MIN_SESSIONS, 15))
    def test_the_order_of_episodes_and_the_names_of_sessions_do_not_matter(self, seed: int, sessions: int) -> None:
        rng = np.random.default_rng(seed)
        day = np.concatenate([np.arange(sessions), rng.integers(0, sessions, 40)])
        score, reference = rng.random((2, len(day)))
        order = rng.permutation(len(day))
        plain = skill(score, reference, day, 50, 0.9, 1)
        assert plain.low <= plain.high
        assert skill(score[order], reference[order], day[order] * 3 + 100, 50, 0.9, 1) == pytest.approx(plain)


class TestDetectableSkill:
    def test_is_that_many_standard_errors_of_a_mean_over_equal_sessions(self) -> None:
        # One episode a session and a reference of 1: skill is 1 - mean, its error the spread over sessions / sqrt(n - 1).
        score = np.random.default_rng(0).normal(1, 0.3, 8)
        found = detectable_skill(score, np.ones(8), np.arange(8), 0.8, 0.95, 20_000, 1)
        error = score.std() / np.sqrt(7)
        assert found == pytest.approx((2.3646 + 0.8416) * error, rel=0.02)

    def test_a_skill_so_large_is_shown_four_times_in_five(self) -> None:
        smallest = (2.0010 + 0.8416) * 0.3 / np.sqrt(60)
        shown = 0
        for seed in range(400):
            score = np.random.default_rng(seed).normal(1 - smallest, 0.3, 60)
            shown += skill(score, np.ones(60), np.arange(60), 400, 0.95, 1).low > 0
        assert shown / 400 == pytest.approx(0.8, abs=0.05)

    def test_four_times_the_sessions_find_half_the_skill(self) -> None:
        score, reference, day = scored_noise(day_effect=1.0, sessions=40)
        longer = np.concatenate([day + 40 * copy for copy in range(4)])
        few = detectable_skill(score, reference, day, 0.8, 0.95, 4000, 1)
        many = detectable_skill(np.tile(score, 4), np.tile(reference, 4), longer, 0.8, 0.95, 4000, 1)
        assert many == pytest.approx(few / 2, rel=0.08)

    def test_too_few_sessions_give_no_p_value(self) -> None:
        assert np.isnan(detectable_skill(np.ones(9), np.ones(9), np.arange(9) % 3, 0.8, 0.95, 100, 1))


class TestSessionsFor:
    def test_as_many_as_there_are_show_what_they_can_show(self) -> None:
        score, reference, day = scored_noise(day_effect=1.0, sessions=40)
        error, sessions = standard_error(score, reference, day, 2000, 1)
        shown = detectable_skill(score, reference, day, 0.8, 0.95, 2000, 1)
        assert sessions_for(shown + 1e-9, error, sessions, 0.8, 0.95) == sessions == 40

    def test_half_the_skill_takes_about_four_times_the_sessions(self) -> None:
        # 100 sessions with an error of .01 show (1.984 + .842) x .01; half of it takes a little less than 400, whose t is smaller.
        assert sessions_for(0.02826, 0.01, 100, 0.8, 0.95) == 100
        assert 390 < sessions_for(0.01413, 0.01, 100, 0.8, 0.95) < 400

    def test_never_fewer_than_an_interval_takes(self) -> None:
        assert sessions_for(0.5, 1e-6, 30, 0.8, 0.95) == MIN_SESSIONS


class TestDealing:
    def test_every_order_stands_for_another_permutation(self) -> None:
        words = np.array(list(orders(range(5))))
        found = {tuple(sorted(zip(word, whom, strict=True))) for word, whom in zip(words.tolist(), givers(words).tolist(), strict=True)}
        assert len(found) == 120

    def test_without_some_sessions_the_others_are_still_permuted_evenly(self) -> None:
        words = np.array(list(orders(range(5))))
        fewer = words[words < 4].reshape(-1, 4)
        found = [tuple(sorted(zip(word, whom, strict=True))) for word, whom in zip(fewer.tolist(), givers(fewer).tolist(), strict=True)]
        assert {found.count(one) for one in found} == {5}
        assert len(set(found)) == 24

    def test_the_givers_are_those_of_the_twin(self) -> None:
        words = np.array([np.random.default_rng(seed).permutation(9) for seed in range(50)])
        for word, from_whom in zip(words.tolist(), givers(words).tolist(), strict=True):
            assert dict(zip(word, from_whom, strict=True)) == naive_scores.givers(word)

    def test_sessions_keep_their_order_whichever_others_there_are(self) -> None:
        many, few = np.array([3, 5, 8, 13]), np.array([3, 13])
        all_orders, two = many[shuffled(many, 40, 7)], few[shuffled(few, 40, 7)]
        assert [[session for session in row if session in few] for row in all_orders.tolist()] == two.tolist()


class TestPermutation:
    @pytest.mark.parametrize("seed", range(4))
    def test_is_its_twin(self, seed: int) -> None:
        p, outcome, reference, day, series = noise(seed, sessions=6, per_session=1.5, day_effect=1.0, busy=0.7, present=0.7)
        outcome[::5], p[2] = NO_CLASS, np.nan
        scored = (outcome != NO_CLASS) & np.isfinite(p[:, 0])
        found = permutation(p, outcome, reference, day, series, 30, seed, cumulated)
        sessions = np.unique(day[scored])
        words = sessions[shuffled(sessions, 30, seed)].tolist()
        observed, draws = naive_scores.permuted(p.tolist(), outcome.tolist(), reference.tolist(), day.tolist(), series.tolist(), words)
        assert found.observed == pytest.approx(observed)
        assert found.draws == pytest.approx(draws)
        assert found.p == pytest.approx((1 + sum(draw >= observed - 1e-12 for draw in draws)) / 31)

    def test_the_observed_is_the_skill(self) -> None:
        p, outcome, reference, day, series = noise(5, day_effect=1.0)
        for score, parts in ((brier, by_class), (rps, cumulated)):
            expected = skill(score(p, outcome), score(reference, outcome), day, 10, 0.95, 1).value
            assert permutation(p, outcome, reference, day, series, 5, 1, parts).observed == pytest.approx(expected)

    def test_the_reference_itself_has_no_skill_by_any_deal(self) -> None:
        _, outcome, reference, day, series = noise(1)
        found = permutation(reference, outcome, reference, day, series, 99, 1)
        assert found.observed == 0
        assert (found.draws == 0).all()
        assert found.p == 1

    def test_a_single_session_proves_nothing(self) -> None:
        p, outcome, reference, _, series = noise(1)
        found = permutation(p, outcome, reference, np.zeros(len(p), np.int64), series, 99, 1)
        assert found.draws == pytest.approx(np.full(99, found.observed))
        assert found.p == 1

    def test_nothing_scored_gives_no_p(self) -> None:
        p, _, reference, day, series = noise(1)
        found = permutation(p, np.full(len(p), NO_CLASS), reference, day, series, 9, 1)
        assert np.isnan(found.observed)
        assert np.isnan(found.p)
        assert len(found.draws) == 9

    def test_forecasts_that_know_are_separated_from_chance(self) -> None:
        _, outcome, reference, day, series = noise(2, day_effect=0.5)
        knowing = 0.9 * reference + 0.1 * np.eye(3)[outcome]
        found = permutation(knowing, outcome, reference, day, series, 999, 1)
        assert found.p == pytest.approx(0.001)
        assert found.draws.max() < found.observed

    def test_forecasts_that_know_the_contrary_are_worse_than_chance(self) -> None:
        _, outcome, reference, day, series = noise(2)
        contrary = 1.05 * reference - 0.05 * np.eye(3)[outcome]
        assert permutation(contrary, outcome, reference, day, series, 199, 1).p == pytest.approx(1.0)

    @pytest.mark.parametrize(
        "shape",
        [
            pytest.param({}, id="plain"),
            pytest.param({"day_effect": 1.0, "busy": 0.8}, id="strong effects of the session, some far busier"),
            pytest.param({"day_effect": 1.0, "series": 10, "present": 0.3, "per_session": 2}, id="strong effects, series often absent"),
        ],
    )
    def test_on_noise_p_is_about_uniform(self, shape: dict[str, Any]) -> None:
        p_values = np.array([permutation(*noise(seed, **shape), 199, seed).p for seed in range(300)])
        assert stats.kstest(p_values, "uniform").pvalue > 0.01
        assert (p_values <= 0.05).mean() == pytest.approx(0.05, abs=0.03)

    def test_a_drifting_climatology_with_noise_on_it_does_not_seem_to_know(self) -> None:
        p_values = []
        for seed in range(200):
            rng = np.random.default_rng(seed)
            day = np.repeat(np.arange(30), 8)
            drift = normalised(BASE * np.exp(np.linspace(-1, 1, 30)[:, None] * np.array([1.0, -1.0, 0.0])))[day]
            noisy = normalised(drift * np.exp(0.1 * rng.normal(size=drift.shape)))
            p_values.append(permutation(noisy, outcomes(drift, rng), drift, day, np.zeros(len(day), np.int64), 99, seed).p)
        assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.04)

    def test_the_scores_of_a_reference_are_not_taken_for_its_forecasts(self) -> None:
        p, outcome, reference, day, series = noise(1)
        with pytest.raises(BadReference, match="Hand in the reference's forecasts, not its scores"):
            permutation(p, outcome, rps(reference, outcome), day, series, 9, 1)


class TestCorrectedP:
    def test_is_its_twin(self) -> None:
        draws = np.random.default_rng(0).normal(size=(5, 200)) * np.array([[1], [9], [0.1], [2], [3]]) + 7
        for observed in (6.0, 7.0, 8.5, 9.0, 12.0):
            expected = naive_scores.corrected_p(observed, draws[0].tolist(), draws[1:].tolist())
            assert corrected_p(observed, draws[0], list(draws[1:])) == pytest.approx(expected)

    def test_alone_it_is_the_p_of_the_permutation(self) -> None:
        found = permutation(*noise(3), 199, 1)
        assert corrected_p(found.observed, found.draws, []) == pytest.approx(found.p)

    def test_a_copy_of_the_trial_costs_nothing_and_every_other_trial_something(self) -> None:
        own, other = np.random.default_rng(0).normal(size=(2, 999))
        alone = corrected_p(2.0, own, [])
        assert corrected_p(2.0, own, [own, 3 * own + 1]) == alone
        assert corrected_p(2.0, own, [other]) > alone

    def test_the_spread_of_another_trial_does_not_matter(self) -> None:
        own, other = np.random.default_rng(1).normal(size=(2, 999))
        assert corrected_p(2.0, own, [1000 * other + 5]) == corrected_p(2.0, own, [other])

    def test_the_best_of_ten_trials_on_noise_is_below_5_percent_one_time_in_twenty(self) -> None:
        best, raw = [], []
        for seed in range(400):
            z = np.random.default_rng(seed).normal(size=(10, 200))
            corrected = [corrected_p(z[i, 0], z[i, 1:], [z[k, 1:] for k in range(10) if k != i]) for i in range(10)]
            best.append(min(corrected))
            raw.append(min(exceedance(z[i, 0], z[i, 1:]) for i in range(10)))
        assert np.mean(np.array(best) <= 0.05) == pytest.approx(0.05, abs=0.025)
        assert np.mean(np.array(raw) <= 0.05) > 0.3

    def test_trials_of_other_numbers_of_draws_still_count(self) -> None:
        own, other = np.random.default_rng(0).normal(size=(2, 999))
        for count in (99, 5000):
            assert corrected_p(2.0, own, [np.resize(other, count)]) > corrected_p(2.0, own, [])

    def test_trials_without_draws_that_vary_count_for_nothing(self) -> None:
        own = np.random.default_rng(0).normal(size=99)
        assert corrected_p(1.0, own, [np.full(99, np.nan), np.zeros(99)]) == corrected_p(1.0, own, [])
        assert corrected_p(1.0, np.zeros(99), [own]) == 1
        assert np.isnan(corrected_p(np.nan, np.full(99, np.nan), [own]))

    @given(st.lists(st.floats(-5, 5), min_size=3, max_size=30), st.floats(-5, 5), st.floats(0, 3))
    def test_a_p_value_is_never_0_and_falls_with_the_skill(self, draws: list[float], observed: float, more: float) -> None:
        low, high = (exceedance(value, np.array(draws)) for value in (observed + more, observed))
        assert 0 < low <= high <= 1
