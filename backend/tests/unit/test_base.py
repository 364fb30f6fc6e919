"""BASE: the worked example, its closed form, the slow twin, mirrors, and that a fit finds what was planted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.passage import barrier_probabilities
from src.data_eng.retrieval.base import (
    PACE_MAX,
    Base,
    NotStanding,
    Standing,
    base_hazards,
    cumulate,
    fit_base,
    hazards_of,
    pace,
    tilted,
)
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.settings import load_settings
from tests.parity import naive_answer

ANSWER = load_settings().answer
HORIZONS_S = np.array(load_settings().labels.horizons_s)
PRIMARY = HORIZONS_S.tolist().index(ANSWER.primary_s)
UNFITTED = Base((0.0,) * 3, (0.0,) * 5, 1.0, 0, None)


def standing(x: Any, b: Any, sigma: Any, **columns: Any) -> Standing:
    """One row a place; as usual now as at this time, just entered, the level's first test."""
    place = np.atleast_1d(np.asarray(x, np.float64))
    usual = {
        "rv": np.full(len(place), 0.3),
        "prof": np.full(len(place), 0.3),
        "age_s": np.zeros(len(place)),
        "is_later": np.zeros(len(place), bool),
    }
    rows = np.broadcast_arrays(place, np.asarray(b, np.float64), np.asarray(sigma, np.float64))
    return Standing(*(np.array(row) for row in rows), **{name: np.asarray(columns.get(name, column)) for name, column in usual.items()})


def random_standing(seed: int, rows: int) -> Standing:
    rng = np.random.default_rng(seed)
    b = rng.integers(8, 30, rows).astype(np.float64)
    return standing(
        rng.uniform(-0.9, 0.9, rows) * b,
        b,
        b / (0.9 * math.sqrt(360)) * np.exp(rng.normal(0, 0.2, rows)),
        rv=rng.exponential(0.4, rows),
        prof=rng.exponential(0.4, rows),
        age_s=rng.choice([0.0, 15.0, 30.0, 60.0, 120.0, 240.0], rows),
        is_later=rng.random(rows) < 0.5,
    )


def outcomes(chance: NDArray[np.float64], seed: int) -> NDArray[np.int8]:
    """(rows, horizons) kinds drawn from (rows, horizons, 3) chances by each horizon: what is decided stays so."""
    rng = np.random.default_rng(seed)
    hazards = hazards_of(chance[..., :2])
    kinds: NDArray[np.int8] = np.full(chance.shape[:2], CHOP, np.int8)
    for k in range(len(chance[0])):
        before = kinds[:, k - 1] if k else np.full(len(kinds), CHOP)
        drawn = rng.random(len(kinds))
        now = np.select([drawn < hazards[:, k, 0], drawn < hazards[:, k].sum(axis=1)], [BREAK, REJECT], CHOP)
        kinds[:, k] = np.where(before == CHOP, now, before)
    return kinds


def test_the_worked_example_in_four_digits() -> None:
    chance = cumulate(base_hazards(standing(-2, 10, 0.5), UNFITTED, HORIZONS_S, ANSWER.age_tau_s))
    assert chance[0, 0] == pytest.approx([0.0358, 0.1709, 0.7933], abs=5e-5)
    assert chance[0, 2] == pytest.approx([0.2202, 0.4279, 0.3519], abs=5e-5)
    assert chance[0, 6] == pytest.approx([0.3606, 0.5711, 0.0682], abs=5e-5)


def test_without_a_past_it_is_the_closed_form_to_the_bit() -> None:
    rows = random_standing(1, 500)
    empty = fit_base(rows.take(np.zeros(500, bool)), np.empty((0, 7), np.int8), HORIZONS_S, None, ANSWER)
    assert empty == UNFITTED
    walked = barrier_probabilities(rows.x_ticks, rows.barrier_ticks, rows.sigma, HORIZONS_S)
    hazards = base_hazards(rows, empty, HORIZONS_S, ANSWER.age_tau_s)
    np.testing.assert_array_equal(hazards, hazards_of(walked))
    np.testing.assert_allclose(cumulate(hazards)[..., :2], walked, rtol=0, atol=1e-12)


