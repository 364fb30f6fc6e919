"""What rests at every $1 strike against what is usual so far behind the touch: the ground of walls and of the ladder.

A strike s holds the ticks s .. s + step - 1. All is as the window's end shows it: depth, and the touch that distances are counted from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..book.state import ASK, BID
from ..compiled import compiled
from ..declared import Declared
from ..events import NO_TICK
from .giving import LEAST_PRIOR, STOCK_PRIOR_OFFSET
from .hold import Band, hold_columns, new_held
from .tape import Tape, behind, rows_of
from .usual import Usual
from .walls import StrikeBook


class Winner(Declared):
    """Which side outweighs the other at a strike."""

    EVEN = "even", "neither side is unusually heavy"
    LONGS = "longs", "against usual, more bids rest there than asks"
    SHORTS = "shorts", "against usual, more asks rest there than bids"


EVEN, LONGS, SHORTS = range(len(Winner))
WINNERS = Winner.names()
"""Names of the codes: `WINNERS[code]`."""


class StrikeGrid(NamedTuple):
    """The strikes of a day: which there are, and how many ticks each holds."""

    lowest: int
    """Price of the lowest, in ticks; a multiple of the step."""
    strikes: int
    step_ticks: int


class StandingRows(NamedTuple):
    """Columns of the flow that say what the resting size is made of; every array is (rows,), in the tape's order."""

    orders_end: NDArray[np.int32]
    big_end: NDArray[np.int32]
    refresh: NDArray[np.int32]
    age_sum: NDArray[np.int64]


class Standing(NamedTuple):
    """What rests at every strike at the window's end, and what was refreshed in it; arrays are (windows, 2 sides, strikes)."""

    orders: NDArray[np.float64]
    big: NDArray[np.float64]
    """Contracts in big orders."""
    refresh: NDArray[np.float64]
    """Contracts that came to orders as they were filled, in the window."""
    age_ms: NDArray[np.float64]
    """Contracts times the ms for which each has kept its price."""


