"""The physics of the real evening of 2023-12-25, whose first half hour is the past of its second."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.tables import PHYSICS_LADDER, SESSION_USUAL, STRIKE_PHYSICS, TOUCH_PHYSICS, WALLS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.raw import collect, import_batch
from tests.mirrored_lake import both_days, check_mirrored, in_step, measured_in, put_mirrored
from tests.physics_lake import turns, winner_pairs
from tests.real_stages import STAGES
from tests.samples import sample
from tests.silver_day import put_columns
from tests.toys.lake import config

pytestmark = pytest.mark.slow

FILE, SYMBOL, DAY, PAST = "glbx/esh4-20231225.mbo.dbn.zst", "ESH4", "2023-12-25", "2023-12-22"
FIRST_HALF, SECOND_HALF = "18:00-18:30", "18:30-19:00"
ABOUT = 38_443
"""3 modulo 4, and near twice the price."""
PHYSICS = ("compute_session_usual", "compute_touch_physics_5s", "compute_strike_physics_5s", "compute_walls_5s")
BATCH_WINDOWS = 36
"""Three minutes: many half-lives of the tilt, so that the means of batches hardly know one another."""


class Evening(NamedTuple):
    straight: Path
    mirrored: Path


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    file = sample(FILE)
    first, straight, mirrored = (tmp_path_factory.mktemp(name) for name in ("first", "straight", "mirrored"))
    for lake, session in ((first, FIRST_HALF), (straight, SECOND_HALF)):
        settings = of_session(session)
        list(import_batch(collect([file]), lake))
        build("ingest_preview", lake, settings, "ES")
        for stage in ("compute_book_flow_5s", "compute_levels"):
            build(stage, lake, settings)
    build("compute_session_usual", first, of_session(FIRST_HALF))
    lend(first, first, SESSION_USUAL)
    for stage in PHYSICS[1:3]:
        build(stage, first, of_session(FIRST_HALF))
    put_mirrored(straight, mirrored, SYMBOL, DAY, ABOUT)
    for lake in (straight, mirrored):
        for table in (SESSION_USUAL, TOUCH_PHYSICS, STRIKE_PHYSICS):
            lend(first, lake, table)
        for stage in PHYSICS:
            build(stage, lake, of_session(SECOND_HALF))
    build("build_physics_ladder", straight, of_session(SECOND_HALF))
    return Evening(straight, mirrored)


def of_session(session: str) -> Settings:
    return load_settings().with_session(session).with_levels(("vwap", "round_25"))


def build(stage: str, lake: Path, settings: Settings, symbol: str = SYMBOL) -> None:
    STAGES[stage].build(ContractDay("ES", symbol, DAY, ((SYMBOL, PAST),)), config(lake, settings), settings)


def lend(first: Path, lake: Path, dataset: str) -> None:
    """Give the first half hour's table to a lake as that of a session before."""
    table = read_table(ref_in(first, dataset, SYMBOL, DAY))
    put_columns(
        lake, dataset.rsplit(".", maxsplit=1)[-1], SYMBOL, PAST, {name: table[name].combine_chunks() for name in table.column_names}
    )


def of_evening(evening: Evening, dataset: str) -> tuple[pa.Table, pa.Table]:
    return both_days(evening.straight, evening.mirrored, dataset, SYMBOL, DAY, ABOUT)


def test_the_mirrored_evening_has_its_sides_swapped_and_its_tilt_negated(evening: Evening) -> None:
    touch = of_evening(evening, TOUCH_PHYSICS)
    check_mirrored(*touch, measured_in(touch[0], "mid_ticks"))
    strikes = in_step(*of_evening(evening, STRIKE_PHYSICS), ["window_start_ns", "strike_ticks"])
    assert strikes[0].num_rows > 20_000
    check_mirrored(*strikes, measured_in(strikes[0], "strike_ticks"))


def test_every_wall_of_the_mirrored_evening_stands_on_the_other_side(evening: Evening) -> None:
    keys = ["window_start_ns", "side", "strike_ticks", "event"]
    straight, mirrored = of_evening(evening, WALLS)
    walls = in_step(straight, mirrored, keys)
    assert walls[0].num_rows == straight.num_rows == mirrored.num_rows > 0
    check_mirrored(*walls, measured_in(straight, *keys))


def test_the_tilt_of_the_evening_is_even_within_two_standard_errors(evening: Evening) -> None:
    # Measured +.048, standard error .073 of ten batches: a tenth of its standard deviation.
    table = read_table(ref_in(evening.straight, TOUCH_PHYSICS, SYMBOL, DAY))
    tilt = table.filter(table["in_session"])["x_tilt_touch_15s"].drop_null().to_numpy()
    batches = np.array([batch.mean() for batch in np.array_split(tilt, len(tilt) // BATCH_WINDOWS)])
    assert len(batches) == 10
    assert abs(tilt.mean()) <= 2 * batches.std(ddof=1) / len(batches) ** 0.5


def test_no_strike_of_the_evening_names_the_other_side_half_a_minute_later(evening: Evening) -> None:
    # Measured .001 the opposite and .965 the same, of 1,756.
    found = turns(winner_pairs(read_table(ref_in(evening.straight, PHYSICS_LADDER, SYMBOL, DAY))))
    assert found.named > 1_000
    assert found.opposite <= 0.02
    assert found.same >= 0.65


def test_walls_of_the_evening_are_few_and_of_two_kinds(evening: Evening) -> None:
    """Three walls of bids appear in the half hour, two of them are pulled; none is eaten, and no ask stands out."""
    walls = read_table(ref_in(evening.straight, WALLS, SYMBOL, DAY))
    counted = Counter(zip(walls["side"].to_pylist(), walls["event"].to_pylist(), strict=True))
    assert counted == {("bid", "appeared"): 3, ("bid", "pulled"): 2, ("bid", "stands"): 657}
