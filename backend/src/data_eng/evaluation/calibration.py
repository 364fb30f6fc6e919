"""Whether probabilities mean what they say, how far they depart from the usual, and sets of outcomes that hold what they promise."""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ..errors import SpymasterError
from ..retrieval.day_blocks import ratio
from .scores import NO_CLASS, checked

ROUNDING = 1e-9
"""A rank this little above a whole number is that number: (9 + 1) times 0.9 is 9, in whatever order it is worked out."""


class BadCoverage(SpymasterError):
    """A coverage that no set of outcomes can be made for."""


class Bin(NamedTuple):
    """Forecasts of about the same probability, and how often what they spoke of came."""

    p: float
    """Mean forecast."""
    frequency: float
    """Share of the episodes in which it happened."""
    low: float
    """See `reliability`; NaN below the sessions that an interval needs."""
    high: float
    """As `low`."""
    episodes: int
    sessions: int


class Coverage(NamedTuple):
    """How often the set contained the outcome, over the episodes that had a set and an outcome."""

    covered: float
    """NaN where there are none."""
    low: float
    """NaN below the sessions that an interval needs."""
    high: float
    """As `low`."""
    mean_size: float
    """Classes in a set, 1 to 3; NaN where there are none."""
    episodes: int
    sessions: int


def reliability(
    p_class: NDArray[np.float64], happened: NDArray[Any], day: NDArray[np.int64], bins: int, draws: int, interval: float, seed: int
) -> list[Bin]:
    """How often a class came, by how likely it was called; a reliable forecaster lies on the diagonal.

    Parameters
    ----------
    p_class : (n,) probability of one class, NaN where there was no forecast.
    happened : (n,) whether it was that class; NaN where censored.
    day : (n,) the session.
    bins : how many, at most, each of about as many episodes; equal forecasts are never parted, so few distinct ones make fewer bins.

    Returns
    -------
    list of Bin, by rising forecast, none of them empty.

    Notes
    -----
    The interval is the wider, at each end, of sessions drawn anew (see `ratio`) and of Wilson's for as many independent episodes (Wilson
    1927, J. Am. Stat. Assoc. 22): where it never or always happened, drawn sessions do not differ at all, and that proves nothing.
    """
    came = np.asarray(happened, np.float64)
    known = np.isfinite(p_class) & np.isfinite(came)
    forecast, came, day = p_class[known], came[known], day[known]
    if not len(forecast):
        return []
    inner_edges = np.unique(np.quantile(forecast, np.arange(1, bins) / bins, method="inverted_cdf"))
    place = np.searchsorted(inner_edges, forecast, side="left")
    return [
        _bin(forecast[place == number], came[place == number], day[place == number], draws, interval, seed) for number in np.unique(place)
    ]


def sharpness(p: NDArray[np.float64]) -> float:
    """How far forecasts depart from their own mean: the root of the mean square over episodes and classes, in probability.

    0 for one that always says the same; 0.05 for one whose probabilities typically lie five points off. It says nothing of being right:
    sharpness counts only beside reliability (Murphy and Winkler 1987, Mon. Weather Rev. 115; Gneiting, Balabdaoui and Raftery 2007, J. R.
    Stat. Soc. B 69). `p` is (n, CLASSES); rows with a NaN are no forecasts. NaN where there are none.
    """
    made = p[np.isfinite(p).all(axis=1)]
    return float(np.sqrt(((made - made.mean(axis=0)) ** 2).mean())) if len(made) else float("nan")


