"""What a live day says of its windows, one after the other, is tonight's build: logged, read again, and after a restart said again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, TRADE_BARS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.live.daylog import DayEntry
from src.data_eng.live.logged import LOGGED, LoggedTables
from src.data_eng.live.said import entry_of
from tests.live_days import LEVELS, MADE_WITH, SETTINGS, SYMBOL, TODAY, LiveLake, chunks_of, make_live_lake
from tests.live_log import S, known_ns


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LiveLake:
    return make_live_lake(tmp_path_factory.mktemp("said"))


def content(table: pa.Table) -> dict[str, str]:
    return {name: str(table[name].to_pylist()) for name in table.column_names}


def said(lake: LiveLake, seed: int, most: int) -> list[DayEntry]:
    day = lake.day()
    chunks = chunks_of(lake.records, np.random.default_rng(seed), most)
    return [DayEntry(closed.end_ns, entry_of(day, closed)) for chunk in chunks for closed in day.take(chunk)]


def test_what_is_said_of_all_windows_is_tonight_s_build(lake: LiveLake) -> None:
    """Outcomes too, of all triggers whose horizon was over. The build has no windows after the contract's last record."""
    window_ns = SETTINGS.book.window_s * S
    last = read_table(ref_in(lake.folder, BOOK_WINDOWS, SYMBOL, TODAY))["window_start_ns"].to_pylist()[-1]
    end_ns = last + window_ns
    tables = LoggedTables(LEVELS)
    tables.add(entry for entry in said(lake, 1, 399) if entry.end_ns <= end_ns)
    for name in LOGGED:
        built = read_table(ref_in(lake.folder, name, SYMBOL, TODAY))
        built = built.filter(pa.array(known_ns(name, built, window_ns) <= end_ns))
        found = tables.table(name)
        assert built.num_rows and built.num_rows == found.num_rows, name
        if name == TRIGGER_VECTORS:
            over = pa.array(built["ts_ns"].to_numpy() + SETTINGS.labels.horizons_s[-1] * S <= end_ns)
            built, found = built.filter(over), found.filter(over)
            assert {"BREAK", "CHOP"} & {str(name).partition("_")[0] for name in built["outcome_h0"].to_pylist()}
        assert content(found) == content(built), name


def test_chunks_have_no_say_in_it_and_nothing_known_comes_before_its_time(lake: LiveLake) -> None:
    first, second = said(lake, 1, 399), said(lake, 2, 4_000)
    assert [entry.end_ns for entry in first] == [entry.end_ns for entry in second]
    for one, other in zip(first, second, strict=True):
        assert {name: content(rows) for name, rows in one.rows.items()} == {name: content(rows) for name, rows in other.rows.items()}
        for name in (BOOK_FLOW, TRADE_BARS):
            if one.rows[name].num_rows:
                assert known_ns(name, one.rows[name], SETTINGS.book.window_s * S).max() <= one.end_ns


def test_a_window_said_again_after_a_restart_has_the_same_rows(lake: LiveLake, tmp_path: Path) -> None:
    chunks = chunks_of(lake.records, np.random.default_rng(3), 2_000)
    for stop in (len(chunks) // 2, len(chunks) * 3 // 4):
        day, before = lake.day(), []
        for number, chunk in enumerate(chunks):
            before += [(closed.end_ns, entry_of(day, closed)) for closed in day.take(chunk)]
            if number == stop:
                day.save(tmp_path / str(stop), {"chunk": stop}, MADE_WITH)
        again = lake.day()
        assert again.restore(tmp_path / str(stop), MADE_WITH) is not None
        after = [(closed.end_ns, entry_of(again, closed)) for chunk in chunks[stop + 1 :] for closed in again.take(chunk)]
        assert after
        for (end_ns, rows), (end_again_ns, rows_again) in zip(before[-len(after) :], after, strict=True):
            assert end_ns == end_again_ns
            assert {name: content(table) for name, table in rows.items()} == {name: content(table) for name, table in rows_again.items()}
