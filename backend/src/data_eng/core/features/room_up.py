"""Room up: retreat and decay as a price that comes from below sees them. Larger always means more room upward.

Asks above that leave make room, as in f1 and f2; bids below that leave take support away, so their signs are turned.
"""

from __future__ import annotations

from ..zones import REACH, Quadrant
from .measures import intensity_log
from .mirror import Mirror
from .registry import Array, feature


@feature(formula="ln(1 + add / (D_start + 1))", unit="log ratio", quadrant="bid_below", approach_dir="from_below")
def u13_bid_add_intensity_log(bid_below: Quadrant) -> Array:
    """How much was added to the bids below, against what stood there at the window's start."""
    return intensity_log(bid_below.add[REACH], bid_below.depth_start[REACH])


FEATURES = (
    Mirror("u1_ask_com_disp_log", "f1_ask_com_disp_log", "same", "Above 0: the asks above moved up, away from the level."),
    Mirror(
        "u2_ask_slope_convex_log",
        "f1_ask_slope_convex_log",
        "same",
        "Above 0: the asks are thin 3-5 ticks above the level against 15-20 ticks above it.",
    ),
    Mirror(
        "u2_ask_slope_inner_log", "f1_ask_slope_inner_log", "same", "Above 0: the asks are thin at the level against 3-5 ticks above it."
    ),
    Mirror(
        "u3_ask_at_share_decay",
        "f1_ask_at_share_delta",
        "negated",
        "Above 0: a smaller share of the asks above than before stands at the level.",
    ),
    Mirror(
        "u3_ask_near_share_decay",
        "f1_ask_near_share_delta",
        "negated",
        "Above 0: a smaller share of the asks above than before stands 3-5 ticks above the level.",
    ),
    Mirror(
        "u4_ask_reprice_away_share_rest",
        "f1_ask_reprice_away_share_rest",
        "same",
        "Of the resting asks above that were moved, the share moved up; 0.5 where none was moved.",
    ),
    Mirror("u5_ask_pull_add_log_rest", "f2_ask_pull_add_log_rest", "same", "Above 0: the asks above were pulled faster than added."),
    Mirror(
        "u6_ask_pull_intensity_log_rest",
        "f2_ask_pull_intensity_log_rest",
        "same",
        "How much of the asks above at the window's start was pulled within it.",
    ),
    Mirror(
        "u7_ask_at_pull_share_rest",
        "f2_ask_at_pull_share_rest",
        "same",
        "Of what was pulled from the asks above, the share at the level; 0 where nothing was pulled.",
    ),
    Mirror(
        "u7_ask_near_pull_share_rest",
        "f2_ask_near_pull_share_rest",
        "same",
        "Of what was pulled from the asks above, the share 3-5 ticks above the level; 0 where nothing was pulled.",
    ),
    Mirror(
        "u8_bid_com_approach_log",
        "f3_bid_com_disp_log",
        "negated",
        "Above 0: the bids below moved up, toward the level, in support of the price.",
    ),
    Mirror(
        "u9_bid_slope_support_log",
        "f3_bid_slope_convex_log",
        "negated",
        "Above 0: the bids are thick 3-5 ticks below the level against 15-20 ticks below it.",
    ),
    Mirror(
        "u9_bid_slope_inner_log",
        "f3_bid_slope_inner_log",
        "negated",
        "Above 0: the bids are thick at the level against 3-5 ticks below it.",
    ),
    Mirror(
        "u10_bid_at_share_rise",
        "f3_bid_at_share_delta",
        "same",
        "Above 0: a larger share of the bids below than before stands at the level.",
    ),
    Mirror(
        "u10_bid_near_share_rise",
        "f3_bid_near_share_delta",
        "same",
        "Above 0: a larger share of the bids below than before stands 3-5 ticks below the level.",
    ),
    Mirror(
        "u11_bid_reprice_toward_share_rest",
        "f3_bid_reprice_away_share_rest",
        "complement",
        "Of the resting bids below that were moved, the share moved up, toward the level; 0.5 where none was moved.",
    ),
    Mirror("u12_bid_add_pull_log_rest", "f4_bid_pull_add_log_rest", "negated", "Above 0: the bids below were added faster than pulled."),
    u13_bid_add_intensity_log,
    Mirror(
        "u14_bid_far_pull_share_rest",
        "f4_bid_near_pull_share_rest",
        "complement",
        "Of what was pulled from the bids below, the share outside 3-5 ticks; 1 where nothing was pulled.",
    ),
    Mirror("u15_expansion_log", "f5_vacuum_expansion_log", "of mirrors", "Above 0: asks above and bids below together moved up."),
    Mirror("u16_flow_log", "f6_vacuum_decay_log", "of mirrors", "Above 0: asks above were pulled and bids below added, on balance."),
    Mirror("u17_total_log", "f7_vacuum_total_log", "of mirrors", "Room upward in one number: the larger, the freer the way up."),
)
"""The family in its order: mirrors, and the one feature that mirrors none."""
