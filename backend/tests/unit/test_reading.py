"""What is read of the book at one moment: the window's rows, walls that stand or went within the minute, and nothing later."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.data_eng.core.units import NS_PER_S
from src.data_eng.lake.partitions import ref_in, remove_partition
from src.data_eng.retrieval.reading import WALL_COLUMNS, PhysicsTables, physics_at, read_physics_tables, walls_at
from tests.trigger_lake import KEY, SYMBOL, session_dates, trigger_times_ns, write_physics

(DATE,) = session_dates(1)
TICK = 0.25


def walls(*rows: tuple[int, str, int, str, int, int]) -> pa.Table:
    """Rows of (second, side, strike in points, event, depth, peak)."""
    columns = zip(*rows, strict=True)
    second, side, strike, event, depth, peak = (list(column) for column in columns)
    return pa.table(
        {
            "ts_ns": [at * NS_PER_S for at in second],
            "side": side,
            "strike_ticks": [points * 4 for points in strike],
            "event": event,
            "massive": [False] * len(rows),
            "w": pa.array([2.0] * len(rows)),
            "depth": depth,
            "peak": peak,
        }
    ).select(WALL_COLUMNS)


def test_a_wall_that_stands_is_of_the_window_itself_and_one_that_went_of_the_last_minute() -> None:
    table = walls(
        (95, "ask", 6802, "stands", 240, 240),
        (100, "ask", 6802, "grew", 400, 400),
        (100, "bid", 6790, "left", 300, 300),
        (95, "bid", 6792, "stands", 300, 300),  # no row at 100: it is no longer a wall
        (40, "ask", 6794, "pulled", 20, 90),  # a minute old: no longer named
        (45, "ask", 6795, "pulled", 20, 90),
        (100, "bid", 6796, "eaten", 10, 50),
        (105, "ask", 6803, "appeared", 500, 500),  # later
    )
    found = [(wall.price, wall.event, wall.contracts, wall.ago_s) for wall in walls_at(table, 100 * NS_PER_S, TICK)]
    assert found == [(6795.0, "pulled", 70, 55), (6796.0, "eaten", 40, 0), (6802.0, "grew", 400, 0)]


def test_nothing_that_ends_later_is_read(tmp_path: Path) -> None:
    write_physics(tmp_path, DATE)
    tables = read_physics_tables(tmp_path, SYMBOL, DATE)
    assert tables is not None
    now_ns = int(trigger_times_ns(DATE)[1, 2])
    cut = PhysicsTables(*(table.filter(pc.less_equal(table["ts_ns"], now_ns)) for table in tables))
    whole = physics_at(tables, KEY.level_id, now_ns, TICK)
    assert whole is not None
    assert physics_at(cut, KEY.level_id, now_ns, TICK) == whole
    assert [condition.contracts for condition in whole.conditions] == [100.0, 200.0, 300.0, 400.0]
    assert len(whole.strikes) == 9


def test_a_level_that_is_out_of_reach_has_no_reading(tmp_path: Path) -> None:
    write_physics(tmp_path, DATE)
    tables = read_physics_tables(tmp_path, SYMBOL, DATE)
    assert tables is not None
    assert physics_at(tables, KEY.level_id, int(trigger_times_ns(DATE)[0, 0]) - 5 * NS_PER_S, TICK) is None
    assert physics_at(tables, "pd_low", int(trigger_times_ns(DATE)[0, 0]), TICK) is None


@pytest.mark.parametrize(
    "missing", ["gold.future_mbo.mbo_pressure_stream", "gold.future_mbo.mbo_physics_ladder", "silver.future_mbo.walls_5s"]
)
def test_without_one_of_the_tables_there_is_no_reading(tmp_path: Path, missing: str) -> None:
    write_physics(tmp_path, DATE)
    remove_partition(ref_in(tmp_path, missing, SYMBOL, DATE))
    assert read_physics_tables(tmp_path, SYMBOL, DATE) is None
