"""Flow and windows of a lake to usual, the physics from the touch, around levels and by strike, and walls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.data_eng.contracts import contract_of
from src.data_eng.core.physics.columns import frame_columns
from src.data_eng.core.session import SessionTimes
from src.data_eng.core.tables import LEVEL_PHYSICS, SESSION_USUAL, STRIKE_PHYSICS, TOUCH_PHYSICS, WALLS
from src.data_eng.core.units import NS_PER_S
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.stages.base import Stage
from src.data_eng.stages.silver.future_mbo.compute_level_physics_5s import ComputeLevelPhysics5s
from src.data_eng.stages.silver.future_mbo.compute_session_usual import ComputeSessionUsual
from src.data_eng.stages.silver.future_mbo.compute_strike_physics_5s import ComputeStrikePhysics5s
from src.data_eng.stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
from src.data_eng.stages.silver.future_mbo.compute_walls_5s import ComputeWalls5s
from tests.silver_day import SYMBOL, WINDOW_NS, Levels, put_silver_day, short_settings, swing
from tests.toys.lake import config

PAST, DATE = ("2025-10-14", "2025-10-15"), "2025-10-16"
UNIT = ContractDay("ES", SYMBOL, DATE, tuple((SYMBOL, day) for day in PAST))
PRICE = 27_000.0
LEAD_IN, COUNT = 360, 840
AFTER_USUAL: tuple[type[Stage], ...] = (ComputeTouchPhysics5s, ComputeStrikePhysics5s, ComputeWalls5s, ComputeLevelPhysics5s)


def levels(times: SessionTimes) -> Levels:
    """One price known at the session's start, the same known 20 minutes before, and one that is absent."""
    return [("pm_high", times.start_ns, PRICE), ("vwap", times.start_ns - 1200 * NS_PER_S, PRICE), ("pd_high", 0, None)]


def built(root: Path, past: tuple[str, ...] = PAST, keep_windows: int | None = None) -> Path:
    """A lake of past sessions and the day, with all of the physics."""
    for seed, day in enumerate((*past, DATE)):
        kept = keep_windows if day == DATE else None
        put_silver_day(root, day, swing(PRICE, 40, 200), levels, seed=seed, keep_windows=kept, marks={LEAD_IN + 50: 4})
    history = tuple((SYMBOL, day) for day in past)
    for at, day in enumerate((*past, DATE)):
        ComputeSessionUsual().build(ContractDay("ES", SYMBOL, day, history[:at]), config(root), short_settings())
    for stage in AFTER_USUAL:
        for at, day in enumerate((*past, DATE)):
            stage().build(ContractDay("ES", SYMBOL, day, history[:at]), config(root), short_settings())
    return root


def read(lake: Path, dataset: str) -> pa.Table:
    return read_table(ref_in(lake, dataset, SYMBOL, DATE))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("lake"))


@pytest.mark.parametrize("dataset", [SESSION_USUAL, TOUCH_PHYSICS, LEVEL_PHYSICS, STRIKE_PHYSICS, WALLS])
def test_the_tables_fit_their_contracts(lake: Path, dataset: str) -> None:
    table = read(lake, dataset)
    assert table.schema.equals(contract_of(dataset).schema)
    assert table.num_rows > 0


def test_the_manifest_names_the_sessions_that_usual_is_fitted_on(lake: Path) -> None:
    assert read_manifest(ref_in(lake, TOUCH_PHYSICS, SYMBOL, DATE)).facts["usual_sessions"] == list(PAST)
    assert read_manifest(ref_in(lake, TOUCH_PHYSICS, SYMBOL, PAST[0])).facts["usual_sessions"] == []


def test_a_second_build_finds_everything_current(lake: Path) -> None:
    stages: tuple[type[Stage], ...] = (ComputeSessionUsual, *AFTER_USUAL)
    for stage in stages:
        assert stage().build(UNIT, config(lake), short_settings()).status == "current"


def test_touch_rows_are_all_windows_and_null_where_the_book_is_not_sound(lake: Path) -> None:
    table = read(lake, TOUCH_PHYSICS)
    unsound = np.flatnonzero(pc.is_null(table["x_tilt_touch"]).to_numpy())
    assert table.num_rows == COUNT
    assert unsound.tolist() == [0, LEAD_IN + 50], "the first window has no touch to begin at, and one is marked"
    assert table["in_session"].to_numpy(zero_copy_only=False).sum() == COUNT - LEAD_IN
    assert set(table["barrier_ticks"].to_pylist()) >= {8}


def test_without_a_past_nothing_is_said_against_usual(lake: Path) -> None:
    table = read_table(ref_in(lake, TOUCH_PHYSICS, SYMBOL, PAST[0]))
    against_usual = [column.name for column in frame_columns("touch") if column.name.startswith(("g_", "x_", "s_"))]
    assert all(table[name].null_count == table.num_rows for name in against_usual)
    assert table["c_com_pull_ask_touch"].null_count < table.num_rows
    strikes = read_table(ref_in(lake, STRIKE_PHYSICS, SYMBOL, PAST[0]))
    assert strikes["value"].null_count == strikes["usual_bid"].null_count == strikes.num_rows


