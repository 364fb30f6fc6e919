"""The market's life, event by event: a queue-reactive book under pace, news, self-excitation, metaorders and a fair price."""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, merged
from .barrier import barrier_now
from .extremes import learn_levels
from .fair import lean_on_fair_price, middle, move_fair_price
from .market import BrokenMarket, Market
from .matching import Hits
from .orders import EDGE, TICKS, Book
from .pace import next_mood, paced_gain, stamp, wait_for_event
from .plan import STEP_S, Plan
from .planting import LOCAL, Knobs, Planting, lean_on_flow, planted_side, watch_levels
from .quoting import quote, refill, take_back
from .standouts import NOTHING, tend_standout
from .takers import trade
from .tape import CAPACITY, LONGEST_EVENT, Tape
from .weights import lean_nearby, quote_weights, refill_weight, trade_weight, weigh_queues


@compiled
def advance(
    book: Book, market: Market, planting: Planting, tape: Tape, hits: Hits, plan: Plan, until_s: float, rng: np.random.Generator
) -> None:
    """Run the market until `until_s`, a multiple of STEP_S, or until the tape has no room for one more event.

    Cutting a session into stretches anywhere on steps gives the same records as running it whole.
    Raises BrokenMarket when the book is full or the price leaves its range.
    """
    while market.time_s < until_s and tape.count < CAPACITY - LONGEST_EVENT:
        if market.time_s >= market.next_step_s:
            _take_step(book, market, planting, plan, rng)
            if planting.standout != NOTHING:
                tend_standout(book, market, planting, tape, plan, rng)
        if market.stale_weights != 0:
            weigh_queues(book, market, plan)
        spread = book.best_ask - book.best_bid
        trades, refills, quotes = trade_weight(spread), refill_weight(spread), quote_weights(market)
        total = quotes.bid_adds + quotes.ask_adds + quotes.bid_cancels + quotes.ask_cancels + trades + refills
        if not wait_for_event(market, market.gain * total, rng):
            continue
        before = tape.count
        ts_ns = stamp(market, plan)
        if market.time_s >= market.fleeting_due_s:
            take_back(book, market, tape, ts_ns, rng)
        else:
            u = rng.random() * total
            if u < trades:
                trade(book, market, planting, tape, hits, plan, total, ts_ns, rng)
            elif u < trades + refills:
                refill(book, market, tape, plan, total, ts_ns, rng)
            else:
                quote(book, market, tape, plan, quotes, u - trades - refills, total, ts_ns, rng)
        market.written += tape.count - before


@merged
def _take_step(book: Book, market: Market, planting: Planting, plan: Plan, rng: np.random.Generator) -> None:
    """Let pace, news, fair price, levels and lean become those of the step that begins."""
    time_s = market.time_s
    step = int(time_s / STEP_S)
    market.next_step_s = (step + 1) * STEP_S
    mid = middle(book, market.latent)
    market.mids[step] = mid
    if book.free_slots < LONGEST_EVENT:
        raise BrokenMarket("the simulated book is full.", "Ask for fewer --records.")
    if not 2 * EDGE < mid < TICKS - 2 * EDGE:
        raise BrokenMarket("the simulated price left the book's range.", "Ask for fewer --records or a lower --outcome.")
    mood = next_mood(market, time_s, rng)
    market.gain = paced_gain(market, plan, int(time_s)) * mood
    learn_levels(planting, plan, time_s)
    regular = plan.rth_open_s <= time_s < plan.rth_close_s
    knobs = Knobs(plan.signature, plan.outcome, plan.placebo == 1, plan.lag_s, plan.kinds, plan.drift_ticks, plan.reach)
    planting.barrier_now = barrier_now(market, plan, step) if regular and plan.drift_ticks < 0.0 < plan.outcome else 0.0
    watch_levels(planting, knobs, mid, time_s, regular, rng)
    move_fair_price(market, planting, plan, knobs, step, mood)
    lean_on_fair_price(market, mid)
    market.way = planted_side(planting, knobs, time_s)
    market.local = 1 if planting.kind == LOCAL else 0
    lean_on_flow(market.add_lean, market.cancel_lean, 0 if market.local else market.way, plan.signature)
    if lean_nearby(market, market.way if market.local else 0, plan.signature):
        market.stale_weights = 1
