"""When an answer is worth acting on, and what earlier fires were worth.

EV      of the leading side, in ticks: p_B (b - x) - p_R (b + x) for a break, its opposite for a reject; CHOP is worth nothing either way.
EV low  the same with CHOP as answered and the side moved back toward BASE by fire_z standard errors of L:
        p_B / (p_B + p_R) = logistic(logit(BASE's share) + sign(L) max(|L| - fire_z sd_L, 0)).
fire    at FIRE_AGES alone (asked every 5 s there are 2.5 times as many false alarms), where z >= fire_z and EV low > cost; once an episode.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.episodes import is_candidate
from ..sections import AnswerSettings
from .base import Standing
from .day_blocks import Ratio, ratio
from .distribution import BREAK, CENSORED, REJECT
from .observed import BREAKS, CHOPS, NO_LEAD, REJECTS, Evidence, leading

FIRE_AGES = "0,15,30,60,120,240"
"""Seconds since entry at which an episode is asked."""
FIRE, HOLD = "fire", "hold"
LEAD_NAMES: dict[int, Literal["BREAK", "REJECT"]] = {BREAK: "BREAK", REJECT: "REJECT"}
NO_SETUP = -1
"""Before any setup has fired."""


class Worth(NamedTuple):
    """What acting on each answer is worth; each (rows,)."""

    lead: NDArray[np.int8]
    """BREAK, REJECT or NO_LEAD."""
    ev_ticks: NDArray[np.float64]
    """Of the leading side, before cost; NaN where none leads."""
    ev_low_ticks: NDArray[np.float64]
    """Its cautious twin; NaN where none leads."""
    wants: NDArray[np.bool_]
    """Whether every rule is met, but that of one fire an episode."""


class FireRecord(NamedTuple):
    """What fires were worth, with intervals over sessions; those whose horizon was not seen to its end are left out."""

    per_day: float
    """All fires by session; NaN without a session."""
    hit_share: Ratio
    """Of the fires whose outcome is known, how many came out as they led."""
    net_ticks: Ratio
    """Mean of a fire after cost."""


def worth(standing: Standing, base: NDArray[np.float64], p: NDArray[np.float64], found: Evidence, answer: AnswerSettings) -> Worth:
    """Of answers at the primary horizon: `base` and `p` are (rows, CLASSES)."""
    lead, x, b = leading(found), standing.x_ticks, standing.barrier_ticks
    ev_ticks, ev_low_ticks = (expected_ticks(chance, x, b, lead) for chance in (p, cautious(base, p, found, answer.fire_z)))
    is_sure = (found.z >= answer.fire_z) & (ev_low_ticks > answer.fire_cost_ticks)
    return Worth(lead, ev_ticks, ev_low_ticks, is_sure & is_candidate(standing.age_s, FIRE_AGES))


def expected_ticks(
    p: NDArray[np.float64], x_ticks: NDArray[np.float64], barrier_ticks: NDArray[Any], lead: NDArray[np.int8]
) -> NDArray[np.float64]:
    """EV of `p`, (rows, CLASSES), before cost; NaN where none leads."""
    of_break = p[:, BREAKS] * (barrier_ticks - x_ticks) - p[:, REJECTS] * (barrier_ticks + x_ticks)
    return np.select([lead == BREAK, lead == REJECT], [of_break, -of_break], np.nan)


def cautious(base: NDArray[np.float64], p: NDArray[np.float64], found: Evidence, fire_z: float) -> NDArray[np.float64]:
    """(rows, CLASSES) of EV low. NaN where BASE stands alone: it leads nowhere. Barriers too far for any chance are as far either way."""
    sure = np.sign(found.log_ratio) * np.maximum(np.abs(found.log_ratio) - fire_z * found.log_ratio_sd, 0.0)
    breaks = base[:, BREAKS] * np.exp(sure)
    either, decided = breaks + base[:, REJECTS], 1 - p[:, CHOPS]
    share = np.divide(breaks, either, out=np.full(len(base), 0.5), where=either != 0)
    return np.stack([decided * share, decided * (1 - share), p[:, CHOPS]], axis=1)


def step(last_fired: int, setup: int, wants: bool) -> tuple[int, bool]:
    """One window of a level: which setup fired last, and whether this window fires. `last_fired` is NO_SETUP to begin with."""
    fires = wants and setup != last_fired
    return (setup if fires else last_fired), fires


def fires(setup: Iterable[int], wants: Iterable[bool]) -> NDArray[np.bool_]:
    """(windows,) of one level in time order: which fire; `setup` counts its episodes."""
    last_fired, fired = NO_SETUP, []
    for one, wanted in zip(setup, wants, strict=True):
        last_fired, now = step(last_fired, int(one), bool(wanted))
        fired.append(now)
    return np.array(fired, np.bool_)


def reasons(fired: NDArray[np.bool_], gain: Worth, found: Evidence, age_s: NDArray[np.float64], answer: AnswerSettings) -> list[str]:
    """For each window what its fire is worth, or the first rule that it does not meet."""
    asked = is_candidate(age_s, FIRE_AGES)
    said = []
    for row in range(len(fired)):
        if fired[row]:
            side = "break" if gain.lead[row] == BREAK else "reject"
            said.append(f"{side}, EV {gain.ev_ticks[row]:+.1f} ticks, at least {gain.ev_low_ticks[row]:+.1f}")
        elif not asked[row]:
            said.append(f"asked at {FIRE_AGES} s only")
        elif np.isnan(found.log_ratio_sd[row]):
            said.append("nothing to compare with: as usual from here")
        elif gain.lead[row] == NO_LEAD:
            said.append("neither more often than was to be expected")
        elif found.z[row] < answer.fire_z:
            said.append(f"z {found.z[row]:.2f} < {answer.fire_z:.2f}")
        elif not gain.ev_low_ticks[row] > answer.fire_cost_ticks:
            said.append(f"EV low {gain.ev_low_ticks[row]:+.1f} <= cost {answer.fire_cost_ticks:.1f} ticks")
        else:
            said.append("fired before in this episode")
    return said


def net_ticks(
    kind: NDArray[np.int8], lead: NDArray[np.int8], x_ticks: NDArray[np.float64], barrier_ticks: NDArray[Any], cost_ticks: float
) -> NDArray[np.float64]:
    """(fires,) what each brought after cost: the way to the barrier, 0 where neither was met; NaN where CENSORED.

    `kind` is the outcome at the primary horizon.
    """
    up = np.select([kind == BREAK, kind == REJECT], [barrier_ticks - x_ticks, -(barrier_ticks + x_ticks)], 0.0)
    gross = np.where(lead == BREAK, up, -up)
    return np.where((kind == CENSORED) | (lead == NO_LEAD), np.nan, gross - cost_ticks)


def fire_record(
    kind: NDArray[np.int8],
    lead: NDArray[np.int8],
    net: NDArray[np.float64],
    day: NDArray[np.int64],
    sessions: int,
    interval: float,
    draws: int,
    seed: int,
) -> FireRecord:
    """Sum up fires: `kind`, `lead`, `net` (see `net_ticks`) and `day` are (fires,), `sessions` how many were watched for them."""
    came = np.where(kind == CENSORED, np.nan, kind == lead)
    each = np.ones(len(kind))
    hit_share, net_of_fire = (ratio(values, each, day, draws, interval, seed) for values in (came, net))
    return FireRecord(len(kind) / sessions if sessions else float("nan"), hit_share, net_of_fire)
