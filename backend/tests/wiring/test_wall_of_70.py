"""The wall of 70 asks at 6794 that the first board did not name, cut out of the simulated day it stood on.

The day is 2025-10-10 of `spymaster simulate --start 2025-09-08 --days 25 --records 1000000 --seed 11 --signature 0.5 --outcome 0.35` with
the simulator of version 0.5.0: ESZ5 alone, its book at 09:40 New York as a snapshot, then every record to 10:00. Later simulators write
other days, so the records are kept. `usual.json` is fitted on the 20 sessions before: what stands, comes, is pulled and moved away by ticks
behind the touch, and the percentiles of w at the strikes within 10 points of the price.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.data_eng.core.tables import STRIKE_PHYSICS, WALLS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.settings import load_settings
from src.data_eng.sources.raw import collect, import_batch
from src.data_eng.stages.bronze.future_mbo.ingest_preview import IngestPreview
from src.data_eng.stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s
from src.data_eng.stages.silver.future_mbo.compute_strike_physics_5s import ComputeStrikePhysics5s
from src.data_eng.stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
from src.data_eng.stages.silver.future_mbo.compute_walls_5s import ComputeWalls5s
from tests.silver_day import put_columns
from tests.toys.lake import config

CUT = Path(__file__).with_name("wall_of_70")
SYMBOL, DAY, PAST = "ESZ5", "2025-10-10", "2025-10-09"
STRIKE_TICKS = 6794 * 4
BEYOND_REACH_W = 9.0
"""At strikes 16 points away, where no wall is looked for: it may not raise the marks."""
NEW_YORK = ZoneInfo("America/New_York")


def put_past(lake: Path) -> None:
    """One past session that holds the 20 sessions' means, and whose w has their percentiles where walls are looked for."""
    past: dict[str, list[float]] = json.loads((CUT / "usual.json").read_text())
    depth, offsets = past["depth"], len(past["depth"])
    columns: dict[str, Any] = {
        "part": ["offset"] * offsets,
        "position": range(offsets),
        "windows": [1.0] * offsets,
        "depth": depth,
        "inflow": past["inflow"],
        "pull_rest": [share * stands for share, stands in zip(past["pull"], depth, strict=True)],
        "away_rest": [share * stands for share, stands in zip(past["away"], depth, strict=True)],
        "squared_change": [None] * offsets,
    }
    put_columns(lake, "session_usual", SYMBOL, PAST, columns)
    w = [measured for percentile in past["w_percentiles"] for measured in (BEYOND_REACH_W, percentile, BEYOND_REACH_W)]
    windows = len(past["w_percentiles"])
    columns = {
        "window_start_ns": np.repeat(np.arange(windows), 3),
        "strike_ticks": [STRIKE_TICKS - 64, STRIKE_TICKS, STRIKE_TICKS + 64] * windows,
        "w_bid": w,
        "w_ask": w,
    }
    put_columns(lake, "strike_physics_5s", SYMBOL, PAST, columns)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cut taken through the stages, from DBN to walls."""
    lake, settings = tmp_path_factory.mktemp("lake"), load_settings().with_session("09:45-10:00")
    list(import_batch(collect([CUT / "glbx-mdp3-20251010.mbo.dbn.zst"]), lake, "ES"))
    put_past(lake)
    IngestPreview().build(ContractDay("ES", "ES", DAY), config(lake, settings), settings)
    unit = ContractDay("ES", SYMBOL, DAY, ((SYMBOL, PAST),))
    for stage in (ComputeBookFlow5s(), ComputeTouchPhysics5s(), ComputeStrikePhysics5s(), ComputeWalls5s()):
        stage.build(unit, config(lake, settings), settings)
    return lake


def at_the_strike(lake: Path, dataset: str) -> dict[str, dict[str, Any]]:
    """Rows of the strike by the New York time of the window's end."""
    table: pa.Table = read_table(ref_in(lake, dataset, SYMBOL, DAY))
    rows = table.filter(pc.equal(table["strike_ticks"], STRIKE_TICKS)).to_pylist()
    return {
        datetime.fromtimestamp(row["ts_ns"] // 10**9, UTC).astimezone(NEW_YORK).strftime("%H:%M:%S"): row
        for row in rows
        if row.get("side", "ask") == "ask"
    }


def test_what_rests_at_the_strike_is_what_the_whole_day_holds(lake: Path) -> None:
    """Read off the lake of the whole day: the snapshot at 09:40 gives the same book. Nothing of it trades."""
    strike = at_the_strike(lake, STRIKE_PHYSICS)
    ends = ["09:52:50", "09:52:55", "09:53:00", "09:53:05", "09:53:10", "09:53:15", "09:53:20", "09:53:25"]
    assert [strike[end]["depth_ask"] for end in ends] == [76, 76, 76, 75, 74, 70, 53, 24]
    assert [strike[end]["fill_ask"] for end in ends] == [0] * 8


def test_the_wall_is_named_until_it_is_pulled(lake: Path) -> None:
    """2.36 is the mark, the past's 98th percentile: w is 2.363 at 09:52:55 and 2.461 at 09:53:00, which makes it twice."""
    walls = {end: (row["event"], row["massive"], row["depth"]) for end, row in at_the_strike(lake, WALLS).items()}
    assert walls == {
        "09:53:00": ("appeared", False, 76),
        "09:53:05": ("stands", False, 75),
        "09:53:10": ("stands", False, 74),
        "09:53:15": ("stands", True, 70),
        "09:53:20": ("stands", False, 53),
        "09:53:25": ("pulled", False, 24),
    }


def test_what_is_gone_of_the_wall_was_withdrawn_and_not_traded(lake: Path) -> None:
    last = at_the_strike(lake, WALLS)["09:53:25"]
    assert (last["peak"] - last["depth"], last["eaten"]) == (52, 0)
