"""The cosine's search: its distances against scikit-learn's, its answer against the plain loop, and rows without a direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.features.scaling import fit_scaler, scale
from src.data_eng.retrieval.cosine import direction_metric, directions, nearest_directions
from src.data_eng.retrieval.distance import squared_distances
from src.data_eng.retrieval.exact import Groups
from tests.parity import naive_metrics, naive_search


class Past:
    """Random raw rows of episodes that drift, scaled robustly; the last row is the query."""

    def __init__(self, seed: int, days: int = 10, episodes: int = 3, windows: int = 5, dimensions: int = 60) -> None:
        rng = np.random.default_rng(seed)
        start = rng.standard_normal((days * episodes, 1, dimensions))
        rows = (4 * (start + 0.4 * rng.standard_normal((days * episodes, windows, dimensions)))).reshape(-1, dimensions)
        rows[:, 2] = 7.0
        rows[0, 4] = 1e5
        raw = rows.astype(np.float32)
        scaler = fit_scaler(raw, "2025-10-01", 8.0, 30)
        self.scaled = scale(scaler, raw, "2025-10-03")
        self.query = scale(scaler, raw[[rng.integers(len(raw))]] + rng.standard_normal((1, dimensions)).astype(np.float32), "2025-10-03")
        self.groups = Groups(np.repeat(np.arange(days * episodes), windows), np.repeat(np.arange(days), episodes))

    def naive_distances(self) -> list[float]:
        query = naive_metrics.direction(self.query[0])
        return [naive_metrics.squared_distance(query, naive_metrics.direction(row), [1.0] * len(query)) for row in self.scaled]


@pytest.mark.parametrize("seed", range(4))
def test_half_the_squared_distance_is_scikit_learns_cosine_distance(seed: int) -> None:
    from sklearn.metrics.pairwise import cosine_distances

    past = Past(seed)
    expected = cosine_distances(past.query.astype(float), past.scaled.astype(float))[0]
    (query,), rows = directions(past.query.copy()).row, directions(past.scaled.copy()).row
    found = squared_distances(rows, np.arange(len(rows)), query, direction_metric(len(query)))
    np.testing.assert_allclose(found / 2, expected, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), per_day_max=st.integers(1, 4), share=st.floats(0.05, 1.0))
def test_search_finds_what_the_plain_loop_finds_to_the_last_bit(seed: int, count: int, per_day_max: int, share: float) -> None:
    past = Past(seed)
    allowed = np.random.default_rng(seed).random(len(past.scaled)) < share
    distances = np.where(allowed, past.naive_distances(), np.inf)
    expected = naive_search.nearest_episodes(distances.tolist(), past.groups.episode_of_row, past.groups.day_of_episode, count, per_day_max)
    query, rows = directions(past.query.copy()), directions(past.scaled.copy())
    found = nearest_directions(query, rows, past.groups, count, per_day_max, allowed)
    assert found.row.tolist() == expected
    assert found.squared_distance.tolist() == [distances[row] for row in expected]


def test_length_does_not_count() -> None:
    past = directions(np.array([[3.0, 4.0], [-3.0, -4.0], [4.0, -3.0], [0.3, 0.4]], np.float32))
    groups = Groups(np.arange(4), np.arange(4))
    found = nearest_directions(directions(np.array([[6.0, 8.0]], np.float32)), past, groups, 4, 3)
    assert found.row.tolist() == [0, 3, 2, 1]
    # The same direction, at a right angle, and opposite: 0, 2 and 4.
    np.testing.assert_allclose(found.squared_distance, [0.0, 0.0, 2.0, 4.0], atol=1e-6)


def test_a_row_at_the_median_has_no_direction_and_lies_one_away_from_every_other() -> None:
    past = directions(np.array([[0.0, 0.0], [1.0, 0.0]], np.float32))
    groups = Groups(np.arange(2), np.arange(2))
    found = nearest_directions(directions(np.array([[0.0, 2.0]], np.float32)), past, groups, 2, 3)
    assert found.row.tolist() == [0, 1]
    assert found.squared_distance.tolist() == [1.0, 2.0]


def test_an_empty_past_and_a_filter_that_allows_nothing_find_nothing() -> None:
    past = Past(0)
    query, rows = directions(past.query), directions(past.scaled)
    assert len(nearest_directions(query, rows, past.groups, 5, 3, np.zeros(len(rows.row), bool)).row) == 0
    empty = directions(past.scaled[:0].copy())
    assert len(nearest_directions(query, empty, Groups(np.empty(0, np.int64), np.empty(0, np.int64)), 5, 3).row) == 0
