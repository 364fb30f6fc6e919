"""An answer's heading, and its sentences about the past; what is said of outcomes is in verdict.py, of the book in sentence.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.levels import level_name
from ..core.units import price_text

if TYPE_CHECKING:
    from .parts import PastSeen, SetupInfo


def heading(setup: SetupInfo) -> str:
    """`PM High 6800.00 from below, 1.25 points away`."""
    price = price_text(setup.level_price, setup.tick)
    return f"{level_name(setup.level_id)} {price} {setup.approach_dir.replace('_', ' ')}, {setup.where}"


def strangeness(distance: float | None, percentile: float | None, is_strange: bool, past: PastSeen) -> str:
    """How far the neighbours are, in words."""
    if distance is None:
        return nothing_to_compare(past)
    far = f"Neighbours are {distance:.2f} sigma away"
    if percentile is None:
        return f"{far}; the past is too small to say how usual that is."
    placed = f"{far}, farther than {percentile:.0f} % of past setups were from theirs"
    return f"{placed}: no comparable setup on record." if is_strange else f"{placed}."


def nothing_to_compare(past: PastSeen) -> str:
    """Why there are no neighbours."""
    if past.episodes == 0:
        return "The past holds nothing yet: no earlier session in the lake has a setup of this kind."
    return f"The past holds {past.episodes} setups on {past.days} days: too few to compare with."
