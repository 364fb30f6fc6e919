"""Every trigger of both setups with its vectors, where price stood, and what happened next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....contracts import contract_of
from ....core.confirmations import Confirmations, find_confirmations
from ....core.episodes import KINDS, Episodes, episode_windows, find_episodes, is_candidate
from ....core.features.blocks import build_vectors, windows_behind
from ....core.frame import frame_columns, frame_vectors, momenta_of, oriented
from ....core.labels import APPROACHES, CENSORED, FROM_BELOW, NO_HIT, NOT_REJECTED, OUTCOMES, REJECT_KINDS, Labels, label_triggers
from ....core.tables import (
    BOOK_WINDOWS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    SETUP_CANDIDATES,
    TOUCH_PHYSICS,
    TRADE_BARS,
    TRADE_PATH,
    TRIGGER_VECTORS,
)
from ....core.units import NS_PER_S
from ....lake.writer import ParquetOptions
from ....planning import ContractDay
from ....retrieval.key import BREAK_AND_CONFIRM, LEVEL_TEST, IndexKey, layout_of, trigger_rules
from ....settings import Settings
from ...base import Stage, StageIO
from ...door import StageLake
from ...physics import nullable
from .trigger_day import TriggerDay, read_trigger_day

ROWS_BY_LEVEL = ParquetOptions(row_group_rows=256, compression="none", statistics=("setup", "level_id", "approach_dir"))
"""Small row groups whose contents are known, so that the index of one level reads little of the other levels. Compression would take a
quarter off the vectors and double the time of writing and reading them; of the other columns' small chunks zstd takes 4 % of the file,
and three quarters of their time to begin anew with each."""


class Triggers(NamedTuple):
    """Triggers of one setup, level and approach in time order; every array is (triggers,)."""

    setup: str
    level_id: str
    approach_dir: int
    window: NDArray[np.int64]
    entry_window: NDArray[np.int64]
    """The first window of each one's episode."""
    centre_ticks: NDArray[np.float64]
    """What the barriers surround: the level; for a confirmed break the mid at the confirmation."""
    barrier_ticks: NDArray[np.int64]
    number: NDArray[np.int32]
    kind: NDArray[np.int8]


class BuildTriggerVectors(Stage):
    """Episodes and confirmed breaks of every level of the settings, labelled by the trades that followed."""

    name: ClassVar[str] = "build_trigger_vectors"
    io: ClassVar[StageIO] = StageIO(
        inputs=[BOOK_WINDOWS, TRADE_BARS, TRADE_PATH, LEVELS_TABLE, LEVEL_VACUUM, TOUCH_PHYSICS],
        outputs=[TRIGGER_VECTORS, SETUP_CANDIDATES],
    )
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "zones", "levels", "episodes", "labels", "vectors", "volatility")

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_trigger_day(lake)
        level_ids = [level_id for level_id in lake.settings.levels.default if level_id in day.in_force]
        found = [triggers for level_id in level_ids for triggers in find_triggers(day, level_id, lake.settings)]
        found.sort(key=lambda triggers: (triggers.setup, triggers.level_id, APPROACHES[triggers.approach_dir]))
        tables = [trigger_table(day, triggers, lake.settings) for triggers in found if len(triggers.window)]
        data = [pa.concat_tables(tables)] if tables else []
        lake.write(TRIGGER_VECTORS, data, facts=trigger_rules(lake.settings), parquet=ROWS_BY_LEVEL)
        lake.write(SETUP_CANDIDATES, [candidates(table, lake.settings) for table in data], facts=trigger_rules(lake.settings))


def find_triggers(day: TriggerDay, level_id: str, settings: Settings) -> list[Triggers]:
    """Triggers of one level: both setups from both sides, every window whose features are there."""
    usable = usable_windows(day, level_id)
    return [
        *by_approach(*level_tests(day, level_id, _episodes(day, level_id, settings), usable)),
        *by_approach(*confirmed_breaks(day, level_id, usable, settings)),
    ]


