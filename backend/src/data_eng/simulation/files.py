"""The UTC files of a simulation, each made on its own.

A session runs from the evening before to Globex's close, so its records lie in two files. Each file runs the evening of its session again,
up to 00:00 UTC, takes the snapshot there, and ends with the evening of the next session. It needs no other file, except that a session's
prior-day levels need the range of the session before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.events import F_BAD_TS_RECV, F_MAYBE_BAD_BOOK
from ..core.simulator.session import SimulatedSession
from ..core.simulator.wire import idle_wire
from ..core.units import NS_PER_S, utc_date, utc_day_start_ns
from ..sources.calendar import regular_hours
from ..sources.day_file import day_file_name, write_dbn_day
from .instruments import Capture, TradedRange, ordinal, range_of, whole_session
from .sessions import WIRE, SessionSpec, Simulation
from .truth import STANDOUTS_SCHEMA, TRUTH_SCHEMA, standout_table, truth_table

DATASET, PARENT = "SYNTHETIC.MDP3", "ES.FUT"
GAP_AFTER_OPEN_S, GAP_LOST_S, GAP_BAD_S = 4200, 20, 40
"""On the day with a gap: 70 minutes into the session 20 s of records are lost, and 40 s later a snapshot repairs the book."""
DEGRADED_AFTER_OPEN_S, DEGRADED_S = 3600, 120


class FileSpec(NamedTuple):
    """What a UTC file holds: the session of its date from 00:00, and the evening of the next."""

    date: str
    today: SessionSpec | None
    tomorrow: SessionSpec | None

    @property
    def symbols(self) -> dict[str, int]:
        """Raw symbols and their instrument ids."""
        symbols: dict[str, int] = {}
        for spec in (self.today, self.tomorrow):
            if spec is not None:
                symbols[spec.near.symbol] = spec.near.instrument_id
                symbols[spec.far.symbol] = spec.far.instrument_id
                symbols[f"{spec.near.symbol}-{spec.far.symbol}"] = spec.spread_id
        return symbols


class FileResult(NamedTuple):
    """A file written."""

    date: str
    name: str
    records: int
    traded: TradedRange | None
    truth: pa.Table
    standouts: pa.Table
    """What stood out without meaning."""


def file_specs(specs: list[SessionSpec], simulation: Simulation) -> list[FileSpec]:
    """UTC files of the run. A date that is a session before the run gets no file for the first evening alone."""
    sessions = {spec.date: spec for spec in specs[: simulation.days]}
    evenings = {utc_date(spec.clock.origin_ns): spec for spec in specs}
    last = specs[simulation.days - 1].date
    dates = sorted(day for day in sessions | evenings if day <= last and (day in sessions or regular_hours(day) is None))
    return [FileSpec(day, sessions.get(day), evenings.get(day)) for day in dates]


def write_file(simulation: Simulation, file: FileSpec, previous: TradedRange | None, folder: Path) -> FileResult:
    """Simulate and write one UTC file; `previous` is the range of the session before its own."""
    name = day_file_name(file.date)
    today = whole_session(simulation, file.today, previous) if file.today else None
    records = write_dbn_day(folder / name, DATASET, PARENT, file.date, file.symbols, _file_records(simulation, file, today))
    if not (file.today and today):
        return FileResult(file.date, name, records, None, TRUTH_SCHEMA.empty_table(), STANDOUTS_SCHEMA.empty_table())
    leader = today.leader
    tables = truth_table(simulation, file.today, leader), standout_table(file.today, leader)
    return FileResult(file.date, name, records, range_of(file.today, leader), *tables)


def _file_records(simulation: Simulation, file: FileSpec, today: SimulatedSession | None) -> Iterator[NDArray[np.void]]:
    """A UTC file's records in order: snapshot, the session to its end, the next session's evening."""
    capture = Capture(idle_wire(), np.random.default_rng([simulation.seed, ordinal(file.date), WIRE]))
    midnight_ns = utc_day_start_ns(file.date)
    if file.today and today:
        clock = file.today.clock
        today.open()
        for _ in today.run(clock.second(clock.midnight_ns)):
            pass
        today.wire, today.wire_rng = capture
        yield today.snapshots(midnight_ns)
        yield from _day_records(simulation, file.today, today)
        yield today.close(clock.end_ns)
    if file.tomorrow:
        evening = whole_session(simulation, file.tomorrow, None, capture)
        if file.today is None:
            yield evening.snapshots(midnight_ns)
        yield evening.open()
        yield from evening.run(file.tomorrow.clock.second(file.tomorrow.clock.midnight_ns))


def _day_records(simulation: Simulation, spec: SessionSpec, session: SimulatedSession) -> Iterator[NDArray[np.void]]:
    """From 00:00 UTC to Globex's close, with what goes wrong that day by request."""
    clock = spec.clock
    open_s = clock.second(clock.rth_open_ns)
    if spec.date == simulation.degraded:
        yield from session.run(open_s + DEGRADED_AFTER_OPEN_S)
        yield from _flagged(session.run(open_s + DEGRADED_AFTER_OPEN_S + DEGRADED_S), F_BAD_TS_RECV)
    if spec.date == simulation.gap:
        lost_s = open_s + GAP_AFTER_OPEN_S
        yield from session.run(lost_s)
        for _ in session.run(lost_s + GAP_LOST_S):
            pass
        repaired_s = lost_s + GAP_LOST_S + GAP_BAD_S
        yield from _flagged(session.run(repaired_s), F_MAYBE_BAD_BOOK)
        yield session.snapshots(clock.origin_ns + int(repaired_s) * NS_PER_S)
    yield from session.run(clock.second(clock.end_ns))


def _flagged(pieces: Iterator[NDArray[np.void]], flag: int) -> Iterator[NDArray[np.void]]:
    for records in pieces:
        records["flags"] |= flag
        yield records
