"""Observed over expected: the worked example, the slow twin, censoring, mirrors, and a market in which there is nothing to find."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.volatility import barrier
from src.data_eng.retrieval.base import Base, Standing, base_hazards, cumulate
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.observed import (
    NO_LEAD,
    Evidence,
    Experience,
    answer_hazards,
    answer_rows,
    base_alone,
    counts,
    evidence,
    experience,
    interval_z,
    leading,
    neighbour_weights,
    observed_expected,
    placebo,
)
from src.data_eng.settings import load_settings
from tests.parity import naive_answer

ANSWER = load_settings().answer
VOLATILITY = load_settings().volatility
HORIZONS_S = np.array(load_settings().labels.horizons_s)
INTERVALS = HORIZONS_S.tolist().index(ANSWER.primary_s) + 1
UNFITTED = Base((0.0,) * 3, (0.0,) * 5, 1.0, 0, None)
FITTED = Base((0.1, 0.2, -0.1), (0.2, -0.3, 0.4, 0.2, -0.1), 0.6, 300, "2025-10-01")
CORRECTION = 0.5826
"""Seen in steps only, a barrier is met as if it lay that many steps further (Broadie, Glasserman, Kou 1997)."""
seeds = st.integers(0, 100_000)


def standing(x: Any, b: Any, sigma: Any) -> Standing:
    place, ticks, volatility = (np.array(row, np.float64) for row in np.broadcast_arrays(np.atleast_1d(x), b, sigma))
    usual = np.full(len(place), 0.3)
    return Standing(place, ticks, volatility, usual, usual, np.zeros(len(place)), np.zeros(len(place), bool))


def some_hazards(rng: np.random.Generator, rows: int) -> NDArray[np.float64]:
    b = rng.integers(8, 30, rows)
    place = standing(rng.uniform(-0.9, 0.9, rows) * b, b, b / (0.9 * math.sqrt(360)) * np.exp(rng.normal(0, 0.3, rows)))
    return base_hazards(place, FITTED, HORIZONS_S, ANSWER.age_tau_s)


def some_kinds(rng: np.random.Generator, rows: int) -> NDArray[np.int8]:
    """Undecided, then decided for good, or censored from some interval on; at times both barriers at once."""
    kinds = np.full((rows, len(HORIZONS_S)), CHOP, np.int8)
    for row in range(rows):
        decided, censored = rng.integers(0, 10, 2)
        kinds[row, decided:] = rng.choice([BREAK, REJECT, WHIPSAW], p=[0.45, 0.45, 0.1])
        kinds[row, censored:] = CENSORED
    return kinds


def some_past(rng: np.random.Generator, rows: int) -> Experience:
    return experience(
        some_kinds(rng, rows),
        some_hazards(rng, rows),
        np.sort(rng.integers(0, 12, rows)),
        np.sort(rng.integers(0, rows // 3 + 1, rows)),
        INTERVALS,
    )


def found(observed: list[float], expected: list[float], kappa: float = 5.0, **columns: Any) -> Evidence:
    """One query whose neighbours sum up to these."""
    o, e = np.array([observed], float), np.array([expected], float)
    ratio = (o + kappa) / (e + kappa)
    log_ratio = np.log(ratio[:, 0] / ratio[:, 1])
    usual: dict[str, Any] = {"ratio_sd": [[0.2, 0.2]], "log_ratio_sd": [0.3], "weight": [40.0], "setups": [80], "days": [14]}
    given_columns = {name: np.array(value) for name, value in (usual | columns).items()}
    z = np.abs(log_ratio) / given_columns["log_ratio_sd"]
    return Evidence(observed=o, expected=e, ratio=ratio, log_ratio=log_ratio, z=z, **given_columns)


def test_the_worked_example_in_four_digits() -> None:
    # O = 13.5, 9, E = 10, 11.5: r = 18.5 / 15 and 14 / 16.5.
    past = Experience(np.array([[13.5, 9.0]]), np.array([[10.0, 11.5]]), np.zeros(1, np.int64), np.zeros(1, np.int64))
    said = evidence(past, np.zeros((1, 1), np.int64), np.ones((1, 1)), 5.0)
    assert said.ratio[0] == pytest.approx([1.2333, 0.8485], abs=5e-5)
    hazards = base_hazards(standing(-2, 10, 0.5), UNFITTED, HORIZONS_S, 30.0)
    rows = answer_rows(hazards, said, 0.9)
    assert rows.p[0, 0] == pytest.approx([0.0449, 0.1476, 0.8075], abs=5e-5)
    assert rows.p[0, 2] == pytest.approx([0.2757, 0.3690, 0.3552], abs=5e-5)
    assert rows.p[0, 6] == pytest.approx([0.4461, 0.4886, 0.0653], abs=5e-5)
    assert rows.base[0, 2] == pytest.approx([0.2202, 0.4279, 0.3519], abs=5e-5)


def test_without_neighbours_it_is_base_to_the_bit() -> None:
    hazards = some_hazards(np.random.default_rng(1), 300)
    nobody = evidence(some_past(np.random.default_rng(2), 50), np.full((300, 4), -1), np.zeros((300, 4)), ANSWER.kappa)
    np.testing.assert_array_equal(answer_hazards(hazards, nobody.ratio), hazards)
    np.testing.assert_array_equal(answer_rows(hazards, nobody, 0.9).p, cumulate(hazards))
    assert nobody.z.tolist() == [0.0] * 300
    assert nobody.setups.tolist() == nobody.days.tolist() == [0] * 300
    nothing = evidence(some_past(np.random.default_rng(2), 0), np.empty((300, 0), np.int64), np.empty((300, 0)), ANSWER.kappa)
    np.testing.assert_array_equal(nothing.ratio, nobody.ratio)


@given(seeds)
@settings(deadline=None, max_examples=30)
def test_observed_and_expected_equal_their_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds, hazards = some_kinds(rng, 20), some_hazards(rng, 20)
    for intervals in (1, INTERVALS, len(HORIZONS_S)):
        observed, expected = observed_expected(kinds, hazards, intervals)
        for row in range(20):
            twin = naive_answer.observed_expected(kinds[row].tolist(), [tuple(pair) for pair in hazards[row].tolist()], intervals)
            np.testing.assert_allclose(observed[row], twin[0], atol=0)
            np.testing.assert_allclose(expected[row], twin[1], rtol=1e-14)


@given(seeds)
@settings(deadline=None, max_examples=30)
def test_the_evidence_equals_its_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    past = some_past(rng, 40)
    neighbours = np.argsort(rng.random((6, 40)), axis=1)[:, :15]
    squared = rng.exponential(1, (6, 15))
    weight, kappa, decay = neighbour_weights(squared, 2.0), 5.0, 2.0
    said = evidence(past, neighbours, weight, kappa)
    for query in range(6):
        at = neighbours[query]
        twin = naive_answer.evidence(
            [tuple(pair) for pair in past.observed[at].tolist()],
            [tuple(pair) for pair in past.expected[at].tolist()],
            past.day[at].tolist(),
            past.setup[at].tolist(),
            naive_answer.weights(squared[query].tolist(), decay),
            kappa,
        )
        here = {
            "weight": said.weight,
            "setups": said.setups,
            "days": said.days,
            "O_break": said.observed[:, 0],
            "O_reject": said.observed[:, 1],
            "E_break": said.expected[:, 0],
            "E_reject": said.expected[:, 1],
            "r_break": said.ratio[:, 0],
            "r_reject": said.ratio[:, 1],
            "sd_break": said.ratio_sd[:, 0],
            "sd_reject": said.ratio_sd[:, 1],
            "L": said.log_ratio,
            "sd_L": said.log_ratio_sd,
            "z": said.z,
        }
        assert {name: float(values[query]) for name, values in here.items()} == pytest.approx(twin, rel=1e-12, abs=1e-12)


@given(seeds)
@settings(deadline=None, max_examples=30)
def test_the_answers_hazards_equal_their_twin_and_are_distributions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hazards, ratio = some_hazards(rng, 20), np.exp(rng.normal(0, 1.5, (20, 2)))
    moved = answer_hazards(hazards, ratio)
    p = cumulate(moved)
    for row in range(20):
        twin = naive_answer.moved([tuple(pair) for pair in hazards[row].tolist()], *ratio[row].tolist())
        np.testing.assert_allclose(moved[row], twin, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(p[row], naive_answer.cumulated(twin), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=0, atol=1e-12)
    assert (p >= 0).all()
    assert (np.diff(p[..., :2], axis=1) >= 0).all()


@pytest.mark.parametrize("interval", range(7))
def test_a_neighbour_censored_in_an_interval_leaves_both_from_there_on(interval: int) -> None:
    hazards = some_hazards(np.random.default_rng(3), 1)
    kinds = np.full((1, 7), CHOP, np.int8)
    kinds[0, interval:] = CENSORED
    observed, expected = observed_expected(kinds, hazards, 7)
    assert observed.tolist() == [[0, 0]]
    np.testing.assert_allclose(expected[0], hazards[0, :interval].sum(axis=0), rtol=1e-15)
    # What was decided in the interval that is not seen to its end does not count either.
    kinds[0, interval:] = CENSORED
    kinds[0, interval + 1 :] = BREAK
    np.testing.assert_array_equal(observed_expected(kinds, hazards, 7)[1], expected)
    assert observed_expected(kinds, hazards, 7)[0].tolist() == [[0, 0]]


@pytest.mark.parametrize(("kind", "observed"), [(BREAK, [1, 0]), (REJECT, [0, 1])])
def test_a_decided_neighbour_was_at_risk_in_its_own_interval_and_in_none_after(kind: int, observed: list[int]) -> None:
    hazards = some_hazards(np.random.default_rng(4), 1)
    kinds = np.array([[CHOP, kind, kind, kind, kind, kind, kind]], np.int8)
    came, expected = observed_expected(kinds, hazards, 3)
    assert came.tolist() == [observed]
    np.testing.assert_array_equal(expected[0], hazards[0, :2].sum(axis=0))


def test_what_is_decided_after_the_primary_horizon_was_not_observed() -> None:
    hazards = some_hazards(np.random.default_rng(5), 1)
    kinds = np.array([[CHOP, CHOP, CHOP, BREAK, BREAK, BREAK, BREAK]], np.int8)
    observed, expected = observed_expected(kinds, hazards, INTERVALS)
    assert observed.tolist() == [[0, 0]]
    np.testing.assert_array_equal(expected[0], hazards[0, :3].sum(axis=0))


def test_both_barriers_at_one_time_leave_a_neighbour_undecided_and_at_risk() -> None:
    hazards = some_hazards(np.random.default_rng(6), 1)
    kinds = np.array([[CHOP, WHIPSAW, WHIPSAW, WHIPSAW, WHIPSAW, WHIPSAW, WHIPSAW]], np.int8)
    observed, expected = observed_expected(kinds, hazards, 3)
    assert observed.tolist() == [[0, 0]]
    np.testing.assert_array_equal(expected[0], hazards[0, :3].sum(axis=0))


def test_weights_fall_from_one_to_e_to_the_minus_decay() -> None:
    weight = neighbour_weights(np.array([[3.0, 1.0, 2.0], [5.0, 5.0, 5.0], [1.0, 2.0, np.inf]]), 2.0)
    np.testing.assert_allclose(weight[0], [math.exp(-2), 1, math.exp(-1)])
    assert weight[1].tolist() == [1, 1, 1], "equally far is equally good"
    np.testing.assert_allclose(weight[2], [1, math.exp(-2), 0], err_msg="no neighbour has no weight, nor any say in the others'")
    assert neighbour_weights(np.full((1, 2), np.inf), 2.0).tolist() == [[0, 0]]
    assert neighbour_weights(np.empty((2, 0)), 2.0).shape == (2, 0)


def test_a_hundred_evenly_spread_neighbours_are_worth_three_quarters() -> None:
    weight = neighbour_weights(np.linspace(1, 2, 100)[None], ANSWER.decay)[0]
    assert weight.sum() ** 2 / (weight**2).sum() / 100 == pytest.approx(0.75, abs=0.03)


def test_a_place_without_a_neighbour_counts_for_nothing() -> None:
    rng = np.random.default_rng(7)
    past = some_past(rng, 30)
    near, weight = np.arange(10)[None], np.ones((1, 10))
    padded = evidence(past, np.array([[-1, *range(10), -1]]), np.ones((1, 12)), 5.0)
    for here, there in zip(padded, evidence(past, near, weight, 5.0), strict=True):
        np.testing.assert_array_equal(here, there)


def test_neighbours_of_one_day_are_less_sure_than_of_ten() -> None:
    """Ten breaks where one in four was expected: u adds up within a day."""
    pairs = np.tile([[1.0, 0.0]], (10, 1)), np.tile([[0.25, 0.25]], (10, 1))
    near, weight = np.arange(10)[None], np.ones((1, 10))
    one_day, ten_days = (
        evidence(Experience(*pairs, day, np.arange(10)), near, weight, 5.0) for day in (np.zeros(10, np.int64), np.arange(10))
    )
    # (O - E) = 7.5 on one day, ten times .75 else; E = 2.5, so sd = 7.5 / 7.5 and sqrt(10) .75 / 7.5.
    assert one_day.ratio_sd[0, 0] == pytest.approx(1.0)
    assert ten_days.ratio_sd[0, 0] == pytest.approx(math.sqrt(10) * 0.75 / 7.5)
    assert one_day.z[0] < ten_days.z[0]
    assert (one_day.days[0], ten_days.days[0]) == (1, 10)


def test_outcomes_exactly_as_expected_are_still_as_unsure_as_chance() -> None:
    past = Experience(np.tile([[0.25, 0.25]], (16, 1)), np.tile([[0.25, 0.25]], (16, 1)), np.arange(16), np.arange(16))
    said = evidence(past, np.arange(16)[None], np.ones((1, 16)), 5.0)
    # sum w^2 E = 4, E + kappa = 9; L has both classes' variance.
    assert said.ratio_sd[0] == pytest.approx([2 / 9, 2 / 9])
    assert said.log_ratio_sd[0] == pytest.approx(math.sqrt(2) * 2 / 9)
    assert (said.log_ratio[0], said.z[0]) == (0, 0)


def test_kappa_holds_the_ratios_to_one() -> None:
    past = Experience(np.array([[3.0, 0.0]]), np.array([[1.0, 1.0]]), np.zeros(1, np.int64), np.zeros(1, np.int64))
    for kappa, expected in ((5.0, [8 / 6, 5 / 6]), (1.0, [4 / 2, 1 / 2]), (1e9, [1, 1])):
        assert evidence(past, np.zeros((1, 1), np.int64), np.ones((1, 1)), kappa).ratio[0] == pytest.approx(expected)


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_swapped_classes_give_the_swapped_answer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    past, hazards = some_past(rng, 60), some_hazards(rng, 5)
    near, weight = rng.integers(0, 60, (5, 20)), rng.uniform(0.1, 1, (5, 20))
    swapped = past._replace(observed=past.observed[:, ::-1].copy(), expected=past.expected[:, ::-1].copy())
    here, there = (evidence(which, near, weight, 5.0) for which in (past, swapped))
    np.testing.assert_allclose(there.log_ratio, -here.log_ratio, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(there.z, here.z, rtol=1e-12, atol=1e-13)
    for one, other in zip(answer_rows(hazards, here, 0.9), answer_rows(hazards[..., ::-1], there, 0.9), strict=True):
        np.testing.assert_allclose(other[..., [1, 0, 2]], one, rtol=1e-12, atol=1e-14)


def test_an_interval_moves_one_class_at_a_time() -> None:
    hazards, said = some_hazards(np.random.default_rng(8), 1), found([13.5, 9.0], [10.0, 11.5])
    rows, (r_break, r_reject) = answer_rows(hazards, said, 0.9), said.ratio[0]
    up, down = math.exp(1.64 * 0.2), math.exp(-1.64 * 0.2)
    ends = {
        name: cumulate(answer_hazards(hazards, np.array([pair])))[0]
        for name, pair in {
            "break up": (r_break * up, r_reject),
            "break down": (r_break * down, r_reject),
            "reject up": (r_break, r_reject * up),
            "reject down": (r_break, r_reject * down),
        }.items()
    }
    np.testing.assert_allclose(rows.high[0, :, 0], ends["break up"][:, 0], rtol=1e-14)
    np.testing.assert_allclose(rows.low[0, :, 0], ends["break down"][:, 0], rtol=1e-14)
    np.testing.assert_allclose(rows.high[0, :, 1], ends["reject up"][:, 1], rtol=1e-14)
    np.testing.assert_allclose(rows.low[0, :, 1], ends["reject down"][:, 1], rtol=1e-14)
    np.testing.assert_allclose(rows.low[0, :, 2], np.min([end[:, 2] for end in ends.values()], axis=0), rtol=1e-14)
    np.testing.assert_allclose(rows.high[0, :, 2], np.max([end[:, 2] for end in ends.values()], axis=0), rtol=1e-14)
    assert (rows.low < rows.p).all()
    assert (rows.p < rows.high).all()


def test_an_intervals_reach_is_what_tables_print() -> None:
    assert [interval_z(interval) for interval in (0.9, 0.95, 0.98)] == [1.64, 1.96, 2.33]


def test_where_base_stands_alone_it_has_no_interval() -> None:
    hazards = some_hazards(np.random.default_rng(9), 2)
    said = evidence(some_past(np.random.default_rng(9), 40), np.tile(np.arange(20), (2, 1)), np.ones((2, 20)), 5.0)
    alone = base_alone(said, np.array([True, False]))
    rows, whole = answer_rows(hazards, alone, 0.9), answer_rows(hazards, said, 0.9)
    np.testing.assert_array_equal(rows.p[0], rows.base[0])
    assert np.isnan(rows.low[0]).all()
    assert np.isnan(rows.high[0]).all()
    for one, other in zip(rows, whole, strict=True):
        np.testing.assert_array_equal(one[1], other[1])
    assert (alone.z[0], alone.setups[0], leading(alone)[0]) == (0, said.setups[0], NO_LEAD)


@pytest.mark.parametrize(
    ("observed", "expected", "lead"),
    [
        ([20, 10], [10, 10], BREAK),
        ([10, 20], [10, 10], REJECT),
        ([20, 15], [10, 10], BREAK),  # both came oftener: the more so leads
        ([5, 2], [10, 10], NO_LEAD),  # both came more rarely: none leads against BASE
        ([10, 5], [10, 10], NO_LEAD),  # r of break is 1 exactly: not above it
        ([10, 10], [10, 10], NO_LEAD),
    ],
)
def test_what_leads_came_oftener_than_its_base(observed: list[float], expected: list[float], lead: int) -> None:
    assert leading(found(observed, expected)).tolist() == [lead]


def test_counts_are_in_whole_setups_and_add_up() -> None:
    # 80 setups of weight 40: twice the sums. 21 -> 42, 15.5 -> 31, 14 -> 28, 17.5 -> 35.
    said = counts(found([21.0, 14.0], [15.5, 17.5]))
    assert [int(column[0]) for column in said] == [80, 14, 42, 31, 28, 35, 10]
    nobody = counts(found([0.0, 0.0], [0.0, 0.0], weight=[0.0], setups=[0], days=[0]))
    assert [int(column[0]) for column in nobody] == [0] * 7


@given(st.integers(1, 100), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_counts_never_exceed_the_setups(setups: int, decided: float, share: float) -> None:
    said = counts(found([26 * decided * share, 26 * decided * (1 - share)], [5, 5], weight=[26.0], setups=[setups]))
    assert said.broke[0] + said.rejected[0] + said.neither[0] == setups
    assert min(said.broke[0], said.rejected[0], said.neither[0]) >= 0


def test_a_placebo_deals_pairs_and_leaves_everything_else() -> None:
    past = some_past(np.random.default_rng(10), 200)
    dealt = placebo(past, 7)
    np.testing.assert_array_equal(dealt.day, past.day)
    np.testing.assert_array_equal(dealt.setup, past.setup)
    pairs = [{(*o, *e) for o, e in zip(one.observed.tolist(), one.expected.tolist(), strict=True)} for one in (past, dealt)]
    assert pairs[0] == pairs[1]
    assert not np.array_equal(dealt.expected, past.expected)
    np.testing.assert_array_equal(placebo(past, 7).expected, dealt.expected)
    assert not np.array_equal(placebo(past, 8).expected, dealt.expected)


@pytest.fixture(scope="module")
def walked() -> tuple[Standing, NDArray[np.int8]]:
    """A driftless market: 6,000 walks in steps of a second from places between their barriers, and what they met."""
    rng, rows = np.random.default_rng(20251016), 6000
    sigma = rng.uniform(0.3, 1.2, rows)
    b = barrier(sigma, VOLATILITY.barrier_c, VOLATILITY.barrier_min_ticks, VOLATILITY.barrier_horizon_s).astype(np.float64)
    place = standing(rng.uniform(-0.85, 0.85, rows) * b, b, sigma)
    x, met, kinds = place.x_ticks.copy(), np.full(rows, CHOP, np.int8), np.full((rows, len(HORIZONS_S)), CHOP, np.int8)
    edge = b - 0.5 - CORRECTION * sigma
    for second in range(1, int(HORIZONS_S[-1]) + 1):
        x += rng.normal(0, sigma)
        met = np.where(met != CHOP, met, np.select([x >= edge, x <= -edge], [BREAK, REJECT], CHOP)).astype(np.int8)
        kinds[:, second == HORIZONS_S] = met[:, None]
    return place, kinds


def test_on_a_driftless_walk_all_of_the_past_has_nothing_to_add(walked: tuple[Standing, NDArray[np.int8]]) -> None:
    place, kinds = walked
    hazards = base_hazards(place, UNFITTED, HORIZONS_S, 30.0)
    past = experience(kinds, hazards, np.arange(len(kinds)) // 100, np.arange(len(kinds)), INTERVALS)
    everybody = evidence(past, np.arange(len(kinds))[None], np.ones((1, len(kinds))), ANSWER.kappa)
    assert everybody.ratio[0] == pytest.approx([1, 1], abs=0.06)
    assert everybody.z[0] < 3
    assert (everybody.days[0], everybody.setups[0]) == (60, 6000)


def test_on_a_driftless_walk_what_is_said_comes(walked: tuple[Standing, NDArray[np.int8]]) -> None:
    place, kinds = walked
    said = cumulate(base_hazards(place, UNFITTED, HORIZONS_S, 30.0))
    for horizon in range(len(HORIZONS_S)):
        for column, kind in enumerate((BREAK, REJECT, CHOP)):
            came, p = kinds[:, horizon] == kind, said[:, horizon, column]
            for low in np.arange(0, 1, 0.1):
                of_bin = (p >= low) & (p < low + 0.1)
                if of_bin.sum() >= 300:
                    assert came[of_bin].mean() == pytest.approx(p[of_bin].mean(), abs=0.07)
            assert came.mean() == pytest.approx(p.mean(), abs=0.02)


def test_on_a_driftless_walk_neighbours_cost_little_and_are_rarely_sure(walked: tuple[Standing, NDArray[np.int8]]) -> None:
    """Neighbours by nothing but chance: z beyond 1.64 in about one of ten, and a Brier score within a hundredth of BASE's."""
    place, kinds = walked
    hazards = base_hazards(place, UNFITTED, HORIZONS_S, 30.0)
    past = experience(kinds[:3000], hazards[:3000], np.arange(3000) // 50, np.arange(3000), INTERVALS)
    rng = np.random.default_rng(12)
    near = rng.integers(0, 3000, (3000, 100))
    said = evidence(past, near, neighbour_weights(rng.exponential(1, near.shape), ANSWER.decay), ANSWER.kappa)
    rows = answer_rows(hazards[3000:], said, ANSWER.interval)
    assert 0.02 < (said.z >= 1.64).mean() < 0.12
    came = kinds[3000:, INTERVALS - 1, None] == np.array([BREAK, REJECT, CHOP])
    brier = [float(((p[:, INTERVALS - 1] - came) ** 2).sum(axis=1).mean()) for p in (rows.p, rows.base)]
    assert brier[0] == pytest.approx(brier[1], abs=0.01)


@pytest.mark.nojit
def test_uncompiled_the_sums_are_the_same() -> None:
    past = Experience(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.5, 0.25], [0.25, 0.5]]), np.array([0, 1]), np.array([0, 0]))
    said = evidence(past, np.array([[0, 1], [1, -1]]), np.array([[1.0, 0.5], [1.0, 0.0]]), 5.0)
    assert said.ratio[0] == pytest.approx([6 / 5.625, 5.5 / 5.5])
    assert said.setups.tolist() == [1, 1]
    assert said.days.tolist() == [2, 1]
