"""Path: the liquidity between the price and the level: asks below it for a price that rises, bids above it for a price that falls."""

from __future__ import annotations

from ..zones import REACH, Quadrant
from .measures import com_disp_log, pull_add_log_rest, share
from .registry import Array, feature


@feature(
    formula="D_end(ask below) / (D_end(ask below) + D_end(ask above)), 0 if none", unit="share", quadrant="ask_below", approach_dir="both"
)
def p_ask_depth_share(ask_below: Quadrant, ask_above: Quadrant) -> Array:
    """Of the asks around the level, the share that stands below it (the level's own tick counts on both sides); 0 where there are none."""
    in_path = ask_below.depth_end[REACH]
    return share(in_path, in_path + ask_above.depth_end[REACH])


@feature(formula="ln((pull_rest + 1) / (add + 1))", unit="log ratio", quadrant="ask_below", approach_dir="both")
def p_ask_pull_add_log_rest(ask_below: Quadrant) -> Array:
    """Above 0: the asks below the level were pulled faster than added."""
    return pull_add_log_rest(ask_below)


@feature(formula="ln((COM_end + 1) / (COM_start + 1))", unit="log ratio", quadrant="ask_below", approach_dir="both")
def p_ask_com_disp_log(ask_below: Quadrant) -> Array:
    """Above 0: the asks below moved down, away from the level; 0 where there were none at either end of the window."""
    return com_disp_log(ask_below)


@feature(
    formula="D_end(bid above) / (D_end(bid above) + D_end(bid below)), 0 if none", unit="share", quadrant="bid_above", approach_dir="both"
)
def p_bid_depth_share(bid_above: Quadrant, bid_below: Quadrant) -> Array:
    """Of the bids around the level, the share that stands above it (the level's own tick counts on both sides); 0 where there are none."""
    in_path = bid_above.depth_end[REACH]
    return share(in_path, in_path + bid_below.depth_end[REACH])


@feature(formula="ln((pull_rest + 1) / (add + 1))", unit="log ratio", quadrant="bid_above", approach_dir="both")
def p_bid_pull_add_log_rest(bid_above: Quadrant) -> Array:
    """Above 0: the bids above the level were pulled faster than added."""
    return pull_add_log_rest(bid_above)


@feature(formula="ln((COM_end + 1) / (COM_start + 1))", unit="log ratio", quadrant="bid_above", approach_dir="both")
def p_bid_com_disp_log(bid_above: Quadrant) -> Array:
    """Above 0: the bids above moved up, away from the level; 0 where there were none at either end of the window."""
    return com_disp_log(bid_above)
