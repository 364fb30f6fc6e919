"""When price tests a level: approach direction, episodes and their windows.

Definitions
-----------
x is a price minus the level in force, in ticks; b(t) is the barrier of a window (core/volatility.py), b the one of an episode: that of its
first window, frozen. It is wider than the zone in which an episode begins, so that no label is decided when the episode begins.

approach    the side on which price was last at least b(t) away from the level as it now is: the last trade before now with |x| >= b(t) lay
            at x <= -b(t) means from_below, at x >= b(t) from_above. Without such a trade there is none. The path from before the level was
            known counts: it is the past. The rule needs no other case for a moving level.
episode     begins with the first window, outside another episode, whose mid is within `near_ticks` of the level on the side it comes
            from, or through it, and nearer than b(t). It ends at the first trade at or after that window's end at which |x| >= b, at the
            session's end, or when the level itself jumps by b or more (a new round number) or is no longer known.
kind        by the last earlier episode of the level that day: none is `first_test`, it broke is `retest`, otherwise `repeat_test`.
            An episode from before a jump counts only if its level lay within `near_ticks` of this one's.
age         of an episode's window: seconds since the end of its first one. Every window that ends before the episode does is answered,
            and one at whose very end a trade ends it, which is the next window's; those at the ages of the settings are candidates,
            whatever becomes of the episode.

A window's level is the one in force at its start and NaN where none is; its mid is the one at its end and NaN where the window is not
usable. A trade at a window's very end belongs to the next window.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from .declared import Declared
from .labels import FROM_ABOVE, FROM_BELOW
from .units import NS_PER_S


class EpisodeKind(Declared):
    """What the level's tests before this one did."""

    FIRST_TEST = "first_test", "no test of the level before it that day"
    RETEST = "retest", "the last test before it broke"
    REPEAT_TEST = "repeat_test", "the last test before it did not break"


KINDS = EpisodeKind.names()
"""Names of the kind codes: `KINDS[code]`."""
FIRST_TEST, RETEST, REPEAT_TEST = range(len(KINDS))

EXIT_UPPER, EXIT_LOWER, EXIT_SESSION_END, EXIT_LEVEL_MOVED = range(4)


class Episodes(NamedTuple):
    """The episodes of one level and day in time order; every array is (episodes,)."""

    start_window: NDArray[np.int64]
    """Position of the first window in the arrays given."""
    stop_window: NDArray[np.int64]
    """One past the last window that ends before anybody knows that the episode has: windows start_window..stop_window are its triggers."""
    start_ns: NDArray[np.int64]
    """End of the first window: when the episode was known to begin."""
    end_ns: NDArray[np.int64]
    approach_dir: NDArray[np.int8]
    """FROM_BELOW or FROM_ABOVE."""
    number: NDArray[np.int32]
    """1, 2, .. for the level and day."""
    kind: NDArray[np.int8]
    """Codes of KINDS."""
    exit: NDArray[np.int8]
    """EXIT_UPPER, EXIT_LOWER, EXIT_SESSION_END or EXIT_LEVEL_MOVED."""
    barrier_ticks: NDArray[np.int64]
    """b, frozen."""


class EpisodeWindows(NamedTuple):
    """Windows of episodes in time order; every array is (windows,)."""

    window: NDArray[np.int64]
    """Position of the window in the arrays given."""
    episode: NDArray[np.int64]
    """Position of its episode."""
    age_s: NDArray[np.int64]
    """Seconds since the end of the episode's first window."""


EPISODE_DTYPE = np.dtype(
    [
        ("start_window", "<i8"),
        ("stop_window", "<i8"),
        ("end_ns", "<i8"),
        ("approach_dir", "i1"),
        ("exit", "i1"),
        ("kind", "i1"),
        ("level", "<f8"),
        ("moves", "<i8"),
        ("barrier", "<i8"),
    ]
)
"""One episode of `EpisodeState`; `level` and `moves`, how often it had jumped before, are those of its beginning."""
EPISODE_STATE_DTYPE = np.dtype([("windows", "<i8"), ("trades", "<i8"), ("count", "<i8"), ("moved", "<i8"), ("open", "<i8")])


class EpisodeState(NamedTuple):
    """What finding the episodes of one level carries from window to window."""

    at: NDArray[np.void]
    """(1,) EPISODE_STATE_DTYPE: windows and trades gone through, episodes found, jumps of the level, and whether the last one goes on."""
    found: NDArray[np.void]
    """(room,) EPISODE_DTYPE, the first `count` of them in use; one that goes on has the session's end."""


def new_episodes() -> EpisodeState:
    """The state before the first window."""
    return EpisodeState(np.zeros(1, EPISODE_STATE_DTYPE), np.zeros(0, EPISODE_DTYPE))


