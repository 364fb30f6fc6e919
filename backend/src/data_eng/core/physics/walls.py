"""Walls: strikes where far more rests than usual, and what becomes of them.

w is a strike's depth over the greater of what is usual there at the day's pace and the median of the three whole strikes on either side of
it, same side. A strike that the touch cuts is not judged; a wall already there stays one.

appeared   w at or beyond the appearance mark in 2 of 3 windows
grew       depth at least 1.5 times the last peak
pulled     depth below half the peak, and fills since the peak are less than half of the fall; `eaten` where they are half or more
absorbing  fills since it appeared at least half the peak while depth is at least 0.7 of it; once a wall
left       more strikes from the price than a wall is followed
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled, inlined
from ..declared import Declared


class WallEvent(Declared):
    """What happened to a wall in a window."""

    STANDS = "stands", "it stands as it stood"
    APPEARED = "appeared", "far more rests there than usual, twice in three windows"
    GREW = "grew", "half as much again as at its last peak"
    PULLED = "pulled", "less than half its peak is left, and most of the fall was withdrawn"
    EATEN = "eaten", "less than half its peak is left, and at least half of the fall was filled"
    ABSORBING = "absorbing", "half its peak has been filled, and it still stands"
    LEFT = "left", "price went too far away"


STANDS, APPEARED, GREW, PULLED, EATEN, ABSORBING, LEFT = range(len(WallEvent))
EVENTS = WallEvent.names()
GROWTH, GONE, EATEN_SHARE, ABSORBED, STILL_STANDS = 1.5, 0.5, 0.5, 0.5, 0.7
NEIGHBOURS = 3
"""Whole strikes on either side whose median a strike is held against."""

WALL_DTYPE = np.dtype(
    [
        ("declared", "i1"),
        ("beyond_before", "i1"),
        ("beyond_two_before", "i1"),
        ("absorbed", "i1"),
        ("since", "i8"),
        ("peak", "f8"),
        ("fills_since_peak", "f8"),
        ("fills_since_appeared", "f8"),
        ("refreshed", "f8"),
    ]
)
"""What one strike of one side carries from window to window."""


class StrikeBook(NamedTuple):
    """What rests and was filled at every strike; arrays are (windows, 2 sides, strikes), strikes ascending in price."""

    depth: NDArray[np.float64]
    usual: NDArray[np.float64]
    """Usual depth at the day's pace; NaN where it is not known."""
    whole: NDArray[np.bool_]
    """Whether the strike lies wholly behind the touch, so that it can be judged."""
    fill: NDArray[np.float64]
    """Contracts filled in the window."""


class WallRules(NamedTuple):
    """Marks that w has to reach, and distances in strikes from the touch's own."""

    appear: float
    massive: float
    reach: int
    leave: int


WALL_ROW_DTYPE = np.dtype(
    [
        ("window", "i4"),
        ("side", "i1"),
        ("strike", "i4"),
        ("event", "i1"),
        ("w", "f8"),
        ("depth", "f8"),
        ("peak", "f8"),
        ("since", "i8"),
        ("eaten", "f8"),
        ("refreshed", "f8"),
    ]
)
"""One wall in one window: its event, what stands, its last peak, when it appeared, what was filled and refreshed since."""


def excess(book: StrikeBook) -> NDArray[np.float64]:
    """(windows, 2, strikes) w; NaN where a strike is not judged, or neither usual nor neighbours are known."""
    w = np.full(book.depth.shape, np.nan)
    _fill_excess(book.depth, book.usual, book.whole, np.empty(2 * NEIGHBOURS), w)
    return w


