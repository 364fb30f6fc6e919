"""The market's life, event by event: a queue-reactive book under pace, news, self-excitation, metaorders and a latent price.

Adds refill thin queues, cancels thin full ones (Huang, Lehalle and Rosenbaum 2015, The queue-reactive model). Trades and moves of the
best excite what follows: a sub-critical Hawkes process in offspring form, simulated by thinning (Ogata 1981). Metaorders of Pareto length
give trade signs their long memory (Lillo, Mike and Farmer 2005). Market orders, and the book, lean toward a fair price: a latent price that
diffuses, moved by what metaorders trade.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import TypeAlias

import numba as nb
import numpy as np
from numpy.typing import NDArray

from ...errors import SpymasterError
from ..events import ADD, CANCEL, MODIFY, SIDE_NONE, TRADE
from .matching import MOST_HITS, Aggressor, Hits, execute
from .orders import (
    ASK,
    BID,
    EDGE,
    NOBODY,
    TICKS,
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
from .planting import (
    OR_HIGH,
    OR_LOW,
    PM_HIGH,
    PM_LOW,
    Knobs,
    Planting,
    lean_on_flow,
    planted_drift,
    planted_side,
    watch_levels,
)
from .records import Record, zero_record
from .tape import CAPACITY, FIRST_PACKET, LONGEST_EVENT, Tape, end_event, side_letter, write

LEVELS = 20
"""Queues a side, from the best, that live; deeper ones wait until the price comes."""
STEP_S = 0.25
"""Pace, news, fair price and levels are looked at this often; every stretch handed to `advance` ends on a step."""

_RATIO_STEPS, _RATIO_SPAN = 512, 64.0
_ratio = np.arange(_RATIO_STEPS) / _RATIO_SPAN
ADD_BY_RATIO = 1.6 / (1.0 + 0.6 * _ratio)
"""Adds against the queue's size over its usual size: a thin queue fills."""
CANCEL_BY_RATIO = _ratio**0.8
WEIGHT_BY_LEVEL = np.r_[1.9, 0.25, 0.1, 0.06, 0.05, np.full(5, 0.03), np.full(10, 0.04)]
"""Adds by level, as on ES: more than half at the best, 6 % a tick behind it, few from there to ten ticks, a tenth from ten to twenty."""
TRADE_WEIGHT = 0.625
"""Market orders per add weight: 3.5 to 4 % of the records are trades. More would fill more than an eighth of all adds."""
WIDE_TRADE_FACTOR, WIDEST_TRADE = 0.45, 4
"""Takers wait while the spread is wide; beyond this many ticks none trades."""
REFILL_WEIGHT = 6.0
"""Adds inside a wide spread: it closes within a few events."""
RECORDS_A_GAIN = 20.0
"""Records a second at gain 1, about: 12 of weight, 1.2 records an event, 1.4 by excitation. The pace's feedback takes out the error."""

