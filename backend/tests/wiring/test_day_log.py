"""The log of a live day: the batch's own tables come out of it, and nothing that was half written, damaged or said twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.tables import BOOK_WINDOWS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.live.daylog import MAGIC, DayEntry, DayLog, DayLogCorrupt, DayLogReader, LiveAnswerChanged
from src.data_eng.live.logged import LOGGED, LoggedTables
from tests.live_log import S, day_facts, entries, known_ns
from tests.toy_lake import SETTINGS, SYMBOL, TODAY


@pytest.fixture(scope="module")
def day(served_lake: Path) -> list[DayEntry]:
    return list(entries(served_lake, SYMBOL, TODAY, SETTINGS))


@pytest.fixture
def log(served_lake: Path, tmp_path: Path) -> Iterator[DayLog]:
    log = DayLog(tmp_path / "day.log", day_facts(served_lake, SYMBOL, TODAY))
    yield log
    log.close()


def content(table: pa.Table) -> dict[str, str]:
    """By column, so that what is no number equals itself."""
    return {name: str(table[name].to_pylist()) for name in table.column_names}


def logged(path: Path) -> tuple[DayLogReader, LoggedTables]:
    reader = DayLogReader(path)
    tables = LoggedTables(reader.facts.levels)
    tables.add(reader.more())
    return reader, tables


def test_a_log_of_all_windows_holds_the_batchs_tables(served_lake: Path, tmp_path: Path, log: DayLog, day: list[DayEntry]) -> None:
    """Read while it is written, after a random number of windows each time."""
    rng = np.random.default_rng(2)
    reader, _ = logged(tmp_path / "day.log")
    tables = LoggedTables(reader.facts.levels)
    for entry in day:
        log.append(entry.end_ns, entry.rows)
        if rng.random() < 0.1:
            tables.add(reader.more())
            tables.table(LOGGED[rng.integers(len(LOGGED))])
            assert tables.end_ns == entry.end_ns
    tables.add(reader.more())
    for dataset in LOGGED:
        table = read_table(ref_in(served_lake, dataset, SYMBOL, TODAY))
        expected = table.filter(pa.array(known_ns(dataset, table, SETTINGS.book.window_s * S) <= day[-1].end_ns))
        assert expected.num_rows, dataset
        assert content(tables.table(dataset)) == content(expected), dataset


def test_a_row_that_comes_again_counts_as_it_came_last(tmp_path: Path, log: DayLog, day: list[DayEntry]) -> None:
    first = next(entry for entry in day if entry.rows[TRIGGER_VECTORS].num_rows)
    vectors = first.rows[TRIGGER_VECTORS]
    place = vectors.column_names.index("outcome_h0")
    known_later = vectors.set_column(place, vectors.schema.field("outcome_h0"), pa.array(["CHOP"] * vectors.num_rows))
    log.append(first.end_ns, {TRIGGER_VECTORS: known_later})
    log.append(first.end_ns + 1, {TRIGGER_VECTORS: vectors})
    assert (
        logged(tmp_path / "day.log")[1].table(TRIGGER_VECTORS).equals(vectors.sort_by([("setup", "ascending"), ("level_id", "ascending")]))
    )


def test_what_a_killed_writer_left_is_not_read_and_is_dropped_by_the_next(
    served_lake: Path, tmp_path: Path, log: DayLog, day: list[DayEntry]
) -> None:
    """Cut at every kind of place: within the head, the content, and at an entry's very end."""
    path = tmp_path / "day.log"
    begun, ends = path.stat().st_size, []
    for entry in day[:6]:
        log.append(entry.end_ns, entry.rows)
        ends.append(path.stat().st_size)
    log.close()
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    for cut in [*ends, *(end - 1 for end in ends), *(end + 3 for end in ends[:-1]), *rng.integers(ends[0], ends[-1], 12).tolist()]:
        path.write_bytes(whole[:cut])
        kept = sum(end <= cut for end in ends)
        assert logged(path)[0].offset == (ends[kept - 1] if kept else begun)
        again = DayLog(path, day_facts(served_lake, SYMBOL, TODAY))
        assert again.last_end_ns == (day[kept - 1].end_ns if kept else None)
        for entry in day[:6]:
            again.append(entry.end_ns, entry.rows)
        again.close()
        assert path.read_bytes() == whole


def test_a_window_of_which_something_else_was_said_stops_the_writer(tmp_path: Path, log: DayLog, day: list[DayEntry]) -> None:
    log.append(day[0].end_ns, day[0].rows)
    log.append(day[2].end_ns, day[2].rows)
    before = (tmp_path / "day.log").read_bytes()
    log.append(day[0].end_ns, day[0].rows)
    with pytest.raises(LiveAnswerChanged, match=rf"something else was said of the window that ends at {day[0].end_ns}"):
        log.append(day[0].end_ns, day[3].rows)
    with pytest.raises(LiveAnswerChanged, match="was left out before"):
        log.append(day[1].end_ns, day[1].rows)
    assert (tmp_path / "day.log").read_bytes() == before


def test_a_flipped_bit_is_noticed_wherever_it_lies(tmp_path: Path, log: DayLog, day: list[DayEntry]) -> None:
    path = tmp_path / "day.log"
    for entry in day[:4]:
        log.append(entry.end_ns, {BOOK_WINDOWS: entry.rows[BOOK_WINDOWS]})
    log.close()
    whole, rng = path.read_bytes(), np.random.default_rng(6)
    for place in [0, len(MAGIC) + 20, *rng.integers(len(MAGIC) + 16, len(whole), 30).tolist()]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            found = logged(path)[1].table(BOOK_WINDOWS)
        except DayLogCorrupt:
            continue
        assert found.num_rows < 4, place  # a length that reaches beyond the file: what follows is never read


def test_another_day_is_not_written_into_a_log(served_lake: Path, tmp_path: Path, log: DayLog) -> None:
    facts = day_facts(served_lake, SYMBOL, TODAY)
    with pytest.raises(LiveAnswerChanged, match="begun with other facts"):
        DayLog(tmp_path / "day.log", facts.model_copy(update={"gateway": "real"}))


def test_a_log_with_other_columns_is_refused_with_what_to_do(served_lake: Path, tmp_path: Path) -> None:
    facts = day_facts(served_lake, SYMBOL, TODAY)
    DayLog(tmp_path / "old.log", facts.model_copy(update={"contracts": {**facts.contracts, BOOK_WINDOWS: "0" * 64}})).close()
    with pytest.raises(DayLogCorrupt, match=r"other columns of silver.future_mbo.book_windows_5s.*Move the folder away"):
        DayLogReader(tmp_path / "old.log")
