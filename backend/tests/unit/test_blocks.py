"""The vector's layout, and its values on histories small enough to follow by eye; tests/parity has its twin."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.features import feature_names
from src.data_eng.core.features.blocks import CONTEXT, GROUPS, build_vectors, vector_layout, windows_behind

pytestmark = pytest.mark.nojit
MEANS = (3, 9, 24)


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


def test_the_same_windows_give_the_same_bytes_wherever_they_stand() -> None:
    values = np.random.default_rng(4).normal(size=(80, 5)).astype(np.float32)
    late = build_vectors(values, np.array([70]), np.zeros((1, 2)), MEANS)
    cut = build_vectors(values[70 - 26 : 71], np.array([26]), np.zeros((1, 2)), MEANS)
    assert late.tobytes() == cut.tobytes()


def test_a_history_that_is_cut_short_is_the_mean_of_what_there_is() -> None:
    """A feature of 1, 2, 4 in the level's first three windows: d1 is there from the second, d2 from the third, d3 not yet."""
    layout = vector_layout(("a",), MEANS)
    values = np.array([[np.nan], [1], [2], [4]], np.float32)
    first, third = (dict(zip(layout.dims, row, strict=True)) for row in build_vectors(values, np.array([1, 3]), np.zeros((2, 2)), MEANS))
    assert first == {dim: 1.0 if dim.endswith(":a") and "delta" not in dim else 0.0 for dim in layout.dims}
    assert [third[f"w0:{name}"] for name in ("a", "d1_a", "d2_a", "d3_a")] == [4, 2, 1, 0]
    for windows in MEANS:
        means = [third[f"w{windows}_mean:{name}"] for name in ("a", "d1_a", "d2_a", "d3_a")]
        deltas = [third[f"w{windows}_delta:{name}"] for name in ("a", "d1_a", "d2_a", "d3_a")]
        assert means == pytest.approx([7 / 3, 1.5, 1, 0])
        assert deltas == [1.5, 1, 0, 0], "from the earliest window that has it"


def test_a_window_without_a_sound_book_is_left_out_of_means_and_has_no_differences_after_it() -> None:
    layout = vector_layout(("a",), (3,))
    values = np.array([[1], [np.nan], [3]], np.float32)
    vector = dict(zip(layout.dims, build_vectors(values, np.array([2]), np.zeros((1, 2)), (3,))[0], strict=True))
    assert (vector["w3_mean:a"], vector["w3_delta:a"]) == (2, 1)
    assert [vector[f"{block}:d1_a"] for block in ("w0", "w3_mean", "w3_delta")] == [0, 0, 0]


def test_cutting_later_windows_off_changes_no_byte() -> None:
    values = np.random.default_rng(6).normal(size=(80, 5)).astype(np.float32)
    values[[3, 40, 41, 55]] = np.nan
    triggers = np.array([0, 5, 44, 56])
    cut = [build_vectors(values[: now + 1], np.array([now]), np.zeros((1, 2)), MEANS) for now in triggers]
    assert build_vectors(values, triggers, np.zeros((4, 2)), MEANS).tobytes() == np.concatenate(cut).tobytes()


def test_the_windows_behind_the_triggers_are_all_that_their_vectors_need() -> None:
    """Windows 5 and 44 with a history of 27: 0 to 5, which the day's start cuts short, and 18 to 44."""
    behind, at = windows_behind(np.array([44, 5]), 27)
    assert behind.tolist() == [*range(6), *range(18, 45)]
    assert behind[at].tolist() == [44, 5]
    values = np.random.default_rng(5).normal(size=(80, 5)).astype(np.float32)
    whole = build_vectors(values, np.array([44, 5]), np.zeros((2, 2)), MEANS)
    assert build_vectors(values[behind], at, np.zeros((2, 2)), MEANS).tobytes() == whole.tobytes()


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
