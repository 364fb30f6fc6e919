"""Those who take: market orders, the metaorders they belong to, and resting orders that become aggressive.

Metaorders of Pareto length give trade signs their long memory (Lillo, Mike and Farmer 2005).
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, merged
from ..events import SIDE_NONE, TRADE
from .extremes import note_trade
from .fair import logistic
from .market import Market
from .matching import MOST_HITS, Aggressor, Hits, execute
from .orders import ASK, BID, NOBODY, TICKS, Book, new_order_id
from .pace import SWEEP_FAST, SWEEP_SLOW, TRADE_FAST, TRADE_SLOW, excite, stamp
from .plan import Plan
from .planting import Planting
from .tape import FIRST_PACKET, Tape, end_event, end_event_by_chance, write
from .weights import TRADE_WEIGHT, quote_weights

WIDEST_TRADE = 4
"""Beyond this spread, in ticks, none trades."""
META_SHARE, META_TAIL, META_MOST = 0.46, 1.4, 5000.0
"""Market orders that belong to the running metaorder, and the Pareto tail of its length."""
IMBALANCE_LEAN = 1.2
"""Lean of takers by the best queues' imbalance; their lean by the fair price is `Market.fair_lean`."""
RESTING_AGGRESSOR_SHARE, UNSIGNED_SHARE, HIDDEN_SHARE, REMAINDER_SHARE = 0.037, 0.01, 0.02, 0.35
SWEEP_ON_SHARE = 0.3
"""Market orders that go on after emptying a queue."""
ONE_LOT_SHARE, FEW_LOTS_SHARE, CLEARING_SHARE = 0.66, 0.298, 0.004
FEW_MEAN, MANY_LEAST, MANY_TAIL, CLEARING_MEAN = 1.3, 7.0, 1.25, 3.0
"""Market orders of one lot, of 2 and more with an exponential tail, and of the whole best queue and some more; the rest, 4 %, has a Pareto
tail. The 99th percentile is about 20 contracts where the queues hold as many."""


@compiled
def trade(
    book: Book,
    market: Market,
    planting: Planting,
    tape: Tape,
    hits: Hits,
    plan: Plan,
    total: float,
    ts_ns: int,
    rng: np.random.Generator,
) -> None:
    """A market order: a taker's, an implied one, or a resting order repriced through the spread."""
    side = _taker_side(book, market, rng)
    other = ASK if side == BID else BID
    best = book.best_ask if side == BID else book.best_bid
    if book.orders[other, best] == 0 or book.best_ask - book.best_bid > WIDEST_TRADE:
        return
    if rng.random() < 0.5 * UNSIGNED_SHARE:
        write(tape, ts_ns, 0, best, 1 + int(rng.standard_exponential() * 2.0), TRADE, SIDE_NONE, FIRST_PACKET)
        note_trade(planting, market, plan, best, best)
        end_event(tape, True)
        return
    best_before = book.best_bid + book.best_ask
    first_record = tape.count
    execute(book, tape, hits, _aggressor(book, side, best, other, rng), ts_ns)
    end_event_by_chance(tape, rng)
    _answer_trade(book, market, planting, tape, plan, best, best_before, total, first_record)


@compiled
def take_liquidity(book: Book, market: Market, planting: Planting, tape: Tape, hits: Hits, plan: Plan, side: int, size: int) -> None:
    """A child of a metaorder from outside the model, now; it goes as far as it must, and the market answers it as one of its own.

    The other side must hold an order, and `size` must not exceed MOST_HITS.
    """
    weights = quote_weights(market)
    total = weights.bid_adds + weights.ask_adds + weights.bid_cancels + weights.ask_cancels + TRADE_WEIGHT
    best = book.best_ask if side == BID else book.best_bid
    best_before = book.best_bid + book.best_ask
    first_record = tape.count
    market.meta_flow += 1 if side == BID else -1
    order = Aggressor(new_order_id(book), side, size, TICKS if side == BID else 0, False, 0, False, NOBODY)
    execute(book, tape, hits, order, stamp(market, plan))
    end_event(tape, False)
    _answer_trade(book, market, planting, tape, plan, best, best_before, total, first_record)
    market.written += tape.count - first_record