TAIL_STEP = 0.35
"""A cancel's victim is found from the queue's tail, one order further with this chance: lives are heavy-tailed."""
RESIZE_SHARE, REPRICE_SHARE, GROW_SHARE = 0.05, 0.15, 0.02
"""Of cancels, the shares that are modifies: smaller in place, moved by a tick, larger (which loses the place in line)."""
FLEETING_SHARE, FLEETING_S = 0.165, 0.0008
"""Adds that are taken back within a millisecond; a tenth of ES orders live less than 1.2 ms."""
PROBE_S = 0.00015
"""Mean life of a new best inside a wide spread that is taken back before others join it; a tenth of them live below 0.2 ms on ES."""
FAR_TICKS, FAR_MOST, OLDEST_SHARE = 40.0, 200, 0.8
"""Orders behind the live queues: mean and longest distance behind them, and the share of cancels there that take a queue's oldest order.
Where the price goes, orders already wait; and they live for minutes, however busy the day is."""
CLOSER_SHARE = 0.02
"""Events that an N record closes."""
ICEBERG_SHARE, ICEBERG_REFRESHES = 0.18, 4.0
"""Of orders above one lot, which makes a twentieth of all, and the mean of their hidden parts."""
META_SHARE, META_TAIL, META_MOST = 0.46, 1.4, 5000.0
"""Market orders that belong to the running metaorder, and the Pareto tail of its length."""
IMBALANCE_LEAN, FAIR_LEAN, LEAN_MOST = 1.2, 1.5, 3.0
"""Lean of takers by the best queues' imbalance and by each tick of the fair price above the middle."""
BOOK_LEAN, BOOK_SLACK_TICKS, BOOK_LEAN_MOST, CANCEL_LEAN_SHARE = 1.0, 1.0, 2.0, 0.25
"""Lean of adds, and a share of it of cancels, by each tick of the fair price beyond the slack; within it the book says nothing of the
fair price, so that a planted signature is not answered at once."""
RESTING_AGGRESSOR_SHARE, UNSIGNED_SHARE, HIDDEN_SHARE, REMAINDER_SHARE = 0.037, 0.01, 0.02, 0.35
SWEEP_ON_SHARE = 0.3
"""Market orders that go on behind an emptied queue."""
ONE_LOT_SHARE, FEW_LOTS_SHARE, CLEARING_SHARE = 0.66, 0.298, 0.004
FEW_MEAN, MANY_LEAST, MANY_TAIL, CLEARING_MEAN = 1.3, 7.0, 1.25, 3.0
"""Market orders of one lot, of 2 and more with an exponential tail, and of the whole best queue and some more; the rest, 4 %, has a Pareto
tail. The 99th percentile is about 20 contracts where the queues hold as many."""
REFILL_META, REFILL_LEAN = 0.3, 1.5
"""Lean of a new best inside a wide spread by the metaorder's sign and by the takers' lean."""

IMPACTS, IMPACT_RATIO = 4, 8.0
IMPACT_WEIGHTS = IMPACT_RATIO ** (-0.5 * np.arange(IMPACTS))
"""A metaorder's trade moves the fair price by a sum of exponentials, each IMPACT_RATIO times slower than the one before: together they fade
as the inverse root of time, so that a metaorder at an even pace moves the price by the root of its size (Bouchaud, Gefen, Potters and
Wyart 2004, the propagator). Other takers chase the price and are no news."""

FAST_S, SLOW_S = 0.004, 4.0
TRADE_FAST, TRADE_SLOW, MOVE_FAST, MOVE_SLOW, SWEEP_FAST, SWEEP_SLOW = 2.0, 2.0, 6.0, 10.0, 8.0, 12.0
"""Offspring of a trade, of a move of the best, of an emptied queue, by the fast and the slow kernel; scaled by `Plan.excitation`."""
FAST_MOST, SLOW_MOST = 400.0, 6.0
ACTIVITY_S, ACTIVITY_STEP = 900.0, 0.03
"""Ornstein-Uhlenbeck log activity: time constant and diffusion per square root of a second."""
NEWS_EVERY_S, NEWS_S, NEWS_LEAST, NEWS_SPREAD = 3600.0, 15.0, 2.0, 2.0
FEEDBACK_S, PACE_LEAST, PACE_MOST = 900.0, 0.1, 3.0
"""The pace makes up for records written too many or too few over this time, within these factors."""

BID_ADD, ASK_ADD, BID_CANCEL, ASK_CANCEL = range(4)
SECONDS = 86_400
"""Longest session a plan can hold."""
STEPS = int(SECONDS / STEP_S)
ADD_SIZES = 4096


class BrokenMarket(SpymasterError):
    """A plan whose market cannot go on."""


Plan: TypeAlias = Record
"""A record of PLAN_DTYPE: one instrument's session, fixed before it runs. Seconds and steps count from the session's origin."""

