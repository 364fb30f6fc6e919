"""The files in an index's folder: their names, whether they are those that its manifest names, and how single ones are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..core.features.scaling import RobustScaler
from ..lake.hashes import hash_once
from ..lake.seal import BrokenSeal, unsealed

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


class BrokenIndex(ValueError):
    """What is wrong with an index folder: a clause, to follow the index's name."""


class IndexFiles(NamedTuple):
    """What a reader needs of an index folder, as it was at one moment: a later build cannot take it away."""

    manifest: dict[str, Any]
    norm_stats: bytes
    metadata: bytes
    vectors: NDArray[np.float32]
    """Mapped from the disk."""


def read_index_manifest(content: Path) -> dict[str, Any]:
    """What an index folder says of itself. Raises `BrokenIndex` where that cannot be read, FileNotFoundError where there is none."""
    try:
        return unsealed((content / MANIFEST).read_bytes())
    except BrokenSeal as error:
        raise BrokenIndex(f"its {MANIFEST} cannot be read: {error}") from None


def inputs_of(manifest: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Partition, its session date and its manifest's sha256 of all that an index was made from, in order of dates."""
    return tuple((entry["partition"], entry["date"], entry["sha256"]) for entry in manifest["inputs"])


def require_sizes(content: Path, manifest: dict[str, Any]) -> None:
    """Raise `BrokenIndex` where a file of an index folder is missing or has another size than its manifest says."""
    for name in ARTEFACTS:
        kept, path = manifest["files"].get(name), content / name
        if kept is None:
            raise BrokenIndex(f"it was built without {name}")
        if not path.exists():
            raise BrokenIndex(f"{name} is missing")
        if path.stat().st_size != kept["bytes"]:
            raise BrokenIndex(f"{name} has {path.stat().st_size:,} bytes, its manifest says {kept['bytes']:,}")


def require_hashes(content: Path, manifest: dict[str, Any], sha256_of: Callable[[Path], str] = hash_once) -> None:
    """The same of every byte; a file is hashed once in the life of the process unless `sha256_of` says otherwise."""
    require_sizes(content, manifest)
    for name in ARTEFACTS:
        _require_hash(name, sha256_of(content / name), manifest)


def read_index(content: Path) -> IndexFiles:
    """Open an index folder. Raises `BrokenIndex` for one that is not as it was published, FileNotFoundError where there is none."""
    manifest = read_index_manifest(content)
    require_hashes(content, manifest)
    norm_stats, metadata = ((content / name).read_bytes() for name in (NORM_STATS, METADATA))
    return IndexFiles(manifest, norm_stats, metadata, _mapped(content / VECTORS))


def _require_hash(name: str, sha256: str, manifest: dict[str, Any]) -> None:
    kept = manifest["files"][name]["sha256"]
    if sha256 != kept:
        raise BrokenIndex(f"{name} has hash {sha256[:4]}, its manifest says {kept[:4]}")


def scaler_line(as_of: str, scaler: RobustScaler) -> str:
    """One line of norm_stats.json; float32 values as the shortest decimals that are read back as the same."""
    numbers = {name: [float(str(value)) for value in values] for name, values in (("median", scaler.median), ("sigma", scaler.sigma))}
    return json.dumps({"as_of": as_of, **scaler._asdict(), **numbers})


def read_scaler(norm_stats: bytes, as_of: str) -> RobustScaler | None:
    """The scaler of one day. Each day is one line, so that hundreds of days are not parsed for one."""
    start = norm_stats.find(f'\n{{"as_of": "{as_of}"'.encode())
    if start < 0:
        return None
    end = norm_stats.index(b"\n", start + 1)
    fit = json.loads(norm_stats[start:end].rstrip(b","))
    median, sigma = (np.array(fit[name], np.float32) for name in ("median", "sigma"))
    return RobustScaler(median, sigma, fit["clip_sigma"], fit["fit_end"], fit["rows"])


def read_metadata(content: bytes) -> pa.Table:
    """The rows of metadata.parquet."""
    return pq.ParquetFile(pa.BufferReader(content)).read()


def _mapped(path: Path) -> NDArray[np.float32]:
    """Vectors mapped from the disk; an empty file cannot be mapped and is read."""
    header = np.lib.format.open_memmap(path, mode="r") if path.stat().st_size > 128 else np.load(path)
    return np.asarray(header)
