"""`spymaster bench`: how fast and how large, as ratios to floors taken in the same run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer

from .market import DAYS, END, FRONT, SIX_LEVELS, START
from .query import QUERY_DAYS, QUERY_ROWS, QueryTimes, query_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...planning import ContractDay
    from ...settings import Settings
    from ...stages.base import Stage

REPEATS = 3
SHORT_REPEATS = 20
"""Of calls of a few milliseconds, which a busy neighbour disturbs most."""


class Figure(NamedTuple):
    """One measured figure and what it should reach."""

    name: str
    value: str
    goal: str
    reached: bool | None
    """None where there is no goal, or where it does not apply to this machine or size."""


CHAIN = (
    "ingest_preview",
    "compute_book_flow_5s",
    "compute_session_usual",
    "compute_levels",
    "compute_level_vacuum_5s",
    "compute_touch_physics_5s",
    "compute_strike_physics_5s",
    "compute_walls_5s",
    "compute_level_physics_5s",
    "build_trigger_vectors",
)
"""The stages from raw to vectors, and the physics around levels, which knows the walls."""
PAST_STAGES = 3
"""Of them, those that a later day's levels and usual are made from."""


class DayTimes(NamedTuple):
    """Best times of the last day's steps, in seconds, and the worker's peak memory, taken in a process of its own."""

    records: int
    levels: int
    """Those of the settings that have a price on the day."""
    floor: float
    bronze: float
    flow: float
    gold: float
    kernel: float
    features: float
    windows_and_levels: int
    rows_in_reach: int
    """Of those, where the level lies within the flow's band."""
    bronze_bytes: int
    peak_bytes: int


Times = TypeVar("Times", DayTimes, QueryTimes)


