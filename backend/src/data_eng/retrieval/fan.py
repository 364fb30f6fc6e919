"""Where similar setups went from here, beside where the past usually goes: quantiles of their paths, in the barriers of now.

Each path starts where price stands, and goes on as the past setup's did, in units of its own barrier:

    x_now + (x_j(t) - x_j(0)) b_now / b_j

Usual are all past setups by the one of their candidates whose x / b is nearest to now's, where it lies within `PLACE_WITHIN`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.units import NS_PER_S
from .distribution import QUANTILES, weighted_quantiles
from .frame_past import FramePast, place_of
from .moments import Moments
from .paths import AFTER_S, DayMids

if TYPE_CHECKING:
    from .parts import Answer, SetupInfo

STEP_S = 30
"""Never smoother: between two points nothing is drawn that was not measured at them."""
SECONDS = np.arange(0, AFTER_S + STEP_S, STEP_S)
"""(points,) after the trigger, from 0 on."""
PLACE_WITHIN = 0.2
"""Barriers: from so near, price has about the same way to either of them."""

MidsOf = Callable[[str, str], DayMids | None]
"""The mid of a symbol's session; None while its windows are not in the lake."""


class Starts(NamedTuple):
    """Where paths begin; every array is (paths,)."""

    day: list[tuple[str, str]]
    """Symbol and session date of each."""
    ts_ns: NDArray[np.int64]
    direction: NDArray[np.float32]
    """1 from below, -1 from above."""
    barrier_ticks: NDArray[np.float64]


class Fan(NamedTuple):
    """Quantiles of where the paths were."""

    ticks: NDArray[np.float64]
    """(points, quantiles) from the level; NaN where too few paths are known."""
    setups: int
    """Whose paths are known at the trigger."""


def fan_of_neighbours(answer: Answer, mids_of: MidsOf, setups_min: int) -> Fan:
    """Where the neighbours of an answer went, each by its weight."""
    neighbours = answer.neighbours
    starts = Starts(
        day=[(neighbour.symbol, neighbour.session_date) for neighbour in neighbours],
        ts_ns=np.array([neighbour.ts_s for neighbour in neighbours], np.int64) * NS_PER_S,
        direction=_directions([neighbour.approach_dir for neighbour in neighbours]),
        barrier_ticks=np.array([neighbour.barrier_ticks for neighbour in neighbours], np.float64),
    )
    return fan_of(answer.setup, moves_of(starts, mids_of), np.array([neighbour.weight for neighbour in neighbours]), setups_min)


def usual_fan(setup: SetupInfo, past: FramePast, moves: NDArray[np.float32], setups_min: int) -> Fan:
    """Where the past usually goes from where price stands; `moves` are those of all its candidates."""
    rows = usual_rows(past, setup.x_ticks / setup.barrier_ticks)
    return fan_of(setup, moves[rows], np.ones(len(rows)), setups_min)


def candidate_moves(candidates: Moments, mids_of: MidsOf) -> NDArray[np.float32]:
    """`moves_of` of every candidate."""
    dates, symbols, _, _, approaches, _ = candidates.key.T
    days = list(zip(symbols.tolist(), dates.tolist(), strict=True))
    return moves_of(Starts(days, candidates.ts_ns, _directions(approaches), candidates.standing.barrier_ticks), mids_of)


def moves_of(starts: Starts, mids_of: MidsOf) -> NDArray[np.float32]:
    """(paths, points) how far the mid went in the approach's direction from where it was at the trigger, in barriers of its own.

    NaN where it is not known: at a point it is where its last window with a sound book before was, at most one step earlier.
    """
    moved = np.full((len(starts.day), len(SECONDS)), np.nan, np.float32)
    rows_of_day: dict[tuple[str, str], list[int]] = {}
    for row, day in enumerate(starts.day):
        rows_of_day.setdefault(day, []).append(row)
    for day, rows in rows_of_day.items():
        mids = mids_of(*day)
        if mids is not None:
            barriers = starts.direction[rows] / starts.barrier_ticks[rows]
            moved[rows] = barriers[:, None] * _moved_ticks(mids, starts.ts_ns[rows])
    return moved


def fan_of(setup: SetupInfo, moves: NDArray[np.float32], weight: NDArray[np.float64], setups_min: int) -> Fan:
    """The fan of a setup, of paths as `moves_of` gives them; `weight` is (paths,). Below `setups_min` known paths it has no value."""
    barrier_ticks = _directions([setup.approach_dir]) * setup.barrier_ticks
    ticks = weighted_quantiles(setup.mid_ticks - setup.level_ticks + barrier_ticks * moves, weight, QUANTILES)
    known = np.isfinite(moves).sum(axis=0)
    ticks[known < setups_min] = np.nan
    return Fan(ticks, int(known[0]))


def usual_rows(past: FramePast, place: float) -> NDArray[np.int64]:
    """Positions of the candidates whose paths are usual from an x / b: one of each past setup."""
    apart = np.abs(place_of(past.candidates) - place)
    near = np.flatnonzero(apart <= PLACE_WITHIN)
    setup = past.experience.setup[near]
    in_order = np.lexsort((apart[near], setup))
    _, first = np.unique(setup[in_order], return_index=True)
    return near[in_order[first]]


def _directions(approaches: Sequence[str] | NDArray[np.object_]) -> NDArray[np.float32]:
    """1 from below, -1 from above."""
    return np.where(np.asarray(approaches) == "from_below", 1, -1).astype(np.float32)


def _moved_ticks(mids: DayMids, ts_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """(triggers, points) ticks of one day's mid from where it was at each trigger; NaN where it is not known."""
    held = np.isfinite(mids.mid_ticks)
    end_ns, mid_ticks = mids.end_ns[held], mids.mid_ticks[held]
    at_ns = ts_ns[:, None] + SECONDS * NS_PER_S
    if not len(end_ns):
        return np.full(at_ns.shape, np.nan)
    row = np.searchsorted(end_ns, at_ns, side="right") - 1
    known = (row >= 0) & (at_ns - end_ns[row] < STEP_S * NS_PER_S)
    there = np.where(known, mid_ticks[row], np.nan)
    return there - there[:, :1]
