"""VWAP of the session and of the week: the average trade price since an open weighted by size, moving with every candle's close."""

from __future__ import annotations

import numpy as np

from ..session import opening_ns
from ..units import NS_PER_S
from .day import Level, LevelAbsent, LevelDay, moving_level, trades_between
from .declaration import level
from .week import SESSIONS_BEFORE


@level(name="VWAP", group="moving", moving=True)
def vwap(day: LevelDay) -> Level:
    """Average price of all trades since the open, weighted by size.

    Known from the end of the second of the first trade, then renewed at every close of a candle. Where the lake's bars break off within
    the session, it keeps its value of the last close before that.
    """
    return _vwap_since(day, opening_ns(day.times))


@level(name="VWAP Week", group="moving", moving=True, known_at="open", prior_sessions=SESSIONS_BEFORE)
def vwap_week(day: LevelDay) -> Level:
    """Average price of all trades of the week, weighted by size.

    Moves as the session's VWAP does. Absent where the lake has not all of the week before the session.
    """
    opened_ns = day.exchange.week_open_ns
    until_ns = max(opened_ns, day.times.flow_start_ns)
    if not day.covers(opened_ns, until_ns):
        return LevelAbsent(f"trade bars of the week, {day.span(opened_ns, until_ns)}, are not all in the lake for this contract")
    return _vwap_since(day, opened_ns)


def _vwap_since(day: LevelDay, opened_ns: int) -> Level:
    until_ns = min(day.covered_until_ns(opened_ns), day.times.end_ns) // NS_PER_S * NS_PER_S
    bars = trades_between(day, opened_ns, max(until_ns, opened_ns + NS_PER_S))
    if isinstance(bars, LevelAbsent):
        return bars
    candle_ns = day.candle_s * NS_PER_S
    second_end_ns = bars.start_ns + NS_PER_S
    price_ticks = np.cumsum(bars.notional_ticks) / np.cumsum(bars.volume)
    first_close_ns = -(-second_end_ns[0] // candle_ns) * candle_ns
    close_ns = np.arange(first_close_ns, until_ns + 1, candle_ns, dtype=np.int64)
    known_from_ns = np.unique(np.append(second_end_ns[0], close_ns))
    last_second = np.searchsorted(second_end_ns, known_from_ns, side="right") - 1
    return moving_level(day, known_from_ns, price_ticks[last_second])
