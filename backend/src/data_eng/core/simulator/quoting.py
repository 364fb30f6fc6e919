"""Those who quote: they add, cancel, resize and reprice resting orders, and refill a wide spread."""

from __future__ import annotations

from math import exp

import numpy as np

from ..compiled import compiled, merged
from ..events import ADD, CANCEL, MODIFY
from .fair import logistic
from .market import Market
from .orders import (
    ASK,
    BID,
    NOBODY,
    Book,
    improve_best,
    join_queue,
    leave_queue,
    new_order_id,
    place_order,
    remove_order,
    resize_order,
    retreat_bests,
)
from .pace import MOVE_FAST, MOVE_SLOW, TRADE_FAST, excite
from .plan import ADD_SIZES, LEVELS, Plan
from .planting import LOCAL_TICKS
from .tape import FIRST_PACKET, Tape, end_event_by_chance, side_letter, write, write_order
from .weights import QuoteWeights, weigh_queue

TAIL_STEP, TAIL_STEPS_MOST = 0.35, 64
"""A cancel's victim is found from the queue's tail, one order further with this chance: lives are heavy-tailed."""
RESIZE_SHARE, REPRICE_SHARE, GROW_SHARE = 0.05, 0.15, 0.02
"""Of cancels, the shares that are modifies: smaller in place, moved by a tick, larger (which loses the place in line)."""
FLEETING_SHARE, FLEETING_S = 0.165, 0.0008
"""Adds that are taken back within a millisecond; a tenth of ES orders live less than 1.2 ms."""
PROBE_S = 0.00015
"""Mean life of a new best inside a wide spread that is taken back before others join it; a tenth of them live below 0.2 ms on ES."""
FAR_TICKS, FAR_MOST, OLDEST_SHARE = 40.0, 200, 0.8
"""Orders deeper than the live queues: mean and longest distance beyond them, and the share of cancels there that take a queue's oldest
order. Where the price goes, orders already wait; and they live for minutes, however busy the day is."""
ICEBERG_SHARE, ICEBERG_REFRESHES = 0.18, 4.0
"""Of orders above one lot, which makes a twentieth of all, and the mean of their hidden parts."""
REFILL_META, REFILL_LEAN = 0.3, 1.5
"""Lean of a new best inside a wide spread by the metaorder's sign and by the takers' lean."""


@merged
def quote(
    book: Book,
    market: Market,
    tape: Tape,
    plan: Plan,
    group_weights: QuoteWeights,
    u: float,
    total: float,
    ts_ns: int,
    rng: np.random.Generator,
) -> None:
    """An add, cancel or modify in one of the live queues; `u` is uniform over the four groups' weights.

    On an empty side nothing happens: its first order comes by `refill`.
    """
    group = 0
    while group < 3 and u >= group_weights[group]:
        u -= group_weights[group]
        group += 1
    side, adds = group & 1, group < 2
    u /= market.add_lean[side] if adds else market.cancel_lean[side]
    weights = market.add_weights if adds else market.cancel_weights
    k = 0
    while k < LEVELS - 1 and u >= weights[side, k]:
        u -= weights[side, k]
        k += 1
    best = book.best_bid if side == BID else book.best_ask
    if book.orders[side, best] == 0:
        return
    near_factor = 1.0 + (market.near_adds[side] if adds else market.near_cancels[side])
    far = rng.random() < plan.far_share / near_factor
    if far:
        k = LEVELS + min(int(rng.standard_exponential() * FAR_TICKS), FAR_MOST)
    position = best - k if side == BID else best + k
    if adds:
        _add(book, market, tape, plan, side, position, FLEETING_SHARE, FLEETING_S, ts_ns, rng)
    elif far:
        _cancel_far(book, tape, plan, side, position, k, ts_ns, rng)
    elif book.orders[side, position] > 0:
        _withdraw(book, market, tape, plan, side, position, total, ts_ns, rng)
    if k < LEVELS:
        weigh_queue(book, market, plan, side, k)


@compiled
def refill(book: Book, market: Market, tape: Tape, plan: Plan, total: float, ts_ns: int, rng: np.random.Generator) -> None:
    """A new best inside a wide spread, near the fair price, on the side that metaorder, fair price and signature favour."""
    way = market.way
    if way != 0 and rng.random() < 1.0 - exp(-plan.signature):
        side = BID if way > 0 else ASK
    else:
        side = BID if rng.random() < logistic(REFILL_META * market.meta_sign + REFILL_LEAN * market.fair_lean) else ASK
    fair = int(market.fair)
    if side == BID:
        position = min(max(fair, book.best_bid + 1), book.best_ask - 1)
    else:
        position = max(min(fair + 1, book.best_ask - 1), book.best_bid + 1)
    _add(book, market, tape, plan, side, position, plan.probe_share, PROBE_S, ts_ns, rng)
    excite(market, plan, total, TRADE_FAST, 0.0)
    market.stale_weights = 1


