"""Decay: was resting liquidity ahead of the price pulled faster than it was added? f2 asks above, f4 bids below.

The two conditions of a vacuum that are about size: sells above, and buys below, are pulled faster than added. A pull is a cancel or a
size cut by its owner, never a fill; only orders that had rested 500 ms count.
"""

from __future__ import annotations

from ..zones import AT, NEAR, REACH, Quadrant
from .measures import intensity_log, pull_add_log_rest, share
from .registry import Array, feature


@feature(formula="ln((pull_rest + 1) / (add + 1))", unit="log ratio", quadrant="ask_above", approach_dir="from_above")
def f2_ask_pull_add_log_rest(ask_above: Quadrant) -> Array:
    """Above 0: the asks above were pulled faster than added."""
    return pull_add_log_rest(ask_above)


@feature(formula="ln(1 + pull_rest / (D_start + 1))", unit="log ratio", quadrant="ask_above", approach_dir="from_above")
def f2_ask_pull_intensity_log_rest(ask_above: Quadrant) -> Array:
    """How much of the asks above at the window's start was pulled within it."""
    return intensity_log(ask_above.pull_rest[REACH], ask_above.depth_start[REACH])


@feature(formula="pull_rest(at) / pull_rest, 0 if none", unit="share", quadrant="ask_above", approach_dir="from_above")
def f2_ask_at_pull_share_rest(ask_above: Quadrant) -> Array:
    """Of what was pulled from the asks above, the share at the level (0-2 ticks); 0 where nothing was pulled."""
    return share(ask_above.pull_rest[AT], ask_above.pull_rest[REACH])


@feature(formula="pull_rest(near) / pull_rest, 0 if none", unit="share", quadrant="ask_above", approach_dir="from_above")
def f2_ask_near_pull_share_rest(ask_above: Quadrant) -> Array:
    """Of what was pulled from the asks above, the share near the level (3-5 ticks); 0 where nothing was pulled."""
    return share(ask_above.pull_rest[NEAR], ask_above.pull_rest[REACH])


@feature(formula="ln((pull_rest + 1) / (add + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_above")
def f4_bid_pull_add_log_rest(bid_below: Quadrant) -> Array:
    """Above 0: the bids below were pulled faster than added."""
    return pull_add_log_rest(bid_below)


@feature(formula="ln(1 + pull_rest / (D_start + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_above")
def f4_bid_pull_intensity_log_rest(bid_below: Quadrant) -> Array:
    """How much of the bids below at the window's start was pulled within it."""
    return intensity_log(bid_below.pull_rest[REACH], bid_below.depth_start[REACH])


@feature(formula="pull_rest(at) / pull_rest, 0 if none", unit="share", quadrant="bid_below", approach_dir="from_above")
def f4_bid_at_pull_share_rest(bid_below: Quadrant) -> Array:
    """Of what was pulled from the bids below, the share at the level (0-2 ticks); 0 where nothing was pulled."""
    return share(bid_below.pull_rest[AT], bid_below.pull_rest[REACH])


@feature(formula="pull_rest(near) / pull_rest, 0 if none", unit="share", quadrant="bid_below", approach_dir="from_above")
def f4_bid_near_pull_share_rest(bid_below: Quadrant) -> Array:
    """Of what was pulled from the bids below, the share near the level (3-5 ticks); 0 where nothing was pulled."""
    return share(bid_below.pull_rest[NEAR], bid_below.pull_rest[REACH])
