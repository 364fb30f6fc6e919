"""The vector's layout, and its values against plain sums."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.features import feature_names
from src.data_eng.core.features.blocks import CONTEXT, DERIVATIVES, GROUPS, build_vectors, vector_layout

pytestmark = pytest.mark.nojit
MEANS = (3, 9, 24)


def naive_vector(values: NDArray[np.float32], now: int, context: list[float], means: tuple[int, ...]) -> dict[str, float]:
    """A vector of features a and b by name, straight from the definition."""
    series: dict[str, list[float]] = {}
    for column, feature in enumerate(("a", "b")):
        differenced = [float(value) for value in values[:, column]]
        for derivative in DERIVATIVES:
            series[f"{derivative}{feature}"] = differenced
            differenced = [float("nan")] + [later - before for before, later in pairwise(differenced)]
    vector = {}
    for name, past in series.items():
        vector[f"w0:{name}"] = past[now]
        for windows in means:
            vector[f"w{windows}_mean:{name}"] = sum(past[now - windows + 1 : now + 1]) / windows
            vector[f"w{windows}_delta:{name}"] = (past[now] - past[now - windows + 1]) / (windows - 1)
    return vector | dict(zip(CONTEXT, context, strict=True))


def test_the_order_is_block_then_derivative_then_feature_then_context() -> None:
    layout = vector_layout(("a", "b"), MEANS)
    assert layout.dims[:8] == ("w0:a", "w0:b", "w0:d1_a", "w0:d1_b", "w0:d2_a", "w0:d2_b", "w0:d3_a", "w0:d3_b")
    blocks = list(dict.fromkeys(dim.partition(":")[0] for dim in layout.dims[:-2]))
    assert blocks == ["w0", "w3_mean", "w3_delta", "w9_mean", "w9_delta", "w24_mean", "w24_delta"]
    assert layout.dims[-2:] == CONTEXT
    assert len(layout.dims) == 7 * 4 * 2 + 2


def test_a_vector_needs_the_longest_mean_and_three_windows_for_the_differences() -> None:
    assert vector_layout(("a",), MEANS).history_windows == 27
    assert vector_layout(("a",), (*MEANS, 72, 144)).history_windows == 147


@pytest.mark.parametrize("means", [MEANS, (3, 9, 24, 72, 144)])
def test_every_dimension_equals_its_definition_at_the_earliest_and_at_later_triggers(means: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    layout = vector_layout(("a", "b"), means)
    values = rng.normal(size=(layout.history_windows + 5, 2)).astype(np.float32)
    triggers = np.array([layout.history_windows - 1, layout.history_windows + 4])
    vectors = build_vectors(values, triggers, np.array([[10.0, 0.5], [20.0, 0.7]]), means)
    assert np.isfinite(vectors).all()
    for vector, now, context in zip(vectors, triggers, ([10.0, 0.5], [20.0, 0.7]), strict=True):
        expected = naive_vector(values, int(now), context, means)
        for dim, value in zip(layout.dims, vector, strict=True):
            assert value == pytest.approx(expected[dim], rel=1e-5, abs=1e-6), dim


def test_the_same_windows_give_the_same_bytes_wherever_they_stand() -> None:
    values = np.random.default_rng(4).normal(size=(80, 5)).astype(np.float32)
    late = build_vectors(values, np.array([70]), np.zeros((1, 2)), MEANS)
    cut = build_vectors(values[70 - 26 : 71], np.array([26]), np.zeros((1, 2)), MEANS)
    assert late.tobytes() == cut.tobytes()


def test_a_window_one_short_of_its_history_would_hold_nan() -> None:
    values = np.ones((27, 1), np.float32)
    assert np.isnan(build_vectors(values, np.array([25]), np.zeros((1, 2)), MEANS)).any()
    assert np.isfinite(build_vectors(values, np.array([26]), np.zeros((1, 2)), MEANS)).all()


def test_every_dimension_belongs_to_one_group_and_where_the_price_is_to_context() -> None:
    layout = vector_layout(feature_names("from_below"), (*MEANS, 72, 144))
    groups = {dim: GROUPS[code] for dim, code in zip(layout.dims, layout.group, strict=True)}
    assert groups["w0:u1_ask_com_disp_log"] == "current"
    assert groups["w3_delta:d2_u17_total_log"] == "short"
    assert groups["w9_mean:k_distance_ticks"] == "mid"
    assert groups["w72_mean:u17_total_log"] == groups["w24_delta:u17_total_log"] == "long"
    context = [dim for dim, group in groups.items() if group == "context"]
    assert context == ["w0:k_distance_ticks", "w0:k_near_seconds", "w0:k_touch_number", *CONTEXT]


def test_no_triggers_give_no_vectors() -> None:
    assert build_vectors(np.empty((0, 2), np.float32), np.empty(0, np.int64), np.empty((0, 2)), MEANS).shape == (0, 58)
