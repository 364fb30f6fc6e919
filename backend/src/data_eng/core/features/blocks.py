"""The vector of a trigger: each feature and its differences, now and over the windows before; and what its dimensions are called.

Layout
------
For each block (w0, w3_mean, w3_delta, w9_mean, ...), for each derivative (the feature itself, d1_, d2_, d3_), for each feature of the
approach; then the two context dimensions. d1_ is x_t - x_{t-1}, d2_ the difference of d1_, d3_ of d2_. `w0` is the trigger's
window; `wN_mean` the mean over the last N windows; `wN_delta` (x_t - x_{t-k}) / k with k = N - 1.

A history need not be whole: means are over the windows that have the number, a delta is from the earliest of them that has it, and what
has none (a difference right after the level is known, or after a window without a sound book) is 0.

Distance groups
---------------
w0 is `current`, up to 3 windows `short`, up to 9 `mid`, longer `long`. The undifferenced distance to the level, seconds in the near zone
and touch number of w0, the time of day and the volatility are `context`: where the price is, not what the book does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.compiled import allocating, compiled

DERIVATIVES = ("", "d1_", "d2_", "d3_")
CONTEXT = ("context_open_s", "context_volatility_ticks")
"""Seconds since the regular open at the window's end, and the realised volatility of the last minutes, ticks per root window."""
CONTEXT_FEATURES = ("k_distance_ticks", "k_near_seconds", "k_touch_number")
GROUPS = ("current", "short", "mid", "long", "context")
"""Names of the group codes: `GROUPS[code]`."""
_SHORT_WINDOWS, _MID_WINDOWS = 3, 9


class VectorLayout(NamedTuple):
    """What the dimensions of one approach's and setup's vectors are."""

    features: tuple[str, ...]
    mean_windows: tuple[int, ...]
    dims: tuple[str, ...]
    group: NDArray[np.int8]
    """(dims,) codes of GROUPS."""
    history_windows: int
    """Windows that a vector looks back on, the trigger's own included: the longest mean and 3 for the differences."""


def vector_layout(features: tuple[str, ...], mean_windows: tuple[int, ...]) -> VectorLayout:
    """The layout for an approach's features (`feature_names(approach)`) and a setup's mean windows, ascending."""
    blocks = [("w0", "current")]
    for windows in mean_windows:
        blocks += [(f"w{windows}_mean", _span(windows)), (f"w{windows}_delta", _span(windows))]
    dims, groups = [], []
    for block, group in blocks:
        for derivative in DERIVATIVES:
            for feature in features:
                where = block == "w0" and derivative == "" and feature in CONTEXT_FEATURES
                dims.append(f"{block}:{derivative}{feature}")
                groups.append(GROUPS.index("context" if where else group))
    dims += CONTEXT
    groups += [GROUPS.index("context")] * len(CONTEXT)
    history = max(mean_windows) + len(DERIVATIVES) - 1
    return VectorLayout(features, mean_windows, tuple(dims), np.array(groups, np.int8), history)


def build_vectors(
    values: NDArray[np.float32], trigger_row: NDArray[np.int64], context: NDArray[np.float64], mean_windows: tuple[int, ...]
) -> NDArray[np.float32]:
    """Vectors of many triggers of one level at once.

    Parameters
    ----------
    values : (rows, features) of consecutive windows, in the layout's order; NaN in those that have none.
    trigger_row : (triggers,) row of each trigger, which is finite.
    context : (triggers, 2) the context dimensions.

    Returns
    -------
    (triggers, dims) float32 without NaN. The same rows give the same bytes, wherever in `values` they stand.

    Notes
    -----
    Measured: 2-3 us for a vector of 1,290 dimensions (Xeon with AVX-512, one core).
    """
    features = values.shape[1]
    width = len(DERIVATIVES) * features
    vectors = np.empty((len(trigger_row), (1 + 2 * len(mean_windows)) * width + len(CONTEXT)), np.float32)
    _build(_differences(values), trigger_row, np.array(mean_windows, np.int64), vectors)
    vectors[:, -len(CONTEXT) :] = context
    return vectors


