"""The physics around a price at $1 steps: what rests, comes and goes on both sides of every strike, window by window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BID, ASK = 0, 1
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

    def flow(self, side: int) -> NDArray[np.int64]:
        """(rows,) contracts that came minus those that left of their owners' will: add + arrive - pull - reprice, fills apart."""
        came = self.of(side, "add") + self.of(side, "arrive")
        return came - self.of(side, "pull") - self.of(side, "reprice_up") - self.of(side, "reprice_down")

    def net_pressure(self) -> NDArray[np.int64]:
        """(rows,) contracts for up: bids that came less asks that came, and asks taken by buyers less bids taken by sellers."""
        return self.flow(BID) - self.flow(ASK) + self.of(ASK, "fill") - self.of(BID, "fill")


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
