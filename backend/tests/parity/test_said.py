"""What a live day says of its windows, one after the other, is tonight's build: logged, read again, and after a restart said again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.live.daylog import DayEntry
from src.data_eng.live.logged import LOGGED, LoggedTables
from src.data_eng.live.said import entry_of
from tests.live_days import LEVELS, MADE_WITH, SETTINGS, TODAY, LiveLake, chunks_of, make_live_lake
from tests.live_log import S, known_ns
from tests.real_stages import SYMBOL


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LiveLake:
    return make_live_lake(tmp_path_factory.mktemp("said"))


@pytest.fixture(scope="module")
def entries(lake: LiveLake) -> list[DayEntry]:
    return said(lake, 1, 399)


def content(table: pa.Table) -> dict[str, str]:
    """By column, so that what is no number equals itself. What is not seen of the last window is known once the file has ended."""
    return {name: str(table[name].to_pylist()) for name in table.column_names if name != "unseen_ns"}


def contents(entry: DayEntry) -> dict[str, dict[str, str]]:
    return {name: content(rows) for name, rows in entry.rows.items()}


def said(lake: LiveLake, seed: int, most: int) -> list[DayEntry]:
    day = lake.day()
    chunks = chunks_of(lake.records, np.random.default_rng(seed), most)
    return [DayEntry(closed.end_ns, entry_of(day, closed)) for chunk in chunks for closed in day.take(chunk)]


def test_what_is_said_of_all_windows_is_tonight_s_build(lake: LiveLake, entries: list[DayEntry]) -> None:
    """Outcomes too, of all triggers whose horizon was over. The build has no windows after the contract's last record."""
    window_ns = SETTINGS.book.window_s * S
    last = read_table(ref_in(lake.folder, BOOK_WINDOWS, SYMBOL, TODAY))["window_start_ns"].to_pylist()[-1]
    end_ns = last + window_ns
    tables = LoggedTables(LEVELS)
    tables.add(entry for entry in entries if entry.end_ns <= end_ns)
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


def test_chunks_have_no_say_in_it_and_nothing_known_comes_before_its_time(lake: LiveLake, entries: list[DayEntry]) -> None:
    others = said(lake, 2, 4_000)
    assert [entry.end_ns for entry in entries] == [entry.end_ns for entry in others]
    for one, other in zip(entries, others, strict=True):
        assert contents(one) == contents(other)
        if one.rows[BOOK_FLOW].num_rows:
            assert known_ns(BOOK_FLOW, one.rows[BOOK_FLOW], SETTINGS.book.window_s * S).max() <= one.end_ns


def test_a_window_said_again_after_a_restart_has_the_same_rows(lake: LiveLake, entries: list[DayEntry], tmp_path: Path) -> None:
    chunks = chunks_of(lake.records, np.random.default_rng(3), 2_000)
    stop = len(chunks) * 2 // 3
    day, again = lake.day(), lake.day()
    for chunk in chunks[:stop]:
        list(day.take(chunk))
    day.save(tmp_path, {"chunk": stop}, MADE_WITH)
    assert again.restore(tmp_path, MADE_WITH) is not None
    after = [DayEntry(closed.end_ns, entry_of(again, closed)) for chunk in chunks[stop:] for closed in again.take(chunk)]
    assert len(after) > 50
    for one, other in zip(entries[-len(after) :], after, strict=True):
        assert one.end_ns == other.end_ns and contents(one) == contents(other)
