"""Features of every window around every level, from the flow tape alone: a further level costs no second pass over events."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....core.features import compute_features
from ....core.features.motion import MotionState, motion_at
from ....core.features.registry import Best
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVEL_VACUUM, LEVELS_TABLE
from ....core.zones import FlowCounters, FlowTape, ZoneEdges, nearest_tick, tally_zones
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO
from ...door import StageLake
from ...windows import WINDOW_COLUMNS, Windows, as_windows, first_rows_of, levels_in_force, until_session_end

FLOW_COLUMNS = ["window_start_ns", "side", "price_ticks", *FlowCounters._fields]
"""Columns of book_flow_5s that `flow_tape` takes."""


class ComputeLevelVacuum5s(Stage):
    """One row a level and window: usable windows of the session, the level known at the window's start and within the flow's band."""

    name: ClassVar[str] = "compute_level_vacuum_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE], output=LEVEL_VACUUM)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "zones", "levels")

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        table = until_session_end(lake.read(lake.ref(BOOK_WINDOWS), WINDOW_COLUMNS), lake.session)
        windows = as_windows(table, lake.session, lake.settings.book.window_s)
        in_force = levels_in_force(lake.read(lake.ref(LEVELS_TABLE)), windows.start_ns)
        tape = flow_tape(lake.read(lake.ref(BOOK_FLOW), FLOW_COLUMNS), windows)
        lake.write(LEVEL_VACUUM, vacuum_table(tape, windows, in_force, lake.settings))


def flow_tape(flow: pa.Table, windows: Windows) -> FlowTape:
    """The flow's rows with the windows they belong to."""
    side, price_ticks, *counters = (flow[name].to_numpy() for name in FLOW_COLUMNS[1:])
    return FlowTape(first_rows_of(flow, windows), side, price_ticks, FlowCounters(*counters))


def vacuum_table(
    tape: FlowTape, windows: Windows, in_force: dict[str, NDArray[np.float64]], settings: Settings, state: MotionState | None = None
) -> pa.Table:
    """All features of all levels, sorted by level in the levels' order, then by window.

    `state` is that of the windows before these, and changed; without it there were none.
    """
    edges = ZoneEdges(*(getattr(settings.zones, name) for name in ZoneEdges._fields))
    level_ticks = np.stack(list(in_force.values())) if in_force else np.empty((0, len(windows.start_ns)))
    reached = np.abs(windows.mid_ticks - level_ticks) <= settings.book.band_ticks - edges.far_max
    in_reach_ticks = np.where(reached & windows.in_session, level_ticks, np.nan)
    tally = tally_zones(tape, nearest_tick(in_reach_ticks), edges)
    level, window = tally.level, tally.window
    motion = motion_at(level, window, windows.mid_ticks, level_ticks, edges.near_max, settings.book.window_s, state)
    best = Best(*(column[window] for column in windows.best))
    frame = compute_features(tally, best, motion)
    columns = {
        "level_id": pa.DictionaryArray.from_arrays(level, pa.array(list(in_force), pa.string())).cast(pa.string()),
        "window_start_ns": windows.start_ns[window],
        "ts_ns": windows.end_ns[window],
        "level_ticks": level_ticks[level, window],
        "mid_ticks": windows.mid_ticks[window],
        "distance_ticks": motion.distance_ticks.astype(np.float32),
        "confluent": confluent_levels(level_ticks, settings.levels.confluence_ticks)[level, window],
    }
    return pa.table(columns | dict(zip(frame.names, frame.values, strict=True)))


def confluent_levels(level_ticks: NDArray[np.float64], confluence_ticks: float) -> NDArray[np.int8]:
    """(levels, windows) how many other levels lie within `confluence_ticks` of each."""
    counts = np.zeros(level_ticks.shape, np.int8)
    for level, ticks in enumerate(level_ticks):
        others = slice(level + 1, None)
        near = np.abs(level_ticks[others] - ticks) <= confluence_ticks
        counts[level] += near.sum(axis=0, dtype=np.int8)
        counts[others] += near
    return counts