PLAN_DTYPE = np.dtype(
    [
        ("origin_ns", np.int64),
        ("seconds", np.int64),  # length of the session
        ("expected", np.float64, SECONDS + 1),  # records expected from the origin to each second
        ("sigma", np.float64, SECONDS + 1),  # volatility of the latent price, ticks per square root of a second
        ("anchor", np.float64, SECONDS + 1),  # book position the latent price is drawn to
        ("anchor_s", np.float64, SECONDS + 1),  # time constant of that draw, s
        ("follows", np.int64),  # 1: the latent price is `track`, another instrument's middle
        ("track", np.float64, STEPS + 1),
        ("depth", np.float64, LEVELS),  # usual contracts of each live queue
        ("add_sizes", np.int32, ADD_SIZES),  # equally likely contracts of a new order
        ("probe_share", np.float64),  # of new bests inside a wide spread, taken back within a millisecond
        ("far_share", np.float64),  # of adds and cancels, behind the live queues
        ("far_orders", np.float64),  # usual orders of a queue there
        ("impact", np.float64),  # ticks by which a metaorder's trade moves the fair price, IMPACT_WEIGHTS times
        ("impact_s", np.float64),  # shortest of the times over which that move fades
        ("noise", np.float64, STEPS + 1),  # standard normal draws of the latent price, so that two runs of one plan may share them
        ("excitation", np.float64),  # scale of the offspring numbers
        ("premarket_s", np.float64),
        ("rth_open_s", np.float64),
        ("opening_range_s", np.float64),
        ("rth_close_s", np.float64),
        ("signature", np.float64),
        ("outcome", np.float64),
        ("placebo", np.int64),
        ("lag_s", np.float64),
    ]
)

Market: TypeAlias = Record
"""A record of MARKET_DTYPE: what changes while a session runs, beside the book."""

MARKET_DTYPE = np.dtype(
    [
        ("time_s", np.float64),
        ("next_step_s", np.float64),
        ("latent", np.float64),  # book position
        ("fair", np.float64),  # latent price and what metaorders have moved it by, book position
        ("impacts", np.float64, IMPACTS),  # that move by how fast it fades, ticks
        ("meta_flow", np.int64),  # metaorders' trades since the last step, buys less sells
        ("fair_lean", np.float64),
        ("activity", np.float64),
        ("news", np.float64),
        ("next_news_s", np.float64),
        ("fast", np.float64),  # excitation by the two kernels, in units of the rate without any
        ("slow", np.float64),
        ("gain", np.float64),  # events a second per unit of weight
        ("written", np.int64),  # records
        ("last_ns", np.int64),  # time of the last event, ns UTC
        ("fleeting_due_s", np.float64),
        ("fleeting_slot", np.int64),
        ("fleeting_id", np.int64),
        ("meta_sign", np.int64),
        ("meta_left", np.int64),
        ("rth_high", np.int64),  # trades of the regular hours so far, positions
        ("rth_low", np.int64),
        ("way", np.int64),  # where the signature points: +1 asks give way, -1 bids, 0 nothing is planted now
        ("stale_weights", np.int64),
        ("weights", np.float64, (4, LEVELS)),  # of BID_ADD, ASK_ADD, BID_CANCEL, ASK_CANCEL
        ("lean", np.float64, 4),  # factors on them
        ("mids", np.float64, STEPS + 1),  # middle of the book at each step so far
    ]
)


def opening_market(plan: Plan, rng: np.random.Generator) -> Market:
    """A market at the session's origin, in its usual mood."""
    market = zero_record(MARKET_DTYPE)
    market.latent = market.fair = plan.anchor[0]
    market.next_news_s = rng.standard_exponential() * NEWS_EVERY_S
    market.fleeting_due_s = np.inf
    market.fleeting_slot, market.meta_sign, market.stale_weights = NOBODY, 1, 1
    market.rth_high, market.rth_low = -1, TICKS
    market.lean[:] = 1.0
    return market


