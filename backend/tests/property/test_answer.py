"""What must be true of the answer to any window, whatever the past: it is a distribution, it only grows, and it is a number."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.retrieval.answered import Answered, answer_windows, speak
from src.data_eng.retrieval.frame_past import FramePast, frame_past
from src.data_eng.retrieval.moments import Moments
from tests.moments import SESSIONS, day_of_moments, fast_settings, past_moments

PRIMARY = fast_settings().labels.horizons_s.index(fast_settings().answer.primary_s)
questions = given(st.sampled_from([0, 1, 2, 4, 8]), st.integers(0, 3), st.integers(0, 100_000), st.floats(0.01, 100), st.floats(0.1, 10))


@cache
def past_of(days: int, seed: int) -> FramePast:
    return frame_past(past_moments(days, 15, seed), SESSIONS[:days], SESSIONS[9], fast_settings())


def asked(seed: int, pace: float, wide: float) -> Moments:
    """Windows of a day that may be far livelier or calmer, with barriers far wider or narrower, than the past's."""
    moments = day_of_moments(SESSIONS[9], 6, seed)
    standing = moments.standing
    barrier = np.maximum(np.round(standing.barrier_ticks * wide), 6)
    x = np.clip(standing.x_ticks, -barrier, barrier)
    return moments._replace(standing=standing._replace(sigma=standing.sigma * pace, barrier_ticks=barrier, x_ticks=x))


def answered(days: int, past_seed: int, seed: int, pace: float, wide: float) -> tuple[Answered, Moments]:
    moments = asked(seed, pace, wide)
    return answer_windows(past_of(days, past_seed), moments), moments


@settings(max_examples=60, deadline=None)
@questions
def test_every_answer_is_a_distribution_to_the_twelfth_decimal(days: int, past_seed: int, seed: int, pace: float, wide: float) -> None:
    rows = answered(days, past_seed, seed, pace, wide)[0].rows
    for p in (rows.base, rows.p):
        assert np.isfinite(p).all()
        assert (p >= 0).all()
        assert (p <= 1).all()
        assert np.abs(p.sum(axis=-1) - 1).max() <= 1e-12


@settings(max_examples=60, deadline=None)
@questions
def test_what_is_decided_stays_decided_at_every_longer_horizon(days: int, past_seed: int, seed: int, pace: float, wide: float) -> None:
    rows = answered(days, past_seed, seed, pace, wide)[0].rows
    for p in (rows.base, rows.p):
        growth = np.diff(p, axis=1)
        assert (growth[..., :2] >= 0).all()
        assert (growth[..., 2] <= 0).all()


@settings(max_examples=60, deadline=None)
@questions
def test_an_interval_holds_its_answer_or_is_not_there(days: int, past_seed: int, seed: int, pace: float, wide: float) -> None:
    rows = answered(days, past_seed, seed, pace, wide)[0].rows
    there = np.isfinite(rows.low[..., :2])
    assert (there == np.isfinite(rows.high[..., :2])).all()
    low, high, p = (column[..., :2][there] for column in (rows.low, rows.high, rows.p))
    assert (low <= p + 1e-12).all()
    assert (p <= high + 1e-12).all()
    assert (low >= 0).all()
    assert (high <= 1).all()


@settings(max_examples=40, deadline=None)
@questions
def test_what_is_said_is_always_something_and_fires_at_most_once_a_test(
    days: int, past_seed: int, seed: int, pace: float, wide: float
) -> None:
    said, moments = answered(days, past_seed, seed, pace, wide)
    spoken = speak(said, moments, np.zeros(len(moments.ts_ns), np.bool_), PRIMARY)
    fired = moments.setup[spoken.fires]
    assert len(set(fired.tolist())) == len(fired)
    assert np.isfinite(said.found.z).all()
    percentile = said.percentile[np.isfinite(said.percentile)]
    assert ((percentile >= 0) & (percentile <= 100)).all()
