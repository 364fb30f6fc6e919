"""A contract-day of walls and pressure, written by hand: which windows there are, where the mid was, and what stood and gave way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from src.data_eng.contracts import contract_of
from src.data_eng.core.session import moment_ns
from src.data_eng.core.tables import LEVELS_TABLE, PRESSURE_STREAM, TOUCH_PHYSICS, WALLS
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.writer import publish_partition

DATE, SYMBOL, S = "2025-10-16", "ESZ5", 1_000_000_000
MARKS = {"appear_at": 1.5, "massive_at": 2.0}


def at_ns(clock: str) -> int:
    """ns UTC of a New York time of the day."""
    return moment_ns(f"{DATE} {clock}")


def window(clock: str) -> dict[str, Any]:
    """The keys of the window that ends then."""
    return {"ts_ns": at_ns(clock), "window_start_ns": at_ns(clock) - 5 * S}


def wall(clock: str, side: str, points: int, event: str, since: str, **more: Any) -> dict[str, Any]:
    """One row of walls_5s."""
    life = {"side": side, "strike_ticks": 4 * points, "event": event, "since_ns": at_ns(since)}
    return {
        **window(clock),
        **life,
        "w": 1.8,
        "depth": 60,
        "peak": 60,
        "massive": False,
        "orders": 12,
        "big_share": 0.5,
        "age_s": 40.0,
    } | more


def pressure(clock: str, level_id: str, distance_ticks: float, balance: str = "even", **more: Any) -> dict[str, Any]:
    """One row of the pressure stream."""
    return {**window(clock), "level_id": level_id, "distance_ticks": distance_ticks, "balance": balance, "balance_held_s": 5} | more


def write(lake: Path, dataset: str, rows: list[dict[str, Any]], synthetic: bool = True, **facts: Any) -> None:
    """A partition of the day; what a row does not name is null, or nothing."""
    schema = contract_of(dataset).schema
    columns = {field.name: pa.array([row.get(field.name, _nothing(field)) for row in rows], field.type) for field in schema}
    publish_partition(
        ref_in(lake, dataset, SYMBOL, DATE),
        pa.table(columns, schema=schema),
        stage="test",
        inputs={},
        settings_sha256="0",
        code_sha256="0",
        facts={"synthetic": synthetic, "condition": "available", **facts},
    )


def write_day(
    lake: Path,
    mids: Mapping[str, float | None],
    walls: list[dict[str, Any]],
    stream: list[dict[str, Any]],
    until: str = "16:00:00",
    synthetic: bool = True,
) -> Path:
    """The day with the windows of `mids` (end of each: mid in points), as a lake built at `until` would have it."""
    touch = [{**window(clock), "mid_ticks": None if points is None else 4 * points} for clock, points in mids.items()]
    for dataset, rows, facts in ((TOUCH_PHYSICS, touch, {}), (WALLS, walls, MARKS), (PRESSURE_STREAM, stream, {})):
        write(lake, dataset, [row for row in rows if row["ts_ns"] <= at_ns(until)], synthetic, **facts)
    write(lake, LEVELS_TABLE, [{"level_id": "pm_high", "known_from_ns": at_ns("09:30:00"), "price_ticks": 27200.0}], synthetic)
    return lake


def _nothing(field: pa.Field) -> Any:
    if field.nullable:
        return None
    if pa.types.is_string(field.type):
        return ""
    return False if pa.types.is_boolean(field.type) else 0
