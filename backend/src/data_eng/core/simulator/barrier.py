"""The barrier that an episode beginning now would have: the price's volatility of the last minutes, blended with the plan's.

The rule of `core.volatility`, step by step: what the stages fit on past sessions, the plan knows.
"""

from __future__ import annotations

from math import floor, sqrt
from typing import NamedTuple

from ..compiled import compiled
from ..volatility import SIGMA_FLOOR
from .market import Market
from .plan import STEP_S, Plan

WINDOW_STEPS = 20
"""Steps in a window of 5 s, over which the stages take a change of the middle."""
WINDOW_S = WINDOW_STEPS * STEP_S
SEEN_VARIANCE = 1.4
"""Variance of the middle over a window against that of the plan's sigma: metaorders, mood and the width of a tick come on top."""


class BarrierRules(NamedTuple):
    """How a barrier is made; those of the settings' `answer`."""

    c: float
    least_ticks: float
    primary_s: float
    rv_windows: int
    profile_weight: float


@compiled
def barrier_now(market: Market, plan: Plan, step: int) -> float:
    """Whole ticks from the level to either barrier."""
    windows, squares = 0, 0.0
    for i in range(plan.rv_windows):
        older = step - (i + 1) * WINDOW_STEPS
        if older < 0:
            break
        squares += (market.mids[older + WINDOW_STEPS] - market.mids[older]) ** 2
        windows += 1
    usual = SEEN_VARIANCE * plan.sigma[int(market.time_s)] ** 2
    now = squares / (windows * WINDOW_S) if windows > 0 else usual
    variance = (plan.rv_windows * now + plan.profile_weight * usual) / (plan.rv_windows + plan.profile_weight)
    sigma = max(sqrt(variance), SIGMA_FLOOR)
    return max(floor(plan.barrier_c * sigma * sqrt(plan.barrier_s) + 0.5), plan.barrier_least)
