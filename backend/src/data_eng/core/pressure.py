"""Pressure at a level, window by window: how far each side gives way, measured against its own past, and how ready the setup is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .declared import Declared


class PressureState(Declared):
    """How ready the setup at a level is in one window."""

    IDLE = "IDLE", "out of reach"
    TRACK = "TRACK", "within reach"
    WATCH = "WATCH", "within reach, score above the watch mark"
    ARMED = "ARMED", "within reach, score above the armed mark"
    FIRE = "FIRE", "a signal fired"


IDLE, TRACK, WATCH, ARMED, FIRE = range(len(PressureState))
STATES = PressureState.names()
"""Names of the state codes: `STATES[code]`."""

UP, DOWN = "up", "down"

CONDITIONS = {
    UP: ("u1_ask_com_disp_log", "u5_ask_pull_add_log_rest", "u8_bid_com_approach_log", "u12_bid_add_pull_log_rest"),
    DOWN: ("f1_ask_com_disp_log", "f2_ask_pull_add_log_rest", "f3_bid_com_disp_log", "f4_bid_pull_add_log_rest"),
}
"""The four conditions by direction, above 0 in its favour: asks above, where and how fast they leave; bids below, where and how fast they
come (up) or leave (down)."""

TOTAL = {UP: "u17_total_log", DOWN: "f7_vacuum_total_log"}
"""The four conditions in one number, by direction."""


def direction_is_up(distance_ticks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether the way through the level leads up: price at the level or below it. `distance_ticks` is mid - level."""
    return distance_ticks <= 0


def past_quantile(values: NDArray[np.float64], past: NDArray[np.float64], rows_min: int) -> NDArray[np.float64]:
    """Share of the past below each value, ties counting half; NaN where the past has fewer than `rows_min` rows."""
    past = np.sort(past[np.isfinite(past)])
    if len(past) < rows_min:
        return np.full(len(values), np.nan)
    below, reached = np.searchsorted(past, values, side="left"), np.searchsorted(past, values, side="right")
    return np.where(np.isfinite(values), (below + reached) / (2 * len(past)), np.nan)


def states(
    distance_ticks: NDArray[np.float32],
    score: NDArray[np.float64],
    fired: NDArray[np.bool_],
    track_ticks: float,
    watch_score: float,
    armed_score: float,
) -> NDArray[np.int8]:
    """State of every window: IDLE out of reach; TRACK within it; WATCH and ARMED by the score; FIRE where a signal fired.

    A window without a score (no past to measure it against) is never more than TRACK, unless a signal fired.
    """
    near = np.abs(distance_ticks) <= track_ticks
    state = np.where(near, TRACK, IDLE).astype(np.int8)
    state[near & (score >= watch_score)] = WATCH
    state[near & (score >= armed_score)] = ARMED
    state[fired] = FIRE
    return state
