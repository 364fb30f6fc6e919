"""What the two sides do together: hold, tilt up or down, or thin out; and how far beyond the ordinary that is.

| | bids stand | bids give way |
| --- | --- | --- |
| asks stand | HOLD | TILT down |
| asks give way | TILT up | VACUUM: a large move, either way |

Marks are quantiles of the past's own values: `watch` and `on` of |x_tilt|, of x_vacuum itself, and the lowest fifth of what gives way.
Without a past there are none, and the balance is even.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..declared import Declared
from ..pressure import past_quantile
from .hold import Band, Held, hold, new_held


class Balance(Declared):
    """What the two sides of the book do together in one window."""

    EVEN = "even", "neither side does anything unusual"
    UP = "up", "the asks give way and the bids stand: room up"
    DOWN = "down", "the bids give way and the asks stand: room down"
    VACUUM = "vacuum", "both give way: a large move, either way"
    HOLD = "hold", "both stand: no room either way"


EVEN, UP, DOWN, VACUUM, HOLD = range(len(Balance))
BALANCES = Balance.names()
"""Names of the codes: `BALANCES[code]`."""
STANDS_QUANTILE = 0.2
LEAST_ROWS = 60
"""Windows of the past from which a quantile is taken; five minutes."""


class Marks(NamedTuple):
    """Where a quantity is worth watching, and where it counts; NaN without a past."""

    watch: float
    on: float


class BalanceState(NamedTuple):
    """What the balance carries from window to window."""

    held: NDArray[np.void]
    """(4,) HELD_DTYPE: tilt at its two marks, then what thins out at its two."""
    spell: NDArray[np.int64]
    """(2,) the last balance, and for how many windows it has been in force."""


class Balances(NamedTuple):
    """The day's windows; every array is (windows,)."""

    balance: NDArray[np.int8]
    """Codes of `Balance`."""
    level: NDArray[np.int8]
    """0 below the watch mark, 1 beyond it, 2 beyond the mark at which it counts."""
    windows: NDArray[np.int32]
    """For how many windows the balance has been this one."""


def marks_of(past: NDArray[np.float64], watch: float, on: float) -> Marks:
    """The two quantiles of past values, NaN left out; NaN where fewer than `LEAST_ROWS` are left."""
    seen = past[np.isfinite(past)]
    if len(seen) < LEAST_ROWS:
        return Marks(np.nan, np.nan)
    return Marks(*(float(mark) for mark in np.quantile(seen, [watch, on])))


def lowest_fifth(past: NDArray[np.float64]) -> float:
    """Below it a side stands; NaN without enough past."""
    return marks_of(past, STANDS_QUANTILE, STANDS_QUANTILE).watch


def new_balance() -> BalanceState:
    """The state before the first window."""
    return BalanceState(new_held(4), np.zeros(2, np.int64))


def balances(
    tilt: NDArray[np.float64],
    vacuum: NDArray[np.float64],
    most_giving: NDArray[np.float64],
    marks: tuple[Marks, Marks, float],
    dwell: int,
    state: BalanceState | None = None,
) -> Balances:
    """Fold a day's windows.

    Parameters
    ----------
    tilt, vacuum : (windows,) x_tilt and x_vacuum; NaN where the window is not usable.
    most_giving : (windows,) the greater g_give of the two sides, less the day's pace.
    marks : of |x_tilt|, of x_vacuum, and the lowest fifth of what gives way.
    dwell : windows for which it is held at least.
    state : of the windows before these, and changed to that after them; without it there were none.
    """
    state = state or new_balance()
    of_tilt, of_vacuum, stands = marks
    thin = np.where(vacuum > 0, vacuum, 0.0)
    held = [state.held[quantity : quantity + 1] for quantity in range(len(state.held))]
    tilt_watch, tilt_on = (signs(tilt, mark, dwell, one).sign for mark, one in zip(of_tilt, held[:2], strict=True))
    thin_watch, thin_on = (signs(thin, mark, dwell, one).sign for mark, one in zip(of_vacuum, held[2:], strict=True))
    balance = np.full(len(tilt), EVEN, np.int8)
    balance[most_giving < stands] = HOLD
    thinned = (thin_watch > 0) | (thin_on > 0)
    balance[thinned] = VACUUM
    tilted = np.where(tilt_on != 0, tilt_on, tilt_watch)
    balance[tilted > 0], balance[tilted < 0] = UP, DOWN
    level = np.zeros(len(tilt), np.int8)
    level[(tilted != 0) | thinned] = 1
    level[(tilt_on != 0) | ((tilted == 0) & (thin_on > 0))] = 2
    return Balances(balance, level, _spell(balance, state.spell))


def signs(values: NDArray[np.float64], mark: float, dwell: int, state: NDArray[np.void] | None = None) -> Held:
    """The sign in force of a quantity whose `on` is a mark and whose `off` is half of it; even throughout without a mark.

    `state` is that of `hold`; without it the values are the first.
    """
    state = new_held() if state is None else state
    if not mark > 0:
        state["windows"] += len(values)
        before = int(state["windows"][0]) - len(values)
        return Held(np.zeros(len(values), np.int8), np.arange(before + 1, before + len(values) + 1, dtype=np.int32))
    return hold(values, Band(mark, mark / 2, dwell), state)


def signed_quantile(values: NDArray[np.float64], past: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the past's |values|, as of `past_scores`, below each |value|, ties half, with the value's sign.

    NaN where value or enough past is missing.
    """
    signed: NDArray[np.float64] = np.sign(values) * past_quantile(np.abs(values), past, LEAST_ROWS)
    return signed


def slope_through_zero(moves: NDArray[np.float64], tilts: NDArray[np.float64]) -> float:
    """beta: how much tilt a move of one tick brings with it in the past; 0 where nothing moved."""
    seen = np.isfinite(moves) & np.isfinite(tilts)
    square = float(np.sum(moves[seen] ** 2))
    return float(np.sum(moves[seen] * tilts[seen])) / square if square > 0 else 0.0


def _spell(balance: NDArray[np.int8], spell: NDArray[np.int64]) -> NDArray[np.int32]:
    last, windows = spell
    here = np.arange(len(balance))
    changed = np.concatenate([[last], balance[:-1]])[: len(balance)] != balance
    count = here - np.maximum.accumulate(np.where(changed, here, -windows)) + 1
    if len(balance):
        spell[:] = balance[-1], count[-1]
    return count.astype(np.int32)
