"""The physics around a price at $1 steps: what rests, comes and goes on both sides of every strike, window by window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .book.state import ASK, BID

SIDES = (BID, ASK)
FLOW_NAMES = ("depth_end", "add", "pull", "fill", "arrive", "reprice_up", "reprice_down")
"""Columns of the flow that a strike adds up, per side."""


class StrikeTotals(NamedTuple):
    """Rows of the book flow; every array is (rows,)."""

    window: NDArray[np.int64]
    """Position of the row's window among those of `strike_flow`."""
    side: NDArray[np.int8]
    price_ticks: NDArray[np.int32]
    counts: NDArray[np.int64]
    """(rows, FLOW_NAMES) contracts."""
    buy_volume: NDArray[np.int64]
    sell_volume: NDArray[np.int64]


class Strikes(NamedTuple):
    """One row a window and strike, both ascending."""

    window: NDArray[np.int64]
    strike_ticks: NDArray[np.int32]
    """Lowest tick of the strike, which holds `step_ticks` of them."""
    side: NDArray[np.int64]
    """(rows, 2, FLOW_NAMES) contracts, bid before ask."""
    buy_volume: NDArray[np.int64]
    sell_volume: NDArray[np.int64]

    def of(self, side: int, name: str) -> NDArray[np.int64]:
        """(rows,) one count of one side."""
        return self.side[:, side, FLOW_NAMES.index(name)]


class HorizonFlow(NamedTuple):
    """What happened at every row's strike over the last windows; arrays are (2 sides, rows) or (rows,), contracts.

    Depth changes by came - pulled - filled, as long as no window in between is missing.
    """

    came: NDArray[np.int64]
    """Added, or moved here from another price."""
    pulled: NDArray[np.int64]
    """Withdrawn by the owner, or moved to another price."""
    filled: NDArray[np.int64]
    buys: NDArray[np.int64]
    """Volume of buying aggressors."""
    sells: NDArray[np.int64]


def strike_flow(flow: StrikeTotals, mid_ticks: NDArray[np.float64], step_ticks: int, reach_ticks: int) -> Strikes:
    """Add the flow up at every strike within `reach_ticks` of the mid's own strike.

    `mid_ticks` is (windows,). A strike s holds the ticks s .. s + step - 1; strikes are multiples of the step. Every window has the same
    number of strikes, those without anything too.
    """
    reach = reach_ticks // step_ticks
    width = 2 * reach + 1
    lowest = np.floor_divide(mid_ticks, step_ticks).astype(np.int64) - reach
    offset = np.floor_divide(flow.price_ticks.astype(np.int64), step_ticks) - lowest[flow.window]
    held = (offset >= 0) & (offset < width)
    cell = flow.window[held] * width + offset[held]
    cells = len(mid_ticks) * width
    side = np.zeros((cells, 2, len(FLOW_NAMES)), np.int64)
    np.add.at(side, (cell, flow.side[held].astype(np.int64)), flow.counts[held])
    volumes = np.zeros((2, cells), np.int64)
    for total, volume in zip(volumes, (flow.buy_volume, flow.sell_volume), strict=True):
        np.add.at(total, cell, volume[held])
    strikes = (lowest[:, None] + np.arange(width)) * step_ticks
    return Strikes(np.repeat(np.arange(len(mid_ticks)), width), strikes.ravel().astype(np.int32), side, volumes[0], volumes[1])


def horizon_flow(
    flow: StrikeTotals, strikes: Strikes, step_ticks: int, starts_ns: NDArray[np.int64], horizon_ns: int, window_ns: int
) -> HorizonFlow:
    """What happened at each strike of each window over the `horizon_ns` up to the window's end.

    `starts_ns` is (windows,), those of `strike_flow`, ascending. All the flow at a strike counts, also where it lay out of reach then.
    """
    place = np.floor_divide(flow.price_ticks.astype(np.int64), step_ticks)
    own = strikes.strike_ticks // step_ticks
    ends = [int(of.min()) for of in (place, own) if len(of)], [int(of.max()) for of in (place, own) if len(of)]
    lowest, width = min(ends[0], default=0), max(ends[1], default=0) - min(ends[0], default=0) + 1
    cell, cells = flow.window * width + place - lowest, len(starts_ns) * width
    first = np.searchsorted(starts_ns, starts_ns - (horizon_ns - window_ns))

    def over(contracts: NDArray[np.int64], held: NDArray[np.bool_]) -> NDArray[np.int64]:
        by_window = np.bincount(cell[held], contracts[held], cells).reshape(-1, width).cumsum(axis=0)
        total = np.concatenate([np.zeros((1, width)), by_window]).astype(np.int64)
        summed: NDArray[np.int64] = total[strikes.window + 1, own - lowest] - total[first[strikes.window], own - lowest]
        return summed

    def of_sides(*names: str) -> NDArray[np.int64]:
        contracts = flow.counts[:, [FLOW_NAMES.index(name) for name in names]].sum(axis=1)
        return np.stack([over(contracts, flow.side == side) for side in SIDES])

    every = np.ones(len(cell), np.bool_)
    return HorizonFlow(
        came=of_sides("add", "arrive"),
        pulled=of_sides("pull", "reprice_up", "reprice_down"),
        filled=of_sides("fill"),
        buys=over(flow.buy_volume, every),
        sells=over(flow.sell_volume, every),
    )
