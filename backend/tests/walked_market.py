"""Candidates of tests whose truth is known, in memory: price is a random walk from just short of the level, the frame may know its drift.

A test's windows share a frame of their own, as those of a real one resemble each other, so that whoever lets a query see its own test finds
skill in that. What a session holds depends on the seed and its date alone.
"""

from __future__ import annotations

import numpy as np

from src.data_eng.core.frame import frame_dims
from src.data_eng.retrieval.base import Standing
from src.data_eng.retrieval.distribution import BREAK, CHOP, REJECT
from src.data_eng.retrieval.moments import KEY_COLUMNS, Moments
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import session_times, sessions_between

STEP_S, STEPS = 5, 168
SIGMA, BARRIER_TICKS, ENTRY_TICKS = 0.5, 10, -5.0
LEVELS = ("pm_high", "pm_low", "or_high")
TOLD = ("now:front_pull_add", "15s:front_pull_add", "30s:front_pull_add", "now:tilt", "15s:tilt", "30s:tilt")
"""Dimensions that know the drift of a planted market."""


def dates(count: int) -> tuple[str, ...]:
    return tuple(sessions_between("2025-01-02", "2025-12-31")[:count])


def market(seed: int, sessions: int, drift: float = 0.0, told: float = 0.0, tests: int = 12) -> list[Moments]:
    """Candidates by session. Each test drifts by `drift` ticks a second toward one of the barriers; `told` is how many of their own
    standard deviations the frame moves with it."""
    return [session(seed, date, drift, told, tests, load_settings()) for date in dates(sessions)]


def session(seed: int, date: str, drift: float, told: float, tests: int, settings: Settings) -> Moments:
    rng = np.random.default_rng([seed, int(date.replace("-", ""))])
    side = rng.choice([-1.0, 1.0], tests)
    moves = rng.normal(0, SIGMA * np.sqrt(STEP_S), (tests, 2 * STEPS)) + drift * side[:, None] * STEP_S
    path = ENTRY_TICKS + np.concatenate([np.zeros((tests, 1)), np.cumsum(moves, axis=1)], axis=1)
    age = np.array([0, 3, *range(6, STEPS, 6)])
    lasts = np.abs(path[:, : STEPS + 1]) < BARRIER_TICKS
    alive = np.logical_and.accumulate(lasts, axis=1)[:, age]
    test, place = np.nonzero(alive)
    at = age[place]
    frame = rng.standard_normal((tests, len(frame_dims())))[test] + 0.5 * rng.standard_normal((len(test), len(frame_dims())))
    for name in TOLD:
        frame[:, frame_dims().index(name)] += told * side[test]
    count, open_ns = len(test), session_times(date, settings).rth_open_ns
    key = np.empty((count, len(KEY_COLUMNS)), object)
    for column, values in enumerate(
        (
            [date] * count,
            ["ESZ5"] * count,
            ["level_test"] * count,
            [LEVELS[one % len(LEVELS)] for one in test],
            ["from_below" if one % 2 else "from_above" for one in test],
            [int(one) + 1 for one in test],
        )
    ):
        key[:, column] = values
    constant = np.full(count, SIGMA)
    standing = Standing(
        path[test, at], np.full(count, float(BARRIER_TICKS)), constant, constant**2, constant**2, at * float(STEP_S), test % 3 > 0
    )
    ts_ns = open_ns + (test * 700 + at * STEP_S) * 1_000_000_000
    return Moments(key, ts_ns, standing, frame.astype(np.float32), kinds(path, test, at, settings))


def kinds(path: np.ndarray, test: np.ndarray, at: np.ndarray, settings: Settings) -> np.ndarray:
    """(windows, horizons) which barrier the path meets first after each window."""
    columns = []
    for horizon_s in settings.labels.horizons_s:
        ahead = path[test[:, None], at[:, None] + np.arange(1, horizon_s // STEP_S + 1)]
        up, down = ahead >= BARRIER_TICKS, ahead <= -BARRIER_TICKS
        none = ahead.shape[1]
        first_up, first_down = (np.where(hit.any(axis=1), hit.argmax(axis=1), none) for hit in (up, down))
        columns.append(np.where(first_up < first_down, BREAK, np.where(first_down < first_up, REJECT, CHOP)))
    return np.stack(columns, axis=1).astype(np.int8)
