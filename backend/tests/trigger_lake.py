"""A small lake of trigger vectors for the retrieval's tests: random features, outcomes that follow one of them, no book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from src.data_eng.contracts import contract_of
from src.data_eng.core.features.registry import APPROACHES
from src.data_eng.core.frame import frame_dims
from src.data_eng.core.tables import PHYSICS_LADDER, PRESSURE_STREAM, SETUP_CANDIDATES, TOUCH_PHYSICS, WALLS
from src.data_eng.lake.partitions import ref_in
from src.data_eng.lake.writer import publish_partition
from src.data_eng.retrieval.key import IndexKey, layout_of, trigger_rules
from src.data_eng.settings import Settings, load_settings
from src.data_eng.sources.calendar import session_times, sessions_between
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import candidates

TRIGGERS = "gold.future_mbo.mbo_trigger_vectors"
LEVELS = "silver.future_mbo.levels"
VACUUM = "silver.future_mbo.mbo_level_vacuum_5s"
KEY = IndexKey("pm_high", "level_test", "from_below")
SYMBOL = "ESZ5"
LEVEL_TICKS = 27200.0
WINDOW_NS = 5_000_000_000
FIRST_EPISODE_S, EPISODE_APART_S = 1800, 1500


def small_settings(**answer: float) -> Settings:
    settings = load_settings()
    return settings.model_copy(update={"answer": settings.answer.model_copy(update=answer)})


def session_dates(count: int) -> list[str]:
    return sessions_between("2025-10-01", "2025-12-31")[:count]


def write_days(lake: Path, dates: list[str], episodes: int = 3, windows: int = 4, synthetic: bool = False) -> None:
    """One partition a date; what a date holds depends on the date alone."""
    for date in dates:
        write_triggers(lake, date, trigger_table(date, episodes, windows), synthetic)


def write_triggers(lake: Path, date: str, table: pa.Table, synthetic: bool = False, settings: Settings | None = None) -> None:
    settings = settings or load_settings()
    for dataset, rows in ((TRIGGERS, table), (SETUP_CANDIDATES, candidates(table, settings))):
        publish_partition(
            ref_in(lake, dataset, SYMBOL, date),
            rows,
            stage="test",
            inputs={},
            settings_sha256="0",
            code_sha256="0",
            facts={"synthetic": synthetic, "condition": "available", **trigger_rules(settings)},
        )


def both_sides(date: str) -> pa.Table:
    """Triggers of a day from below and from above."""
    return pa.concat_tables([trigger_table(date, key=KEY._replace(approach_dir=approach_dir)) for approach_dir in APPROACHES])


def write_touch(lake: Path, date: str, episodes: int = 3, windows: int = 4) -> None:
    """The day's physics behind the touch at every trigger: volatility as the triggers have it, and nothing against usual."""
    ts_ns = trigger_times_ns(date, episodes, windows).ravel()
    known = {
        "window_start_ns": ts_ns - WINDOW_NS,
        "ts_ns": ts_ns,
        "in_session": np.ones(len(ts_ns), bool),
        "mid_ticks": np.full(len(ts_ns), LEVEL_TICKS - 5),
        "sigma": np.full(len(ts_ns), 0.5),
        "barrier_ticks": np.full(len(ts_ns), 8),
    }
    _publish_filled(lake, date, TOUCH_PHYSICS, known)


def write_physics(lake: Path, date: str) -> None:
    """Pressure, ladder and walls at the day's triggers: asks leave, longs lead up to 6799 and shorts from 6802, where a wall stands."""
    ts_ns = trigger_times_ns(date).ravel()
    rows, strikes = len(ts_ns), np.arange(6796, 6805)
    at_strikes = np.repeat(ts_ns, len(strikes))
    pressure = {
        "level_id": [KEY.level_id] * rows,
        "window_start_ns": ts_ns - WINDOW_NS,
        "ts_ns": ts_ns,
        "direction": ["up"] * rows,
        "state": ["ARMED"] * rows,
        "coming": np.ones(rows, bool),
        "balance": ["up"] * rows,
        "balance_level": np.full(rows, 2),
        "balance_held_s": np.full(rows, 40),
        "asks_give_times_usual": np.full(rows, 1.62),
        "bids_give_times_usual": np.full(rows, 0.88),
        **{f"condition_{number}_times_usual": np.full(rows, 0.5 * number) for number in (1, 2, 3, 4)},
        **{f"condition_{number}_contracts": np.full(rows, 100.0 * number) for number in (1, 2, 3, 4)},
        **{f"condition_{number}_sign": np.full(rows, sign) for number, sign in ((1, 1), (2, 0), (3, -1), (4, 0))},
        "count_up": np.full(rows, 2),
    }
    ladder = {
        "window_start_ns": at_strikes - WINDOW_NS,
        "ts_ns": at_strikes,
        "strike_ticks": np.tile(strikes * 4, rows),
        "mid_ticks": np.full(len(at_strikes), LEVEL_TICKS - 5),
        "winner": ["longs" if strike < 6800 else "shorts" if strike > 6801 else "even" for strike in strikes] * rows,
        "short_depth": np.tile(np.where(strikes < 6800, 0, 120), rows),
    }
    walls = {
        "window_start_ns": ts_ns - WINDOW_NS,
        "ts_ns": ts_ns,
        "side": ["ask"] * rows,
        "strike_ticks": np.full(rows, 6802 * 4),
        "event": ["stands"] * rows,
        "massive": np.zeros(rows, bool),
        "w": np.full(rows, 2.41),
        "depth": np.full(rows, 240),
        "peak": np.full(rows, 240),
    }
    for dataset, known in ((PRESSURE_STREAM, pressure), (PHYSICS_LADDER, ladder), (WALLS, walls)):
        _publish_filled(lake, date, dataset, known)


