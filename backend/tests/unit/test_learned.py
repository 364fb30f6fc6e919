"""The learned weights: likelihood against the plain loop, gradient against small steps, and what is learned of signal and of noise."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.retrieval.learned import group_distances, learn, objective
from tests.parity import naive_metrics

GROUP_SIZES = (5, 20, 12, 3, 30)


class Past:
    """Episodes of a few days whose outcome follows one group of dimensions as strongly as `effect` says."""

    def __init__(self, seed: int, episodes: int = 120, effect: float = 0.0, decides: int = 2) -> None:
        rng = np.random.default_rng(seed)
        self.group_of = np.repeat(np.arange(len(GROUP_SIZES)), GROUP_SIZES)
        self.day = np.arange(episodes) // 3
        shared = rng.standard_normal((episodes, 4)) @ rng.standard_normal((4, len(self.group_of)))
        of_day = rng.standard_normal((episodes, len(self.group_of)))[self.day]
        self.scaled = 0.3 * shared + 0.4 * of_day + rng.standard_normal((episodes, len(self.group_of)))
        cause = rng.standard_normal(episodes)
        self.scaled[:, self.group_of == decides] += effect * cause[:, None]
        signal = effect * cause + 0.5 * rng.standard_normal(episodes)
        self.outcome = np.digitize(signal, np.quantile(signal, (0.35, 0.65)))
        self.even = np.full(len(GROUP_SIZES), 1.0)

    def times(self, pull: float = 1.0) -> np.ndarray:
        return learn(self.scaled, self.group_of, self.even, self.outcome, self.day, pull).times


def test_group_distances_are_means_over_the_dimensions_that_vary() -> None:
    past = Past(0, episodes=9)
    past.scaled[:, 1] = 0.0  # group 0 keeps dimensions 0, 2, 3 and 4
    found = group_distances(past.scaled, past.group_of, len(GROUP_SIZES))
    for group in range(len(GROUP_SIZES)):
        members = [member for member in np.flatnonzero(past.group_of == group) if member != 1]
        for one in range(9):
            expected = [naive_metrics.group_distance(past.scaled[one], other, members) for other in past.scaled]
            np.testing.assert_allclose(found[one, group], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_the_plain_loop(seed: int) -> None:
    past = Past(seed, episodes=21, effect=0.5)
    past.outcome[:3] = (7, 0, 1)  # a class of its own says nothing
    distances = group_distances(past.scaled, past.group_of, len(GROUP_SIZES))
    parameters = 0.5 * np.random.default_rng(seed).standard_normal(len(GROUP_SIZES) + 1)
    loss, _ = objective(parameters, distances, past.even, past.outcome, past.day, pull=0.7)
    weight = np.exp(parameters[:-1] + parameters[-1])
    likelihood = naive_metrics.log_likelihood(distances.tolist(), weight.tolist(), past.outcome.tolist(), past.day.tolist())
    assert loss == pytest.approx(-likelihood + 0.7 * (parameters[:-1] ** 2).sum(), rel=1e-9)


def test_the_gradient_is_what_small_steps_give() -> None:
    past = Past(5, episodes=40, effect=0.5)
    distances = group_distances(past.scaled, past.group_of, len(GROUP_SIZES))
    parameters = 0.3 * np.random.default_rng(5).standard_normal(len(GROUP_SIZES) + 1)
    args = (distances, past.even, past.outcome, past.day, 0.7)
    _, gradient = objective(parameters, *args)
    steps = 1e-5 * np.eye(len(parameters))
    expected = [(objective(parameters + step, *args)[0] - objective(parameters - step, *args)[0]) / 2e-5 for step in steps]
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_group_that_decides_gets_the_weight(seed: int) -> None:
    decides = seed % len(GROUP_SIZES)
    times = Past(seed, episodes=150, effect=1.5, decides=decides).times()
    assert np.argmax(times) == decides
    assert times[decides] > 2 * np.delete(times, decides).max()


@pytest.mark.parametrize("seed", range(10))
def test_on_noise_the_weights_stay_near_even(seed: int) -> None:
    times = Past(seed, episodes=300).times()
    assert times.min() > 0.6 and times.max() < 1.6


def test_outcomes_of_the_own_day_have_no_say() -> None:
    past = Past(3, episodes=60)
    past.outcome[:] = past.day % 3  # whoever looks at the own day forecasts perfectly
    past.scaled[:] = np.random.default_rng(3).standard_normal((60, len(past.group_of)))[past.day]
    learned = learn(past.scaled, past.group_of, past.even, past.outcome, past.day, 1.0)
    assert learned.even < np.log(0.5)


def test_the_same_past_gives_the_same_weights() -> None:
    assert Past(1, effect=1.0).times().tobytes() == Past(1, effect=1.0).times().tobytes()


def test_a_stronger_pull_keeps_nearer_to_even() -> None:
    past = Past(2, episodes=150, effect=1.5)
    moved = [np.abs(np.log(past.times(pull))).max() for pull in (0.5, 5.0, 1e6)]
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 1e-2
