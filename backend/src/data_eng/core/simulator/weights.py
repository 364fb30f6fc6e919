"""How likely each kind of event is now: thin queues fill and full ones empty (Huang, Lehalle and Rosenbaum 2015)."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

from ..compiled import merged
from .market import Market
from .orders import ASK, BID, Book
from .plan import LEVELS, Plan
from .planting import LOCAL_TICKS

_RATIO_STEPS, _RATIO_SPAN = 512, 64.0
_ratio = np.arange(_RATIO_STEPS) / _RATIO_SPAN
ADD_BY_RATIO = 1.6 / (1.0 + 0.6 * _ratio)
"""Adds against the queue's size over its usual size: a thin queue fills."""
CANCEL_BY_RATIO = _ratio**0.8
WEIGHT_BY_LEVEL = np.r_[1.9, 0.25, 0.1, 0.06, 0.05, np.full(5, 0.03), np.full(10, 0.04)]
"""Adds by level, as on ES: more than half at the best, 6 % a tick behind it, few from there to ten ticks, a tenth from ten to twenty."""
TRADE_WEIGHT = 0.625
"""Market orders per add weight: 3.5 to 4 % of the records are trades. More would fill more than an eighth of all adds."""
WIDE_TRADE_FACTOR = 0.45
"""Takers wait while the spread is wide."""
REFILL_WEIGHT = 6.0
"""Adds inside a wide spread: it closes within a few events."""


class QuoteWeights(NamedTuple):
    """Weight of each group of events in the live queues, all levels together. The number of a group modulo 2 is its side."""

    bid_adds: float
    ask_adds: float
    bid_cancels: float
    ask_cancels: float


@merged
def trade_weight(spread: int) -> float:
    return TRADE_WEIGHT if spread == 1 else TRADE_WEIGHT * WIDE_TRADE_FACTOR


@merged
def refill_weight(spread: int) -> float:
    return 0.0 if spread == 1 else REFILL_WEIGHT


@merged
def quote_weights(market: Market) -> QuoteWeights:
    bid_adds = ask_adds = bid_cancels = ask_cancels = 0.0
    for k in range(LEVELS):
        bid_adds += market.add_weights[BID, k]
        ask_adds += market.add_weights[ASK, k]
        bid_cancels += market.cancel_weights[BID, k]
        ask_cancels += market.cancel_weights[ASK, k]
    adds, cancels = market.add_lean, market.cancel_lean
    return QuoteWeights(bid_adds * adds[BID], ask_adds * adds[ASK], bid_cancels * cancels[BID], ask_cancels * cancels[ASK])


@merged
def weigh_queues(book: Book, market: Market, plan: Plan) -> None:
    for k in range(LEVELS):
        weigh_queue(book, market, plan, BID, k)
        weigh_queue(book, market, plan, ASK, k)
    market.stale_weights = 0


@merged
def weigh_queue(book: Book, market: Market, plan: Plan, side: int, k: int) -> None:
    position = book.best_bid - k if side == BID else book.best_ask + k
    ratio = min(int(book.quantity[side, position] * _RATIO_SPAN / plan.depth[k]), _RATIO_STEPS - 1)
    adds, cancels = WEIGHT_BY_LEVEL[k] * ADD_BY_RATIO[ratio], WEIGHT_BY_LEVEL[k] * CANCEL_BY_RATIO[ratio]
    if k <= LOCAL_TICKS:
        adds *= 1.0 + market.near_adds[side]
        cancels *= 1.0 + market.near_cancels[side]
    market.add_weights[side, k], market.cancel_weights[side, k] = adds, cancels


@merged
def lean_nearby(market: Market, way: int, signature: float) -> bool:
    """Set the lean of the queues near the bests to what a local signature calls for; True when it changed.

    The same factors as `lean_on_flow`, on the queues up to LOCAL_TICKS behind each side's best alone.
    """
    before = market.near_cancels[BID] - market.near_cancels[ASK]
    market.near_adds[:] = 0.0
    market.near_cancels[:] = 0.0
    if way != 0:
        giving, other = (ASK, BID) if way > 0 else (BID, ASK)
        market.near_cancels[giving] = exp(signature) - 1.0
        market.near_adds[giving] = exp(-0.5 * signature) - 1.0
        market.near_adds[other] = exp(0.5 * signature) - 1.0
    return before != market.near_cancels[BID] - market.near_cancels[ASK]
