"""What a level is given, made of a few trades."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from src.data_eng.core.levels import Bars, LevelDay
from src.data_eng.core.units import NS_PER_S
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import exchange_times, session_times

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> int:
    """ns UTC of a New York time such as `2025-10-16 09:30:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()) * NS_PER_S


def bars_of(trades: list[tuple[int, int, int]], bar_s: int) -> Bars:
    """Bars of (ns, tick, size) trades, worked out with dicts."""
    bar_ns = bar_s * NS_PER_S
    bars: dict[int, list[tuple[int, int]]] = {}
    for ts, tick, size in trades:
        bars.setdefault(ts // bar_ns * bar_ns, []).append((tick, size))
    rows = [
        (start, own[0][0], max(own)[0], min(own)[0], own[-1][0], sum(size for _, size in own), sum(tick * size for tick, size in own))
        for start, own in sorted(bars.items())
    ]
    return Bars(*(np.array(column, np.int64) for column in zip(*rows, strict=True))) if rows else Bars(*(np.zeros(0, np.int64),) * 7)


def day_of(
    trades: list[tuple[str, int, int]] | list[tuple[int, int, int]],
    span: str = "09:30-12:30",
    covered_from: str = "2025-10-14 00:00:00",
    covered_to: str = "2025-10-16 20:00:00",
    date: str = "2025-10-16",
) -> LevelDay:
    """A session of trades at New York times or in ns, within one covered span."""
    timed = [(at(ts) if isinstance(ts, str) else ts, tick, size) for ts, tick, size in trades]
    chosen = load_settings().with_session(span)
    times = session_times(date, chosen)
    return LevelDay(
        times=times,
        previous=session_times(times.previous_date, chosen),
        seconds=bars_of(timed, 1),
        candles=bars_of(timed, 120),
        candle_s=120,
        covered_ns=np.array([[at(covered_from), at(covered_to)]]),
        opening_range_s=900,
        tick=0.25,
        exchange=exchange_times(times, chosen),
    )
