"""A simulated session's plan: how busy, how deep, how lively, and what followers and spreads take over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.simulator.plan import ADD_SIZES, LEVELS, Plan
from src.data_eng.core.simulator.planting import TO_BARRIER, Knobs
from src.data_eng.core.simulator.scenario import (
    EVENING_PACE,
    FULL_DAY_DEPTH,
    FULL_DAY_RECORDS,
    FULL_DAY_SIGMA,
    LATE_PACE,
    LEAST_DEPTH,
    PROBE_SHARE,
    SETTLE_S,
    START_POSITION,
    WANDER_S,
    Shape,
    day_step_ticks,
    following_plan,
    order_sizes,
    outer_depth,
    quieter,
    session_plan,
    shape_of_day,
    still_plan,
    usual_depth,
)
from src.data_eng.core.units import NS_PER_S
from tests.simulated_days import BARRIER, summer_clock

CLOCK = summer_clock()
SHAPE = Shape(records=100_000.0, sigma=0.5, depth=10.0, excitation=0.4)
KNOBS = Knobs(0.3, 0.2, True, 20.0, 0b0101, TO_BARRIER, 0.6)
SECONDS = int(CLOCK.second(CLOCK.end_ns))
OPEN_S, CLOSE_S = int(CLOCK.second(CLOCK.rth_open_ns)), int(CLOCK.second(CLOCK.rth_close_ns))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return session_plan(CLOCK, SHAPE, START_POSITION + 40.0, KNOBS, 900.0, BARRIER)


def test_seconds_count_from_the_session_s_origin() -> None:
    assert CLOCK.second(CLOCK.origin_ns) == 0.0
    assert CLOCK.second(CLOCK.origin_ns + 3 * NS_PER_S // 2) == 1.5
    assert SECONDS == 23 * 3600 + 900


def test_a_full_day_has_the_full_day_s_shape_and_a_thin_one_no_less_than_the_least_depth() -> None:
    full, thin = shape_of_day(FULL_DAY_RECORDS), shape_of_day(100_000)
    assert (full.sigma, full.depth, full.excitation) == (FULL_DAY_SIGMA, FULL_DAY_DEPTH, 1.0)
    assert thin.depth == LEAST_DEPTH
    assert thin.sigma == pytest.approx(FULL_DAY_SIGMA * (100_000 / FULL_DAY_RECORDS) ** 0.25)
    assert thin.excitation == pytest.approx(LEAST_DEPTH / FULL_DAY_DEPTH)
    assert full.records < FULL_DAY_RECORDS, "the opening, snapshots and the close have their records too"


@settings(deadline=None)
@given(st.integers(20_000, 40_000_000))
def test_the_market_s_life_gets_at_least_a_fifth_of_the_records_and_more_on_a_larger_day(records: int) -> None:
    shape = shape_of_day(records)
    assert 0.2 * records <= shape.records < records
    assert shape.records <= shape_of_day(records + 1_000_000).records
    assert 0.15 <= shape.excitation <= 1.0


def test_a_quieter_instrument_has_its_share_of_the_records_thinner_queues_and_the_same_price() -> None:
    other = quieter(SHAPE, 0.5)
    assert other._replace(depth=0.0) == Shape(50_000.0, 0.5, 0.0, 0.15)
    assert other.depth == pytest.approx(10.0 * 0.5**0.3)
    assert quieter(SHAPE, 1e-6).depth == 5.0


def test_a_day_s_step_grows_with_the_root_of_its_regular_hours() -> None:
    assert day_step_ticks(SHAPE, CLOCK) == pytest.approx(0.6 * 0.5 * (6.5 * 3600) ** 0.5)


def test_the_plan_expects_all_its_records_and_none_while_orders_gather(plan: Plan) -> None:
    expected = plan.expected[: SECONDS + 1]
    assert (plan.seconds, plan.origin_ns) == (SECONDS, CLOCK.origin_ns)
    assert expected[-1] == pytest.approx(SHAPE.records)
    assert (np.diff(expected) >= 0.0).all()
    assert expected[900] == 0.0 and expected[901] > 0.0


def test_evening_and_late_hours_are_a_share_of_the_regular_hours_mean(plan: Plan) -> None:
    pace = np.diff(plan.expected[: SECONDS + 1])
    regular = pace[OPEN_S:CLOSE_S].mean()
    assert pace[1000] / regular == pytest.approx(EVENING_PACE)
    assert pace[CLOSE_S] / regular == pytest.approx(LATE_PACE)
    assert pace[CLOSE_S - 1] / regular > 0.4


def test_the_open_is_busiest_the_close_busier_than_noon_and_the_morning_rises(plan: Plan) -> None:
    pace = np.diff(plan.expected[: SECONDS + 1])
    early_s = int(CLOCK.second(CLOCK.early_ns))
    assert pace[OPEN_S] == pace.max()
    assert pace[CLOSE_S - 1] > pace[(OPEN_S + CLOSE_S) // 2]
    assert pace[OPEN_S - 1] > pace[early_s] > pace[early_s - 1]


def test_volatility_follows_the_root_of_the_pace(plan: Plan) -> None:
    pace = np.diff(plan.expected[: SECONDS + 1])
    ratio = plan.sigma[1000] / plan.sigma[OPEN_S]
    assert ratio == pytest.approx((pace[1000] / pace[OPEN_S]) ** 0.5)
    assert (plan.sigma[OPEN_S:CLOSE_S] ** 2).mean() == pytest.approx(SHAPE.sigma**2)


def test_the_anchor_goes_to_the_end_position_over_the_regular_hours(plan: Plan) -> None:
    assert plan.anchor[OPEN_S] == START_POSITION
    assert plan.anchor[(OPEN_S + CLOSE_S) // 2] == pytest.approx(START_POSITION + 20.0)
    assert plan.anchor[[CLOSE_S, SECONDS]].tolist() == [START_POSITION + 40.0] * 2
    assert plan.anchor_s[[0, CLOSE_S - 1, CLOSE_S]].tolist() == [WANDER_S, WANDER_S, SETTLE_S]


def test_the_plan_carries_moments_and_knobs(plan: Plan) -> None:
    assert (plan.premarket_s, plan.rth_open_s, plan.opening_range_s, plan.rth_close_s) == (11.25 * 3600, OPEN_S, 900.0, CLOSE_S)
    assert (plan.signature, plan.outcome, plan.placebo, plan.lag_s) == (0.3, 0.2, 1, 20.0)
    assert (plan.kinds, plan.drift_ticks, plan.reach) == (0b0101, TO_BARRIER, 0.6)
    assert (plan.barrier_c, plan.barrier_least, plan.barrier_s, plan.rv_windows, plan.profile_weight) == BARRIER
    assert plan.probe_share == pytest.approx(PROBE_SHARE * 10.0 / FULL_DAY_DEPTH)


def test_a_follower_has_its_own_pace_and_depth_and_nothing_planted(plan: Plan) -> None:
    follower = following_plan(plan, Shape(25_000.0, 9.9, 6.0, 0.15))
    assert follower.expected[SECONDS] == pytest.approx(25_000.0)
    assert (follower.follows, follower.impact, follower.signature, follower.outcome) == (1, 0.0, 0.0, 0.0)
    assert (follower.track == START_POSITION).all()
    assert follower.depth.tolist() == usual_depth(6.0).tolist()
    assert (plan.follows, plan.signature) == (0, 0.3), "the leader stays as it was"


def test_a_spread_hardly_moves(plan: Plan) -> None:
    still = still_plan(plan, Shape(5_000.0, 9.9, 6.0, 0.15))
    assert still.follows == 0
    assert still.sigma.max() == pytest.approx(0.02)
    assert (still.anchor == START_POSITION).all() and (still.anchor_s == SETTLE_S).all()


def test_queues_behind_the_best_are_a_little_thinner_and_the_outer_ones_fade_to_four() -> None:
    assert usual_depth(20.0).tolist() == [20.0, *[17.0] * (LEVELS - 1)]
    outer = outer_depth(20.0)
    assert outer[0] == int(28.0 * np.exp(-1 / 60.0))
    assert (np.diff(outer) <= 0).all() and outer[-1] == 4


def test_order_sizes_are_mostly_one_lot() -> None:
    sizes = order_sizes()
    assert len(sizes) == ADD_SIZES
    assert (sizes == 1).sum() == round(0.72 * ADD_SIZES)
    assert np.percentile(sizes, [50, 90, 99]).tolist() == [1.0, 4.0, 18.0]
    # The largest has u = 1 - 1 / 8192: 12 + int(14 * 4.81).
    assert (sizes.min(), sizes.max()) == (1, 79)
