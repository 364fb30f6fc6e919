"""Silver to triggers: episodes, vectors and labels of a day that swings through its level."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from src.data_eng.contracts import contract_of
from src.data_eng.core.features import feature_names
from src.data_eng.core.features.blocks import vector_layout
from src.data_eng.core.frame import frame_dims
from src.data_eng.core.session import SessionTimes
from src.data_eng.core.tables import LEVEL_VACUUM, SETUP_CANDIDATES, TOUCH_PHYSICS, TRIGGER_VECTORS
from src.data_eng.core.units import NS_PER_S
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.retrieval.key import trigger_rules
from src.data_eng.sources.calendar import session_times
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import BuildTriggerVectors
from src.data_eng.stages.silver.future_mbo.compute_level_vacuum_5s import ComputeLevelVacuum5s
from src.data_eng.stages.silver.future_mbo.compute_session_usual import ComputeSessionUsual
from src.data_eng.stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
from tests.silver_day import SYMBOL, WINDOW_NS, Levels, put_silver_day, short_settings, swing
from tests.toys.lake import config

DATE, DAY_BEFORE = "2025-10-16", "2025-10-15"
UNIT = ContractDay("ES", SYMBOL, DATE)
PM_HIGH = 27_000.0
LEAD_IN = 360


def levels(times: SessionTimes) -> Levels:
    return [("pm_high", times.start_ns, PM_HIGH), ("vwap", times.start_ns, PM_HIGH + 1)]


def build(lake: Path, unit: ContractDay = UNIT, level_ids: tuple[str, ...] = ("pm_high", "vwap")) -> pa.Table:
    settings = short_settings(level_ids)
    for stage in (ComputeLevelVacuum5s(), ComputeTouchPhysics5s()):
        stage.build(unit, config(lake), settings)
    BuildTriggerVectors().build(unit, config(lake), settings)
    return read_table(ref_in(lake, TRIGGER_VECTORS, unit.symbol, unit.date))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lake")
    put_silver_day(root, DATE, swing(PM_HIGH, 40, 200), levels, marks={LEAD_IN + 300: 8})
    return root


@pytest.fixture(scope="module")
def table(lake: Path) -> pa.Table:
    return build(lake)


def of(table: pa.Table, setup: str, level_id: str, approach_dir: str | None = None) -> pa.Table:
    chosen = table.filter(pc.and_(pc.equal(table["setup"], setup), pc.equal(table["level_id"], level_id)))
    return chosen if approach_dir is None else chosen.filter(pc.equal(chosen["approach_dir"], approach_dir))


def test_triggers_are_sorted_and_fit_the_contract(table: pa.Table) -> None:
    assert table.schema.equals(contract_of(TRIGGER_VECTORS).schema)
    keys = list(zip(*(table[name].to_pylist() for name in ("setup", "level_id", "approach_dir", "ts_ns")), strict=True))
    assert keys == sorted(keys)
    assert {setup for setup, *_ in keys} == {"level_test", "break_and_confirm"}


def test_a_swing_through_the_level_tests_it_from_below_and_from_above(table: pa.Table) -> None:
    tests = of(table, "level_test", "pm_high")
    assert set(tests["approach_dir"].to_pylist()) == {"from_below", "from_above"}
    first = tests.filter(pc.equal(tests["episode"], 1))
    assert set(first["episode_kind"].to_pylist()) == {"first_test"}
    below = of(table, "level_test", "pm_high", "from_below")
    mid, distance = below["mid_ticks"].to_numpy(), below["distance_ticks"].to_numpy()
    assert np.array_equal(distance, (mid - PM_HIGH).astype(np.float32)), "negative: not there yet"
    above = of(table, "level_test", "pm_high", "from_above")
    assert np.array_equal(above["distance_ticks"].to_numpy(), (PM_HIGH - above["mid_ticks"].to_numpy()).astype(np.float32))


def test_price_that_swings_through_breaks_the_level(table: pa.Table) -> None:
    known = {"from_below": {"BREAK_UP", "CENSORED"}, "from_above": {"BREAK_DOWN", "CENSORED"}}
    for approach_dir, outcomes in known.items():
        assert set(of(table, "level_test", "pm_high", approach_dir)["outcome_h0"].to_pylist()) <= outcomes
    assert "BREAK_UP" in table["outcome_h0"].to_pylist()


def test_a_vector_is_the_features_of_its_windows(lake: Path, table: pa.Table) -> None:
    layout = vector_layout(feature_names("from_above"), (3, 9, 24))
    row = of(table, "level_test", "pm_high", "from_above").slice(0, 1).to_pylist()[0]
    vacuum = read_table(ref_in(lake, LEVEL_VACUUM, SYMBOL, DATE))
    vacuum = vacuum.filter(pc.and_(pc.equal(vacuum["level_id"], "pm_high"), pc.less_equal(vacuum["ts_ns"], row["ts_ns"])))
    vector = dict(zip(layout.dims, row["vector"], strict=True))
    for name in ("f1_ask_com_disp_log", "k_distance_ticks", "p_bid_depth_share"):
        column = vacuum[name].to_numpy()[-24:].astype(np.float64)
        assert vector[f"w0:{name}"] == pytest.approx(column[-1])
        assert vector[f"w24_mean:{name}"] == pytest.approx(column.mean(), rel=1e-5, abs=1e-6)
        assert vector[f"w9_delta:d1_{name}"] == pytest.approx(
            ((column[-1] - column[-2]) - (column[-9] - column[-10])) / 8, rel=1e-4, abs=1e-6
        )
    assert vector["context_open_s"] == (row["ts_ns"] - session_times(DATE, short_settings()).rth_open_ns) / NS_PER_S


def test_no_vector_holds_nan_and_every_sound_window_of_a_test_has_one(table: pa.Table) -> None:
    times = session_times(DATE, short_settings())
    for name in ("frame", "vector"):
        assert np.isfinite(table[name].combine_chunks().flatten().to_numpy()).all()
    assert set(pc.list_value_length(table["frame"]).to_pylist()) == {len(frame_dims())}
    windows = (table["ts_ns"].to_numpy() - times.start_ns) // WINDOW_NS - 1
    tests = of(table, "level_test", "pm_high")
    assert not np.isin(windows, [300, 301, 302]).any(), "300 has no features, 301 no velocity, 302 no acceleration"
    for episode in set(tests["episode"].to_pylist()):
        ages = tests.filter(pc.equal(tests["episode"], episode))["age_s"].to_pylist()
        assert ages[0] == 0
        assert ages == list(range(0, 5 * len(ages), 5)), "none of these lies by window 300"


def test_the_candidates_are_exactly_the_rows_at_candidate_ages(lake: Path, table: pa.Table) -> None:
    found = read_table(ref_in(lake, SETUP_CANDIDATES, SYMBOL, DATE))
    assert found.schema.equals(contract_of(SETUP_CANDIDATES).schema)
    expected = [row for row in table.to_pylist() if row["age_s"] in (0, 15) or row["age_s"] % 30 == 0]
    assert {0, 15, 30} <= {row["age_s"] for row in expected} < set(table["age_s"].to_pylist())
    expected = [{name: row[name] for name in found.schema.names} for row in expected]
    np.testing.assert_equal(found.to_pylist(), expected)  # a censored excursion is NaN, which equals itself here
    facts = read_manifest(ref_in(lake, SETUP_CANDIDATES, SYMBOL, DATE)).facts
    assert facts.items() >= trigger_rules(short_settings()).items()


def test_where_price_stood_is_that_of_the_window_and_the_barrier_that_of_the_episodes_first(lake: Path, table: pa.Table) -> None:
    touch = read_table(ref_in(lake, TOUCH_PHYSICS, SYMBOL, DATE)).to_pylist()
    at = {row["ts_ns"]: row for row in touch}
    barriers = set()
    for row in table.to_pylist():
        for name in ("sigma", "rv", "profile"):
            assert row[name] == at[row["ts_ns"]][name], name
        entry = at[row["ts_ns"] - row["age_s"] * NS_PER_S]
        assert row["barrier_ticks"] == entry["barrier_ticks"]
        barriers.add(row["barrier_ticks"])
        sign = 1 if row["approach_dir"] == "from_below" else -1
        centre = row["level_ticks"] if row["setup"] == "level_test" else entry["mid_ticks"]
        assert row["x_ticks"] == sign * (row["mid_ticks"] - centre)
        assert row["distance_ticks"] == sign * (row["mid_ticks"] - row["level_ticks"])
    assert len(barriers) > 1, "volatility changes, so that it matters which window's barrier it is"


def test_a_confirmed_break_is_answered_until_a_barrier_is_met_or_its_last_candle_is_over(table: pa.Table) -> None:
    breaks = table.filter(pc.equal(table["setup"], "break_and_confirm"))
    for row in breaks.select(["age_s", "x_ticks", "barrier_ticks"]).to_pylist():
        assert row["age_s"] < 360
        if row["age_s"] == 0:
            assert row["x_ticks"] == 0, "the barriers surround the mid at the confirmation"
        else:
            assert abs(row["x_ticks"]) < row["barrier_ticks"] + 1


def test_a_horizon_that_runs_into_the_gap_or_past_the_end_is_censored(table: pa.Table) -> None:
    times = session_times(DATE, short_settings())
    gap_ns = times.start_ns + 300 * WINDOW_NS
    for row in of(table, "level_test", "pm_high").select(["ts_ns", "outcome_h0"]).to_pylist():
        until = row["ts_ns"] + 120 * NS_PER_S
        runs_out = until > times.end_ns or row["ts_ns"] <= gap_ns < until
        assert (row["outcome_h0"] == "CENSORED") == runs_out


def test_a_confirmed_break_has_three_horizons_and_the_rest_censored(table: pa.Table) -> None:
    breaks = table.filter(pc.equal(table["setup"], "break_and_confirm"))
    assert breaks.num_rows
    for horizon in range(3, 7):
        assert set(breaks[f"outcome_h{horizon}"].to_pylist()) == {"CENSORED"}
        assert np.isnan(breaks[f"mfe_ticks_h{horizon}"].to_numpy()).all()
    assert set(pc.list_value_length(breaks["vector"]).to_pylist()) <= {
        len(vector_layout(feature_names(approach_dir), (3, 9, 24, 72, 144)).dims) for approach_dir in ("from_above", "from_below")
    }


def test_the_other_level_a_tick_away_is_named(table: pa.Table) -> None:
    assert set(of(table, "level_test", "pm_high")["confluent_ids"].to_pylist()) == {"vwap"}


def test_a_wild_past_widens_the_barrier(lake: Path, table: pa.Table, tmp_path: Path) -> None:
    """The day before jumps 6 ticks a window: 36 / 5 = 7.2 ticks^2 / s, so sigma is 2 at least and b 34; alone the day's own is 8 to 12."""
    assert 8 <= min(table["barrier_ticks"].to_pylist()) <= max(table["barrier_ticks"].to_pylist()) <= 12
    put_silver_day(tmp_path, DAY_BEFORE, lambda window: PM_HIGH + 6 * (window % 2), levels)
    put_silver_day(tmp_path, DATE, swing(PM_HIGH, 40, 200), levels)
    ComputeSessionUsual().build(UNIT._replace(date=DAY_BEFORE), config(tmp_path), short_settings())
    wild = build(tmp_path, UNIT._replace(history=((SYMBOL, DAY_BEFORE),)))
    assert set(wild["profile"].to_pylist()) == {7.2}
    assert 34 <= min(wild["barrier_ticks"].to_pylist()) <= max(wild["barrier_ticks"].to_pylist()) <= 36