def test_it_equals_its_twin() -> None:
    rows, base = random_standing(2, 60), Base((0.1, -0.3, 0.2), (0.2, -0.5, 0.4, 0.3, -0.1), 0.6, 999, "2025-10-01")
    found = base_hazards(rows, base, HORIZONS_S, 30.0)
    for row in range(60):
        x, b, sigma, rv, prof, age_s, later = (float(column[row]) for column in rows)
        a = 0.1 - 0.3 * math.log(math.sqrt(max(rv, 0.02) / max(prof, 0.02))) + 0.2 * math.log(sigma / 0.6)
        fast = sigma * math.exp(min(max(a, -1), 1))
        walked = barrier_probabilities(np.array([x]), np.array([b]), np.array([fast]), HORIZONS_S)[0].tolist()
        e = math.exp(-age_s / 30)
        tilt = 0.2 - 0.5 * x / b + 0.4 * e + 0.3 * e * x / b - 0.1 * later
        np.testing.assert_allclose(found[row], naive_answer.base([tuple(pair) for pair in walked], tilt), rtol=1e-9, atol=1e-12)


seeds = st.integers(0, 100_000)


def any_standing(seed: int) -> tuple[Standing, Base]:
    """Places well beyond those that occur, and a base as extreme."""
    rng = np.random.default_rng(seed)
    b = rng.uniform(6, 60, 50)
    rows = standing(
        rng.uniform(-1.5, 1.5, 50) * b,
        b,
        rng.uniform(0.14, 4, 50),
        rv=rng.exponential(1, 50),
        age_s=rng.uniform(0, 600, 50),
        is_later=rng.random(50) < 0.5,
    )
    return rows, Base(tuple(rng.uniform(-3, 3, 3)), tuple(rng.uniform(-3, 3, 5)), 0.5, 300, "2025-10-01")


@given(seeds)
@settings(deadline=None, max_examples=50)
def test_every_row_is_a_distribution_that_only_adds_up(seed: int) -> None:
    chance = cumulate(base_hazards(*any_standing(seed), HORIZONS_S, 30.0))
    np.testing.assert_allclose(chance.sum(axis=-1), 1, rtol=0, atol=1e-12)
    assert (chance >= 0).all()
    assert (np.diff(chance[..., :2], axis=1) >= 0).all()


@given(seeds)
@settings(deadline=None, max_examples=50)
def test_from_the_other_side_the_classes_swap(seed: int) -> None:
    """x and the odd terms of th (constant, e, later) change sign; those with x/b do not, for x does."""
    rows, one = any_standing(seed)
    other = one._replace(th=tuple(sign * value for sign, value in zip((-1, 1, -1, 1, -1), one.th, strict=True)))
    here = base_hazards(rows, one, HORIZONS_S, 30.0)
    there = base_hazards(rows._replace(x_ticks=-rows.x_ticks), other, HORIZONS_S, 30.0)
    np.testing.assert_allclose(there[..., ::-1], here, rtol=1e-9, atol=1e-12)


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_a_row_does_not_depend_on_those_beside_it(seed: int) -> None:
    rows, base = any_standing(seed)
    whole = base_hazards(rows, base, HORIZONS_S, 30.0)
    np.testing.assert_allclose(base_hazards(rows.take(np.arange(7, 9)), base, HORIZONS_S, 30.0), whole[7:9], rtol=1e-13)


def test_a_tilt_moves_the_side_and_nothing_else() -> None:
    hazards = hazards_of(barrier_probabilities(np.array([-2.0]), np.array([10.0]), np.array([0.5]), HORIZONS_S))
    moved = tilted(hazards, np.array([0.7]))
    np.testing.assert_allclose(moved.sum(axis=-1), hazards.sum(axis=-1), rtol=1e-14)
    np.testing.assert_allclose(np.log(moved[..., 0] / moved[..., 1]) - np.log(hazards[..., 0] / hazards[..., 1]), 0.7)
    np.testing.assert_array_equal(tilted(hazards, np.zeros(1)), hazards)
    assert tilted(np.zeros((1, 7, 2)), np.array([0.7])).tolist() == np.zeros((1, 7, 2)).tolist(), "nothing to move"


