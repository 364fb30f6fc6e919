"""A session's plan: when it is busy, how far the price wanders and where to, how deep the queues are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..units import NS_PER_S
from .barrier import BarrierRules
from .orders import TICKS
from .plan import ADD_SIZES, LEVELS, PLAN_DTYPE, Plan
from .planting import Knobs
from .records import zero_record

START_POSITION = TICKS // 2
FULL_DAY_RECORDS = 11_000_000
"""Records of a median full ES day."""
FULL_DAY_DEPTH = 21.0
"""Contracts in the best queue of a full day."""
LEAST_DEPTH = 4.5
FULL_DAY_SIGMA = 1.03
"""Ticks per square root of a second in regular hours of a full day, news, mood and metaorders not counted."""
SIGMA_POWER = 0.25
"""A thinner day is a calmer one: sigma falls with this power of the records."""
OUTER_LEVELS = 130
"""Queues a side beyond the live ones at the opening, so that the book reaches beyond 100 ticks."""
OUTER_DECAY, OUTER_DEPTH = 60.0, 1.4
DEPTH_BEHIND = 0.85
"""Usual depth deeper than the best against the best's. What rests there grows to 1.3 to 1.8 times the best, which trades keep short."""
FAR_SHARE, FAR_POWER = 0.16, 0.3
"""Adds and cancels deeper than the live queues on a full day, and the power of the records with which they fall on a thinner one."""
FAR_LIFE_S, FAR_QUEUES = 400.0, 80.0
"""About how long an order lives there, and over how many queues the orders spread."""
PROBE_SHARE = 0.93
"""New bests inside a wide spread that are taken back at once, on a full day; half of them live less than 2 ms on ES. Where queues are
thin the spread opens often enough without."""
REGULAR_SHARE, ADD_SHARE, TRADE_SHARE = 0.85, 0.38, 0.036
"""Of the session's records those in regular hours, and of records the adds and the trades, about."""
IMPACT_TRADES, IMPACT_SCALE = 4.0, 0.4
"""The shortest time over which a metaorder's impact fades, in the market's trades; and the impact of one trade, in sigma over the time
between two: a metaorder of a fifth of the volume then moves the price by about 0.3 sigma times the root of its duration."""
OPENING_S = 900.0
"""Orders gather for 15 minutes before Globex opens."""
EVENING_PACE, PREMARKET_PACE, LATE_PACE = 0.03, 0.12, 0.03
"""Records a second against the mean of the regular hours: from 18:00, from 04:00, after the close."""
WANDER_S, SETTLE_S = 5400.0, 600.0
"""The latent price returns to the day's anchor over this time; to tomorrow's start after the close."""
DAY_STEP_SHARE = 0.6
"""Standard deviation of a day's anchor move against sigma times the square root of the regular hours."""
SPREAD_SIGMA = 0.02


class SessionClock(NamedTuple):
    """Moments of one session, ns UTC. It runs from 15 minutes before Globex opens, on the evening before, to Globex's close."""

    origin_ns: int
    midnight_ns: int
    """00:00 UTC, where the session's second file begins."""
    early_ns: int
    """04:00 New York."""
    premarket_ns: int
    """05:00 New York: the pre-market's extremes count from here."""
    rth_open_ns: int
    rth_close_ns: int
    end_ns: int

    def second(self, moment_ns: int) -> float:
        """Seconds from the session's origin."""
        return (moment_ns - self.origin_ns) / NS_PER_S


class Shape(NamedTuple):
    """How large and how lively an instrument's session is."""

    records: float
    """Records wanted from the market's life: without opening, snapshot and closing."""
    sigma: float
    """Ticks per square root of a second, mean of the regular hours."""
    depth: float
    """Contracts in the best queue."""
    excitation: float


def shape_of_day(records: int) -> Shape:
    """The shape of a leading contract's day of `records` records, all kinds counted."""
    share = records / FULL_DAY_RECORDS
    depth = max(FULL_DAY_DEPTH * share**0.6, LEAST_DEPTH)
    return Shape(
        records=max(records - 3.0 * (_opening_orders(depth) + 2.0 * _opening_orders(LEAST_DEPTH)), 0.2 * records),
        sigma=FULL_DAY_SIGMA * share**SIGMA_POWER,
        depth=depth,
        excitation=float(np.clip(depth / FULL_DAY_DEPTH, 0.15, 1.0)),
    )


def quieter(shape: Shape, share: float) -> Shape:
    """The same day for an instrument that has `share` of the records: thinner queues, the same price."""
    return shape._replace(records=shape.records * share, depth=max(shape.depth * share**0.3, 5.0), excitation=0.15)


def day_step_ticks(shape: Shape, clock: SessionClock) -> float:
    """Standard deviation of the move from one session's start to the next."""
    return DAY_STEP_SHARE * shape.sigma * clock.second(clock.rth_close_ns - clock.rth_open_ns + clock.origin_ns) ** 0.5


