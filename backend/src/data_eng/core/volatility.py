"""How much price moves now: the variance of the last minutes, of this clock time in past sessions, and the barrier made of both.

Everything starts from squared changes of the mid from one window to the next, in ticks^2. A change from or to a NaN mid is left out. Mids
are multiples of half a tick, so sums of squares are exact, and a day in pieces gives the same bytes as in one.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGMA_FLOOR = 0.14
"""Ticks per root second: a mid that moves half a tick in about 13 s. Below it a market stands still rather than being calm."""
VARIANCE_FLOOR = 0.02
"""Ticks^2 / s, about SIGMA_FLOOR^2: the least variance whose logarithm is taken."""
PROFILE_SPAN_S = 600
"""The same clock time means 10 minutes either side of it."""


def squared_changes(mid_ticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(windows,) squared change of the mid into each of a session's consecutive windows, ticks^2.

    NaN where this mid or the one before it is NaN, and in the first window, which has none before it.
    """
    return np.diff(mid_ticks, prepend=np.nan) ** 2


def realised_variance(squares: NDArray[np.float64], rv_windows: int, window_s: int = 5) -> NDArray[np.float64]:
    """rv: (windows,) mean squared change of the last `rv_windows` windows, this one included, in ticks^2 / s.

    Early in the session it is the mean of what there is; NaN where there is nothing yet.
    """
    padded = np.concatenate([np.full(rv_windows - 1, np.nan), squares])
    return _means(np.lib.stride_tricks.sliding_window_view(padded, rv_windows), axis=1) / window_s


def clock_profile(
    past_squares: NDArray[np.float64], profile_sessions: int, window_s: int = 5, span_s: int = PROFILE_SPAN_S
) -> NDArray[np.float64]:
    """prof: (windows,) mean squared change around each window of the day, over the last `profile_sessions` sessions, in ticks^2 / s.

    Parameters
    ----------
    past_squares : (sessions, windows) `squared_changes` of past sessions, the latest last, by window of the day; NaN where a session has
        none.
    span_s : how far either side of a window its clock time reaches; cut off at both ends of the day.

    Returns
    -------
    NaN where the past has no change around that time: its reader takes rv. Every change counts once, whichever session it is of.
    """
    recent = past_squares[max(len(past_squares) - profile_sessions, 0) :]
    known = np.isfinite(recent)
    windows, reach = past_squares.shape[1], span_s // window_s
    first = np.maximum(np.arange(windows) - reach, 0)
    stop = np.minimum(np.arange(windows) + reach + 1, windows)
    total, count = (np.concatenate([[0.0], np.cumsum(column)]) for column in (np.where(known, recent, 0.0).sum(axis=0), known.sum(axis=0)))
    changes = count[stop] - count[first]
    return np.divide(total[stop] - total[first], changes, out=np.full(windows, np.nan), where=changes > 0) / window_s


def volatility(rv: NDArray[np.float64], prof: NDArray[np.float64], rv_windows: int, profile_weight: float) -> NDArray[np.float64]:
    """sigma: ticks per root second, of the variance now and that of the clock time, (windows,) each; at least SIGMA_FLOOR.

    sigma^2 = (rv_windows rv + profile_weight prof) / (rv_windows + profile_weight). Without one of them (NaN) the other stands alone:
    there is no past, or no change yet today. Without both it is the floor.
    """
    now, usual = np.where(np.isnan(rv), prof, rv), profile_or_now(rv, prof)
    variance = (rv_windows * now + profile_weight * usual) / (rv_windows + profile_weight)
    return np.maximum(np.sqrt(np.nan_to_num(variance, nan=0.0)), SIGMA_FLOOR)


def profile_or_now(rv: NDArray[np.float64], prof: NDArray[np.float64]) -> NDArray[np.float64]:
    """The profile where there is a past, else rv."""
    return np.where(np.isnan(prof), rv, prof)


def log_liveliness(rv: NDArray[np.float64], prof: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(sqrt(rv / prof)): how much livelier it is now than usual at this time, both variances at least VARIANCE_FLOOR.

    0 where either is NaN: nothing to compare.
    """
    now, usual = (np.maximum(variance, VARIANCE_FLOOR) for variance in (rv, profile_or_now(rv, prof)))
    return np.nan_to_num(np.log(now / usual) / 2, nan=0.0)


def barrier(sigma: NDArray[np.float64], barrier_c: float, barrier_min_ticks: int, primary_s: int) -> NDArray[np.int64]:
    """b: (windows,) whole ticks from the level to either barrier, max(minimum, floor(c sigma sqrt(primary) + 1/2)).

    So wide that in a market without drift a quarter of the entries at 5 ticks are undecided at the primary horizon.
    """
    ticks: NDArray[Any] = np.floor(barrier_c * sigma * sqrt(primary_s) + 0.5)
    return np.maximum(ticks, barrier_min_ticks).astype(np.int64)


def _means(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Mean of the finite ones along an axis; NaN where none is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    return np.divide(np.where(known, values, 0.0).sum(axis=axis), count, out=np.full(count.shape, np.nan), where=count > 0)
