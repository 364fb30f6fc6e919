"""Lakes of real code: a small DBN day imported, and built to bronze."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from src.data_eng.core.tables import MBO, MBO_DAYS, RAW_MBO
from src.data_eng.lake.partitions import PartitionRef, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.raw import Imported, collect, import_batch
from src.data_eng.stages.base import StageResult
from src.data_eng.stages.bronze.future_mbo.ingest_preview import IngestPreview
from tests.dbn_files import DAY, a_day, write_dbn
from tests.toys.lake import config


def put_file(folder: Path, day: str = DAY, **about: object) -> Path:
    """A day of ES as the feed names it."""
    return write_dbn(folder / f"glbx-mdp3-{day.replace('-', '')}.mbo.dbn.zst", a_day(day), day=day, **about)


def put_batch(folder: Path, days: tuple[str, ...] = (DAY,), conditions: dict[str, str] | None = None) -> Path:
    """A batch folder of some days with its manifest and conditions."""
    files = [put_file(folder, day) for day in days]
    listed = [{"date": day, "condition": condition, "last_modified_date": None} for day, condition in (conditions or {}).items()]
    (folder / "condition.json").write_text(json.dumps(listed))
    write_manifest(folder, [*files, folder / "condition.json"])
    return folder


def write_manifest(folder: Path, files: list[Path]) -> None:
    entries = [
        {"filename": file.name, "size": file.stat().st_size, "hash": f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}", "urls": {}}
        for file in files
    ]
    (folder / "manifest.json").write_text(json.dumps({"job_id": "GLBX-20251018-ABCDEFGHIJ", "files": entries}))


def take_in(lake: Path, *paths: Path, root: str | None = None) -> list[Imported]:
    return list(import_batch(collect(paths), lake, root))


def build_bronze(lake: Path, day: str = DAY, root: str = "ES", settings: Settings | None = None, overwrite: bool = False) -> StageResult:
    return IngestPreview().build(ContractDay(root, root, day), config(lake), settings or load_settings(), overwrite)


def raw(lake: Path, day: str = DAY, root: str = "ES") -> PartitionRef:
    return ref_in(lake, RAW_MBO, root, day)


def events(lake: Path, symbol: str = "ESZ5", day: str = DAY) -> PartitionRef:
    return ref_in(lake, MBO, symbol, day)


def listing(lake: Path, day: str = DAY, root: str = "ES") -> PartitionRef:
    return ref_in(lake, MBO_DAYS, root, day)
