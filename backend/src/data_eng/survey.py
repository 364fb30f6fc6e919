"""What `doctor` looks at: what is installed, what lies in the lake, what is stale or missing, and the command that mends each."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .attempts import ATTEMPT_PREFIX
from .config import Environment, Settings
from .contracts import load_datasets
from .core.instrument import root_of
from .io import (
    RAW,
    PartitionCorrupt,
    PartitionRef,
    is_partition_complete,
    list_folders,
    list_partitions,
    manifest_sha256,
    parse_ref,
    read_facts,
    read_manifest,
    verify_partition,
)
from .pipeline import LAYERS, build_pipeline
from .planning import DAYS, settings_of_layer
from .retrieval.mbo_contract_day_selector import is_current, load_selection, selection_path
from .sources.calendar import sessions_between
from .stages.base import Stage

LIBRARIES = (
    "databento", "databento-dbn", "exchange-calendars", "fastavro", "matplotlib", "numba", "numpy", "pandas-market-calendars", "polars",
    "pyarrow", "pydantic", "rich", "typer", "zstandard",
)  # fmt: skip
LOW_DISK_BYTES = 2_000_000_000
"""Ten full ES days of bronze; below it a build is likely to stop."""


class _Finding(BaseModel):
    model_config = ConfigDict(frozen=True)


class TableState(_Finding):
    """One table of one root in the lake."""

    dataset: str
    root: str
    partitions: int
    rows: int
    bytes: int
    first: str
    last: str
    synthetic: int
    """Partitions made from simulated data."""


class Problem(_Finding):
    """Something missing, stale or broken."""

    what: str
    mend: str


class Survey(_Finding):
    """All that doctor knows."""

    python: str
    libraries: dict[str, str | None]
    lake: str
    disk_free_bytes: int
    environment: dict[str, str | None]
    tables: tuple[TableState, ...]
    indexes: tuple[str, ...]
    """`mbo_<level>/<setup>/<approach>` of every index that is there."""
    problems: tuple[Problem, ...]


def take_survey(environment: Environment, settings: Settings, verify: bool) -> Survey:
    """Look at everything; `verify` hashes every file of every partition, too."""
    lake = environment.lake
    libraries = {name: _version(name) for name in LIBRARIES}
    free = shutil.disk_usage(next(folder for folder in (lake, *lake.parents) if folder.exists())).free
    variables = {
        "LEVEL_ID": environment.level_id,
        "MBO_INDEX_DIR": str(environment.index_dir) if environment.index_dir else None,
        "MBO_SELECTION_PATH": str(environment.selection_path) if environment.selection_path else None,
    }
    problems = [
        Problem(what=f"{name} is not installed", mend="cd backend && uv sync") for name, found in libraries.items() if found is None
    ]
    if free < LOW_DISK_BYTES:
        problems.append(
            Problem(what=f"only {free / 1e9:.1f} GB free at {lake}", mend="free space, or name another lake with SPYMASTER_LAKE")
        )
    return Survey(
        python=platform.python_version(),
        libraries=libraries,
        lake=str(lake),
        disk_free_bytes=free,
        environment=variables,
        tables=tuple(_tables(lake)),
        indexes=tuple(
            path.parent.relative_to(lake / "indexes").as_posix() for path in sorted(lake.glob("indexes/*/*/[!.]*/manifest.json"))
        ),
        problems=(*problems, *_lake_problems(environment, settings, verify)),
    )


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _tables(lake: Path) -> Iterable[TableState]:
    for dataset in sorted(load_datasets(), key=lambda key: ("raw", *LAYERS).index(key.partition(".")[0])):
        by_root: dict[str, list[PartitionRef]] = {}
        for ref in list_partitions(lake, dataset):
            by_root.setdefault(root_of(ref.symbol), []).append(ref)
        for root, refs in sorted(by_root.items()):
            yield _table(dataset, root, refs)


def _table(dataset: str, root: str, refs: list[PartitionRef]) -> TableState:
    manifests = [] if dataset == RAW else [read_manifest(ref) for ref in refs]
    dates = [ref.date for ref in refs]
    return TableState(
        dataset=dataset,
        root=root,
        partitions=len(refs),
        rows=sum(manifest.rows for manifest in manifests),
        bytes=sum(file.stat().st_size for ref in refs for file in ref.path.iterdir() if file.is_file()),
        first=min(dates),
        last=max(dates),
        synthetic=sum(bool(read_facts(ref).get("synthetic")) for ref in refs),
    )


def _lake_problems(environment: Environment, settings: Settings, verify: bool) -> list[Problem]:
    lake = environment.lake
    roots = sorted({ref.symbol for ref in list_partitions(lake, RAW)})
    if not roots:
        return [Problem(what=f"lake {lake} holds no raw file", mend="spymaster import FILE, or spymaster simulate")]
    problems = [problem for root in roots for problem in _gaps(lake, root, settings, environment.selection_path)]
    problems += _unfinished(lake)
    for layer in LAYERS:
        problems += _stale(lake, layer, settings_of_layer(settings, layer, None, environment.level_id))
    return problems + (_damaged(lake) if verify else [])


def _gaps(lake: Path, root: str, settings: Settings, map_path: Path | None) -> Iterable[Problem]:
    """Sessions without raw, raw without bronze, chosen contract-days without silver or gold."""
    raw = [ref.date for ref in list_partitions(lake, RAW, root)]
    absent = [day for day in sessions_between(raw[0], raw[-1]) if day not in raw]
    if absent:
        yield Problem(what=f"{root}: no raw file for {_span(absent)}", mend="spymaster import FILE")
    held = {ref.date for ref in list_partitions(lake, DAYS, root)}
    unbuilt = [day for day in raw if day not in held]
    if unbuilt:
        yield Problem(what=f"{root}: raw without bronze: {_span(unbuilt)}", mend=_build("bronze", root, unbuilt))
    kept = map_path or selection_path(lake, root)
    if not kept.exists():
        yield Problem(what=f"{root}: no selection map", mend=f"spymaster select --symbol {root} --dates {raw[0]}:{raw[-1]}")
        return
    selection = load_selection(kept)
    if map_path is None and not is_current(selection, lake, settings):
        yield Problem(
            what=f"{root}: the selection map is older than bronze", mend=f"spymaster select --symbol {root} --dates {raw[0]}:{raw[-1]}"
        )
    for layer in ("silver", "gold"):
        outputs = [dataset for stage in _stages(layer) for dataset in stage.outputs]
        days = {(ref.symbol, ref.date) for ref in list_partitions(lake, outputs[-1])}
        missing = [date for symbol, date in selection.chosen() if (symbol, date) not in days]
        if missing:
            yield Problem(what=f"{root}: chosen contract-days without {layer}: {_span(missing)}", mend=_build(layer, root, missing))


def _unfinished(lake: Path) -> list[Problem]:
    """Folders that a killed run left: never read, and cleared by the next run of the same contract-day."""
    found = []
    for dataset, entry in load_datasets().items():
        for ref in list_folders(lake, dataset):
            left = any(ref.path.glob(f"{ATTEMPT_PREFIX}*"))
            if entry.layer != "raw" and (left or not is_partition_complete(ref)):
                found.append(Problem(what=f"{ref} is unfinished or being written", mend=_build(entry.layer, ref.symbol, [ref.date])))
    return found


def _stale(lake: Path, layer: str, settings: Settings) -> list[Problem]:
    found = []
    for stage in _stages(layer):
        reasons: dict[tuple[str, str], list[str]] = {}
        for ref in (ref for dataset in stage.outputs for ref in list_partitions(lake, dataset)):
            reason = stage.why_stale(read_manifest(ref), settings.of_root(root_of(ref.symbol)), partial(_present_sha256, lake))
            if reason:
                reasons.setdefault((root_of(ref.symbol), reason.partition(":")[0]), []).append(ref.date)
        for (root, reason), dates in reasons.items():
            found.append(Problem(what=f"{root}: {stage.name} is stale for {_span(dates)}: {reason}", mend=_build(layer, root, dates)))
    return found


def _present_sha256(lake: Path, name: str, recorded: str) -> str:
    """Hash of an input now; what is no partition of the lake only its stage can judge."""
    if name.partition("/")[0] not in load_datasets():
        return recorded
    ref = parse_ref(lake, name)
    return manifest_sha256(ref) if is_partition_complete(ref) else "missing"


def _damaged(lake: Path) -> list[Problem]:
    found = []
    for dataset, entry in load_datasets().items():
        for ref in list_partitions(lake, dataset) if entry.layer != "raw" else []:
            try:
                verify_partition(ref)
            except PartitionCorrupt as error:
                what, _, mend = str(error).partition(" Run: ")
                found.append(Problem(what=what, mend=mend))
    return found


def _stages(layer: str) -> list[Stage]:
    return [stage for stage in build_pipeline("future_mbo", layer) if isinstance(stage, Stage)]


def _build(layer: str, symbol: str, dates: Iterable[str]) -> str:
    days = sorted(dates)
    return f"spymaster build --layer {layer} --symbol {symbol} --dates {days[0]}:{days[-1]}"


def _span(dates: Iterable[str]) -> str:
    days = sorted(set(dates))
    return days[0] if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
