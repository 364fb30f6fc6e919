"""The walk-forward part of `spymaster bench`: a lake of random candidates of full size, and an evaluation with all forecasters."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .market import FRONT, SIX_LEVELS

if TYPE_CHECKING:
    import pyarrow as pa

    from ...retrieval.key import IndexKey
    from ...settings import Settings

TESTS, WINDOWS = 9, 5
"""Of each level and direction a day; candidate windows of a test as simulated days have them."""
FIRST, LAST = "2025-01-02", "2025-12-31"
WORKERS = 2
POLL_S = 0.2
LEVEL_TICKS, BARRIER_TICKS, SIGMA = 27_200.0, 10, 0.5
AGES_S = (0, 15, 30, 60, 90)


class WalkTimes(NamedTuple):
    """Seconds, and the largest memory of all processes together."""

    evaluation: float
    peak_bytes: int
    windows: int


def walk_forward_times(folder: Path, sessions: int) -> WalkTimes:
    """Write `sessions` days of random candidates, and evaluate them with two workers."""
    from time import perf_counter

    from rich.console import Console

    from ...config import Environment
    from ...jobs.evaluate import EvaluationRequest, evaluate
    from ...retrieval.key import LEVEL_TEST
    from ...settings import load_settings
    from ...sources.calendar import sessions_between

    settings, lake = load_settings(), folder / "walk-forward" / "lake"
    where = Environment(lake)
    every_session = settings.evaluation.model_copy(update={"release_share": 0.0})
    settings = settings.model_copy(update={"evaluation": every_session})
    console = Console(stderr=True)
    with console.status(f"writing {sessions} sessions of random candidates"):
        for date in sessions_between(FIRST, LAST)[:sessions]:
            _write_day(lake, date, settings)
    report = folder / "walk-forward" / "report.html"
    request = EvaluationRequest(where, "ES", None, LEVEL_TEST, ("frame",), None, None, False, WORKERS, report)
    with _PeakMemory() as memory:
        began = perf_counter()
        result = evaluate(request, settings, console)
        seconds = perf_counter() - began
    return WalkTimes(seconds, memory.peak_bytes, result.counts.windows)


def _write_day(lake: Path, date: str, settings: Settings) -> None:
    from ...core.features.registry import APPROACHES
    from ...core.tables import SETUP_CANDIDATES
    from ...lake.partitions import ref_in
    from ...lake.writer import publish_partition
    from ...retrieval.key import LEVEL_TEST, IndexKey, trigger_rules

    keys = sorted(IndexKey(level_id, LEVEL_TEST, approach_dir) for level_id in SIX_LEVELS for approach_dir in APPROACHES)
    publish_partition(
        ref_in(lake, SETUP_CANDIDATES, FRONT, date),
        [_candidates(key, date, settings) for key in keys],
        stage="bench",
        inputs={},
        settings_sha256="",
        code_sha256="",
        facts={"synthetic": True, "condition": "available", **trigger_rules(settings)},
    )


def _candidates(key: IndexKey, date: str, settings: Settings) -> pa.Table:
    """Random frames, alike within a test, and outcomes that know nothing of them."""
    import numpy as np
    import pyarrow as pa

    from ...contracts import contract_of
    from ...core.frame import frame_dims
    from ...core.tables import SETUP_CANDIDATES
    from ...core.units import NS_PER_S
    from ...sources.calendar import session_times

    rng = np.random.default_rng([*date.encode(), *str(key).encode()])
    dims, count = len(frame_dims()), TESTS * WINDOWS
    frames = np.repeat(rng.standard_normal((TESTS, dims), np.float32), WINDOWS, axis=0)
    frames += np.float32(0.3) * rng.standard_normal((count, dims), np.float32)
    up, down = ("BREAK_UP", "REJECT_DOWN") if key.approach_dir == "from_below" else ("BREAK_DOWN", "REJECT_UP")
    outcome = np.repeat(rng.choice([up, down, "CHOP"], TESTS), WINDOWS)
    decided = np.repeat(rng.integers(0, 6, TESTS), WINDOWS)
    start_s = np.arange(TESTS)[:, None] * (10_000 // TESTS) + np.array(AGES_S)
    constant = np.full(count, SIGMA)
    columns = {
        **{name: [value] * count for name, value in key._asdict().items()},
        "session_date": [date] * count,
        "episode": np.repeat(np.arange(1, TESTS + 1), WINDOWS),
        "episode_kind": ["repeat_test"] * count,
        "ts_ns": session_times(date, settings).start_ns + start_s.ravel() * NS_PER_S,
        "age_s": np.tile(AGES_S, TESTS),
        "level_ticks": np.full(count, LEVEL_TICKS),
        "x_ticks": rng.uniform(-0.9, 0.9, count) * BARRIER_TICKS,
        "barrier_ticks": np.full(count, BARRIER_TICKS),
        "sigma": constant,
        "rv": constant**2,
        "profile": constant**2,
        "first_hit_ts_ns": [None] * count,
        "whipsaw": np.zeros(count, bool),
        "reject_kind": [None] * count,
        "frame": list(frames),
    }
    for horizon in range(len(settings.labels.horizons_s)):
        columns[f"outcome_h{horizon}"] = np.where(horizon < decided, "CHOP", outcome)
        columns[f"mfe_ticks_h{horizon}"] = columns[f"mae_ticks_h{horizon}"] = np.zeros(count)
    schema = contract_of(SETUP_CANDIDATES).schema
    return pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names})


class _PeakMemory:
    """Largest `family_bytes` while the block runs."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        from ...lake.machine import family_bytes

        while not self._done.wait(POLL_S):
            self.peak_bytes = max(self.peak_bytes, family_bytes())
