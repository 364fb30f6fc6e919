"""Weights, the effective number of neighbours and the strangeness of a query, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from src.data_eng.retrieval.exact import Nearest
from src.data_eng.retrieval.neighbours import effective_n, kernel_weights, percentile_among, weigh
from tests.parity import naive_search


def test_the_median_neighbour_counts_by_exp_of_minus_one_half() -> None:
    weight = kernel_weights(np.array([1.0, 2.0, 4.0]))
    expected = np.exp([-1 / 4, -2 / 4, -4 / 4])
    assert weight == pytest.approx(expected / expected.sum())


def test_where_most_neighbours_are_equal_to_the_query_only_those_count() -> None:
    assert kernel_weights(np.array([0.0, 0.0, 9.0])).tolist() == [0.5, 0.5, 0.0]


def test_three_episodes_of_one_day_are_one_effective_observation() -> None:
    assert effective_n(np.ones(3), np.array([4, 4, 4])) == 1.0


def test_days_of_unequal_weight_count_less_than_their_number() -> None:
    # Days weigh 3 and 1: (3 + 1)^2 / (9 + 1) = 1.6.
    assert effective_n(np.array([1.0, 2.0, 1.0]), np.array([0, 0, 1])) == pytest.approx(1.6)


def test_effective_n_equals_its_twin_and_is_zero_for_nothing() -> None:
    rng = np.random.default_rng(0)
    weight, day = rng.random(40), rng.integers(0, 15, 40)
    assert effective_n(weight, day) == pytest.approx(naive_search.effective_n(weight, day))
    assert effective_n(np.empty(0), np.empty(0, int)) == 0.0


def test_distance_of_the_neighbours_is_the_root_of_the_median_square() -> None:
    neighbours = weigh(Nearest(np.array([3, 0, 1]), np.array([1.0, 4.0, 9.0])), np.array([0, 0, 1, 1]))
    assert neighbours.distance == 2.0
    assert (neighbours.episodes, neighbours.days) == (3, 2)
    assert neighbours.day.tolist() == [1, 0, 0]


def test_no_neighbours_have_no_distance_and_no_effective_n() -> None:
    nothing = weigh(Nearest(np.empty(0, np.int64), np.empty(0)), np.empty(0, np.int64))
    assert math.isnan(nothing.distance)
    assert nothing.n_eff == 0.0


def test_percentile_is_the_share_of_past_distances_below() -> None:
    past = np.arange(1.0, 101.0)
    assert percentile_among(96.5, past) == 96.0
    assert percentile_among(0.5, past) == 0.0


def test_a_past_too_small_gives_no_percentile() -> None:
    assert percentile_among(5.0, np.arange(19.0)) is None
    assert percentile_among(np.nan, np.arange(100.0)) is None
