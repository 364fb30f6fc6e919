"""A live day against tonight's build of the same records: every table, every byte, however the records were cut."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from src.data_eng.live.day import Closed, LiveDay
from src.data_eng.live.records import LiveRecordBad
from tests.live_days import MADE_WITH, SHOWN, LiveLake, chunks_of, dataset, make_live_lake
from tests.real_stages import SYMBOL

S = 1_000_000_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LiveLake:
    return make_live_lake(tmp_path_factory.mktemp("live"))


def require_build(day: LiveDay, lake: LiveLake) -> None:
    for name in SHOWN:
        ours, theirs = day.table(dataset(name)), lake.built(name)
        assert as_bytes(ours) == as_bytes(theirs), name


def as_bytes(table: pa.Table) -> bytes:
    """As a Parquet file, which keeps every value and every null, and not what lies beneath a null."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks().replace_schema_metadata(), sink)
    return bytes(sink.getvalue())


def test_a_day_in_random_chunks_is_the_build(lake: LiveLake) -> None:
    """With peeks at random between them, which leave no trace."""
    rng, day = np.random.default_rng(1), lake.day()
    final: list[Closed] = []
    peeked = 0
    for chunk in chunks_of(lake.records, rng, 399):
        final += day.take(chunk)
        if rng.random() < 0.5:
            peeked += len(day.peek_close(day.clock_ns + int(rng.integers(0, 7 * S))))
    final += day.end()
    require_build(day, lake)
    assert peeked > 20
    assert [one.start_ns for one in final] == sorted({one.start_ns for one in final}), "one final answer a window"
    assert lake.built("gold.mbo_trigger_signals").num_rows > 20
    for name in ("gold.mbo_pressure_stream", "gold.mbo_trigger_signals", "gold.mbo_physics_ladder"):
        said = pa.concat_tables([one.tables[dataset(name)] for one in final if dataset(name) in one.tables])
        assert said.num_rows == lake.built(name).num_rows, "what was said as windows closed is all of it"


def test_a_window_is_given_before_the_records_behind_it_act(lake: LiveLake) -> None:
    """All records in one chunk: still a window at a time, and the first is out while the book has seen nothing later."""
    day = lake.day()
    first = next(iter(day.take(lake.records)))
    assert first.final
    assert first.end_ns - first.start_ns == 5 * S
    assert int(day.table(dataset("silver.trade_path"))["ts_recv_ns"].to_numpy().max(initial=0)) < first.end_ns


def test_a_checkpoint_in_a_new_process_goes_on_as_if_nothing_had_been(lake: LiveLake, tmp_path: Path) -> None:
    rng, day, taken = np.random.default_rng(3), lake.day(), 0
    lost = 0
    for chunk in chunks_of(lake.records, rng, 1500):
        list(day.take(chunk))
        taken += len(chunk)
        if rng.random() < 0.3:
            day.save(tmp_path, {"record": taken}, MADE_WITH)
        if rng.random() < 0.1:
            day, lost = lake.day(), lost + 1
            position = day.restore(tmp_path, MADE_WITH)
            begun = int(position["record"]) if position else 0
            for again in chunks_of(lake.records[begun:taken], rng, 2000):
                list(day.take(again))
    day.end()
    require_build(day, lake)
    assert lost > 2
    assert len(list(tmp_path.glob("*.state"))) == 2


def test_a_killed_process_is_gone_on_from(lake: LiveLake, tmp_path: Path) -> None:
    """It writes one checkpoint after the other, and is killed without a warning while it does."""
    child = subprocess.Popen([sys.executable, "-m", "tests.live_days", str(lake.folder), str(tmp_path)], cwd=Path(__file__).parents[2])
    try:
        while not (tmp_path / "000004.state").exists():
            assert child.poll() is None, "it went on to its end"
            time.sleep(0.01)
    finally:
        child.kill()
        child.wait()
    day = lake.day()
    position = day.restore(tmp_path, MADE_WITH)
    assert position is not None
    list(day.take(lake.records[position["record"] :]))
    day.end()
    require_build(day, lake)


def test_a_checkpoint_that_was_cut_off_or_is_of_other_code_is_passed_over(lake: LiveLake, tmp_path: Path) -> None:
    day = lake.day()
    for number, stop in enumerate((4000, 8000)):
        list(day.take(lake.records[4000 * number : stop]))
        day.save(tmp_path, {"record": stop}, MADE_WITH)
    assert lake.day().restore(tmp_path, {**MADE_WITH, "code": "other"}) is None
    newest = tmp_path / "000002.state"
    newest.write_bytes(newest.read_bytes()[:-200])
    (tmp_path / "000003.rows.part").write_bytes(b"cut off")
    position = lake.day().restore(tmp_path, MADE_WITH)
    assert position is not None
    assert position["record"] == 4000
    (tmp_path / "000001.rows").write_bytes(b"")
    assert lake.day().restore(tmp_path, MADE_WITH) is None


def test_a_record_off_the_tick_stops_the_day(lake: LiveLake) -> None:
    with pytest.raises(LiveRecordBad, match=f"of {SYMBOL}"):
        list(lake.day(tick_nanos=240_000_000).take(lake.records[:500]))
