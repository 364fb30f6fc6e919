"""A simulation as a Databento batch job: its files written in parallel, and the job's own files that say what it is."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..core.units import NS_PER_DAY, utc_day_start_ns
from ..lake.crew import Crew, done
from ..settings import Settings
from .batch_job import MANIFEST, METADATA, write_job
from .files import DATASET, PARENT, FileResult, FileSpec, file_specs, write_file
from .instruments import TradedRange, simulated_range
from .sessions import Simulation, SimulationError, session_specs
from .truth import TRUTH, standouts_path


def simulate(
    simulation: Simulation, folder: Path, settings: Settings, workers: int, truth_path: Path | None = None
) -> Iterator[FileResult]:
    """Write the batch folder, its files in parallel over `workers` processes; yields each file as it is done, in no fixed order.

    The truth goes to `truth_path`, by default truth.parquet in the folder, and what stood out without meaning beside it; manifest.json
    lists neither. The same simulation gives the same bytes whatever `workers`. Raises SimulationError when the folder holds anything but
    an unfinished run of the same simulation.
    """
    files = file_specs(session_specs(simulation, settings), simulation)
    metadata = _metadata(simulation, files)
    _claim(folder, metadata)
    results = []
    for result in _one_by_one(simulation, files, folder) if workers == 1 else _in_parallel(simulation, files, folder, workers):
        results.append(result)
        yield result
    results.sort(key=lambda result: result.date)
    truth_path = truth_path or folder / TRUTH
    pq.write_table(pa.concat_tables(result.truth for result in results), truth_path)
    pq.write_table(pa.concat_tables(result.standouts for result in results), standouts_path(truth_path))
    symbols = {file.date: file.symbols for file in files}
    conditions = {file.date: "degraded" if file.date in (simulation.degraded, simulation.gap) else "available" for file in files}
    write_job(folder, metadata, symbols, conditions, [result.name for result in results])


def is_done(simulation: Simulation, folder: Path) -> bool:
    """Whether the folder holds this simulation already, whole."""
    return (folder / MANIFEST).exists() and _recorded(folder) == dict(simulation._asdict())


def _one_by_one(simulation: Simulation, files: list[FileSpec], folder: Path) -> Iterator[FileResult]:
    previous: TradedRange | None = None
    for file in files:
        result = write_file(simulation, file, previous, folder)
        previous = result.traded or previous
        yield result


def _in_parallel(simulation: Simulation, files: list[FileSpec], folder: Path, workers: int) -> Iterator[FileResult]:
    """Files over a crew. One of its calls runs ahead through the sessions' ranges; a file starts when the range before it is known."""
    with Crew(workers, [__name__]) as crew:
        waiting = deque(files)
        previous: TradedRange | None = None
        ahead = _next_files(crew, simulation, waiting, previous, folder)
        for number, outcome in crew.results():
            result = done(outcome)
            if number == ahead:
                previous = result
                ahead = _next_files(crew, simulation, waiting, previous, folder)
            else:
                yield result


def _next_files(crew: Crew, simulation: Simulation, waiting: deque[FileSpec], previous: TradedRange | None, folder: Path) -> int | None:
    """Hand in the files whose range before them is known; returns the number of the call that finds the next range, if one is needed."""
    while waiting:
        file = waiting.popleft()
        ahead = crew.hand_in(partial(simulated_range, simulation, file.today, previous)) if file.today and waiting else None
        crew.hand_in(partial(write_file, simulation, file, previous, folder))
        if ahead is not None:
            return ahead
    return None


def _metadata(simulation: Simulation, files: list[FileSpec]) -> dict[str, Any]:
    """metadata.json as the vendor writes it, with what makes this job a simulation."""
    request = dict(simulation._asdict())
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
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
            "end": utc_day_start_ns(files[-1].date) + NS_PER_DAY,
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
        "simulation": request,
    }


def _claim(folder: Path, metadata: dict[str, Any]) -> None:
    """Make the folder this simulation's own."""
    if folder.exists() and not folder.is_dir():
        raise SimulationError("{value} is a file.", value=folder, fix="Give --out a new or empty folder.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and _recorded(folder) != metadata["simulation"]:
        what = "{value} is not empty and holds something else."
        raise SimulationError(what, value=folder, fix="Give --out a new or empty folder, or remove this one.")
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / METADATA).write_text(json.dumps(metadata, indent=4) + "\n")


def _recorded(folder: Path) -> Any:
    """What simulation the folder says it is; None where it says nothing."""
    path = folder / METADATA
    try:
        return json.loads(path.read_text()).get("simulation") if path.exists() else None
    except ValueError:
        return None