def step_episodes(
    state: EpisodeState,
    window_end_ns: NDArray[np.int64],
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    barrier_ticks: NDArray[np.int64],
    near_ticks: float,
    session_end_ns: int,
    window_s: int = 5,
) -> EpisodeState:
    """Take in the windows, and the trades before their ends, that `state` has not gone through; returns the state after them.

    The arrays are those of `find_episodes` from the day's beginning on, as far as they are known. `state.at` is changed.
    """
    new = len(window_end_ns) - int(state.at["windows"][0])
    found = np.concatenate([state.found[: state.at["count"][0]], np.zeros(max(new, 0), EPISODE_DTYPE)])
    highest, lowest = _block_extremes(trade_ticks)
    _step_episodes(
        state.at[0],
        found,
        window_end_ns,
        mid_ticks,
        level_ticks,
        trade_ts_ns,
        trade_ticks,
        highest,
        lowest,
        barrier_ticks,
        float(near_ticks),
        session_end_ns,
        window_s * NS_PER_S,
    )
    return EpisodeState(state.at, found)


def find_episodes(
    window_end_ns: NDArray[np.int64],
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    barrier_ticks: NDArray[np.int64],
    near_ticks: float,
    session_end_ns: int,
    window_s: int = 5,
) -> Episodes:
    """Episodes of one level over the consecutive windows of a session.

    Parameters
    ----------
    window_end_ns, mid_ticks, level_ticks : (windows,) consecutive windows of the session, in time order.
    trade_ts_ns, trade_ticks : (trades,) the trade path in time order, from before the first window to the session's end.
    barrier_ticks : (windows,) b(t); more than `near_ticks`.
    session_end_ns : where an episode still open ends, whether or not the windows reach so far.
    """
    if len(barrier_ticks) and not barrier_ticks.min() > near_ticks:
        raise ValueError(
            f"barrier of {barrier_ticks.min()} ticks is not wider than the zone of {near_ticks} ticks in which an episode begins"
        )
    state = step_episodes(
        new_episodes(),
        window_end_ns,
        mid_ticks,
        level_ticks,
        trade_ts_ns,
        trade_ticks,
        barrier_ticks,
        near_ticks,
        session_end_ns,
        window_s,
    )
    _end_after_windows(state.at[0], state.found, level_ticks, trade_ts_ns, trade_ticks, session_end_ns)
    return episodes_of(state, window_end_ns)


def episodes_of(state: EpisodeState, window_end_ns: NDArray[np.int64]) -> Episodes:
    """What was found so far. Of one that goes on, every window up to the last one gone through is a trigger."""
    found = state.found[: state.at["count"][0]]
    return Episodes(
        start_window=found["start_window"],
        stop_window=found["stop_window"],
        start_ns=window_end_ns[found["start_window"]],
        end_ns=found["end_ns"],
        approach_dir=found["approach_dir"],
        number=np.arange(1, len(found) + 1, dtype=np.int32),
        kind=found["kind"],
        exit=found["exit"],
        barrier_ticks=found["barrier"],
    )


