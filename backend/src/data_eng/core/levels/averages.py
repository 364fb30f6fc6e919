"""Moving averages of candle closes, the night's candles included, renewed at every close.

Both need a fixed number of candles before them without a hole in the lake, so that a value never depends on how long the lake is.
"""

from __future__ import annotations

import numpy as np

from ..units import NS_PER_S
from .day import Level, LevelAbsent, LevelDay, moving_level
from .declaration import level

EMA_WARM_UP_SPANS = 5
"""An exponential average sees this many times its span: what lies before it has a weight below exp(-2 * 5) = 0.005 %."""


@level(name="SMA {span}", group="moving", moving=True)
def sma(day: LevelDay, span: int) -> Level:
    """Plain mean of the last `span` closes."""
    return _weighted_average(day, np.full(span, 1.0))


@level(name="EMA {span}", group="moving", moving=True)
def ema(day: LevelDay, span: int) -> Level:
    """Exponential mean of closes, smoothing 2 / (`span` + 1); weights beyond 5 times as many closes are left out, the rest sum to 1."""
    decay = 1 - 2 / (span + 1)
    return _weighted_average(day, decay ** np.arange(EMA_WARM_UP_SPANS * span))


def _weighted_average(day: LevelDay, weights_latest_first: np.ndarray) -> Level:
    candles = day.unbroken_candles()
    have, need = len(candles.start_ns), len(weights_latest_first)
    if have < need:
        return LevelAbsent(f"has {have} of {need} closed {day.candle_s}-second bars without a hole before the session ends")
    total = np.zeros(have - need + 1)
    for age, weight in enumerate(weights_latest_first):
        # One product and one sum an element, in one order: the bits do not depend on how many candles lie before.
        total += weight * candles.close_ticks[need - 1 - age : have - age]
    close_ns = candles.start_ns[need - 1 :] + day.candle_s * NS_PER_S
    return moving_level(day, close_ns, total / weights_latest_first.sum())
