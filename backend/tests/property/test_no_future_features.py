"""Cut the future off, and every number of the past stays as it was, to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.features.blocks import build_vectors
from src.data_eng.core.features.registry import Best
from tests.level_flow import features_of, random_windows

COUNT = 40
MEANS = (3, 9, 24)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kept=st.integers(1, COUNT))
def test_features_of_a_window_do_not_change_when_later_windows_are_cut_off(seed: int, kept: int) -> None:
    rng = np.random.default_rng(seed)
    windows = random_windows(rng, COUNT, 27_000, half_width=30)
    mids = 27_000 + np.cumsum(rng.integers(-4, 5, COUNT)) / 2
    mids[rng.random(COUNT) < 0.1] = np.nan
    levels = 27_000 + rng.integers(-8, 9, (3, 1)) + np.zeros((3, COUNT))
    levels[1, :10] = np.nan
    best = Best(*(rng.integers(0, 50, COUNT).astype(np.int32) for _ in range(4)))
    tally, whole = features_of(windows, mids, levels, best)
    _, cut = features_of(windows[:kept], mids[:kept], levels[:, :kept], Best(*(column[:kept] for column in best)))
    assert whole.values[:, tally.window < kept].tobytes() == cut.values.tobytes()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), later=st.integers(0, 20))
def test_vectors_do_not_change_when_later_windows_are_cut_off(seed: int, later: int) -> None:
    values = np.random.default_rng(seed).normal(size=(27 + later, 4)).astype(np.float32)
    trigger, context = np.array([26]), np.zeros((1, 2))
    assert build_vectors(values, trigger, context, MEANS).tobytes() == build_vectors(values[:27], trigger, context, MEANS).tobytes()
