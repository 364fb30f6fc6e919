"""Physics planted at known levels: at a level's touch an episode begins, its class is drawn, and two independent knobs act.

`signature`: from the touch on the book shows the class, in a kind of its own:
  side    the side that must give way is pulled from faster, added to more slowly and repriced away; the other is added to faster
  local   the same within LOCAL_TICKS of each side's best only
  wall    a queue of several times usual beyond the level stands (reject), is pulled before the move or left to be eaten (break)
  absorb  icebergs at the level fill and refresh while the price stands (reject)
`outcome`: from DRIFT_S after the touch, the latent price drifts through the level (break), back from it (reject) or is held at it (chop).
The drift ends at the barrier, or short of it in the share that `reach` leaves; with `drift_ticks` after so many ticks instead.
With a lag the signature acts for PULSE_S only and ends that long before the drift: what then shows the outcome lies at a known distance.
What was planted goes into a table of truth that nothing downstream reads.
"""

from __future__ import annotations

from math import exp, floor
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled, merged
from .orders import ASK, BID
from .records import Record, zero_record
from .standouts import ABSORB, PULLED, STANDING, STANDOUT_FIELDS, STANDS, WALL, want_standout

LEVEL_IDS = ("pm_high", "pm_low", "or_high", "or_low", "pd_high", "pd_low")
PM_HIGH, PM_LOW, OR_HIGH, OR_LOW, PD_HIGH, PD_LOW = range(6)
BREAK, CHOP, REJECT = 1, 0, -1
SIDE, LOCAL, NO_KIND = 0, 1, 4
KINDS = ("side", "local", "wall", "absorb", "none")
"""What a signature shows itself by; WALL and ABSORB are those of `standouts`."""
BREAK_SHARE, REJECT_SHARE = 0.4, 0.4
TOUCH_TICKS = 5
"""An episode begins within this distance of the level, on the side the price comes from."""
DEPART_TICKS = 8
"""How far the price must have left a level to be approaching it."""
END_TICKS = 12
"""Beyond this distance from its level an episode is over."""
EPISODE_S = 120.0
LONGEST_S = 360.0
"""The same with a drift to the barrier: by then the outcome is judged."""
REST_S = 60.0
"""Quiet time of a level after an episode."""
DRIFT_S, LAGGED_DRIFT_S = 15.0, 60.0
"""From touch to drift: the signature comes before the move. With a lag the drift waits longer, so that the pulse may lie far before it."""
PULSE_S = 5.0
"""How long the signature acts with a lag: one window."""
NO_LAG = -1.0
LAG_MOST_S = LAGGED_DRIFT_S - PULSE_S
ABSORB_WAIT_S = 15.0
"""How much later the drift begins where icebergs absorb: they need time to be hit."""
LOCAL_TICKS = 8
TO_BARRIER = -1.0
FIRST_DRIFT_TICKS, FULL_REACH = 36.0, 0.8
"""Those of the first planting: a drift as long as the episode lasts (0.35 a second for 105 s), and in every break and reject."""
SHORT_SHARE = 0.5
"""Of the way from the touch to the barrier, where a drift that falls short ends."""
IDLE_SHARE = 0.5
"""Episodes in which a wall or an iceberg comes without meaning: no more than the others can hold one that has meaning."""
CHOP_PULL = 0.05
"""Pull of the latent price to the level in a chop, 1/s."""
PRESS = 0.1
"""Pull of the latent price to icebergs that stand, 1/s."""
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
        ("kind", np.int64),
        ("drift_after_s", np.float64),
        ("barrier", np.float64),  # ticks; 0 where the drift does not end there
        ("falls_short", np.int64),
        ("end_s", np.float64),  # NaN when the session ended before
        ("standout", np.int64),  # row of the standouts; -1 where it has none
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
    kinds: int = 1 << SIDE
    """Sum of 1 << kind: what a signature may show itself by."""
    drift_ticks: float = FIRST_DRIFT_TICKS
    """Ticks that a drift pushes the latent price, unless the price is END_TICKS from the level before; TO_BARRIER ends it there."""
    reach: float = FULL_REACH
    """Share of the episodes whose drift goes its whole way, 0 .. FULL_REACH."""


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
        ("kind", np.int64),
        ("drift_wait_s", np.float64),  # by how much its drift begins later than usual
        ("barrier_now", np.float64),  # of an episode that would begin now, ticks; 0 where drifts do not end there
        ("barrier", np.float64),  # of the running episode
        ("stop", np.float64),  # position at which the running drift ends
        ("falls_short", np.int64),
        ("truth", TRUTH_DTYPE, MOST_EPISODES),
        ("rows", np.int64),  # of truth
        *STANDOUT_FIELDS,
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
    if not np.isnan(planting.start_s) and _is_over(planting, knobs, mid, time_s):
        planting.ready_s[planting.level] = time_s + REST_S
        planting.start_s = np.nan
        if 0 < planting.rows < MOST_EPISODES:
            planting.truth[planting.rows - 1].end_s = time_s
    end_ticks = planting.barrier_now if planting.barrier_now > 0.0 else END_TICKS
    for level in range(planting.position.size):
        if time_s < planting.known_s[level]:
            continue
        distance = mid - planting.position[level]
        side = planting.side[level]
        touched = side != 0 and distance * side <= TOUCH_TICKS
        if touched and watching and np.isnan(planting.start_s) and time_s >= planting.ready_s[level] and abs(distance) < end_ticks:
            _begin_episode(planting, knobs, level, -side, mid, time_s, rng)
        if abs(distance) >= DEPART_TICKS:
            planting.side[level] = 1 if distance > 0 else -1


