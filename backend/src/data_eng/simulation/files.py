"""Simulated trading days as a Databento batch job: which sessions, which contracts, what goes into which UTC file.

A session runs from the evening before to Globex's close, so its records lie in two files. Each file is made on its own: it runs the
evening of its session again, up to 00:00 UTC, takes the snapshot there, and ends with the evening of the next session. Files need no other
file and are written in parallel, except that a session's prior-day levels need the range of the session before.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..config import load_settings
from ..core.events import F_BAD_TS_RECV, F_MAYBE_BAD_BOOK
from ..core.session import is_date
from ..core.simulator.planting import BREAK, LAG_MOST_S, LEVEL_IDS, NO_LAG, PULSE_S, REJECT, SIGNATURE_MAX, Knobs, drift_after_s
from ..core.simulator.scenario import (
    OPENING_S,
    START_POSITION,
    SessionClock,
    Shape,
    day_step_ticks,
    following_plan,
    quieter,
    session_plan,
    shape_of_day,
    still_plan,
)
from ..core.simulator.session import Instrument, KnownRange, Session, open_instrument, run_until
from ..core.simulator.wire import Listing, idle_wire
from ..core.units import NS_PER_S, tick_nanos, utc_date, utc_day_start_ns
from ..errors import SpymasterError
from ..lake.machine import worker_context
from ..sources.calendar import regular_hours, session_times, sessions_between
from .batch_job import MANIFEST, METADATA, file_name, write_dbn_day, write_job

DATASET, ROOT, PARENT = "SYNTHETIC.MDP3", "ES", "ES.FUT"
TRUTH = "truth.parquet"
START_TICKS = 26_800
"""6,700.00 points: where the first session starts."""
CARRY_TICKS = 220
"""55 points from one quarterly contract to the next."""
SPREAD_TICK_POINTS = 0.05
QUARTER_MONTHS = {3: "H", 6: "M", 9: "U", 12: "Z"}
ROLL_BEFORE_EXPIRY_DAYS = 8
CROSSOVER_SESSIONS = 1.2
"""Scale on which volume crosses from one contract to the next around the roll."""
LEADER_SHARE, OTHER_SHARE, SPREAD_SHARE = 0.92, 0.06, 0.02
FULL_SESSION_NS = 23_400 * NS_PER_S
FEWEST_RECORDS = 20_000
OUTCOME_MAX = 1.0
GAP_AFTER_OPEN_S, GAP_LOST_S, GAP_BAD_S = 4200, 20, 40
"""On the day with a gap: 70 minutes into the session 20 s of records are lost, and 40 s later a snapshot mends the book."""
DEGRADED_AFTER_OPEN_S, DEGRADED_S = 3600, 120
CLASS_NAMES = {BREAK: "break", REJECT: "reject", 0: "chop"}
LEADER, FOLLOWER, SPREAD, WIRE, PATH = range(5)


class SimulationError(SpymasterError):
    """A simulation that cannot be made as asked."""


class Simulation(NamedTuple):
    """All that decides a simulation's bytes."""

    start: str
    days: int
    records: int
    seed: int
    signature: float
    outcome: float
    placebo: bool
    gap: str | None
    degraded: str | None
    roll: str | None
    lag: float | None = None
    """Seconds from the end of a five-second signature to the drift; None lets the signature act through the episode."""


class Contract(NamedTuple):
    """A quarterly future: its symbol, its instrument id, and how many quarters behind the run's first contract it lies."""

    symbol: str
    instrument_id: int
    quarter: int


class SessionSpec(NamedTuple):
    """One session, before any of it is simulated."""

    date: str
    clock: SessionClock
    near: Contract
    far: Contract
    far_share: float
    """Share of the two contracts' volume that has crossed to the far one."""
    start_ticks: int
    """Price of the run's first contract at the session's start; later contracts stand CARRY_TICKS a quarter above."""
    end_ticks: int

    @property
    def leader(self) -> Contract:
        return self.far if self.far_share > 0.5 else self.near

    @property
    def other(self) -> Contract:
        return self.near if self.far_share > 0.5 else self.far


