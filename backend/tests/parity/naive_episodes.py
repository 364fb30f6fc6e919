"""Episodes, confirmations and labels as one would explain them: plain lists, everything computed anew from the whole past."""

from __future__ import annotations

import math
from typing import Any

WINDOW_NS = 5_000_000_000
Row = dict[str, Any]
"""One episode, confirmation or label by field."""


def approach_at(now_ns: int, level: float, trades: list[tuple[int, int]], barrier: float) -> int:
    """+1 from below, -1 from above, 0 none: the side of the last trade before now that was at least the barrier of now away."""
    far = [tick for ts, tick in trades if ts < now_ns and abs(tick - level) >= barrier]
    return 0 if not far else 1 if far[-1] < level else -1


def episodes(
    window_ends: list[int],
    mids: list[float],
    levels: list[float],
    trades: list[tuple[int, int]],
    barriers: list[int],
    near: float,
    session_end: int,
) -> list[Row]:
    """Walk the windows; at each beginning freeze the barrier and look ahead for the end."""
    found: list[Row] = []
    busy_until = -math.inf
    for i, (end, mid, level, barrier) in enumerate(zip(window_ends, mids, levels, barriers, strict=True)):
        if end <= busy_until or math.isnan(mid) or math.isnan(level):
            continue
        side = approach_at(end, level, trades, barrier)
        beyond = side * (mid - level)
        if side == 0 or beyond < -near or beyond >= barrier:
            continue
        finish, how = end_of_episode(i, window_ends, levels, trades, barrier, session_end)
        busy_until = finish
        by_trade = how in ("upper", "lower")
        answered = [k for k, ts in enumerate(window_ends) if k >= i and (ts < finish or (by_trade and ts == finish))]
        found.append(
            {
                "start": i,
                "end": finish,
                "approach_dir": side,
                "exit": how,
                "kind": "",
                "level": level,
                "barrier": barrier,
                "windows": answered,
                "ages": [(window_ends[k] - end) // 1_000_000_000 for k in answered],
            }
        )
    for place, episode in enumerate(found):
        episode["kind"] = kind_of(episode, found[:place], window_ends, levels, barriers, near)
    return found


def kind_of(episode: Row, earlier: list[Row], window_ends: list[int], levels: list[float], barriers: list[int], near: float) -> str:
    """By the last test before it that was of this level: one since when it has not jumped, or one that lay about where it lies now."""
    for other in reversed(earlier):
        jumped = any(
            not abs(levels[i] - levels[i - 1]) < in_force_at(i, earlier, window_ends, barriers)
            for i in range(other["start"] + 1, episode["start"] + 1)
        )
        if not jumped or abs(other["level"] - episode["level"]) <= near:
            broke = other["exit"] == ("upper" if other["approach_dir"] == 1 else "lower")
            return "retest" if broke else "repeat_test"
    return "first_test"


def in_force_at(window: int, found: list[Row], window_ends: list[int], barriers: list[int]) -> float:
    """The barrier by which a move of the level into a window is a jump: that of the test which is on at its start, else the window's."""
    begin = window_ends[window] - WINDOW_NS
    for episode in found:
        if episode["start"] < window and episode["end"] >= begin:
            return float(episode["barrier"])
    return float(barriers[window])


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
) -> list[tuple[int, int, str]]:
    """(close time, +1 up or -1 down, kind) of each crossing candle that the next one confirms, if it is not the same break again."""
    level_from = {end - WINDOW_NS: level for end, level in zip(window_ends, levels, strict=True)}
    by_start = {start: (opened, closed) for start, opened, closed in candles}
    found: list[tuple[int, int, str]] = []
    for start, opened, closed in candles:
        following = by_start.get(start + candle_ns)
        if following is None or start not in level_from or start + 2 * candle_ns not in window_ends:
            continue
        level, next_level = level_from[start], level_from[start + candle_ns]
        if opened < level < closed and following[1] > next_level:
            way = 1
        elif opened > level > closed and following[1] < next_level:
            way = -1
        else:
            continue
        now = start + 2 * candle_ns
        before = [close for close, side, _ in found if side == way]
        if before and not came_back(candles, level_from, candle_ns, before[-1], now, way):
            continue
        kind = "first_test" if not found else "repeat_test" if found[-1][1] == way else "retest"
        found.append((now, way, kind))
    return found


def came_back(candles: list[tuple[int, int, int]], level_from: dict[int, float], candle_ns: int, since: int, now: int, way: int) -> bool:
    """Whether a candle closed on the side that a break came from, after one confirmation's candle and before that of the next."""
    for start, _, closed in candles:
        if since < start + candle_ns < now and start in level_from and way * (closed - level_from[start]) < 0:
            return True
    return False


def label(
    ts: int,
    centre: float,
    mid: float,
    approach_dir: int,
    trades: list[tuple[int, int]],
    barrier: float,
    began: int,
    horizons: list[int],
    seen_until: int,
) -> Row:
    """Each horizon from its own list of trades; `barrier` is that of the trigger's own test, which began at `began`."""
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
        "reject_kind": reject_kind(outcome(path, centre, approach_dir, barrier), centre, approach_dir, trades, barrier, began, hits),
    }


def reject_kind(
    first: str, centre: float, approach_dir: int, trades: list[tuple[int, int]], barrier: float, began: int, hits: list[int]
) -> str | None:
    """How far through the level price had traded, since the test began and until it turned back to the barrier."""
    if not first.startswith("REJECT"):
        return None
    beyond = [approach_dir * (tick - centre) for when, tick in trades if began < when <= hits[0]]
    if max(beyond) >= barrier / 4:
        return "failed_break"
    return "rejected" if max(beyond) >= 0 else "turned_short"


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