def bench(
    records: Annotated[int, typer.Option(min=20_000, help="Records of the simulated day; a real ES day has about 11,000,000.")] = 2_000_000,
    sessions: Annotated[
        int, typer.Option(min=0, help="Sessions of the lake that the walk-forward is measured on, some minutes at 68; 0 leaves it out.")
    ] = 68,
    folder: Annotated[
        Path | None, typer.Option(help="Where to work, and keep the simulated day. Default: a folder that is removed.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure every step on a simulated day, beside the time that decompressing the same file takes (Z).

    Example: `spymaster bench --records 11000000 --folder /tmp/spymaster-bench`
    """
    import json as json_format
    import tempfile

    from rich.console import Console

    console = Console(stderr=json)
    with tempfile.TemporaryDirectory() as temporary:
        figures = []
        for figure in _measure(records, sessions, folder or Path(temporary)):
            figures.append(figure)
            if not json:
                mark = {True: "reached", False: "missed", None: ""}[figure.reached]
                console.print(f"{figure.name:<58} {figure.value:>24}   goal {figure.goal:<16} {mark}", highlight=False, soft_wrap=True)
    if json:
        typer.echo(json_format.dumps([figure._asdict() for figure in figures], indent=1))


def _measure(records: int, sessions: int, folder: Path) -> Iterator[Figure]:
    from functools import partial

    rate = _simulate(records, folder)
    if rate is not None:
        yield Figure("simulator (synthetic), one core", f"{rate / 1e6:.1f} M records/s", ">= 2 M", rate >= 2e6)
    day = _in_child(partial(_day_times, folder))
    floor = day.floor
    yield Figure("floor Z: zstd decompression of the day's file", f"{floor:.3f} s, {day.records / 1e6:.1f} M records", "", None)
    yield _ratio("raw -> bronze", day.bronze, floor, 3.6)
    yield _ratio("bronze -> silver flow", day.flow, floor, 1.3)
    yield _ratio(f"raw -> bronze -> silver -> gold vectors, {day.levels} levels", day.gold, floor, 5.0)
    nanoseconds = day.kernel / day.records * 1e9
    yield Figure("book kernel", f"{nanoseconds:.0f} ns a record", "<= 30", nanoseconds <= 30)
    microseconds = day.features / day.windows_and_levels * 1e6
    yield Figure("features of a window and level", f"{microseconds:.2f} us", "<= 1 us", microseconds <= 1)
    in_reach = day.features / max(day.rows_in_reach, 1) * 1e6
    yield Figure("the same, counting only where the level is in reach", f"{in_reach:.2f} us", "", None)
    yield Figure("bronze on disk", f"{day.bronze_bytes / day.records:.1f} bytes a record", "<= 12", day.bronze_bytes / day.records <= 12)
    yield Figure("peak memory of a worker", f"{day.peak_bytes / 2**20:.0f} MiB", "<= 700", day.peak_bytes <= 700 * 2**20)
    query = _in_child(query_times)
    yield Figure(f"floor P: numpy's product of {QUERY_ROWS:,} vectors and one", f"{query.floor * 1e3:.1f} ms", "", None)
    for name, seconds, goal_ms in (
        (f"an answer among {QUERY_ROWS:,} candidates", query.answer, 5),
        ("the nearest by the user's plain distance", query.user, 10),
        ("the same by FAISS", query.faiss, None),
    ):
        reached = seconds * 1e3 <= goal_ms if goal_ms is not None else None
        goal = f"<= {goal_ms} ms" if goal_ms is not None else ""
        yield Figure(name, f"{seconds / query.floor:.2f} P ({seconds * 1e3:.1f} ms)", goal, reached)
    speed_up = _speed_up(folder)
    yield Figure(f"bronze and book flow of {DAYS} days, 2 workers against 1", f"{speed_up:.2f} x", ">= 1.8", speed_up >= 1.8)
    seconds = min(_seconds(lambda: _spymaster("--help")) for _ in range(REPEATS))
    yield Figure("spymaster --help", f"{seconds:.2f} s", "< 0.4", seconds < 0.4)
    if sessions:
        yield from _walk_forward(folder, sessions)


def _walk_forward(folder: Path, sessions: int) -> Iterator[Figure]:
    from .walk_forward import TESTS, WINDOWS, WORKERS, walk_forward_times

    walk = walk_forward_times(folder, sessions)
    size = f"{sessions} sessions x {len(SIX_LEVELS) * 2 * TESTS * WINDOWS} windows, {WORKERS} workers"
    whole = sessions >= QUERY_DAYS
    reached = walk.evaluation < 300 if whole else None
    yield Figure(f"walk-forward of {size}, all forecasters", f"{walk.evaluation:.0f} s, {walk.windows:,} scored", "< 300 s", reached)
    gigabytes = walk.peak_bytes / 1e9
    yield Figure("its peak memory, all processes", f"{gigabytes:.2f} GB", "< 2 GB", gigabytes < 2 if whole else None)


def _ratio(name: str, seconds: float, floor: float, goal: float) -> Figure:
    return Figure(name, f"{seconds / floor:.2f} Z ({seconds:.2f} s)", f"<= {goal} Z", seconds / floor <= goal)


def _seconds(call: Callable[[], Any]) -> float:
    from time import perf_counter

    began = perf_counter()
    call()
    return perf_counter() - began


def _best(call: Callable[[], Any], repeats: int = REPEATS) -> float:
    return min(_seconds(call) for _ in range(repeats))


def _simulate(records: int, folder: Path) -> float | None:
    """Days of `records` and, to warm up with, small ones, imported into lakes of their own.

    Returns simulated records a second; None for days that the folder held already.
    """
    from ...settings import load_settings
    from ...simulation.sessions import Simulation
    from ...simulation.simulate import is_done, simulate
    from ...sources.raw import collect, import_batch

    def made(name: str, size: int) -> float | None:
        simulation = Simulation(START, DAYS, size, 7, 0.3, 0.15, False, None, None, None)
        job = folder / name / "job"
        total = 0

        def write() -> None:
            nonlocal total
            total = sum(result.records for result in simulate(simulation, job, load_settings(), workers=1))

        seconds = 0.0 if is_done(simulation, job) else _seconds(write)
        list(import_batch(collect([job]), folder / name / "lake"))
        return total / seconds if seconds else None

    made("small", 20_000)
    return made(f"large-{records}", records)


def _in_child(measure: Callable[[], Times]) -> Times:
    """`measure` in a process of its own, so that its peak memory and its threads are its own."""
    from ...lake.crew import Crew, done

    with Crew(1, apart=True) as crew:
        ((_, outcome),) = crew.run([measure])
    times: Times = done(outcome)
    return times


def _lakes(folder: Path) -> tuple[Path, Path]:
    (large,) = folder.glob("large-*/lake")
    return folder / "small" / "lake", large


def _day_times(folder: Path) -> DayTimes:
    import pyarrow as pa

    from ...core.tables import LEVELS_TABLE, MBO
    from ...lake.machine import peak_bytes
    from ...lake.partitions import read_facts, read_manifest, ref_in
    from ...lake.raw import raw_by_date
    from ...planning import ContractDay
    from ...settings import load_settings

    pa.set_cpu_count(1)  # as every worker does
    settings = load_settings()
    small, large = _lakes(folder)
    for lake in (small, large):
        seconds = _chain_seconds(lake, settings)
        peak = peak_bytes()
    unit = ContractDay("ES", FRONT, END)
    (file,) = raw_by_date(large, "ES")[END]
    manifest = read_manifest(ref_in(large, MBO, FRONT, END))
    absent = read_facts(ref_in(large, LEVELS_TABLE, FRONT, END))["absent"]
    features_s, pairs, in_reach = _feature_seconds(large, unit, settings)
    return DayTimes(
        records=manifest.rows,
        levels=len(settings.levels.default) - len(absent),
        floor=_best(lambda: _decompress(file)),
        bronze=seconds["ingest_preview"],
        flow=seconds["compute_book_flow_5s"],
        gold=sum(seconds.values()),
        kernel=_kernel_seconds(large, unit, settings),
        features=features_s,
        windows_and_levels=pairs,
        rows_in_reach=in_reach,
        bronze_bytes=sum(part.bytes for part in manifest.files),
        peak_bytes=peak,
    )


def _chain() -> list[Stage]:
    from ...pipeline import build_pipeline

    return [stage for stage in build_pipeline("future_mbo", "all") if stage.name in CHAIN]


def _chain_seconds(lake: Path, settings: Settings) -> dict[str, float]:
    """Best time of each stage by name on the last day, after its past has been built."""
    from ...config import load_config
    from ...lake.keep import keep

    keep(load_config(lake), "ES", "silver")
    *earlier, last = _sessions()
    for date in earlier:
        for stage in _chain()[:PAST_STAGES]:
            _stage_seconds(stage, date, lake, settings, repeats=1)
    return {stage.name: _stage_seconds(stage, last, lake, settings) for stage in _chain()}


def _stage_seconds(stage: Stage, date: str, lake: Path, settings: Settings, repeats: int = REPEATS) -> float:
    from ...config import load_config
    from ...planning import contract_day

    cfg = load_config(lake)
    unit = contract_day(cfg, stage.layer, FRONT, date)
    return _best(lambda: stage.build(unit, cfg, settings, overwrite=True), repeats)


def _decompress(file: Path) -> None:
    import zstandard

    buffer = bytearray(1 << 22)
    with file.open("rb") as compressed, zstandard.ZstdDecompressor().stream_reader(compressed) as stream:
        while stream.readinto(buffer):
            pass


def _kernel_seconds(lake: Path, unit: ContractDay, settings: Settings) -> float:
    """The kernel alone, over the whole day's events in memory."""
    from ...core.book.flow import new_flow
    from ...core.book.kernel import advance
    from ...core.book.state import new_book
    from ...core.session import trades_end_ns
    from ...core.tables import MBO
    from ...core.units import NS_PER_MS, NS_PER_S
    from ...lake.partitions import ref_in
    from ...sources.calendar import session_times
    from ...sources.parquet import read_events

    times, window_ns = session_times(unit.date, settings), settings.book.window_s * NS_PER_S
    batches = list(read_events(ref_in(lake, MBO, unit.symbol, unit.date)))

    def play() -> None:
        book = new_book(settings.book.rest_ms * NS_PER_MS, big_contracts=settings.book.big_contracts)
        flow = new_flow(times.flow_start_ns, trades_end_ns(times), window_ns, settings.book.band_ticks, times.end_ns)
        for events in batches:
            book, _ = advance(events, book, flow)

    return _best(play)


def _feature_seconds(lake: Path, unit: ContractDay, settings: Settings) -> tuple[float, int, int]:
    """Zone sums and all features of the day's levels; how many windows times levels they were, and in how many the level was in reach."""
    from ...core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE
    from ...io import read_table
    from ...lake.partitions import ref_in
    from ...sources.calendar import session_times
    from ...stages.silver.future_mbo.compute_level_vacuum_5s import flow_tape, vacuum_table
    from ...stages.windows import as_windows, levels_in_force, until_session_end

    def table(dataset: str) -> Any:
        return read_table(ref_in(lake, dataset, unit.symbol, unit.date))

    times = session_times(unit.date, settings)
    windows = as_windows(until_session_end(table(BOOK_WINDOWS), times), times, settings.book.window_s)
    in_force = levels_in_force(table(LEVELS_TABLE), windows.start_ns)
    tape = flow_tape(table(BOOK_FLOW), windows)
    rows = vacuum_table(tape, windows, in_force, settings).num_rows
    pairs = int(windows.in_session.sum()) * len(in_force)
    return _best(lambda: vacuum_table(tape, windows, in_force, settings), SHORT_REPEATS), pairs, rows


def _speed_up(folder: Path) -> float:
    """Bronze and book flow of all days by one worker over two, each crew warmed up on small days first."""
    from functools import partial
    from time import perf_counter

    from ...errors import SpymasterError
    from ...lake.crew import Crew, Failure

    small, large = _lakes(folder)

    def build(workers: int) -> float:
        with Crew(workers, [__name__]) as crew:
            for lake in (small, large):
                calls = [partial(_bronze_and_flow, lake, date) for date in _sessions()]
                began = perf_counter()
                failures = [outcome for _, outcome in crew.run(calls) if isinstance(outcome, Failure)]
                seconds = perf_counter() - began
                if failures:
                    raise SpymasterError(f"a day could not be built: {failures[0].message}")
        return seconds

    return build(1) / build(2)


def _sessions() -> list[str]:
    from ...sources.calendar import sessions_between

    return sessions_between(START, END)


def _bronze_and_flow(lake: Path, date: str) -> None:
    from ...config import REPO_ROOT, load_config

    bronze, flow, *_ = _chain()
    bronze.run(load_config(lake), REPO_ROOT, "ES", date, overwrite=True)
    flow.run(load_config(lake), REPO_ROOT, FRONT, date, overwrite=True)


def _spymaster(*arguments: str) -> None:
    import subprocess
    import sys

    subprocess.run([sys.executable, "-m", "src.data_eng.cli.main", *arguments], capture_output=True, check=True)