class TradedRange(NamedTuple):
    """High and low of a regular session in ticks of the contract that led it."""

    symbol: str
    high_ticks: int
    low_ticks: int


class FileSpec(NamedTuple):
    """What a UTC file holds: the session of its date from 00:00, and the evening of the next."""

    date: str
    today: SessionSpec | None
    tomorrow: SessionSpec | None


class FileResult(NamedTuple):
    """A file written."""

    date: str
    name: str
    records: int
    traded: TradedRange | None
    truth: pa.Table


TRUTH_SCHEMA = pa.schema(
    [
        ("session_date", pa.string()),
        ("symbol", pa.string()),
        ("ts_ns", pa.int64()),
        ("level_id", pa.string()),
        ("level_ticks", pa.int32()),
        ("approach_dir", pa.string()),
        ("class", pa.string()),
        ("signature_class", pa.string()),
        ("signature", pa.float64()),
        ("outcome", pa.float64()),
        ("drift_ns", pa.int64()),
        ("lag_s", pa.float64()),
        ("signature_start_ns", pa.int64()),
        ("signature_end_ns", pa.int64()),
    ]
)
"""One row an episode: what was planted there, and when the drift begins and the signature acts. No stage reads it.

`lag_s` and `signature_end_ns` are null where the signature acts to the episode's end."""


def simulate(simulation: Simulation, folder: Path, workers: int, truth_path: Path | None = None) -> Iterator[FileResult]:
    """Write the batch folder, its files in parallel over `workers` processes; yields each file as it is done, in no fixed order.

    The truth goes to `truth_path`, by default truth.parquet in the folder, which manifest.json does not list. The same simulation gives the
    same bytes whatever `workers`. Raises SimulationError when the folder holds anything but an unfinished run of the same simulation.
    """
    specs = session_specs(simulation)
    files = file_specs(specs, simulation)
    metadata = _metadata(simulation, files)
    _claim(folder, metadata)
    results = []
    for result in _one_by_one(simulation, files, folder) if workers == 1 else _in_parallel(simulation, files, folder, workers):
        results.append(result)
        yield result
    results.sort(key=lambda result: result.date)
    pq.write_table(pa.concat_tables(result.truth for result in results), truth_path or folder / TRUTH)
    symbols = {file.date: _symbols(file) for file in files}
    conditions = {file.date: "degraded" if file.date in (simulation.degraded, simulation.gap) else "available" for file in files}
    write_job(folder, metadata, symbols, conditions, [result.name for result in results])


def is_done(simulation: Simulation, folder: Path) -> bool:
    """Whether the folder holds this simulation already, whole."""
    return (folder / MANIFEST).exists() and _recorded(folder) == dict(simulation._asdict())


def session_specs(simulation: Simulation) -> list[SessionSpec]:
    """The run's sessions, and one more whose evening may lie in the last file."""
    _check(simulation)
    dates = _session_dates(simulation)
    clocks = [_clock(day) for day in dates]
    shape = shape_of_day(simulation.records)
    steps = np.random.default_rng([simulation.seed, PATH]).standard_normal(len(dates))
    ticks = START_TICKS + np.r_[0, np.cumsum([day_step_ticks(shape, clock) * step for clock, step in zip(clocks, steps, strict=True)])]
    first = _nearest_quarter(dates[0])
    return [
        SessionSpec(day, clock, *_contracts(day, first), _far_share(day, simulation, dates), round(ticks[i]), round(ticks[i + 1]))
        for i, (day, clock) in enumerate(zip(dates, clocks, strict=True))
    ]


def file_specs(specs: list[SessionSpec], simulation: Simulation) -> list[FileSpec]:
    """UTC files of the run. A date that is a session before the run gets no file for the first evening alone."""
    sessions = {spec.date: spec for spec in specs[: simulation.days]}
    evenings = {utc_date(spec.clock.origin_ns): spec for spec in specs}
    last = specs[simulation.days - 1].date
    dates = sorted(day for day in sessions | evenings if day <= last and (day in sessions or regular_hours(day) is None))
    return [FileSpec(day, sessions.get(day), evenings.get(day)) for day in dates]


