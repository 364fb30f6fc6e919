"""Indexes whose truth is known: autocorrelated features beside a price that does not know them, or knows them a little.

Within a session the features drift slowly and share a strong day effect; the price is a random walk of its own, so that windows that lie
close together have nearly the same features *and* nearly the same outcome. Whoever lets a query see its own session finds skill in that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from src.data_eng.core.features.blocks import VectorLayout, vector_layout
from src.data_eng.retrieval.index import Index
from src.data_eng.retrieval.key import IndexKey
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import session_times, sessions_between

FEATURES = ("ask_pull", "bid_pull", "ask_add", "bid_add", "k_distance_ticks", "k_near_seconds", "k_touch_number")
BARRIER_TICKS = 8
TICKS_PER_WINDOW = 1.1
SESSION_WINDOWS = 2160
LEVEL_TICKS = 27200.0
KEY = IndexKey("pm_high", "level_test", "from_below")
Kind = Literal["null", "planted", "placebo"]


def dates(count: int) -> tuple[str, ...]:
    return tuple(sessions_between("2025-01-02", "2025-12-31")[:count])


def noise_index(
    seed: int,
    sessions: int = 68,
    episodes: int = 10,
    windows: int = 6,
    kind: Kind = "null",
    strength: float = 0.0,
    key: IndexKey = KEY,
    settings: Settings | None = None,
) -> Index:
    """An index in memory. `planted` shifts the first two features by `strength` sigmas toward the outcome, `placebo` toward a drawn one.

    What a session holds depends on the seed and its date alone, so a shorter index is a prefix of a longer one.
    """
    settings = settings or load_settings()
    layout = vector_layout(FEATURES, (3, 9, 24))
    days = [_session(seed, date, episodes, windows, kind, strength, layout, settings, key) for date in dates(sessions)]
    metadata = pa.concat_tables([table for table, _ in days])
    return Index(
        lake=Path("nowhere"),
        key=key,
        root="ES",
        layout=layout,
        vectors=np.concatenate([vectors for _, vectors in days]),
        read_metadata=lambda: metadata,
        scaler_of=lambda day: None,
        inputs=tuple((f"noise/{date}", date, f"{seed}-{date}") for date in dates(sessions)),
        code_sha256="",
        horizons_s=settings.labels.horizons_s,
        synthetic=True,
    )


def _session(
    seed: int, date: str, episodes: int, windows: int, kind: Kind, strength: float, layout: VectorLayout, settings: Settings, key: IndexKey
) -> tuple[pa.Table, np.ndarray]:
    rng = np.random.default_rng([seed, int(date.replace("-", "")), sum(map(ord, str(key)))])
    walk = np.cumsum(rng.normal(0, TICKS_PER_WINDOW, SESSION_WINDOWS + 200))
    spread = (SESSION_WINDOWS - 30) // episodes
    starts = 30 + np.arange(episodes) * spread + rng.integers(0, spread - windows, episodes)
    at = (starts[:, None] + np.arange(windows)).ravel()
    kinds = np.stack([_outcomes(walk, at, horizon_s // 5) for horizon_s in settings.labels.horizons_s], axis=1)
    vectors = _vectors(rng, at, layout)
    outcomes = kinds[::windows, 3] if kind == "planted" else rng.permutation(kinds[::windows, 3])
    sign = np.repeat(np.where(outcomes == "BREAK_UP", 1.0, np.where(outcomes == "REJECT_DOWN", -1.0, 0.0)), windows)
    if kind != "null":
        for block in ("w0", "w3_mean"):
            vectors[:, layout.dims.index(f"{block}:ask_pull")] += strength * sign
            vectors[:, layout.dims.index(f"{block}:bid_pull")] -= strength * sign
    open_ns = session_times(date, settings).rth_open_ns
    count = len(at)
    columns: dict[str, object] = {
        "row": np.arange(count),
        "session_date": [date] * count,
        "episode": np.repeat(np.arange(1, episodes + 1), windows),
        "ts_ns": open_ns + at * 5_000_000_000,
        "level_ticks": np.full(count, LEVEL_TICKS),
        "mid_ticks": np.full(count, LEVEL_TICKS),
        "barrier_ticks": np.full(count, BARRIER_TICKS),
        "whipsaw": np.zeros(count, bool),
        "synthetic": np.ones(count, bool),
        "past_distance": np.full(count, np.nan),
    }
    mfe_ticks, mae_ticks = rng.gamma(2.0, 4.0, (2, count)).astype(np.float32)
    for horizon in range(kinds.shape[1]):
        columns[f"outcome_h{horizon}"] = kinds[:, horizon]
        columns[f"mfe_ticks_h{horizon}"] = mfe_ticks
        columns[f"mae_ticks_h{horizon}"] = mae_ticks
    vectors[:, -2] = at * 5.0
    return pa.table(columns), vectors.astype(np.float32)


def _outcomes(walk: np.ndarray, at: np.ndarray, windows: int) -> np.ndarray:
    """Which barrier the price touches first within so many windows."""
    ahead = walk[at[:, None] + np.arange(1, windows + 1)] - walk[at][:, None]
    up, down = ahead >= BARRIER_TICKS, ahead <= -BARRIER_TICKS
    first_up = np.where(up.any(axis=1), up.argmax(axis=1), windows)
    first_down = np.where(down.any(axis=1), down.argmax(axis=1), windows)
    return np.where(first_up < first_down, "BREAK_UP", np.where(first_down < first_up, "REJECT_DOWN", "CHOP"))


def _vectors(rng: np.random.Generator, at: np.ndarray, layout: VectorLayout) -> np.ndarray:
    """(windows, dims): a slow walk of every dimension through the session, on top of a day effect."""
    steps = rng.normal(0, 0.05, (at[-1] + 1, 12))
    factors = np.cumsum(steps, axis=0)[at] + rng.normal(0, 1.5, 12)
    mix = np.random.default_rng(5).normal(0, 1 / np.sqrt(12), (12, len(layout.dims)))
    vectors: np.ndarray = factors @ mix + 0.2 * rng.standard_normal((len(at), len(layout.dims)))
    vectors[:, -1] = TICKS_PER_WINDOW
    return vectors
