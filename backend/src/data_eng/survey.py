"""What `doctor` looks at: what is installed, what lies in the lake, what is stale or missing, and the command that mends each."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .config import AppConfig, Environment, Settings, load_config, load_datasets
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
from .lake.attempts import ATTEMPT_PREFIX
from .lake.keep import Kept, in_order, read_kept, settings_of
from .lake.raw import unreadable_files
from .pipeline import LAYERS, build_pipeline
from .planning import DAYS
from .retrieval.mbo_contract_day_selector import is_current, kept_selection, selection_path
from .sources.calendar import sessions_between
from .stages.base import LEVELS, Stage
from .stages.silver.future_mbo.compute_levels import LEVELS_TABLE

LIBRARIES = (
    "databento", "databento-dbn", "exchange-calendars", "fastavro", "matplotlib", "numba", "numpy", "pandas-market-calendars", "polars",
    "pyarrow", "pydantic", "rich", "typer", "zstandard",
)  # fmt: skip
COMMANDS_ON_A_LAKE = ("spymaster build ", "spymaster select ", "spymaster index ")
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
    built_with: dict[str, Kept]
    """Session and levels of each root, as the lake keeps them."""
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
        built_with=read_kept(lake),
        tables=tuple(_tables(lake)),
        indexes=tuple(
            path.parent.relative_to(lake / "indexes").as_posix() for path in sorted(lake.glob("indexes/*/*/[!.]*/manifest.json"))
        ),
        problems=(*problems, *(_for_lake(problem, lake) for problem in _lake_problems(environment, settings, verify))),
    )


def _for_lake(problem: Problem, lake: Path) -> Problem:
    """The problem with its command naming the lake, where that is not the one a command works on by itself."""
    if lake.absolute() == load_config().lake_root or not problem.mend.startswith(COMMANDS_ON_A_LAKE) or "--lake " in problem.mend:
        return problem
    return problem.model_copy(update={"mend": f"{problem.mend} --lake {lake}"})


def _datasets() -> list[str]:
    """Tables, and the raw files of order records."""
    return [key for key, entry in load_datasets().items() if entry.contract is not None or key == RAW]


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _tables(lake: Path) -> Iterable[TableState]:
    for dataset in sorted(_datasets(), key=lambda key: ("raw", *LAYERS).index(key.partition(".")[0])):
        by_root: dict[str, list[PartitionRef]] = {}
        for ref in list_partitions(lake, dataset):
            by_root.setdefault(root_of(ref.symbol), []).append(ref)
        for root, refs in sorted(by_root.items()):
            yield _table(dataset, root, refs)


def _table(dataset: str, root: str, refs: list[PartitionRef]) -> TableState:
    manifests = [] if dataset == RAW else [read_manifest(ref) for ref in refs]
    sizes = [read_facts(ref)["bytes"] if dataset == RAW else sum(part.bytes for part in read_manifest(ref).files) for ref in refs]
    dates = [ref.date for ref in refs]
    return TableState(
        dataset=dataset,
        root=root,
        partitions=len(refs),
        rows=sum(manifest.rows for manifest in manifests),
        bytes=sum(sizes),
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
    problems += [
        Problem(what=found.problem, mend=f"move it out of {found.path.parent}") for root in roots for found in unreadable_files(lake, root)
    ]
    problems += _unfinished(lake) + _short_of_levels(lake)
    cfg = AppConfig(lake, settings, environment._replace(level_id=None))
    for layer in LAYERS:
        problems += _stale(cfg, layer)
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
    selection = kept_selection(map_path or selection_path(lake), root)
    if selection is None:
        yield Problem(what=f"{root}: no selection map", mend=f"spymaster select --symbol {root} --dates {raw[0]}:{raw[-1]}")
        return
    if map_path is None and not is_current(selection, lake, settings):
        yield Problem(
            what=f"{root}: the selection map is older than bronze", mend=f"spymaster select --symbol {root} --dates {raw[0]}:{raw[-1]}"
        )
    for layer in ("silver", "gold"):
        outputs = [dataset for stage in _stages(layer) for dataset in stage.io.outputs]
        days = {(ref.symbol, ref.date) for ref in list_partitions(lake, outputs[-1])}
        missing = [date for symbol, date in selection.chosen() if (symbol, date) not in days]
        if missing:
            yield Problem(what=f"{root}: chosen contract-days without {layer}: {_span(missing)}", mend=_build(layer, root, missing))


def _unfinished(lake: Path) -> list[Problem]:
    """Folders that a killed run left: never read, and cleared by the next run of the same contract-day."""
    found = []
    for dataset in _datasets():
        for ref in list_folders(lake, dataset) if dataset != RAW else []:
            left = any(ref.path.glob(f"{ATTEMPT_PREFIX}*"))
            if left or not is_partition_complete(ref):
                found.append(Problem(what=f"{ref} is unfinished or being written", mend=_build(ref.layer, ref.symbol, [ref.date])))
    return found


def _short_of_levels(lake: Path) -> list[Problem]:
    """Days that hold fewer levels than the lake is built with; later days, whose past they are, are built with them."""
    kept = read_kept(lake)
    short: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    newest: dict[str, str] = {}
    for ref in list_partitions(lake, LEVELS_TABLE):
        root = root_of(ref.symbol)
        newest[root] = max(ref.date, newest.get(root, ""))
        absent = set(kept[root].levels) - set(read_facts(ref).get(LEVELS, ())) if root in kept else set()
        if absent:
            short.setdefault((root, in_order(absent)), []).append(ref.date)
    return [
        Problem(what=f"{root}: {_span(dates)} without {', '.join(levels)}", mend=_build("all", root, [*dates, newest[root]]))
        for (root, levels), dates in short.items()
    ]


def _stale(cfg: AppConfig, layer: str) -> list[Problem]:
    """Partitions that a build would renew, judged by the session that the lake is built for and the levels that each holds."""
    found, lake = [], cfg.lake_root
    for stage in _stages(layer):
        reasons: dict[tuple[str, str], list[str]] = {}
        for ref in (ref for dataset in stage.io.outputs for ref in list_partitions(lake, dataset)):
            settings = settings_of(cfg, root_of(ref.symbol), layer)
            reason = stage.why_stale(read_manifest(ref), settings, partial(_present_sha256, lake))
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
    for dataset in _datasets():
        for ref in list_partitions(lake, dataset) if dataset != RAW else []:
            try:
                verify_partition(ref)
            except PartitionCorrupt as error:
                what, _, mend = str(error).partition(" Run: ")
                found.append(Problem(what=what, mend=mend))
    return found


def _stages(layer: str) -> list[Stage]:
    return [stage for stage in build_pipeline("future_mbo", layer) if stage.io.outputs]


def _build(layer: str, symbol: str, dates: Iterable[str]) -> str:
    days = sorted(dates)
    return f"spymaster build --layer {layer} --symbol {symbol} --dates {days[0]}:{days[-1]}"


def _span(dates: Iterable[str]) -> str:
    days = sorted(set(dates))
    return days[0] if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
