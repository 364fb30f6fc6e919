"""A day with every mark there is, cut off after a window: all that silver and gold say up to that window stays as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from src.data_eng.core.clock import has_bad_clock
from src.data_eng.core.events import F_BAD_TS_RECV, F_LAST, F_MAYBE_BAD_BOOK
from tests.real_stages import a_record, in_time_order, rows, run_stages, short_settings, snapshot_of, take_in
from tests.toy_market import ny_ns, toy_records

DAY = "2025-10-16"
S = 1_000_000_000
WINDOW_NS = 5 * S
EVERY_MARK = 1 | 2 | 4 | 8 | 16 | 32 | 64
TROUBLES = {
    "a bad book": "09:36:02",
    "a clear": "09:41:02",
    "a crossed book": "09:46:02",
    "a silence": "09:50:02",
    "a bad ts_recv": "09:58:02",
    "a record that comes late": "10:02:02",
    "a record stamped early": "10:06:02",
}
"""When each begins; all are over two minutes later."""
TABLES = (
    "silver.book_windows_5s",
    "silver.book_flow_5s",
    "silver.trade_bars",
    "silver.trade_path",
    "silver.levels",
    "silver.mbo_level_vacuum_5s",
    "silver.touch_physics_5s",
    "silver.level_physics_5s",
    "silver.strike_physics_5s",
    "silver.walls_5s",
    "gold.mbo_setup_candidates",
    "gold.mbo_trigger_vectors",
    "gold.mbo_trigger_signals",
    "gold.mbo_pressure_stream",
    "gold.mbo_physics_ladder",
)
OUTCOMES = ("outcome_", "mfe_", "mae_", "first_hit_", "second_hit_", "whipsaw", "reject_kind")
"""What a trigger is followed by is of the future by its meaning."""
Records = NDArray[np.void]


def begins(trouble: str) -> int:
    return ny_ns(DAY, TROUBLES[trouble])


def troubled_day() -> Records:
    """In file order. The late and the early record lie where they came, not where their times say."""
    day = toy_records(DAY, seed=5, step_ms=700, until="10:15")
    bad, cleared, crossed, silent = (begins(name) for name in list(TROUBLES)[:4])
    repaired, refilled, heard = bad + 60 * S, cleared + 20 * S, silent + 120 * S
    records = in_time_order(
        day[(day["ts_recv"] < silent) | (day["ts_recv"] >= heard)],
        a_record(bad, "N", flags=F_LAST | F_MAYBE_BAD_BOOK),
        snapshot_of(day, repaired),
        a_record(cleared, "R"),
        snapshot_of(day, refilled),
        a_record(crossed, "A", "B", 10**9, 20_300, 5),
        a_record(crossed + 12 * S, "C", "B", 10**9, 20_300, 5),
    )
    at = int(np.searchsorted(records["ts_recv"], begins("a bad ts_recv")))
    records["flags"][at] |= F_BAD_TS_RECV
    records["ts_recv"][at] += 70 * S
    at = int(np.searchsorted(records["ts_recv"][: at - 1], 0)) + int((records["ts_recv"] < begins("a record that comes late")).sum())
    records["ts_recv"][at] -= 40 * S
    at = int((records["ts_recv"] < begins("a record stamped early")).sum())
    records["ts_recv"][at] += 50 * S
    return records


def cut_after(records: Records, end_ns: int) -> Records:
    """What had come when the window that ends then closed: all up to the first good time at or past its end."""
    closes = (records["ts_recv"].astype(np.int64) >= end_ns) & ~has_bad_clock(records["flags"])
    return records[: int(np.argmax(closes)) + 1]


def known_by(table: pa.Table, end_ns: int) -> pa.Table:
    """Rows that are known at a time, without what follows them."""
    names = [name for name in table.schema.names if not name.startswith(OUTCOMES)]
    if "ts_ns" in names:
        at = table["ts_ns"].to_numpy()
    elif "known_from_ns" in names:
        at = table["known_from_ns"].to_numpy()
    elif "bar_s" in names:
        at = table["bar_start_ns"].to_numpy() + table["bar_s"].to_numpy().astype(np.int64) * S
    elif "ts_recv_ns" in names:
        at = table["ts_recv_ns"].to_numpy() + 1
    else:
        at = table["window_start_ns"].to_numpy() + WINDOW_NS
    return table.select(names).filter(pa.array(at <= end_ns))


def in_bytes(table: pa.Table) -> bytes:
    """Equal for equal tables, NaN for NaN."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    content: bytes = sink.getvalue().to_pybytes()
    return content


def built(place: Path, records: Records) -> Path:
    take_in(place / "lake", place / "job", {DAY: records})
    run_stages(place / "lake", (DAY,), short_settings("09:30-10:10", ("pm_high", "vwap")))
    return place / "lake"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("whole"), troubled_day())


def test_the_day_has_every_mark(whole: Path) -> None:
    marks = rows(whole, "silver.book_windows_5s", DAY)["marks"].to_numpy()
    assert int(np.bitwise_or.reduce(marks)) == EVERY_MARK


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("windows", [0, 8])
def test_what_is_known_by_a_windows_end_does_not_change_when_the_rest_of_the_day_is_cut_off(
    trouble: str, windows: int, whole: Path, tmp_path: Path
) -> None:
    """The window before each trouble, and one within it or soon after."""
    end_ns = begins(trouble) // WINDOW_NS * WINDOW_NS + windows * WINDOW_NS
    lake = built(tmp_path, cut_after(troubled_day(), end_ns))
    for name in TABLES:
        before, after = (known_by(rows(place, name, DAY), end_ns) for place in (whole, lake))
        assert before.num_rows and in_bytes(before) == in_bytes(after), name
        if name == "silver.book_windows_5s":
            assert before["window_start_ns"].to_pylist()[-1] == end_ns - WINDOW_NS
