"""The nearest candidates against brute force, whoever else is asked about."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.frame import MOMENTA_S
from src.data_eng.retrieval.nearest import CLIP_SIGMA, Nearest, find_nearest, fit_frame_scale, placed, searchable

pytestmark = pytest.mark.nojit
DIMS = 13
"""Nine features and four momenta; x / b comes beside them."""


def some_frames(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    return rng.standard_t(3, (rows, DIMS)).astype(np.float32), rng.uniform(-0.9, 0.9, rows)


def some_places(seed: int, queries: int, past: int, grid: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Queries and candidates where they lie; on a grid many are equally far."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(queries + past, DIMS + 1))
    rounded = (np.round(places / grid) * grid if grid else places).astype(np.float32)
    return rounded[:queries], rounded[queries:]


def brute_force(query: NDArray[np.float32], past: NDArray[np.float32], k: int, left_out: set[int]) -> tuple[list[int], list[float]]:
    """Every distance, sorted by it and by position."""
    found = []
    for position, candidate in enumerate(past.tolist()):
        squared = 0.0
        for one, other in zip(query.tolist(), candidate, strict=True):
            squared += (one - other) * (one - other)
        if position not in left_out:
            found.append((squared, position))
    found.sort()
    return [position for _, position in found[:k]], [squared for squared, _ in found[:k]]


@pytest.mark.parametrize("grid", [0.0, 1.0])
@pytest.mark.parametrize("k", [1, 7, 60])
def test_the_nearest_are_those_of_brute_force_to_the_last_bit(k: int, grid: float) -> None:
    """On the grid of whole numbers half of all neighbours are ties, which go by position."""
    queries, past = some_places(k, 9, 60, grid)
    found = find_nearest(queries, searchable(past), k)
    for row, query in enumerate(queries):
        candidate, squared = brute_force(query, past, k, set())
        assert found.candidate[row].tolist() == candidate
        assert found.squared_distance[row].tolist() == squared


def test_large_numbers_close_together_are_still_told_apart() -> None:
    """A product in 32-bit floats is blind here: distances of a thousandth between points 300 from the origin."""
    rng = np.random.default_rng(1)
    past = (np.full((50, DIMS + 1), 80.0) + rng.uniform(-1e-3, 1e-3, (50, DIMS + 1))).astype(np.float32)
    queries = past[:5] + np.float32(1e-4)
    found = find_nearest(queries, searchable(past), 6)
    for row, query in enumerate(queries):
        assert found.candidate[row].tolist() == brute_force(query, past, 6, set())[0]


@pytest.mark.parametrize("together", [1, 2, 255, 256, 257, 300])
def test_neighbours_and_their_bytes_do_not_depend_on_how_many_are_asked_at_once(together: int) -> None:
    queries, past = some_places(2, 300, 400)
    whole = find_nearest(queries, searchable(past), 10)
    parts = [
        find_nearest(queries[first : first + together], searchable(past), 10) for first in range(0, 300 if together > 2 else 20, together)
    ]
    for column in Nearest._fields:
        joined = np.concatenate([getattr(part, column) for part in parts])
        assert joined.tobytes() == getattr(whole, column)[: len(joined)].tobytes()


def test_fewer_candidates_than_k_are_all_neighbours() -> None:
    queries, past = some_places(3, 4, 6)
    found = find_nearest(queries, searchable(past), 100)
    assert found.candidate.shape == (4, 6)
    assert all(sorted(row) == list(range(6)) for row in found.candidate.tolist())
    nobody = find_nearest(queries, searchable(past[:0]), 100)
    assert nobody.candidate.shape == nobody.squared_distance.shape == (4, 0)
    assert find_nearest(queries[:0], searchable(past), 3).candidate.shape == (0, 3)


def test_those_of_the_own_group_are_no_neighbours() -> None:
    queries, past = some_places(4, 8, 40, grid=1.0)
    group, own = np.arange(40) % 5, np.array([0, 1, 2, 3, 4, 0, 1, 9])
    found = find_nearest(queries, searchable(past), 35, group, own)
    for row, query in enumerate(queries):
        candidate, squared = brute_force(query, past, 35, set(np.flatnonzero(group == own[row]).tolist()))
        kept = len(candidate)
        assert found.candidate[row].tolist() == candidate + [-1] * (35 - kept)
        assert found.squared_distance[row].tolist() == squared + [np.inf] * (35 - kept)
    assert (found.candidate >= 0).sum(axis=1).tolist() == [32] * 7 + [35]


def test_without_another_group_there_is_no_neighbour() -> None:
    queries, past = some_places(5, 2, 6)
    found = find_nearest(queries, searchable(past), 3, np.zeros(6, np.int64), np.zeros(2, np.int64))
    assert found.candidate.tolist() == [[-1] * 3] * 2
    assert np.isinf(found.squared_distance).all()


def test_the_distance_is_the_weighted_sum_of_squared_z_differences() -> None:
    """d2 = 12.6 / 9 sum over the nine features + .34 sum over the momenta + z(x / b)^2, z clipped at 4."""
    rng = np.random.default_rng(6)
    frame, place = some_frames(rng, 200)
    scale = fit_frame_scale(frame, place)
    where = placed(frame, place, scale)
    values = np.column_stack([frame.astype(np.float64), place])
    median = np.median(values, axis=0)
    z = np.clip((values - median) / (1.4826 * np.median(np.abs(values - median), axis=0)), -4, 4)
    assert (np.abs(z) == CLIP_SIGMA).any()
    weight = [12.6 / (DIMS - len(MOMENTA_S))] * (DIMS - len(MOMENTA_S)) + [0.34] * len(MOMENTA_S) + [1.0]
    found = find_nearest(where[:3], searchable(where), 200)
    for row in range(3):
        squared = ((z[row] - z[found.candidate[row]]) ** 2 * weight).sum(axis=1)
        np.testing.assert_allclose(found.squared_distance[row], squared, rtol=1e-4, atol=1e-4)
        assert found.candidate[row, 0] == row


def test_a_dimension_without_spread_weighs_nothing_and_one_with_few_values_has_its_deviation() -> None:
    rng = np.random.default_rng(7)
    frame, place = some_frames(rng, 100)
    frame[:, 0], frame[:, 1] = 3.0, 0.0
    frame[:20, 1] = 5.0
    scale = fit_frame_scale(frame, place)
    assert (scale.weight[0], scale.sigma[0]) == (0, 1)
    assert scale.sigma[1] == pytest.approx(2.0), "a fifth at 5, the rest at 0: sqrt(.2 x .8) x 5"
    assert (scale.weight[1:] > 0).all()
    far = frame[:1].copy()
    far[0, 0] = 1e6
    assert placed(far, place[:1], scale).tobytes() == placed(frame[:1], place[:1], scale).tobytes()


def test_a_window_lies_where_it_lies_whoever_else_is_placed() -> None:
    frame, place = some_frames(np.random.default_rng(8), 90)
    scale = fit_frame_scale(frame, place)
    alone = [placed(frame[row : row + 1], place[row : row + 1], scale) for row in range(90)]
    assert placed(frame, place, scale).tobytes() == np.concatenate(alone).tobytes()
