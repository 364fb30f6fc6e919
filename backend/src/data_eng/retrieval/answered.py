"""The one function of every answer: the printed one, the signals table, the board's messages and `evaluate`.

`answer_windows` says for each window by itself what is usual from where price stands and what similar setups make of it; `speak` goes
through the windows of a level in time order and says which fire and what the verdict is. `answer_moments` is both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from .fire import Worth, fires, worth
from .frame_past import FramePast, distance_of
from .moments import Moments
from .nearest import Nearest
from .observed import NO_LEAD, AnsweredRows, Counts, Evidence, Experience, answer_rows, base_alone, counts, evidence, neighbour_weights
from .verdict import Situation, edges, speaks_for, strange, too_little, verdicts


class Answered(NamedTuple):
    """What is said of each window by itself; rows are windows."""

    rows: AnsweredRows
    found: Evidence
    counts: Counts
    nearest: Nearest
    weight: NDArray[np.float64]
    """(rows, K) of each neighbour."""
    distance: NDArray[np.float64]
    percentile: NDArray[np.float64]
    is_strange: NDArray[np.bool_]
    worth: Worth


class Spoken(NamedTuple):
    """What is said of windows in their order; each (rows,)."""

    fires: NDArray[np.bool_]
    edge: NDArray[np.int8]
    """BREAK, REJECT or NO_LEAD."""
    verdict: NDArray[np.int8]
    """Codes of VERDICTS."""


Rows = TypeVar("Rows", Answered, Spoken)


def taken(said: Rows, rows: NDArray[np.bool_]) -> Rows:
    """Some rows of what is said."""
    chosen: Rows = _chosen(said, rows)
    return chosen


def _chosen(said: Any, rows: NDArray[np.bool_]) -> Any:
    return said[rows] if isinstance(said, np.ndarray) else said._make([_chosen(part, rows) for part in said])


def together(parts: Sequence[Answered]) -> Answered:
    """All rows of what is said, one part after the other; of one past."""
    joined: Answered = _together(parts)
    return joined


def _together(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return parts[0]._make([_together(columns) for columns in zip(*parts, strict=True)])


def answer_windows(past: FramePast, moments: Moments) -> Answered:
    """Answer each window, whatever order they are in. All that is used of a window is known at its end."""
    nearest = past.find(moments)
    return answer_by(past, moments, nearest, past.percentile(distance_of(nearest)), past.experience)


def answer_by(past: FramePast, moments: Moments, nearest: Nearest, percentile: NDArray[np.float64], learned: Experience) -> Answered:
    """The same from other neighbours, or from what others learned: evaluation's other metrics and its PLACEBO.

    `nearest` and `learned` speak of the past's candidates, in their order; `percentile`, (rows,), says how far those neighbours are among
    their metric's usual ones, NaN for not known.
    """
    rules = past.settings.answer
    primary = past.settings.labels.horizons_s.index(rules.primary_s)
    weight = neighbour_weights(nearest.squared_distance, rules.decay)
    found = evidence(learned, nearest.candidate, weight, rules.kappa)
    distance = distance_of(nearest)
    is_strange = strange(percentile, rules.strange_percentile)
    seen = counts(found)
    found = base_alone(found, too_little(found.setups, found.days) | is_strange)
    rows = answer_rows(past.hazards(moments), found, rules.interval)
    gain = worth(moments.standing, rows.base[:, primary], rows.p[:, primary], found, rules)
    return Answered(rows, found, seen, nearest, weight, distance, percentile, is_strange, gain)


def speak(answered: Answered, moments: Moments, is_vacuum: NDArray[np.bool_], primary: int) -> Spoken:
    """Say what windows of one setup come to; those of each test in time order. `is_vacuum` is (rows,), `primary` the horizon's place."""
    test, gain = moments.setup, answered.worth
    lead, rows = gain.lead, answered.rows
    fired, edge = np.zeros(len(test), np.bool_), np.full(len(test), NO_LEAD, np.int8)
    speaks = speaks_for(lead, answered.found.z, rows.low[:, primary], rows.base[:, primary])
    order = np.lexsort((moments.ts_ns, test))
    fired[order] = fires(test[order], gain.wants[order])
    fires_for = np.where(fired, lead, NO_LEAD)
    edge[order] = edges(test[order], speaks[order], fires_for[order])
    here = np.ones(len(test), np.bool_)
    situation = Situation(
        is_stale=~here,
        has_setup=here,
        is_approaching=~here,
        setups=answered.found.setups,
        days=answered.found.days,
        is_strange=answered.is_strange,
        edge=edge,
        approach_dir=np.where(moments.key[:, 4] == "from_below", 1, -1).astype(np.int8),
        is_vacuum=is_vacuum,
    )
    return Spoken(fired, edge, verdicts(situation))
