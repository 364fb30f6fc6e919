"""Session VWAP: the average trade price since the open weighted by size, moving with every candle's close."""

from __future__ import annotations

import numpy as np

from ..session import opening_ns
from ..units import NS_PER_S
from .day import Level, LevelAbsent, LevelDay, moving_level, trades_between
from .declaration import level


@level(name="VWAP", group="moving", moving=True)
def vwap(day: LevelDay) -> Level:
    """Average price of all trades since the open, weighted by size.

    Known from the end of the second of the first trade, then renewed at every close of a candle. Where the lake's bars break off within
    the session, it keeps its value of the last close before that.
    """
    opened_ns = opening_ns(day.times)
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