def _publish_filled(lake: Path, date: str, dataset: str, known: dict[str, Any]) -> None:
    """A partition of the columns given; the others are null, or 0."""
    schema = contract_of(dataset).schema
    rows = len(known["ts_ns"])
    empty = {field.name: [None] * rows if field.nullable else np.zeros(rows) for field in schema}
    publish_partition(
        ref_in(lake, dataset, SYMBOL, date),
        pa.table({field.name: pa.array((empty | known)[field.name], field.type) for field in schema}),
        stage="test",
        inputs={},
        settings_sha256="0",
        code_sha256="0",
        facts={"synthetic": False, "condition": "available"},
    )


def write_level(lake: Path, date: str, synthetic: bool = False) -> None:
    """The level and its features beside the triggers, as a query reads them."""
    times = session_times(date, load_settings())
    price = {"price_ticks": [LEVEL_TICKS], "price_source": ["trades"], "reason": [None]}
    levels = {"level_id": [KEY.level_id], "known_from_ns": [times.rth_open_ns], **price}
    for dataset, columns in ((LEVELS, levels), (VACUUM, _features(date))):
        schema = contract_of(dataset).schema
        publish_partition(
            ref_in(lake, dataset, SYMBOL, date),
            pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names}),
            stage="test",
            inputs={},
            settings_sha256="0",
            code_sha256="0",
            facts={"synthetic": synthetic, "condition": "available"},
        )


def trigger_times_ns(date: str, episodes: int = 3, windows: int = 4) -> np.ndarray:
    """(episodes, windows) trigger times: the first episode half an hour into the session, the others 25 minutes apart."""
    start_ns = session_times(date, load_settings()).start_ns
    first_ns = start_ns + (FIRST_EPISODE_S + EPISODE_APART_S * np.arange(episodes)) * 1_000_000_000
    return first_ns[:, None] + WINDOW_NS * np.arange(windows)


def trigger_table(date: str, episodes: int = 3, windows: int = 4, key: IndexKey = KEY) -> pa.Table:
    """Triggers of one day: the first feature's sign decides, nine times of ten, whether the episode breaks or rejects."""
    settings, rng = load_settings(), np.random.default_rng(int(date.replace("-", "")))
    dimensions, count = len(layout_of(key, settings).dims), episodes * windows
    start = np.repeat(rng.standard_normal((episodes, dimensions)), windows, axis=0)
    vectors = (start + 0.3 * rng.standard_normal((count, dimensions))).astype(np.float32)
    breaks = np.repeat((start[::windows, 0] > 0) != (rng.random(episodes) < 0.1), windows)
    decided_at = np.repeat(rng.integers(0, 9, episodes), windows)
    horizons = len(settings.labels.horizons_s)
    frame = (start[:, :1] + 0.3 * rng.standard_normal((count, len(frame_dims())))).astype(np.float32)
    columns = {
        "setup": [key.setup] * count,
        "level_id": [key.level_id] * count,
        "approach_dir": [key.approach_dir] * count,
        "session_date": [date] * count,
        "episode": np.repeat(np.arange(1, episodes + 1), windows),
        "episode_kind": np.repeat(["first_test", *["repeat_test"] * (episodes - 1)], windows),
        "ts_ns": trigger_times_ns(date, episodes, windows).ravel(),
        "age_s": np.tile(5 * np.arange(windows), episodes),
        "level_ticks": np.full(count, LEVEL_TICKS),
        "mid_ticks": np.full(count, LEVEL_TICKS - 5),
        "distance_ticks": np.full(count, -5.0),
        "x_ticks": np.full(count, -5.0),
        "barrier_ticks": np.full(count, 8),
        "sigma": np.full(count, 0.5),
        "rv": np.full(count, 0.25),
        "profile": np.full(count, 0.25),
        "confluent_ids": [""] * count,
        "first_hit_ts_ns": [None] * count,
        "second_hit_ts_ns": [None] * count,
        "whipsaw": np.zeros(count, bool),
        "mae_before_hit_ticks": [None] * count,
        "reject_kind": [None if broke else "turned_short" for broke in breaks],
        "frame": list(frame),
        "vector": list(vectors),
    }
    for horizon in range(horizons):
        columns[f"outcome_h{horizon}"] = np.where(horizon < decided_at, "CHOP", np.where(breaks, "BREAK_UP", "REJECT_DOWN"))
        columns[f"mfe_ticks_h{horizon}"] = np.where(breaks, 12.0, 3.0) + horizon
        columns[f"mae_ticks_h{horizon}"] = np.where(breaks, 3.0, 12.0) + horizon
    schema = contract_of(TRIGGERS).schema
    return pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names})


def _features(date: str) -> dict[str, list[object] | np.ndarray]:
    """Rows of the level's features at every trigger, all of them 0."""
    ts_ns = trigger_times_ns(date).ravel()
    columns: dict[str, list[object] | np.ndarray] = {name: np.zeros(len(ts_ns)) for name in contract_of(VACUUM).schema.names}
    columns |= {"level_id": [KEY.level_id] * len(ts_ns), "ts_ns": ts_ns, "window_start_ns": ts_ns - WINDOW_NS}
    columns["confluent"] = np.zeros(len(ts_ns), np.int8)
    return columns
