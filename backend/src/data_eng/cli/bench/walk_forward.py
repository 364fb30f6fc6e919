"""The walk-forward part of `spymaster bench`: a lake of random triggers of full size, its indexes, an evaluation with all baselines."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .market import FRONT, SIX_LEVELS

if TYPE_CHECKING:
    import pyarrow as pa

    from ...retrieval.key import IndexKey
    from ...settings import Settings

EPISODES, AGES_S = 25, (0, 15, 30, 60)
"""Of each level and direction a day; the ages of each one's candidates, as the median full-size simulated day has them."""
FIRST, LAST = "2025-01-02", "2025-12-31"
WORKERS = 2
POLL_S = 0.2
LEVEL_TICKS, BARRIER_TICKS, WINDOW_NS = 27_200.0, 8, 5_000_000_000


class WalkTimes(NamedTuple):
    """Seconds, and the largest memory of all processes together."""

    indexes: float
    evaluation: float
    peak_bytes: int
    episodes: int


def walk_forward_times(folder: Path, sessions: int) -> WalkTimes:
    """Write `sessions` days of random triggers, build the indexes of all levels, and evaluate them with two workers."""
    from time import perf_counter

    from rich.console import Console

    from ...config import Environment
    from ...errors import SpymasterError
    from ...jobs.evaluate import EvaluationRequest, evaluate
    from ...lake.crew import Crew, Failure
    from ...retrieval.index_builder import build_indexes
    from ...retrieval.key import LEVEL_TEST
    from ...settings import load_settings
    from ...sources.calendar import sessions_between

    settings, lake = load_settings(), folder / "walk-forward" / "lake"
    where = Environment(lake)
    every_session = settings.evaluation.model_copy(update={"release_share": 0.0})
    settings = settings.model_copy(update={"evaluation": every_session})
    console = Console(stderr=True)
    with console.status(f"writing {sessions} sessions of random triggers"):
        for date in sessions_between(FIRST, LAST)[:sessions]:
            _write_day(lake, date, settings)
    calls = [partial(build_indexes, where, "ES", level_id, settings) for level_id in SIX_LEVELS]
    began = perf_counter()
    with Crew(WORKERS, [__name__]) as crew, console.status("building their indexes"):
        failures = [outcome for _, outcome in crew.run(calls) if isinstance(outcome, Failure)]
    if failures:
        raise SpymasterError(f"an index could not be built: {failures[0].message}")
    indexes = perf_counter() - began
    request = EvaluationRequest(
        where, "ES", SIX_LEVELS, LEVEL_TEST, ("frame",), None, None, False, WORKERS, folder / "walk-forward" / "report.html"
    )
    with _PeakMemory() as memory:
        began = perf_counter()
        result = evaluate(request, settings, console)
        seconds = perf_counter() - began
    return WalkTimes(indexes, seconds, memory.peak_bytes, result.counts.windows)


def _write_day(lake: Path, date: str, settings: Settings) -> None:
    from ...core.features.registry import APPROACHES
    from ...core.tables import SETUP_CANDIDATES, TRIGGER_VECTORS
    from ...lake.partitions import ref_in
    from ...lake.writer import publish_partition
    from ...retrieval.key import LEVEL_TEST, IndexKey, trigger_rules
    from ...stages.gold.future_mbo.build_trigger_vectors import ROWS_BY_LEVEL, candidates

    keys = sorted(IndexKey(level_id, LEVEL_TEST, approach_dir) for level_id in SIX_LEVELS for approach_dir in APPROACHES)
    triggers = [_triggers(key, date, settings) for key in keys]
    for dataset, tables in ((TRIGGER_VECTORS, triggers), (SETUP_CANDIDATES, [candidates(table, settings) for table in triggers])):
        publish_partition(
            ref_in(lake, dataset, FRONT, date),
            tables,
            stage="bench",
            inputs={},
            settings_sha256="",
            code_sha256="",
            facts={"synthetic": True, "condition": "available", **trigger_rules(settings)},
            parquet=ROWS_BY_LEVEL,
        )


def _triggers(key: IndexKey, date: str, settings: Settings) -> pa.Table:
    """Random vectors, alike within an episode, and outcomes that know nothing of them."""
    import numpy as np
    import pyarrow as pa

    from ...contracts import contract_of
    from ...core.frame import frame_dims
    from ...core.tables import TRIGGER_VECTORS
    from ...retrieval.key import layout_of
    from ...sources.calendar import session_times

    rng = np.random.default_rng([*date.encode(), *str(key).encode()])
    windows = len(AGES_S)
    count = EPISODES * windows
    frame, vectors = (
        np.repeat(rng.standard_normal((EPISODES, dims), np.float32), windows, axis=0)
        + np.float32(0.3) * rng.standard_normal((count, dims), np.float32)
        for dims in (len(frame_dims()), len(layout_of(key, settings).dims))
    )
    up, down = ("BREAK_UP", "REJECT_DOWN") if key.approach_dir == "from_below" else ("REJECT_UP", "BREAK_DOWN")
    outcome = np.repeat(rng.choice([up, down, "CHOP"], EPISODES), windows)
    decided = np.repeat(rng.integers(0, 6, EPISODES), windows)
    age_s = np.tile(AGES_S, EPISODES)
    window = np.repeat(np.arange(EPISODES) * (2000 // EPISODES), windows) + age_s // 5
    schema = contract_of(TRIGGER_VECTORS).schema
    columns = {
        "setup": [key.setup] * count,
        "level_id": [key.level_id] * count,
        "approach_dir": [key.approach_dir] * count,
        "session_date": [date] * count,
        "episode": np.repeat(np.arange(1, EPISODES + 1), windows),
        "episode_kind": ["repeat_test"] * count,
        "ts_ns": session_times(date, settings).start_ns + (window + 1) * WINDOW_NS,
        "age_s": age_s,
        "level_ticks": np.full(count, LEVEL_TICKS),
        "mid_ticks": np.full(count, LEVEL_TICKS),
        "distance_ticks": np.zeros(count),
        "x_ticks": rng.integers(1 - BARRIER_TICKS, BARRIER_TICKS, count),
        "barrier_ticks": np.full(count, BARRIER_TICKS),
        "sigma": rng.uniform(0.3, 0.8, count),
        "rv": np.full(count, 0.3),
        "profile": np.full(count, 0.3),
        "confluent_ids": [""] * count,
        "first_hit_ts_ns": [None] * count,
        "second_hit_ts_ns": [None] * count,
        "whipsaw": np.zeros(count, bool),
        "mae_before_hit_ticks": [None] * count,
        "reject_kind": [None] * count,
        "frame": list(frame),
        "vector": list(vectors),
    }
    for horizon in range(len(settings.labels.horizons_s)):
        columns[f"outcome_h{horizon}"] = np.where(horizon < decided, "CHOP", outcome)
        columns[f"mfe_ticks_h{horizon}"] = columns[f"mae_ticks_h{horizon}"] = np.zeros(count)
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
