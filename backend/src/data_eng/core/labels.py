"""What happened after a trigger: the first barrier that a trade touched, by horizon, and how far price went each way.

Outcomes
--------
Barriers lie `barrier_ticks` above and below a centre (the level; for break-and-confirm the mid at the confirmation). Approaching from
below, the upper barrier first is BREAK_UP and the lower first REJECT_DOWN; from above, the lower first is BREAK_DOWN and the upper first
REJECT_UP; neither is CHOP; both at one timestamp is WHIPSAW. A horizon holds the trades of (trigger, trigger + horizon].

Censoring
---------
A horizon that runs past what is known of the trades (the regular close, the file's end, a data gap) is CENSORED, whether or not a barrier
was touched before. The clock alone decides it: were a touch before that end kept while an untouched trigger beside it is censored, the
horizons that survive near the end would be touches only, and the break rate would rise for no other reason. The touch is not lost:
`first_hit_ts_ns` holds it.

Rejections
----------
How far price had come since the test began, when the barrier short of the level was touched first: `turned_short` never traded at the
level, `failed_break` traded a quarter of the barrier beyond it, `rejected` is the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating, compiled
from .outcomes import Outcome, RejectKind

OUTCOMES = Outcome.names()
"""Names of the outcome codes: `OUTCOMES[code]`."""
CHOP, BREAK_UP, BREAK_DOWN, REJECT_UP, REJECT_DOWN, WHIPSAW, CENSORED = range(len(OUTCOMES))

FROM_BELOW, FROM_ABOVE = 1, -1
"""Approach codes: the sign of a move through the level."""
APPROACHES = {FROM_BELOW: "from_below", FROM_ABOVE: "from_above"}

REJECT_KINDS = RejectKind.names()
"""Names of the reject kinds' codes: `REJECT_KINDS[code]`."""
TURNED_SHORT, REJECTED, FAILED_BREAK = range(len(REJECT_KINDS))
NOT_REJECTED = -1
FAILED_SHARE = 0.25
"""Of the barrier, beyond the level: a rejection from there is a failed break."""

NO_HIT = np.iinfo(np.int64).min
"""Time of a hit that did not happen."""

_BLOCK_TRADES = 64
"""Trades whose extremes are kept together, so that a stretch without a touch is passed in one step."""


class Labels(NamedTuple):
    """One row a trigger, one column a horizon. Excursions are ticks from the trigger's mid, never negative."""

    outcome: NDArray[np.int8]
    """(triggers, horizons) codes of OUTCOMES."""
    mfe_ticks: NDArray[np.float64]
    """(triggers, horizons) farthest trade in the approach's direction; 0 where none was, NaN where CENSORED (the far part is unseen)."""
    mae_ticks: NDArray[np.float64]
    """(triggers, horizons) the same against the approach's direction."""
    first_hit_ts_ns: NDArray[np.int64]
    """(triggers,) first touch of either barrier within the longest horizon, the session and before a gap; else NO_HIT."""
    second_hit_ts_ns: NDArray[np.int64]
    """(triggers,) first touch of the other barrier within the same bounds; else NO_HIT."""
    whipsaw: NDArray[np.bool_]
    """(triggers,) whether both barriers were touched."""
    mae_before_hit_ticks: NDArray[np.float64]
    """(triggers,) adverse excursion of the trades before the first touch's timestamp; NaN where nothing was touched."""
    reject_kind: NDArray[np.int8]
    """(triggers,) code of REJECT_KINDS where the first touch was a rejection, else NOT_REJECTED."""


def label_triggers(
    trigger_ts_ns: NDArray[np.int64],
    centre_ticks: NDArray[np.float64],
    mid_ticks: NDArray[np.float64],
    approach_dir: NDArray[np.int8],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    barrier_ticks: NDArray[np.int64],
    began_ns: NDArray[np.int64],
    horizons_ns: NDArray[np.int64],
    seen_end_ns: NDArray[np.int64],
) -> Labels:
    """Label every trigger from the trades after it.

    Parameters
    ----------
    trigger_ts_ns : (triggers,) the end of each trigger's window; trades at that very time do not count.
    centre_ticks : (triggers,) the price that the barriers surround.
    mid_ticks : (triggers,) mid at the trigger, from which excursions are measured.
    approach : (triggers,) FROM_BELOW or FROM_ABOVE.
    trade_ts_ns, trade_ticks : (trades,) the day's trade path in time order.
    barrier_ticks : (triggers,) b of each one's episode.
    began_ns : (triggers,) when the test that each belongs to began, at or before the trigger.
    horizons_ns : (horizons,) ascending.
    seen_end_ns : (triggers,) up to when every trade after each one is known; see core/book/marks.py.
    """
    *columns, was_rejected = _label(
        trigger_ts_ns, centre_ticks, mid_ticks, approach_dir, trade_ts_ns, trade_ticks, barrier_ticks, horizons_ns, seen_end_ns
    )
    failed_ticks = barrier_ticks * FAILED_SHARE
    kinds = _reject_kinds(was_rejected, columns[3], began_ns, centre_ticks, approach_dir, trade_ts_ns, trade_ticks, failed_ticks)
    return Labels._make([*columns, kinds])


