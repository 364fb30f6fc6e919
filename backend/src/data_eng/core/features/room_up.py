"""Room up: retreat and decay as a price that comes from below sees them. Larger always means more room upward.

Asks above that leave make room, as in f1 and f2; bids below that leave take support away, so their signs are turned.
"""

from __future__ import annotations

from ..zones import REACH, Quadrant
from .measures import intensity_log
from .registry import Array, feature


@feature(formula="f1_ask_com_disp_log", unit="log ratio", quadrant="ask_above", approach_dir="from_below")
def u1_ask_com_disp_log(f1_ask_com_disp_log: Array) -> Array:
    """Above 0: the asks above moved up, away from the level."""
    return f1_ask_com_disp_log


@feature(formula="f1_ask_slope_convex_log", unit="log ratio", quadrant="ask_above", approach_dir="from_below")
def u2_ask_slope_convex_log(f1_ask_slope_convex_log: Array) -> Array:
    """Above 0: the asks are thin 3-5 ticks above the level against 15-20 ticks above it."""
    return f1_ask_slope_convex_log


@feature(formula="f1_ask_slope_inner_log", unit="log ratio", quadrant="ask_above", approach_dir="from_below")
def u2_ask_slope_inner_log(f1_ask_slope_inner_log: Array) -> Array:
    """Above 0: the asks are thin at the level against 3-5 ticks above it."""
    return f1_ask_slope_inner_log


@feature(formula="-f1_ask_at_share_delta", unit="share", quadrant="ask_above", approach_dir="from_below")
def u3_ask_at_share_decay(f1_ask_at_share_delta: Array) -> Array:
    """Above 0: a smaller share of the asks above than before stands at the level."""
    return -f1_ask_at_share_delta


@feature(formula="-f1_ask_near_share_delta", unit="share", quadrant="ask_above", approach_dir="from_below")
def u3_ask_near_share_decay(f1_ask_near_share_delta: Array) -> Array:
    """Above 0: a smaller share of the asks above than before stands 3-5 ticks above the level."""
    return -f1_ask_near_share_delta


@feature(formula="f1_ask_reprice_away_share_rest", unit="share", quadrant="ask_above", approach_dir="from_below")
def u4_ask_reprice_away_share_rest(f1_ask_reprice_away_share_rest: Array) -> Array:
    """Of the resting asks above that were moved, the share moved up; 0.5 where none was moved."""
    return f1_ask_reprice_away_share_rest


@feature(formula="f2_ask_pull_add_log_rest", unit="log ratio", quadrant="ask_above", approach_dir="from_below")
def u5_ask_pull_add_log_rest(f2_ask_pull_add_log_rest: Array) -> Array:
    """Above 0: the asks above were pulled faster than added."""
    return f2_ask_pull_add_log_rest


@feature(formula="f2_ask_pull_intensity_log_rest", unit="log ratio", quadrant="ask_above", approach_dir="from_below")
def u6_ask_pull_intensity_log_rest(f2_ask_pull_intensity_log_rest: Array) -> Array:
    """How much of the asks above at the window's start was pulled within it."""
    return f2_ask_pull_intensity_log_rest


@feature(formula="f2_ask_at_pull_share_rest", unit="share", quadrant="ask_above", approach_dir="from_below")
def u7_ask_at_pull_share_rest(f2_ask_at_pull_share_rest: Array) -> Array:
    """Of what was pulled from the asks above, the share at the level; 0 where nothing was pulled."""
    return f2_ask_at_pull_share_rest


@feature(formula="f2_ask_near_pull_share_rest", unit="share", quadrant="ask_above", approach_dir="from_below")
def u7_ask_near_pull_share_rest(f2_ask_near_pull_share_rest: Array) -> Array:
    """Of what was pulled from the asks above, the share 3-5 ticks above the level; 0 where nothing was pulled."""
    return f2_ask_near_pull_share_rest


