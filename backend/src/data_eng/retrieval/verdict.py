"""What is said of a window: one verdict, by one rule for the command line, the signals table, the board and the live day; and its sentence.

An edge is there where |z| >= EDGE_Z and the leading class's low end lies above its BASE, in two of the last three windows of the episode,
or where a window fires. It ends after three windows in a row without.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.declared import Declared
from ..core.outcomes import OutcomeKind
from .distribution import BREAK, REJECT
from .observed import BREAKS, NO_LEAD, REJECTS, AnsweredRows, Counts

EDGE_Z = 1.64
"""|L| in standard errors: one-sided 1 in 20."""
EDGE_WINDOWS, EDGE_WINDOWS_MIN = 3, 2
"""An edge wants so many of the last so many windows, and ends after that many in a row without: 10 of 15 s."""
SETUPS_MIN, DAYS_MIN = 8, 3
"""Neighbours of fewer setups or days are too little past."""
APPROACH_MAX_TICKS = 24
"""Farther from its level price does not approach it yet."""


class Verdict(Declared):
    """What is said of a window: the first that applies, in this order."""

    NO_ANSWER = "NO ANSWER", "no setup, price does not approach the level, or the feed is stale"
    APPROACHING = "APPROACHING", "no test of the level yet, but price comes to it"
    TOO_LITTLE_PAST = "TOO LITTLE PAST", "fewer than 8 similar setups or 3 days: as usual from here"
    BREAK_UP = "BREAK UP", "from below, similar setups broke more often than was to be expected"
    BREAK_DOWN = "BREAK DOWN", "from above, similar setups broke more often than was to be expected"
    REJECT_UP = "REJECT UP", "from above, similar setups were rejected more often than was to be expected"
    REJECT_DOWN = "REJECT DOWN", "from below, similar setups were rejected more often than was to be expected"
    LARGE_MOVE = "LARGE MOVE, NO SIDE", "the book is thin on both sides"
    NO_EDGE = "NO EDGE", "as usual from here"


VERDICTS = Verdict.names()
"""Names of the verdict codes: `VERDICTS[code]`."""
_CODE = {verdict: code for code, verdict in enumerate(Verdict)}


class EdgeState(NamedTuple):
    """What one episode's windows so far leave for the next."""

    recent: tuple[int, ...] = (NO_LEAD,) * EDGE_WINDOWS
    """For which class the last windows spoke, this one last."""
    edge: int = NO_LEAD
    """BREAK or REJECT while there is an edge, else NO_LEAD."""
    without: int = 0
    """Windows in a row that did not speak for it."""


class Situation(NamedTuple):
    """All that a verdict hangs on; each (windows,)."""

    is_stale: NDArray[np.bool_]
    """Whether the feed is; never in a past day."""
    has_setup: NDArray[np.bool_]
    is_approaching: NDArray[np.bool_]
    """See `approaching`."""
    setups: NDArray[np.int64]
    days: NDArray[np.int64]
    """Distinct ones among the neighbours."""
    is_strange: NDArray[np.bool_]
    """Whether the neighbours are no comparison, see `strange`."""
    edge: NDArray[np.int8]
    """BREAK, REJECT or NO_LEAD, see `edges`."""
    approach_dir: NDArray[np.int8]
    """1 from below, -1 from above."""
    is_vacuum: NDArray[np.bool_]
    """Whether the book's balance is vacuum, beyond the mark to watch."""


class Said(NamedTuple):
    """What one sentence is made of."""

    kind: OutcomeKind
    """BREAK or REJECT, of which the chances are."""
    p: float
    low: float
    """NaN where BASE stands alone."""
    high: float
    base: float
    horizon_s: int
    setups: int
    days: int
    broke: int
    expected_broke: int
    rejected: int
    expected_rejected: int
    neither: int
    is_strange: bool = False


def speaks_for(lead: NDArray[np.int8], z: NDArray[np.float64], low: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.int8]:
    """(windows,) the class for which a window by itself speaks, or NO_LEAD. `low` and `base` are (windows, CLASSES), primary horizon."""
    is_above = np.select([lead == BREAK, lead == REJECT], [low[:, place] > base[:, place] for place in (BREAKS, REJECTS)], False)
    return np.where((z >= EDGE_Z) & is_above, lead, NO_LEAD).astype(np.int8)


def step(state: EdgeState, speaks: int, fires_for: int = NO_LEAD) -> EdgeState:
    """One more window of an episode. `fires_for` is the class for which it fires: such a window speaks too, and needs no second."""
    now = fires_for if fires_for != NO_LEAD else speaks
    recent = (*state.recent[1:], now)
    if now != NO_LEAD and (fires_for != NO_LEAD or recent.count(now) >= EDGE_WINDOWS_MIN):
        return EdgeState(recent, now)
    if state.edge in (NO_LEAD, now):
        return EdgeState(recent, state.edge)
    without = state.without + 1
    return EdgeState(recent, state.edge, without) if without < EDGE_WINDOWS else EdgeState(recent)


