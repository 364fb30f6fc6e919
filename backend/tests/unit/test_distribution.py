"""Outcome distributions worked by hand: shares, censoring, shrinkage, intervals, quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.retrieval.distribution import (
    BREAK,
    CENSORED,
    CHOP,
    REJECT,
    WHIPSAW,
    Climatology,
    HorizonOutcome,
    UnknownOutcome,
    interval,
    outcome_distribution,
    outcome_kinds,
    past_climatology,
    shrunk_probabilities,
    weighted_counts,
    weighted_quantile,
)
from src.data_eng.retrieval.neighbours import Neighbours
from src.data_eng.sections import RetrievalSettings
from src.data_eng.settings import load_settings
from tests.parity import naive_search

NAMES = ("CHOP", "BREAK_UP", "REJECT_DOWN", "WHIPSAW", "CENSORED")


def equal_neighbours(count: int, per_day: int = 1) -> Neighbours:
    return Neighbours(np.arange(count), np.ones(count), np.full(count, 1 / count), np.arange(count) // per_day)


def flat_climatology(horizons: int) -> Climatology:
    """A break, a reject and nothing else: 30 % and 50 % by the first horizon, no more later."""
    return Climatology(np.tile([0.3, 0.5, 0.0], (horizons, 1)), np.ones(horizons, bool), 100, 40)


def rules(**changed: float) -> RetrievalSettings:
    return load_settings().retrieval.model_copy(update=changed)


def test_without_shrinkage_the_probabilities_are_the_weighted_shares() -> None:
    kinds = np.array([[BREAK], [BREAK], [REJECT], [CHOP]], np.int8)
    p, _ = shrunk_probabilities(equal_neighbours(4), kinds, flat_climatology(1), kappa=0.0)
    assert p[0] == pytest.approx([0.5, 0.25, 0.25])


def test_shrinkage_is_the_effective_n_against_kappa() -> None:
    # 4 days of equal weight: n_eff 4. (4 x 0.5 + 20 x 0.3) / 24 and so on.
    kinds = np.array([[BREAK], [BREAK], [REJECT], [CHOP]], np.int8)
    p, _ = shrunk_probabilities(equal_neighbours(4), kinds, flat_climatology(1), kappa=20.0)
    assert p[0] == pytest.approx([(4 * 0.5 + 20 * 0.3) / 24, (4 * 0.25 + 20 * 0.5) / 24, (4 * 0.25 + 20 * 0.2) / 24])


def test_shrinkage_holds_at_every_horizon_when_nothing_is_censored() -> None:
    kinds = np.array([[BREAK, BREAK], [CHOP, BREAK], [CHOP, REJECT], [CHOP, CHOP]], np.int8)
    base = Climatology(np.array([[0.1, 0.2, 0.0], [0.3, 0.4, 0.05]]), np.ones(2, bool), 50, 20)
    p, _ = shrunk_probabilities(equal_neighbours(4), kinds, base, kappa=20.0)
    assert p[0, :2] == pytest.approx([(4 * 0.25 + 20 * 0.1) / 24, (4 * 0.0 + 20 * 0.2) / 24])
    assert p[1, :2] == pytest.approx([(4 * 0.5 + 20 * 0.3) / 24, (4 * 0.25 + 20 * 0.4) / 24])


def test_a_censored_neighbour_leaves_the_denominator_of_its_horizon() -> None:
    # Horizon 1: 1 of 4 breaks. Horizon 2: of the 2 undecided and seen one rejects, so half of the remaining 3/4.
    kinds = np.array([[BREAK, BREAK], [CHOP, REJECT], [CHOP, CHOP], [CHOP, CENSORED]], np.int8)
    p, _ = shrunk_probabilities(equal_neighbours(4), kinds, flat_climatology(2), kappa=0.0)
    assert p[0] == pytest.approx([0.25, 0.0, 0.75])
    assert p[1] == pytest.approx([0.25, 0.375, 0.375])


def test_a_whipsaw_is_shown_apart_and_counts_as_chop() -> None:
    kinds = np.array([[BREAK], [WHIPSAW], [WHIPSAW], [CHOP]], np.int8)
    outcome = outcome_distribution(
        equal_neighbours(4), kinds, np.ones((4, 1), np.float32), np.ones((4, 1), np.float32), flat_climatology(1), (120,), rules(kappa=0.0)
    )[0]
    assert outcome.p == pytest.approx((0.25, 0.0, 0.75))
    assert outcome.whipsaw == pytest.approx(0.5)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_distribution_is_monotone_and_sums_to_one_whatever_is_censored(data: st.DataObject) -> None:
    horizons, count = data.draw(st.integers(1, 7)), data.draw(st.integers(0, 12))
    kinds = np.array([data.draw(paths(horizons)) for _ in range(count)], np.int8).reshape(count, horizons)
    past = np.array([data.draw(paths(horizons)) for _ in range(6)], np.int8)
    base = past_climatology(past, np.arange(6), np.arange(6))
    neighbours = equal_neighbours(count, per_day=2) if count else Neighbours(*(np.empty(0, kind) for kind in (int, float, float, int)))
    p, incidence = shrunk_probabilities(neighbours, kinds, base, kappa=data.draw(st.sampled_from([0.0, 5.0, 20.0])))
    assert p.sum(axis=1) == pytest.approx(np.ones(horizons))
    assert (np.diff(p[:, :2], axis=0) >= -1e-12).all()
    assert (np.diff(p[:, 2]) <= 1e-12).all()
    assert (incidence >= 0).all() and (p >= 0).all()


@st.composite
def paths(draw: st.DrawFn, horizons: int) -> list[int]:
    """Kinds of one trigger over the horizons: chop, then decided for good, then censored by the clock."""
    decided_at, censored_at = draw(st.integers(0, horizons)), draw(st.integers(0, horizons))
    kind = draw(st.sampled_from([BREAK, REJECT, WHIPSAW]))
    return [CENSORED if h >= censored_at else kind if h >= decided_at else CHOP for h in range(horizons)]


@pytest.mark.parametrize("seed", range(5))
def test_climatology_of_single_windows_equals_the_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = np.sort(rng.choice([CHOP, BREAK, CENSORED], size=(30, 4)), axis=1).astype(np.int8)
    base = past_climatology(kinds, np.arange(30), np.arange(30) // 3)
    names = [[NAMES[kind] for kind in row] for row in kinds]
    expected = naive_search.cumulative_incidence(names, [1.0] * 30, 4)
    assert base.incidence == pytest.approx(np.array([[row["break"], row["reject"], row["whipsaw"]] for row in expected]))


def test_climatology_counts_episodes_not_windows() -> None:
    # One episode of nine windows that broke, one of one window that was rejected: half and half.
    kinds = np.array([[BREAK]] * 9 + [[REJECT]], np.int8)
    base = past_climatology(kinds, np.array([0] * 9 + [1]), np.array([0, 1]))
    assert base.probabilities[0] == pytest.approx([0.5, 0.5, 0.0])
    assert (base.episodes, base.days) == (2, 2)


def test_a_horizon_that_no_past_episode_was_seen_to_is_left_out() -> None:
    kinds = np.array([[BREAK, CENSORED], [CHOP, CENSORED]], np.int8)
    base = past_climatology(kinds, np.arange(2), np.arange(2))
    excursions = np.ones((2, 2), np.float32)
    outcomes = outcome_distribution(equal_neighbours(2), kinds, excursions, excursions, base, (120, 240), rules())
    assert [outcome.horizon_s for outcome in outcomes] == [120]


def test_interval_holds_the_probability_repeats_itself_and_widens_with_fewer_days() -> None:
    kinds = np.array([[BREAK], [REJECT], [CHOP], [BREAK]] * 6, np.int8)
    many = interval(equal_neighbours(24), kinds, flat_climatology(1), 0, rules())
    again = interval(equal_neighbours(24), kinds, flat_climatology(1), 0, rules())
    few = interval(equal_neighbours(24, per_day=12), kinds, flat_climatology(1), 0, rules())
    assert many[0].tobytes() == again[0].tobytes() and many[1].tobytes() == again[1].tobytes()
    p, _ = shrunk_probabilities(equal_neighbours(24), kinds, flat_climatology(1), 20.0)
    assert (many[0] <= p[0]).all() and (p[0] <= many[1]).all()
    assert ((few[1] - few[0]) > (many[1] - many[0])).all()


def test_dirichlet_interval_is_that_of_the_beta_distribution_where_days_agree() -> None:
    # Every day is alike, so the bootstrap has no width. 20 days and kappa 0: Beta(10, 10), whose 5 % and 95 % points are 0.320 and 0.680.
    kinds = np.array([[BREAK], [REJECT]] * 20, np.int8)
    low, high = interval(equal_neighbours(40, per_day=2), kinds, flat_climatology(1), 0, rules(kappa=0.0, bootstrap_draws=20_000))
    assert (low[0], high[0]) == (pytest.approx(0.320, abs=0.005), pytest.approx(0.680, abs=0.005))


def test_bootstrap_interval_is_the_wider_where_days_disagree() -> None:
    # 10 days, each all BREAK or all REJECT, kappa 0: the share is that of 10 coins, 5 % and 95 % points 0.2 and 0.8;
    # Beta(5, 5) has 0.251 and 0.749.
    kinds = np.repeat(np.array([BREAK, REJECT] * 5, np.int8), 3)[:, None]
    low, high = interval(equal_neighbours(30, per_day=3), kinds, flat_climatology(1), 0, rules(kappa=0.0, bootstrap_draws=20_000))
    assert (low[0], high[0]) == (pytest.approx(0.2), pytest.approx(0.8))


def test_excursions_are_hidden_below_eight_effective_neighbours() -> None:
    def outcome(days: int) -> HorizonOutcome:
        kinds = np.full((days, 1), BREAK, np.int8)
        ticks = np.arange(1, days + 1, dtype=np.float32)[:, None]
        return outcome_distribution(equal_neighbours(days), kinds, ticks, 2 * ticks, flat_climatology(1), (120,), rules())[0]

    assert outcome(7).excursions is None
    shown = outcome(10).excursions
    assert shown is not None
    assert shown.mfe_ticks == (1.0, 5.0, 9.0)
    assert shown.mae_ticks == (2.0, 10.0, 18.0)


def test_weighted_quantile_is_the_first_value_that_reaches_the_share() -> None:
    values, weight = np.array([5.0, 1.0, 3.0], np.float32), np.array([0.2, 0.5, 0.3])
    assert [weighted_quantile(values, weight, share) for share in (0.1, 0.5, 0.51, 0.8, 0.9)] == [1.0, 1.0, 3.0, 3.0, 5.0]


def test_outcome_names_become_kinds_seen_from_the_approach() -> None:
    names = np.array([["BREAK_UP", "BREAK_DOWN", "REJECT_UP"], ["CHOP", "CENSORED", "WHIPSAW"]])
    assert outcome_kinds(names).tolist() == [[BREAK, BREAK, REJECT], [CHOP, CENSORED, WHIPSAW]]
    with pytest.raises(UnknownOutcome, match="BREAKOUT"):
        outcome_kinds(np.array(["BREAKOUT"]))


def test_weights_are_summed_one_after_another_whatever_the_machine() -> None:
    random = np.random.default_rng(3)
    kinds, weight = random.integers(0, 5, (5_000, 2)).astype(np.int8), random.random(5_000)
    expected = 0.0
    for kind, each in zip(kinds[:, 0], weight, strict=True):
        expected += each * float(kind != CENSORED)
    assert weighted_counts(kinds, weight).at_risk[0] == expected