def write_file(simulation: Simulation, file: FileSpec, previous: TradedRange | None, folder: Path) -> FileResult:
    """Simulate and write one UTC file."""
    name = file_name(file.date)
    today = _session(simulation, file.today, previous) if file.today else None
    records = write_dbn_day(folder / name, DATASET, PARENT, file.date, _symbols(file), _file_records(simulation, file, today))
    traded = _traded_range(file.today, today.leader) if file.today and today else None
    truth = _truth(simulation, file.today, today.leader) if file.today and today else TRUTH_SCHEMA.empty_table()
    return FileResult(file.date, name, records, traded, truth)


def traded_range(simulation: Simulation, spec: SessionSpec, previous: TradedRange | None) -> TradedRange:
    """Range of a session's regular hours: its leading instrument alone, nothing written."""
    leader = _session(simulation, spec, previous, leader_only=True)
    leader.open()
    run_until(leader.leader, spec.clock.second(spec.clock.rth_close_ns))
    return _traded_range(spec, leader.leader)


def leading_instrument(simulation: Simulation) -> tuple[Instrument, SessionClock]:
    """The first session's leading instrument with its opening orders placed, for those who want to run it themselves; and its clock."""
    spec = session_specs(simulation)[0]
    session = _session(simulation, spec, None, leader_only=True)
    session.open()
    return session.leader, spec.clock


def _one_by_one(simulation: Simulation, files: list[FileSpec], folder: Path) -> Iterator[FileResult]:
    previous: TradedRange | None = None
    for file in files:
        result = write_file(simulation, file, previous, folder)
        previous = result.traded or previous
        yield result


def _in_parallel(simulation: Simulation, files: list[FileSpec], folder: Path, workers: int) -> Iterator[FileResult]:
    """Files over processes. One of them runs ahead through the sessions' ranges; a file starts when the range before it is known."""
    with ProcessPoolExecutor(workers, mp_context=worker_context([__name__])) as pool:
        writing: set[Future[FileResult]] = set()
        ahead: Future[TradedRange] | None = None
        previous: TradedRange | None = None
        waiting = deque(files)
        while waiting or writing:
            while waiting and ahead is None:
                file = waiting.popleft()
                if file.today is not None and waiting:
                    ahead = pool.submit(traded_range, simulation, file.today, previous)
                writing.add(pool.submit(write_file, simulation, file, previous, folder))
            watched: set[Future[Any]] = {*writing, *([ahead] if ahead else [])}
            done, _ = wait(watched, return_when=FIRST_COMPLETED)
            if ahead in done and ahead is not None:
                previous, ahead = ahead.result(), None
            finished = {future for future in writing if future in done}
            writing -= finished
            for future in finished:
                yield future.result()


def _file_records(simulation: Simulation, file: FileSpec, today: Session | None) -> Iterator[NDArray[np.void]]:
    """A UTC file's records in order: snapshot, the session to its end, the next session's evening."""
    wire, wire_rng = idle_wire(), np.random.default_rng([simulation.seed, _ordinal(file.date), WIRE])
    midnight_ns = utc_day_start_ns(file.date)
    if file.today and today:
        clock = file.today.clock
        today.open()
        for _ in today.run(clock.second(clock.midnight_ns)):
            pass
        today.wire, today.wire_rng = wire, wire_rng
        yield today.snapshots(midnight_ns)
        yield from _day_records(simulation, file.today, today)
        yield today.close(clock.end_ns)
    if file.tomorrow:
        evening = _session(simulation, file.tomorrow, None)
        evening.wire, evening.wire_rng = wire, wire_rng
        if file.today is None:
            yield evening.snapshots(midnight_ns)
        yield evening.open()
        yield from evening.run(file.tomorrow.clock.second(file.tomorrow.clock.midnight_ns))


