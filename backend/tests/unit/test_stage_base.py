"""What every stage shares, part by part: its edges, why a result is stale, its levels, its past, and its door to the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.contracts import contract_of
from src.data_eng.core.events import NO_TICK
from src.data_eng.core.session import SessionTimes
from src.data_eng.lake.partitions import Anomaly, Manifest, Provenance, manifest_sha256
from src.data_eng.lake.writer import publish_partition
from src.data_eng.planning import (
    ContractDay,
)
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import session_times
from src.data_eng.stages import base
from src.data_eng.stages.base import Stage, StageIO, last_complete, staleness
from src.data_eng.stages.door import InputChanged, StageError, StageLake
from src.data_eng.stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s, SessionAcrossFiles
from src.data_eng.stages.silver.future_mbo.compute_level_vacuum_5s import confluent_levels
from src.data_eng.stages.windows import WINDOW_COLUMNS, as_windows, levels_in_force, session_windows
from tests.small_lake import put_bronze_day
from tests.toys.lake import PROVENANCE, TOY_COUNT, TOY_EVENTS, TOY_SUM, config, toy_ref, toy_table

S = 10**9
UNIT = ContractDay("ES", "ESZ5", "2025-10-16", (("ESZ5", "2025-10-14"), ("ESZ5", "2025-10-15")))


def test_edges_are_one_output_or_several_and_never_both() -> None:
    assert StageIO(["a"], output="b").outputs == ("b",)
    assert StageIO(["a"], outputs=["b", "c"]).outputs == ("b", "c")
    assert StageIO(["a"]).outputs == ()
    with pytest.raises(StageError, match=r"both output='b' and outputs=\['c'\]\. Expected one of the two"):
        StageIO(["a"], output="b", outputs=["c"])


def test_only_a_single_output_can_be_asked_for_as_such() -> None:
    assert StageIO(["a"], outputs=["b"]).output == "b"
    for outputs, named in ((["b", "c"], "b, c"), ([], "none")):
        with pytest.raises(StageError, match=f"outputs {named} has no single output. Read `outputs`"):
            assert StageIO(["a"], outputs=outputs).output


def test_edges_print_as_they_are_written() -> None:
    assert repr(StageIO(["a"], output="b")) == "StageIO(inputs=['a'], output='b')"
    assert repr(StageIO(["a", "d"], outputs=["b", "c"])) == "StageIO(inputs=['a', 'd'], outputs=['b', 'c'])"


def manifest(**changes: Any) -> Manifest:
    facts: dict[str, Any] = {
        "dataset": TOY_COUNT,
        "symbol": "ESZ5",
        "date": "2025-10-16",
        "stage": "toy",
        "rows": 0,
        "files": (),
        "contract_sha256": contract_of(TOY_COUNT).sha256,
        "inputs": {"a": "1", "b": "2"},
        "settings_sha256": "s",
        "code_sha256": "c",
        "anomalies": {},
        "facts": {},
    }
    return Manifest(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"inputs": {"a": "1", "b": "3"}}, "inputs changed: b"),
        ({"inputs": {"a": "1"}}, "inputs changed: b"),
        ({"inputs": {"a": "0", "b": "2", "0": "9"}}, "inputs changed: 0 and 1 more"),
        ({"inputs": {}, "settings_sha256": "t"}, "inputs changed: a and 1 more"),
        ({"settings_sha256": "t", "code_sha256": "d"}, "settings changed"),
        ({"code_sha256": "d", "contract_sha256": "x"}, "code changed"),
        ({"contract_sha256": "x"}, "contract changed"),
    ],
)
def test_the_first_reason_that_a_result_is_stale_is_named(changes: dict[str, Any], why: str) -> None:
    assert staleness(manifest(**changes), Provenance("toy", {"a": "1", "b": "2"}, "s", "c")) == why


@pytest.mark.parametrize(
    ("asked", "held", "holds", "built"),
    [
        (["vwap"], ["pm_high"], [], ("pm_high", "vwap")),
        (["vwap"], ["pm_high"], [["vwap", "pm_low"]], ("vwap",)),
        (["vwap", "pm_low"], ["pm_high"], [["vwap", "pm_high"], ["pm_high", "pm_low"]], ("pm_high",)),
        ([], [], [["vwap"]], ()),
    ],
)
def test_a_day_s_levels_are_those_it_has_and_those_asked_for_as_far_as_every_input_holds_them(
    asked: list[str], held: list[str], holds: list[list[str]], built: tuple[str, ...]
) -> None:
    assert base._levels_to_build(asked, held, holds) == built


def publish(lake: Path, date: str, dataset: str = TOY_EVENTS, rows: int = 3, **changes: Any) -> None:
    publish_partition(toy_ref(lake, dataset, date=date), toy_table(rows), **(PROVENANCE | changes))


def test_the_past_is_the_last_complete_days_of_the_history_oldest_first(tmp_path: Path) -> None:
    history = tuple(("ESZ5", f"2025-10-{day:02}") for day in (1, 2, 3, 6))
    for _, date in (history[0], history[1], history[3]):
        publish(tmp_path, date)
    unit = ContractDay("ES", "ESZ5", "2025-10-07", history)
    assert [ref.date for ref in last_complete(TOY_EVENTS, unit, config(tmp_path), 2)] == ["2025-10-02", "2025-10-06"]
    assert [ref.date for ref in last_complete(TOY_EVENTS, unit, config(tmp_path), 9)] == ["2025-10-01", "2025-10-02", "2025-10-06"]
    assert last_complete(TOY_EVENTS, unit, config(tmp_path), 0) == []


def a_door(lake: Path) -> StageLake:
    """A door whose stage declared the events of its own day and of the day before."""
    declared = [toy_ref(lake, TOY_EVENTS, date=date) for date in ("2025-10-15", "2025-10-16")]
    for ref in declared:
        publish(lake, ref.date)
    provenance = Provenance("toy", {str(ref): manifest_sha256(ref) for ref in declared}, "s", "c")
    return StageLake(config(lake), load_settings(), UNIT, provenance, {"synthetic": True}, declared)


def test_a_door_addresses_the_unit_s_own_day_unless_another_is_named(tmp_path: Path) -> None:
    lake = a_door(tmp_path)
    assert str(lake.ref(TOY_SUM)) == f"{TOY_SUM}/ESZ5/2025-10-16"
    assert str(lake.ref(TOY_SUM, "ES", "2025-10-01")) == f"{TOY_SUM}/ES/2025-10-01"
    assert (lake.folder, lake.session.date) == (tmp_path, "2025-10-16")


def test_the_past_of_a_door_is_what_was_declared_of_the_history(tmp_path: Path) -> None:
    lake = a_door(tmp_path)
    assert [ref.date for ref in lake.past(TOY_EVENTS)] == ["2025-10-15"]
    assert lake.past(TOY_COUNT) == []


def test_what_was_not_declared_is_not_read_though_it_is_there(tmp_path: Path) -> None:
    lake = a_door(tmp_path)
    publish(tmp_path, "2025-10-14")
    undeclared = lake.ref(TOY_EVENTS, date="2025-10-14")
    assert lake.read_optional(undeclared) is None
    with pytest.raises(StageError, match=r"2025-10-14 is read but not declared\. Add it to the stage's reads\(\)"):
        lake.read(undeclared)
    found = lake.read_optional(lake.ref(TOY_EVENTS), ["size"])
    assert found is not None and found.column_names == ["size"]


def test_what_is_written_carries_the_inherited_facts_and_its_own(tmp_path: Path) -> None:
    lake = a_door(tmp_path)
    written = lake.write(TOY_COUNT, toy_table(2), anomalies={"odd": Anomaly(count=1, first=0)}, facts={"own": 7})
    assert (written.facts, written.stage, written.rows) == ({"synthetic": True, "own": 7}, "toy", 2)
    assert (lake.written, written.inputs) == ({TOY_COUNT}, dict(lake.provenance.inputs))
    assert written.anomalies == {"odd": Anomaly(count=1, first=0)}


def test_nothing_is_published_from_an_input_that_another_run_replaced(tmp_path: Path) -> None:
    lake = a_door(tmp_path)
    publish(tmp_path, "2025-10-15", rows=4)
    with pytest.raises(InputChanged, match=r"2025-10-15 was replaced by another run while ESZ5 2025-10-16 was computed"):
        lake.write(TOY_COUNT, toy_table(2))
    assert not (toy_ref(tmp_path).path / "_manifest.json").exists()
    assert lake.written == set()


class Doubling(Stage):
    """A simple stage, as a user writes one."""

    name = "doubling"
    io = StageIO(inputs=[TOY_EVENTS], output=TOY_COUNT)

    def transform(self, df: Any, dt: str) -> Any:
        assert dt == "2025-10-16"
        return df.assign(ts_ns=2 * df["ts_ns"])


class Joining(Stage):
    """A simple stage of two inputs."""

    name = "joining"
    io = StageIO(inputs=[TOY_EVENTS, TOY_SUM], output=TOY_COUNT)

    def transform(self, df: Any, dt: str) -> Any:
        return df[TOY_SUM]


class Nothing(Stage):
    """A stage that says too little."""

    name = "nothing"
    io = StageIO(inputs=[TOY_EVENTS], output=TOY_COUNT)


def test_a_simple_stage_says_only_how_its_rows_come_about(tmp_path: Path) -> None:
    publish(tmp_path, "2025-10-16")
    built = Doubling().build(UNIT, config(tmp_path), load_settings())
    assert (built.status, built.rows, built.reason) == ("built", 3, "")
    from src.data_eng.io import read_table

    assert read_table(toy_ref(tmp_path))["ts_ns"].to_pylist() == [0, 2, 4]
    assert Doubling().build(UNIT, config(tmp_path), load_settings()).status == "current"
    again = Doubling().build(UNIT, config(tmp_path), load_settings(), overwrite=True)
    assert (again.status, again.reason) == ("rebuilt", "overwrite")
    publish(tmp_path, "2025-10-16", rows=5)
    renewed = Doubling().build(UNIT, config(tmp_path), load_settings())
    assert (renewed.status, renewed.rows, renewed.reason) == ("rebuilt", 5, f"inputs changed: {TOY_EVENTS}/ESZ5/2025-10-16")


def test_a_stage_of_several_inputs_gets_them_by_name(tmp_path: Path) -> None:
    publish(tmp_path, "2025-10-16")
    publish(tmp_path, "2025-10-16", TOY_SUM, rows=1)
    assert Joining().build(UNIT, config(tmp_path), load_settings()).rows == 1


def test_a_stage_without_a_transform_says_what_to_override(tmp_path: Path) -> None:
    publish(tmp_path, "2025-10-16")
    with pytest.raises(StageError, match=r"stage nothing has no transform\. Override transform\(df, dt\), or reads and compute"):
        Nothing().build(UNIT, config(tmp_path), load_settings())


def test_a_session_that_reaches_into_another_file_is_refused(tmp_path: Path) -> None:
    """19:45 New York with its half hour of lead-in ends at 23:55 UTC; 20:05 is the next UTC day's, its lead-in is not."""
    put_bronze_day(tmp_path, "2025-10-16", {"ESZ5": [("10:00:00", 26_800, 1)]})
    with pytest.raises(SessionAcrossFiles, match=r"lies in the UTC files of 2025-10-16, 2025-10-17, not in 2025-10-16 alone"):
        ComputeBookFlow5s().build(UNIT, config(tmp_path), load_settings().with_session("20:05-20:55"))
    assert ComputeBookFlow5s().build(UNIT, config(tmp_path), load_settings().with_session("19:45-19:55")).status == "built"


