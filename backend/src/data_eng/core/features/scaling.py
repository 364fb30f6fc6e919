"""Robust scaling, fitted on the past only: each dimension minus its median, over 1.4826 times its median absolute deviation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import SpymasterError

MAD_TO_SIGMA = 1.4826
"""1 / Phi^-1(3/4): makes the MAD of a normal distribution its standard deviation."""
_COLUMNS_AT_ONCE = 64
"""Columns that are copied to be partitioned: 64 of 40,000 rows are 10 MB."""


class ScalerSeesFuture(SpymasterError):
    """A scaler was asked to scale a day that it was fitted on, or one before."""


class TooFewRows(SpymasterError):
    """A scaler was to be fitted on fewer rows than a median and a MAD can be trusted on."""


class RobustScaler(NamedTuple):
    """Median and spread of every dimension, and the last day they know of."""

    median: NDArray[np.float32]
    """(dims,)"""
    sigma: NDArray[np.float32]
    """(dims,) 1.4826 MAD; a dimension with 0 is scaled to 0."""
    clip_sigma: float
    fit_end: str
    """Last session date, ISO, of the rows fitted on."""
    rows: int


def fit_scaler(vectors: NDArray[np.float32], fit_end: str, clip_sigma: float, min_rows: int) -> RobustScaler:
    """Fit on (rows, dims) vectors of days up to and with `fit_end`; fewer than `min_rows` raises `TooFewRows`."""
    rows = len(vectors)
    if rows < min_rows:
        raise TooFewRows(f"scaler fitted up to {fit_end}: {rows} rows. Expected at least {min_rows}; build more earlier days.")
    median, mad = medians_and_mads(vectors)
    return RobustScaler(median, MAD_TO_SIGMA * mad, clip_sigma, fit_end, rows)


def medians_and_mads(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Median, and median distance from it, of every dimension of at least one row; (dims,) each."""
    dims = vectors.shape[1]
    median, mad = np.empty(dims, np.float32), np.empty(dims, np.float32)
    for start in range(0, dims, _COLUMNS_AT_ONCE):
        columns = np.ascontiguousarray(vectors[:, start : start + _COLUMNS_AT_ONCE].T)
        centre = _medians(columns)
        median[start : start + _COLUMNS_AT_ONCE] = centre[:, 0]
        columns -= centre
        np.abs(columns, out=columns)
        mad[start : start + _COLUMNS_AT_ONCE] = _medians(columns)[:, 0]
    return median, mad


def _medians(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """(columns, 1) median of each; numpy's own, which also looks for NaN, takes a third longer."""
    rows = columns.shape[1]
    middle = np.unique([(rows - 1) // 2, rows // 2])
    medians: NDArray[np.float32] = np.partition(columns, middle, axis=1)[:, middle].mean(axis=1, keepdims=True)
    return medians


def scale(scaler: RobustScaler, vectors: NDArray[np.float32], day: str) -> NDArray[np.float32]:
    """(rows, dims) vectors in robust sigma, clipped.

    `day` is the session date, ISO, on whose behalf the vectors are scaled: that of the query. It raises `ScalerSeesFuture` unless it is
    after `fit_end`. The past that the query is compared with is scaled for the query's day, with the same scaler.
    """
    if day <= scaler.fit_end:
        raise ScalerSeesFuture(f"scaler was fitted on days up to {scaler.fit_end}; asked to scale for {day}. Fit one on days before {day}.")
    spread = np.where(scaler.sigma > 0, scaler.sigma, 1.0).astype(np.float32)
    scaled = vectors - scaler.median
    scaled /= spread
    scaled[:, scaler.sigma == 0] = 0.0
    return np.clip(scaled, -scaler.clip_sigma, scaler.clip_sigma, out=scaled)
