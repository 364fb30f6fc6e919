"""Writing an index's files and putting the finished folder in place: a reader sees the old index or the new one."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..core.features.blocks import GROUPS
from ..core.features.scaling import RobustScaler
from ..lake.attempts import Attempt, locked, write_durable
from ..lake.hashes import file_sha256
from ..lake.seal import sealed
from ..settings import Settings
from .artefacts import (
    ARTEFACTS,
    FAISS_INDEX,
    FEATURE_LIST,
    MANIFEST,
    METADATA,
    NORM_STATS,
    NORM_STATS_SEED,
    VECTORS,
    BrokenIndex,
    read_index_manifest,
    require_hashes,
    scaler_line,
)
from .index import SETTINGS_SECTION, Index
from .key import features_sha256
from .user_space import fit_seed, seed_json, write_faiss


def write_artefacts(folder: Path, index: Index, scalers: dict[str, RobustScaler], settings: Settings) -> None:
    """Every file beside the vectors, which lie there already; the manifest comes last."""
    layout = index.layout
    features = [{"name": name, "block": GROUPS[group]} for name, group in zip(layout.dims, layout.group, strict=True)]
    write_durable(folder / FEATURE_LIST, json_bytes({"sha256": features_sha256(layout), "features": features}))
    write_durable(folder / NORM_STATS, fits_json([scaler_line(day, scaler) for day, scaler in scalers.items()]))
    write_metadata(folder / METADATA, index.metadata)
    seed = fit_seed(index.vectors, index.days[-1] if index.days else None, settings.scaling)
    write_durable(folder / NORM_STATS_SEED, seed_json(seed, FEATURE_LIST, features_sha256(layout)))
    write_faiss(folder / FAISS_INDEX, index.vectors, seed)
    facts = {
        "level_id": index.key.level_id,
        "setup": index.key.setup,
        "approach_dir": index.key.approach_dir,
        "root": index.root,
        "rows": len(index.vectors),
        "days": len(index.days),
        "features": len(layout.dims),
        "features_sha256": features_sha256(layout),
        "settings_sha256": settings.sha256(SETTINGS_SECTION),
        "code_sha256": index.code_sha256,
        "synthetic": index.synthetic,
    }
    seal(folder, facts, index.inputs)


def write_metadata(path: Path, rows: pa.Table) -> None:
    with path.open("wb") as file:
        pq.write_table(rows, file, compression="zstd", store_schema=True)
        file.flush()
        os.fsync(file.fileno())


def seal(folder: Path, facts: dict[str, Any], inputs: tuple[tuple[str, str, str], ...]) -> None:
    """Make the vectors and index.faiss durable, and write the manifest: facts, then what it was made from, then every file's hash."""
    for name in (VECTORS, FAISS_INDEX):
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
    manifest = {
        **facts,
        "inputs": [{"partition": name, "date": date, "sha256": sha256} for name, date, sha256 in inputs],
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)} for name in ARTEFACTS},
    }
    write_durable(folder / MANIFEST, sealed(manifest))


def publish(attempt: Attempt, folder: Path) -> None:
    """Put the finished folder in place under its content's name, by the protocol of all writers; what was there before is removed."""
    attempt.publish_folder(folder, f".{folder.name}-{file_sha256(attempt.folder / MANIFEST)[:16]}", _is_whole)
    remove_replaced(folder)


def _is_whole(content: Path) -> bool:
    """Whether the files of a finished folder are those that its manifest names."""
    try:
        require_hashes(content, read_index_manifest(content), file_sha256)
    except (BrokenIndex, FileNotFoundError):
        return False
    return True


def remove_replaced(folder: Path) -> None:
    """Remove what the index's link pointed at before; a run killed after the switch left it to the next one."""
    with locked(folder.parent):
        present = folder.resolve().name
        for content in folder.parent.glob(f".{folder.name}-*"):
            if content.name != present:
                shutil.rmtree(content)


def fits_json(lines: list[str]) -> bytes:
    """Fits one a line, so that hundreds of days are not parsed for one."""
    listed = ",\n".join(lines)
    return f'{{"fits": [\n{listed}\n]}}\n'.encode()


def json_bytes(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
