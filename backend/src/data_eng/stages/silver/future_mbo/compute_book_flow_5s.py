"""The one pass over a contract's events: book flow, windows, trade bars, the trade path and the volume profile of a session day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....contracts import contract_of
from ....core.book.flow import BAR_SECONDS, BarRows, Flow, FlowRows, FlowTables, PathRows, WindowRows, first_rows, join, new_flow
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
        times = lake.session
        _require_one_file(unit, times)
        ref = lake.ref(MBO)
        lake.check_declared(ref)
        profiles: list[VolumeProfile] = []
        book, tables = _run(_profiled(read_events(ref), times, profiles), empty_book(lake.settings), tape_of(times, lake.settings))
        marks = tables.windows.marks | trust(tables.windows, times, lake.settings)
        marks |= gapped(tables.windows, lake.settings.book.window_s * NS_PER_S, read_facts(ref).get("gaps", ()))
        found = {kind: count_of(book, kind) for kind in FAULTS}
        anomalies = {kind: Anomaly(count=count, first=first) for kind, (count, first) in found.items() if count}
        counts = {kind: count_of(book, kind)[0] for kind in CANCELS}
        lake.write(BOOK_FLOW, flow_rows(tables.rows, tables.windows.window_start_ns), anomalies=anomalies, facts=counts)
        lake.write(BOOK_WINDOWS, table_of(BOOK_WINDOWS, tables.windows._replace(marks=marks)))
        lake.write(TRADE_BARS, sorted_bars(table_of(TRADE_BARS, tables.bars)))
        lake.write(TRADE_PATH, table_of(TRADE_PATH, tables.path))
        lake.write(VOLUME_PROFILE, table_of(VOLUME_PROFILE, joined_profiles(profiles)))


def empty_book(settings: Settings) -> Book:
    """The book before the day's first record."""
    return new_book(settings.book.rest_ms * NS_PER_MS, big_contracts=settings.book.big_contracts)


def tape_of(times: SessionTimes, settings: Settings) -> Flow:
    """The tape of a session before its first record."""
    window_ns = settings.book.window_s * NS_PER_S
    return new_flow(
        times.flow_start_ns // window_ns * window_ns,
        _whole_windows(trades_end_ns(times), window_ns),
        window_ns,
        settings.book.band_ticks,
        _whole_windows(times.end_ns, window_ns),
    )


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


def _run(batches: Iterator[EventBatch], book: Book, flow: Flow) -> tuple[Book, FlowTables]:
    pieces: list[FlowTables] = []
    for events in batches:
        book, drained = advance(events, book, flow)
        pieces += drained
    return book, covered(join([*pieces, *close_day(book, flow)]), book, flow)


def close_day(book: Book, flow: Flow) -> list[FlowTables]:
    """Close what is open after the file's last record, every window and bar of it."""
    last_ns, longest_bar_ns = int(book.state["last_ts_ns"]), BAR_SECONDS[-1] * NS_PER_S
    return close(max(last_ns, int(flow.tape["end_ns"])) + longest_bar_ns, book, flow)


def covered(tables: FlowTables, book: Book, flow: Flow) -> FlowTables:
    """Without the windows that begin after the file's last record: nobody knows what happened there. None if the session has no record."""
    windows = covered_windows(tables.windows, book, flow)
    held = len(windows.window_start_ns)
    path = tables.path if held else first_rows(tables.path, 0)
    return FlowTables(first_rows(tables.rows, int(np.searchsorted(tables.rows.window, held))), windows, tables.bars, path)


def covered_windows(windows: WindowRows, book: Book, flow: Flow) -> WindowRows:
    """Of all windows of the tape those that `covered` keeps, with what of each lies after the last record."""
    last_record_ns, rows_end_ns, window_ns = int(book.state["last_ts_ns"]), int(flow.tape["rows_end_ns"]), int(flow.tape["window_ns"])
    starts_ns = windows.window_start_ns
    held = int((starts_ns <= last_record_ns).sum())
    if not windows.records[: np.searchsorted(starts_ns, rows_end_ns)].any():
        held = 0
    kept = first_rows(windows, held)
    return kept._replace(unseen_ns=np.maximum(kept.window_start_ns + window_ns - last_record_ns, 0))


def trust(windows: WindowRows, times: SessionTimes, settings: Settings) -> NDArray[np.int64]:
    """(windows,) the marks to join to the kernel's, of all windows from the tape's first on."""
    session, book, window_ns = settings.session, settings.book, settings.book.window_s * NS_PER_S
    hours_ns = (times.rth_open_ns, times.rth_close_ns) if times.rth_day else (0, 0)
    halts = halted(windows, hours_ns, window_ns, session.halt_silence_s, session.halt_expected_records, book.trailing_windows)
    unknowns = full_of_unknown_ids(windows, book.unknown_share_max, book.trailing_windows)
    return more_marks(halts, unknowns)


def flow_rows(rows: FlowRows, starts_ns: NDArray[np.int64]) -> pa.Table:
    """Rows of book_flow_5s; `starts_ns` is of all windows from the tape's first on, by which the rows count."""
    starts = starts_ns[rows.window] if len(rows.window) else np.zeros(0, np.int64)
    schema = contract_of(BOOK_FLOW).schema
    return _arrow([starts, *(getattr(rows, name) for name in schema.names[1:])], schema)


def table_of(dataset: str, rows: WindowRows | BarRows | PathRows | VolumeProfile) -> pa.Table:
    """Rows of the tape, or a profile, as a table has them."""
    schema = contract_of(dataset).schema
    return _arrow([getattr(rows, name) for name in schema.names], schema)


def sorted_bars(bars: pa.Table) -> pa.Table:
    """Rows of trade_bars in the table's order: by length, then in time."""
    return bars.take(np.lexsort((bars["bar_start_ns"].to_numpy(), bars["bar_s"].to_numpy())))


def _arrow(columns: list[np.ndarray], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(column.astype(field.type.to_pandas_dtype(), copy=False)) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