def _day_records(simulation: Simulation, spec: SessionSpec, session: Session) -> Iterator[NDArray[np.void]]:
    """From 00:00 UTC to Globex's close, with what is asked to go wrong that day."""
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
        mended_s = lost_s + GAP_LOST_S + GAP_BAD_S
        yield from _flagged(session.run(mended_s), F_MAYBE_BAD_BOOK)
        yield session.snapshots(clock.origin_ns + int(mended_s) * NS_PER_S)
    yield from session.run(clock.second(clock.end_ns))


def _flagged(pieces: Iterator[NDArray[np.void]], flag: int) -> Iterator[NDArray[np.void]]:
    for records in pieces:
        records["flags"] |= flag
        yield records


def _session(simulation: Simulation, spec: SessionSpec, previous: TradedRange | None, leader_only: bool = False) -> Session:
    """The session's instruments at its origin: the leading contract, the other one, the calendar spread."""
    day, shape = _ordinal(spec.date), _session_shape(simulation, spec)
    shares = _record_shares(spec.far_share)
    plan = session_plan(
        spec.clock,
        shape._replace(records=shape.records * shares[LEADER]),
        START_POSITION + spec.end_ticks - spec.start_ticks,
        _knobs(simulation),
        float(load_settings().session.opening_range_s),
    )
    listing = _outright_listing(spec, spec.leader)
    known = None
    if previous is not None and previous.symbol == spec.leader.symbol:
        known = KnownRange(previous.high_ticks - listing.base_ticks, previous.low_ticks - listing.base_ticks)
    instruments = [open_instrument(listing, plan, [simulation.seed, day, LEADER], known)]
    if not leader_only:
        follower = following_plan(plan, quieter(shape, shares[FOLLOWER]))
        still = still_plan(plan, quieter(shape, shares[SPREAD]))
        instruments.append(open_instrument(_outright_listing(spec, spec.other), follower, [simulation.seed, day, FOLLOWER], None))
        instruments.append(open_instrument(_spread_listing(spec), still, [simulation.seed, day, SPREAD], None))
    return Session(instruments, idle_wire(), np.random.default_rng([simulation.seed, day, WIRE, 0]))


def _knobs(simulation: Simulation) -> Knobs:
    return Knobs(simulation.signature, simulation.outcome, simulation.placebo, NO_LAG if simulation.lag is None else simulation.lag)


def _session_shape(simulation: Simulation, spec: SessionSpec) -> Shape:
    """All instruments' session; a half day has the records of its shorter regular hours."""
    shape = shape_of_day(simulation.records)
    return shape._replace(records=shape.records * (spec.clock.rth_close_ns - spec.clock.rth_open_ns) / FULL_SESSION_NS)


def _record_shares(far_share: float) -> tuple[float, float, float]:
    """Shares of the records: the leading contract, the other one, the spread."""
    crossed = min(far_share, 1.0 - far_share)
    leader = LEADER_SHARE * (1.0 - crossed) + OTHER_SHARE * crossed
    return leader, LEADER_SHARE + OTHER_SHARE - leader, SPREAD_SHARE


def _outright_listing(spec: SessionSpec, contract: Contract) -> Listing:
    base = spec.start_ticks + CARRY_TICKS * contract.quarter - START_POSITION
    return Listing(contract.instrument_id, base, tick_nanos(load_settings().tick_of(ROOT)))


def _spread_listing(spec: SessionSpec) -> Listing:
    """Near minus far, about -55 points, on the spread's own finer grid."""
    carry_points = CARRY_TICKS * load_settings().tick_of(ROOT)
    base = round(-carry_points / SPREAD_TICK_POINTS) - START_POSITION
    return Listing(_spread_id(spec), base, tick_nanos(SPREAD_TICK_POINTS))


def _spread_id(spec: SessionSpec) -> int:
    return spec.near.instrument_id * 10


def _symbols(file: FileSpec) -> dict[str, int]:
    """Raw symbols of a UTC file and their instrument ids."""
    symbols: dict[str, int] = {}
    for spec in (file.today, file.tomorrow):
        if spec is not None:
            symbols[spec.near.symbol] = spec.near.instrument_id
            symbols[spec.far.symbol] = spec.far.instrument_id
            symbols[f"{spec.near.symbol}-{spec.far.symbol}"] = _spread_id(spec)
    return symbols