def session_plan(
    clock: SessionClock, shape: Shape, end_position: float, knobs: Knobs, opening_range_s: float, barrier: BarrierRules
) -> Plan:
    """Plan of a leading instrument: it starts at START_POSITION and is drawn to `end_position` over the regular hours."""
    seconds = int(clock.second(clock.end_ns))
    pace = _pace(clock, seconds)
    regular = slice(int(clock.second(clock.rth_open_ns)), int(clock.second(clock.rth_close_ns)))
    expected = np.r_[0.0, np.cumsum(pace)]
    done = np.clip((np.arange(seconds + 1) - regular.start) / (regular.stop - regular.start), 0.0, 1.0)
    plan = zero_record(PLAN_DTYPE)
    plan.origin_ns, plan.seconds = clock.origin_ns, seconds
    span = slice(0, seconds + 1)
    plan.expected[span] = expected * (shape.records / expected[-1])
    plan.sigma[span] = shape.sigma * np.sqrt(np.r_[pace, 0.0] / pace[regular].mean())
    plan.anchor[span] = START_POSITION + (end_position - START_POSITION) * done
    plan.anchor_s[span] = np.where(done < 1.0, WANDER_S, SETTLE_S)
    plan.depth[:] = usual_depth(shape.depth)
    plan.add_sizes[:] = order_sizes()
    plan.probe_share = PROBE_SHARE * min(shape.depth / FULL_DAY_DEPTH, 1.0)
    regular_records = REGULAR_SHARE * shape.records / (regular.stop - regular.start)
    plan.far_share = FAR_SHARE * (shape.records / FULL_DAY_RECORDS) ** FAR_POWER
    plan.far_orders = regular_records * ADD_SHARE * plan.far_share * FAR_LIFE_S / FAR_QUEUES
    plan.impact_s = IMPACT_TRADES / (TRADE_SHARE * regular_records)
    plan.impact = IMPACT_SCALE * shape.sigma / np.sqrt(TRADE_SHARE * regular_records)
    plan.excitation = shape.excitation
    plan.premarket_s, plan.rth_open_s = clock.second(clock.premarket_ns), clock.second(clock.rth_open_ns)
    plan.opening_range_s, plan.rth_close_s = opening_range_s, clock.second(clock.rth_close_ns)
    plan.signature, plan.outcome, plan.placebo = knobs.signature, knobs.outcome, int(knobs.placebo)
    plan.lag_s, plan.kinds, plan.drift_ticks, plan.reach = knobs.lag_s, knobs.kinds, knobs.drift_ticks, knobs.reach
    plan.barrier_c, plan.barrier_least, plan.barrier_s, plan.rv_windows, plan.profile_weight = barrier
    return plan


def following_plan(leader: Plan, shape: Shape) -> Plan:
    """Plan of an instrument whose price follows the leader's, step by step; nothing is planted in it."""
    plan = leader.copy()
    plan.expected *= shape.records / leader.expected[leader.seconds]
    plan.follows = 1
    plan.impact = 0.0
    plan.track[:] = START_POSITION
    plan.depth[:] = usual_depth(shape.depth)
    plan.excitation = shape.excitation
    plan.signature = plan.outcome = 0.0
    return plan


def still_plan(leader: Plan, shape: Shape) -> Plan:
    """Plan of a calendar spread: its price hardly moves."""
    plan = following_plan(leader, shape)
    plan.follows = 0
    plan.sigma *= SPREAD_SIGMA / leader.sigma.max()
    plan.anchor[:] = START_POSITION
    plan.anchor_s[:] = SETTLE_S
    return plan


def usual_depth(best: float) -> NDArray[np.float64]:
    """(LEVELS,) usual contracts of the live queues, from the best on."""
    return best * np.r_[1.0, np.full(LEVELS - 1, DEPTH_BEHIND)]


def outer_depth(best: float) -> NDArray[np.int32]:
    """(OUTER_LEVELS,) contracts of the queues beyond the live ones at the opening."""
    levels = np.arange(1, OUTER_LEVELS + 1)
    return np.maximum(OUTER_DEPTH * best * np.exp(-levels / OUTER_DECAY), 4.0).astype(np.int32)


def order_sizes() -> NDArray[np.int32]:
    """(ADD_SIZES,) equally likely sizes of a new order: 72 % one lot, median 1, 90th percentile 4, 99th 18 contracts."""
    u = (np.arange(ADD_SIZES) + 0.5) / ADD_SIZES
    body = 2 + (-2.6 * np.log(1.0 - np.clip((u - 0.72) / 0.265, 0.0, 0.999))).astype(np.int32)
    tail = 12 + (-14.0 * np.log(1.0 - np.clip((u - 0.985) / 0.015, 0.0, 0.999))).astype(np.int32)
    return np.where(u < 0.72, 1, np.where(u < 0.985, body, tail)).astype(np.int32)


def _opening_orders(depth: float) -> float:
    """Orders of an opening book, about."""
    live = 2.0 * usual_depth(depth).sum() / order_sizes().mean()
    return live + 2.0 * OUTER_LEVELS * 3.9


def _pace(clock: SessionClock, seconds: int) -> NDArray[np.float64]:
    """(seconds,) records a second against the mean of a full regular session; 0 while orders gather before the opening."""
    second = np.arange(seconds, dtype=np.float64)
    early, opens, closes = (clock.second(moment) for moment in (clock.early_ns, clock.rth_open_ns, clock.rth_close_ns))
    pace = np.full(seconds, EVENING_PACE)
    pace[: int(OPENING_S)] = 0.0
    waking = (second >= early) & (second < opens)
    pace[waking] = PREMARKET_PACE * (0.4 + 1.2 * (second[waking] - early) / (opens - early))
    regular = (second >= opens) & (second < closes)
    since, left = second[regular] - opens, closes - second[regular]
    smile = 0.45 + 1.6 * np.exp(-since / 1500.0) + 0.35 * np.exp(-left / 2400.0)
    pace[regular] = smile / smile.mean()
    pace[second >= closes] = LATE_PACE
    return pace
