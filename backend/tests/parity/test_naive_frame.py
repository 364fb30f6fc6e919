"""The vectors against their slow twins, on windows of which some are unsound and some lie before the level was known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.features.blocks import CONTEXT, build_vectors, vector_layout
from src.data_eng.core.frame import FRAME_FEATURES, MOMENTA_S, frame_columns, frame_dims, frame_vectors, momenta_of, oriented
from tests.parity.naive_frame import FRAME, Past, frame_vector, user_vector
from tests.vectors import LEAD_IN, RandomFeatures

MEANS = (3, 9, 24)


def as_past(column: NDArray[np.floating]) -> Past:
    return [float(value) if np.isfinite(value) else None for value in column]


def test_the_frame_has_the_columns_that_the_trader_would_name() -> None:
    assert [(f.name, f.from_below, f.from_above, f.sign_from_above == -1) for f in FRAME_FEATURES] == FRAME
    assert len(frame_dims()) == 5 * 38 + 4
    assert set(frame_columns()) == {name for _, *columns, _ in FRAME for name in columns}
    assert len(frame_columns()) == len(set(frame_columns()))


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("seed", range(4))
def test_the_frame_of_a_random_day_equals_the_twins(seed: int, direction: int) -> None:
    day = RandomFeatures(seed)
    window, entry = day.questions()
    momenta = momenta_of(day.tape_mids, window + LEAD_IN, day.sigma[window], direction, 5)
    vectors = frame_vectors(oriented(day.columns, direction > 0), window, entry, momenta, 5)
    assert vectors.dtype == np.float32
    columns, mids = {name: as_past(column) for name, column in day.columns.items()}, as_past(day.tape_mids)
    for row, (now, began) in enumerate(zip(window.tolist(), entry.tolist(), strict=True)):
        expected = frame_vector(columns, mids, now, began, LEAD_IN, float(day.sigma[now]), direction, 5)
        assert list(frame_dims()) == [name for name in frame_dims() if name in expected]
        np.testing.assert_allclose(vectors[row], [expected[name] for name in frame_dims()], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("means", [MEANS, (3, 9, 24, 72, 144)])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.nojit
def test_the_users_vector_of_a_random_day_equals_the_twins(seed: int, means: tuple[int, ...]) -> None:
    day = RandomFeatures(seed)
    names = frame_columns()[:3]
    layout = vector_layout(tuple(names), means)
    window, _ = day.questions()
    context = np.stack([window * 5.0, day.sigma[window]], axis=1)
    vectors = build_vectors(np.stack([day.columns[name] for name in names], axis=1), window, context, means)
    columns = {name: as_past(day.columns[name]) for name in names}
    for row, now in enumerate(window.tolist()):
        expected = user_vector(columns, now, dict(zip(CONTEXT, context[row].tolist(), strict=True)), means)
        assert set(expected) == set(layout.dims)
        np.testing.assert_allclose(vectors[row], [expected[dim] for dim in layout.dims], rtol=1e-5, atol=1e-6)


def test_the_random_days_hold_every_partial_history() -> None:
    """Questions whose history is cut off by the day's start, by the level's beginning, and by a window without a sound book."""
    day = RandomFeatures(0)
    window, entry = day.questions()
    sound = np.isfinite(day.columns[frame_columns()[0]])
    assert sound[window].all()
    assert (window < max(MOMENTA_S) // 5).any()
    assert any(not sound[now - 3 : now].all() for now in window if now >= 3)
    assert any(not sound[began : now + 1].all() for began, now in zip(entry, window, strict=True))
