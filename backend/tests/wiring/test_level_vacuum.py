"""Flow, windows and levels of a lake to the table of features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.contracts import contract_of
from src.data_eng.core.features import feature_names
from src.data_eng.core.session import SessionTimes
from src.data_eng.core.tables import LEVEL_VACUUM
from src.data_eng.core.units import NS_PER_S
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.stages.silver.future_mbo.compute_level_vacuum_5s import ComputeLevelVacuum5s
from tests.parity.naive_features import naive_features, naive_motion
from tests.silver_day import SYMBOL, WINDOW_NS, Levels, put_silver_day, short_settings, swing
from tests.toys.lake import config

DATE = "2025-10-16"
UNIT = ContractDay("ES", SYMBOL, DATE)
PM_HIGH = 27_000.0
LEAD_IN = 360


def levels(times: SessionTimes) -> Levels:
    """A static level, one that moves at 09:40, one that is absent and one that price never comes near."""
    return [
        ("pm_high", times.start_ns, PM_HIGH),
        ("vwap", times.start_ns + 7, PM_HIGH - 1.25),
        ("vwap", times.start_ns + 600 * NS_PER_S, PM_HIGH + 30),
        ("pd_high", 0, None),
        ("on_low", times.start_ns, PM_HIGH - 500),
    ]


def build(lake: Path) -> pa.Table:
    ComputeLevelVacuum5s().build(UNIT, config(lake), short_settings())
    return read_table(ref_in(lake, LEVEL_VACUUM, SYMBOL, DATE))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lake")
    put_silver_day(root, DATE, swing(PM_HIGH, 40, 200), levels, marks={LEAD_IN + 50: 4})
    return root


@pytest.fixture(scope="module")
def table(lake: Path) -> pa.Table:
    return build(lake)


def test_columns_are_the_keys_and_every_feature_in_order(table: pa.Table) -> None:
    assert table.column_names[7:] == list(feature_names())
    assert table.schema.equals(contract_of(LEVEL_VACUUM).schema)


def test_rows_are_the_sessions_usable_windows_with_a_known_level(lake: Path, table: pa.Table) -> None:
    start_ns = read_table(ref_in(lake, "silver.future_mbo.book_windows_5s", SYMBOL, DATE))["window_start_ns"].to_numpy()
    expected = np.delete(start_ns[LEAD_IN:], 50)
    of_level = {level_id: table.filter(pa.compute.equal(table["level_id"], level_id)) for level_id in ("pm_high", "vwap")}
    assert np.array_equal(of_level["pm_high"]["window_start_ns"].to_numpy(), expected)
    assert np.array_equal(of_level["vwap"]["window_start_ns"].to_numpy(), expected[1:]), "known 7 ns after the first window began"
    assert table["level_id"].unique().to_pylist() == ["pm_high", "vwap"], "an absent level and one out of reach have no rows"
    assert np.array_equal(table["ts_ns"].to_numpy() - table["window_start_ns"].to_numpy(), np.full(len(table), WINDOW_NS))


def test_a_moving_level_is_the_price_in_force_at_the_windows_start(table: pa.Table) -> None:
    vwap = table.filter(pa.compute.equal(table["level_id"], "vwap"))
    changed = np.flatnonzero(np.diff(vwap["level_ticks"].to_numpy()))
    assert vwap["level_ticks"].to_numpy()[[0, -1]].tolist() == [PM_HIGH - 1.25, PM_HIGH + 30]
    assert len(changed) == 1


def test_levels_within_two_ticks_are_counted_as_confluent(table: pa.Table) -> None:
    pm_high = table.filter(pa.compute.equal(table["level_id"], "pm_high"))["confluent"].to_numpy()
    assert pm_high[:119].tolist() == [0] + [1] * 118, "vwap is a tick and a quarter away until 09:40, minus the marked window"
    assert not pm_high[119:].any()


def test_every_number_equals_the_naive_one(lake: Path, table: pa.Table) -> None:
    flow = read_table(ref_in(lake, "silver.future_mbo.book_flow_5s", SYMBOL, DATE)).to_pylist()
    windows = read_table(ref_in(lake, "silver.future_mbo.book_windows_5s", SYMBOL, DATE)).to_pylist()
    mids = [None if row["marks"] else (row["best_bid_ticks"] + row["best_ask_ticks"]) / 2 for row in windows]
    starts = [row["window_start_ns"] for row in windows]
    known = [PM_HIGH if start >= starts[LEAD_IN] else None for start in starts]
    motion = dict(zip(starts, naive_motion(mids, known, 5, 5), strict=True))
    best = {"bid_contracts": 30, "ask_contracts": 10, "bid_orders": 4, "ask_orders": 4}
    rows = table.filter(pa.compute.equal(table["level_id"], "pm_high")).to_pylist()
    for row in rows[::40]:
        start = row["window_start_ns"]
        expected = naive_features([entry for entry in flow if entry["window_start_ns"] == start], int(PM_HIGH), best, motion[start])
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-5, abs=1e-5, nan_ok=True)


def test_velocity_is_nan_only_after_the_marked_window(table: pa.Table) -> None:
    pm_high = table.filter(pa.compute.equal(table["level_id"], "pm_high"))
    assert np.flatnonzero(np.isnan(pm_high["k_velocity_ticks"].to_numpy())).tolist() == [50]
    assert np.flatnonzero(np.isnan(pm_high["k_acceleration_ticks"].to_numpy())).tolist() == [50, 51]


def test_the_result_inherits_synthetic_and_is_current_the_second_time(lake: Path, table: pa.Table) -> None:
    assert read_manifest(ref_in(lake, LEVEL_VACUUM, SYMBOL, DATE)).facts["synthetic"] is True
    assert ComputeLevelVacuum5s().build(UNIT, config(lake), short_settings()).status == "current"


def test_a_day_without_windows_or_levels_gives_an_empty_table(tmp_path: Path) -> None:
    put_silver_day(tmp_path, DATE, lambda _: PM_HIGH, lambda _: [("pm_high", 0, None)], keep_windows=30)
    assert build(tmp_path).num_rows == 0
