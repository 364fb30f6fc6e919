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
from ..lake.attempts import locked, sync_folder, write_durable
from ..settings import Settings
from .artefacts import (
    FAISS_INDEX,
    FEATURE_LIST,
    MANIFEST,
    METADATA,
    METRIC_FITS,
    NORM_STATS,
    NORM_STATS_SEED,
    VECTORS,
    artefacts_of,
    damage_of,
    file_sha256,
    scaler_line,
)
from .index import Index
from .key import features_sha256
from .measuring import Measurements, distance_columns, trial_columns
from .metrics import BLOCK, FITTED, fit_line, settings_sha256
from .user_space import fit_seed, seed_json, write_faiss


def write_artefacts(folder: Path, index: Index, measured: Measurements, settings: Settings) -> None:
    """Every file beside the vectors, which lie there already; the manifest comes last."""
    layout = index.layout
    features = [{"name": name, "block": GROUPS[group]} for name, group in zip(layout.dims, layout.group, strict=True)]
    write_durable(folder / FEATURE_LIST, _json({"sha256": features_sha256(layout), "features": features}))
    write_durable(folder / NORM_STATS, _fits_json([scaler_line(day, scaler) for day, scaler in measured.scalers.items()]))
    metadata = index.metadata
    by_name = (
        (distance_columns(index.metric_name), measured.past_distance),
        (trial_columns(index.metric_name, settings), measured.trials.T),
    )
    for name, values in ((name, values) for names, columns in by_name for name, values in zip(names, columns, strict=True)):
        metadata = metadata.append_column(name, pa.array(values, from_pandas=True))
    with (folder / METADATA).open("wb") as file:
        pq.write_table(metadata, file, compression="zstd", store_schema=True)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder / VECTORS)
    if index.metric_name == BLOCK:
        seed = fit_seed(index.vectors, index.days[-1] if index.days else None, settings.scaling)
        write_durable(folder / NORM_STATS_SEED, seed_json(seed, FEATURE_LIST, features_sha256(layout)))
        write_faiss(folder / FAISS_INDEX, index.vectors, seed)
        _sync(folder / FAISS_INDEX)
    if index.metric_name in FITTED:
        write_durable(folder / METRIC_FITS, _fits_json([fit_line(fit) for fit in measured.fits.values()]))
    names = artefacts_of(index.metric_name)
    manifest: dict[str, Any] = {
        "level_id": index.key.level_id,
        "setup": index.key.setup,
        "approach_dir": index.key.approach_dir,
        **({"metric": index.metric_name} if index.metric_name != BLOCK else {}),
        "root": index.root,
        "rows": len(index.vectors),
        "days": len(index.days),
        "features": len(layout.dims),
        "features_sha256": features_sha256(layout),
        "settings_sha256": settings_sha256(settings, index.metric_name),
        "code_sha256": index.code_sha256,
        "synthetic": index.synthetic,
        "inputs": [{"partition": name, "date": date, "sha256": sha256} for name, date, sha256 in index.inputs],
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)} for name in names},
    }
    write_durable(folder / MANIFEST, _json(manifest))


def publish(built: Path, folder: Path) -> None:
    """Give the finished folder its content's name and point the index's link at it; what the link pointed at before is removed."""
    target = folder.parent / f".{folder.name}-{file_sha256(built / MANIFEST)[:16]}"
    link = folder.parent / f".{folder.name}.link"
    with locked(folder.parent):
        if target.exists() and not _is_whole(target):
            shutil.rmtree(target)
        if not target.exists():
            built.rename(target)
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)  # a lake copied by a tool that follows links
        os.replace(link, folder)
        sync_folder(folder.parent)
    remove_replaced(folder)


def _is_whole(content: Path) -> bool:
    """Whether the files of a finished folder still have the hashes that its manifest names."""
    manifest = json.loads((content / MANIFEST).read_text())
    home = manifest.get("metric", BLOCK)
    return damage_of(content, manifest, home, artefacts_of(home)) is None


def remove_replaced(folder: Path) -> None:
    """Remove what the index's link pointed at before; a run killed after the switch left it to the next one."""
    with locked(folder.parent):
        present = folder.resolve().name
        for content in folder.parent.glob(f".{folder.name}-*"):
            if content.name != present:
                shutil.rmtree(content)


def _fits_json(lines: list[str]) -> bytes:
    """Fits one a line, so that hundreds of days are not parsed for one."""
    listed = ",\n".join(lines)
    return f'{{"fits": [\n{listed}\n]}}\n'.encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
