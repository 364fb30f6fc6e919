"""Pace, fair price and weights of the simulated market, worked out by hand."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.simulator.fair import (
    IMPACT_RATIO,
    lean_on_fair_price,
    logistic,
    middle,
    move_fair_price,
)
from src.data_eng.core.simulator.market import MARKET_DTYPE
from src.data_eng.core.simulator.orders import ASK, BID, EDGE, FIRST_ORDER_ID, TICKS, empty_book, place_order
from src.data_eng.core.simulator.pace import (
    FAST_MOST,
    FAST_S,
    FEEDBACK_S,
    NEWS_LEAST,
    NEWS_S,
    NEWS_SPREAD,
    PACE_LEAST,
    PACE_MOST,
    RECORDS_A_GAIN,
    SLOW_MOST,
    SLOW_S,
    excite,
    next_mood,
    paced_gain,
    stamp,
    wait_for_event,
)
from src.data_eng.core.simulator.plan import LEVELS, PLAN_DTYPE, STEP_S
from src.data_eng.core.simulator.planting import Knobs, no_levels
from src.data_eng.core.simulator.records import zero_record
from src.data_eng.core.simulator.weights import (
    ADD_BY_RATIO,
    CANCEL_BY_RATIO,
    REFILL_WEIGHT,
    TRADE_WEIGHT,
    WEIGHT_BY_LEVEL,
    WIDE_TRADE_FACTOR,
    quote_weights,
    refill_weight,
    trade_weight,
    weigh_queue,
    weigh_queues,
)

NOTHING = Knobs(0.0, 0.0, False)


@pytest.fixture
def market() -> Any:
    market = zero_record(MARKET_DTYPE)
    market.fleeting_due_s = np.inf
    market.next_step_s = STEP_S
    return market


@pytest.fixture
def plan() -> Any:
    """10 records a second for 1,000 s, then none; an anchor at 8000 drawn to over 100 s, no noise, an impact of half a tick a trade."""
    plan = zero_record(PLAN_DTYPE)
    plan.seconds, plan.origin_ns, plan.excitation = 2000, 5_000, 1.0
    plan.expected[:2001] = 10.0 * np.minimum(np.arange(2001), 1000)
    plan.anchor[:], plan.anchor_s[:] = 8000.0, 100.0
    plan.impact, plan.impact_s = 0.5, 2.0
    return plan


def test_a_market_on_plan_has_the_plan_s_pace(market: Any, plan: Any) -> None:
    market.written = 1000
    assert paced_gain(market, plan, 100) == pytest.approx(10.0 / RECORDS_A_GAIN)


def test_records_that_are_missing_quicken_the_pace_and_too_many_slow_it(market: Any, plan: Any) -> None:
    """At second 50 the plan has 500 and expects 9,000 more in the next 900 s; 100 missing are a hundredth of those and one."""
    market.written = 400
    expected_ahead = 10.0 * FEEDBACK_S + 1.0
    assert paced_gain(market, plan, 50) == pytest.approx(10.0 * (1.0 + 100.0 / expected_ahead) / RECORDS_A_GAIN)
    market.written = 600
    assert paced_gain(market, plan, 50) == pytest.approx(10.0 * (1.0 - 100.0 / expected_ahead) / RECORDS_A_GAIN)


@pytest.mark.parametrize(("written", "factor"), [(-1_000_000, PACE_MOST), (1_000_000, PACE_LEAST)])
def test_the_pace_s_correction_stays_within_its_factors(market: Any, plan: Any, written: int, factor: float) -> None:
    market.written = written
    assert paced_gain(market, plan, 50) == pytest.approx(10.0 * factor / RECORDS_A_GAIN)


def test_nothing_happens_where_the_plan_expects_nothing(market: Any, plan: Any) -> None:
    assert paced_gain(market, plan, 1000) == 0.0
    assert paced_gain(market, plan, 999) > 0.0
    assert paced_gain(market, plan, 2000) == 0.0


def test_events_are_stamped_in_order_though_two_fall_into_one_nanosecond(market: Any, plan: Any) -> None:
    market.time_s = 2.5e-6
    assert [stamp(market, plan), stamp(market, plan)] == [7_500, 7_501]
    market.time_s = 1.0
    assert stamp(market, plan) == 1_000_005_000


def test_offspring_are_counted_against_the_rate_and_capped(market: Any, plan: Any) -> None:
    """At 50 events a second, 2 offspring by a kernel of 4 s raise the rate by 2 / (4 * 50) of itself."""
    market.gain = 10.0
    excite(market, plan, 5.0, 0.01, 2.0)
    assert market.fast == pytest.approx(0.01 / (FAST_S * 50.0))
    assert market.slow == pytest.approx(2.0 / (SLOW_S * 50.0))
    excite(market, plan, 5.0, 1e6, 1e6)
    assert (market.fast, market.slow) == (FAST_MOST, SLOW_MOST)


def test_a_quieter_plan_has_fewer_offspring(market: Any, plan: Any) -> None:
    market.gain, plan.excitation = 10.0, 0.25
    excite(market, plan, 5.0, 0.0, 2.0)
    assert (market.fast, market.slow) == (0.0, pytest.approx(0.5 / (SLOW_S * 50.0)))


def test_without_a_rate_time_goes_on_to_the_next_step_and_excitement_cools(market: Any) -> None:
    market.slow, market.fast = 2.0, 1e-5
    assert not wait_for_event(market, 0.0, np.random.default_rng(1))
    assert market.time_s == STEP_S
    assert market.slow == pytest.approx(2.0 * exp(-STEP_S / SLOW_S))
    assert market.fast == 1e-5, "too little to be worth an exponential"


def test_a_fleeting_order_is_due_before_any_later_event(market: Any) -> None:
    market.fleeting_due_s = 0.125
    assert wait_for_event(market, 1e-9, np.random.default_rng(1))
    assert market.time_s == 0.125
    market.fleeting_due_s = STEP_S
    assert not wait_for_event(market, 1e-9, np.random.default_rng(1)), "the step comes first when both fall together"


def test_events_come_at_the_rate_that_excitement_has_cooled_to(market: Any) -> None:
    """In 10 ms at 200 a second and twice as many more that fade within 4 ms: 200 (0.01 + 2 * 0.004 (1 - exp(-2.5))) = 3.469 events.

    Candidates that come at the rate before it cooled have to be turned down.
    """
    draws, counted = np.random.default_rng(7), 0
    for _ in range(2000):
        market.time_s, market.next_step_s, market.slow, market.fast = 0.0, 0.01, 0.0, 2.0
        while market.time_s < market.next_step_s:
            counted += wait_for_event(market, 200.0, draws)
    # Four standard deviations of 6,937 events are 333.
    assert counted == pytest.approx(2000 * 200.0 * (0.01 + 2.0 * FAST_S * (1.0 - exp(-0.01 / FAST_S))), abs=333)


def test_news_raise_the_mood_and_fade(market: Any) -> None:
    draws = np.random.default_rng(2)
    market.next_news_s = 10.0
    next_mood(market, 10.0, draws)
    assert market.news == 0.0
    next_mood(market, 10.25, draws)
    came = float(market.news)
    assert NEWS_LEAST <= came < NEWS_LEAST + NEWS_SPREAD
    assert market.next_news_s > 10.25
    market.next_news_s = np.inf
    next_mood(market, 10.5, draws)
    assert market.news == pytest.approx(came * exp(-STEP_S / NEWS_S))


def test_the_middle_lies_between_the_bests_beside_one_alone_or_at_the_latent_price() -> None:
    book = empty_book(FIRST_ORDER_ID)
    assert middle(book, 77.0) == 77.0
    place_order(book, 1, BID, 8000, 1, 0, 5)
    assert middle(book, 77.0) == 8000.5
    place_order(book, 2, ASK, 8003, 1, 0, 5)
    assert middle(book, 77.0) == 8001.5
    alone = empty_book(FIRST_ORDER_ID)
    place_order(alone, 2, ASK, 8003, 1, 0, 5)
    assert (middle(alone, 77.0), alone.best_bid, TICKS - alone.best_ask) == (8002.5, EDGE, TICKS - 8003)


def test_the_latent_price_is_drawn_to_its_anchor_and_shaken_by_its_noise(market: Any, plan: Any) -> None:
    """20 ticks below an anchor of 100 s: 0.2 ticks a second, a quarter of that in a step; noise 2 of sigma 3 over a root of 0.25 s is 3."""
    market.latent = market.fair = 7980.0
    move_fair_price(market, no_levels(), plan, NOTHING, 0, 1.0)
    assert (market.latent, market.fair) == (pytest.approx(7980.05), pytest.approx(7980.05))
    plan.sigma[0], plan.noise[1] = 3.0, 2.0
    market.latent = 8000.0
    move_fair_price(market, no_levels(), plan, NOTHING, 1, 1.0)
    assert market.latent == pytest.approx(8003.0)
    market.latent = 8000.0
    move_fair_price(market, no_levels(), plan, NOTHING, 1, 4.0)
    assert market.latent == pytest.approx(8006.0), "four times the pace is twice the volatility"


def test_a_planted_drift_moves_the_latent_price(market: Any, plan: Any) -> None:
    planting = no_levels()
    planting.start_s, planting.outcome_class, planting.direction = 0.0, 1, -1
    market.latent, market.time_s = 8000.0, 20.0
    move_fair_price(market, planting, plan, Knobs(0.0, 0.4, False), 0, 1.0)
    assert market.latent == pytest.approx(8000.0 - 0.4 * STEP_S)


def test_a_follower_takes_its_leader_s_track(market: Any, plan: Any) -> None:
    plan.follows, plan.track[3], market.meta_flow = 1, 8123.5, 9
    move_fair_price(market, no_levels(), plan, NOTHING, 3, 1.0)
    assert (market.latent, market.fair) == (8123.5, 8123.5)


def test_a_metaorder_s_impact_is_a_sum_of_exponentials_each_eight_times_slower(market: Any, plan: Any) -> None:
    """Three buys at half a tick each: at once the sum of the weights 1, 8^-1/2, 8^-1 and 8^-3/2 of 1.5 ticks."""
    market.latent, market.meta_flow = 8000.0, 3
    move_fair_price(market, no_levels(), plan, NOTHING, 0, 1.0)
    parts = 1.5 * IMPACT_RATIO ** (-0.5 * np.arange(4))
    assert market.fair - market.latent == pytest.approx(parts.sum())
    assert market.meta_flow == 0
    move_fair_price(market, no_levels(), plan, NOTHING, 1, 1.0)
    fade_s = 2.0 * IMPACT_RATIO ** np.arange(4)
    assert market.fair - market.latent == pytest.approx((parts * np.exp(-STEP_S / fade_s)).sum())


@pytest.mark.parametrize(
    ("ahead", "fair_lean", "book_lean"),
    [(0.0, 0.0, 0.0), (0.5, 0.75, 0.0), (1.0, 1.5, 0.0), (1.5, 2.25, 0.5), (-1.5, -2.25, -0.5), (9.0, 3.0, 2.0), (-9.0, -3.0, -2.0)],
)
def test_takers_lean_at_once_and_the_book_only_beyond_a_tick(market: Any, ahead: float, fair_lean: float, book_lean: float) -> None:
    market.fair = 8000.0 + ahead
    lean_on_fair_price(market, 8000.0)
    assert market.fair_lean == pytest.approx(fair_lean)
    assert market.add_lean.tolist() == pytest.approx([exp(book_lean), exp(-book_lean)])
    assert market.cancel_lean.tolist() == pytest.approx([exp(-0.25 * book_lean), exp(0.25 * book_lean)])


def test_a_lean_of_nothing_is_an_even_chance() -> None:
    assert logistic(0.0) == 0.5
    assert logistic(1.2) + logistic(-1.2) == pytest.approx(1.0)
    assert logistic(1.0) == pytest.approx(1.0 / (1.0 + exp(-1.0)))


def test_takers_wait_and_quoters_come_while_the_spread_is_wide() -> None:
    assert [trade_weight(1), trade_weight(2)] == [TRADE_WEIGHT, TRADE_WEIGHT * WIDE_TRADE_FACTOR]
    assert [refill_weight(1), refill_weight(2)] == [0.0, REFILL_WEIGHT]


def test_a_thin_queue_is_added_to_and_a_full_one_withdrawn_from(market: Any, plan: Any) -> None:
    """A queue as deep as usual has ratio 64 of 64 steps; one of eight times as much stands at the table's end."""
    book = empty_book(FIRST_ORDER_ID)
    plan.depth[:] = 10.0
    for order_id, side, position, contracts in ((1, BID, 8000, 10), (2, BID, 7998, 1000), (3, ASK, 8001, 5)):
        place_order(book, order_id, side, position, contracts, 0, 5)
    market.stale_weights = 1
    weigh_queues(book, market, plan)
    assert market.stale_weights == 0
    for side, k, step in ((BID, 0, 64), (BID, 1, 0), (BID, 2, 511), (ASK, 0, 32)):
        assert market.add_weights[side, k] == pytest.approx(WEIGHT_BY_LEVEL[k] * ADD_BY_RATIO[step])
        assert market.cancel_weights[side, k] == pytest.approx(WEIGHT_BY_LEVEL[k] * CANCEL_BY_RATIO[step])
    assert ADD_BY_RATIO[64] == pytest.approx(1.0) and CANCEL_BY_RATIO[64] == pytest.approx(1.0)


def test_one_queue_is_weighed_alone(market: Any, plan: Any) -> None:
    book = empty_book(FIRST_ORDER_ID)
    plan.depth[:] = 10.0
    place_order(book, 1, ASK, 8003, 5, 0, 5)
    weigh_queue(book, market, plan, ASK, 0)
    assert np.flatnonzero(market.add_weights).tolist() == [LEVELS]


def test_a_group_s_weight_is_its_levels_together_times_the_side_s_lean(market: Any) -> None:
    market.add_weights[BID], market.add_weights[ASK] = 1.0, 2.0
    market.cancel_weights[BID, 3], market.cancel_weights[ASK, 19] = 5.0, 7.0
    market.add_lean[:], market.cancel_lean[:] = (0.5, 3.0), (2.0, 0.25)
    assert tuple(quote_weights(market)) == pytest.approx((0.5 * LEVELS, 3.0 * 2.0 * LEVELS, 10.0, 1.75))