def conformal_sets(
    p: NDArray[np.float64], outcome: NDArray[np.int64], day: NDArray[np.int64], wanted: float, embargo: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sets of classes that hold what comes with probability `wanted`, each made from the sessions before it.

    Parameters
    ----------
    p : (n, CLASSES) probabilities at one horizon, NaN where there was no forecast.
    outcome : (n,) positions in CLASSES, NO_CLASS where censored.
    day : (n,) the session. A session's sets use those before it less `embargo`: day < its own - embargo.
    wanted : coverage, in (0, 1).

    Returns
    -------
    sets : (n, CLASSES), whether the class is in the set; all False where none was made.
    made : (n,) False where there was no forecast, or where the past is too short for the threshold (9 outcomes for 0.90).

    Notes
    -----
    Split conformal sets of least ambiguity: a class is in where 1 - p is at most the threshold, see `threshold` (Sadinle, Lei and
    Wasserman 2019, J. Am. Stat. Assoc. 114). The promise is *marginal*: over all episodes together, not for each kind of forecast or
    day, and exact only where past and present are exchangeable. Equal probabilities are in or out together, which can only cover more.

    A very sure past can set the threshold so low that no class reaches it. Something always comes, so the likeliest class is then the
    set (all of them where several are); this, too, can only cover more.
    """
    if not 0 < wanted < 1:
        raise BadCoverage("coverage {value} is impossible.", value=wanted, expected="a probability between 0 and 1, such as 0.9")
    strangeness = 1 - checked(p)
    known = np.isfinite(strangeness[:, 0]) & (outcome != NO_CLASS)
    came = np.take_along_axis(strangeness, np.where(known, outcome, 0)[:, None], axis=1)[:, 0]
    order = np.argsort(day[known], kind="stable")
    past_day, past = day[known][order], came[known][order]
    sessions, session_of_row = np.unique(day, return_inverse=True)
    ends = np.searchsorted(past_day, sessions - embargo)
    limit = np.array([threshold(past[:end], wanted) for end in ends], np.float64)[session_of_row]
    with np.errstate(invalid="ignore"):
        made = np.isfinite(limit) & np.isfinite(strangeness[:, 0])
        sets = (strangeness <= limit[:, None]) | (strangeness == strangeness.min(axis=1, keepdims=True))
    return sets & made[:, None], made


def threshold(past: NDArray[np.float64], wanted: float) -> float:
    """The ceil((n + 1) wanted)-th smallest of n past values; NaN where n is too small to have one."""
    rank = ceil((len(past) + 1) * wanted - ROUNDING)
    return float(np.partition(past, rank - 1)[rank - 1]) if rank <= len(past) else float("nan")


def coverage(
    sets: NDArray[np.bool_],
    made: NDArray[np.bool_],
    outcome: NDArray[np.int64],
    day: NDArray[np.int64],
    draws: int,
    interval: float,
    seed: int,
) -> Coverage:
    """Share of the sets of `conformal_sets` that contained the outcome, its interval over sessions (see `ratio`), and the mean size."""
    known = made & (outcome != NO_CLASS)
    contained = np.take_along_axis(sets[known], outcome[known][:, None], axis=1)[:, 0].astype(np.float64)
    share = ratio(contained, np.ones(len(contained)), day[known], draws, interval, seed)
    mean_size = float(sets[known].sum(axis=1).mean()) if len(contained) else float("nan")
    return Coverage(share.value, share.low, share.high, mean_size, share.episodes, share.sessions)


def wilson(share: float, episodes: int, interval: float) -> tuple[float, float]:
    """Wilson's score interval of a share of independent episodes."""
    z = float(ndtri((1 + interval) / 2))
    centre = (share + z**2 / (2 * episodes)) / (1 + z**2 / episodes)
    reach = z / (1 + z**2 / episodes) * np.sqrt(share * (1 - share) / episodes + z**2 / (4 * episodes**2))
    return max(float(centre - reach), 0.0), min(float(centre + reach), 1.0)


def _bin(forecast: NDArray[np.float64], came: NDArray[np.float64], day: NDArray[np.int64], draws: int, interval: float, seed: int) -> Bin:
    found = ratio(came, np.ones(len(came)), day, draws, interval, seed)
    alone = wilson(found.value, found.episodes, interval)
    low, high = np.minimum(found.low, alone[0]), np.maximum(found.high, alone[1])
    return Bin(float(forecast.mean()), found.value, float(low), float(high), found.episodes, found.sessions)
