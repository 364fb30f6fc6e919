"""Means over whole sessions, and how sure they are: sessions are drawn anew with everything in them.

Setups of one session resemble one another, over all levels, so the session is the unit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

MIN_SESSIONS = 5
"""Below it no interval is given. At 4 sessions the tail that the widened 95 % interval asks for (0.0001) is rarer than the rarest draw of
sessions (4 ** -4), so nothing that could be drawn would reach it."""


class Ratio(NamedTuple):
    """The sum of one quantity over the sum of another."""

    value: float
    """NaN where nothing was counted or the sum below is 0."""
    low: float
    """NaN where `value` is, and below MIN_SESSIONS sessions: so few cannot say how much sessions differ."""
    high: float
    """As `low`."""
    episodes: int
    sessions: int


def ratio(above: NDArray[np.float64], below: NDArray[np.float64], day: NDArray[np.int64], draws: int, interval: float, seed: int) -> Ratio:
    """Sum of `above` over sum of `below`, of the episodes where both are finite, with its interval over sessions.

    As many sessions as there are, drawn with replacement, `draws` times; the interval lies between two quantiles of the drawn ratios.
    Drawn sessions spread less than new ones would, and few of them are no normal sample, so the quantiles are moved outward to where a
    normal statistic's would be Student's: Phi(-sqrt(n / (n - 1)) t(n - 1)) for n sessions (Hesterberg 2015, Am. Stat. 69, the expanded
    percentile interval). A draw in which `below` sums to 0 has no ratio and is left out.
    """
    counted = np.isfinite(above) & np.isfinite(below)
    above_sums, below_sums = session_sums(day[counted], above[counted], below[counted])
    sessions, total = len(below_sums), below_sums.sum()
    value = float(above_sums.sum() / total) if total > 0 else float("nan")
    low, high = float("nan"), float("nan")
    if sessions >= MIN_SESSIONS and total > 0:
        tail = _expanded_tail(interval, sessions)
        low, high = np.nanquantile(drawn_ratios(above_sums, below_sums, draws, seed), (tail, 1 - tail))
    return Ratio(value, float(low), float(high), int(counted.sum()), sessions)


def drawn_ratios(above_sums: NDArray[np.float64], below_sums: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """(draws,) ratios of sums over drawn sessions; NaN where the sum below is 0."""
    drawn = session_counts(len(below_sums), draws, seed) @ np.stack([above_sums, below_sums], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(drawn[:, 1] > 0, drawn[:, 0] / drawn[:, 1], np.nan)


def session_sums(day: NDArray[np.int64], *values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """(sessions,) sums of each of the (n,) values, sessions ascending."""
    sessions, place = np.unique(day, return_inverse=True)
    return [np.bincount(place, weights=value, minlength=len(sessions)).astype(np.float64) for value in values]


@lru_cache(maxsize=8)
def session_counts(sessions: int, draws: int, seed: int) -> NDArray[np.float64]:
    """(draws, sessions) how often each session is drawn. Kept, for all forecasters of one evaluation share it (2,000 x 250: 4 MB)."""
    counts = np.random.default_rng(seed).multinomial(sessions, np.full(sessions, 1 / sessions), size=draws).astype(np.float64)
    counts.setflags(write=False)
    return counts


def _expanded_tail(interval: float, sessions: int) -> float:
    """Share of draws beyond each end; see `ratio`."""
    return float(ndtr(-np.sqrt(sessions / (sessions - 1)) * stdtrit(sessions - 1, (1 + interval) / 2)))
