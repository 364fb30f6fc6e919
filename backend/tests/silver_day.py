"""A small silver day around one level, made of rules and written into a temporary lake as the stages would write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from src.data_eng.contracts import contract_of
from src.data_eng.core.session import SessionTimes
from src.data_eng.core.units import NS_PER_S
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.writer import publish_partition
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import session_times
from tests.level_flow import random_windows

SYMBOL = "ESZ5"
WINDOW_NS = 5 * NS_PER_S
Levels = list[tuple[str, int, float | None]]
"""level_id, known from (ns), price in ticks; a price of None is an absent level."""


def short_settings(level_ids: tuple[str, ...] = ("pm_high", "vwap")) -> Settings:
    """A session of 40 minutes."""
    return load_settings().with_session("09:30-10:10").with_levels(level_ids)


def swing(level: float, amplitude: float, period_windows: int) -> Callable[[int], float]:
    """A mid that swings around a level: from below, through it and back."""
    return lambda window: level + np.round(-2 * amplitude * np.cos(2 * np.pi * window / period_windows)) / 2


def put_silver_day(
    lake: Path,
    date: str,
    mid_of: Callable[[int], float],
    levels: Callable[[SessionTimes], Levels],
    *,
    marks: dict[int, int] | None = None,
    seed: int = 0,
    symbol: str = SYMBOL,
    keep_windows: int | None = None,
) -> SessionTimes:
    """Write flow, windows, path, bars and levels of a day; each window trades once, at its middle, at its mid.

    `mid_of` gives the mid in ticks (a whole or a half) of each window, counted from the lead-in's first; `marks` marks windows.
    `keep_windows` cuts the day off after so many windows.
    """
    times = session_times(date, short_settings())
    start_ns = np.arange(times.flow_start_ns, times.end_ns, WINDOW_NS)[:keep_windows]
    mids = np.array([mid_of(window) for window in range(len(start_ns))])
    _put_flow(lake, symbol, date, start_ns, mids, seed)
    _put_windows(lake, symbol, date, start_ns, mids, marks or {})
    trade_ts_ns, trade_ticks = start_ns + WINDOW_NS // 2, np.floor(mids).astype(np.int32)
    put_columns(lake, "trade_path", symbol, date, {"ts_recv_ns": trade_ts_ns, "price_ticks": trade_ticks})
    _put_candles(lake, symbol, date, trade_ts_ns, trade_ticks)
    rows = levels(times)
    columns = {
        "level_id": [level_id for level_id, _, _ in rows],
        "known_from_ns": [0 if price is None else known for _, known, price in rows],
        "price_ticks": [price for _, _, price in rows],
        "price_source": [None if price is None else "trades" for _, _, price in rows],
        "reason": ["not known that day" if price is None else None for _, _, price in rows],
    }
    put_columns(lake, "levels", symbol, date, columns)
    return times


def put_columns(lake: Path, table: str, symbol: str, date: str, columns: dict[str, Any]) -> None:
    """Write a silver table; columns that are not given are 0."""
    dataset = f"silver.future_mbo.{table}"
    schema = contract_of(dataset).schema
    rows = len(next(iter(columns.values())))
    whole = {field.name: columns.get(field.name, np.zeros(rows, np.int64)) for field in schema}
    arrays = [pa.array(whole[field.name]).cast(field.type) for field in schema]
    publish_partition(
        ref_in(lake, dataset, symbol, date),
        pa.Table.from_arrays(arrays, schema=schema),
        stage="test",
        inputs={},
        settings_sha256="settings",
        code_sha256="code",
        facts={"synthetic": True, "condition": "available"},
    )


def _put_flow(lake: Path, symbol: str, date: str, start_ns: NDArray[np.int64], mids: NDArray[np.float64], seed: int) -> None:
    rng, made_of = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    rows = []
    for start, mid in zip(start_ns, mids, strict=True):
        window = random_windows(rng, 1, int(mid), half_width=25)[0]
        window.sort(key=lambda row: (row["side"], row["price_ticks"]))
        rows += [row | _made_of(made_of, row["depth_end"], row["add"], int(start)) | {"window_start_ns": int(start)} for row in window]
    put_columns(lake, "book_flow_5s", symbol, date, {name: [row[name] for row in rows] for name in rows[0]})


def _made_of(rng: np.random.Generator, depth: int, add: int, start_ns: int) -> dict[str, int]:
    """Orders, big ones, age of what rests, and the part of what was added that is a refresh."""
    placed_ms = start_ns // 1_000_000 - int(rng.integers(0, 60_000))
    orders, big, refresh = int(rng.integers(1, 9)) * (depth > 0), int(rng.integers(0, depth + 1)), int(rng.integers(0, add + 1))
    return {"orders_end": orders, "big_end": big, "refresh": refresh, "age_sum": depth * placed_ms}


def _put_windows(lake: Path, symbol: str, date: str, start_ns: NDArray[np.int64], mids: NDArray[np.float64], marks: dict[int, int]) -> None:
    ones = np.ones(len(start_ns), np.int64)
    columns = {
        "window_start_ns": start_ns,
        "best_bid_ticks": np.floor(mids - 0.5).astype(np.int64),
        "best_ask_ticks": np.ceil(mids + 0.5).astype(np.int64),
        "best_bid_size": 30 * ones,
        "best_ask_size": 10 * ones,
        "best_bid_orders": 4 * ones,
        "best_ask_orders": 4 * ones,
        "marks": np.array([marks.get(window, 0) for window in range(len(start_ns))]),
    }
    put_columns(lake, "book_windows_5s", symbol, date, columns)


def _put_candles(lake: Path, symbol: str, date: str, trade_ts_ns: NDArray[np.int64], trade_ticks: NDArray[np.int32]) -> None:
    bar_start_ns = trade_ts_ns // (120 * NS_PER_S) * (120 * NS_PER_S)
    starts, first = np.unique(bar_start_ns, return_index=True)
    last = np.append(first[1:], len(trade_ts_ns)) - 1
    columns = {
        "bar_s": np.full(len(starts), 120),
        "bar_start_ns": starts,
        "open_ticks": trade_ticks[first],
        "close_ticks": trade_ticks[last],
    }
    put_columns(lake, "trade_bars", symbol, date, columns)
