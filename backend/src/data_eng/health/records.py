"""What a lake says of itself: manifests, records of imports and of runs, selection maps, each read once for as long as its file stays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..config import AppConfig
from ..io import open_parquet
from ..lake.attempts import MANIFEST
from ..lake.cache import Cache
from ..lake.keep import settings_of
from ..lake.partitions import Manifest, PartitionCorrupt, PartitionMissing, PartitionRef, parsed_manifest
from ..lake.runs import StageRun, parsed_runs, record_path
from ..pipeline import LAYERS, PRODUCT_TYPES, build_pipeline
from ..retrieval.mbo_contract_day_selector import SelectionMap, kept_selection, selection_path
from ..settings import Settings
from ..stages.base import Stage

KEPT_FILES = 100_000
"""Manifests, import records and records of runs that are remembered; twenty-five years of one root."""
T = TypeVar("T")


class FileStamp(NamedTuple):
    """What the disk says of a file without reading it."""

    path: str
    mtime_ns: int
    size: int
    inode: int


class Published(NamedTuple):
    """What a published partition says of itself."""

    sha256: str
    """Of its manifest; empty for raw, whose files are hashed only where it matters."""
    manifest: Manifest | None
    """None for raw, and for one that cannot be read."""
    raw: dict[str, Any] | None
    """What is known of the files, of raw only."""

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest.facts if self.manifest is not None else (self.raw or {})

    @property
    def rows(self) -> int:
        return self.manifest.rows if self.manifest is not None else 0

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.manifest.files) if self.manifest is not None else int(self.facts.get("bytes", 0))

    @property
    def anomalies(self) -> int:
        return sum(anomaly.count for anomaly in self.manifest.anomalies.values()) if self.manifest is not None else 0


class LakeRecords:
    """The records of one lake. Every method may be called from any thread."""

    def __init__(self, cfg: AppConfig) -> None:
        self.cfg = cfg
        self.lake = cfg.lake_root
        self._files: Cache[tuple[FileStamp, str], Any] = Cache(KEPT_FILES)
        self._gaps: Cache[str, int] = Cache(KEPT_FILES)

    @cached_property
    def stage_of(self) -> dict[str, Stage]:
        """Which stage writes a table."""
        stages = [stage for layer in LAYERS for stage in build_pipeline(PRODUCT_TYPES[0], layer)]
        return {dataset: stage for stage in stages for dataset in stage.io.outputs}

    def held(self, ref: PartitionRef) -> Published | None:
        """What is published at a place that is not raw; None where nothing is."""
        return self.read(ref.path / MANIFEST, partial(_held, ref))

    def runs(self, symbol: str, date: str) -> dict[str, StageRun]:
        """The last run of each stage for a contract-day, by its name; of bronze for a root and a date."""
        return self.read(record_path(self.lake, symbol, date), parsed_runs) or {}

    def selection(self, root: str) -> SelectionMap | None:
        """Which contract each day means; None where nothing was selected."""
        path = self.cfg.environment.selection_path or selection_path(self.lake)
        return self.read(path, lambda _: kept_selection(path, root), root)

    def settings_of(self, root: str, layer: str) -> Settings:
        """How a root's tables are judged: by the session and the levels that the lake is built with."""
        return settings_of(self.cfg, root, layer)

    def gaps(self, ref: PartitionRef, held: Published) -> int | None:
        """Windows that carry a mark; None when the partition was taken away meanwhile, or is damaged."""
        found = self._gaps.get(held.sha256)
        if found is None:
            try:
                found = sum(int((part.read(["marks"])["marks"].to_numpy() != 0).sum()) for part in open_parquet(ref))
            except (PartitionMissing, PartitionCorrupt):
                return None
            self._gaps.put(held.sha256, found)
        return found

    def read(self, path: Path, parse: Callable[[bytes], T], part: str = "") -> T | None:
        """What a file, or a part of it, holds, parsed once for as long as the disk says that it is the same; None where there is none."""
        try:
            found = path.stat()
            stamp = FileStamp(str(path), found.st_mtime_ns, found.st_size, found.st_ino)
            parsed = self._files.get((stamp, part))
            if parsed is None:
                parsed = parse(path.read_bytes())
                self._files.put((stamp, part), parsed)
        except FileNotFoundError:
            return None
        return parsed


def _held(ref: PartitionRef, content: bytes) -> Published:
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        return Published(sha256, parsed_manifest(ref, content), None)
    except PartitionCorrupt:
        return Published(sha256, None, None)
