"""The frame: one book for both approaches, partial histories, and nothing of what follows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from src.data_eng.core.features import feature_names
from src.data_eng.core.frame import (
    BLOCKS,
    FRAME_FEATURES,
    MOMENTA_S,
    frame_columns,
    frame_dims,
    frame_vectors,
    momenta_of,
    oriented,
    touch_columns,
)
from src.data_eng.core.physics.columns import frame_columns as physics_columns
from src.data_eng.core.zones import Quadrant
from tests.level_flow import features_of, random_windows
from tests.vectors import LEAD_IN, RandomFeatures

FEATURES = len(FRAME_FEATURES)


def vectors_of(day: RandomFeatures, direction: int, windows: int | None = None) -> NDArray[np.float32]:
    """Vectors of every sound window, or of those among the first `windows` when nothing of the day is there after them."""
    window, entry = day.questions()
    kept = window < (windows or day.windows)
    columns = {name: column[:windows] for name, column in day.columns.items()}
    mids = day.tape_mids[: None if windows is None else LEAD_IN + windows]
    momenta = momenta_of(mids, window[kept] + LEAD_IN, day.sigma[window[kept]], direction, 5)
    return frame_vectors(oriented(columns, direction > 0), window[kept], entry[kept], momenta, 5)


def constant(windows: int, value: float = 1.0) -> NDArray[np.float64]:
    return np.full((windows, FEATURES), value)


def rows(*windows: int) -> NDArray[np.int64]:
    return np.array(windows, np.int64)


def block(vectors: NDArray[np.float32], name: str) -> list[float]:
    """The first feature of each vector in a block."""
    return [float(value) for value in vectors[:, BLOCKS.index(name) * FEATURES]]


def test_the_frames_columns_are_features() -> None:
    touch = set(touch_columns())
    assert set(frame_columns()) - touch <= set(feature_names())
    assert touch <= {column.name for column in physics_columns("touch")}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("direction", [1, -1])
def test_a_book_flipped_upside_down_gives_the_same_vector_bit_for_bit(seed: int, direction: int) -> None:
    day = RandomFeatures(seed)
    assert vectors_of(day, direction).tobytes() == vectors_of(day.flipped(), -direction).tobytes()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 89), st.sampled_from([1, -1]))
def test_cutting_later_windows_off_changes_no_byte_and_none_is_nan(seed: int, windows: int, direction: int) -> None:
    day = RandomFeatures(seed)
    whole, cut = vectors_of(day, direction), vectors_of(day, direction, windows)
    assert np.isfinite(whole).all()
    assert whole[: len(cut)].tobytes() == cut.tobytes()


def test_the_features_of_a_mirrored_flow_are_those_that_the_frame_takes_from_above() -> None:
    """From random flow through the features' own code: sides, ticks, causes and aggressors swapped about tick 27,000."""
    rng = np.random.default_rng(5)
    windows = random_windows(rng, 12, 27_000)
    swapped = {
        "reprice_up": "reprice_down",
        "reprice_up_rest": "reprice_down_rest",
        "buy_volume": "sell_volume",
    }
    swapped |= {value: key for key, value in swapped.items()}
    mirrored = [
        [
            {swapped.get(name, name): value for name, value in row.items()}
            | {"side": 1 - row["side"], "price_ticks": 54_000 - row["price_ticks"]}
            for row in reversed(window)
        ]
        for window in windows
    ]
    mids = 27_000 + np.cumsum(rng.integers(-2, 3, 12)) / 2
    levels = np.full((1, 12), 27_004.0)
    tally, frame = features_of(windows, mids, levels)
    other_tally, other = features_of(mirrored, 54_000 - mids, 54_000 - levels)
    assert tally.window.tolist() == other_tally.window.tolist()
    assert "reprice_up_rest" in Quadrant._fields
    here, there = (dict(zip(found.names, found.values, strict=True)) for found in (frame, other))
    for feature in FRAME_FEATURES:
        if feature.name == "queue_imbalance" or feature.from_below in touch_columns():
            continue  # not of the flow around a level; the stages' mirror has them
        np.testing.assert_allclose(
            here[feature.from_below], feature.sign_from_above * there[feature.from_above], rtol=1e-6, atol=1e-6, err_msg=feature.name
        )


def test_means_are_over_the_windows_that_there_are() -> None:
    """Values 0, 1, 2, 3 .. with window 3 unsound: the third window's 15 s are windows 0-2, the fifth's windows 2 and 4."""
    values = constant(8) * np.arange(8)[:, None]
    values[3, 5] = np.nan
    vectors = frame_vectors(values, rows(0, 2, 4, 7), rows(0, 1, 2, 7), np.zeros((4, 4)), 5)
    assert block(vectors, "now") == [0, 2, 4, 7]
    assert block(vectors, "15s") == [0, 1, 3, 6]
    assert block(vectors, "30s") == pytest.approx([0, 1, (0 + 1 + 2 + 4) / 4, (2 + 4 + 5 + 6 + 7) / 5])
    assert block(vectors, "120s") == pytest.approx([0, 1, 7 / 4, 25 / 7])
    assert block(vectors, "entry") == pytest.approx([0, 1.5, 3, 7])


def test_a_level_known_this_window_has_its_vector_at_once() -> None:
    values = constant(30, 0.25)
    values[:29] = np.nan
    vector = frame_vectors(values, rows(29), rows(29), np.zeros((1, 4)), 5)
    assert vector[0].tolist() == [0.25] * (5 * FEATURES) + [0.0] * 4


def test_momentum_is_the_move_in_the_approachs_direction_in_sigmas() -> None:
    """A mid that rises a tick a window: 3, 6, 12 and 24 ticks over 15, 30, 60 and 120 s."""
    mids = np.arange(1000.0, 1040.0)
    expected = np.array([3, 6, 12, 24]) / (0.5 * np.sqrt(MOMENTA_S))
    for direction in (1, -1):
        moves = momenta_of(mids, rows(30), np.array([0.5]), direction, 5)
        assert moves[0] == pytest.approx(direction * expected)


def test_a_tape_that_does_not_reach_so_far_back_gives_the_move_from_its_first_mid() -> None:
    mids = np.array([np.nan, 1001.0, 1002.0, 1004.0])
    moved = momenta_of(mids, rows(0, 1, 3), np.ones(3), 1, 5) * np.sqrt(MOMENTA_S)
    assert moved.ravel() == pytest.approx([0] * 8 + [3] * 4)


def test_over_a_window_without_a_mid_the_last_known_one_stands() -> None:
    mids = np.array([1000.0, 1002.0, np.nan, np.nan, 1005.0])
    assert (momenta_of(mids, rows(4), np.ones(1), 1, 5)[0] * np.sqrt(MOMENTA_S))[0] == pytest.approx(3)


def test_no_rows_give_no_vectors() -> None:
    none = rows()
    momenta = momenta_of(np.arange(5.0), none, np.empty(0), 1, 5)
    assert frame_vectors(constant(5), none, none, momenta, 5).shape == (0, len(frame_dims()))