def episode_windows(
    start_window: NDArray[np.int64], stop_window: NDArray[np.int64], window_end_ns: NDArray[np.int64], usable: NDArray[np.bool_]
) -> EpisodeWindows:
    """Every usable window of every episode, `start_window` .. `stop_window` of each; `usable` is (windows,)."""
    lengths = stop_window - start_window
    episode = np.repeat(np.arange(len(lengths)), lengths)
    offset = np.arange(len(episode)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    window = start_window[episode] + offset
    chosen = usable[window]
    window, episode = window[chosen], episode[chosen]
    return EpisodeWindows(window, episode, (window_end_ns[window] - window_end_ns[start_window[episode]]) // NS_PER_S)


def is_candidate(age_s: NDArray[Any], ages: str) -> NDArray[np.bool_]:
    """(windows,) whether a window of that age is a candidate; `0,15,+30` is 0, 15, 30, 60, 90 .., as episodes.candidate_ages has it."""
    names = ages.split(",")
    chosen: NDArray[np.bool_] = np.isin(age_s, [int(name) for name in names if not name.startswith("+")])
    for name in names:
        if name.startswith("+"):
            chosen |= (age_s > 0) & (age_s % int(name) == 0)
    return chosen


_BLOCK_TRADES = 256
"""Trades whose extremes are kept together, so that a departure long ago is found without reading every trade since."""


@allocating
def _step_episodes(
    at: Any,
    found: NDArray[np.void],
    window_end_ns: NDArray[np.int64],
    mid_ticks: NDArray[np.float64],
    level_ticks: NDArray[np.float64],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    highest: NDArray[np.int32],
    lowest: NDArray[np.int32],
    barrier_ticks: NDArray[np.int64],
    near_ticks: float,
    session_end_ns: int,
    window_ns: int,
) -> None:
    windows, trades = len(window_end_ns), len(trade_ts_ns)
    for i in range(at["windows"], windows):
        now, last = level_ticks[i], found[max(at["count"] - 1, 0)]
        wide = last["barrier"] if at["open"] else barrier_ticks[i]
        if i > 0 and not abs(now - level_ticks[i - 1]) < wide:
            at["moved"] += 1
            if at["open"]:
                _end(at, last, window_end_ns[i] - window_ns, EXIT_LEVEL_MOVED)
                last["stop_window"] = max(i - 1, last["start_window"])
        while at["trades"] < trades and trade_ts_ns[at["trades"]] < window_end_ns[i]:
            trade = at["trades"]
            if at["open"] and abs(trade_ticks[trade] - now) >= last["barrier"]:
                _end(at, last, trade_ts_ns[trade], EXIT_UPPER if trade_ticks[trade] > now else EXIT_LOWER)
            at["trades"] += 1
        if at["open"]:
            if window_end_ns[i] < session_end_ns:
                last["stop_window"] = i + 1
            continue
        if not isfinite(now) or not isfinite(mid_ticks[i]):
            continue
        side = _departed_side(trade_ticks, at["trades"], highest, lowest, now, barrier_ticks[i])
        if side != 0 and -near_ticks <= side * (mid_ticks[i] - now) < barrier_ticks[i]:
            begun = found[at["count"]]
            begun["start_window"], begun["approach_dir"], begun["level"], begun["moves"] = i, side, now, at["moved"]
            begun["stop_window"] = i + 1 if window_end_ns[i] < session_end_ns else i
            begun["end_ns"], begun["exit"], begun["barrier"] = session_end_ns, EXIT_SESSION_END, barrier_ticks[i]
            begun["kind"] = _kind(found[: at["count"]], begun, near_ticks)
            at["count"] += 1
            at["open"] = 1
    at["windows"] = windows


@allocating
def _end(at: Any, last: Any, end_ns: int, how: int) -> None:
    last["end_ns"], last["exit"] = end_ns, how
    at["open"] = 0


@allocating
def _end_after_windows(
    at: Any,
    found: NDArray[np.void],
    level_ticks: NDArray[np.float64],
    trade_ts_ns: NDArray[np.int64],
    trade_ticks: NDArray[np.int32],
    session_end_ns: int,
) -> None:
    """The trades from the last window's end to the session's."""
    trade = at["trades"]
    while at["open"] and trade < len(trade_ts_ns) and trade_ts_ns[trade] < session_end_ns:
        level, last = level_ticks[-1], found[at["count"] - 1]
        if abs(trade_ticks[trade] - level) >= last["barrier"]:
            _end(at, last, trade_ts_ns[trade], EXIT_UPPER if trade_ticks[trade] > level else EXIT_LOWER)
        trade += 1


@allocating
def _block_extremes(trade_ticks: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Highest and lowest trade of each whole block."""
    blocks = len(trade_ticks) // _BLOCK_TRADES
    highest, lowest = np.empty(blocks, np.int32), np.empty(blocks, np.int32)
    for block in range(blocks):
        held = trade_ticks[block * _BLOCK_TRADES : (block + 1) * _BLOCK_TRADES]
        highest[block], lowest[block] = held.max(), held.min()
    return highest, lowest


@allocating
def _departed_side(
    trade_ticks: NDArray[np.int32], trades: int, highest: NDArray[np.int32], lowest: NDArray[np.int32], level: float, barrier_ticks: int
) -> int:
    """Side of the last of the first `trades` trades that lay at least the barrier away; 0 without one."""
    past = trades - 1
    while past >= 0:
        if (past + 1) % _BLOCK_TRADES == 0:
            block = past // _BLOCK_TRADES
            if highest[block] - level < barrier_ticks and level - lowest[block] < barrier_ticks:
                past -= _BLOCK_TRADES
                continue
        if abs(trade_ticks[past] - level) >= barrier_ticks:
            return FROM_ABOVE if trade_ticks[past] > level else FROM_BELOW
        past -= 1
    return 0


@allocating
def _kind(earlier: NDArray[np.void], begun: Any, near_ticks: float) -> int:
    for other in range(len(earlier) - 1, -1, -1):
        if earlier[other]["moves"] == begun["moves"] or abs(earlier[other]["level"] - begun["level"]) <= near_ticks:
            broke = earlier[other]["exit"] == (EXIT_UPPER if earlier[other]["approach_dir"] == FROM_BELOW else EXIT_LOWER)
            return RETEST if broke else REPEAT_TEST
    return FIRST_TEST
