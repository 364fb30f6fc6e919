"""The flow of every window summed outward from the touch and from each level, beside what is usual there.

Frames
------
touch   x counts ticks behind the side's own best at the window's start, so both sides are measured alike.
level   asks from ceil(level) up, bids from floor(level) down; what stands in front of the level on that side is left out. An x in front
        of the touch holds nothing and has no usual.

Usual is by distance from the side's own touch in both frames. Where the flow is not kept (beyond the tape) or the past knows no usual, a
tick counts on neither side of a ratio.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled, inlined
from ..events import NO_TICK
from .tape import Tape, away_rest_of, behind, inflow_of, reach_of, rows_of
from .usual import Usual

WHOLE, NEAR, FAR = range(3)
ZONES = ("whole", "near", "far")
"""Of a frame, in ticks at a barrier of 8: 0..20, 0..5 and 15..20; they grow with the barrier."""


class Sums(NamedTuple):
    """Sums over the zones of a frame; every array is (zones, 2 sides, .., windows) float64, contracts or contract-ticks."""

    depth_start: NDArray[np.float64]
    depth_end: NDArray[np.float64]
    inflow: NDArray[np.float64]
    """add + arrive, less what was gone again within half a second."""
    pull_rest: NDArray[np.float64]
    away_rest: NDArray[np.float64]
    add: NDArray[np.float64]
    arrive: NDArray[np.float64]
    pull: NDArray[np.float64]
    reprice: NDArray[np.float64]
    fill: NDArray[np.float64]
    moment_start: NDArray[np.float64]
    """Contracts times x, as all moments are."""
    moment_end: NDArray[np.float64]
    moment_add: NDArray[np.float64]
    moment_arrive: NDArray[np.float64]
    moment_pull: NDArray[np.float64]
    moment_reprice: NDArray[np.float64]
    moment_fill: NDArray[np.float64]
    usual_depth: NDArray[np.float64]
    """What the past's mean window holds at the same ticks; NaN where there is no past, as for all usuals."""
    usual_inflow: NDArray[np.float64]
    usual_pull: NDArray[np.float64]
    """What would be pulled of the contracts that stand there, at the past's rate by distance."""
    usual_away: NDArray[np.float64]


FIELDS = len(Sums._fields)
_COUNTS = 10
"""The counts stand first, then their moments: two of depth, then of each cause."""
_MOMENT_OF = (0, 1, 5, 6, 7, 8, 9)
"""Which count each moment is of."""
_USUAL = _COUNTS + len(_MOMENT_OF)


def zone_edges(barrier_ticks: NDArray[np.int64]) -> NDArray[np.int32]:
    """(windows, zones, 2) first and last x of each zone: the edges 5, 14 and 20 of a barrier of 8 ticks, scaled by the window's own."""
    scale = barrier_ticks / 8.0
    near, mid, far = (np.floor(edge * scale + 0.5).astype(np.int32) for edge in (5, 14, 20))
    zero = np.zeros_like(near)
    return np.stack([np.stack([zero, far], -1), np.stack([zero, near], -1), np.stack([mid + 1, far], -1)], axis=1)


def sums_by_touch(tape: Tape, edges: NDArray[np.int32], usual: Usual) -> Sums:
    """Sums of the touch frame; cells are the windows. `edges` as of `zone_edges`, or the first of its zones."""
    windows = len(tape.first_ask)
    no_levels = np.empty((0, 2, windows), np.int32)
    zones = edges.shape[1]
    sums = np.zeros((FIELDS, zones, 2, windows))
    _sum(tape, edges, usual, no_levels, sums, np.empty((FIELDS, zones, 2, 0)), _work(tape))
    return Sums(*sums)


def sums_by_level(tape: Tape, edges: NDArray[np.int32], usual: Usual, level_ticks: NDArray[np.float64]) -> Sums:
    """Sums of the level frame, (zones, 2, levels, windows). A level that is NaN in a window has sums of 0 there."""
    levels, windows = level_ticks.shape
    known = np.isfinite(level_ticks)
    price = np.where(known, level_ticks, 0.0)
    ends = np.stack([np.floor(price), np.ceil(price)], axis=1)
    first = np.where(known[:, None, :], ends, NO_TICK).astype(np.int32)
    zones = edges.shape[1]
    sums = np.zeros((FIELDS, zones, 2, levels * windows))
    _sum(tape, edges, usual, first, np.empty((FIELDS, zones, 2, 0)), sums, _work(tape))
    return Sums(*sums.reshape(FIELDS, zones, 2, levels, windows))


def _work(tape: Tape) -> NDArray[np.float64]:
    widest = int((tape.band[1] - tape.band[0]).max(initial=0)) + 2
    return np.zeros((widest, FIELDS))


