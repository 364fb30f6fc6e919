"""Net supply: what each quadrant gained or lost in the window, whatever the cause.

By the book's conservation law add + arrive - fill - pull - reprices out equals depth at the end minus depth at the start, so the net flow
is taken from the two depths.
"""

from __future__ import annotations

from ..zones import REACH, Quadrant
from .registry import Array, feature

_FORMULA = "(add + arrive - fill - pull - reprice out) / (D_start + 1)"


def _net_supply(quadrant: Quadrant) -> Array:
    depth_start = quadrant.depth_start[REACH]
    net: Array = (quadrant.depth_end[REACH] - depth_start) / (depth_start + 1.0)
    return net


@feature(formula=_FORMULA, unit="ratio", quadrant="ask_above", approach_dir="both")
def n_ask_above_net_supply(ask_above: Quadrant) -> Array:
    """Above 0: the asks above the level grew; -0.5: half of them went."""
    return _net_supply(ask_above)


@feature(formula=_FORMULA, unit="ratio", quadrant="ask_below", approach_dir="both")
def n_ask_below_net_supply(ask_below: Quadrant) -> Array:
    """Above 0: the asks below the level grew; -0.5: half of them went."""
    return _net_supply(ask_below)


@feature(formula=_FORMULA, unit="ratio", quadrant="bid_above", approach_dir="both")
def n_bid_above_net_supply(bid_above: Quadrant) -> Array:
    """Above 0: the bids above the level grew; -0.5: half of them went."""
    return _net_supply(bid_above)


@feature(formula=_FORMULA, unit="ratio", quadrant="bid_below", approach_dir="both")
def n_bid_below_net_supply(bid_below: Quadrant) -> Array:
    """Above 0: the bids below the level grew; -0.5: half of them went."""
    return _net_supply(bid_below)