def test_triggers_say_the_rules_and_the_span_that_they_were_made_under(lake: Path, table: pa.Table) -> None:
    facts = read_manifest(ref_in(lake, TRIGGER_VECTORS, SYMBOL, DATE)).facts
    assert facts.items() >= trigger_rules(short_settings()).items()
    session = short_settings().session
    assert facts["session"] == f"{session.start}-{session.end}"


def test_only_the_levels_of_the_settings_are_built_and_those_of_earlier_builds_stay(tmp_path: Path, table: pa.Table) -> None:
    put_silver_day(tmp_path, DATE, swing(PM_HIGH, 40, 200), levels, marks={LEAD_IN + 300: 8})
    alone = build(tmp_path, level_ids=("pm_high",))
    assert set(alone["level_id"].to_pylist()) == {"pm_high"}
    whole = table.filter(pc.equal(table["level_id"], "pm_high"))
    np.testing.assert_equal(alone.to_pylist(), whole.to_pylist())  # a censored excursion is NaN, which equals itself here
    both = build(tmp_path, level_ids=("vwap",))
    np.testing.assert_equal(both.to_pylist(), table.to_pylist())
    assert read_manifest(ref_in(tmp_path, TRIGGER_VECTORS, SYMBOL, DATE)).facts["levels"] == ["pm_high", "vwap"]


