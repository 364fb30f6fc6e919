"""Random windows of tests as the answer takes them: places between their barriers, vectors, and outcomes that one dimension sways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.frame import frame_dims
from src.data_eng.retrieval.base import Standing
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.moments import KEY_COLUMNS, Moments, joined
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import sessions_between

HORIZONS = len(load_settings().labels.horizons_s)
AGES_S = (0, 15, 30, 60, 90)
SESSIONS = tuple(sessions_between("2025-10-01", "2025-11-28"))


def fast_settings(**answer: float) -> Settings:
    """Settings under which a small past is enough to fit on and to find neighbours in."""
    settings = load_settings()
    return settings.model_copy(update={"answer": settings.answer.model_copy(update={"min_candidates": 100, "k": 40, **answer})})


def day_of_moments(date: str, tests: int, seed: int = 0, ages: Sequence[int] = AGES_S, signal: float = 1.5) -> Moments:
    """Every test of a day at each age. How it ends hangs on the first dimension, by `signal`."""
    rng = np.random.default_rng([seed, int(date.replace("-", ""))])
    count = tests * len(ages)
    key = np.empty((count, len(KEY_COLUMNS)), object)
    key[:, 0], key[:, 1], key[:, 2], key[:, 3] = date, "ESZ5", "level_test", "pm_high"
    key[:, 4] = np.repeat(rng.choice(["from_below", "from_above"], tests), len(ages))
    key[:, 5] = np.repeat(np.arange(1, tests + 1), len(ages))
    age_s = np.tile(np.array(ages, np.float64), tests)
    start_ns = np.repeat(np.arange(tests) * 400, len(ages)) + age_s
    barrier = np.repeat(rng.integers(8, 20, tests), len(ages)).astype(np.float64)
    variance = rng.uniform(0.1, 1.5, count)
    variance[rng.random(count) < 0.03] = np.nan
    standing = Standing(
        x_ticks=np.round(rng.uniform(-0.8, 0.8, count) * barrier * 2) / 2,
        barrier_ticks=barrier,
        sigma=rng.uniform(0.3, 1.2, count),
        rv=variance,
        prof=rng.uniform(0.1, 1.5, count),
        age_s=age_s,
        is_later=np.repeat(rng.random(tests) < 0.6, len(ages)),
    )
    about = np.repeat(rng.normal(size=(tests, len(frame_dims()))), len(ages), axis=0)
    frame = (about + 0.5 * rng.normal(size=about.shape)).astype(np.float32)
    tilt = 1 / (1 + np.exp(-signal * about[:, 0] - 2 * standing.x_ticks / barrier))
    return Moments(
        key, (start_ns * 1e9).astype(np.int64), standing, frame, _kinds(rng, np.repeat(tilt[:: len(ages)], len(ages)), len(ages))
    )


def past_moments(days: int, tests: int = 12, seed: int = 0, signal: float = 1.5) -> Moments:
    """The first sessions of SESSIONS."""
    return joined([day_of_moments(date, tests, seed, signal=signal) for date in SESSIONS[:days]], len(frame_dims()), HORIZONS)


def _kinds(rng: np.random.Generator, tilt: NDArray[np.float64], ages: int) -> NDArray[np.int8]:
    tests = len(tilt) // ages
    decided_at = np.repeat(rng.integers(0, HORIZONS + 3, tests), ages)
    ends = np.where(np.repeat(rng.random(tests), ages) < tilt, BREAK, REJECT)
    ends = np.where(np.repeat(rng.random(tests) < 0.03, ages), WHIPSAW, ends)
    seen_to = np.repeat(np.where(rng.random(tests) < 0.1, rng.integers(0, HORIZONS, tests), HORIZONS), ages)
    horizon = np.arange(HORIZONS)
    kinds = np.where(horizon >= decided_at[:, None], ends[:, None], CHOP)
    return np.where(horizon >= seen_to[:, None], CENSORED, kinds).astype(np.int8)
