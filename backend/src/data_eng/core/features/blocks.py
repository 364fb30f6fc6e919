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

from ...core.compiled import allocating

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
    back = window[:, None] - np.arange(history)
    behind = np.unique(back[back >= 0])
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
    total, count, earliest = np.empty(width), np.empty(width, np.int64), np.empty(width, np.int64)
    for trigger in range(len(trigger_row)):
        now = trigger_row[trigger]
        total[:], count[:], earliest[:] = 0.0, 0, now
        for dim in range(width):
            vectors[trigger, dim] = series[now, dim] if np.isfinite(series[now, dim]) else 0.0
        back = 0
        for block in range(len(mean_windows)):
            while back < mean_windows[block] and now - back >= 0:
                for dim in range(width):
                    if np.isfinite(series[now - back, dim]):
                        total[dim] += series[now - back, dim]
                        count[dim] += 1
                        earliest[dim] = now - back
                back += 1
            mean_at = (1 + 2 * block) * width
            for dim in range(width):
                then = earliest[dim]
                known = np.isfinite(series[now, dim]) and then < now
                vectors[trigger, mean_at + dim] = total[dim] / count[dim] if count[dim] else 0.0
                vectors[trigger, mean_at + width + dim] = (series[now, dim] - series[then, dim]) / (now - then) if known else 0.0
