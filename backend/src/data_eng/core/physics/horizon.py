"""Horizons over which the board looks at the book: a minute, which gold keeps, and two longer ones, worked out when they are asked for.

The ladder sums and averages over a whole horizon; the conditions fade with a half-life of a quarter of it. Balance, walls and verdict
know no horizon.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

HorizonS = Literal[60, 120, 240]
HORIZONS_S: tuple[HorizonS, ...] = get_args(HorizonS)
KEPT_S: Final = 60
"""The one that gold keeps."""


def half_life_s(horizon_s: int) -> float:
    """After which an earlier window weighs half: 94 of 100 parts of the weight then lie within the horizon."""
    return horizon_s / 4
