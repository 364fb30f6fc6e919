"""Robust scaling knows only the past."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.features.scaling import MAD_TO_SIGMA, ScalerSeesFuture, TooFewRows, fit_scaler, scale

ROWS = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0], [100.0, 5.0]], np.float32)


def test_an_outlier_moves_neither_median_nor_spread() -> None:
    scaler = fit_scaler(ROWS, "2025-10-01", clip_sigma=8, min_rows=5)
    assert scaler.median.tolist() == [3, 5]
    assert scaler.sigma.tolist() == pytest.approx([MAD_TO_SIGMA * 1, 0])  # |x - 3| = 2, 1, 0, 1, 97
    assert (scaler.fit_end, scaler.rows) == ("2025-10-01", 5)


def test_values_are_sigmas_from_the_median_and_clipped() -> None:
    scaler = fit_scaler(ROWS, "2025-10-01", clip_sigma=8, min_rows=5)
    scaled = scale(scaler, ROWS, "2025-10-02")
    assert scaled[:, 0].tolist() == pytest.approx([-2 / MAD_TO_SIGMA, -1 / MAD_TO_SIGMA, 0, 1 / MAD_TO_SIGMA, 8])


def test_a_dimension_without_spread_becomes_zero_also_for_values_never_seen() -> None:
    scaler = fit_scaler(ROWS, "2025-10-01", clip_sigma=8, min_rows=5)
    assert scale(scaler, np.array([[3.0, 7.0]], np.float32), "2025-10-02").tolist() == [[0, 0]]


@pytest.mark.parametrize("day", ["2025-10-01", "2025-09-30"])
def test_a_day_the_scaler_has_seen_is_refused(day: str) -> None:
    scaler = fit_scaler(ROWS, "2025-10-01", clip_sigma=8, min_rows=5)
    with pytest.raises(ScalerSeesFuture, match=rf"up to 2025-10-01; asked to scale for {day}"):
        scale(scaler, ROWS, day)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(TooFewRows, match=r"5 rows\. Expected at least 30"):
        fit_scaler(ROWS, "2025-10-01", clip_sigma=8, min_rows=30)


def test_more_columns_than_are_copied_at_once_are_all_fitted_and_the_rows_stay_as_they_are() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 150)).astype(np.float32)
    before = rows.copy()
    scaler = fit_scaler(rows, "2025-10-01", clip_sigma=8, min_rows=30)
    assert np.array_equal(scaler.median, np.median(before, axis=0))
    expected = MAD_TO_SIGMA * np.median(np.abs(before - np.median(before, axis=0)), axis=0)
    assert scaler.sigma == pytest.approx(expected, rel=1e-6)
    assert np.array_equal(rows, before)
