"""The user's plain space: every dimension in robust sigmas, every dimension alike, Euclidean distance; and the FAISS index of it.

    squared distance of a and b = sum over dimensions of (z(a) - z(b))^2,    z(x) = clip((x - median) / (1.4826 MAD), +-clip)

z is 0 in a dimension whose MAD is 0.

Which rows and which scaler
---------------------------
A query as of a day is measured by that day's own scaler over the rows that the day may see, both of the past only (norm_stats.json).
index.faiss holds rows scaled by one scaler. That is the newest fit: the one that the first day after the embargo of the last row would
use, fitted on all rows. norm_stats_seed.json holds it, and index.faiss holds all rows scaled by it; id i is row i of metadata.parquet.
A query of such a day and a search of the artefact, with the query scaled by norm_stats_seed.json, give the same rows and distances before
the rules of one window an episode and of so many episodes a day. For an earlier day the artefact knows the future, so no query reads it.
Fewer rows than a fit needs have no newest fit: the artefact is then an index of the right dimension without a row.

Notes
-----
FAISS keeps and adds float32, queries float64: squared distances differ by 3e-7 of their size (40,000 rows of 1,262 dimensions).
Why queries do not search with FAISS is measured in `exact`. It is imported where the artefact is written and nowhere else: its wheel for
macOS brings an OpenMP runtime of its own, as scikit-learn's does, and two that are both at work stop the process. Adding rows to a flat
index and writing it start no thread.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import Scaling
from ..core.features.scaling import MAD_TO_SIGMA, RobustScaler, medians_and_mads
from .exact import Metric, block_metric, scaled

ROWS_AT_ONCE = 2_048
"""Rows that are scaled at a time: 20 MB of float64."""


class Seed(NamedTuple):
    """The newest fit: median and MAD of all rows. Without enough rows `scaler` is None and there is nothing more."""

    rows: int
    """How many there are, fitted on or too few."""
    rows_min: int
    """How many a fit needs."""
    clip_sigma: float
    scaler: RobustScaler | None
    mad: NDArray[np.float32]
    """(dims,) raw, without the 1.4826; empty without a scaler."""


def user_metric(scaler: RobustScaler) -> Metric:
    """Plain Euclidean distance over the dimensions that vary, in robust sigmas."""
    one_block = np.zeros(len(scaler.sigma), np.int64)
    varying = np.array([np.count_nonzero(scaler.sigma > 0)], np.float64)  # a block's weight is shared by its dimensions: 1 for each
    return block_metric(scaler.median.astype(np.float64), scaler.sigma.astype(np.float64), one_block, varying, scaler.clip_sigma)


def fit_seed(vectors: NDArray[np.float32], fit_end: str | None, scaling: Scaling) -> Seed:
    """Fit all rows, raw; `fit_end` is the last session they are of, None for no rows."""
    rows = len(vectors)
    if fit_end is None or rows < scaling.min_rows:
        return Seed(rows, scaling.min_rows, scaling.clip_sigma, None, np.empty(0, np.float32))
    median, mad = medians_and_mads(vectors)
    scaler = RobustScaler(median, MAD_TO_SIGMA * mad, scaling.clip_sigma, fit_end, rows)
    return Seed(rows, scaling.min_rows, scaling.clip_sigma, scaler, mad)


def seed_json(seed: Seed, feature_list: str, features_sha256: str) -> bytes:
    """norm_stats_seed.json, a line a value; float32 as the shortest decimals that are read back as the same.

    `fit_end` is null and the arrays are empty where `rows` are fewer than `rows_min`. `sigma` is 1.4826 MAD; 0 where the MAD is.
    """
    scaler = seed.scaler
    arrays = {"median": scaler.median, "mad": seed.mad, "sigma": scaler.sigma} if scaler is not None else {}
    told = {
        "fit_end": scaler.fit_end if scaler is not None else None,
        "rows": seed.rows,
        "rows_min": seed.rows_min,
        "clip_sigma": seed.clip_sigma,
        "features": feature_list,
        "features_sha256": features_sha256,
        **{name: [float(str(value)) for value in arrays.get(name, ())] for name in ("median", "mad", "sigma")},
    }
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in told.items())
    return f"{{\n{lines}\n}}\n".encode()


def write_faiss(path: Path, vectors: NDArray[np.float32], seed: Seed) -> None:
    """Write a flat L2 index of all raw rows scaled by the seed; an empty one without a scaler.

    Notes
    -----
    40,000 rows of 1,262 dimensions: 202 MB of memory and of disk, 1.5 s on one 2.6 GHz core. Written through Python's file, so that a full
    disk is an OSError.
    """
    import faiss

    rows, dimensions = vectors.shape
    index = faiss.IndexFlatL2(dimensions)
    if seed.scaler is not None:
        index.add(np.zeros((rows, dimensions), np.float32))  # pages that nobody writes to take no memory; the rows are put in place below
        stored = faiss.rev_swig_ptr(index.get_xb(), rows * dimensions).reshape(rows, dimensions)
        metric = user_metric(seed.scaler)
        for first in range(0, rows, ROWS_AT_ONCE):
            stored[first : first + ROWS_AT_ONCE] = scaled(vectors[first : first + ROWS_AT_ONCE], metric)
    with path.open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