@nb.njit(cache=True)
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
        if market.stale_weights != 0:
            _weigh_queues(book, market, plan)
        spread = book.best_ask - book.best_bid
        trade_weight = TRADE_WEIGHT if spread == 1 else TRADE_WEIGHT * WIDE_TRADE_FACTOR
        refill_weight = 0.0 if spread == 1 else REFILL_WEIGHT
        group_weights = _group_weights(market)
        total = group_weights[0] + group_weights[1] + group_weights[2] + group_weights[3] + trade_weight + refill_weight
        if not _wait(market, market.gain * total, rng):
            continue
        before = tape.count
        ts_ns = _stamp(market, plan)
        if market.time_s >= market.fleeting_due_s:
            _take_back(book, market, tape, plan, ts_ns, rng)
        else:
            u = rng.random() * total
            if u < trade_weight:
                _trade(book, market, planting, tape, hits, plan, total, ts_ns, rng)
            elif u < trade_weight + refill_weight:
                _refill(book, market, tape, plan, total, ts_ns, rng)
            else:
                _quote(book, market, tape, plan, group_weights, u - trade_weight - refill_weight, total, ts_ns, rng)
        market.written += tape.count - before


@nb.njit(cache=True, forceinline=True)
def _group_weights(market: Market) -> tuple[float, float, float, float]:
    lean = market.lean
    total0 = total1 = total2 = total3 = 0.0
    for k in range(LEVELS):
        total0 += market.weights[0, k]
        total1 += market.weights[1, k]
        total2 += market.weights[2, k]
        total3 += market.weights[3, k]
    return total0 * lean[0], total1 * lean[1], total2 * lean[2], total3 * lean[3]


@nb.njit(cache=True, forceinline=True)
def _wait(market: Market, rate: float, rng: np.random.Generator) -> bool:
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


@nb.njit(cache=True, forceinline=True)
def _cool(market: Market, elapsed_s: float) -> None:
    if market.fast > 1e-4:
        market.fast *= exp(-elapsed_s / FAST_S)
    if market.slow > 1e-4:
        market.slow *= exp(-elapsed_s / SLOW_S)


@nb.njit(cache=True, forceinline=True)
def _excite(market: Market, plan: Plan, total: float, fast: float, slow: float) -> None:
    """Add `fast` and `slow` expected offspring, whatever the present rate."""
    rate = market.gain * total
    market.fast = min(market.fast + plan.excitation * fast / (FAST_S * rate), FAST_MOST)
    market.slow = min(market.slow + plan.excitation * slow / (SLOW_S * rate), SLOW_MOST)


@nb.njit(cache=True, forceinline=True)
def _stamp(market: Market, plan: Plan) -> int:
    """Matching time of the event, ns UTC, later than the one before."""
    ts_ns = max(plan.origin_ns + int(market.time_s * 1e9), market.last_ns + 1)
    market.last_ns = ts_ns
    return ts_ns


@nb.njit(cache=True, forceinline=True)
def _take_step(book: Book, market: Market, planting: Planting, plan: Plan, rng: np.random.Generator) -> None:
    """Let pace, news, latent price, levels and lean become those of the step that begins."""
    time_s = market.time_s
    second = int(time_s)
    step = int(time_s / STEP_S)
    market.next_step_s = (step + 1) * STEP_S
    mid = _middle(book, market.latent)
    market.mids[step] = mid
    if book.free_slots < LONGEST_EVENT:
        raise BrokenMarket("the simulated book is full. Ask for fewer --records.")
    if not 2 * EDGE < mid < TICKS - 2 * EDGE:
        raise BrokenMarket("the simulated price left the book's range. Ask for fewer --records or a lower --outcome.")
    market.activity += -market.activity * STEP_S / ACTIVITY_S + ACTIVITY_STEP * sqrt(STEP_S) * rng.standard_normal()
    market.news *= exp(-STEP_S / NEWS_S)
    if time_s > market.next_news_s:
        market.news += NEWS_LEAST + NEWS_SPREAD * rng.random()
        market.next_news_s = time_s + rng.standard_exponential() * NEWS_EVERY_S
    mood = exp(market.activity + market.news - 0.25 * ACTIVITY_STEP**2 * ACTIVITY_S)
    market.gain = _paced_gain(market, plan, second) * mood
    _learn_levels(planting, market, plan, time_s)
    regular = plan.rth_open_s <= time_s < plan.rth_close_s
    knobs = Knobs(plan.signature, plan.outcome, plan.placebo == 1, plan.lag_s)
    watch_levels(planting, knobs, mid, time_s, regular, rng)
    if plan.follows == 1:
        market.latent = market.fair = plan.track[step]
    else:
        drift = (plan.anchor[second] - market.latent) / plan.anchor_s[second] + planted_drift(planting, knobs, market.fair, time_s)
        market.latent += drift * STEP_S + plan.sigma[second] * sqrt(STEP_S * mood) * plan.noise[step]
        market.fair = market.latent + _faded_impact(market, plan)
    ahead = market.fair - mid
    market.fair_lean = min(max(FAIR_LEAN * ahead, -LEAN_MOST), LEAN_MOST)
    lean = market.lean
    beyond = max(abs(ahead) - BOOK_SLACK_TICKS, 0.0) if ahead > 0.0 else -max(abs(ahead) - BOOK_SLACK_TICKS, 0.0)
    book_lean = min(max(BOOK_LEAN * beyond, -BOOK_LEAN_MOST), BOOK_LEAN_MOST)
    lean[BID_ADD] = exp(book_lean)
    lean[ASK_ADD] = 1.0 / lean[BID_ADD]
    lean[ASK_CANCEL] = exp(CANCEL_LEAN_SHARE * book_lean)
    lean[BID_CANCEL] = 1.0 / lean[ASK_CANCEL]
    market.way = planted_side(planting, knobs, time_s)
    lean_on_flow(lean, market.way, plan.signature)


