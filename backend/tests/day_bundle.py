"""A small contract-day as the server holds it, without a lake: four windows, two levels, whatever a test changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from src.data_eng.serve.day.arrow import KnownTable
from src.data_eng.serve.day.bundle import NO_CONDITIONS, DayBundle
from src.data_eng.serve.day.moments import Moments
from src.data_eng.serve.day.tables import LADDER_COUNTS, LevelRows, levels_table
from src.data_eng.settings import load_settings

SETTINGS = load_settings()
START, END = 1_760_621_400, 1_760_621_420
"""09:30 New York on 2025-10-16, and four windows later."""
ENDS = (START + 5, START + 10, START + 15, START + 20)
MOMENTS = Moments(START, END, START - 120, START - 50_000, START - 20_000, START)
DATE, SYMBOL, VERSION = "2025-10-16", "ESZ5", "0123456789abcdef"


def rows_known(known_s: Sequence[int], prices: Sequence[float], reason: str | None = None) -> LevelRows:
    return LevelRows(np.array(known_s, np.int64), np.array(prices, np.float64), reason)


def some_levels() -> dict[str, LevelRows]:
    """One known before the open, one that moves twice within the session."""
    return {"pm_high": rows_known([START - 10], [400.0]), "vwap": rows_known([ENDS[0], ENDS[2]], [398.5, 399.25])}


def known(table: pa.Table, ends: Sequence[int] = ENDS) -> KnownTable:
    return KnownTable(table, np.array(ends, np.int64))


def windows(ends: Sequence[int] = ENDS) -> KnownTable:
    starts = pa.array([end - 5 for end in ends], pa.uint32())
    return known(pa.table({"start_s": starts, "bid_ticks": pa.array(range(len(ends)), pa.int32())}), ends)


def heat(ends: Sequence[int] = ENDS) -> KnownTable:
    rows = pa.array([[end % 60_000] * 97 for end in ends], pa.list_(pa.uint16(), 97))
    return known(pa.table({"start_s": [end - 5 for end in ends], "base_ticks": [352] * len(ends), "heat": rows}), ends)


def trades() -> KnownTable:
    """Two in the first window, one in the last."""
    starts = [ENDS[0] - 5, ENDS[0] - 5, ENDS[3] - 5]
    return known(
        pa.table({"start_s": starts, "price_ticks": [398, 399, 400], "buys": [0, 3, 7], "sells": [5, 0, 1]}), [ENDS[0], ENDS[0], END]
    )


def walls() -> KnownTable:
    """One that appears in the first window and is pulled in the second."""
    columns = {"side": [1, 1], "strike_ticks": [404, 404], "event": [1, 3], "massive": [0, 0], "times": [2.5, None], "depth": [78, 21]}
    counts = {"peak": [78, 78], "eaten": [0, 4], "since_s": [ENDS[0] - 5] * 2}
    return known(pa.table({"start_s": [ENDS[0] - 5, ENDS[1] - 5], **columns, **counts}), ENDS[:2])


def events() -> KnownTable:
    """One at the open, one within the second window, two at its end."""
    at_s = [START, ENDS[0] + 1, ENDS[1], ENDS[1]]
    level_ids = ["pm_high", "vwap", "pm_high", None]
    texts = ["PM High 100.00 known", "first test from below", "FIRE: break up", "57 of 78 asks at 101 pulled"]
    return known(pa.table({"at_s": at_s, "level_id": level_ids, "kind": [0, 2, 4, 6], "text": texts}), at_s)


def ladder(ends: Sequence[int] = ENDS) -> KnownTable:
    counts = {name: [[place, end - START] for end in ends] for place, name in enumerate(LADDER_COUNTS)}
    return known(pa.table({"start_s": [end - 5 for end in ends], "base_strike_ticks": [380] * len(ends), **counts}), ends)


def conditions(number: float, ends: Sequence[int] = ENDS) -> KnownTable:
    """One level's rows, all figures of which tell its number."""
    count = len(ends)
    columns: dict[str, Any] = {name: [number] * count for name in NO_CONDITIONS.column_names}
    columns |= {
        "start_s": [end - 5 for end in ends],
        "state": [2] * count,
        "balance": [1] * count,
        "touches": [int(number)] * count,
        "near_s": [9] * count,
    }
    schema = NO_CONDITIONS.schema
    return known(pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names}), ends)


def a_day(lake: Path = Path("lake"), **changes: Any) -> DayBundle:
    levels = changes.get("levels", some_levels())
    held: dict[str, Any] = {
        "lake": lake,
        "symbol": SYMBOL,
        "root": "ES",
        "session_date": DATE,
        "version": VERSION,
        "synthetic": True,
        "moments": MOMENTS,
        "settings": SETTINGS,
        "opening_range_s": 900,
        "half_day": False,
        "tables": {
            "windows": windows(),
            "heat": heat(),
            "trades": trades(),
            "walls": walls(),
            "levels": levels_table(levels),
            "ladder": ladder(),
            "events": events(),
        },
        "conditions": {level_id: conditions(float(place)) for place, level_id in enumerate(levels)},
        "levels": levels,
        "triggers": None,
        "physics": None,
        "approach": None,
        "mids": None,
        "thin_ns": {},
        "absent": (),
        "sha256": {},
    }
    return DayBundle(**(held | changes))
