"""Trade: who was aggressive around the level, and whether the resting side absorbed it and came back."""

from __future__ import annotations

import numpy as np

from ..zones import AT, REACH, Quadrant, Reach
from .measures import intensity_log, share
from .registry import Array, feature


@feature(formula="(buy - sell) / (buy + sell), 0 if none", unit="share, signed", quadrant="reach", approach_dir="both")
def t_signed_imbalance(reach: Reach) -> Array:
    """Aggressive buying minus selling within 20 ticks of the level, as a share of all traded there; 0 where nothing traded."""
    return share(reach.buy_volume - reach.sell_volume, reach.buy_volume + reach.sell_volume)


@feature(formula="ln(1 + (buy + sell) / (D_start + 1))", unit="log ratio", quadrant="reach", approach_dir="both")
def t_intensity_log(reach: Reach) -> Array:
    """Volume traded within 20 ticks of the level, against the depth of both sides that stood there at the window's start."""
    return intensity_log(reach.buy_volume + reach.sell_volume, reach.depth_start)


@feature(
    formula="fill(at) / (fill(at) + max(D_start(at) - D_end(at), 0)), 0 if none", unit="share", quadrant="ask_above", approach_dir="both"
)
def t_ask_absorption_share(ask_above: Quadrant) -> Array:
    """Asks filled at the level (0-2 ticks), against those filled and what fewer stand there for it: 1 where all came back."""
    return _absorbed(ask_above)


@feature(
    formula="fill(at) / (fill(at) + max(D_start(at) - D_end(at), 0)), 0 if none", unit="share", quadrant="bid_below", approach_dir="both"
)
def t_bid_absorption_share(bid_below: Quadrant) -> Array:
    """Bids filled at the level (0-2 ticks), against those filled and what fewer stand there for it: 1 where all came back."""
    return _absorbed(bid_below)


@feature(formula="sum over ticks of min(add, fill) / fill, 0 if none", unit="share", quadrant="ask_above", approach_dir="both")
def t_ask_replenishment_share(ask_above: Quadrant) -> Array:
    """Of the asks filled above the level, the share that was added again at the same tick; 0 where none was filled.

    The flow keeps no order within a window, so an add before the fill counts too.
    """
    return share(ask_above.refilled[REACH], ask_above.fill[REACH])


@feature(formula="sum over ticks of min(add, fill) / fill, 0 if none", unit="share", quadrant="bid_below", approach_dir="both")
def t_bid_replenishment_share(bid_below: Quadrant) -> Array:
    """Of the bids filled below the level, the share that was added again at the same tick; 0 where none was filled.

    The flow keeps no order within a window, so an add before the fill counts too.
    """
    return share(bid_below.refilled[REACH], bid_below.fill[REACH])


def _absorbed(quadrant: Quadrant) -> Array:
    filled = quadrant.fill[AT]
    return share(filled, filled + np.maximum(quadrant.depth_start[AT] - quadrant.depth_end[AT], 0))
