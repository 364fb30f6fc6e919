"""Bronze days and trade bars of a few trades, written into a temporary lake as the stages would write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from src.data_eng.contracts import contract_of
from src.data_eng.core.events import NO_TICK, SIDE_BID, TRADE
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.writer import publish_partition

S = 1_000_000_000
EVENTS, DAYS, BARS = "bronze.future_mbo.mbo", "bronze.future_mbo.mbo_days", "silver.future_mbo.trade_bars"
Trade = tuple[str, int, int]
"""New York time, tick, size; the time is one of the day's unless it has a date of its own."""


def at(date: str, clock: str) -> int:
    """ns UTC of a New York time; `clock` may bring its own date."""
    return (
        int(datetime.fromisoformat(clock if " " in clock else f"{date} {clock}").replace(tzinfo=ZoneInfo("America/New_York")).timestamp())
        * S
    )


def put_bronze_day(lake: Path, date: str, contracts: dict[str, list[Trade]], condition: str = "available", root: str = "ES") -> None:
    """A bronze day: the trades of each contract, and the list of its instruments, whose records begin with the first trade."""
    days = []
    for symbol, trades in contracts.items():
        rows = [
            {"ts_recv_ns": at(date, clock), "price_ticks": tick, "size": size, "action": TRADE, "side": SIDE_BID}
            for clock, tick, size in trades
        ]
        put(lake, EVENTS, symbol, date, rows, condition)
        times = sorted(row["ts_recv_ns"] for row in rows)
        volume = sum(size for _, _, size in trades)
        span = {"first_ts_ns": times[0], "last_ts_ns": times[-1]}
        days.append(
            {"raw_symbol": symbol, "kind": "outright", "kept": True, "records": len(rows), "trades": len(rows), "volume": volume, **span}
        )
    put(lake, DAYS, root, date, days, condition)


def put_trade_bars(lake: Path, symbol: str, date: str, trades: list[Trade]) -> None:
    """Bars of 1 s and 2 min of a day's trades."""
    rows = []
    for bar_s in (1, 120):
        bars: dict[int, list[tuple[int, int]]] = {}
        for clock, tick, size in trades:
            bars.setdefault(at(date, clock) // (bar_s * S) * (bar_s * S), []).append((tick, size))
        for start, own in sorted(bars.items()):
            ticks = [tick for tick, _ in own]
            prices = {"open_ticks": ticks[0], "high_ticks": max(ticks), "low_ticks": min(ticks), "close_ticks": ticks[-1]}
            sums = {"volume": sum(size for _, size in own), "notional_ticks": sum(tick * size for tick, size in own)}
            rows.append({"bar_s": bar_s, "bar_start_ns": start, **prices, **sums})
    put(lake, BARS, symbol, date, rows, "available")


def put(lake: Path, dataset: str, symbol: str, date: str, rows: list[dict[str, Any]], condition: str) -> None:
    """Write rows; columns that they do not name are zero, empty or no tick."""
    schema = contract_of(dataset).schema
    columns = {field.name: [row.get(field.name, _blank(field)) for row in rows] for field in schema}
    publish_partition(
        ref_in(lake, dataset, symbol, date),
        pa.Table.from_pydict(columns, schema=schema),
        stage="test",
        inputs={},
        settings_sha256="settings",
        code_sha256="code",
        facts={"synthetic": True, "condition": condition},
    )


def _blank(field: pa.Field) -> Any:
    if pa.types.is_fixed_size_list(field.type):
        return [0] * field.type.list_size
    if pa.types.is_list(field.type):
        return []
    if field.name.endswith("_ticks") and pa.types.is_integer(field.type):
        return NO_TICK
    if pa.types.is_string(field.type):
        return ""
    return False if pa.types.is_boolean(field.type) else 0
