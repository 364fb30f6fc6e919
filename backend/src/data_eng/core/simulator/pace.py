"""When the next event comes: the day's pace, the market's mood, and events that excite further ones.

Trades and moves of the best excite what follows: a sub-critical Hawkes process in offspring form, simulated by thinning (Ogata 1981).
"""

from __future__ import annotations

from math import exp, sqrt

import numpy as np

from ..compiled import compiled, merged
from .market import Market
from .plan import STEP_S, Plan

RECORDS_A_GAIN = 20.0
"""Records a second at gain 1, about: 12 of weight, 1.2 records an event, 1.4 by excitation. The pace's feedback takes out the error."""
FAST_S, SLOW_S = 0.004, 4.0
TRADE_FAST, TRADE_SLOW, MOVE_FAST, MOVE_SLOW, SWEEP_FAST, SWEEP_SLOW = 2.0, 2.0, 6.0, 10.0, 8.0, 12.0
"""Offspring of a trade, of a move of the best, of an emptied queue, by the fast and the slow kernel; scaled by `Plan.excitation`."""
FAST_MOST, SLOW_MOST = 400.0, 6.0
ACTIVITY_S, ACTIVITY_STEP = 900.0, 0.03
"""Ornstein-Uhlenbeck log activity: time constant and diffusion per square root of a second."""
NEWS_EVERY_S, NEWS_S, NEWS_LEAST, NEWS_SPREAD = 3600.0, 15.0, 2.0, 2.0
FEEDBACK_S, PACE_LEAST, PACE_MOST = 900.0, 0.1, 3.0
"""The pace makes up for records written too many or too few over this time, within these factors."""


@merged
def wait_for_event(market: Market, rate: float, rng: np.random.Generator) -> bool:
    """Move time to the next event and say True, or to the next step, or to a candidate that thinning turns down."""
    excited = 1.0 + market.fast + market.slow
    wait = rng.standard_exponential() / (rate * excited) if rate > 0.0 else np.inf
    arrival = min(market.time_s + wait, market.fleeting_due_s)
    if arrival >= market.next_step_s:
        _cool(market, market.next_step_s - market.time_s)
        market.time_s = market.next_step_s
        return False
    _cool(market, arrival - market.time_s)
    market.time_s = arrival
    if arrival >= market.fleeting_due_s or excited < 1.0 + 1e-3:
        return True
    return rng.random() * excited < 1.0 + market.fast + market.slow


@merged
def _cool(market: Market, elapsed_s: float) -> None:
    if market.fast > 1e-4:
        market.fast *= exp(-elapsed_s / FAST_S)
    if market.slow > 1e-4:
        market.slow *= exp(-elapsed_s / SLOW_S)


@merged
def excite(market: Market, plan: Plan, total: float, fast: float, slow: float) -> None:
    """Add `fast` and `slow` expected offspring, whatever the present rate."""
    rate = market.gain * total
    market.fast = min(market.fast + plan.excitation * fast / (FAST_S * rate), FAST_MOST)
    market.slow = min(market.slow + plan.excitation * slow / (SLOW_S * rate), SLOW_MOST)


@merged
def stamp(market: Market, plan: Plan) -> int:
    """Matching time of the event, ns UTC, later than the one before."""
    ts_ns = max(plan.origin_ns + int(market.time_s * 1e9), market.last_ns + 1)
    market.last_ns = ts_ns
    return ts_ns


@merged
def next_mood(market: Market, time_s: float, rng: np.random.Generator) -> float:
    """Let activity and news become those of the step that begins; returns their factor on the pace."""
    market.activity += -market.activity * STEP_S / ACTIVITY_S + ACTIVITY_STEP * sqrt(STEP_S) * rng.standard_normal()
    market.news *= exp(-STEP_S / NEWS_S)
    if time_s > market.next_news_s:
        market.news += NEWS_LEAST + NEWS_SPREAD * rng.random()
        market.next_news_s = time_s + rng.standard_exponential() * NEWS_EVERY_S
    return exp(market.activity + market.news - 0.25 * ACTIVITY_STEP**2 * ACTIVITY_S)


@compiled
def paced_gain(market: Market, plan: Plan, second: int) -> float:
    """Events a second per unit of weight, so that the session's records end near the plan's number."""
    last = plan.seconds
    rate = plan.expected[min(second + 1, last)] - plan.expected[second]
    if rate <= 0.0:
        return 0.0
    horizon = plan.expected[min(second + int(FEEDBACK_S), last)] - plan.expected[second] + 1.0
    missing = plan.expected[second] - market.written
    correction = min(max(1.0 + missing / horizon, PACE_LEAST), PACE_MOST)
    return rate * correction / RECORDS_A_GAIN
