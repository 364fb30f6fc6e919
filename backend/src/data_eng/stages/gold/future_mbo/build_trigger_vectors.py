"""Every trigger of both setups with its vector and what happened next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.book.record import MARK_BAD_BOOK, MARK_CLEARED, MARK_HALT
from ....core.episodes import KINDS, day_barrier, find_confirmations, find_episodes, history_behind, session_volatility, trigger_windows
from ....core.features import feature_names
from ....core.features.blocks import build_vectors
from ....core.features.motion import volatility_ticks
from ....core.labels import APPROACHES, CENSORED, NO_HIT, OUTCOMES, Labels, gap_spans, label_triggers
from ....core.session import SessionTimes
from ....core.tables import BOOK_WINDOWS, LEVEL_VACUUM, LEVELS_TABLE, TRADE_BARS, TRADE_PATH, TRIGGER_VECTORS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....lake.writer import ParquetOptions
from ....planning import ContractDay
from ....retrieval.key import BREAK_AND_CONFIRM, LEVEL_TEST, IndexKey, layout_of, trigger_rules
from ....settings import Settings
from ....sources.calendar import session_times
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...windows import WINDOW_COLUMNS, Windows, as_windows, levels_in_force, session_windows

_KEYS = ["level_id", "window_start_ns"]
ROWS_BY_LEVEL = ParquetOptions(row_group_rows=256, statistics=("setup", "level_id", "approach_dir"))
"""Small row groups whose contents are known, so that the index of one level reads little of the other levels."""


class Candles(NamedTuple):
    """Candles with a trade, in time order; every array is (candles,)."""

    start_ns: NDArray[np.int64]
    open_ticks: NDArray[np.int32]
    close_ticks: NDArray[np.int32]


class DayArrays(NamedTuple):
    """What the triggers of a contract-day are made from. Arrays of windows hold the session's windows only."""

    unit: ContractDay
    times: SessionTimes
    windows: Windows
    volatility_ticks: NDArray[np.float64]
    in_force: dict[str, NDArray[np.float64]]
    features: dict[str, NDArray[np.float32]]
    """(rows,) by feature, of all levels, as the table has them."""
    rows_of: dict[str, NDArray[np.int64]]
    """(windows,) row of the features by level_id, -1 where the level has none in the window."""
    trade_ts_ns: NDArray[np.int64]
    trade_ticks: NDArray[np.int32]
    candles: Candles
    gaps_ns: NDArray[np.int64]
    end_ns: int
    """Up to where the day is known: the session's end, or where its file broke off."""
    volatility_sessions: int
    """How many past sessions the barrier is taken from."""
    barrier_ticks: int


class Setups(NamedTuple):
    """Setups of one kind and level in time order; every array is (setups,)."""

    window: NDArray[np.int64]
    approach_dir: NDArray[np.int8]
    number: NDArray[np.int32]
    kind: NDArray[np.int8]


class FoundTriggers(NamedTuple):
    """Triggers of one setup, level and approach; every array is (triggers,)."""

    setup: str
    level_id: str
    approach_dir: int
    window: NDArray[np.int64]
    number: NDArray[np.int32]
    kind: NDArray[np.int8]


