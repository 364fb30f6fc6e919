"""Horizons over which the board looks at the book: a minute, which gold keeps, and two longer ones, worked out when they are asked for.

The ladder sums and averages over a whole horizon; the conditions fade with a half-life of a quarter of it. Balance, walls and verdict
know no horizon.
"""

from __future__ import annotations

KEPT_S = 60
LONGER_S = (120, 240)
HORIZONS_S = (KEPT_S, *LONGER_S)


def half_life_s(horizon_s: int) -> float:
    """After which an earlier window weighs half: 94 of 100 parts of the weight then lie within the horizon."""
    return horizon_s / 4