@compiled
def _is_over(planting: Planting, knobs: Knobs, mid: float, time_s: float) -> bool:
    """Whether the running episode ends: its time is over, its drift has got where it goes, or the price has left either way."""
    lasts_s = LONGEST_S if planting.barrier > 0.0 else EPISODE_S
    if time_s - planting.start_s >= lasts_s - DRIFT_S + drift_after_s(knobs.lag_s) + planting.drift_wait_s:
        return True
    end_ticks = planting.barrier if planting.barrier > 0.0 else END_TICKS
    if abs(mid - planting.position[planting.level]) >= end_ticks:
        return True
    return planting.falls_short == 1 and (mid - planting.stop) * planting.outcome_class * planting.direction >= 0.0 < planting.barrier


@compiled
def _begin_episode(
    planting: Planting, knobs: Knobs, level: int, direction: int, mid: float, time_s: float, rng: np.random.Generator
) -> None:
    planting.start_s, planting.level, planting.direction = time_s, level, direction
    planting.outcome_class = _drawn_class(rng)
    other_draw = _drawn_class(rng)
    planting.signature_class = other_draw if knobs.placebo else planting.outcome_class
    planting.side[level] = 0
    planting.drift_wait_s = 0.0
    planting.kind = _drawn_kind(planting, knobs, rng)
    planting.barrier = planting.barrier_now
    planting.falls_short = _drawn_short(planting.outcome_class, knobs, rng)
    target = planting.position[level] + planting.barrier * planting.outcome_class * direction
    planting.stop = mid + SHORT_SHARE * (target - mid)
    row = planting.rows
    if row < MOST_EPISODES:
        truth = planting.truth[row]
        truth.time_s, truth.level, truth.position = time_s, level, planting.position[level]
        truth.direction = direction
        truth.outcome_class, truth.signature_class = planting.outcome_class, planting.signature_class
        truth.kind, truth.barrier, truth.falls_short = planting.kind, planting.barrier, planting.falls_short
        truth.drift_after_s = drift_after_s(knobs.lag_s) + planting.drift_wait_s
        truth.end_s, truth.standout = np.nan, -1
        planting.rows = row + 1