@compiled()
def _sum(
    tape: Tape,
    edges: NDArray[np.int32],
    usual: Usual,
    first_ticks: NDArray[np.int32],
    of_touch: NDArray[np.float64],
    of_levels: NDArray[np.float64],
    running: NDArray[np.float64],
) -> None:
    """`first_ticks` is (levels, 2, windows): the tick nearest to the level that belongs to each side; both results are zero at first."""
    windows = tape.first_ask.shape[0]
    for w in range(windows):
        for side in range(2):
            touch = tape.touch_ticks[side, w]
            if touch == NO_TICK:
                continue
            limit = _accumulate(tape, usual, w, side, touch, running)
            if of_touch.shape[3] > 0:
                for zone in range(edges.shape[1]):
                    _write(running, edges[w, zone, 0], edges[w, zone, 1], 0, limit, of_touch[:, zone, side, w])
            for level in range(first_ticks.shape[0]):
                tick = first_ticks[level, side, w]
                if tick == NO_TICK:
                    continue
                shift = behind(side, touch, tick)
                for zone in range(edges.shape[1]):
                    cell = of_levels[:, zone, side, level * windows + w]
                    _write(running, edges[w, zone, 0] + shift, edges[w, zone, 1] + shift, shift, limit, cell)


@compiled()
def _accumulate(tape: Tape, usual: Usual, w: int, side: int, touch: int, running: NDArray[np.float64]) -> int:
    """running[x + 1] := sums over 0..x behind the touch, moments about the touch; returns how many x there are."""
    limit = max(min(reach_of(tape, w, side, touch), running.shape[0] - 1, usual.offsets), 0)
    running[0] = 0.0
    for x in range(limit):
        running[x + 1] = 0.0
        running[x + 1, _USUAL] = usual.depth[x]
        running[x + 1, _USUAL + 1] = usual.inflow[x]
    first, last = rows_of(tape, w, side)
    counters = tape.counters
    for row in range(first, last):
        x = behind(side, touch, tape.price_ticks[row])
        if x < 0 or x >= limit:
            continue
        at = running[x + 1]
        at[0] = counters.depth_start[row]
        at[1] = counters.depth_end[row]
        at[2] = inflow_of(counters, row)
        at[3] = counters.pull_rest[row]
        at[4] = away_rest_of(counters, row, side)
        at[5] = counters.add[row]
        at[6] = counters.arrive[row]
        at[7] = counters.pull[row]
        at[8] = counters.reprice_up[row] + counters.reprice_down[row]
        at[9] = counters.fill[row]
        for moment in range(len(_MOMENT_OF)):
            at[_COUNTS + moment] = at[_MOMENT_OF[moment]] * x
        at[_USUAL + 2] = counters.depth_start[row] * usual.pull[x]
        at[_USUAL + 3] = counters.depth_start[row] * usual.away[x]
    for x in range(limit):
        for field in range(FIELDS):
            running[x + 1, field] += running[x, field]
    return limit


@compiled()
def _write(running: NDArray[np.float64], first: int, last: int, shift: int, limit: int, cell: NDArray[np.float64]) -> None:
    """Sums over the x of the touch from `first` to `last`, moments about `shift`."""
    lower = min(max(first, 0), limit)
    upper = max(min(last + 1, limit), lower)
    for field in range(FIELDS):
        cell[field] = running[upper, field] - running[lower, field]
    for moment in range(len(_MOMENT_OF)):
        cell[_COUNTS + moment] -= shift * cell[_MOMENT_OF[moment]]


def folded(sums: Sums, decay: float, totals: NDArray[np.float64] | None = None) -> Sums:
    """The same sums with each window's own added to `decay` times those before: the newest has weight 1. Windows lie on the last axis.

    `totals`, (FIELDS, ..) without the windows, is as of `fold`.
    """
    before = [None] * FIELDS if totals is None else totals
    return Sums(*(fold(values, decay, total) for values, total in zip(sums, before, strict=True)))


def fold(values: NDArray[np.float64], decay: float, total: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """(.., windows) running sums, each `step`ped from the one before.

    `total`, (..), is the sum before the first window, and becomes the one after the last; without it nothing came before.
    """
    result = np.empty_like(values)
    windows = values.shape[-1]
    before = np.zeros(values.shape[:-1]) if total is None else total
    _fold(values.reshape(before.size, windows), decay, before.reshape(-1), result.reshape(before.size, windows))
    return result


@compiled()
def _fold(values: NDArray[np.float64], decay: float, before: NDArray[np.float64], result: NDArray[np.float64]) -> None:
    for series in range(values.shape[0]):
        total = before[series]
        for w in range(values.shape[1]):
            total = step(total, values[series, w], decay)
            result[series, w] = total
        before[series] = total


@inlined()
def step(total: float, now: float, decay: float) -> float:
    """One window's way of a running sum: what was, faded, and what came."""
    return total * decay + now


def decay_of(half_life_s: float, window_s: int) -> float:
    """What is left of a window's weight one window later."""
    return float(0.5 ** (window_s / half_life_s))