def grid_of(tape: Tape, usable: NDArray[np.bool_], step_ticks: int) -> StrikeGrid:
    """All strikes that the tape of the usable windows reaches."""
    if not usable.any():
        return StrikeGrid(0, 0, step_ticks)
    lowest = int(tape.band[0, usable].min()) // step_ticks
    return StrikeGrid(lowest * step_ticks, int(tape.band[1, usable].max()) // step_ticks - lowest + 1, step_ticks)


def joined_grids(one: StrikeGrid, other: StrikeGrid) -> StrikeGrid:
    """The strikes of both, and all between."""
    held = [grid for grid in (one, other) if grid.strikes]
    if not held:
        return one
    lowest = min(grid.lowest for grid in held)
    highest = max(grid.lowest + grid.strikes * grid.step_ticks for grid in held)
    return StrikeGrid(lowest, (highest - lowest) // one.step_ticks, one.step_ticks)


def strike_book(
    tape: Tape, grid: StrikeGrid, end_touch_ticks: NDArray[np.int32], usual: Usual, depth_pace: NDArray[np.float64]
) -> StrikeBook:
    """Depth and fills of every strike, and what is usual there at the day's pace.

    Parameters
    ----------
    end_touch_ticks : (2, windows) best bid and ask at the window's end; NO_TICK where the window is not usable.
    depth_pace : (windows,) natural log, A_D.
    """
    shape = (len(tape.first_ask), 2, grid.strikes)
    depth, usually, fill = (np.zeros(shape) for _ in range(3))
    whole = np.zeros(shape, np.bool_)
    _fill_strikes(tape, grid, end_touch_ticks, usual, depth, usually, whole, fill)
    return StrikeBook(depth, usually * np.exp(depth_pace)[:, None, None], whole, fill)


@compiled()
def _fill_strikes(tape, grid, end_touch, usual, depth, usually, whole, fill):
    for w in range(depth.shape[0]):
        for side in range(2):
            touch = end_touch[side, w]
            if touch == NO_TICK:
                continue
            first, last = rows_of(tape, w, side)
            for row in range(first, last):
                strike = (tape.price_ticks[row] - grid.lowest) // grid.step_ticks
                depth[w, side, strike] += tape.counters.depth_end[row]
                fill[w, side, strike] += tape.counters.fill[row]
            for strike in range(depth.shape[2]):
                held = 0
                for tick in range(grid.lowest + strike * grid.step_ticks, grid.lowest + (strike + 1) * grid.step_ticks):
                    x = behind(side, touch, tick)
                    if 0 <= x < usual.offsets and tape.band[0, w] <= tick <= tape.band[1, w]:
                        usually[w, side, strike] += usual.depth[x]
                        held += 1
                whole[w, side, strike] = held == grid.step_ticks


def strike_standing(tape: Tape, grid: StrikeGrid, rows: StandingRows, end_ms: NDArray[np.int64]) -> Standing:
    """What rests at every strike, order by order; `end_ms` is (windows,) each window's end, ms UTC."""
    window = np.repeat(np.arange(len(end_ms)), np.diff(tape.first_row))
    held = slice(int(tape.first_row[0]), int(tape.first_row[-1]))
    side = np.where(np.arange(held.start, held.stop) >= tape.first_ask[window], ASK, BID)
    strike = (tape.price_ticks[held] - grid.lowest) // grid.step_ticks
    within = (strike >= 0) & (strike < grid.strikes)
    place = ((window * 2 + side) * grid.strikes + strike)[within]
    shape = (len(end_ms), 2, grid.strikes)
    age_ms = tape.counters.depth_end[held] * end_ms[window] - rows.age_sum[held]

    def summed(values: NDArray[np.integer]) -> NDArray[np.float64]:
        total = np.bincount(place, weights=values[within], minlength=int(np.prod(shape)))
        return total.astype(np.float64).reshape(shape)

    return Standing(*(summed(values) for values in (rows.orders_end[held], rows.big_end[held], rows.refresh[held], age_ms)))


def strike_stock(book: StrikeBook, usual: Usual) -> NDArray[np.float64]:
    """(windows, 2, strikes) s_stock: what stands against usual, natural log; 0 where the side has no tick in the strike."""
    prior = np.maximum(usual.depth[min(STOCK_PRIOR_OFFSET, usual.offsets - 1)], LEAST_PRIOR)
    stood = np.log((book.depth + prior) / (book.usual + prior))
    return np.where(np.isfinite(book.usual) & (book.usual == 0), 0.0, stood)


class LeadTotals(NamedTuple):
    """What the mean lead of every strike carries: the sums up to the ends of the last windows, as many as the mean is over."""

    total: NDArray[np.float64]
    """(ends, strikes) of the leads; before the first window one row of 0."""
    seen: NDArray[np.int64]
    """(ends,) usable windows."""


def new_leads(strikes: int) -> LeadTotals:
    """The state before the first window."""
    return LeadTotals(np.zeros((1, strikes)), np.zeros(1, np.int64))


def ladder_values(
    stock: NDArray[np.float64], usable: NDArray[np.bool_], windows: int, before: LeadTotals | None = None
) -> tuple[NDArray[np.float64], LeadTotals]:
    """(windows, strikes) mean over the last `windows` usable windows of s_stock bid less s_stock ask: above 0 longs outweigh shorts.

    A stock turns around slowly; net flow, its difference, does not name the same winner half a minute later. The second value is the state
    after these windows, `before` the one before them; without it there were none.
    """
    before = before or new_leads(stock.shape[2])
    lead = np.where(usable[:, None], np.nan_to_num(stock[:, BID] - stock[:, ASK]), 0.0)
    total = np.concatenate([before.total, np.cumsum(np.concatenate([before.total[-1:], lead]), axis=0)[1:]])
    seen = np.concatenate([before.seen, before.seen[-1] + np.cumsum(usable)])
    here = np.arange(len(before.seen), len(seen))
    first = np.maximum(here - windows, 0)
    count = (seen[here] - seen[first])[:, None]
    known = (count > 0) & np.isfinite(stock).all(axis=1)
    values = np.divide(total[here] - total[first], count, out=np.full_like(lead, np.nan), where=known)
    return values, LeadTotals(total[-windows:].copy(), seen[-windows:].copy())


def winners(values: NDArray[np.float64], mark: float, dwell: int, state: NDArray[np.void] | None = None) -> NDArray[np.int8]:
    """(windows, strikes) codes of `Winner`, from `ladder_values`: a side leads beyond the mark and is held for `dwell` windows at least.

    Even throughout without a mark (NaN), and at a strike that is out of reach (NaN) once it was held. `state`, (strikes,) HELD_DTYPE, is
    that of the windows before, and changed; without it there were none.
    """
    found = np.full(values.shape, EVEN, np.int8)
    if mark > 0:
        sign = hold_columns(values, Band(mark, mark / 2, dwell), new_held(values.shape[1]) if state is None else state)
        found[sign > 0], found[sign < 0] = LONGS, SHORTS
    return found