def _traded_range(spec: SessionSpec, leader: Instrument) -> TradedRange:
    base = leader.listing.base_ticks
    return TradedRange(spec.leader.symbol, int(leader.market.rth_high) + base, int(leader.market.rth_low) + base)


def _truth(simulation: Simulation, spec: SessionSpec, leader: Instrument) -> pa.Table:
    """The session's episodes, TRUTH_SCHEMA."""
    rows = leader.planting.truth[: int(leader.planting.rows)]
    count, lag = len(rows), simulation.lag
    ts_ns = spec.clock.origin_ns + (rows["time_s"] * NS_PER_S).astype(np.int64)
    drift_ns = ts_ns + int(drift_after_s(_knobs(simulation).lag_s) * NS_PER_S)
    end_ns = None if lag is None else drift_ns - round(lag * NS_PER_S)
    return pa.table(
        {
            "session_date": [spec.date] * count,
            "symbol": [spec.leader.symbol] * count,
            "ts_ns": ts_ns,
            "level_id": [LEVEL_IDS[int(i)] for i in rows["level"]],
            "level_ticks": rows["position"].astype(np.int32) + np.int32(leader.listing.base_ticks),
            "approach_dir": ["from_below" if way > 0 else "from_above" for way in rows["direction"]],
            "class": [CLASS_NAMES[int(kind)] for kind in rows["outcome_class"]],
            "signature_class": [CLASS_NAMES[int(kind)] for kind in rows["signature_class"]],
            "signature": [simulation.signature] * count,
            "outcome": [simulation.outcome] * count,
            "drift_ns": drift_ns,
            "lag_s": [lag] * count,
            "signature_start_ns": ts_ns if end_ns is None else end_ns - int(PULSE_S) * NS_PER_S,
            "signature_end_ns": [None] * count if end_ns is None else end_ns,
        },
        schema=TRUTH_SCHEMA,
    )


def _session_dates(simulation: Simulation) -> list[str]:
    """The run's sessions and the one behind them."""
    horizon = date.fromisoformat(simulation.start) + timedelta(days=2 * simulation.days + 20)
    dates = sessions_between(simulation.start, horizon.isoformat())
    return dates[: simulation.days + 1]


def _clock(day: str) -> SessionClock:
    """A session's moments. Globex closes at 17:00 New York, at 13:15 after a half day's 13:00."""
    settings = load_settings()
    times, zone = session_times(day, settings), ZoneInfo(settings.session.timezone)
    end = time(13, 15) if times.half_day else time(17)
    return SessionClock(
        origin_ns=times.overnight_start_ns - int(OPENING_S) * NS_PER_S,
        midnight_ns=utc_day_start_ns(day),
        early_ns=_local_ns(day, time(4), zone),
        premarket_ns=times.premarket_start_ns,
        rth_open_ns=times.rth_open_ns,
        rth_close_ns=times.rth_close_ns,
        end_ns=_local_ns(day, end, zone),
    )


def _local_ns(day: str, clock: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(date.fromisoformat(day), clock, zone).timestamp()) * NS_PER_S


def _contracts(day: str, first_quarter: int) -> tuple[Contract, Contract]:
    """The contract nearest to expiry on a date, and the next."""
    near = _nearest_quarter(day)
    return _contract(near, first_quarter), _contract(near + 1, first_quarter)


def _contract(quarter: int, first_quarter: int) -> Contract:
    year, month = divmod(quarter, 4)
    symbol = f"{ROOT}{QUARTER_MONTHS[3 * month + 3]}{year % 10}"
    return Contract(symbol, 17_000 + quarter % 400, quarter - first_quarter)


def _nearest_quarter(day: str) -> int:
    """Four times the year plus 0..3 of the quarterly contract that expires next; one expiring on the date still trades."""
    at = date.fromisoformat(day)
    quarter = at.year * 4 + (at.month - 1) // 3
    return quarter if at <= _expiry(quarter) else quarter + 1


