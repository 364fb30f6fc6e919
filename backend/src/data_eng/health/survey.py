"""What `doctor` looks at: what is installed, what lies in the lake, what is stale or missing, and the command that fixes each."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ..config import AppConfig, load_datasets
from ..core.instrument import root_of
from ..core.tables import RAW_MBO
from ..lake.keep import Kept, read_kept
from ..lake.partitions import PartitionRef, list_partitions, read_facts, readable_manifest
from ..pipeline import LAYERS
from .findings import no_raw
from .judge import Judge, free_bytes
from .models import Finding

LIBRARIES = (
    "databento", "databento-dbn", "exchange-calendars", "fastavro", "matplotlib", "numba", "numpy", "pandas-market-calendars", "polars",
    "pyarrow", "pydantic", "rich", "typer", "zstandard",
)  # fmt: skip
LOW_DISK_BYTES = 2_000_000_000
"""Ten full ES days of bronze; below it a build is likely to stop."""


class TableTotals(BaseModel):
    """One table of one root in the lake."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    root: str
    partitions: int
    rows: int
    bytes: int
    first: str
    last: str
    synthetic: int
    """Partitions made from simulated data."""


class Survey(BaseModel):
    """All that doctor knows."""

    model_config = ConfigDict(frozen=True)

    python: str
    libraries: dict[str, str | None]
    lake: str
    disk_free_bytes: int
    environment: dict[str, str | None]
    built_with: dict[str, Kept]
    """Session and levels of each root, as the lake keeps them."""
    tables: tuple[TableTotals, ...]
    indexes: tuple[str, ...]
    """`mbo_<level>/<setup>/<approach>` of every index that is there."""
    problems: tuple[Finding, ...]


def take_survey(cfg: AppConfig) -> Survey:
    """Look at everything, without hashing a file."""
    lake, environment = cfg.lake_root, cfg.environment
    libraries = {name: _version(name) for name in LIBRARIES}
    variables = {
        "LEVEL_ID": environment.level_id,
        "MBO_INDEX_DIR": str(environment.index_dir) if environment.index_dir else None,
        "MBO_SELECTION_PATH": str(environment.selection_path) if environment.selection_path else None,
    }
    free = free_bytes(lake)
    problems = [Finding(what=f"{name} is not installed", fix="cd backend && uv sync") for name, found in libraries.items() if found is None]
    if free < LOW_DISK_BYTES:
        advice = "free space, or name another lake with SPYMASTER_LAKE"
        problems.append(Finding(what=f"only {free / 1e9:.1f} GB free at {lake}", fix=advice))
    return Survey(
        python=platform.python_version(),
        libraries=libraries,
        lake=str(lake),
        disk_free_bytes=free,
        environment=variables,
        built_with=read_kept(lake),
        tables=tuple(_tables(lake)),
        indexes=tuple(sorted(path.parent.relative_to(lake / "indexes").as_posix() for path in lake.glob("indexes/**/[!.]*/manifest.json"))),
        problems=(*problems, *_of_lake(cfg)),
    )


def _of_lake(cfg: AppConfig) -> list[Finding]:
    judge = Judge(cfg)
    roots = judge.roots()
    return [finding for root in roots for finding in judge.grid(root, "").problems] if roots else [no_raw(cfg.lake_root)]


def _datasets() -> list[str]:
    """Tables, and the raw files of order records."""
    return [key for key, entry in load_datasets().items() if entry.contract is not None or key == RAW_MBO]


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _tables(lake: Path) -> Iterable[TableTotals]:
    for dataset in sorted(_datasets(), key=lambda key: ("raw", *LAYERS).index(key.partition(".")[0])):
        by_root: dict[str, list[PartitionRef]] = {}
        for ref in list_partitions(lake, dataset):
            by_root.setdefault(root_of(ref.symbol), []).append(ref)
        for root, refs in sorted(by_root.items()):
            yield _table(dataset, root, refs)


def _table(dataset: str, root: str, refs: list[PartitionRef]) -> TableTotals:
    """Of a partition that does not say what it holds only its date is known."""
    manifests = [] if dataset == RAW_MBO else [manifest for ref in refs if (manifest := readable_manifest(ref)) is not None]
    facts = [read_facts(ref) for ref in refs] if dataset == RAW_MBO else [manifest.facts for manifest in manifests]
    sizes = [said["bytes"] for said in facts] if dataset == RAW_MBO else [part.bytes for manifest in manifests for part in manifest.files]
    dates = [ref.date for ref in refs]
    return TableTotals(
        dataset=dataset,
        root=root,
        partitions=len(refs),
        rows=sum(manifest.rows for manifest in manifests),
        bytes=sum(sizes),
        first=min(dates),
        last=max(dates),
        synthetic=sum(bool(said.get("synthetic")) for said in facts),
    )