@merged
def _answer_trade(
    book: Book, market: Market, planting: Planting, tape: Tape, plan: Plan, best: int, best_before: int, total: float, first_record: int
) -> None:
    """Carry a trade's price into the extremes and excite what follows it."""
    last_price = _last_trade(tape, first_record)
    note_trade(planting, market, plan, min(best, last_price), max(best, last_price))
    excite(market, plan, total, TRADE_FAST, TRADE_SLOW)
    if book.best_bid + book.best_ask != best_before:
        excite(market, plan, total, SWEEP_FAST, SWEEP_SLOW)
    market.stale_weights = 1


@merged
def _taker_side(book: Book, market: Market, rng: np.random.Generator) -> int:
    if market.meta_left <= 0:
        market.meta_left = int(min(3.0 * (1.0 - rng.random()) ** (-1.0 / META_TAIL), META_MOST))
        market.meta_sign = 1 if rng.random() < 0.5 else -1
    if rng.random() < META_SHARE:
        market.meta_left -= 1
        market.meta_flow += market.meta_sign
        return BID if market.meta_sign > 0 else ASK
    bid_size = book.quantity[BID, book.best_bid]
    ask_size = book.quantity[ASK, book.best_ask]
    imbalance = (bid_size - ask_size) / (bid_size + ask_size + 1.0)
    return BID if rng.random() < logistic(IMBALANCE_LEAN * imbalance + market.fair_lean) else ASK


@compiled
def _aggressor(book: Book, side: int, best: int, other: int, rng: np.random.Generator) -> Aggressor:
    shown = book.quantity[other, best]
    unsigned = rng.random() < 0.5 * UNSIGNED_SHARE
    slot = _resting_aggressor(book, side, shown, rng) if rng.random() < RESTING_AGGRESSOR_SHARE else NOBODY
    if slot != NOBODY:
        return Aggressor(book.order_id[slot], side, min(book.contracts[slot], MOST_HITS), best, False, 0, False, slot)
    size = min(_market_size(shown, rng), MOST_HITS)
    worst = best
    if size > shown and rng.random() < SWEEP_ON_SHARE:
        worst = best + 3 if side == BID else best - 3
    rests = not unsigned and rng.random() < REMAINDER_SHARE
    hidden = 1 + int(rng.standard_exponential()) if rng.random() < HIDDEN_SHARE else 0
    return Aggressor(new_order_id(book), side, size, worst, rests, hidden, unsigned, NOBODY)


@merged
def _resting_aggressor(book: Book, side: int, shown: int, rng: np.random.Generator) -> int:
    """The last order in line up to three ticks behind the best, when it is plain, free to go and no larger than what it would take."""
    best = book.best_bid if side == BID else book.best_ask
    depth = int(rng.random() * 4.0)
    slot = max(book.tail[side, best - depth if side == BID else best + depth], NOBODY)
    if slot == NOBODY or book.reserve[slot] > 0 or book.contracts[slot] > shown or book.planted[slot] != 0:
        return NOBODY
    return slot


@merged
def _market_size(shown: int, rng: np.random.Generator) -> int:
    """Contracts of a market order: mostly one, a Pareto tail, and now and then the whole best queue."""
    u = rng.random()
    if u < ONE_LOT_SHARE:
        return 1
    if u < ONE_LOT_SHARE + FEW_LOTS_SHARE:
        return 2 + int(rng.standard_exponential() * FEW_MEAN)
    if u < 1.0 - CLEARING_SHARE:
        return int(MANY_LEAST * (1.0 - rng.random()) ** (-1.0 / MANY_TAIL))
    return shown + int(rng.standard_exponential() * CLEARING_MEAN)


@merged
def _last_trade(tape: Tape, first_record: int) -> int:
    """Position of the last T of the event that began at `first_record`."""
    position = tape.position[first_record]
    for i in range(first_record, tape.count):
        if tape.action[i] == TRADE:
            position = tape.position[i]
    return position
