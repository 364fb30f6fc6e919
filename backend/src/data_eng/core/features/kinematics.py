"""Kinematics: where the price is, how fast it moves and how often it has been here. These look back over windows, never forward."""

from __future__ import annotations

from .motion import Motion
from .registry import Array, feature


@feature(formula="mid - level", unit="ticks", quadrant="price", approach_dir="both")
def k_distance_ticks(motion: Motion) -> Array:
    """Mid minus level at the window's end: above 0 the price is above the level, whatever side it came from."""
    return motion.distance_ticks


@feature(formula="mid - mid one window before", unit="ticks per window", quadrant="price", approach_dir="both")
def k_velocity_ticks(motion: Motion) -> Array:
    """Change of the mid over the window's 5 seconds; NaN right after a window that is not usable."""
    return motion.velocity_ticks


@feature(formula="velocity - velocity one window before", unit="ticks per window squared", quadrant="price", approach_dir="both")
def k_acceleration_ticks(motion: Motion) -> Array:
    """Change of the velocity over one window; NaN within two windows after one that is not usable."""
    return motion.acceleration_ticks


@feature(
    formula="windows since entry, the entry's own included, times the window's length; 0 outside",
    unit="s",
    quadrant="price",
    approach_dir="both",
)
def k_near_seconds(motion: Motion) -> Array:
    """Seconds since the price came within 5 ticks of the level and stayed; 0 outside."""
    return motion.near_s


@feature(
    formula="entries into |mid - level| <= 5 ticks since the level was known or last jumped",
    unit="entries",
    quadrant="price",
    approach_dir="both",
)
def k_touch_number(motion: Motion) -> Array:
    """How often the price has come within 5 ticks of the level since the level was known, or last jumped by more than 5."""
    return motion.touch_number
