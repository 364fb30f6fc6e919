"""The fair price, which takers and the book lean toward: a latent price that diffuses, moved by what metaorders trade.

A metaorder's trade moves the fair price by a sum of exponentials, each IMPACT_RATIO times slower than the one before: together they fade
as the inverse root of time, so that a metaorder at an even pace moves the price by the root of its size (Bouchaud, Gefen, Potters and
Wyart 2004, the propagator). Other takers chase the price and are no news.
"""

from __future__ import annotations

from math import exp, sqrt

import numpy as np

from ..compiled import merged
from .market import IMPACTS, Market
from .orders import ASK, BID, Book
from .plan import STEP_S, Plan
from .planting import Knobs, Planting, planted_drift

IMPACT_RATIO = 8.0
IMPACT_WEIGHTS = IMPACT_RATIO ** (-0.5 * np.arange(IMPACTS))
FAIR_LEAN, LEAN_MOST = 1.5, 3.0
"""Lean of takers by each tick of the fair price above the middle."""
BOOK_LEAN, BOOK_SLACK_TICKS, BOOK_LEAN_MOST, CANCEL_LEAN_SHARE = 1.0, 1.0, 2.0, 0.25
"""Lean of adds, and a share of it of cancels, by each tick of the fair price beyond the slack; within it the book says nothing of the
fair price, so that a planted signature is not answered at once."""


@merged
def middle(book: Book, latent: float) -> float:
    """Middle of the book; beside the one best when the other side is empty, the latent price when both are."""
    has_bid, has_ask = book.orders[BID, book.best_bid] > 0, book.orders[ASK, book.best_ask] > 0
    if has_bid and has_ask:
        return 0.5 * (book.best_bid + book.best_ask)
    if has_bid:
        return book.best_bid + 0.5
    return book.best_ask - 0.5 if has_ask else latent


@merged
def move_fair_price(market: Market, planting: Planting, plan: Plan, knobs: Knobs, step: int, mood: float) -> None:
    """Let latent and fair price become those of the step that begins: by its noise, its drift and what is left of the impact."""
    if plan.follows == 1:
        market.latent = market.fair = plan.track[step]
        return
    time_s, second = market.time_s, int(market.time_s)
    drift = (plan.anchor[second] - market.latent) / plan.anchor_s[second] + planted_drift(planting, knobs, market.fair, time_s)
    market.latent += drift * STEP_S + plan.sigma[second] * sqrt(STEP_S * mood) * plan.noise[step]
    market.fair = market.latent + _faded_impact(market, plan)


@merged
def _faded_impact(market: Market, plan: Plan) -> float:
    """Let one step pass over the metaorders' impact, take in their last trades, and return what is left of it, ticks."""
    total = 0.0
    fade_s = plan.impact_s
    for i in range(IMPACTS):
        market.impacts[i] = market.impacts[i] * exp(-STEP_S / fade_s) + plan.impact * IMPACT_WEIGHTS[i] * market.meta_flow
        total += market.impacts[i]
        fade_s *= IMPACT_RATIO
    market.meta_flow = 0
    return total


@merged
def lean_on_fair_price(market: Market, mid: float) -> None:
    """Set the lean of takers, adds and cancels by how far the fair price stands from the middle."""
    ahead = market.fair - mid
    market.fair_lean = min(max(FAIR_LEAN * ahead, -LEAN_MOST), LEAN_MOST)
    beyond = max(abs(ahead) - BOOK_SLACK_TICKS, 0.0) if ahead > 0.0 else -max(abs(ahead) - BOOK_SLACK_TICKS, 0.0)
    book_lean = min(max(BOOK_LEAN * beyond, -BOOK_LEAN_MOST), BOOK_LEAN_MOST)
    adds, cancels = market.add_lean, market.cancel_lean
    adds[BID] = exp(book_lean)
    adds[ASK] = 1.0 / adds[BID]
    cancels[ASK] = exp(CANCEL_LEAN_SHARE * book_lean)
    cancels[BID] = 1.0 / cancels[ASK]


@merged
def logistic(x: float) -> float:
    """Chance of the buying side at a lean of `x`."""
    return 1.0 / (1.0 + exp(-x))