@merged
def take_back(book: Book, market: Market, tape: Tape, ts_ns: int, rng: np.random.Generator) -> None:
    """Cancel the fleeting order, if it still rests."""
    slot, order_id = market.fleeting_slot, market.fleeting_id
    market.fleeting_slot = NOBODY
    market.fleeting_due_s = np.inf
    if book.order_id[slot] == order_id:
        _cancel(book, tape, slot, ts_ns, rng)
        retreat_bests(book)
        market.stale_weights = 1


@merged
def _add(
    book: Book,
    market: Market,
    tape: Tape,
    plan: Plan,
    side: int,
    position: int,
    fleeting_share: float,
    fleeting_s: float,
    ts_ns: int,
    rng: np.random.Generator,
) -> None:
    """A new order, which with the chance `fleeting_share` is taken back after `fleeting_s` in the mean."""
    size = plan.add_sizes[int(rng.random() * ADD_SIZES)]
    reserve = 0
    if size > 1 and rng.random() < ICEBERG_SHARE:
        reserve = size * (1 + int(rng.standard_exponential() * ICEBERG_REFRESHES))
    order_id = new_order_id(book)
    slot = place_order(book, order_id, side, position, size, reserve, ts_ns)
    write(tape, ts_ns, order_id, position, size, ADD, side_letter(side), FIRST_PACKET)
    end_event_by_chance(tape, rng)
    if market.fleeting_slot == NOBODY and rng.random() < fleeting_share:
        market.fleeting_slot, market.fleeting_id = slot, order_id
        market.fleeting_due_s = market.time_s + rng.standard_exponential() * fleeting_s


@merged
def _cancel(book: Book, tape: Tape, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    write_order(tape, book, slot, CANCEL, FIRST_PACKET, ts_ns)
    remove_order(book, slot)
    end_event_by_chance(tape, rng)


@merged
def _cancel_far(book: Book, tape: Tape, plan: Plan, side: int, position: int, k: int, ts_ns: int, rng: np.random.Generator) -> None:
    """Cancel an order deeper than the live queues, the more surely the fuller its queue is."""
    usual = plan.far_orders * exp((LEVELS - k) / FAR_TICKS)
    if book.orders[side, position] > usual * rng.random():
        slot = book.head[side, position] if rng.random() < OLDEST_SHARE else book.tail[side, position]
        if book.planted[slot] == 0:
            _cancel(book, tape, slot, ts_ns, rng)


@merged
def _withdraw(
    book: Book, market: Market, tape: Tape, plan: Plan, side: int, position: int, total: float, ts_ns: int, rng: np.random.Generator
) -> None:
    """Cancel or modify an order of a queue that holds one."""
    slot = book.tail[side, position]
    for _ in range(TAIL_STEPS_MOST):
        if book.ahead[slot] < 0 or rng.random() >= TAIL_STEP:
            break
        slot = book.ahead[slot]
    if book.planted[slot] != 0:
        return
    u = rng.random()
    if u < RESIZE_SHARE:
        if book.contracts[slot] == 1:
            _cancel(book, tape, slot, ts_ns, rng)
        else:
            resize_order(book, slot, 1 + int(rng.random() * (book.contracts[slot] - 1)))
            _report_modify(book, tape, slot, ts_ns, rng)
    elif u < RESIZE_SHARE + GROW_SHARE:
        leave_queue(book, slot)
        book.contracts[slot] += 1 + int(rng.standard_exponential() * 2.0)
        join_queue(book, slot, side, position, ts_ns)
        _report_modify(book, tape, slot, ts_ns, rng)
    elif u < RESIZE_SHARE + GROW_SHARE + REPRICE_SHARE:
        _reprice(book, market, tape, plan, slot, ts_ns, rng)
    else:
        _cancel(book, tape, slot, ts_ns, rng)
    if retreat_bests(book):
        excite(market, plan, total, MOVE_FAST, MOVE_SLOW)
        market.stale_weights = 1


@merged
def _reprice(book: Book, market: Market, tape: Tape, plan: Plan, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    """Move an order by one tick, never through the other side; away from the price when the signature makes its side retreat."""
    side, position = book.side[slot], book.position[slot]
    gives_way = market.way == (1 if side == ASK else -1) and (market.local == 0 or _is_local(book, side, position))
    away_chance = 1.0 - 0.5 * exp(-plan.signature) if gives_way else 0.5
    away = 1 if side == ASK else -1
    target = position + away if rng.random() < away_chance else position - away
    if (side == BID and target >= book.best_ask) or (side == ASK and target <= book.best_bid):
        target = position + away
    leave_queue(book, slot)
    join_queue(book, slot, side, target, ts_ns)
    improve_best(book, side, target)
    market.stale_weights = 1
    _report_modify(book, tape, slot, ts_ns, rng)


@merged
def _is_local(book: Book, side: int, position: int) -> bool:
    """Whether the position lies so near its side's best that a local signature acts there."""
    behind = book.best_bid - position if side == BID else position - book.best_ask
    return behind <= LOCAL_TICKS


@merged
def _report_modify(book: Book, tape: Tape, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    write_order(tape, book, slot, MODIFY, FIRST_PACKET, ts_ns)
    end_event_by_chance(tape, rng)
