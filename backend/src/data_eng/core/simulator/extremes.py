"""The levels that a session makes itself: extremes of its pre-market and of its opening range, and of its regular hours for the next."""

from __future__ import annotations

from ..compiled import compiled, merged
from .market import Market
from .plan import Plan
from .planting import OR_HIGH, OR_LOW, PM_HIGH, PM_LOW, Planting


@compiled
def learn_levels(planting: Planting, plan: Plan, time_s: float) -> None:
    """Fix the pre-market's levels at the open and the opening range's when it ends."""
    if time_s >= plan.rth_open_s and planting.position[PM_HIGH] > 0:
        planting.known_s[PM_HIGH] = planting.known_s[PM_LOW] = plan.rth_open_s
    if time_s >= plan.rth_open_s + plan.opening_range_s and planting.position[OR_HIGH] > 0:
        planting.known_s[OR_HIGH] = planting.known_s[OR_LOW] = plan.rth_open_s + plan.opening_range_s


@merged
def note_trade(planting: Planting, market: Market, plan: Plan, lowest: int, highest: int) -> None:
    """Carry the extremes of the pre-market, the opening range and the regular hours."""
    time_s, level = market.time_s, planting.position
    if plan.premarket_s <= time_s < plan.rth_open_s:
        level[PM_HIGH] = max(level[PM_HIGH], highest)
        level[PM_LOW] = lowest if level[PM_LOW] == 0 else min(level[PM_LOW], lowest)
    elif plan.rth_open_s <= time_s < plan.rth_close_s:
        market.rth_high = max(market.rth_high, highest)
        market.rth_low = min(market.rth_low, lowest)
        if time_s < plan.rth_open_s + plan.opening_range_s:
            level[OR_HIGH] = max(level[OR_HIGH], highest)
            level[OR_LOW] = lowest if level[OR_LOW] == 0 else min(level[OR_LOW], lowest)
