"""From sums to what is said of a side: how many times as fast as usual it gives way, comes and stands, and where its centre moved.

g_pull, g_away and g_give > 0: what rests there leaves faster than usual; g_in > 0: more comes than usual; g_net is pulled against come.
x_tilt > 0: the asks give way more than the bids, so there is room up. Under the mirror it flips its sign exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..book.state import ASK, BID
from .sums import WHOLE, Sums
from .usual import Usual

PRIOR_SHARE = 0.3
"""Of a window's usual amount in the whole zone: what both parts of a ratio are raised by, so that a few contracts say little."""
LEAST_PRIOR = 0.5
"""Contracts: where next to nothing is usual, a ratio to nothing says nothing."""
STOCK_PRIOR_OFFSET = 5
CAUSES = ("add", "arrive", "pull", "reprice", "fill")
SIGN_OF_CAUSE = {"add": 1.0, "arrive": 1.0, "pull": -1.0, "reprice": -1.0, "fill": -1.0}


class Priors(NamedTuple):
    """Contracts by which both parts of a ratio are raised; every array is (windows,)."""

    pull: NDArray[np.float64]
    away: NDArray[np.float64]
    inflow: NDArray[np.float64]
    depth: NDArray[np.float64]


class Giving(NamedTuple):
    """Log ratios to usual; every array is (2 sides, cells), natural log."""

    g_pull: NDArray[np.float64]
    g_away: NDArray[np.float64]
    g_give: NDArray[np.float64]
    g_in: NDArray[np.float64]

    @property
    def g_net(self) -> NDArray[np.float64]:
        """Pulled faster than added, against usual; the day's pace cancels."""
        return self.g_pull - self.g_in

    @property
    def x_tilt(self) -> NDArray[np.float64]:
        """(cells,) how much more the asks give way than the bids."""
        return self.g_give[ASK] - self.g_give[BID]


class Pace(NamedTuple):
    """How the day differs from the past on both sides together; every array is (windows,), natural log."""

    flow: NDArray[np.float64]
    """A: pulled, moved away and come, against usual."""
    depth: NDArray[np.float64]
    """A_D: what stands, against usual."""


def priors(usual: Usual, edges: NDArray[np.int32]) -> Priors:
    """The priors of each window, from the usual amounts of its whole zone; `edges` as of `zone_edges`."""
    last = np.minimum(edges[:, WHOLE, 1], usual.offsets - 1)

    def amount(rate: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(PRIOR_SHARE * np.cumsum(rate)[last], LEAST_PRIOR)

    at_5 = np.maximum(usual.depth[min(STOCK_PRIOR_OFFSET, usual.offsets - 1)], LEAST_PRIOR)
    return Priors(amount(usual.depth * usual.pull), amount(usual.depth * usual.away), amount(usual.inflow), np.full(len(last), at_5))


def giving(sums: Sums, zone: int, prior: Priors) -> Giving:
    """What each side of one zone does, from sums over whatever horizon; priors are (cells,)."""
    at = Sums(*(values[zone] for values in sums))
    pulled = _ratio(at.pull_rest, at.usual_pull, prior.pull)
    away = _ratio(at.away_rest, at.usual_away, prior.away)
    give = _ratio(at.pull_rest + at.away_rest, at.usual_pull + at.usual_away, prior.pull + prior.away)
    return Giving(pulled, away, give, _ratio(np.maximum(at.inflow, 0.0), at.usual_inflow, prior.inflow))


def pace(sums: Sums, prior: Priors) -> Pace:
    """The day's own pace, from slow sums of the touch frame's whole zone, both sides."""
    both = Sums(*(values[WHOLE, BID] + values[WHOLE, ASK] for values in sums))
    flow = both.pull_rest + both.away_rest + np.maximum(both.inflow, 0.0)
    usual_flow = both.usual_pull + both.usual_away + both.usual_inflow
    return Pace(
        _ratio(flow, usual_flow, prior.pull + prior.away + prior.inflow),
        _ratio((both.depth_start + both.depth_end) / 2, both.usual_depth, prior.depth),
    )


def x_vacuum(given: Giving, flow_pace: NDArray[np.float64]) -> NDArray[np.float64]:
    """(cells,) both sides thin out, beyond the day's own pace. The same under the mirror."""
    lesser: NDArray[np.float64] = np.minimum(given.g_give[BID], given.g_give[ASK]) - flow_pace
    return lesser


def stock(sums: Sums, zone: int, depth_pace: NDArray[np.float64], prior_depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, cells) s_stock: what stands against what usually does at such a pace, natural log."""
    mean_depth = (sums.depth_start[zone] + sums.depth_end[zone]) / 2
    return _ratio(mean_depth, sums.usual_depth[zone] * np.exp(depth_pace), prior_depth)


def centre_moves(sums: Sums, zone: int = WHOLE) -> dict[str, NDArray[np.float64]]:
    """(2, cells) by cause: ticks by which the side's centre of mass moved, away from the price > 0; they add up to the whole move.

    0 where nothing stood at either end. The order of `CAUSES` is that of summing. All but `fill` are intention.
    """
    depth_start, depth_end = sums.depth_start[zone], sums.depth_end[zone]
    held = (depth_start > 0) & (depth_end > 0)
    start = np.divide(sums.moment_start[zone], depth_start, out=np.zeros_like(depth_start), where=held)
    moves = {}
    for cause in CAUSES:
        contracts, moment = getattr(sums, cause)[zone], getattr(sums, f"moment_{cause}")[zone]
        shifted = SIGN_OF_CAUSE[cause] * (moment - start * contracts)
        moves[cause] = np.divide(shifted, depth_end, out=np.zeros_like(depth_end), where=held)
    return moves


def intention(sums: Sums, zone: int = WHOLE) -> NDArray[np.float64]:
    """(2, cells) ticks by which the side's centre moved by all but fills, away from the price > 0."""
    moves = centre_moves(sums, zone)
    return moves["add"] + moves["arrive"] + moves["pull"] + moves["reprice"]


def _ratio(seen: NDArray[np.float64], usual: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = np.log((seen + prior) / (usual + prior))
    return logs
