"""Seconds for the API out of the lake's nanoseconds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.session import SessionTimes
from ...core.units import NS_PER_S


class Moments(NamedTuple):
    """A session's moments, seconds UTC."""

    session_start_s: int
    session_end_s: int
    lead_in_start_s: int
    overnight_start_s: int
    premarket_start_s: int
    rth_open_s: int


def moments_of(times: SessionTimes, window_s: int) -> Moments:
    """Moments of a session; the lead-in begins and the session ends with a whole window."""
    return Moments(
        session_start_s=times.start_ns // NS_PER_S,
        session_end_s=-(-times.end_ns // (window_s * NS_PER_S)) * window_s,
        lead_in_start_s=times.flow_start_ns // (window_s * NS_PER_S) * window_s,
        overnight_start_s=times.overnight_start_ns // NS_PER_S,
        premarket_start_s=times.premarket_start_ns // NS_PER_S,
        rth_open_s=times.rth_open_ns // NS_PER_S,
    )


def whole_s(ts_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Seconds, rounded up: what happens within a second is known at its end."""
    return -(-ts_ns // NS_PER_S)
