"""The files in an index's folder: their names, whether they are those that its manifest names, and how single ones are read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..core.features.scaling import RobustScaler

FEATURE_LIST, NORM_STATS, VECTORS, METADATA, MANIFEST = (
    "feature_list.json",
    "norm_stats.json",
    "vectors.npy",
    "metadata.parquet",
    "manifest.json",
)
NORM_STATS_SEED, FAISS_INDEX = "norm_stats_seed.json", "index.faiss"
"""The plain space at its newest fit (`user_space`)."""
ARTEFACTS = (FEATURE_LIST, NORM_STATS, NORM_STATS_SEED, FAISS_INDEX, VECTORS, METADATA)
"""The files of an index, beside the manifest that names them."""


def damage_of(content: Path, manifest: dict[str, Any], hashed: tuple[str, ...]) -> str | None:
    """What is wrong with the files of an index folder, by their sizes and the sha256 of those in `hashed`; None for nothing."""
    for name in ARTEFACTS:
        kept, path = manifest["files"].get(name), content / name
        if kept is None:
            return f"it was built without {name}"
        if not path.exists():
            return f"{name} is missing"
        if path.stat().st_size != kept["bytes"]:
            return f"{name} has {path.stat().st_size:,} bytes, its manifest says {kept['bytes']:,}"
        if name in hashed and (sha256 := file_sha256(path)) != kept["sha256"]:
            return f"{name} has hash {sha256[:4]}, its manifest says {kept['sha256'][:4]}"
    return None


def scaler_line(as_of: str, scaler: RobustScaler) -> str:
    """One line of norm_stats.json; float32 values as the shortest decimals that are read back as the same."""
    numbers = {name: [float(str(value)) for value in values] for name, values in (("median", scaler.median), ("sigma", scaler.sigma))}
    return json.dumps({"as_of": as_of, **scaler._asdict(), **numbers})


def read_scaler(path: Path, as_of: str) -> RobustScaler | None:
    """The scaler of one day. Each day is one line of the file, so that hundreds of days are not parsed for one."""
    wanted = f'{{"as_of": "{as_of}"'
    with path.open() as file:
        line = next((line for line in file if line.startswith(wanted)), None)
    if line is None:
        return None
    fit = json.loads(line.rstrip(",\n"))
    median, sigma = (np.array(fit[name], np.float32) for name in ("median", "sigma"))
    return RobustScaler(median, sigma, fit["clip_sigma"], fit["fit_end"], fit["rows"])


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_metadata_file(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def mapped_vectors(path: Path) -> NDArray[np.float32]:
    """Vectors mapped from the disk; an empty file cannot be mapped and is read."""
    header = np.lib.format.open_memmap(path, mode="r") if path.stat().st_size > 128 else np.load(path)
    return np.asarray(header)
