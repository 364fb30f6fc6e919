"""Whether probabilities mean what they say, where they lift most, and how far they depart from the usual."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..retrieval.day_blocks import ratio

TENTHS, FIFTHS = 10, 5
"""Bins of a probability, and of a lift."""


class Bin(NamedTuple):
    """Forecasts of about the same probability, and how often what they spoke of came."""

    p: float
    """Mean forecast."""
    frequency: float
    """Share of the windows in which it happened."""
    low: float
    """See `reliability`; NaN below the sessions that an interval needs."""
    high: float
    """As `low`."""
    windows: int
    sessions: int


class Lifted(NamedTuple):
    """A fifth of the windows, by how far the forecast lay from BASE."""

    base: float
    bin: Bin


def reliability(
    p_class: NDArray[np.float64], happened: NDArray[Any], day: NDArray[np.int64], draws: int, interval: float, seed: int
) -> list[Bin]:
    """How often a class came, by how likely it was called, in tenths of probability; a reliable forecaster lies on the diagonal.

    Parameters
    ----------
    p_class : (n,) probability of one class, NaN where there was no forecast.
    happened : (n,) whether it was that class; NaN where censored.
    day : (n,) the session.

    Returns
    -------
    list of Bin, by rising forecast, none of them empty. A forecast on an edge belongs to the bin above it, 1 to the last.

    Notes
    -----
    The interval is the wider, at each end, of sessions drawn anew (see `ratio`) and of Wilson's for as many independent windows (Wilson
    1927, J. Am. Stat. Assoc. 22): where it never or always happened, drawn sessions do not differ at all, and that proves nothing.
    """
    forecast, came, session, _ = _known(p_class, happened, day, p_class)
    place = np.minimum((forecast * TENTHS).astype(np.int64), TENTHS - 1)
    return [_bin(forecast, came, session, place == number, draws, interval, seed) for number in np.unique(place)]


def by_lift(
    p_class: NDArray[np.float64],
    base: NDArray[np.float64],
    happened: NDArray[Any],
    day: NDArray[np.int64],
    draws: int,
    interval: float,
    seed: int,
) -> list[Lifted]:
    """How often a class came, in fifths of the windows by p_class - base, from the least to the most; equal lifts are never parted.

    Arguments as for `reliability`.
    """
    forecast, came, session, usual = _known(p_class, happened, day, base)
    if not len(forecast):
        return []
    lift = forecast - usual
    place = np.searchsorted(np.unique(np.quantile(lift, np.arange(1, FIFTHS) / FIFTHS, method="inverted_cdf")), lift, side="left")
    return [
        Lifted(float(usual[place == number].mean()), _bin(forecast, came, session, place == number, draws, interval, seed))
        for number in np.unique(place)
    ]


def sharpness(p: NDArray[np.float64]) -> float:
    """How far forecasts depart from their own mean: the root of the mean square over episodes and classes, in probability.

    0 for one that always says the same; 0.05 for one whose probabilities typically lie five points off. It says nothing of being right:
    sharpness counts only beside reliability (Murphy and Winkler 1987, Mon. Weather Rev. 115; Gneiting, Balabdaoui and Raftery 2007, J. R.
    Stat. Soc. B 69). `p` is (n, CLASSES); rows with a NaN are no forecasts. NaN where there are none.
    """
    made = p[np.isfinite(p).all(axis=1)]
    return float(np.sqrt(((made - made.mean(axis=0)) ** 2).mean())) if len(made) else float("nan")


def wilson(share: float, episodes: int, interval: float) -> tuple[float, float]:
    """Wilson's score interval of a share of independent episodes."""
    z = float(ndtri((1 + interval) / 2))
    centre = (share + z**2 / (2 * episodes)) / (1 + z**2 / episodes)
    reach = z / (1 + z**2 / episodes) * np.sqrt(share * (1 - share) / episodes + z**2 / (4 * episodes**2))
    return max(float(centre - reach), 0.0), min(float(centre + reach), 1.0)


def _known(
    p_class: NDArray[np.float64], happened: NDArray[Any], day: NDArray[np.int64], beside: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    came = np.asarray(happened, np.float64)
    known = np.isfinite(p_class) & np.isfinite(came)
    return p_class[known], came[known], day[known], beside[known]


def _bin(
    forecast: NDArray[np.float64],
    came: NDArray[np.float64],
    day: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    draws: int,
    interval: float,
    seed: int,
) -> Bin:
    found = ratio(came[chosen], np.ones(int(chosen.sum())), day[chosen], draws, interval, seed)
    alone = wilson(found.value, found.episodes, interval)
    low, high = np.minimum(found.low, alone[0]), np.maximum(found.high, alone[1])
    return Bin(float(forecast[chosen].mean()), found.value, float(low), float(high), found.episodes, found.sessions)