def window_table(rows: list[tuple[int, int, int, int]]) -> pa.Table:
    """Windows of (start in s after the session's, bid, ask, marks); sizes and orders count up."""
    start, bid, ask, marks = zip(*rows, strict=True)
    begin = session().start_ns
    columns: dict[str, Any] = {
        "window_start_ns": np.array([begin + second * S for second in start], np.int64),
        "best_bid_ticks": np.array(bid, np.int32),
        "best_ask_ticks": np.array(ask, np.int32),
        "marks": np.array(marks, np.uint8),
    }
    for place, name in enumerate(WINDOW_COLUMNS[4:]):
        columns[name] = np.arange(len(rows), dtype=np.int32) + 10 * place
    return pa.table(columns)


def session() -> SessionTimes:
    return session_times("2025-10-16", load_settings())


def test_a_window_is_of_the_session_when_it_lies_wholly_within() -> None:
    length_s = (session().end_ns - session().start_ns) // S
    table = window_table([(second, 100, 101, 0) for second in (-5, -2, 0, length_s - 5, length_s - 4)])
    windows = as_windows(table, session(), 5)
    assert windows.in_session.tolist() == [False, False, True, True, False]
    assert (windows.end_ns - windows.start_ns).tolist() == [5 * S] * 5
    inside = session_windows(windows)
    assert (inside.start_ns.tolist(), inside.best[1].tolist()) == (windows.start_ns[2:4].tolist(), [12, 13])
    assert inside.in_session.all() and len(inside.marks) == len(inside.mid_ticks) == 2


