"""Episodes, confirmations and labels as one would explain them: plain lists, everything computed anew from the whole past."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

WINDOW_NS = 5_000_000_000
Row = dict[str, Any]
"""One episode, confirmation or label by field."""


def approach_at(now_ns: int, level: float, trades: list[tuple[int, int]], barrier: float) -> int:
    """+1 from below, -1 from above, 0 none: the side of the last trade before now that was a barrier away."""
    for ts, tick in reversed(trades):
        if ts < now_ns and abs(tick - level) >= barrier:
            return -1 if tick > level else 1
    return 0


def episodes(
    window_ends: list[int],
    mids: list[float],
    levels: list[float],
    trades: list[tuple[int, int]],
    barrier: float,
    near: float,
    session_end: int,
) -> list[Row]:
    """Walk the windows; at each beginning look ahead for the end."""
    found: list[Row] = []
    jumps = [0]
    for before, after in pairwise(levels):
        jumps.append(jumps[-1] + (0 if abs(after - before) < barrier else 1))
    busy_until = -math.inf
    for i, (end, mid, level) in enumerate(zip(window_ends, mids, levels, strict=True)):
        if end <= busy_until or math.isnan(mid) or math.isnan(level):
            continue
        side = approach_at(end, level, trades, barrier)
        beyond = side * (mid - level)
        if side == 0 or beyond < -near or beyond >= barrier:
            continue
        finish, how = end_of_episode(i, window_ends, levels, trades, barrier, session_end)
        busy_until = finish
        kind = "first_test"
        for earlier in reversed(found):
            if earlier["jump"] == jumps[i] or abs(earlier["level"] - level) <= near:
                kind = "retest" if earlier["exit"] == ("upper" if earlier["approach_dir"] == 1 else "lower") else "repeat_test"
                break
        triggers = [k for k, ts in enumerate(window_ends) if k >= i and ts < finish]
        found.append(
            {
                "start": i,
                "end": finish,
                "approach_dir": side,
                "exit": how,
                "kind": kind,
                "level": level,
                "jump": jumps[i],
                "triggers": triggers,
            }
        )
    return found


def end_of_episode(
    start: int,
    window_ends: list[int],
    levels: list[float],
    trades: list[tuple[int, int]],
    barrier: float,
    session_end: int,
) -> tuple[int, str]:
    """The first trade a barrier away from the level then in force, or the level's jump, or the session's end."""
    for i in range(start + 1, len(levels)):
        begin = window_ends[i] - WINDOW_NS
        if not abs(levels[i] - levels[i - 1]) < barrier:
            return begin, "moved"
        for ts, tick in trades:
            if begin <= ts < window_ends[i] and abs(tick - levels[i]) >= barrier:
                return ts, "upper" if tick > levels[i] else "lower"
    for ts, tick in trades:
        if window_ends[-1] <= ts < session_end and abs(tick - levels[-1]) >= barrier:
            return ts, "upper" if tick > levels[-1] else "lower"
    return session_end, "session_end"


def confirmations(
    candles: list[tuple[int, int, int]],
    window_ends: list[int],
    levels: list[float],
    candle_ns: int,
) -> list[tuple[int, int]]:
    """(close time, +1 up or -1 down) of each crossing candle that the next one confirms."""
    level_from = {end - WINDOW_NS: level for end, level in zip(window_ends, levels, strict=True)}
    by_start = {start: (opened, closed) for start, opened, closed in candles}
    found = []
    for start, opened, closed in candles:
        following = by_start.get(start + candle_ns)
        if following is None or start not in level_from or start + 2 * candle_ns not in window_ends:
            continue
        level, next_level = level_from[start], level_from[start + candle_ns]
        if opened < level < closed and following[1] > next_level:
            found.append((start + 2 * candle_ns, 1))
        if opened > level > closed and following[1] < next_level:
            found.append((start + 2 * candle_ns, -1))
    return found


def label(
    ts: int,
    centre: float,
    mid: float,
    approach_dir: int,
    trades: list[tuple[int, int]],
    barrier: float,
    horizons: list[int],
    session_end: int,
    gaps: list[tuple[int, int]],
) -> Row:
    """Each horizon from its own list of trades."""
    seen_until = min([session_end] + [max(start, ts) for start, end in gaps if end > ts])
    outcomes, mfe, mae = [], [], []
    for horizon in horizons:
        if ts + horizon > seen_until:
            outcomes.append("CENSORED")
            mfe.append(math.nan)
            mae.append(math.nan)
            continue
        path = [(when, tick) for when, tick in trades if ts < when <= ts + horizon]
        outcomes.append(outcome(path, centre, approach_dir, barrier))
        mfe.append(max([0.0] + [approach_dir * (tick - mid) for _, tick in path]))
        mae.append(max([0.0] + [-approach_dir * (tick - mid) for _, tick in path]))
    path = [(when, tick) for when, tick in trades if ts < when <= min(ts + horizons[-1], seen_until)]
    ups = [when for when, tick in path if tick >= centre + barrier]
    downs = [when for when, tick in path if tick <= centre - barrier]
    hits = sorted([side[0] for side in (ups, downs) if side])
    before = [-approach_dir * (tick - mid) for when, tick in path if hits and when < hits[0]]
    return {
        "outcomes": outcomes,
        "mfe": mfe,
        "mae": mae,
        "first": hits[0] if hits else None,
        "second": hits[1] if len(hits) == 2 else None,
        "whipsaw": len(hits) == 2,
        "mae_before_hit": max([0.0, *before]) if hits else math.nan,
    }


def outcome(path: list[tuple[int, int]], centre: float, approach_dir: int, barrier: float) -> str:
    ups = [when for when, tick in path if tick >= centre + barrier]
    downs = [when for when, tick in path if tick <= centre - barrier]
    if not ups and not downs:
        return "CHOP"
    if ups and downs and ups[0] == downs[0]:
        return "WHIPSAW"
    up_first = bool(ups) and (not downs or ups[0] < downs[0])
    if approach_dir == 1:
        return "BREAK_UP" if up_first else "REJECT_DOWN"
    return "REJECT_UP" if up_first else "BREAK_DOWN"