@nb.njit(cache=True, forceinline=True)
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


@nb.njit(cache=True, forceinline=True)
def _middle(book: Book, latent: float) -> float:
    """Middle of the book; beside the one best when the other side is empty, the latent price when both are."""
    has_bid, has_ask = book.orders[BID, book.best_bid] > 0, book.orders[ASK, book.best_ask] > 0
    if has_bid and has_ask:
        return 0.5 * (book.best_bid + book.best_ask)
    if has_bid:
        return book.best_bid + 0.5
    return book.best_ask - 0.5 if has_ask else latent


@nb.njit(cache=True)
def _paced_gain(market: Market, plan: Plan, second: int) -> float:
    """Events a second per unit of weight, so that the session's records end near the plan's number."""
    last = plan.seconds
    rate = plan.expected[min(second + 1, last)] - plan.expected[second]
    if rate <= 0.0:
        return 0.0
    horizon = plan.expected[min(second + int(FEEDBACK_S), last)] - plan.expected[second] + 1.0
    behind = plan.expected[second] - market.written
    correction = min(max(1.0 + behind / horizon, PACE_LEAST), PACE_MOST)
    return rate * correction / RECORDS_A_GAIN


@nb.njit(cache=True)
def _learn_levels(planting: Planting, market: Market, plan: Plan, time_s: float) -> None:
    """Fix the pre-market's levels at the open and the opening range's when it ends."""
    if time_s >= plan.rth_open_s and planting.position[PM_HIGH] > 0:
        planting.known_s[PM_HIGH] = planting.known_s[PM_LOW] = plan.rth_open_s
    if time_s >= plan.rth_open_s + plan.opening_range_s and planting.position[OR_HIGH] > 0:
        planting.known_s[OR_HIGH] = planting.known_s[OR_LOW] = plan.rth_open_s + plan.opening_range_s


@nb.njit(cache=True, forceinline=True)
def _note_trade(planting: Planting, market: Market, plan: Plan, lowest: int, highest: int) -> None:
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


@nb.njit(cache=True, forceinline=True)
def _weigh_queues(book: Book, market: Market, plan: Plan) -> None:
    for k in range(LEVELS):
        _weigh_queue(book, market, plan, BID, k)
        _weigh_queue(book, market, plan, ASK, k)
    market.stale_weights = 0


@nb.njit(cache=True, forceinline=True)
def _weigh_queue(book: Book, market: Market, plan: Plan, side: int, k: int) -> None:
    position = book.best_bid - k if side == BID else book.best_ask + k
    ratio = min(int(book.quantity[side, position] * _RATIO_SPAN / plan.depth[k]), _RATIO_STEPS - 1)
    market.weights[side, k] = WEIGHT_BY_LEVEL[k] * ADD_BY_RATIO[ratio]
    market.weights[2 + side, k] = WEIGHT_BY_LEVEL[k] * CANCEL_BY_RATIO[ratio]


