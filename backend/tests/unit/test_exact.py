"""The exact search: its distance by hand, its answer against the plain loop, and that neither threads nor other rows change a bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.retrieval.codes import encode
from src.data_eng.retrieval.distance import BLOCK_DIMENSIONS_MAX, Metric, MetricError, block_metric, squared_distances
from src.data_eng.retrieval.exact import Groups, nearest_episodes
from tests.parity import naive_search


class Past:
    """Random rows: `windows` windows an episode that drift, `episodes` a day, with some dimensions that never vary."""

    def __init__(self, seed: int, days: int = 12, episodes: int = 3, windows: int = 7, dimensions: int = 70) -> None:
        rng = np.random.default_rng(seed)
        start = rng.standard_normal((days * episodes, 1, dimensions))
        drift = 0.3 * np.cumsum(rng.standard_normal((days * episodes, windows, dimensions)), axis=1)
        rows = (5 * (start + drift)).reshape(-1, dimensions)
        rows[:, :3] = 2.5
        rows[rng.integers(len(rows)), 5] = 1e6
        self.vectors = rows.astype(np.float32)
        self.centre = np.median(self.vectors, axis=0).astype(float)
        self.scale = 1.4826 * np.median(np.abs(self.vectors - self.centre), axis=0)
        self.block_of = np.arange(dimensions) % 4
        self.block_weight = np.array([1.0, 0.5, 2.0, 0.0])
        self.groups = Groups(np.repeat(np.arange(days * episodes), windows), np.repeat(np.arange(days), episodes))
        self.query = (rows[rng.integers(len(rows))] + rng.standard_normal(dimensions)).astype(np.float32)

    @property
    def metric(self) -> Metric:
        return block_metric(self.centre, self.scale, self.block_of, self.block_weight, 8.0)

    def naive_distances(self) -> list[float]:
        shape = (self.centre, self.scale, self.block_of, self.block_weight, 8.0)
        return [naive_search.squared_distance(self.query, row, *shape) for row in self.vectors]


@pytest.mark.nojit
def test_distance_is_the_block_weight_times_the_mean_square_over_the_dimensions_that_vary() -> None:
    # Block 0 holds dimensions 0 and 1, block 1 dimension 2; dimension 1 never varied.
    metric = block_metric(np.array([1.0, 7.0, 0.0]), np.array([2.0, 0.0, 0.5]), np.array([0, 0, 1]), np.array([1.0, 3.0]), 8.0)
    rows = np.array([[5.0, 99.0, 1.0]], np.float32)
    query = np.array([1.0, 7.0, 100.0], np.float32)
    # z(row) = (2, 0, 2); z(query) = (0, 0, clipped to 8): 1 x 2^2 / 1 live dimension + 3 x 6^2 / 1.
    assert squared_distances(rows, np.array([0]), query, metric).tolist() == [4.0 + 108.0]


@pytest.mark.nojit
@pytest.mark.parametrize("seed", range(8))
def test_distances_equal_the_plain_loop_to_the_last_bit(seed: int) -> None:
    past = Past(seed)
    rows = np.arange(len(past.vectors))
    assert squared_distances(past.vectors, rows, past.query, past.metric).tolist() == past.naive_distances()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), per_day_max=st.integers(1, 4), share=st.floats(0.05, 1.0))
def test_search_finds_what_the_plain_loop_finds(seed: int, count: int, per_day_max: int, share: float) -> None:
    past = Past(seed)
    allowed = np.random.default_rng(seed).random(len(past.vectors)) < share
    codes = encode(past.vectors, past.metric)
    found = nearest_episodes(past.query, past.vectors, codes, past.metric, past.groups, count, per_day_max, allowed)
    distances = np.where(allowed, past.naive_distances(), np.inf)
    expected = naive_search.nearest_episodes(distances.tolist(), past.groups.episode_of_row, past.groups.day_of_episode, count, per_day_max)
    assert found.row.tolist() == expected
    assert found.squared_distance.tolist() == [distances[row] for row in expected]


@pytest.mark.nojit
def test_equal_rows_are_found_in_row_order() -> None:
    past = Past(1)
    past.vectors[:] = past.vectors[0]
    codes = encode(past.vectors, past.metric)
    found = nearest_episodes(past.vectors[0], past.vectors, codes, past.metric, past.groups, 5, 2)
    assert found.row.tolist() == [0, 7, 21, 28, 42]  # 7 windows an episode, 3 episodes a day, 2 of each day
    assert found.squared_distance.tolist() == [0.0] * 5


def test_more_rows_and_more_threads_change_no_bit_of_a_distance() -> None:
    past = Past(3, days=800, dimensions=40)
    metric, half = past.metric, len(past.vectors) // 2
    few = nearest_episodes(
        past.query,
        past.vectors[:half],
        encode(past.vectors[:half], metric),
        metric,
        Groups(past.groups.episode_of_row[:half], past.groups.day_of_episode[: past.groups.episode_of_row[half - 1] + 1]),
        10_000,
        3,
    )
    codes = encode(past.vectors, metric)
    one = nearest_episodes(past.query, past.vectors, codes, metric, past.groups, 10_000, 3, threads=1)
    two = nearest_episodes(past.query, past.vectors, codes, metric, past.groups, 10_000, 3, threads=2)
    assert one.row.tobytes() == two.row.tobytes()
    assert one.squared_distance.tobytes() == two.squared_distance.tobytes()
    in_both = dict(zip(one.row.tolist(), one.squared_distance.tolist(), strict=True))
    assert all(in_both[row] == distance for row, distance in zip(few.row.tolist(), few.squared_distance.tolist(), strict=True))


def test_the_largest_block_with_the_largest_codes_does_not_overflow() -> None:
    # Sum of products of codes of a row equal to the query: 8,321 x 127 x (16 x 127), just below 2^31. Wrapped, it would look farthest.
    ones = np.ones(BLOCK_DIMENSIONS_MAX)
    metric = block_metric(0 * ones, ones, np.zeros(len(ones), int), np.ones(1), 8.0)
    rows = np.repeat(np.array([[4.0], [8.0], [-8.0]], np.float32), BLOCK_DIMENSIONS_MAX, axis=1)
    found = nearest_episodes(rows[1], rows, encode(rows, metric), metric, Groups(np.arange(3), np.zeros(3, int)), 1, 1)
    assert (found.row.tolist(), found.squared_distance.tolist()) == ([1], [0.0])


@pytest.mark.nojit
def test_an_empty_past_and_a_filter_that_allows_nothing_find_nothing() -> None:
    past = Past(4)
    metric = past.metric
    nobody = np.zeros(len(past.vectors), bool)
    assert len(nearest_episodes(past.query, past.vectors, encode(past.vectors, metric), metric, past.groups, 5, 3, nobody).row) == 0
    empty = past.vectors[:0]
    groups = Groups(past.groups.episode_of_row[:0], past.groups.day_of_episode[:0])
    assert len(nearest_episodes(past.query, empty, encode(empty, metric), metric, groups, 5, 3).row) == 0


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(MetricError, match="3 medians, 2 scales"):
        block_metric(np.zeros(3), np.zeros(2), np.zeros(3, int), np.ones(1), 8.0)
    too_many = BLOCK_DIMENSIONS_MAX + 1
    with pytest.raises(MetricError, match="Split the block"):
        block_metric(np.zeros(too_many), np.zeros(too_many), np.zeros(too_many, int), np.ones(1), 8.0)
