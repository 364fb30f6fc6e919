"""Physics planted at known levels: at a level's touch an episode begins, its class is drawn, and two independent knobs act.

`signature`: from the touch on, the side that must give way is pulled faster, added to less and repriced away; the other side is added to near.
`outcome`: from LAG_S after the touch, the latent price drifts through the level (break), back from it (reject) or is held at it (chop).
What was planted goes into a table of truth that nothing downstream reads.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

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
LAG_S = 15.0
"""From touch to drift: the signature comes before the move."""
CHOP_PULL = 0.05
"""Pull of the latent price to the level in a chop, 1/s."""
SIGNATURE_MAX = 0.6
"""Above it the thinned side moves the price by itself, and the knobs are no longer independent."""
MOST_EPISODES = 4096
START, LEVEL, DIRECTION, CLASS, SIGNATURE_CLASS = range(5)
TRUTH_COLUMNS = ("ts_s", "level", "position", "direction", "class", "signature_class")


class Knobs(NamedTuple):
    """Strength of what is planted; (0, 0) is the null, (0, outcome) has no precursor."""

    signature: float
    """Log factor on pulls and adds, 0 .. SIGNATURE_MAX."""
    outcome: float
    """Drift of the latent price, ticks a second."""
    placebo: bool
    """The signature's class is drawn apart from the outcome's."""


class Planting(NamedTuple):
    """Levels watched and the episode that runs; level arrays are (6,) in the order of LEVEL_IDS."""

    position: NDArray[np.int64]
    """Book position of the level; meaningless before `known_s`."""
    known_s: NDArray[np.float64]
    """Session second from which the level is known; infinite while it is not."""
    side: NDArray[np.int64]
    """-1 when the price was last seen DEPART_TICKS below, +1 above, 0 before the first departure."""
    ready_s: NDArray[np.float64]
    """No episode before this second."""
    episode: NDArray[np.float64]
    """(5,) START (NaN when none runs), LEVEL, DIRECTION (+1 from below), CLASS, SIGNATURE_CLASS."""
    truth: NDArray[np.float64]
    """(MOST_EPISODES, 6) one row an episode, TRUTH_COLUMNS."""
    rows: NDArray[np.int64]
    """(1,) episodes so far."""


def no_levels() -> Planting:
    count = len(LEVEL_IDS)
    return Planting(
        position=np.zeros(count, np.int64),
        known_s=np.full(count, np.inf),
        side=np.zeros(count, np.int64),
        ready_s=np.zeros(count),
        episode=np.array([np.nan, 0.0, 0.0, 0.0, 0.0]),
        truth=np.zeros((MOST_EPISODES, len(TRUTH_COLUMNS))),
        rows=np.zeros(1, np.int64),
    )


@nb.njit(cache=True)
def watch_levels(planting: Planting, knobs: Knobs, mid: float, time_s: float, watching: bool, rng: np.random.Generator) -> None:
    """End the running episode when its time is over, follow the sides, and begin an episode at a touch while `watching`."""
    episode = planting.episode
    if not np.isnan(episode[START]):
        distance = mid - planting.position[int(episode[LEVEL])]
        if abs(distance) >= END_TICKS or time_s - episode[START] >= EPISODE_S:
            planting.ready_s[int(episode[LEVEL])] = time_s + REST_S
            episode[START] = np.nan
    for level in range(planting.position.size):
        if time_s < planting.known_s[level]:
            continue
        distance = mid - planting.position[level]
        side = planting.side[level]
        touched = side != 0 and distance * side <= TOUCH_TICKS
        if touched and watching and np.isnan(episode[START]) and time_s >= planting.ready_s[level] and abs(distance) < END_TICKS:
            _begin_episode(planting, knobs, level, -side, time_s, rng)
        if abs(distance) >= DEPART_TICKS:
            planting.side[level] = 1 if distance > 0 else -1


@nb.njit(cache=True)
def _begin_episode(planting: Planting, knobs: Knobs, level: int, direction: int, time_s: float, rng: np.random.Generator) -> None:
    episode = planting.episode
    episode[START], episode[LEVEL], episode[DIRECTION] = time_s, level, direction
    episode[CLASS] = _drawn_class(rng)
    other_draw = _drawn_class(rng)
    episode[SIGNATURE_CLASS] = other_draw if knobs.placebo else episode[CLASS]
    planting.side[level] = 0
    row = planting.rows[0]
    if row < MOST_EPISODES:
        planting.truth[row, 0] = time_s
        planting.truth[row, 1] = level
        planting.truth[row, 2] = planting.position[level]
        planting.truth[row, 3:] = episode[DIRECTION:]
        planting.rows[0] = row + 1


@nb.njit(cache=True)
def _drawn_class(rng: np.random.Generator) -> int:
    u = rng.random()
    if u < BREAK_SHARE:
        return BREAK
    return REJECT if u < BREAK_SHARE + REJECT_SHARE else CHOP


@nb.njit(cache=True)
def planted_drift(planting: Planting, knobs: Knobs, latent: float, time_s: float) -> float:
    """Drift of the latent price by the outcome knob, ticks a second; 0 outside an episode and in its first LAG_S."""
    episode = planting.episode
    if np.isnan(episode[START]) or time_s - episode[START] < LAG_S or knobs.outcome == 0.0:
        return 0.0
    if episode[CLASS] == CHOP:
        return -CHOP_PULL * (latent - planting.position[int(episode[LEVEL])])
    return knobs.outcome * episode[CLASS] * episode[DIRECTION]


@nb.njit(cache=True)
def planted_side(planting: Planting, knobs: Knobs) -> int:
    """Way the signature points: +1 asks give way, -1 bids give way, 0 nothing is planted now."""
    episode = planting.episode
    if np.isnan(episode[START]) or knobs.signature == 0.0:
        return 0
    return int(episode[SIGNATURE_CLASS] * episode[DIRECTION])


@nb.njit(cache=True)
def lean_on_flow(lean: NDArray[np.float64], way: int, signature: float) -> None:
    """Multiply the rates of [bid add, ask add, bid cancel, ask cancel] by what the signature asks."""
    if way == 0:
        return
    giving, other = (1, 0) if way > 0 else (0, 1)
    lean[2 + giving] *= exp(signature)
    lean[giving] *= exp(-signature)
    lean[other] *= exp(0.5 * signature)
