"""Vacuum: retreat and decay of both sides together, seen by a price that comes from above."""

from __future__ import annotations

from .registry import Array, feature


@feature(formula="f1_ask_com_disp_log + f3_bid_com_disp_log", unit="log ratio", quadrant="both", approach_dir="from_above")
def f5_vacuum_expansion_log(f1_ask_com_disp_log: Array, f3_bid_com_disp_log: Array) -> Array:
    """Above 0: asks above and bids below together moved away from the level."""
    return f1_ask_com_disp_log + f3_bid_com_disp_log


@feature(formula="f2_ask_pull_add_log_rest + f4_bid_pull_add_log_rest", unit="log ratio", quadrant="both", approach_dir="from_above")
def f6_vacuum_decay_log(f2_ask_pull_add_log_rest: Array, f4_bid_pull_add_log_rest: Array) -> Array:
    """Above 0: asks above and bids below together were pulled faster than added."""
    return f2_ask_pull_add_log_rest + f4_bid_pull_add_log_rest


@feature(formula="f5_vacuum_expansion_log + f6_vacuum_decay_log", unit="log ratio", quadrant="both", approach_dir="from_above")
def f7_vacuum_total_log(f5_vacuum_expansion_log: Array, f6_vacuum_decay_log: Array) -> Array:
    """Retreat and decay of both sides in one number: the larger, the emptier the book around the level became."""
    return f5_vacuum_expansion_log + f6_vacuum_decay_log
