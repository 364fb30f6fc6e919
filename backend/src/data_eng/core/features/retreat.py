"""Retreat: did resting liquidity ahead of the price move away from the level? f1 asks above, f3 bids below.

The two conditions of a vacuum that are about place: asks above move higher, bids below move lower. Signs are those of an approach from
above. COM is the depth-weighted mean distance from the level in ticks; `_rest` counts only orders that had rested 500 ms.
"""

from __future__ import annotations

from ..zones import AT, FAR, NEAR, REACH, Quadrant
from .measures import com_disp_log, log_ratio, share, zone_share_delta
from .registry import Array, feature


@feature(formula="ln((COM_end + 1) / (COM_start + 1))", unit="log ratio", quadrant="ask_above", approach_dir="from_above")
def f1_ask_com_disp_log(ask_above: Quadrant) -> Array:
    """Above 0: the asks above moved away from the level; 0 where there were none at either end of the window."""
    return com_disp_log(ask_above)


@feature(formula="ln((near_end + 1) / (at_end + 1))", unit="log ratio", quadrant="ask_above", approach_dir="from_above")
def f1_ask_slope_inner_log(ask_above: Quadrant) -> Array:
    """Above 0: the asks are thin at the level against 3-5 ticks above it."""
    return log_ratio(ask_above.depth_end[NEAR], ask_above.depth_end[AT])


@feature(formula="ln((far_end + 1) / (near_end + 1))", unit="log ratio", quadrant="ask_above", approach_dir="from_above")
def f1_ask_slope_convex_log(ask_above: Quadrant) -> Array:
    """Above 0: the asks are thin 3-5 ticks above the level against 15-20 ticks above it."""
    return log_ratio(ask_above.depth_end[FAR], ask_above.depth_end[NEAR])


@feature(formula="at_end / D_end - at_start / D_start", unit="share", quadrant="ask_above", approach_dir="from_above")
def f1_ask_at_share_delta(ask_above: Quadrant) -> Array:
    """Change of the share of the asks above that stands at the level (0-2 ticks); a share is 0 where there are none."""
    return zone_share_delta(ask_above, AT)


@feature(formula="near_end / D_end - near_start / D_start", unit="share", quadrant="ask_above", approach_dir="from_above")
def f1_ask_near_share_delta(ask_above: Quadrant) -> Array:
    """Change of the share of the asks above that stands near the level (3-5 ticks); a share is 0 where there are none."""
    return zone_share_delta(ask_above, NEAR)


@feature(formula="up_rest / (up_rest + down_rest), 0.5 if none", unit="share", quadrant="ask_above", approach_dir="from_above")
def f1_ask_reprice_away_share_rest(ask_above: Quadrant) -> Array:
    """Of the resting asks above that were moved, the share moved up, away from the level; 0.5 where none was moved."""
    away, toward = ask_above.reprice_up_rest[REACH], ask_above.reprice_down_rest[REACH]
    return share(away, away + toward, if_none=0.5)


@feature(formula="ln((COM_end + 1) / (COM_start + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_above")
def f3_bid_com_disp_log(bid_below: Quadrant) -> Array:
    """Above 0: the bids below moved away from the level; 0 where there were none at either end of the window."""
    return com_disp_log(bid_below)


@feature(formula="ln((near_end + 1) / (at_end + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_above")
def f3_bid_slope_inner_log(bid_below: Quadrant) -> Array:
    """Above 0: the bids are thin at the level against 3-5 ticks below it."""
    return log_ratio(bid_below.depth_end[NEAR], bid_below.depth_end[AT])


@feature(formula="ln((far_end + 1) / (near_end + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_above")
def f3_bid_slope_convex_log(bid_below: Quadrant) -> Array:
    """Above 0: the bids are thin 3-5 ticks below the level against 15-20 ticks below it."""
    return log_ratio(bid_below.depth_end[FAR], bid_below.depth_end[NEAR])


@feature(formula="at_end / D_end - at_start / D_start", unit="share", quadrant="bid_below", approach_dir="from_above")
def f3_bid_at_share_delta(bid_below: Quadrant) -> Array:
    """Change of the share of the bids below that stands at the level (0-2 ticks); a share is 0 where there are none."""
    return zone_share_delta(bid_below, AT)


@feature(formula="near_end / D_end - near_start / D_start", unit="share", quadrant="bid_below", approach_dir="from_above")
def f3_bid_near_share_delta(bid_below: Quadrant) -> Array:
    """Change of the share of the bids below that stands near the level (3-5 ticks); a share is 0 where there are none."""
    return zone_share_delta(bid_below, NEAR)


@feature(formula="down_rest / (up_rest + down_rest), 0.5 if none", unit="share", quadrant="bid_below", approach_dir="from_above")
def f3_bid_reprice_away_share_rest(bid_below: Quadrant) -> Array:
    """Of the resting bids below that were moved, the share moved down, away from the level; 0.5 where none was moved."""
    away, toward = bid_below.reprice_down_rest[REACH], bid_below.reprice_up_rest[REACH]
    return share(away, away + toward, if_none=0.5)
