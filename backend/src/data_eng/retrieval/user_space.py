"""The user's plain space: every dimension in robust sigmas, every dimension alike, Euclidean distance; and the FAISS index of it.

    squared distance of a and b = sum over dimensions of (z(a) - z(b))^2,    z(x) = clip((x - median) / (1.4826 MAD), +-clip)

z is 0 in a dimension whose MAD is 0.

Which rows and which scaler
---------------------------
A query as of a day uses the scaler of that day and the rows that the day may see, both from the past only (norm_stats.json).
A FAISS index holds rows under one scaler. Ours is the newest fit: the scaler of the first day from which every row is farther back than
the embargo, so it is fitted on all rows. norm_stats_seed.json holds the fit and index.faiss all rows scaled by it; id i is row i of
metadata.parquet. For a query of such a day, a search of index.faiss with the query scaled by norm_stats_seed.json gives the same rows and
distances as `spymaster query --metric user` before its filter: windows at candidate ages.
For any earlier day index.faiss contains the future, so no query ever reads it.
With fewer rows than a fit needs there is no newest fit, and index.faiss has the right dimension and no rows.

Notes
-----
FAISS stores and adds float32, a query float64: their squared distances differ by 3e-7 of their size (40,000 rows of 1,262 dimensions).
FAISS is imported only where index.faiss is written. Its macOS wheel bundles an OpenMP runtime, as scikit-learn's does and LightGBM's
expects one from the system; a process that runs parallel code in two of them is aborted. Adding rows to a flat index and writing it
starts no thread.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.features.scaling import MAD_TO_SIGMA, RobustScaler, medians_and_mads
from ..sections import ScalingSettings

ROWS_AT_ONCE = 2_048
"""Rows that are scaled at a time: 20 MB of float64."""


class Seed(NamedTuple):
    """The newest fit: median and MAD of all rows. `scaler` is None where there are too few."""

    rows: int
    """How many there are."""
    rows_min: int
    """How many a fit needs."""
    clip_sigma: float
    scaler: RobustScaler | None
    mad: NDArray[np.float32]
    """(dims,) not multiplied by 1.4826; empty without a scaler."""


class PlainScale(NamedTuple):
    """Where a vector lies in the plain space."""

    centre: NDArray[np.float64]
    """(dims,) median of the past."""
    gain: NDArray[np.float64]
    """(dims,) 1 / robust sigma of the past; 0 for a dimension in which the past does not vary."""
    clip_sigma: float


def plain_scale(scaler: RobustScaler) -> PlainScale:
    """Every dimension that varies in robust sigmas, every one alike."""
    sigma = scaler.sigma.astype(np.float64)
    gain = np.divide(1.0, sigma, out=np.zeros(len(sigma)), where=sigma > 0)
    return PlainScale(scaler.median.astype(np.float64), gain, scaler.clip_sigma)


def scaled(vectors: NDArray[np.float32], scale: PlainScale) -> NDArray[np.float64]:
    """Z of raw vectors, same shape; 0 in a dimension in which the past does not vary."""
    return np.clip((vectors.astype(np.float64) - scale.centre) * scale.gain, -scale.clip_sigma, scale.clip_sigma)


def fit_seed(vectors: NDArray[np.float32], fit_end: str | None, scaling: ScalingSettings) -> Seed:
    """Fit all rows, raw; `fit_end` is the last session they are of, None for no rows."""
    rows = len(vectors)
    if fit_end is None or rows < scaling.min_rows:
        return Seed(rows, scaling.min_rows, scaling.clip_sigma, None, np.empty(0, np.float32))
    median, mad = medians_and_mads(vectors)
    scaler = RobustScaler(median, MAD_TO_SIGMA * mad, scaling.clip_sigma, fit_end, rows)
    return Seed(rows, scaling.min_rows, scaling.clip_sigma, scaler, mad)


def seed_json(seed: Seed, feature_list: str, features_sha256: str) -> bytes:
    """norm_stats_seed.json, one value a line; float32 as the shortest decimals that read back as the same.

    `fit_end` is null and the arrays are empty where `rows` are fewer than `rows_min`. `sigma` is 1.4826 MAD; 0 where the MAD is.
    """
    scaler = seed.scaler
    arrays = {"median": scaler.median, "mad": seed.mad, "sigma": scaler.sigma} if scaler is not None else {}
    values = {
        "fit_end": scaler.fit_end if scaler is not None else None,
        "rows": seed.rows,
        "rows_min": seed.rows_min,
        "clip_sigma": seed.clip_sigma,
        "features": feature_list,
        "features_sha256": features_sha256,
        **{name: [float(str(number)) for number in arrays.get(name, ())] for name in ("median", "mad", "sigma")},
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in values.items())
    return f"{{\n{lines}\n}}\n".encode()


def write_faiss(path: Path, vectors: NDArray[np.float32], seed: Seed) -> None:
    """Write a flat L2 index of all raw rows scaled by the seed; an empty one without a scaler.

    Notes
    -----
    40,000 rows of 1,262 dimensions: 202 MB of memory and of disk, 1.3 s on one core. FAISS writes through Python's file, so that a full
    disk raises OSError.
    """
    import faiss

    rows, dimensions = vectors.shape
    index = faiss.IndexFlatL2(dimensions)
    if seed.scaler is not None:
        index.add(np.zeros((rows, dimensions), np.float32))  # reserves the memory; these zeros take none
        stored = faiss.rev_swig_ptr(index.get_xb(), rows * dimensions).reshape(rows, dimensions)
        scale = plain_scale(seed.scaler)
        for first in range(0, rows, ROWS_AT_ONCE):
            stored[first : first + ROWS_AT_ONCE] = scaled(vectors[first : first + ROWS_AT_ONCE], scale)
    with path.open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
