"""The handful of measures that the families share: logs of ratios, shares, and how liquidity in one quadrant moved or decayed.

All are ratios, logs or differences, so that quiet and busy days compare. One added contract, or one tick, keeps a log finite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..zones import REACH, Quadrant
from .registry import Array


def log_ratio(top: NDArray[np.int32], bottom: NDArray[np.int32]) -> Array:
    """ln((top + 1) / (bottom + 1)); 0 where both are 0."""
    log: Array = np.log((top + 1.0) / (bottom + 1.0))
    return log


def share(part: NDArray[np.int32], whole: NDArray[np.int32], if_none: float = 0.0) -> Array:
    """Part / whole; `if_none` where the whole is 0."""
    shares: Array = np.divide(part, whole, out=np.full(len(whole), if_none), where=whole != 0)
    return shares


def com_disp_log(quadrant: Quadrant) -> Array:
    """ln((COM_end + 1) / (COM_start + 1)), COM the depth-weighted mean distance from the level in ticks.

    0 where the quadrant was empty at the window's start or end: nothing was there that could have moved.
    """
    depth_start, depth_end = quadrant.depth_start[REACH], quadrant.depth_end[REACH]
    com_start = quadrant.moment_start[REACH] / np.maximum(depth_start, 1)
    com_end = quadrant.moment_end[REACH] / np.maximum(depth_end, 1)
    stood = (depth_start > 0) & (depth_end > 0)
    return np.where(stood, np.log((com_end + 1.0) / (com_start + 1.0)), 0.0)


def zone_share_delta(quadrant: Quadrant, zone: int) -> Array:
    """Share of the quadrant's depth that stands in `zone`, at the window's end minus at its start; a share is 0 where there is no depth."""
    at_end = share(quadrant.depth_end[zone], quadrant.depth_end[REACH])
    return at_end - share(quadrant.depth_start[zone], quadrant.depth_start[REACH])


def pull_add_log_rest(quadrant: Quadrant) -> Array:
    """ln((pull_rest + 1) / (add + 1)) over the quadrant."""
    return log_ratio(quadrant.pull_rest[REACH], quadrant.add[REACH])


def intensity_log(flow: NDArray[np.int32], depth_start: NDArray[np.int32]) -> Array:
    """ln(1 + flow / (depth_start + 1)): a flow against the depth that it met."""
    return np.log(1.0 + flow / (depth_start + 1.0))
