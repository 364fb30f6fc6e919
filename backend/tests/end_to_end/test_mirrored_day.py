"""A simulated day and its mirror image taken through silver: what one says of the bids, the other says of the asks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from rich.console import Console

from src.data_eng.config import AppConfig, Environment
from src.data_eng.core.tables import LEVEL_PHYSICS, LEVELS_TABLE, STRIKE_PHYSICS, TOUCH_PHYSICS, WALLS
from src.data_eng.engines.crew import BuildRequest
from src.data_eng.engines.crew import run as build
from src.data_eng.lake.partitions import list_partitions
from src.data_eng.settings import load_settings
from src.data_eng.simulation.contracts import ROOT
from src.data_eng.simulation.sessions import Simulation
from src.data_eng.simulation.simulate import simulate
from src.data_eng.sources.raw import collect, import_batch
from tests.mirrored_lake import both_days, check_mirrored, in_step, measured_in, put_mirrored
from tests.real_stages import run_stage

pytestmark = pytest.mark.slow

START, LAST, SYMBOL = "2025-09-30", "2025-10-02", "ESZ5"
ABOUT = 53_603
"""c: 3 modulo 4, and near twice the price."""
PHYSICS = ("compute_session_usual", "compute_touch_physics_5s", "compute_strike_physics_5s", "compute_walls_5s", "compute_level_physics_5s")
WITHIN_TICKS = 60
"""Of a level: farther away its zones, which are 20 ticks deep at a barrier of 8, may reach beyond the tape's 100."""


class TwoLakes(NamedTuple):
    straight: Path
    mirrored: Path
    date: str


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> TwoLakes:
    folder, settings = tmp_path_factory.mktemp("straight"), load_settings()
    for _ in simulate(Simulation(START, 3, 150_000, 5, 0.5, 0.35, False, None, None, None), folder / "batch", settings, workers=1):
        pass
    straight, mirrored = folder / "lake", tmp_path_factory.mktemp("mirrored")
    list(import_batch(collect([folder / "batch"]), straight))
    cfg = AppConfig(straight, settings, Environment(straight), settings.levels.default)
    for layer, stage in (("bronze", None), ("silver", "compute_book_flow_5s"), ("silver", "compute_levels")):
        assert build(BuildRequest(cfg, "future_mbo", layer, ROOT, START, LAST, workers=1, stage=stage), Console(quiet=True)) == 0
    dates = tuple(ref.date for ref in list_partitions(straight, LEVELS_TABLE) if ref.symbol == SYMBOL)
    for date in dates:
        put_mirrored(straight, mirrored, SYMBOL, date, ABOUT)
    for lake in (straight, mirrored):
        for stage in PHYSICS:
            run_stage(stage, lake, dates, settings)
    return TwoLakes(straight, mirrored, dates[-1])


def of_day(lakes: TwoLakes, dataset: str) -> tuple[pa.Table, pa.Table]:
    return both_days(lakes.straight, lakes.mirrored, dataset, SYMBOL, lakes.date, ABOUT)


def test_the_touch_has_its_sides_swapped_and_its_tilt_negated(lakes: TwoLakes) -> None:
    straight, mirrored = of_day(lakes, TOUCH_PHYSICS)
    tilts = straight["x_tilt_touch_15s"]
    assert pc.max(tilts).as_py() > 0.5 and pc.min(tilts).as_py() < -0.5
    assert straight["mid_ticks"].equals(pc.subtract(float(ABOUT), mirrored["mid_ticks"]))
    check_mirrored(straight, mirrored, measured_in(straight, "mid_ticks"))


def test_every_level_has_its_sides_swapped_as_long_as_the_tape_has_held_its_zones(lakes: TwoLakes) -> None:
    """The tape's middle is rounded down, so that it ends a tick farther out on one side; sums of 15 s remember for good what lay there."""
    straight, mirrored = of_day(lakes, LEVEL_PHYSICS)
    assert straight.select(["level_id", "window_start_ns"]).equals(mirrored.select(["level_id", "window_start_ns"]))
    assert straight["level_ticks"].equals(pc.subtract(float(ABOUT), mirrored["level_ticks"]))
    mids = of_day(lakes, TOUCH_PHYSICS)[0]
    held = np.zeros(straight.num_rows, np.bool_)
    for level_id in pc.unique(straight["level_id"]):
        rows = np.flatnonzero(pc.equal(straight["level_id"], level_id))
        first = straight.take(rows[:1])
        lead_in = mids.filter(pc.less(mids["window_start_ns"], first["window_start_ns"][0]))["mid_ticks"].drop_null()
        before = pc.max(pc.abs(pc.subtract(lead_in, first["level_ticks"][0]))).as_py()
        distance = np.abs(straight["distance_ticks"].to_numpy()[rows])
        held[rows] = np.maximum(np.maximum.accumulate(distance), before) <= WITHIN_TICKS
    for side, other in (("bid", "ask"), ("ask", "bid")):
        ages = (table[f"w_age_{name}_level"].to_numpy() for table, name in ((straight, side), (mirrored, other)))
        here, there = (np.nan_to_num(age, nan=-1.0) for age in ages)
        assert (here == there).mean() > 0.99, "a wall at the end of the reach may appear a window later in the one"
        held &= here == there
    assert held.sum() > 1_000
    check_mirrored(straight.filter(held), mirrored.filter(held), measured_in(straight, "level_id", "level_ticks"))


def test_every_strike_has_its_sides_swapped_and_its_value_negated(lakes: TwoLakes) -> None:
    """The price's own strike is rounded down, so that one strike at the end of the reach may have no image."""
    straight, mirrored = of_day(lakes, STRIKE_PHYSICS)
    both = in_step(straight, mirrored, ["window_start_ns", "strike_ticks"])
    assert both[0].num_rows == both[1].num_rows > 0.95 * straight.num_rows
    assert pc.max(pc.abs(straight["value"])).as_py() > 0.5
    check_mirrored(*both, measured_in(straight, "strike_ticks"))


def test_every_wall_stands_on_the_other_side_with_the_same_event(lakes: TwoLakes) -> None:
    """Of a price between two strikes the lower is its own, so that a wall at the end of the reach may appear a window later in the one."""
    straight, mirrored = of_day(lakes, WALLS)
    keys = ["window_start_ns", "side", "strike_ticks", "event", "since_ns"]
    both = in_step(straight, mirrored, keys)
    assert both[0].num_rows == both[1].num_rows > 0.9 * max(straight.num_rows, mirrored.num_rows)
    assert both[0].num_rows > 100
    check_mirrored(*both, measured_in(straight, *keys))
