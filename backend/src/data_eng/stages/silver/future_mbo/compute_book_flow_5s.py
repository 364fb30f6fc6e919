"""The one pass over a contract's events: book flow, windows, trade bars, the trade path and the volume profile of a session day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pyarrow as pa

from ....contracts import contract_of
from ....core.book.flow import BarRows, FlowTables, PathRows, WindowRows, first_rows, join, new_flow
from ....core.book.kernel import advance, close
from ....core.book.marks import full_of_unknown_ids, gapped, halted, more_marks
from ....core.book.state import CANCELS, FAULTS, Book, count_of, new_book
from ....core.events import EventBatch
from ....core.profile import VolumeProfile, joined_profiles, volume_profile
from ....core.session import SessionTimes, trades_end_ns
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, MBO, TRADE_BARS, TRADE_PATH, VOLUME_PROFILE
from ....core.units import NS_PER_MS, NS_PER_S
from ....errors import SpymasterError
from ....lake.partitions import Anomaly, read_facts
from ....planning import ContractDay
from ....settings import Settings
from ....sources.calendar import bronze_dates
from ....sources.parquet import read_events
from ...base import Stage, StageIO
from ...door import StageLake


class SessionAcrossFiles(SpymasterError):
    """A session span whose book would have to be carried from one UTC file into the next."""


class ComputeBookFlow5s(Stage):
    """Bronze events to the level-free flow tape. Nothing after this stage sees events."""

    name: ClassVar[str] = "compute_book_flow_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[MBO], outputs=[BOOK_FLOW, BOOK_WINDOWS, TRADE_BARS, TRADE_PATH, VOLUME_PROFILE])
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book")
    feeds_levels: ClassVar[bool] = True

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        times, book_settings = lake.session, lake.settings.book
        window_ns = book_settings.window_s * NS_PER_S
        _require_one_file(unit, times)
        ref = lake.ref(MBO)
        lake.check_declared(ref)
        profiles: list[VolumeProfile] = []
        book, tables = _run(
            _profiled(read_events(ref), times, profiles),
            new_book(book_settings.rest_ms * NS_PER_MS, big_contracts=book_settings.big_contracts),
            flow_start_ns=times.flow_start_ns // window_ns * window_ns,
            end_ns=_whole_windows(trades_end_ns(times), window_ns),
            rows_end_ns=_whole_windows(times.end_ns, window_ns),
            window_ns=window_ns,
            band_ticks=book_settings.band_ticks,
        )
        marks = tables.windows.marks | _trust(tables.windows, times, lake.settings, window_ns)
        marks |= gapped(tables.windows, window_ns, read_facts(ref).get("gaps", ()))
        found = {kind: count_of(book, kind) for kind in FAULTS}
        anomalies = {kind: Anomaly(count=count, first=first) for kind, (count, first) in found.items() if count}
        counts = {kind: count_of(book, kind)[0] for kind in CANCELS}
        lake.write(BOOK_FLOW, _flow_table(tables), anomalies=anomalies, facts=counts)
        lake.write(BOOK_WINDOWS, _table(BOOK_WINDOWS, tables.windows._replace(marks=marks)))
        lake.write(TRADE_BARS, _sorted_bars(tables.bars))
        lake.write(TRADE_PATH, _table(TRADE_PATH, tables.path))
        lake.write(VOLUME_PROFILE, _table(VOLUME_PROFILE, joined_profiles(profiles)))


def _require_one_file(unit: ContractDay, times: SessionTimes) -> None:
    dates = bronze_dates(times)
    if dates != (unit.date,):
        raise SessionAcrossFiles(
            f"the session of {unit.date} with its lead-in lies in the UTC files of {', '.join(dates)}, not in {unit.date} alone. "
            "Choose a --session whose span, 30 minutes of lead-in included, lies in one UTC day."
        )


def _whole_windows(ts_ns: int, window_ns: int) -> int:
    """The end of the window that a moment ends or lies in."""
    return -(-ts_ns // window_ns) * window_ns


def _profiled(batches: Iterator[EventBatch], times: SessionTimes, profiles: list[VolumeProfile]) -> Iterator[EventBatch]:
    """The batches as they come; the profile of what each trades in the date's regular hours is added to `profiles`."""
    for events in batches:
        if times.rth_day:
            profiles.append(volume_profile(events, times.rth_open_ns, times.rth_close_ns))
        yield events


def _run(
    batches: Iterator[EventBatch], book: Book, *, flow_start_ns: int, end_ns: int, rows_end_ns: int, window_ns: int, band_ticks: int
) -> tuple[Book, FlowTables]:
    flow = new_flow(flow_start_ns, end_ns, window_ns, band_ticks, rows_end_ns)
    pieces: list[FlowTables] = []
    for events in batches:
        book, drained = advance(events, book, flow)
        pieces += drained
    last_ns, longest_bar_ns = int(book.state["last_ts_ns"]), 120 * NS_PER_S
    pieces += close(max(last_ns, end_ns) + longest_bar_ns, book, flow)
    return book, _covered(join(pieces), last_ns, rows_end_ns, window_ns)


def _covered(tables: FlowTables, last_record_ns: int, rows_end_ns: int, window_ns: int) -> FlowTables:
    """Without the windows that begin after the file's last record: nobody knows what happened there. None if the session has no record."""
    starts_ns = tables.windows.window_start_ns
    covered = int((starts_ns <= last_record_ns).sum())
    if not tables.windows.records[: np.searchsorted(starts_ns, rows_end_ns)].any():
        covered = 0
    covered_rows = int(np.searchsorted(tables.rows.window, covered))
    path = tables.path if covered else first_rows(tables.path, 0)
    windows = first_rows(tables.windows, covered)
    unseen_ns = np.maximum(windows.window_start_ns + window_ns - last_record_ns, 0)
    return FlowTables(first_rows(tables.rows, covered_rows), windows._replace(unseen_ns=unseen_ns), tables.bars, path)


def _trust(windows: WindowRows, times: SessionTimes, settings: Settings, window_ns: int) -> np.ndarray:
    session, book = settings.session, settings.book
    hours_ns = (times.rth_open_ns, times.rth_close_ns) if times.rth_day else (0, 0)
    halts = halted(windows, hours_ns, window_ns, session.halt_silence_s, session.halt_expected_records, book.trailing_windows)
    unknowns = full_of_unknown_ids(windows, book.unknown_share_max, book.trailing_windows)
    return more_marks(halts, unknowns)


def _flow_table(tables: FlowTables) -> pa.Table:
    rows = tables.rows
    starts = tables.windows.window_start_ns[rows.window] if len(rows.window) else np.zeros(0, np.int64)
    schema = contract_of(BOOK_FLOW).schema
    columns = [starts, *(getattr(rows, name) for name in schema.names[1:])]
    return _arrow(columns, schema)


def _table(dataset: str, rows: WindowRows | BarRows | PathRows | VolumeProfile) -> pa.Table:
    schema = contract_of(dataset).schema
    return _arrow([getattr(rows, name) for name in schema.names], schema)


def _sorted_bars(bars: BarRows) -> pa.Table:
    order = np.lexsort((bars.bar_start_ns, bars.bar_s))
    return _table(TRADE_BARS, BarRows(*(column[order] for column in bars)))


def _arrow(columns: list[np.ndarray], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column.astype(field.type.to_pandas_dtype(), copy=False)) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
