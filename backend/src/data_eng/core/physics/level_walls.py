"""The largest wall behind a level, asks above it and bids below it: how far, how large, how old, how much of it was eaten, when one went.

A strike counts by its middle, so that the mirrored book has the mirrored wall.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..book.state import ASK, BID
from .columns import SIDES, PhysicsColumn
from .walls import EATEN, LEFT, PULLED

_SAYS = {
    "distance": ("barriers", "how far the middle of the largest wall among the {where} lies behind the level"),
    "usual": ("ln(times usual)", "what stands of that wall"),
    "age": ("s", "since it appeared"),
    "eaten": ("share", "filled of it since it appeared, of its peak"),
    "pulled": ("s", "since a wall among the {where} was last pulled"),
}


class WallRows(NamedTuple):
    """A day's walls; every array is (rows,), ascending by window."""

    window: NDArray[np.int64]
    side: NDArray[np.int8]
    middle_ticks: NDArray[np.float64]
    event: NDArray[np.int8]
    """Codes of walls.EVENTS."""
    w: NDArray[np.float64]
    depth: NDArray[np.float64]
    peak: NDArray[np.float64]
    eaten: NDArray[np.float64]
    age_s: NDArray[np.float64]
    """Since it appeared, to the end of the row's window."""


@cache
def wall_columns() -> tuple[PhysicsColumn, ...]:
    """The columns of the level's frame, in the table's order; null where there is no such wall."""
    where = {"bid": "bids below the level", "ask": "asks above the level"}
    return tuple(
        PhysicsColumn(f"w_{name}_{side}_level", unit, says.format(where=where[side]))
        for _, side in SIDES
        for name, (unit, says) in _SAYS.items()
    )


NEVER = -1


def none_pulled() -> NDArray[np.int64]:
    """(2,) state before the first window: of each side, windows since a wall was last pulled; NEVER before the first."""
    return np.full(2, NEVER, np.int64)


def level_walls(
    walls: WallRows,
    level_ticks: NDArray[np.float64],
    barrier_ticks: NDArray[np.int64],
    window_s: int,
    pulled_before: NDArray[np.int64] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """(windows,) by column for one level; `level_ticks` is (windows,), NaN where the level is not known.

    `pulled_before`, of `none_pulled`, is the state before these windows, and becomes that after them; without it there were none.
    """
    since_pulled = none_pulled() if pulled_before is None else pulled_before
    found: dict[str, NDArray[np.float64]] = {}
    for index, side in SIDES:
        outward = {ASK: 1.0, BID: -1.0}[index]
        behind_ticks = outward * (walls.middle_ticks - level_ticks[walls.window])
        behind = (walls.side == index) & (behind_ticks >= 0)
        rows = np.flatnonzero(behind & ~np.isin(walls.event, (PULLED, EATEN, LEFT)))
        # Of one window the largest is last; of equals the nearest.
        rows = rows[np.lexsort((-behind_ticks[rows], walls.depth[rows], walls.window[rows]))]
        window = walls.window[rows]
        largest = rows[np.append(window[1:] != window[:-1], True)[: len(rows)]]
        at = walls.window[largest]
        values = {
            "distance": behind_ticks[largest] / barrier_ticks[at],
            "usual": np.log(walls.w[largest]),
            "age": walls.age_s[largest],
            "eaten": walls.eaten[largest] / walls.peak[largest],
        }
        for name, of_walls in values.items():
            column = np.full(len(level_ticks), np.nan)
            column[at] = of_walls
            found[f"w_{name}_{side}_level"] = column
        pulled = walls.window[behind & (walls.event == PULLED)]
        since = _since(pulled, len(level_ticks), int(since_pulled[index]))
        since_pulled[index] = since[-1] if len(since) else since_pulled[index]
        found[f"w_pulled_{side}_level"] = np.where(since >= 0, since * float(window_s), np.nan)
    return found


def _since(event_window: NDArray[np.int64], windows: int, before: int) -> NDArray[np.int64]:
    """(windows,) windows since the last of the events, 0 in its own; NEVER before the first. `before` is that of the window before."""
    known = np.full(windows, before != NEVER)
    last = np.full(windows, -1 - before)
    known[event_window], last[event_window] = True, event_window
    since: NDArray[np.int64] = np.arange(windows) - np.maximum.accumulate(last)
    return np.where(np.logical_or.accumulate(known), since, NEVER)