def test_the_same_inputs_give_the_same_bytes(lake: Path, tmp_path: Path) -> None:
    put_silver_day(tmp_path, DATE, swing(PM_HIGH, 40, 200), levels, marks={LEAD_IN + 300: 8})
    build(tmp_path)
    build(lake)
    one, other = (read_manifest(ref_in(root, TRIGGER_VECTORS, SYMBOL, DATE)).files for root in (lake, tmp_path))
    assert one == other


def test_a_file_that_breaks_off_censors_what_it_did_not_see(tmp_path: Path) -> None:
    put_silver_day(tmp_path, DATE, swing(PM_HIGH, 40, 200), levels, keep_windows=LEAD_IN + 240)
    ends_ns = session_times(DATE, short_settings()).start_ns + 240 * WINDOW_NS
    for row in build(tmp_path).select(["ts_ns", "outcome_h0"]).to_pylist():
        assert (row["outcome_h0"] == "CENSORED") == (row["ts_ns"] + 120 * NS_PER_S > ends_ns)


def test_a_day_without_triggers_gives_an_empty_table(tmp_path: Path) -> None:
    put_silver_day(tmp_path, DATE, lambda _: PM_HIGH + 60, levels)
    assert build(tmp_path).num_rows == 0
    assert read_table(ref_in(tmp_path, SETUP_CANDIDATES, SYMBOL, DATE)).num_rows == 0
