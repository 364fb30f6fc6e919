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


class MotionState(NamedTuple):
    """What carries from window to window."""

    mid: NDArray[np.float64]
    """(2,) the last mid, and its step from the one before; NaN where there is none."""
    level_ticks: NDArray[np.float64]
    """(levels,) of the last window."""
    near: NDArray[np.int32]
    """(2, levels) windows in the near zone, and entries into it."""


def new_motion(levels: int) -> MotionState:
    """The state before the first window."""
    return MotionState(np.full(2, np.nan), np.full(levels, np.nan), np.zeros((2, levels), np.int32))


def motion_at(
    level: NDArray[np.int64],
    window: NDArray[np.int64],
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    near_max_ticks: int,
    window_s: int,
    state: MotionState | None = None,
) -> Motion:
    """The motion of the mid against each cell's level.

    Parameters
    ----------
    level, window : (cells,) which row and column of `level_ticks` a cell is.
    mid_ticks : (windows,) consecutive windows' mid at their end; NaN where the window is not usable.
    level_ticks : (levels, windows) the price in force, NaN while the level is not known.
    near_max_ticks : a mid this near the level is in the near zone.
    state : of the windows before these, and changed to that after them; without it there were none.

    Notes
    -----
    A window that is not usable neither enters nor leaves the near zone. A level that moves by more than `near_max_ticks` from one window to
    the next is another place: time near it and touches of it start anew.
    """
    state = state or new_motion(len(level_ticks))
    velocity = np.diff(mid_ticks, prepend=state.mid[0])
    acceleration = np.diff(velocity, prepend=state.mid[1])
    near_windows, touches = _near_zone(mid_ticks, level_ticks, near_max_ticks, state.level_ticks, state.near)
    if len(mid_ticks):
        state.mid[:] = mid_ticks[-1], velocity[-1]
        state.level_ticks[:] = level_ticks[:, -1]
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
    last_ticks: NDArray[np.float64],
    near: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(levels, windows) windows spent in the near zone up to and with this one, and entries into it since the level last jumped.

    `near` is as of `MotionState`, and changed.
    """
    levels, windows = level_ticks.shape
    near_windows, touches = np.zeros((levels, windows), np.int32), np.zeros((levels, windows), np.int32)
    for level in range(levels):
        inside, count, before = near[0, level], near[1, level], last_ticks[level]
        for w in range(windows):
            if abs(level_ticks[level, w] - before) > near_max_ticks:
                inside, count = 0, 0
            before = level_ticks[level, w]
            distance = abs(mid_ticks[w] - before)
            if distance > near_max_ticks:
                inside = 0
            elif inside > 0:
                inside += 1
            elif distance <= near_max_ticks:
                inside, count = 1, count + 1
            near_windows[level, w] = inside
            touches[level, w] = count
        near[0, level], near[1, level] = inside, count
    return near_windows, touches
