"""Physics planted at known levels: at a level's touch an episode begins, its class is drawn, and two independent knobs act.

`signature`: from the touch on, the side that must give way is pulled from faster, added to more slowly and repriced away; the other is
added to faster.
`outcome`: from DRIFT_S after the touch, the latent price drifts through the level (break), back from it (reject) or is held at it (chop).
With a lag the signature acts for PULSE_S only and ends that long before the drift: what then shows the outcome lies at a known distance.
What was planted goes into a table of truth that nothing downstream reads.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .orders import ASK, BID
from .records import Record, zero_record

LEVEL_IDS = ("pm_high", "pm_low", "or_high", "or_low", "pd_high", "pd_low")
PM_HIGH, PM_LOW, OR_HIGH, OR_LOW, PD_HIGH, PD_LOW = range(6)
BREAK, CHOP, REJECT = 1, 0, -1
BREAK_SHARE, REJECT_SHARE = 0.4, 0.4
TOUCH_TICKS = 5
"""An episode begins within this distance of the level, on the side the price comes from."""
DEPART_TICKS = 8
"""How far the price must have left a level to be approaching it."""
END_TICKS = 12
"""Beyond this distance from its level an episode is over."""
EPISODE_S = 120.0
REST_S = 60.0
"""Quiet time of a level after an episode."""
DRIFT_S, LAGGED_DRIFT_S = 15.0, 60.0
"""From touch to drift: the signature comes before the move. With a lag the drift waits longer, so that the pulse may lie far before it."""
PULSE_S = 5.0
"""How long the signature acts with a lag: one window."""
NO_LAG = -1.0
LAG_MOST_S = LAGGED_DRIFT_S - PULSE_S
CHOP_PULL = 0.05
"""Pull of the latent price to the level in a chop, 1/s."""
SIGNATURE_MAX = 0.6
"""Above it the thinned side moves the price by itself, and the knobs are no longer independent."""
MOST_EPISODES = 4096
TRUTH_DTYPE = np.dtype(
    [
        ("time_s", np.float64),  # of the touch, session seconds
        ("level", np.int64),
        ("position", np.int64),  # of the level
        ("direction", np.int64),  # +1 from below, -1 from above
        ("outcome_class", np.int64),
        ("signature_class", np.int64),
    ]
)


class Knobs(NamedTuple):
    """Strength of what is planted; (0, 0) is the null, (0, outcome) has no precursor."""

    signature: float
    """Log factor on pulls and adds, 0 .. SIGNATURE_MAX."""
    outcome: float
    """Drift of the latent price, ticks a second."""
    placebo: bool
    """The signature's class is drawn independently of the outcome's."""
    lag_s: float = NO_LAG
    """From the end of the signature's pulse to the drift, 0 .. LAG_MOST_S; NO_LAG lets the signature act from the touch to the episode's
    end."""


Planting: TypeAlias = Record
"""A record of PLANTING_DTYPE: the levels watched, in the order of LEVEL_IDS, the episode that runs, and the truth so far."""

PLANTING_DTYPE = np.dtype(
    [
        ("position", np.int64, len(LEVEL_IDS)),  # book position of the level; 0 while nothing is known of it
        ("known_s", np.float64, len(LEVEL_IDS)),  # session second from which it is known; infinite while it is not
        ("side", np.int64, len(LEVEL_IDS)),  # -1 when the price was last seen DEPART_TICKS below, +1 above, 0 before
        ("ready_s", np.float64, len(LEVEL_IDS)),  # no episode before this second
        ("start_s", np.float64),  # of the running episode; NaN when none runs
        ("level", np.int64),
        ("direction", np.int64),  # +1 from below, -1 from above
        ("outcome_class", np.int64),
        ("signature_class", np.int64),
        ("truth", TRUTH_DTYPE, MOST_EPISODES),
        ("rows", np.int64),  # of truth
    ]
)


def no_levels() -> Planting:
    """Nothing watched, no episode."""
    planting = zero_record(PLANTING_DTYPE)
    planting.known_s[:] = np.inf
    planting.start_s = np.nan
    return planting


@compiled
def watch_levels(planting: Planting, knobs: Knobs, mid: float, time_s: float, watching: bool, rng: np.random.Generator) -> None:
    """End the running episode when its time is over, follow the sides, and begin an episode at a touch while `watching`."""
    if not np.isnan(planting.start_s):
        distance = mid - planting.position[planting.level]
        if abs(distance) >= END_TICKS or time_s - planting.start_s >= EPISODE_S - DRIFT_S + drift_after_s(knobs.lag_s):
            planting.ready_s[planting.level] = time_s + REST_S
            planting.start_s = np.nan
    for level in range(planting.position.size):
        if time_s < planting.known_s[level]:
            continue
        distance = mid - planting.position[level]
        side = planting.side[level]
        touched = side != 0 and distance * side <= TOUCH_TICKS
        if touched and watching and np.isnan(planting.start_s) and time_s >= planting.ready_s[level] and abs(distance) < END_TICKS:
            _begin_episode(planting, knobs, level, -side, time_s, rng)
        if abs(distance) >= DEPART_TICKS:
            planting.side[level] = 1 if distance > 0 else -1


@compiled
def _begin_episode(planting: Planting, knobs: Knobs, level: int, direction: int, time_s: float, rng: np.random.Generator) -> None:
    planting.start_s, planting.level, planting.direction = time_s, level, direction
    planting.outcome_class = _drawn_class(rng)
    other_draw = _drawn_class(rng)
    planting.signature_class = other_draw if knobs.placebo else planting.outcome_class
    planting.side[level] = 0
    row = planting.rows
    if row < MOST_EPISODES:
        truth = planting.truth[row]
        truth.time_s, truth.level, truth.position = time_s, level, planting.position[level]
        truth.direction = direction
        truth.outcome_class, truth.signature_class = planting.outcome_class, planting.signature_class
        planting.rows = row + 1


@compiled
def _drawn_class(rng: np.random.Generator) -> int:
    u = rng.random()
    if u < BREAK_SHARE:
        return BREAK
    return REJECT if u < BREAK_SHARE + REJECT_SHARE else CHOP


@compiled
def drift_after_s(lag_s: float) -> float:
    """Seconds from the touch to the drift."""
    return DRIFT_S if lag_s < 0.0 else LAGGED_DRIFT_S


@compiled
def planted_drift(planting: Planting, knobs: Knobs, fair: float, time_s: float) -> float:
    """Drift of the latent price by the outcome knob, ticks a second; 0 outside an episode and before its drift begins."""
    if np.isnan(planting.start_s) or time_s - planting.start_s < drift_after_s(knobs.lag_s) or knobs.outcome == 0.0:
        return 0.0
    if planting.outcome_class == CHOP:
        return -CHOP_PULL * (fair - planting.position[planting.level])
    return knobs.outcome * planting.outcome_class * planting.direction


@compiled
def planted_side(planting: Planting, knobs: Knobs, time_s: float) -> int:
    """Way the signature points: +1 asks give way, -1 bids give way, 0 nothing is planted now."""
    if np.isnan(planting.start_s) or knobs.signature == 0.0:
        return 0
    if knobs.lag_s >= 0.0:
        until_drift_s = LAGGED_DRIFT_S - (time_s - planting.start_s)
        if not knobs.lag_s < until_drift_s <= knobs.lag_s + PULSE_S:
            return 0
    return planting.signature_class * planting.direction


@compiled
def lean_on_flow(add_lean: NDArray[np.float64], cancel_lean: NDArray[np.float64], way: int, signature: float) -> None:
    """Multiply the sides' rates of adds and of cancels, (2,) each, by what the signature calls for.

    Adds change half as much as pulls: a queue that thins is soon pulled from no more than it is added to, and would hide the signature.
    """
    if way == 0:
        return
    giving, other = (ASK, BID) if way > 0 else (BID, ASK)
    cancel_lean[giving] *= exp(signature)
    add_lean[giving] *= exp(-0.5 * signature)
    add_lean[other] *= exp(0.5 * signature)