def test_a_level_known_late_has_the_rows_of_the_same_price_known_early(lake: Path) -> None:
    table = read(lake, LEVEL_PHYSICS)
    late, early = (table.filter(pc.equal(table["level_id"], level_id)) for level_id in ("pm_high", "vwap"))
    assert late["window_start_ns"][0].as_py() == read(lake, TOUCH_PHYSICS)["window_start_ns"][LEAD_IN].as_py()
    assert late.drop_columns("level_id").equals(early.drop_columns("level_id"))
    assert late.num_rows > 400


def test_cutting_the_day_off_changes_no_earlier_row(lake: Path, tmp_path: Path) -> None:
    kept = LEAD_IN + 200
    cut = built(tmp_path, keep_windows=kept)
    last_ns = read(cut, TOUCH_PHYSICS)["window_start_ns"].to_numpy().max()
    for dataset in (TOUCH_PHYSICS, LEVEL_PHYSICS, STRIKE_PHYSICS, WALLS):
        whole, part = read(lake, dataset), read(cut, dataset)
        earlier = whole.filter(pc.less_equal(whole["window_start_ns"], int(last_ns)))
        assert part.num_rows > 0
        assert earlier.equals(part), dataset


def test_strikes_hold_what_the_flow_holds(lake: Path) -> None:
    flow = read_table(ref_in(lake, "silver.future_mbo.book_flow_5s", SYMBOL, DATE)).to_pylist()
    windows = read_table(ref_in(lake, "silver.future_mbo.book_windows_5s", SYMBOL, DATE)).to_pylist()
    strikes = read(lake, STRIKE_PHYSICS).to_pylist()
    for at in (1, 333, 700):
        start, bid, ask = (windows[at][name] for name in ("window_start_ns", "best_bid_ticks", "best_ask_ticks"))
        rows = [row for row in strikes if row["window_start_ns"] == start]
        own = int((bid + ask) / 2) // 4 * 4
        assert [row["strike_ticks"] for row in rows] == list(range(own - 64, own + 65, 4))
        for row in rows:
            for code, side in enumerate(("bid", "ask")):
                held = [
                    entry
                    for entry in flow
                    if entry["window_start_ns"] == start and entry["side"] == code and entry["price_ticks"] // 4 * 4 == row["strike_ticks"]
                ]
                assert row[f"depth_{side}"] == sum(entry["depth_end"] for entry in held)
                assert row[f"fill_{side}"] == sum(entry["fill"] for entry in held)
                assert row[f"orders_{side}"] == sum(entry["orders_end"] for entry in held)
                assert row[f"big_{side}"] == sum(entry["big_end"] for entry in held)
                assert row[f"refresh_{side}"] == sum(entry["refresh"] for entry in held)
                ages_ms = sum(entry["depth_end"] * (start + WINDOW_NS) // 1_000_000 - entry["age_sum"] for entry in held)
                depth = row[f"depth_{side}"]
                assert row[f"age_{side}_s"] == (pytest.approx(ages_ms / depth / 1000, rel=1e-6) if depth else None)
            assert row["whole_bid"] == (row["strike_ticks"] + 3 <= bid)
            assert row["whole_ask"] == (row["strike_ticks"] >= ask)
            if row["strike_ticks"] > bid:
                assert row["s_stock_bid"] == 0
                assert row["w_bid"] is None


def test_a_wall_keeps_what_it_is_made_of(lake: Path) -> None:
    strikes = {(row["window_start_ns"], row["strike_ticks"]): row for row in read(lake, STRIKE_PHYSICS).to_pylist()}
    refreshed = 0
    for wall in read(lake, WALLS).to_pylist():
        strike, side = strikes[wall["window_start_ns"], wall["strike_ticks"]], wall["side"]
        assert (wall["orders"], wall["age_s"]) == (strike[f"orders_{side}"], strike[f"age_{side}_s"])
        assert (
            wall["big_share"] == pytest.approx(strike[f"big_{side}"] / wall["depth"], rel=1e-6)
            if wall["depth"]
            else wall["big_share"] is None
        )
        refreshed = 0 if wall["event"] == "appeared" else wall["refreshed"]
        assert wall["refreshed"] >= refreshed
    assert any(wall["big_share"] for wall in read(lake, WALLS).to_pylist())


def test_the_ladders_value_is_the_mean_lead_of_a_minute(lake: Path) -> None:
    table = read(lake, STRIKE_PHYSICS)
    lead = table["s_stock_bid"].to_numpy() - table["s_stock_ask"].to_numpy()
    starts_ns = table["window_start_ns"].to_numpy()
    checked = 0
    for row in range(0, table.num_rows, 997):
        same = table["strike_ticks"].to_numpy() == table["strike_ticks"][row].as_py()
        minute = same & (starts_ns <= starts_ns[row]) & (starts_ns > starts_ns[row] - 60 * NS_PER_S)
        if minute.sum() == 12:
            assert table["value"][row].as_py() == pytest.approx(float(lead[minute].mean()), abs=1e-5)
            checked += 1
    assert checked > 10
