"""The driftless walk between two barriers: its two series, a lattice, drawn paths, and the frame of a level."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.passage import (
    NEAREST_TICKS,
    barrier_probabilities,
    eigen_series,
    hit_probabilities,
    image_series,
    reach_probability,
)

CORRECTION = 0.5826
"""-zeta(1/2) / sqrt(2 pi): seen in steps only, a barrier is met as if it lay that many steps further (Broadie, Glasserman, Kou 1997)."""
HORIZONS_S = np.array([120, 240, 360, 480, 600, 720, 840])


def walk(x: float, b: float, sigma: float, *horizons_s: float) -> list[list[float]]:
    """Break and reject by each horizon, of one place."""
    chance: list[list[float]] = barrier_probabilities(np.array([x]), np.array([b]), np.array([sigma]), np.array(horizons_s))[0].tolist()
    return chance


def test_both_series_of_the_random_walk_agree() -> None:
    for start in np.linspace(0.001, 0.999, 97):
        for travelled in np.geomspace(0.1, 2.0, 60):
            assert image_series(start, travelled) == pytest.approx(eigen_series(start, travelled), rel=0, abs=2e-15)


@pytest.mark.parametrize(("upper", "lower", "sigma"), [(12, 4, 0.2), (2, 14, 0.4), (8, 8, 0.3), (1, 15, 0.2)])
def test_the_random_walk_equals_a_walk_on_a_fine_lattice(upper: float, lower: float, sigma: float) -> None:
    # One of 320 rungs up or down per step of (width / 320)^2 / sigma^2 seconds; whoever reaches an end stays there.
    rungs, time_s = 320, np.array([120, 480, 840])
    inside = np.zeros(rungs + 1)
    inside[round(lower / (upper + lower) * rungs)] = 1.0
    wanted = np.rint(time_s * (sigma * rungs / (upper + lower)) ** 2).astype(int)
    met = {}
    for step in range(1, wanted.max() + 1):
        moved = np.zeros_like(inside)
        moved[:-2] += inside[1:-1] / 2
        moved[2:] += inside[1:-1] / 2
        moved[[0, -1]] += inside[[0, -1]]
        inside = moved
        met[step] = inside[-1], inside[0]
    up, down = hit_probabilities(np.array(upper), np.array(lower), np.array(sigma), time_s)
    np.testing.assert_allclose(np.stack([up, down], axis=1), [met[step] for step in wanted], atol=5e-4)


def test_the_random_walk_equals_drawn_paths() -> None:
    rng, sigma, step_s, paths = np.random.default_rng(3), 0.3, 1.0, 20_000
    nearer = CORRECTION * sigma * np.sqrt(step_s)
    place, first = np.zeros(paths), np.zeros(paths, int)
    times, seen = (120, 480, 840), {}
    for second in range(1, 841):
        place += rng.normal(0, sigma * np.sqrt(step_s), paths)
        first = np.where(first != 0, first, (place >= 10 - nearer).astype(int) - (place <= -6 + nearer))
        if second in times:
            seen[second] = (first > 0).mean(), (first < 0).mean()
    up, down = hit_probabilities(np.array(10.0), np.array(6.0), np.array(sigma), np.array(times))
    four_errors = 4 * np.sqrt(0.25 / paths)
    np.testing.assert_allclose(np.stack([up, down], axis=1), [seen[second] for second in times], atol=four_errors)


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.floats(0, 1e6), st.lists(st.floats(0, 1e7), min_size=2, max_size=6).map(sorted))
@settings(deadline=None)
def test_the_random_walk_is_a_distribution_that_only_adds_up(upper: float, lower: float, sigma: float, time_s: list[float]) -> None:
    up, down = hit_probabilities(np.array(upper), np.array(lower), np.array(sigma), np.array(time_s))
    assert (up >= 0).all()
    assert (down >= 0).all()
    assert (up + down <= 1 + 1e-12).all()
    assert (np.diff(up) >= -1e-12).all()
    assert (np.diff(down) >= -1e-12).all()


def test_given_time_the_nearer_barrier_is_met_in_proportion_to_the_other_distance() -> None:
    up, down = hit_probabilities(np.array(12.0), np.array(4.0), np.array(0.5), np.array(1e9))
    assert up == pytest.approx(0.25)
    assert down == pytest.approx(0.75)


def test_a_far_barrier_keeps_its_tiny_chance() -> None:
    # Next to no chance of the other side first: 2 Phi(-8 / (0.05 sqrt 120)) = erfc(8 / (0.05 sqrt 240)).
    up, _ = hit_probabilities(np.array(8.0), np.array(1000.0), np.array(0.05), np.array(120.0))
    assert up == pytest.approx(math.erfc(8 / (0.05 * math.sqrt(240))), rel=1e-9)
    assert 0 < up < 1e-47


def test_a_start_at_or_beyond_a_barrier_has_met_it() -> None:
    up, down = hit_probabilities(
        np.array([0.0, -1.0, 3.0, 3.0]), np.array([5.0, 5.0, 0.0, -2.0]), np.array([0.2, 0.0, 0.0, 0.2]), np.array(120)
    )
    assert up.tolist() == [1, 1, 0, 0]
    assert down.tolist() == [0, 0, 1, 1]


def test_without_volatility_no_barrier_is_met_and_without_knowledge_there_is_no_answer() -> None:
    up, down = hit_probabilities(
        np.array([3.0, 3.0, np.nan, 0.0]), np.array([3.0, 3.0, 3.0, 0.0]), np.array([0.0, np.nan, 1.0, 1.0]), np.array(9)
    )
    np.testing.assert_array_equal(up, [0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(down, [0, np.nan, np.nan, np.nan])


def test_the_image_series_equals_scipys_to_the_last_digits() -> None:
    from scipy.special import erfc

    for start in (0.001, 0.2, 0.5, 0.9):
        for travelled in (1e-3, 0.02, 0.1, 0.25):
            odd, spread = 2 * np.arange(8) + 1, np.sqrt(2 * travelled)
            whole = (erfc((odd - start) / spread) - erfc((odd + start) / spread)).sum()
            assert image_series(start, travelled) == pytest.approx(float(whole), rel=1e-13)


def test_a_place_two_ticks_short_of_its_level_in_four_digits() -> None:
    # The page's worked example: x = -2, b = 10, sigma = .5: 11.5 ticks up, 7.5 down.
    near, primary, far = walk(-2, 10, 0.5, 120, 360, 840)
    assert near == pytest.approx([0.0358, 0.1709], abs=5e-5)
    assert primary == pytest.approx([0.2202, 0.4279], abs=5e-5)
    assert far == pytest.approx([0.3606, 0.5711], abs=5e-5)


def test_both_barriers_are_half_a_spread_nearer_to_the_mid() -> None:
    up, down = hit_probabilities(np.array(7.5), np.array(11.5), np.array(0.5), np.array(360))
    assert walk(2, 10, 0.5, 360) == [[up, down]]


def test_a_mid_at_or_through_a_barrier_is_still_a_quarter_tick_short_of_it() -> None:
    up, down = hit_probabilities(np.array(NEAREST_TICKS), np.array(19.5), np.array(0.5), np.array(360))
    assert walk(10, 10, 0.5, 360) == [[up, down]]
    assert walk(-10, 10, 0.5, 360) == [[down, up]]
    assert up < 1


@given(st.floats(-12, 12), st.floats(6, 40), st.floats(0.14, 3))
@settings(deadline=None)
def test_the_walk_from_the_other_side_is_the_same_with_the_classes_swapped(x: float, b: float, sigma: float) -> None:
    place, mirrored = np.array([x]), np.array([-x])
    other = np.array([b]), np.array([sigma])
    here = barrier_probabilities(place, *other, HORIZONS_S)
    np.testing.assert_array_equal(barrier_probabilities(mirrored, *other, HORIZONS_S)[..., ::-1], here)
    assert here.shape == (1, 7, 2)
    assert (here > 0).all()
    assert (np.diff(here, axis=1) >= -1e-15).all()
    assert (here.sum(axis=-1) <= 1 + 1e-15).all()


def test_what_is_unknown_has_no_chance() -> None:
    rows = np.array([np.nan, 0.0, 0.0]), np.array([8.0, np.nan, 8.0]), np.array([0.5, 0.5, np.nan])
    assert np.isnan(barrier_probabilities(*rows, HORIZONS_S)).all()
    assert np.isnan(hit_probabilities(np.ones(1), np.ones(1), np.ones(1), np.array([np.nan]))).all()


def test_no_rows_give_no_rows() -> None:
    assert barrier_probabilities(np.empty(0), np.empty(0), np.empty(0), HORIZONS_S).shape == (0, 7, 2)


def test_before_an_episode_the_level_is_half_a_tick_nearer_and_gone_is_24_ticks() -> None:
    up, _ = hit_probabilities(np.array(11.5), np.array(23.5), np.array(0.6), np.array(360))
    assert reach_probability(np.array([12.0, -12.0]), np.full(2, 0.6), 360).tolist() == [up, up]
    # Were there no other way out, reflection would say 2 (1 - Phi(11.5 / (.6 sqrt 360))) = erfc(11.5 / (.6 sqrt 720)).
    alone = math.erfc(11.5 / (0.6 * math.sqrt(720)))
    assert alone - 1e-3 < up < alone


def test_a_level_that_is_reached_is_a_quarter_tick_away() -> None:
    near = reach_probability(np.array([0.0, 0.5, 0.75]), np.full(3, 0.5), 360)
    assert near[0] == near[1] == near[2] < 1


@pytest.mark.nojit
def test_uncompiled_it_is_the_same_formula() -> None:
    assert walk(-2, 10, 0.5, 360)[0] == pytest.approx([0.2202, 0.4279], abs=5e-5)