def test_the_pace_is_kept_within_one() -> None:
    rows = standing([0.0, 0.0], 10, [0.5, 0.5])
    assert pace(rows, np.array([1.7, 0, 0]), 0.5).tolist() == [PACE_MAX] * 2
    assert pace(rows, np.array([-1.7, 0, 0]), 0.5).tolist() == [-PACE_MAX] * 2
    assert pace(rows, np.array([0.9, 0, 0]), 0.5).tolist() == [0.9] * 2


def test_a_price_at_or_through_a_barrier_still_has_an_answer() -> None:
    chance = cumulate(base_hazards(standing([10, 25, -10, -25], 10, 0.5), UNFITTED, HORIZONS_S, 30.0))
    assert (chance[:2, :, 0] > 0.95).all()
    assert (chance[2:, :, 1] > 0.95).all()
    assert (chance[0] < 1).all()
    np.testing.assert_array_equal(chance[0, :, 0], chance[2, :, 1])


def test_nothing_is_certain_however_fast_the_market() -> None:
    chance = cumulate(base_hazards(standing(0, 6, 50.0), UNFITTED, HORIZONS_S, 30.0))
    assert np.isfinite(chance).all()
    assert (chance[..., 2] > 0).all()
    assert chance[0, -1, 0] == pytest.approx(0.5, abs=1e-9)


def test_how_calm_the_market_was_does_not_decide_below_the_floor() -> None:
    base = Base((0.0, 0.5, 0.0), (0.0,) * 5, 1.0, 300, "2025-10-01")
    calm, calmer = (base_hazards(standing(-2, 10, 0.5, rv=[rv], prof=[0.3]), base, HORIZONS_S, 30.0) for rv in (0.02, 1e-9))
    np.testing.assert_array_equal(calm, calmer)


def planted(seed: int, rows: int, base: Base) -> tuple[Standing, NDArray[np.int8]]:
    """Candidates whose outcomes are drawn from a BASE."""
    place = random_standing(seed, rows)
    base = base._replace(median_sigma=float(np.median(place.sigma)))
    return place, outcomes(cumulate(base_hazards(place, base, HORIZONS_S, ANSWER.age_tau_s)), seed + 1)


def test_a_fit_finds_what_was_planted() -> None:
    true = Base((0.15, 0.25, -0.2), (0.3, -0.5, 0.4, 0.6, -0.25), 1.0, 0, None)
    place, kinds = planted(3, 20_000, true)
    base = fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER)
    assert base.a == pytest.approx(true.a, abs=0.08)
    assert base.th == pytest.approx(true.th, abs=0.25)
    assert base.median_sigma == np.median(place.sigma)
    assert (base.candidates, base.fit_end) == (20_000, "2025-10-01")


def test_a_walk_that_is_as_measured_is_left_alone() -> None:
    place, kinds = planted(5, 20_000, UNFITTED)
    base = fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER)
    assert base.a == pytest.approx([0, 0, 0], abs=0.06)
    assert base.th == pytest.approx([0] * 5, abs=0.2)


def test_a_fit_is_the_lowest_cost() -> None:
    """No neighbouring parameters cost less; the cost written as the page has it. Few candidates, so that the priors are felt."""
    place, kinds = planted(7, 320, Base((0.3, 0.2, 0.1), (0.3, -0.5, 0.4, 0.6, -0.25), 1.0, 0, None))
    kind = kinds[:, PRIMARY]
    base = fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER)

    def pace_cost(a: NDArray[np.float64]) -> float:
        sigma = place.sigma * np.exp(pace(place, a, base.median_sigma))
        chop = 1 - barrier_probabilities(place.x_ticks, place.barrier_ticks, sigma, np.array([360])).sum(axis=(1, 2))
        return float(-np.log(np.where(kind == CHOP, chop, 1 - chop).clip(2e-3, 1)).sum() + (a**2).sum() / (2 * 0.3**2))

    def side_cost(th: NDArray[np.float64]) -> float:
        sigma = place.sigma * np.exp(pace(place, np.array(base.a), base.median_sigma))
        walked = hazards_of(barrier_probabilities(place.x_ticks, place.barrier_ticks, sigma, HORIZONS_S))
        total = 10 * float((th[1:] ** 2).sum()) / 2
        for row in np.flatnonzero(kind != CHOP):
            decided = kinds[row].tolist().index(kind[row])
            x_b, e = place.x_ticks[row] / place.barrier_ticks[row], math.exp(-place.age_s[row] / 30)
            tilt = th[0] + th[1] * x_b + th[2] * e + th[3] * e * x_b + th[4] * place.is_later[row]
            p = 1 / (1 + walked[row, decided, 1] / walked[row, decided, 0] * math.exp(-tilt))
            total -= math.log(p if kind[row] == BREAK else 1 - p)
        return total

    for cost, parameters in ((pace_cost, base.a), (side_cost, base.th)):
        here = np.array(parameters)
        for place_of in range(len(here)):
            for step in (-0.01, 0.01):
                there = here.copy()
                there[place_of] += step
                assert cost(there) > cost(here)


