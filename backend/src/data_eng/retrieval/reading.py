"""What the book does around a level at the end of one window: balance, conditions, strikes and walls, from gold and the walls of silver."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..core.physics.walls import WallEvent
from ..core.tables import PHYSICS_LADDER, PRESSURE_STREAM, WALLS
from ..core.units import NS_PER_S
from ..io import read_table
from ..lake.partitions import is_built, ref_in
from .parts import ConditionNow, Physics, StrikeNow, WallNow

LATELY_S = 60
"""For so long a wall that was pulled or eaten is still shown."""
WENT = (WallEvent.PULLED, WallEvent.EATEN)
CONDITIONS = 4
PRESSURE_COLUMNS = [
    "level_id",
    "ts_ns",
    "coming",
    "balance",
    "balance_level",
    "balance_held_s",
    "asks_give_times_usual",
    "bids_give_times_usual",
    "count_up",
    "count_down",
    *(f"condition_{number + 1}_{of}" for number in range(CONDITIONS) for of in ("times_usual", "contracts", "sign")),
]
LADDER_COLUMNS = ["ts_ns", "strike_ticks", *(name for name in StrikeNow.model_fields if name != "price")]
WALL_COLUMNS = ["ts_ns", "side", "strike_ticks", "event", "massive", "w", "depth", "peak"]
PHYSICS_TABLES = {PRESSURE_STREAM: PRESSURE_COLUMNS, PHYSICS_LADDER: LADDER_COLUMNS, WALLS: WALL_COLUMNS}
"""What `PhysicsTables` are read from, by table."""


class PhysicsTables(NamedTuple):
    """One contract-day's tables that a reading is taken from."""

    pressure: pa.Table
    ladder: pa.Table
    walls: pa.Table


def read_physics_tables(lake: Path, symbol: str, session_date: str) -> PhysicsTables | None:
    """None while one of them is not built."""
    refs = {dataset: ref_in(lake, dataset, symbol, session_date) for dataset in PHYSICS_TABLES}
    if not all(is_built(ref) for ref in refs.values()):
        return None
    return PhysicsTables(*(read_table(refs[dataset], columns) for dataset, columns in PHYSICS_TABLES.items()))


def physics_at(tables: PhysicsTables, level_id: str, ts_ns: int, tick: float) -> Physics | None:
    """What the book does at a level in the window that ends at `ts_ns`; None where the level was out of reach."""
    row = _at(tables.pressure.filter(pc.equal(tables.pressure["level_id"], level_id)), ts_ns)
    if not row:
        return None
    now = row[0]
    return Physics(
        **{name: now[name] for name in ("coming", "balance", "balance_level", "balance_held_s", "count_up", "count_down")},
        asks_give=now["asks_give_times_usual"],
        bids_give=now["bids_give_times_usual"],
        conditions=tuple(
            ConditionNow(**{name: now[f"condition_{number + 1}_{name}"] for name in ConditionNow.model_fields})
            for number in range(CONDITIONS)
        ),
        strikes=strikes_of(_at(tables.ladder, ts_ns), tick),
        walls=walls_at(tables.walls, ts_ns, tick),
    )


def strikes_of(rows: Iterable[dict[str, Any]], tick: float) -> tuple[StrikeNow, ...]:
    """Rows of the physics ladder as they are shown."""
    return tuple(StrikeNow(price=row["strike_ticks"] * tick, **{name: row[name] for name in LADDER_COLUMNS[2:]}) for row in rows)


def walls_at(walls: pa.Table, ts_ns: int, tick: float) -> tuple[WallNow, ...]:
    """The walls that stand at `ts_ns`, and those pulled or eaten within `LATELY_S` before it; by price."""
    recent = pc.and_(pc.less_equal(walls["ts_ns"], ts_ns), pc.greater(walls["ts_ns"], ts_ns - LATELY_S * NS_PER_S))
    rows = [row for row in walls.filter(recent).to_pylist() if row["event"] in WENT or _stands(row, ts_ns)]
    found = [
        WallNow(
            side=row["side"],
            price=row["strike_ticks"] * tick,
            event=row["event"],
            contracts=row["peak"] - row["depth"] if row["event"] in WENT else row["depth"],
            w=row["w"],
            massive=row["massive"],
            ago_s=(ts_ns - row["ts_ns"]) // NS_PER_S,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda wall: (wall.price, wall.side, wall.ago_s)))


def _stands(row: dict[str, Any], ts_ns: int) -> bool:
    return bool(row["ts_ns"] == ts_ns) and row["event"] != WallEvent.LEFT


def _at(table: pa.Table, ts_ns: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["ts_ns"], ts_ns)).to_pylist()
    return rows