@compiled()
def _fill_excess(depth, usual, whole, around, w):
    """`w` is NaN at first; `around` has room for a strike's neighbours."""
    strikes = depth.shape[2]
    for window in range(depth.shape[0]):
        for side in range(2):
            for strike in range(strikes):
                if not whole[window, side, strike]:
                    continue
                seen = 0
                for near in range(max(strike - NEIGHBOURS, 0), min(strike + NEIGHBOURS + 1, strikes)):
                    if near != strike and whole[window, side, near]:
                        seen = _insert_ascending(depth[window, side, near], around, seen)
                against = usual[window, side, strike]
                if seen > 0:
                    median = (around[(seen - 1) // 2] + around[seen // 2]) / 2
                    against = against if against >= median else median
                if against > 0:
                    w[window, side, strike] = depth[window, side, strike] / against


@inlined()
def _insert_ascending(value, ordered, count):
    """Put a value in its place among the first `count`, which are ascending; returns how many there are then."""
    place = count
    while place > 0 and ordered[place - 1] > value:
        ordered[place] = ordered[place - 1]
        place -= 1
    ordered[place] = value
    return count + 1


def new_walls(strikes: int) -> NDArray[np.void]:
    """(2, strikes) the state before the first window: no walls."""
    return np.zeros((2, strikes), WALL_DTYPE)


def find_walls(
    book: StrikeBook,
    refresh: NDArray[np.float64],
    w: NDArray[np.float64],
    centre: NDArray[np.int32],
    starts_ns: NDArray[np.int64],
    rules: WallRules,
    state: NDArray[np.void],
) -> NDArray[np.void]:
    """Fold the windows into `state`, which is changed; rows of WALL_ROW_DTYPE, ascending by window, side and strike.

    `refresh` is (windows, 2, strikes) contracts refreshed in the window; `w` is that of `excess`; `centre` is (windows,) the strike of the
    mid, -1 where the window is not usable; `starts_ns` is (windows,) when each begins, by which a wall remembers when it appeared.
    """
    rows = np.zeros(2 * book.depth.shape[2] * len(centre), WALL_ROW_DTYPE)
    return rows[: _find(book.depth, book.fill, refresh, w, centre, starts_ns, rules, state, rows)]


@compiled()
def _find(depth, fill, refresh, w, centre, starts_ns, rules, state, rows):
    count = 0
    for window in range(centre.shape[0]):
        if centre[window] < 0:
            continue
        for side in range(2):
            for strike in range(w.shape[2]):
                wall = state[side, strike]
                away = abs(strike - centre[window])
                if not wall["declared"] and away > rules.reach:
                    wall["beyond_before"] = 0
                    wall["beyond_two_before"] = 0
                    continue
                event = step(
                    starts_ns[window], depth[window, side, strike], fill[window, side, strike], w[window, side, strike], away, rules, wall
                )
                if event < 0:
                    continue
                wall["refreshed"] = 0.0 if event == APPEARED else wall["refreshed"] + refresh[window, side, strike]
                row = rows[count]
                row["window"] = window
                row["side"] = side
                row["strike"] = strike
                row["event"] = event
                row["w"] = w[window, side, strike]
                row["depth"] = depth[window, side, strike]
                row["peak"] = wall["peak"]
                row["since"] = wall["since"]
                row["eaten"] = wall["fills_since_appeared"]
                row["refreshed"] = wall["refreshed"]
                count += 1
    return count


@compiled()
def step(start_ns, depth, filled, w, away, rules, wall):  # noqa: PLR0911  a return an event
    """One window of one strike; returns the event, -1 where there is no wall. `wall` is one record of WALL_DTYPE."""
    beyond = 1 if w >= rules.appear else 0
    twice = beyond + wall["beyond_before"] + wall["beyond_two_before"] >= 2
    wall["beyond_two_before"] = wall["beyond_before"]
    wall["beyond_before"] = beyond
    if not wall["declared"]:
        if not (beyond and twice):
            return -1
        wall["declared"] = 1
        wall["absorbed"] = 0
        wall["since"] = start_ns
        wall["peak"] = depth
        wall["fills_since_peak"] = 0.0
        wall["fills_since_appeared"] = 0.0
        return APPEARED
    wall["fills_since_peak"] += filled
    wall["fills_since_appeared"] += filled
    if away > rules.leave:
        wall["declared"] = 0
        return LEFT
    if depth < GONE * wall["peak"]:
        wall["declared"] = 0
        wall["beyond_before"] = 0
        wall["beyond_two_before"] = 0
        return EATEN if wall["fills_since_peak"] >= EATEN_SHARE * (wall["peak"] - depth) else PULLED
    if depth >= GROWTH * wall["peak"]:
        wall["peak"] = depth
        wall["fills_since_peak"] = 0.0
        return GREW
    if not wall["absorbed"] and wall["fills_since_appeared"] >= ABSORBED * wall["peak"] and depth >= STILL_STANDS * wall["peak"]:
        wall["absorbed"] = 1
        return ABSORBING
    return STANDS
