"""The path of the mid around levels, window by window: what the kinematic features are read from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.compiled import allocating


class Motion(NamedTuple):
    """One entry a cell; every array is (cells,) float64."""

    distance_ticks: NDArray[np.float64]
    velocity_ticks: NDArray[np.float64]
    acceleration_ticks: NDArray[np.float64]
    near_s: NDArray[np.float64]
    touch_number: NDArray[np.float64]


def motion_at(
    level: NDArray[np.int64],
    window: NDArray[np.int64],
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    near_max_ticks: int,
    window_s: int,
) -> Motion:
    """The motion of the mid against each cell's level.

    Parameters
    ----------
    level, window : (cells,) which row and column of `level_ticks` a cell is.
    mid_ticks : (windows,) consecutive windows' mid at their end; NaN where the window is not usable.
    level_ticks : (levels, windows) the price in force, NaN while the level is not known.
    near_max_ticks : a mid this near the level is in the near zone.

    Notes
    -----
    A window that is not usable neither enters nor leaves the near zone. A level that moves by more than `near_max_ticks` from one window to
    the next is another place: time near it and touches of it start anew.
    """
    velocity = np.diff(mid_ticks, prepend=np.nan)
    acceleration = np.diff(velocity, prepend=np.nan)
    near_windows, touches = _near_zone(mid_ticks, level_ticks, near_max_ticks)
    return Motion(
        distance_ticks=mid_ticks[window] - level_ticks[level, window],
        velocity_ticks=velocity[window],
        acceleration_ticks=acceleration[window],
        near_s=near_windows[level, window].astype(np.float64) * window_s,
        touch_number=touches[level, window].astype(np.float64),
    )


@allocating
def _near_zone(
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    near_max_ticks: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(levels, windows) windows spent in the near zone up to and with this one, and entries into it since the level last jumped."""
    levels, windows = level_ticks.shape
    near_windows, touches = np.zeros((levels, windows), np.int32), np.zeros((levels, windows), np.int32)
    for level in range(levels):
        entered, count = -1, 0
        for w in range(windows):
            if w > 0 and abs(level_ticks[level, w] - level_ticks[level, w - 1]) > near_max_ticks:
                entered, count = -1, 0
            distance = abs(mid_ticks[w] - level_ticks[level, w])
            if distance <= near_max_ticks and entered < 0:
                entered, count = w, count + 1
            elif distance > near_max_ticks:
                entered = -1
            near_windows[level, w] = w - entered + 1 if entered >= 0 else 0
            touches[level, w] = count
    return near_windows, touches