@feature(formula="-f3_bid_com_disp_log", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u8_bid_com_approach_log(f3_bid_com_disp_log: Array) -> Array:
    """Above 0: the bids below moved up, toward the level, in support of the price."""
    return -f3_bid_com_disp_log


@feature(formula="-f3_bid_slope_convex_log", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u9_bid_slope_support_log(f3_bid_slope_convex_log: Array) -> Array:
    """Above 0: the bids are thick 3-5 ticks below the level against 15-20 ticks below it."""
    return -f3_bid_slope_convex_log


@feature(formula="-f3_bid_slope_inner_log", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u9_bid_slope_inner_log(f3_bid_slope_inner_log: Array) -> Array:
    """Above 0: the bids are thick at the level against 3-5 ticks below it."""
    return -f3_bid_slope_inner_log


@feature(formula="f3_bid_at_share_delta", unit="share", quadrant="bid_below", approach_dir="from_below")
def u10_bid_at_share_rise(f3_bid_at_share_delta: Array) -> Array:
    """Above 0: a larger share of the bids below than before stands at the level."""
    return f3_bid_at_share_delta


@feature(formula="f3_bid_near_share_delta", unit="share", quadrant="bid_below", approach_dir="from_below")
def u10_bid_near_share_rise(f3_bid_near_share_delta: Array) -> Array:
    """Above 0: a larger share of the bids below than before stands 3-5 ticks below the level."""
    return f3_bid_near_share_delta


@feature(formula="1 - f3_bid_reprice_away_share_rest", unit="share", quadrant="bid_below", approach_dir="from_below")
def u11_bid_reprice_toward_share_rest(f3_bid_reprice_away_share_rest: Array) -> Array:
    """Of the resting bids below that were moved, the share moved up, toward the level; 0.5 where none was moved."""
    return 1.0 - f3_bid_reprice_away_share_rest


@feature(formula="-f4_bid_pull_add_log_rest", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u12_bid_add_pull_log_rest(f4_bid_pull_add_log_rest: Array) -> Array:
    """Above 0: the bids below were added faster than pulled."""
    return -f4_bid_pull_add_log_rest


@feature(formula="ln(1 + add / (D_start + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u13_bid_add_intensity_log(bid_below: Quadrant) -> Array:
    """How much was added to the bids below, against what stood there at the window's start."""
    return intensity_log(bid_below.add[REACH], bid_below.depth_start[REACH])


@feature(formula="1 - f4_bid_near_pull_share_rest", unit="share", quadrant="bid_below", approach_dir="from_below")
def u14_bid_far_pull_share_rest(f4_bid_near_pull_share_rest: Array) -> Array:
    """Of what was pulled from the bids below, the share outside 3-5 ticks; 1 where nothing was pulled."""
    return 1.0 - f4_bid_near_pull_share_rest


@feature(formula="u1_ask_com_disp_log + u8_bid_com_approach_log", unit="log ratio", quadrant="both", approach_dir="from_below")
def u15_expansion_log(u1_ask_com_disp_log: Array, u8_bid_com_approach_log: Array) -> Array:
    """Above 0: asks above and bids below together moved up."""
    return u1_ask_com_disp_log + u8_bid_com_approach_log


@feature(formula="u5_ask_pull_add_log_rest + u12_bid_add_pull_log_rest", unit="log ratio", quadrant="both", approach_dir="from_below")
def u16_flow_log(u5_ask_pull_add_log_rest: Array, u12_bid_add_pull_log_rest: Array) -> Array:
    """Above 0: asks above were pulled and bids below added, on balance."""
    return u5_ask_pull_add_log_rest + u12_bid_add_pull_log_rest


@feature(formula="u15_expansion_log + u16_flow_log", unit="log ratio", quadrant="both", approach_dir="from_below")
def u17_total_log(u15_expansion_log: Array, u16_flow_log: Array) -> Array:
    """Room upward in one number: the larger, the freer the way up."""
    return u15_expansion_log + u16_flow_log