@nb.njit(cache=True, forceinline=True)
def _quote(
    book: Book,
    market: Market,
    tape: Tape,
    plan: Plan,
    group_weights: tuple[float, float, float, float],
    u: float,
    total: float,
    ts_ns: int,
    rng: np.random.Generator,
) -> None:
    """An add, cancel or modify in one of the live queues; `u` is uniform over the four groups' weights.

    On an empty side nothing happens: its first order comes by `_refill`.
    """
    group = 0
    while group < 3 and u >= group_weights[group]:
        u -= group_weights[group]
        group += 1
    u /= market.lean[group]
    k = 0
    while k < LEVELS - 1 and u >= market.weights[group, k]:
        u -= market.weights[group, k]
        k += 1
    side = group & 1
    best = book.best_bid if side == BID else book.best_ask
    if book.orders[side, best] == 0:
        return
    far = rng.random() < plan.far_share
    if far:
        k = LEVELS + min(int(rng.standard_exponential() * FAR_TICKS), FAR_MOST)
    position = best - k if side == BID else best + k
    if group < 2:
        _add(book, market, tape, plan, side, position, FLEETING_SHARE, FLEETING_S, ts_ns, rng)
    elif far:
        _cancel_far(book, tape, plan, side, position, k, ts_ns, rng)
    elif book.orders[side, position] > 0:
        _withdraw(book, market, tape, plan, side, position, total, ts_ns, rng)
    if k < LEVELS:
        _weigh_queue(book, market, plan, side, k)


@nb.njit(cache=True, forceinline=True)
def _cancel_far(book: Book, tape: Tape, plan: Plan, side: int, position: int, k: int, ts_ns: int, rng: np.random.Generator) -> None:
    """Cancel an order behind the live queues, the more surely the fuller its queue is."""
    usual = plan.far_orders * exp((LEVELS - k) / FAR_TICKS)
    if book.orders[side, position] > usual * rng.random():
        _cancel(book, tape, book.head[side, position] if rng.random() < OLDEST_SHARE else book.tail[side, position], ts_ns, rng)


@nb.njit(cache=True, forceinline=True)
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
    end_event(tape, rng.random() < CLOSER_SHARE)
    if market.fleeting_slot == NOBODY and rng.random() < fleeting_share:
        market.fleeting_slot, market.fleeting_id = slot, order_id
        market.fleeting_due_s = market.time_s + rng.standard_exponential() * fleeting_s


@nb.njit(cache=True, forceinline=True)
def _take_back(book: Book, market: Market, tape: Tape, plan: Plan, ts_ns: int, rng: np.random.Generator) -> None:
    """Cancel the fleeting order, if it still rests."""
    slot, order_id = market.fleeting_slot, market.fleeting_id
    market.fleeting_slot = NOBODY
    market.fleeting_due_s = np.inf
    if book.order_id[slot] == order_id:
        _cancel(book, tape, slot, ts_ns, rng)
        retreat_bests(book)
        market.stale_weights = 1


