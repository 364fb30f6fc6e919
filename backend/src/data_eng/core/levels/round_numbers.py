"""Round numbers: the multiple of a step of points nearest to price.

The level moves: at every candle's close it becomes the multiple nearest to that close (half way up counts as up). Price is then half a step
from both neighbours, outside every zone, so that no test of one number is cut off by the next.
"""

from __future__ import annotations

import numpy as np

from ..units import NS_PER_S
from .day import Level, LevelAbsent, LevelDay, moving_level
from .declaration import level


@level(name="Round {step}", group="round", moving=True)
def round_(day: LevelDay, step: int) -> Level:
    """Multiple of `step` points nearest to the last close; in force from the lead-in where a candle closed before it."""
    candles = day.unbroken_candles()
    if len(candles.start_ns) == 0:
        return LevelAbsent("no candle closed before the session ends")
    step_ticks = step / day.tick
    nearest = np.floor(candles.close_ticks / step_ticks + 0.5) * step_ticks
    return moving_level(day, candles.start_ns + day.candle_s * NS_PER_S, nearest)