def _expiry(quarter: int) -> date:
    """Third Friday of the contract's month."""
    first = date(quarter // 4, 3 * (quarter % 4) + 3, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def _far_share(day: str, simulation: Simulation, dates: list[str]) -> float:
    """How much of the volume has crossed to the far contract: a logistic curve in sessions around the roll."""
    near = _nearest_quarter(day)
    roll = (_expiry(near) - timedelta(days=ROLL_BEFORE_EXPIRY_DAYS)).isoformat()
    if simulation.roll is not None and _nearest_quarter(simulation.roll) == near:
        roll = simulation.roll
    after = len(sessions_between(roll, day)) - 1 if day >= roll else -len(sessions_between(day, roll)) + 1
    return float(1.0 / (1.0 + np.exp(-(after + 0.5) / CROSSOVER_SESSIONS)))


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _check(simulation: Simulation) -> None:
    if simulation.days < 1:
        raise SimulationError(f"--days {simulation.days} simulates nothing. Expected 1 or more sessions.")
    if simulation.records < FEWEST_RECORDS:
        raise SimulationError(f"--records {simulation.records} is too few for a book. Expected at least {FEWEST_RECORDS:,} a day.")
    if not 0.0 <= simulation.signature <= SIGNATURE_MAX:
        raise SimulationError(
            f"--signature {simulation.signature} is outside 0 .. {SIGNATURE_MAX}. Above it the thinned side moves the price by itself."
        )
    if not 0.0 <= simulation.outcome <= OUTCOME_MAX:
        raise SimulationError(f"--outcome {simulation.outcome} is outside 0 .. {OUTCOME_MAX} ticks a second.")
    if simulation.lag is not None and not 0.0 <= simulation.lag <= LAG_MOST_S:
        raise SimulationError(f"--lag {simulation.lag} is outside 0 .. {LAG_MOST_S:g} s. The pulse must lie between touch and drift.")
    if not is_date(simulation.start):
        raise SimulationError(f"--start {simulation.start!r} is not a date. Expected YYYY-MM-DD, for example 2025-09-29.")
    dates = _session_dates(simulation)[: simulation.days]
    for name in ("gap", "degraded", "roll"):
        day = getattr(simulation, name)
        if day is not None and day not in dates:
            raise SimulationError(f"--{name} {day} is no session of this run, {dates[0]} to {dates[-1]}. Give one of its trading days.")


def _metadata(simulation: Simulation, files: list[FileSpec]) -> dict[str, Any]:
    """metadata.json as the vendor writes it, with what makes this job a simulation."""
    asked = dict(simulation._asdict())
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return {
        "version": 1,
        "job_id": f"SYNTHETIC-{files[-1].date.replace('-', '')}-{digest[:10].upper()}",
        "query": {
            "dataset": DATASET,
            "schema": "mbo",
            "symbols": [PARENT],
            "stype_in": "parent",
            "stype_out": "instrument_id",
            "start": utc_day_start_ns(files[0].date),
            "end": utc_day_start_ns(files[-1].date) + 86_400 * NS_PER_S,
            "limit": None,
            "encoding": "dbn",
            "compression": "zstd",
        },
        "customizations": {
            "pretty_px": False,
            "pretty_ts": False,
            "map_symbols": False,
            "split_symbols": False,
            "split_duration": "day",
            "split_size": None,
            "packaging": None,
            "delivery": "download",
        },
        "synthetic": True,
        "simulation": asked,
    }


def _claim(folder: Path, metadata: dict[str, Any]) -> None:
    """Make the folder this simulation's own."""
    if folder.exists() and not folder.is_dir():
        raise SimulationError(f"{folder} is a file. Give --out a new or empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and _recorded(folder) != metadata["simulation"]:
        raise SimulationError(f"{folder} is not empty and holds something else. Give --out a new or empty folder, or remove this one.")
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / METADATA).write_text(json.dumps(metadata, indent=4) + "\n")


def _recorded(folder: Path) -> Any:
    """What simulation the folder says it is; None where it says nothing."""
    path = folder / METADATA
    try:
        return json.loads(path.read_text()).get("simulation") if path.exists() else None
    except ValueError:
        return None
