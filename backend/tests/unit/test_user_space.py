"""The plain space: its distance by hand and by brute force, and the file that FAISS reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from src.data_eng.config import PACKAGE
from src.data_eng.core.features.scaling import RobustScaler
from src.data_eng.retrieval.nearest import find_nearest, searchable
from src.data_eng.retrieval.user_space import ROWS_AT_ONCE, fit_seed, plain_scale, scaled, seed_json, write_faiss
from src.data_eng.sections import ScalingSettings

SCALING = ScalingSettings(clip_sigma=8.0, min_rows=30)


def some_rows(rows: int, dimensions: int = 21) -> np.ndarray:
    """Random rows; the third dimension never varies, and one value is far out."""
    vectors = (3 * np.random.default_rng(11).standard_normal((rows, dimensions)) + 2).astype(np.float32)
    vectors[:, 2] = 5.0
    vectors[rows // 2, 4] = 1e6
    return vectors


def test_distance_is_the_sum_of_squares_over_the_dimensions_that_vary() -> None:
    scaler = RobustScaler(np.array([1.0, 7.0, 0.0], "f4"), np.array([2.0, 0.0, 0.5], "f4"), 8.0, "2025-10-01", 30)
    rows, query = np.array([[5.0, 99.0, 1.0]], "f4"), np.array([1.0, 7.0, 100.0], "f4")
    # z(row) = (2, 0, 2); z(query) = (0, 0, clipped to 8): 2^2 + 6^2.
    apart = scaled(rows, plain_scale(scaler))[0] - scaled(query, plain_scale(scaler))
    assert (apart**2).sum() == 40.0


@pytest.mark.parametrize("rows", [30, ROWS_AT_ONCE + 5])
def test_the_file_the_scan_and_brute_force_agree(tmp_path: Path, rows: int) -> None:
    vectors = some_rows(rows)
    seed = fit_seed(vectors, "2025-10-01", SCALING)
    assert seed.scaler is not None
    write_faiss(tmp_path / "index.faiss", vectors, seed)
    index = faiss.read_index(str(tmp_path / "index.faiss"))
    median = np.median(vectors.astype(float), axis=0)
    sigma = 1.4826 * np.median(np.abs(vectors - median), axis=0)
    z = np.clip(np.divide(vectors - median, sigma, out=np.zeros(vectors.shape), where=sigma > 0), -8, 8)
    stored = index.reconstruct_n(0, index.ntotal)
    np.testing.assert_allclose(stored, z, atol=1e-5)
    query = vectors[7] + np.float32(0.5)
    expected = ((z - np.clip(np.divide(query - median, sigma, out=np.zeros(len(query)), where=sigma > 0), -8, 8)) ** 2).sum(axis=1)
    plain = plain_scale(seed.scaler)
    found = find_nearest(scaled(query[None], plain).astype("f4"), searchable(scaled(vectors, plain).astype("f4")), rows)
    np.testing.assert_allclose(found.squared_distance[0], np.sort(expected), rtol=1e-5)
    np.testing.assert_allclose(expected[found.candidate[0]], found.squared_distance[0], rtol=1e-5)


def test_the_same_rows_give_the_bytes_that_faiss_itself_writes(tmp_path: Path) -> None:
    vectors = some_rows(40)
    seed = fit_seed(vectors, "2025-10-01", SCALING)
    for name in ("one", "two"):
        write_faiss(tmp_path / name, vectors, seed)
    faiss.write_index(faiss.read_index(str(tmp_path / "one")), str(tmp_path / "three"))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes() == (tmp_path / "three").read_bytes()


def test_a_full_disk_is_an_os_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    with pytest.raises(OSError, match="No space left"):
        write_faiss(Path("/dev/full"), some_rows(40), fit_seed(some_rows(40), "2025-10-01", SCALING))


def test_the_seed_says_raw_mad_and_sigma_and_that_a_dimension_did_not_vary() -> None:
    vectors = some_rows(40)
    seed = fit_seed(vectors, "2025-10-01", SCALING)
    contents = json.loads(seed_json(seed, "feature_list.json", "abc"))
    assert (contents["fit_end"], contents["rows"], contents["rows_min"], contents["clip_sigma"]) == ("2025-10-01", 40, 30, 8.0)
    assert (contents["mad"][2], contents["sigma"][2], contents["median"][2]) == (0.0, 0.0, 5.0)
    np.testing.assert_allclose(contents["sigma"], 1.4826 * np.array(contents["mad"]), rtol=1e-6)


def test_too_few_rows_have_no_fit_and_an_empty_index_of_the_right_dimension(tmp_path: Path) -> None:
    for vectors, fit_end in ((some_rows(29), "2025-10-01"), (some_rows(29)[:0], None)):
        seed = fit_seed(vectors, fit_end, SCALING)
        contents = json.loads(seed_json(seed, "feature_list.json", "abc"))
        assert (contents["fit_end"], contents["rows"], contents["median"], contents["mad"], contents["sigma"]) == (
            None,
            len(vectors),
            [],
            [],
            [],
        )
        write_faiss(tmp_path / "index.faiss", vectors, seed)
        index = faiss.read_index(str(tmp_path / "index.faiss"))
        assert (index.ntotal, index.d) == (0, 21)


def test_faiss_is_loaded_by_nothing_but_the_writing_of_an_index() -> None:
    loaded = "import sys, src.data_eng.retrieval.answer, src.data_eng.jobs.evaluate; sys.exit('faiss' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
    importing = [path.name for path in PACKAGE.rglob("*.py") if "import faiss" in path.read_text()]
    assert set(importing) <= {"pooled.py", "query.py", "user_space.py"}