def windows_behind(window: NDArray[np.int64], history: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The windows that vectors of triggers look back on, ascending, and each trigger's place among them.

    `window` is (triggers,), `history` a layout's `history_windows`. Vectors of these windows alone are those of the whole day.
    """
    seen = np.zeros(window.max(initial=-1) + history, np.bool_)
    for back in range(history):
        seen[window + history - 1 - back] = True
    behind = np.flatnonzero(seen[history - 1 :])
    return behind, np.searchsorted(behind, window)


def _span(windows: int) -> str:
    if windows <= _SHORT_WINDOWS:
        return "short"
    return "mid" if windows <= _MID_WINDOWS else "long"


def _differences(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """(rows, 4 * features): the features and their first three differences; NaN in the rows that lack the past."""
    parts = [values.astype(np.float64)]
    for _ in DERIVATIVES[1:]:
        parts.append(np.diff(parts[-1], axis=0, prepend=np.nan))
    return np.concatenate(parts, axis=1)


@allocating
def _build(
    series: NDArray[np.float64],
    trigger_row: NDArray[np.int64],
    mean_windows: NDArray[np.int64],
    vectors: NDArray[np.float32],
) -> None:
    width = series.shape[1]
    total, count, earliest = np.empty(width), np.empty(width), np.empty(width, np.int64)
    is_whole = np.empty(len(series), np.bool_)
    for row in range(len(series)):
        is_whole[row] = np.isfinite(series[row]).all()
    for trigger in range(len(trigger_row)):
        now, vector = trigger_row[trigger], vectors[trigger]
        total[:], count[:], earliest[:] = 0.0, 0.0, now
        for dim in range(width):
            vector[dim] = series[now, dim] if np.isfinite(series[now, dim]) else 0.0
        back, whole = 0, is_whole[now]
        for block in range(len(mean_windows)):
            while back < mean_windows[block] and now - back >= 0:
                if whole and not is_whole[now - back]:
                    whole, count[:], earliest[:] = False, back, now - back + 1
                if whole:
                    _add(series[now - back], total)
                else:
                    _add_known(series[now - back], now - back, total, count, earliest)
                back += 1
            mean, delta = vector[(1 + 2 * block) * width :][:width], vector[(2 + 2 * block) * width :][:width]
            if whole:
                _write_whole(series[now], series[now - back + 1], total, back, mean, delta)
            else:
                _write_known(series, now, total, count, earliest, mean, delta)


@compiled()
def _add(values: NDArray[np.float64], total: NDArray[np.float64]) -> None:
    for dim in range(len(values)):
        total[dim] += values[dim]


@compiled()
def _add_known(
    values: NDArray[np.float64], window: int, total: NDArray[np.float64], count: NDArray[np.float64], earliest: NDArray[np.int64]
) -> None:
    """The same of a window in which some dimensions have no number."""
    for dim in range(len(values)):
        if np.isfinite(values[dim]):
            total[dim] += values[dim]
            count[dim] += 1
            earliest[dim] = window


@compiled()
def _write_whole(
    current: NDArray[np.float64],
    first: NDArray[np.float64],
    total: NDArray[np.float64],
    windows: int,
    mean: NDArray[np.float32],
    delta: NDArray[np.float32],
) -> None:
    """Mean and delta over windows that all have every number, the first of them `first`."""
    for dim in range(len(current)):
        mean[dim] = total[dim] / np.float64(windows)
    if windows == 1:
        delta[:] = 0.0
        return
    for dim in range(len(current)):
        delta[dim] = (current[dim] - first[dim]) / np.float64(windows - 1)


@compiled()
def _write_known(
    series: NDArray[np.float64],
    now: int,
    total: NDArray[np.float64],
    count: NDArray[np.float64],
    earliest: NDArray[np.int64],
    mean: NDArray[np.float32],
    delta: NDArray[np.float32],
) -> None:
    """The same where some have not: means over those that have, deltas from the earliest of them; 0 where there is none."""
    for dim in range(len(mean)):
        then = earliest[dim]
        known = np.isfinite(series[now, dim]) and then < now
        mean[dim] = total[dim] / count[dim] if count[dim] > 0.0 else 0.0
        delta[dim] = (series[now, dim] - series[then, dim]) / (now - then) if known else 0.0