def by_approach(triggers: Triggers, directions: NDArray[np.int8], since_window: int = 0) -> list[Triggers]:
    """Triggers of one setup and level from both sides, those of `since_window` and later."""
    found = []
    for approach_dir in APPROACHES:
        chosen = (directions == approach_dir) & (triggers.window >= since_window)
        columns = {name: getattr(triggers, name)[chosen] for name in Triggers._fields[3:]}
        found.append(triggers._replace(approach_dir=approach_dir, **columns))
    return found


def _episodes(day: TriggerDay, level_id: str, settings: Settings) -> Episodes:
    return find_episodes(
        day.windows.end_ns,
        day.windows.mid_ticks,
        day.in_force[level_id],
        day.trade_ts_ns,
        day.trade_ticks,
        day.volatility.barrier_ticks,
        settings.zones.near_max,
        day.episode_end_ns,
        settings.book.window_s,
    )


def trigger_table(day: TriggerDay, found: Triggers, settings: Settings) -> pa.Table:
    """Rows of the vectors' table for triggers of one setup, level and approach."""
    level_ticks, mid_ticks = day.in_force[found.level_id][found.window], day.windows.mid_ticks[found.window]
    labels = labels_of(day, found, settings)
    count, ends_ns = len(found.window), day.windows.end_ns
    columns: dict[str, pa.Array | NDArray[np.generic]] = {
        "setup": pa.repeat(found.setup, count),
        "level_id": pa.repeat(found.level_id, count),
        "approach_dir": pa.repeat(APPROACHES[found.approach_dir], count),
        "session_date": pa.repeat(day.unit.date, count),
        "episode": found.number,
        "episode_kind": _named(found.kind, KINDS),
        "ts_ns": ends_ns[found.window],
        "age_s": ((ends_ns[found.window] - ends_ns[found.entry_window]) // NS_PER_S).astype(np.int32),
        "level_ticks": level_ticks,
        "mid_ticks": mid_ticks,
        "distance_ticks": (found.approach_dir * (mid_ticks - level_ticks)).astype(np.float32),
        "x_ticks": (found.approach_dir * (mid_ticks - found.centre_ticks)).astype(np.float32),
        "barrier_ticks": found.barrier_ticks.astype(np.int32),
        "sigma": day.volatility.sigma[found.window],
        "rv": nullable(day.volatility.rv[found.window]),
        "profile": nullable(day.volatility.profile[found.window]),
        "confluent_ids": _confluent_ids(day, found, settings.levels.confluence_ticks),
    }
    columns |= label_columns(labels, len(settings.labels.horizons_s))
    columns["frame"] = _as_lists(_frames(day, found, settings.book.window_s))
    columns["vector"] = _as_lists(_vectors(day, found, settings))
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def candidates(triggers: pa.Table, settings: Settings) -> pa.Table:
    """The rows at candidate ages, as the table of candidates has them."""
    chosen = is_candidate(triggers["age_s"].to_numpy(), settings.episodes.candidate_ages)
    return triggers.select(contract_of(SETUP_CANDIDATES).schema.names).filter(pa.array(chosen))


def label_columns(labels: Labels, horizons: int) -> dict[str, pa.Array | NDArray[np.generic]]:
    """Labels as columns; a setup with fewer horizons than the table is CENSORED in the rest."""
    missing = horizons - labels.outcome.shape[1]
    outcome = np.pad(labels.outcome, ((0, 0), (0, missing)), constant_values=CENSORED)
    columns: dict[str, pa.Array | NDArray[np.generic]] = {
        f"outcome_h{horizon}": _named(outcome[:, horizon], OUTCOMES) for horizon in range(horizons)
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
    columns["reject_kind"] = _named(labels.reject_kind, REJECT_KINDS, labels.reject_kind == NOT_REJECTED)
    return columns


def level_tests(day: TriggerDay, level_id: str, episodes: Episodes, usable: NDArray[np.bool_]) -> tuple[Triggers, NDArray[np.int8]]:
    """Every window of every test, and the direction of each."""
    ends_ns, level_ticks = day.windows.end_ns, day.in_force[level_id]
    window, episode, _ = episode_windows(episodes.start_window, episodes.stop_window, ends_ns, usable)
    triggers = Triggers(
        setup=LEVEL_TEST,
        level_id=level_id,
        approach_dir=FROM_BELOW,
        window=window,
        entry_window=episodes.start_window[episode],
        centre_ticks=level_ticks[window],
        barrier_ticks=episodes.barrier_ticks[episode],
        number=episodes.number[episode],
        kind=episodes.kind[episode],
    )
    return triggers, episodes.approach_dir[episode]


def confirmed_breaks(day: TriggerDay, level_id: str, usable: NDArray[np.bool_], settings: Settings) -> tuple[Triggers, NDArray[np.int8]]:
    """Every window after a confirmation until a barrier around its mid is met, the last candle of its label is over, or the next comes."""
    candle_s, candles = settings.episodes.confirm_candle_s, settings.episodes.confirm_label_candles
    ends_ns, mid_ticks = day.windows.end_ns, day.windows.mid_ticks
    breaks = find_confirmations(*day.candles, ends_ns, day.in_force[level_id], candle_s, settings.book.window_s)
    kept = usable[breaks.window]
    breaks = Confirmations(**{name: column[kept] for name, column in breaks._asdict().items()})
    centre_ticks, barrier_ticks = mid_ticks[breaks.window], day.volatility.barrier_ticks[breaks.window]
    stop_ns = np.minimum(breaks.ts_ns + candles * candle_s * NS_PER_S, day.episode_end_ns + 1)
    stop_ns[:-1] = np.minimum(stop_ns[:-1], breaks.ts_ns[1:])
    for place, (ts_ns, centre, barrier) in enumerate(zip(breaks.ts_ns, centre_ticks, barrier_ticks, strict=True)):
        first, last = np.searchsorted(day.trade_ts_ns, (ts_ns, stop_ns[place]), side="right")
        met = np.flatnonzero(np.abs(day.trade_ticks[first:last] - centre) >= barrier)
        if len(met):
            # A trade at a window's very end is the next one's: that window is still of the test.
            stop_ns[place] = min(int(stop_ns[place]), int(day.trade_ts_ns[first + met[0]]) + 1)
    stop_window = np.maximum(np.searchsorted(ends_ns, stop_ns, side="left"), breaks.window + 1)
    window, episode, _ = episode_windows(breaks.window, stop_window, ends_ns, usable)
    triggers = Triggers(
        setup=BREAK_AND_CONFIRM,
        level_id=level_id,
        approach_dir=FROM_BELOW,
        window=window,
        entry_window=breaks.window[episode],
        centre_ticks=centre_ticks[episode],
        barrier_ticks=barrier_ticks[episode],
        number=breaks.number[episode],
        kind=breaks.kind[episode],
    )
    return triggers, breaks.approach_dir[episode]


def usable_windows(day: TriggerDay, level_id: str, since_window: int = 0) -> NDArray[np.bool_]:
    """(windows,) from `since_window` on whether the level has every feature. What came before a window need not be whole."""
    rows = day.rows_of[level_id][since_window:]
    whole = rows >= 0
    held, known = rows[whole], np.ones(int(whole.sum()), np.bool_)
    for column in day.features.values():
        known &= np.isfinite(column[held])
    whole[whole] = known
    return whole


def labels_of(day: TriggerDay, found: Triggers, settings: Settings) -> Labels:
    horizons_s = np.array(settings.labels.horizons_s)
    if found.setup == BREAK_AND_CONFIRM:
        horizons_s = horizons_s[: settings.episodes.confirm_label_candles]
    return label_triggers(
        trigger_ts_ns=day.windows.end_ns[found.window],
        centre_ticks=found.centre_ticks,
        mid_ticks=day.windows.mid_ticks[found.window],
        approach_dir=np.full(len(found.window), found.approach_dir, np.int8),
        trade_ts_ns=day.trade_ts_ns,
        trade_ticks=day.trade_ticks,
        barrier_ticks=found.barrier_ticks,
        began_ns=day.windows.end_ns[found.entry_window],
        horizons_ns=horizons_s.astype(np.int64) * NS_PER_S,
        seen_end_ns=day.seen_end_ns[found.window],
    )


def _by_window(
    day: TriggerDay, level_id: str, names: Sequence[str], windows: NDArray[np.int64] | slice = slice(None)
) -> dict[str, NDArray[np.float32]]:
    """(windows,) by feature; NaN where the level has none."""
    rows = day.rows_of[level_id][windows]
    absent = rows < 0
    columns = {name: day.features[name].take(rows, mode="clip") for name in names}
    for column in columns.values():
        column[absent] = np.nan
    return columns


def frame_values(day: TriggerDay, level_id: str, approach_dir: int, since_window: int = 0) -> NDArray[np.float64]:
    """(windows, features) of a level's frame from one side, from `since_window` on; NaN where it has none."""
    here = slice(since_window, None)
    of_level = [name for name in frame_columns() if name not in day.touch]
    columns = {**_by_window(day, level_id, of_level, here), **{name: column[here] for name, column in day.touch.items()}}
    return oriented(columns, approach_dir == FROM_BELOW)


def _frames(day: TriggerDay, found: Triggers, window_s: int) -> NDArray[np.float32]:
    known = day.frames.get((found.level_id, found.approach_dir))
    values, totals = known or (frame_values(day, found.level_id, found.approach_dir), None)
    lead_in = len(day.tape_mids) - len(day.windows.mid_ticks)
    sigma = day.volatility.sigma[found.window]
    momenta = momenta_of(day.tape_mids, found.window + lead_in, sigma, found.approach_dir, window_s)
    return frame_vectors(values, found.window, found.entry_window, momenta, window_s, totals)


def _vectors(day: TriggerDay, found: Triggers, settings: Settings) -> NDArray[np.float32]:
    layout = layout_of(IndexKey(found.level_id, found.setup, APPROACHES[found.approach_dir]), settings)
    seen, at = windows_behind(found.window, layout.history_windows)
    values = np.stack(list(_by_window(day, found.level_id, layout.features, seen).values()), axis=1)
    open_s = (day.windows.end_ns[found.window] - day.times.rth_open_ns) / NS_PER_S
    rv, sigma = day.volatility.rv[found.window], day.volatility.sigma[found.window]
    moved = np.sqrt(np.where(np.isfinite(rv), rv, sigma**2) * settings.book.window_s)
    return build_vectors(values, at, np.stack([open_s, moved], axis=1), layout.mean_windows)


def _confluent_ids(day: TriggerDay, found: Triggers, confluence_ticks: float) -> pa.Array:
    """Ids of the other levels near the level at each trigger, joined by commas; empty where there are none."""
    here = day.in_force[found.level_id][found.window]
    others = [level_id for level_id in day.in_force if level_id != found.level_id]
    near = np.zeros((len(others), len(here)), np.bool_)
    for place, level_id in enumerate(others):
        near[place] = np.abs(day.in_force[level_id][found.window] - here) <= confluence_ticks
    changed = (near[:, 1:] != near[:, :-1]).any(axis=0)
    spells = near[:, np.append(0, np.flatnonzero(changed) + 1)[: len(here)]]
    names = [",".join(level_id for level_id, close in zip(others, held, strict=True) if close) for held in spells.T]
    return _named(np.append(0, np.cumsum(changed))[: len(here)], names)


def _named(codes: NDArray[np.integer], names: Sequence[str], absent: NDArray[np.bool_] | None = None) -> pa.Array:
    """(rows,) the names of codes; null where `absent`."""
    return pa.array(names, pa.string()).take(pa.array(codes, mask=absent))


def _as_lists(vectors: NDArray[np.float32]) -> pa.Array:
    rows, dims = vectors.shape
    return pa.ListArray.from_arrays(np.arange(rows + 1, dtype=np.int32) * dims, vectors.ravel())
