"""Which of two barriers a driftless walk meets first, and by when: the closed form that every answer starts from.

The mid is taken for a Brownian motion without drift; the only thing known is where it stands and how much it moves. A trade prints half a
spread from the mid, so a barrier at a trade's price is half a tick nearer to the mid than the price is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled, merged

HALF_SPREAD_TICKS = 0.5
"""From the mid to where a trade prints, in a market one tick wide."""
NEAREST_TICKS = 0.25
"""The least distance that a barrier not yet met is taken to be away: half of the mid's own step."""
OTHER_WAY_TICKS = 23.5
"""Before an episode: how far price may go the other way before it counts as gone. 24 ticks, within which a level is approached, minus
half a tick."""
_SERIES_TERMS = 8
"""Of either series: at the time where one takes over from the other, the next term of both is below 1e-30."""
_IMAGES_UNTIL = 0.25
"""Variance travelled, in squared widths, up to which the image series is used. With these terms both are exact from 0.1 to 2."""
_LAST_BIT = 1e-17
"""A term below this share of the sum so far changes nothing."""


def barrier_probabilities(
    x_ticks: NDArray[np.float64], barrier_ticks: NDArray[Any], sigma: NDArray[np.float64], horizons_s: NDArray[Any]
) -> NDArray[np.float64]:
    """Chance that a trade beyond the level, or one short of it, has come first by each horizon.

    Parameters
    ----------
    x_ticks : (rows,) mid minus level in the direction of approach: below 0 not there yet.
    barrier_ticks : (rows,) b, the distance of both barriers from the level.
    sigma : (rows,) ticks per root second.
    horizons_s : (horizons,) seconds.

    Returns
    -------
    (rows, horizons, 2) break and reject; NaN where an input is. A mid at or beyond a barrier, where no trade has been yet, is taken to be
    NEAREST_TICKS short of it.
    """
    ahead = np.maximum(barrier_ticks - x_ticks - HALF_SPREAD_TICKS, NEAREST_TICKS)
    back = np.maximum(barrier_ticks + x_ticks - HALF_SPREAD_TICKS, NEAREST_TICKS)
    return np.stack(hit_probabilities(ahead[:, None], back[:, None], sigma[:, None], horizons_s), axis=-1)


def reach_probability(
    distance_ticks: NDArray[np.float64], sigma: NDArray[np.float64], time_s: float, other_way_ticks: float = OTHER_WAY_TICKS
) -> NDArray[np.float64]:
    """Chance that price trades at a level within `time_s`, before it has gone `other_way_ticks` the other way. Before an episode.

    `distance_ticks` is (rows,), mid to level, whichever side; `sigma` in ticks per root second, uncalibrated. NaN where an input is.
    """
    ahead = np.maximum(np.abs(distance_ticks) - HALF_SPREAD_TICKS, NEAREST_TICKS)
    return hit_probabilities(ahead, np.asarray(other_way_ticks), sigma, np.asarray(time_s))[0]


def hit_probabilities(
    upper_ticks: NDArray[np.float64], lower_ticks: NDArray[np.float64], sigma_ticks: NDArray[np.float64], time_s: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chance that a driftless Brownian motion has met the upper barrier first, and the lower one first, within `time_s`.

    Parameters
    ----------
    upper_ticks, lower_ticks : distance from the start up and down to the barriers; all four are broadcast.
    sigma_ticks : ticks per root second.
    time_s : seconds, from 0 on.

    Returns
    -------
    Two arrays of the common shape, in [0, 1]. A start at or beyond a barrier has met it. sigma 0 never meets any. NaN where an input is,
    and where the barriers are not apart.

    Notes
    -----
    With width L, start u = lower / L and variance travelled v = sigma^2 t / L^2, the chance of the upper one first has two series:

        images         sum over k >= 0 of erfc((2k + 1 - u) / sqrt(2v)) - erfc((2k + 1 + u) / sqrt(2v))
        eigenfunctions u + 2/pi sum over n >= 1 of (-1)^n / n sin(n pi u) exp(-n^2 pi^2 v / 2)

    (Borodin and Salminen 2002, Handbook of Brownian Motion, part II, chapter 1, section 3; Cox and Miller 1965, chapter 5). The first
    converges at once for small v and keeps its relative precision where a hit is all but impossible, the second for large v.
    The lower barrier is the upper one of the mirrored walk.
    """
    upper, lower, sigma, seconds = np.broadcast_arrays(
        *(np.asarray(value, np.float64) for value in (upper_ticks, lower_ticks, sigma_ticks, time_s))
    )
    width = upper + lower
    bad = ~(width > 0) | np.isnan(sigma) | np.isnan(seconds)
    safe_width = np.where(bad, 1.0, width)
    from_lower, from_upper = (np.clip(np.where(bad, 0.5, distance / safe_width), 0.0, 1.0) for distance in (lower, upper))
    travelled = np.where(bad, 0.0, (sigma / safe_width) ** 2 * seconds)
    up, down = np.empty(width.shape), np.empty(width.shape)
    _first_meetings(from_lower.ravel(), from_upper.ravel(), travelled.ravel(), up.reshape(-1), down.reshape(-1))
    return np.where(bad, np.nan, up), np.where(bad, np.nan, down)


@compiled
def _first_meetings(from_lower, from_upper, travelled, up, down):
    """Fill `up` and `down`, (n,): chance of either barrier first, for a width of 1. Mirrored input gives the same bits, mirrored."""
    for i in range(len(travelled)):
        if from_lower[i] == 0.0 or from_upper[i] == 0.0:
            up[i], down[i] = from_lower[i], 1.0 - from_lower[i]
        else:
            up[i], down[i] = _upper_first(from_lower[i], travelled[i]), _upper_first(from_upper[i], travelled[i])


@merged
def _upper_first(start, travelled):
    if travelled <= 0.0:
        return 0.0
    met = image_series(start, travelled) if travelled <= _IMAGES_UNTIL else eigen_series(start, travelled)
    return min(max(met, 0.0), 1.0)


@merged
def image_series(start, travelled):
    """Chance of the upper barrier first, for a width of 1, by images; `travelled` above 0."""
    spread, chance = math.sqrt(2.0 * travelled), 0.0
    for k in range(_SERIES_TERMS):
        odd = 2 * k + 1
        term = math.erfc((odd - start) / spread) - math.erfc((odd + start) / spread)
        chance += term
        if term <= chance * _LAST_BIT:
            break
    return chance


@merged
def eigen_series(start, travelled):
    """Chance of the upper barrier first, for a width of 1, by eigenfunctions; `travelled` above 0."""
    total, sign = 0.0, -1.0
    for n in range(1, _SERIES_TERMS + 1):
        decay = math.exp(-((n * math.pi) ** 2) * travelled / 2.0)
        if decay < _LAST_BIT:
            break
        total += sign / n * math.sin(n * math.pi * start) * decay
        sign = -sign
    return start + 2.0 / math.pi * total