@pytest.mark.parametrize(("candidates", "is_fitted"), [(299, False), (300, True), (301, True)])
def test_a_fit_wants_its_least_number_of_candidates(candidates: int, is_fitted: bool) -> None:
    place, kinds = planted(9, candidates, Base((0.5, 0, 0), (1.0, 0, 0, 0, 0), 1.0, 0, None))
    base = fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER)
    assert (base.a != (0.0,) * 3) == (base.th != (0.0,) * 5) == is_fitted
    assert base.candidates == candidates


def test_the_censored_teach_nothing_and_do_not_count() -> None:
    place, kinds = planted(11, 400, Base((0.3, 0, 0), (0.5, 0, 0, 0, 0), 1.0, 0, None))
    kinds[300:, PRIMARY:] = CENSORED
    censored = fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER)
    assert censored == fit_base(place.take(np.arange(400) < 300), kinds[:300], HORIZONS_S, "2025-10-01", ANSWER)
    kinds[299, PRIMARY] = CENSORED
    assert fit_base(place, kinds, HORIZONS_S, "2025-10-01", ANSWER).a == (0.0,) * 3


def test_what_comes_after_the_primary_horizon_teaches_nothing() -> None:
    place, kinds = planted(12, 400, UNFITTED)
    later = kinds.copy()
    later[:, PRIMARY + 1 :] = CENSORED
    assert fit_base(place, later, HORIZONS_S, None, ANSWER) == fit_base(place, kinds, HORIZONS_S, None, ANSWER)


def test_both_barriers_at_one_time_count_as_undecided() -> None:
    place, kinds = planted(13, 500, UNFITTED)
    both = np.where(kinds == CHOP, WHIPSAW, kinds).astype(np.int8)
    assert fit_base(place, both, HORIZONS_S, None, ANSWER) == fit_base(place, kinds, HORIZONS_S, None, ANSWER)


@pytest.mark.parametrize("kind", [CHOP, BREAK, REJECT])
def test_a_past_of_one_class_is_fitted_without_a_side(kind: int) -> None:
    base = fit_base(random_standing(15, 400), np.full((400, 7), kind, np.int8), HORIZONS_S, None, ANSWER)
    assert base.th == (0.0,) * 5
    assert np.isfinite(base.a).all()
    assert (base.a[0] < 0) == (kind == CHOP)


def test_the_slopes_are_pulled_to_nothing_and_the_constant_is_not() -> None:
    place, kinds = planted(17, 2000, Base((0.0,) * 3, (1.0, -1.0, 0, 0, 0), 1.0, 0, None))
    held = fit_base(place, kinds, HORIZONS_S, None, ANSWER.model_copy(update={"base_ridge": 1e7}))
    assert held.th[1:] == pytest.approx([0] * 4, abs=1e-3)
    assert held.th[0] > 0.5


def test_a_candidate_of_unknown_place_is_refused_with_what_to_do() -> None:
    place, kinds = planted(19, 400, UNFITTED)
    place.x_ticks[7] = np.nan
    with pytest.raises(NotStanding, match=r"x_ticks of a candidate is nan \(1 of 400\)\. Expected a finite number .* Leave out windows"):
        fit_base(place, kinds, HORIZONS_S, None, ANSWER)
    kinds[7, PRIMARY] = CENSORED
    fit_base(place, kinds, HORIZONS_S, None, ANSWER)