@compiled
def _drawn_short(outcome_class: int, knobs: Knobs, rng: np.random.Generator) -> int:
    """1 where the drift falls short, so that in the share `reach` of all episodes it does not."""
    if knobs.reach >= FULL_REACH or knobs.outcome == 0.0 or outcome_class == CHOP:
        return 0
    return 1 if rng.random() * FULL_REACH >= knobs.reach else 0


@compiled
def _drawn_kind(planting: Planting, knobs: Knobs, rng: np.random.Generator) -> int:
    """The kind that shows the episode's class, NO_KIND where nothing does; a wall or iceberg, with meaning or without, is asked for.

    Whether one comes without meaning does not depend on the class: it takes the place of one that would have meaning.
    """
    if knobs.signature == 0.0:
        return NO_KIND
    if knobs.kinds == 1 << SIDE:
        return SIDE
    standing = knobs.kinds & (1 << WALL | 1 << ABSORB)
    possible = knobs.kinds
    if standing != 0 and rng.random() < IDLE_SHARE:
        possible -= standing
        want_standout(planting, _one_of(standing, rng), _either_fate(rng), False, rng)
    if planting.signature_class == CHOP:
        return NO_KIND
    if planting.signature_class == BREAK:
        possible &= ~(1 << ABSORB)
    if possible == 0:
        return NO_KIND
    kind = _one_of(possible, rng)
    if kind == WALL:
        fate = STANDS if planting.signature_class == REJECT else _either_fate(rng)
        planting.drift_wait_s = max(want_standout(planting, WALL, fate, True, rng) - DRIFT_S, 0.0)
    elif kind == ABSORB:
        want_standout(planting, ABSORB, STANDS, True, rng)
        planting.drift_wait_s = ABSORB_WAIT_S
    return kind


@compiled
def _either_fate(rng: np.random.Generator) -> int:
    """Pulled, or left where it is to be eaten if somebody does, equally likely."""
    return PULLED if rng.random() < 0.5 else STANDS


@compiled
def _one_of(kinds: int, rng: np.random.Generator) -> int:
    """One of the kinds in a sum of 1 << kind, all equally likely."""
    count = 0
    for kind in range(NO_KIND):
        count += kinds >> kind & 1
    left = int(rng.random() * count)
    for kind in range(NO_KIND):
        if kinds >> kind & 1:
            if left == 0:
                return kind
            left -= 1
    return NO_KIND


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
    """Drift of the latent price by what is planted, ticks a second; 0 outside an episode.

    Before the outcome's drift begins the price is drawn to an iceberg that stands, whatever it means: takers press on what refreshes.
    """
    if np.isnan(planting.start_s):
        return 0.0
    drifts_s = time_s - planting.start_s - planting.drift_wait_s - drift_after_s(knobs.lag_s)
    if drifts_s < 0.0:
        return _press(planting, fair)
    if knobs.outcome == 0.0:
        return 0.0
    if planting.outcome_class == CHOP:
        return -CHOP_PULL * (fair - planting.position[planting.level])
    share = SHORT_SHARE if planting.falls_short == 1 else 1.0
    if knobs.drift_ticks > 0.0 and floor(knobs.outcome * drifts_s) > knobs.drift_ticks * share:
        return 0.0
    return knobs.outcome * planting.outcome_class * planting.direction


@merged
def _press(planting: Planting, fair: float) -> float:
    """Drift toward icebergs that stand."""
    if planting.standout != STANDING or planting.standout_kind != ABSORB:
        return 0.0
    return PRESS * (planting.standouts[planting.standout_rows - 1].position - fair)


@compiled
def planted_side(planting: Planting, knobs: Knobs, time_s: float) -> int:
    """Way the signature points: +1 asks give way, -1 bids give way, 0 nothing is planted now."""
    if np.isnan(planting.start_s) or knobs.signature == 0.0 or planting.kind > LOCAL:
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