def test_a_marked_or_one_sided_window_has_no_middle() -> None:
    windows = as_windows(window_table([(0, 100, 103, 0), (5, 100, 103, 8), (10, NO_TICK, 103, 0), (15, 100, NO_TICK, 0)]), session(), 5)
    assert windows.mid_ticks[0] == 101.5
    assert np.isnan(windows.mid_ticks[1:]).all()


def test_levels_are_in_force_from_the_window_after_they_are_known_in_the_table_s_order() -> None:
    rows = {
        "level_id": ["vwap", "vwap", "pm_high", "or_high"],
        "known_from_ns": [10, 20, 15, 0],
        "price_ticks": [100.5, 101.0, 110.0, None],
    }
    in_force = levels_in_force(pa.table(rows), np.array([9, 10, 19, 20]))
    assert list(in_force) == ["vwap", "pm_high", "or_high"]
    assert in_force["vwap"].tolist()[1:] == [100.5, 100.5, 101.0] and np.isnan(in_force["vwap"][0])
    assert np.isnan(in_force["pm_high"]).tolist() == [True, True, False, False]
    assert np.isnan(in_force["or_high"]).all()


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 6))
def test_confluent_levels_equal_a_plain_count(seed: int, levels: int) -> None:
    ticks = np.random.default_rng(seed).choice([np.nan, 0.0, 1.5, 2.0, 3.5, 4.0, 6.0], (levels, 3))
    expected = [
        [sum(abs(ticks[other, w] - ticks[own, w]) <= 2.0 for other in range(levels) if other != own) for w in range(3)]
        for own in range(levels)
    ]
    assert confluent_levels(ticks, 2.0).tolist() == expected