class BuildTriggerVectors(Stage):
    """Episodes and confirmed breaks of every level of the settings, labelled by the trades that followed."""

    name: ClassVar[str] = "build_trigger_vectors"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_WINDOWS, TRADE_BARS, TRADE_PATH, LEVELS_TABLE, LEVEL_VACUUM], output=TRIGGER_VECTORS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "zones", "levels", "episodes", "labels", "vectors")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(BOOK_WINDOWS, unit, cfg, settings.episodes.volatility_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_day(unit, lake)
        level_ids = [level_id for level_id in lake.settings.levels.default if level_id in day.in_force]
        found = [triggers for level_id in level_ids for triggers in find_triggers(day, level_id, lake.settings)]
        found.sort(key=lambda triggers: (triggers.setup, triggers.level_id, APPROACHES[triggers.approach_dir]))
        tables = [trigger_table(day, triggers, lake.settings) for triggers in found]
        data = [table for table in tables if table.num_rows]
        barrier = {"barrier_ticks": day.barrier_ticks, "volatility_sessions": day.volatility_sessions}
        lake.write(TRIGGER_VECTORS, data, facts={**barrier, **trigger_rules(lake.settings)}, parquet=ROWS_BY_LEVEL)


def read_day(unit: ContractDay, lake: StageLake) -> DayArrays:
    """Read the day's tables and the past sessions' volatility."""
    settings, window_s = lake.settings, lake.settings.book.window_s
    volatilities = past_volatility(lake)
    lead_in = as_windows(lake.read(lake.ref(BOOK_WINDOWS), WINDOW_COLUMNS), lake.session, window_s)
    windows = session_windows(lead_in)
    in_force = levels_in_force(lake.read(lake.ref(LEVELS_TABLE)), windows.start_ns)
    path = lake.read(lake.ref(TRADE_PATH))
    vacuum = lake.read(lake.ref(LEVEL_VACUUM), [*_KEYS, *feature_names()])
    is_gap = (lead_in.marks & (MARK_HALT | MARK_BAD_BOOK | MARK_CLEARED)) != 0
    return DayArrays(
        unit=unit,
        times=lake.session,
        windows=windows,
        volatility_ticks=volatility_ticks(lead_in.mid_ticks, settings.episodes.history_windows)[lead_in.in_session],
        in_force=in_force,
        features={name: vacuum[name].to_numpy() for name in feature_names()},
        rows_of=_rows_of(vacuum, in_force, windows),
        trade_ts_ns=path["ts_recv_ns"].to_numpy(),
        trade_ticks=path["price_ticks"].to_numpy(),
        candles=_candles(
            lake.read(lake.ref(TRADE_BARS), ["bar_s", "bar_start_ns", "open_ticks", "close_ticks"]), settings.episodes.confirm_candle_s
        ),
        end_ns=int(windows.end_ns[-1]) if len(windows.end_ns) else lake.session.start_ns,
        gaps_ns=gap_spans(lead_in.start_ns, is_gap, window_s * NS_PER_S),
        volatility_sessions=len(volatilities),
        barrier_ticks=day_barrier(volatilities, settings.episodes.barrier_min_ticks, settings.episodes.barrier_horizon_s),
    )


def past_volatility(lake: StageLake) -> NDArray[np.float64]:
    """(sessions,) volatility of the past sessions that the barrier is taken from, in the hours of their session spans.

    A session with too few usable windows is left out.
    """
    window_s = lake.settings.book.window_s
    past = [as_windows(lake.read(ref, WINDOW_COLUMNS), session_times(ref.date, lake.settings), window_s) for ref in lake.past(BOOK_WINDOWS)]
    volatilities: NDArray[np.float64] = np.array([session_volatility(windows.mid_ticks[windows.in_session], window_s) for windows in past])
    return volatilities[np.isfinite(volatilities)]


def find_triggers(day: DayArrays, level_id: str, settings: Settings) -> list[FoundTriggers]:
    """Triggers of one level: both setups from both sides, each with its whole history."""
    found = []
    for setup, find in ((LEVEL_TEST, _level_tests), (BREAK_AND_CONFIRM, _confirmed_breaks)):
        setups = find(day, level_id, settings)
        whole = _has_history(day, level_id, setup, settings)[setups.window]
        for approach_dir in APPROACHES:
            chosen = whole & (setups.approach_dir == approach_dir)
            found.append(FoundTriggers(setup, level_id, approach_dir, setups.window[chosen], setups.number[chosen], setups.kind[chosen]))
    return found


def trigger_table(day: DayArrays, found: FoundTriggers, settings: Settings) -> pa.Table:
    """Rows of the vectors' table for triggers of one setup, level and approach."""
    level_ticks, mid_ticks = day.in_force[found.level_id][found.window], day.windows.mid_ticks[found.window]
    labels = _labels(day, found, settings)
    count = len(found.window)
    columns: dict[str, pa.Array | NDArray[np.generic] | list[str]] = {
        "setup": [found.setup] * count,
        "level_id": [found.level_id] * count,
        "approach_dir": [APPROACHES[found.approach_dir]] * count,
        "session_date": [day.unit.date] * count,
        "episode": found.number,
        "episode_kind": [KINDS[code] for code in found.kind],
        "ts_ns": day.windows.end_ns[found.window],
        "level_ticks": level_ticks,
        "mid_ticks": mid_ticks,
        "distance_ticks": (found.approach_dir * (mid_ticks - level_ticks)).astype(np.float32),
        "barrier_ticks": np.full(count, day.barrier_ticks, np.int32),
        "confluent_ids": _confluent_ids(day, found, settings.levels.confluence_ticks),
    }
    columns |= label_columns(labels, len(settings.labels.horizons_s))
    columns["vector"] = _as_lists(_vectors(day, found, settings))
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def label_columns(labels: Labels, horizons: int) -> dict[str, pa.Array | NDArray[np.generic] | list[str]]:
    """Labels as columns; a setup with fewer horizons than the table is CENSORED in the rest."""
    missing = horizons - labels.outcome.shape[1]
    outcome = np.pad(labels.outcome, ((0, 0), (0, missing)), constant_values=CENSORED)
    columns: dict[str, pa.Array | NDArray[np.generic] | list[str]] = {
        f"outcome_h{horizon}": [OUTCOMES[code] for code in outcome[:, horizon]] for horizon in range(horizons)
    }
    for name in ("mfe_ticks", "mae_ticks"):
        ticks = np.pad(getattr(labels, name), ((0, 0), (0, missing)), constant_values=np.nan).astype(np.float32)
        columns |= {f"{name}_h{horizon}": ticks[:, horizon] for horizon in range(horizons)}
    for name in ("first_hit_ts_ns", "second_hit_ts_ns"):
        hit = getattr(labels, name)
        columns[name] = pa.array(hit, pa.int64(), mask=hit == NO_HIT)
    columns["whipsaw"] = labels.whipsaw
    before_hit = labels.mae_before_hit_ticks.astype(np.float32)
    columns["mae_before_hit_ticks"] = pa.array(before_hit, pa.float32(), mask=np.isnan(before_hit))
    return columns


def _level_tests(day: DayArrays, level_id: str, settings: Settings) -> Setups:
    episodes = find_episodes(
        day.windows.end_ns,
        day.windows.mid_ticks,
        day.in_force[level_id],
        day.trade_ts_ns,
        day.trade_ticks,
        day.barrier_ticks,
        settings.zones.near_max,
        day.end_ns,
        settings.book.window_s,
    )
    window, episode = trigger_windows(episodes, np.ones(len(day.windows.end_ns), np.bool_))
    return Setups(window, episodes.approach_dir[episode], episodes.number[episode], episodes.kind[episode])


def _confirmed_breaks(day: DayArrays, level_id: str, settings: Settings) -> Setups:
    candle_s, window_s = settings.episodes.confirm_candle_s, settings.book.window_s
    breaks = find_confirmations(*day.candles, day.windows.end_ns, day.in_force[level_id], candle_s, window_s)
    return Setups(breaks.window, breaks.approach_dir, breaks.number, breaks.kind)


def _has_history(day: DayArrays, level_id: str, setup: str, settings: Settings) -> NDArray[np.bool_]:
    """(windows,) whether a window and all that its vector looks back on have every feature."""
    rows = day.rows_of[level_id]
    whole = rows >= 0
    for column in day.features.values():
        whole[whole] = np.isfinite(column[rows[whole]])
    layout = layout_of(IndexKey(level_id, setup, APPROACHES[1]), settings)
    return history_behind(whole, layout.history_windows)


def _labels(day: DayArrays, found: FoundTriggers, settings: Settings) -> Labels:
    mid_ticks = day.windows.mid_ticks[found.window]
    of_candles = found.setup == BREAK_AND_CONFIRM
    horizons_s = (
        settings.episodes.confirm_candle_s * np.arange(1, settings.episodes.confirm_label_candles + 1)
        if of_candles
        else np.array(settings.labels.horizons_s)
    )
    return label_triggers(
        trigger_ts_ns=day.windows.end_ns[found.window],
        centre_ticks=mid_ticks if of_candles else day.in_force[found.level_id][found.window],
        mid_ticks=mid_ticks,
        approach_dir=np.full(len(found.window), found.approach_dir, np.int8),
        trade_ts_ns=day.trade_ts_ns,
        trade_ticks=day.trade_ticks,
        barrier_ticks=day.barrier_ticks,
        horizons_ns=horizons_s.astype(np.int64) * NS_PER_S,
        session_end_ns=day.end_ns,
        gaps_ns=day.gaps_ns,
    )


def _vectors(day: DayArrays, found: FoundTriggers, settings: Settings) -> NDArray[np.float32]:
    layout = layout_of(IndexKey(found.level_id, found.setup, APPROACHES[found.approach_dir]), settings)
    rows = day.rows_of[found.level_id]
    held = rows[rows >= 0]
    first = int(held[0]) if len(held) else 0
    values = np.stack([day.features[name][first : first + len(held)] for name in layout.features], axis=1)
    open_s = (day.windows.end_ns[found.window] - day.times.rth_open_ns) / NS_PER_S
    context = np.stack([open_s, day.volatility_ticks[found.window]], axis=1)
    return build_vectors(values, rows[found.window] - first, context, layout.mean_windows)


def _confluent_ids(day: DayArrays, found: FoundTriggers, confluence_ticks: float) -> list[str]:
    """Ids of the other levels near the level at each trigger, joined by commas; empty where there are none."""
    here = day.in_force[found.level_id][found.window]
    near = {
        level_id: np.abs(ticks[found.window] - here) <= confluence_ticks
        for level_id, ticks in day.in_force.items()
        if level_id != found.level_id
    }
    return [",".join(level_id for level_id, close in near.items() if close[row]) for row in range(len(here))]


def _rows_of(vacuum: pa.Table, level_ids: Iterable[str], windows: Windows) -> dict[str, NDArray[np.int64]]:
    level_of_row = vacuum["level_id"].to_numpy()
    window_of_row = np.searchsorted(windows.start_ns, vacuum["window_start_ns"].to_numpy())
    rows_of = {}
    for level_id in level_ids:
        rows = np.flatnonzero(level_of_row == level_id)
        rows_of[level_id] = np.full(len(windows.start_ns), -1, np.int64)
        rows_of[level_id][window_of_row[rows]] = rows
    return rows_of


def _candles(bars: pa.Table, candle_s: int) -> Candles:
    of_length = bars["bar_s"].to_numpy() == candle_s
    return Candles(*(bars[name].to_numpy()[of_length] for name in ("bar_start_ns", "open_ticks", "close_ticks")))


def _as_lists(vectors: NDArray[np.float32]) -> pa.Array:
    rows, dims = vectors.shape
    return pa.ListArray.from_arrays(np.arange(rows + 1, dtype=np.int32) * dims, vectors.ravel())