class _Blocks(NamedTuple):
    """Extremes of each whole block of trades, found when they are first asked for; every array is (blocks,)."""

    known: NDArray[np.bool_]
    highest_ticks: NDArray[np.int32]
    lowest_ticks: NDArray[np.int32]


@allocating
def _label(
    trigger_ts_ns: NDArray[np.int64],
    centre_ticks: NDArray[np.float64],
    mid_ticks: NDArray[np.float64],
    approach_dir: NDArray[np.int8],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    barrier_ticks: NDArray[np.int64],
    horizons_ns: NDArray[np.int64],
    seen_end_ns: NDArray[np.int64],
) -> tuple[
    NDArray[np.int8],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.bool_],
    NDArray[np.float64],
    NDArray[np.bool_],
]:
    """The columns of `Labels` up to the kind of rejection, and whether the first touch was one."""
    triggers, horizons = len(trigger_ts_ns), len(horizons_ns)
    outcome = np.empty((triggers, horizons), np.int8)
    mfe_ticks = np.empty((triggers, horizons), np.float64)
    mae_ticks = np.empty((triggers, horizons), np.float64)
    first_hit_ts_ns = np.full(triggers, NO_HIT, np.int64)
    second_hit_ts_ns = np.full(triggers, NO_HIT, np.int64)
    whipsaw = np.zeros(triggers, np.bool_)
    mae_before_hit_ticks = np.full(triggers, np.nan)
    was_rejected = np.zeros(triggers, np.bool_)
    blocks = _Blocks(
        np.zeros(len(trade_ticks) // _BLOCK_TRADES, np.bool_),
        np.empty(len(trade_ticks) // _BLOCK_TRADES, np.int32),
        np.empty(len(trade_ticks) // _BLOCK_TRADES, np.int32),
    )
    for i in range(triggers):
        start_ns, sign = trigger_ts_ns[i], approach_dir[i]
        seen_until_ns = seen_end_ns[i]
        upper, lower = centre_ticks[i] + barrier_ticks[i], centre_ticks[i] - barrier_ticks[i]
        upper_ts_ns, lower_ts_ns = NO_HIT, NO_HIT
        favourable, adverse, adverse_before_this_ns, this_ns = 0.0, 0.0, 0.0, start_ns
        trade = np.searchsorted(trade_ts_ns, start_ns, side="right")
        for h in range(horizons):
            horizon_end_ns = start_ns + horizons_ns[h]
            stop_ns = min(horizon_end_ns, seen_until_ns)
            while trade < len(trade_ts_ns) and trade_ts_ns[trade] <= stop_ns:
                if trade % _BLOCK_TRADES == 0 and _is_apart(trade, trade_ts_ns, stop_ns):
                    highest, lowest = _extremes(trade // _BLOCK_TRADES, trade_ticks, blocks)
                    if (upper_ts_ns != NO_HIT or highest < upper) and (lower_ts_ns != NO_HIT or lowest > lower):
                        far, near = (highest, lowest) if sign > 0 else (lowest, highest)
                        favourable, adverse = max(favourable, sign * (far - mid_ticks[i])), max(adverse, -(sign * (near - mid_ticks[i])))
                        trade += _BLOCK_TRADES
                        continue
                if trade_ts_ns[trade] != this_ns:
                    this_ns, adverse_before_this_ns = int(trade_ts_ns[trade]), adverse
                if trade_ticks[trade] >= upper and upper_ts_ns == NO_HIT:
                    upper_ts_ns = this_ns
                    if lower_ts_ns == NO_HIT:
                        mae_before_hit_ticks[i] = adverse_before_this_ns
                elif trade_ticks[trade] <= lower and lower_ts_ns == NO_HIT:
                    lower_ts_ns = this_ns
                    if upper_ts_ns == NO_HIT:
                        mae_before_hit_ticks[i] = adverse_before_this_ns
                excursion = sign * (trade_ticks[trade] - mid_ticks[i])
                favourable, adverse = (
                    max(favourable, excursion),
                    max(adverse, -excursion),
                )
                trade += 1
            if horizon_end_ns > seen_until_ns:
                outcome[i, h], mfe_ticks[i, h], mae_ticks[i, h] = (
                    CENSORED,
                    np.nan,
                    np.nan,
                )
            else:
                outcome[i, h] = _outcome(sign, upper_ts_ns, lower_ts_ns)
                mfe_ticks[i, h], mae_ticks[i, h] = favourable, adverse
        latest_ns, earliest_ns = max(upper_ts_ns, lower_ts_ns), min(upper_ts_ns, lower_ts_ns)
        whipsaw[i] = earliest_ns != NO_HIT
        first_hit_ts_ns[i] = earliest_ns if whipsaw[i] else latest_ns
        second_hit_ts_ns[i] = latest_ns if whipsaw[i] else NO_HIT
        first = _outcome(sign, upper_ts_ns, lower_ts_ns)
        was_rejected[i] = first in (REJECT_UP, REJECT_DOWN)
    return outcome, mfe_ticks, mae_ticks, first_hit_ts_ns, second_hit_ts_ns, whipsaw, mae_before_hit_ticks, was_rejected


@compiled()
def _is_apart(trade: int, trade_ts_ns: NDArray[np.int64], stop_ns: int) -> bool:
    """Whether the block that begins with `trade` lies within the horizon, and the trade after it has a later timestamp."""
    after = trade + _BLOCK_TRADES
    if after > len(trade_ts_ns) or trade_ts_ns[after - 1] > stop_ns:
        return False
    return after == len(trade_ts_ns) or trade_ts_ns[after] != trade_ts_ns[after - 1]


@compiled()
def _extremes(block: int, trade_ticks: NDArray[np.int32], blocks: _Blocks) -> tuple[int, int]:
    """Highest and lowest trade of a block."""
    if not blocks.known[block]:
        highest = lowest = trade_ticks[block * _BLOCK_TRADES]
        for trade in range(block * _BLOCK_TRADES, (block + 1) * _BLOCK_TRADES):
            highest, lowest = max(highest, trade_ticks[trade]), min(lowest, trade_ticks[trade])
        blocks.highest_ticks[block], blocks.lowest_ticks[block], blocks.known[block] = highest, lowest, True
    return blocks.highest_ticks[block], blocks.lowest_ticks[block]


@allocating
def _reject_kinds(
    was_rejected: NDArray[np.bool_],
    hit_ts_ns: NDArray[np.int64],
    began_ns: NDArray[np.int64],
    centre_ticks: NDArray[np.float64],
    approach_dir: NDArray[np.int8],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    failed_ticks: NDArray[np.float64],
) -> NDArray[np.int8]:
    kinds = np.full(len(was_rejected), NOT_REJECTED, np.int8)
    for i in range(len(was_rejected)):
        if not was_rejected[i]:
            continue
        farthest = -np.inf
        trade = np.searchsorted(trade_ts_ns, began_ns[i], side="right")
        while trade < len(trade_ts_ns) and trade_ts_ns[trade] <= hit_ts_ns[i]:
            farthest = max(farthest, approach_dir[i] * (trade_ticks[trade] - centre_ticks[i]))
            trade += 1
        kinds[i] = FAILED_BREAK if farthest >= failed_ticks[i] else REJECTED if farthest >= 0 else TURNED_SHORT
    return kinds


@allocating
def _outcome(sign: int, upper_ts_ns: int, lower_ts_ns: int) -> int:
    if upper_ts_ns == lower_ts_ns:
        return CHOP if upper_ts_ns == NO_HIT else WHIPSAW
    upper_first = lower_ts_ns == NO_HIT or (upper_ts_ns != NO_HIT and upper_ts_ns < lower_ts_ns)
    if sign == FROM_BELOW:
        return BREAK_UP if upper_first else REJECT_DOWN
    return REJECT_UP if upper_first else BREAK_DOWN