def edges(setup: Iterable[int], speaks: Iterable[int], fires_for: Iterable[int]) -> NDArray[np.int8]:
    """(windows,) of one level in time order: the class of the edge, or NO_LEAD. Every setup begins anew."""
    state, of_setup, found = EdgeState(), None, []
    for one, spoken, fired in zip(setup, speaks, fires_for, strict=True):
        state = step(state if one == of_setup else EdgeState(), int(spoken), int(fired))
        of_setup = one
        found.append(state.edge)
    return np.array(found, np.int8)


def approaching(distance_ticks: NDArray[np.float64], is_coming: NDArray[np.bool_], near_ticks: float) -> NDArray[np.bool_]:
    """(windows,) whether price comes to a level from outside its near zone and within APPROACH_MAX_TICKS, on either side."""
    away = np.abs(distance_ticks)
    return is_coming & (away > near_ticks) & (away <= APPROACH_MAX_TICKS)


def too_little(setups: NDArray[Any], days: NDArray[Any]) -> NDArray[np.bool_]:
    """(windows,) whether neighbours are of too few setups or days to say more than BASE."""
    return (setups < SETUPS_MIN) | (days < DAYS_MIN)


def strange(percentile: NDArray[np.float64], strange_percentile: float) -> NDArray[np.bool_]:
    """(windows,) whether neighbours lie farther than that share of the past's own; never where no percentile is known (NaN)."""
    return percentile > strange_percentile


def verdicts(now: Situation) -> NDArray[np.int8]:
    """(windows,) codes of VERDICTS. A strange setup is NO EDGE whatever else there is: nothing on record speaks for or against it."""
    goes_up = (now.edge == BREAK) == (now.approach_dir > 0)
    is_break, is_reject = now.edge == BREAK, now.edge == REJECT
    rules = [
        (now.is_stale | ~(now.has_setup | now.is_approaching), Verdict.NO_ANSWER),
        (~now.has_setup, Verdict.APPROACHING),
        (too_little(now.setups, now.days), Verdict.TOO_LITTLE_PAST),
        (now.is_strange, Verdict.NO_EDGE),
        (is_break & goes_up, Verdict.BREAK_UP),
        (is_break, Verdict.BREAK_DOWN),
        (is_reject & goes_up, Verdict.REJECT_UP),
        (is_reject, Verdict.REJECT_DOWN),
        (now.is_vacuum, Verdict.LARGE_MOVE),
    ]
    codes = np.select([applies for applies, _ in rules], [_CODE[verdict] for _, verdict in rules], _CODE[Verdict.NO_EDGE])
    return codes.astype(np.int8)


def slab(verdict: Verdict) -> str:
    """The verdict as it is printed; NO EDGE as loud as an edge: `NO EDGE: as usual from here`."""
    return f"{verdict}: {verdict.meaning}" if verdict is Verdict.NO_EDGE else str(verdict)


def said_of(
    rows: AnsweredRows, seen: Counts, lead: NDArray[np.int8], query: int, horizon: int, horizon_s: int, is_strange: bool = False
) -> Said:
    """What is said of one query at one horizon: of the class that leads, or where none does of the likelier of break and reject."""
    p = rows.p[query, horizon]
    is_break = lead[query] == BREAK or (lead[query] == NO_LEAD and p[BREAKS] >= p[REJECTS])
    place, kind = (BREAKS, OutcomeKind.BREAK) if is_break else (REJECTS, OutcomeKind.REJECT)
    return Said(
        kind=kind,
        p=float(p[place]),
        low=float(rows.low[query, horizon, place]),
        high=float(rows.high[query, horizon, place]),
        base=float(rows.base[query, horizon, place]),
        horizon_s=horizon_s,
        is_strange=is_strange,
        **{name: int(column[query]) for name, column in seen._asdict().items()},
    )


def sentence(said: Said) -> str:
    """`BREAK 28 % (21-35) in 6 min; from here usually 22 %. 80 similar setups on 14 days: 42 broke where 31 were to be expected, ..`"""
    horizon = f"in {said.horizon_s / 60:g} min"
    if np.isnan(said.low):
        few = f"{_plural(said.setups, 'similar setup')} on {_plural(said.days, 'day')}: too few to compare with."
        return f"{said.kind} {_percent(said.p)} % {horizon}, as usual from here. " + (
            "No comparable setup on record." if said.is_strange else few
        )
    interval = f"({_percent(said.low)}-{_percent(said.high)})"
    return (
        f"{said.kind} {_percent(said.p)} % {interval} {horizon}; from here usually {_percent(said.base)} %. "
        f"{_plural(said.setups, 'similar setup')} on {_plural(said.days, 'day')}: "
        f"{said.broke} broke where {said.expected_broke} {'was' if said.expected_broke == 1 else 'were'} to be expected, "
        f"{said.rejected} rejected where {said.expected_rejected}, {said.neither} neither."
    )


def approach_sentence(reach: float, base: NDArray[np.float64], horizon_s: int) -> str:
    """Before an episode: the chance that price tests the level, and BASE, (CLASSES,), of an entry now."""
    broke, rejected, neither = (_percent(chance) for chance in base)
    return (
        f"Tests the level within {horizon_s / 60:g} min: {_percent(reach)} %. "
        f"If it tests now: BREAK {broke} %, REJECT {rejected} %, neither {neither} %."
    )


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