@nb.njit(cache=True, forceinline=True)
def _cancel(book: Book, tape: Tape, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    write(tape, ts_ns, book.order_id[slot], book.position[slot], book.contracts[slot], CANCEL, side_letter(book.side[slot]), FIRST_PACKET)
    remove_order(book, slot)
    end_event(tape, rng.random() < CLOSER_SHARE)


@nb.njit(cache=True, forceinline=True)
def _withdraw(
    book: Book, market: Market, tape: Tape, plan: Plan, side: int, position: int, total: float, ts_ns: int, rng: np.random.Generator
) -> None:
    """Cancel or modify an order of a queue that holds one."""
    slot = book.tail[side, position]
    for _ in range(64):
        if book.ahead[slot] < 0 or rng.random() >= TAIL_STEP:
            break
        slot = book.ahead[slot]
    u = rng.random()
    if u < RESIZE_SHARE:
        if book.contracts[slot] == 1:
            _cancel(book, tape, slot, ts_ns, rng)
        else:
            resize_order(book, slot, 1 + int(rng.random() * (book.contracts[slot] - 1)))
            _tell_modify(book, tape, slot, ts_ns, rng)
    elif u < RESIZE_SHARE + GROW_SHARE:
        leave_queue(book, slot)
        book.contracts[slot] += 1 + int(rng.standard_exponential() * 2.0)
        join_queue(book, slot, side, position, ts_ns)
        _tell_modify(book, tape, slot, ts_ns, rng)
    elif u < RESIZE_SHARE + GROW_SHARE + REPRICE_SHARE:
        _reprice(book, market, tape, plan, slot, ts_ns, rng)
    else:
        _cancel(book, tape, slot, ts_ns, rng)
    if retreat_bests(book):
        _excite(market, plan, total, MOVE_FAST, MOVE_SLOW)
        market.stale_weights = 1


@nb.njit(cache=True, forceinline=True)
def _reprice(book: Book, market: Market, tape: Tape, plan: Plan, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    """Move an order by one tick, never through the other side; away from the price when the signature makes its side retreat."""
    side, position = book.side[slot], book.position[slot]
    gives_way = market.way == (1 if side == ASK else -1)
    away_chance = 1.0 - 0.5 * exp(-plan.signature) if gives_way else 0.5
    away = 1 if side == ASK else -1
    target = position + away if rng.random() < away_chance else position - away
    if (side == BID and target >= book.best_ask) or (side == ASK and target <= book.best_bid):
        target = position + away
    leave_queue(book, slot)
    join_queue(book, slot, side, target, ts_ns)
    improve_best(book, side, target)
    market.stale_weights = 1
    _tell_modify(book, tape, slot, ts_ns, rng)


@nb.njit(cache=True, forceinline=True)
def _tell_modify(book: Book, tape: Tape, slot: int, ts_ns: int, rng: np.random.Generator) -> None:
    write(tape, ts_ns, book.order_id[slot], book.position[slot], book.contracts[slot], MODIFY, side_letter(book.side[slot]), FIRST_PACKET)
    end_event(tape, rng.random() < CLOSER_SHARE)


@nb.njit(cache=True)
def _refill(book: Book, market: Market, tape: Tape, plan: Plan, total: float, ts_ns: int, rng: np.random.Generator) -> None:
    """A new best inside a wide spread, near the fair price, on the side that metaorder, fair price and signature favour."""
    way = market.way
    if way != 0 and rng.random() < 1.0 - exp(-plan.signature):
        side = BID if way > 0 else ASK
    else:
        side = BID if rng.random() < _logistic(REFILL_META * market.meta_sign + REFILL_LEAN * market.fair_lean) else ASK
    fair = int(market.fair)
    if side == BID:
        position = min(max(fair, book.best_bid + 1), book.best_ask - 1)
    else:
        position = max(min(fair + 1, book.best_ask - 1), book.best_bid + 1)
    _add(book, market, tape, plan, side, position, plan.probe_share, PROBE_S, ts_ns, rng)
    _excite(market, plan, total, TRADE_FAST, 0.0)
    market.stale_weights = 1


@nb.njit(cache=True, forceinline=True)
def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


@nb.njit(cache=True)
def _trade(
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
        _note_trade(planting, market, plan, best, best)
        end_event(tape, True)
        return
    best_before = book.best_bid + book.best_ask
    first_record = tape.count
    execute(book, tape, hits, _aggressor(book, side, best, other, rng), ts_ns)
    end_event(tape, rng.random() < CLOSER_SHARE)
    _after_trade(book, market, planting, tape, plan, best, best_before, total, first_record)


@nb.njit(cache=True)
def take_liquidity(book: Book, market: Market, planting: Planting, tape: Tape, hits: Hits, plan: Plan, side: int, size: int) -> None:
    """A child of a metaorder from outside the model, now; it goes as far as it must, and the market answers it as one of its own.

    The other side must hold an order, and `size` must not exceed MOST_HITS.
    """
    weights = _group_weights(market)
    total = weights[0] + weights[1] + weights[2] + weights[3] + TRADE_WEIGHT
    best = book.best_ask if side == BID else book.best_bid
    best_before = book.best_bid + book.best_ask
    first_record = tape.count
    market.meta_flow += 1 if side == BID else -1
    order = Aggressor(new_order_id(book), side, size, TICKS if side == BID else 0, False, 0, False, NOBODY)
    execute(book, tape, hits, order, _stamp(market, plan))
    end_event(tape, False)
    _after_trade(book, market, planting, tape, plan, best, best_before, total, first_record)
    market.written += tape.count - first_record


@nb.njit(cache=True, forceinline=True)
def _after_trade(
    book: Book, market: Market, planting: Planting, tape: Tape, plan: Plan, best: int, best_before: int, total: float, first_record: int
) -> None:
    """Carry a trade's price into the extremes and excite what follows it."""
    last_price = _last_trade(tape, first_record)
    _note_trade(planting, market, plan, min(best, last_price), max(best, last_price))
    _excite(market, plan, total, TRADE_FAST, TRADE_SLOW)
    if book.best_bid + book.best_ask != best_before:
        _excite(market, plan, total, SWEEP_FAST, SWEEP_SLOW)
    market.stale_weights = 1


@nb.njit(cache=True, forceinline=True)
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
    return BID if rng.random() < _logistic(IMBALANCE_LEAN * imbalance + market.fair_lean) else ASK


@nb.njit(cache=True)
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


@nb.njit(cache=True, forceinline=True)
def _resting_aggressor(book: Book, side: int, shown: int, rng: np.random.Generator) -> int:
    """The last order in line up to three ticks behind the best, when it is plain and no larger than what it would take."""
    best = book.best_bid if side == BID else book.best_ask
    depth = int(rng.random() * 4.0)
    slot = max(book.tail[side, best - depth if side == BID else best + depth], NOBODY)
    if slot == NOBODY or book.reserve[slot] > 0 or book.contracts[slot] > shown:
        return NOBODY
    return slot


@nb.njit(cache=True, forceinline=True)
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


@nb.njit(cache=True, forceinline=True)
def _last_trade(tape: Tape, first_record: int) -> int:
    """Position of the last T of the event that began at `first_record`."""
    position = tape.position[first_record]
    for i in range(first_record, tape.count):
        if tape.action[i] == TRADE:
            position = tape.position[i]
    return position


@nb.njit(cache=True)
def open_book(book: Book, tape: Tape, plan: Plan, middle: int, outer: NDArray[np.int32], over_s: float, rng: np.random.Generator) -> None:
    """Place the orders the session opens with, one event each, spread over `over_s` seconds from the origin.

    `middle` is the first best bid, the first best offer stands a tick above it. `outer` is (depth levels,) contracts of the queues behind
    the LEVELS live ones, from the nearest outward.
    """
    levels = LEVELS + outer.size
    for k in range(levels):
        wanted = plan.depth[k] if k < LEVELS else outer[k - LEVELS]
        for side in range(2):
            position = middle - k if side == BID else middle + 1 + k
            while book.quantity[side, position] < wanted:
                size = plan.add_sizes[int(rng.random() * ADD_SIZES)]
                size = size if k < LEVELS else max(size, int(wanted / 3.0))
                ts_ns = plan.origin_ns + int(1e9 * over_s * (k + rng.random()) / levels)
                if tape.count > 0:
                    ts_ns = max(ts_ns, tape.ts_ns[tape.count - 1] + 1)
                order_id = new_order_id(book)
                place_order(book, order_id, side, position, size, 0, ts_ns)
                write(tape, ts_ns, order_id, position, size, ADD, side_letter(side), FIRST_PACKET)
                end_event(tape, False)


@nb.njit(cache=True)
def close_book(book: Book, tape: Tape, slots: NDArray[np.int32], ts_ns: int) -> None:
    """Cancel every order in one event, as the venue does with day orders at the session's end. The tape must hold them all."""
    for slot in slots:
        write(
            tape, ts_ns, book.order_id[slot], book.position[slot], book.contracts[slot], CANCEL, side_letter(book.side[slot]), FIRST_PACKET
        )
        remove_order(book, slot)
    end_event(tape, True)
