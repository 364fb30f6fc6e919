"""The physics of every window around every level, against what is usual: asks above it, bids below it, and the walls among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.book.state import ASK, BID
from ....core.physics.columns import HALF_LIFE_S, frame_columns, frame_values
from ....core.physics.giving import Pace, Priors, intention, priors
from ....core.physics.level_walls import WallRows, level_walls, none_pulled, wall_columns
from ....core.physics.sums import FIELDS, WHOLE, Sums, decay_of, fold, folded, sums_by_level, zone_edges
from ....core.physics.usual import Usual
from ....core.physics.walls import EVENTS
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVEL_PHYSICS, LEVELS_TABLE, SESSION_USUAL, TOUCH_PHYSICS, WALLS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import PhysicsDay, nullable_float, read_physics_day, read_usual
from ...windows import Windows, levels_in_force

GROUND_COLUMNS = ["barrier_ticks", "pace_flow", "pace_depth"]
"""Columns of touch_physics_5s that `ground_of` takes."""
WALL_COLUMNS = ["window_start_ns", "side", "strike_ticks", "event", "w", "depth", "peak", "since_ns", "eaten"]
"""Those of walls_5s that `wall_rows` takes."""


class ComputeLevelPhysics5s(Stage):
    """One row a level and window: usable windows of the session, the level known at the window's start and its zones on the tape.

    The tape begins before the session, so a level has its physics from the second it is known: what the flow did earlier around a price
    that is known now is the past.
    """

    name: ClassVar[str] = "compute_level_physics_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE, TOUCH_PHYSICS, WALLS], output=LEVEL_PHYSICS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "zones", "levels", "ladder")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(SESSION_USUAL, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_physics_day(lake)
        in_force = levels_in_force(lake.read(lake.ref(LEVELS_TABLE)), day.windows.start_ns)
        walls = wall_rows(lake.read(lake.ref(WALLS), WALL_COLUMNS), day.windows, lake.settings)
        lake.write(LEVEL_PHYSICS, level_tables(day, in_force, level_ground(day, lake), walls, lake.settings))


class LevelState(NamedTuple):
    """What the levels carry from window to window."""

    slow: NDArray[np.float64]
    """(FIELDS, WHOLE + 1, 2 sides, levels), as of `folded`: of the only zone that is faded."""
    shift: NDArray[np.float64]
    """(2 sides, levels)"""
    pulled: NDArray[np.int64]
    """(levels, 2 sides), as of `none_pulled`."""


def new_levels(levels: int) -> LevelState:
    """The state before the first window."""
    pulled = np.stack([none_pulled() for _ in range(levels)]) if levels else np.empty((0, 2), np.int64)
    return LevelState(np.zeros((FIELDS, WHOLE + 1, 2, levels)), np.zeros((2, levels)), pulled)


def level_tables(
    day: PhysicsDay,
    in_force: dict[str, NDArray[np.float64]],
    ground: LevelGround,
    walls: WallRows,
    settings: Settings,
    state: LevelState | None = None,
) -> Iterator[pa.Table]:
    """A table a level, in the levels' order; `in_force` is (windows,) by level, NaN before the level is known.

    `state` is that of the windows before these, and changed; without it there were none. A level that becomes known within these windows
    needs one in which it was, all the while, where it is then.
    """
    state, book = state or new_levels(len(in_force)), settings.book
    backward = prices_backward(in_force, len(day.usable))
    now = sums_by_level(day.tape, ground.edges, ground.usual, backward)
    decay = decay_of(HALF_LIFE_S, book.window_s)
    slow, shift = folded(Sums(*(part[: WHOLE + 1] for part in now)), decay, state.slow), fold(intention(now), decay, state.shift)
    for index, (level_id, ticks) in enumerate(in_force.items()):
        measured = measured_windows(day, ticks, settings)
        rows = np.flatnonzero(measured)
        values = frame_values(
            "level",
            Sums(*(part[..., index, :].take(rows, axis=-1) for part in now)),
            Sums(*(part[..., index, :].take(rows, axis=-1) for part in slow)),
            shift[:, index, rows],
            *ground.at(measured),
        )
        of_walls = level_walls(walls, backward[index], ground.barrier_ticks, book.window_s, state.pulled[index])
        columns: dict[str, NDArray[np.generic] | pa.Array] = {
            "level_id": pa.repeat(level_id, len(rows)),
            "window_start_ns": day.windows.start_ns[rows],
            "ts_ns": day.windows.end_ns[rows],
            "level_ticks": ticks[rows],
            "distance_ticks": (day.windows.mid_ticks - ticks)[rows].astype(np.float32),
        }
        columns |= {column.name: nullable_float(values[column.name]) for column in frame_columns("level")}
        columns |= {column.name: nullable_float(of_walls[column.name][rows]) for column in wall_columns()}
        yield pa.table(columns)


class LevelGround(NamedTuple):
    """What the flow around any level is held against, by window."""

    usual: Usual
    edges: NDArray[np.int32]
    """As of `zone_edges`."""
    prior: Priors
    pace: Pace
    barrier_ticks: NDArray[np.int64]

    def at(self, rows: NDArray[np.bool_]) -> tuple[Priors, Pace]:
        """Prior and pace of the windows chosen."""
        return Priors(*(part[rows] for part in self.prior)), Pace(*(part[rows] for part in self.pace))


def level_ground(day: PhysicsDay, lake: StageLake) -> LevelGround:
    """The past's usual, and the day's zones and pace."""
    usual = read_usual(lake, lake.settings.book.band_ticks + 1)
    return ground_of(lake.read(lake.ref(TOUCH_PHYSICS), GROUND_COLUMNS), usual)


def ground_of(touch: pa.Table, usual: Usual) -> LevelGround:
    """The same from the windows' rows of touch_physics_5s."""
    barrier_ticks = touch["barrier_ticks"].to_numpy().astype(np.int64)
    edges = zone_edges(barrier_ticks)
    day_pace = Pace(*(touch[name].to_numpy() for name in ("pace_flow", "pace_depth")))
    return LevelGround(usual, edges, priors(usual, edges), day_pace, barrier_ticks)


def measured_windows(day: PhysicsDay, ticks: NDArray[np.float64], settings: Settings) -> NDArray[np.bool_]:
    """(windows,) where a level has physics: usable windows of the session in which it is known, its zones on the tape."""
    reach_ticks = settings.book.band_ticks - settings.zones.far_max
    near: NDArray[np.bool_] = np.abs(day.windows.mid_ticks - ticks) <= reach_ticks
    return day.usable & day.windows.in_session & near


def prices_backward(in_force: dict[str, NDArray[np.float64]], windows: int) -> NDArray[np.float64]:
    """(levels, windows) every level's series as of `known_backward`."""
    return np.array([known_backward(ticks) for ticks in in_force.values()]).reshape(len(in_force), windows)


def wall_rows(table: pa.Table, windows: Windows, settings: Settings) -> WallRows:
    """Rows of walls_5s by place of their window; a strike counts by the middle of its ticks."""
    column = {name: table[name].to_numpy(zero_copy_only=False) for name in WALL_COLUMNS}
    code = {event: number for number, event in enumerate(EVENTS)}
    window = np.searchsorted(windows.start_ns, column["window_start_ns"])
    return WallRows(
        window=window,
        side=np.where(column["side"] == "ask", ASK, BID).astype(np.int8),
        middle_ticks=column["strike_ticks"] + (settings.ladder.step_ticks - 1) / 2,
        event=np.array([code[event] for event in column["event"]], np.int8),
        w=column["w"].astype(np.float64),
        depth=column["depth"].astype(np.float64),
        peak=column["peak"].astype(np.float64),
        eaten=column["eaten"].astype(np.float64),
        age_s=(windows.end_ns[window] - column["since_ns"]) / NS_PER_S,
    )


def known_backward(level_ticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The level's series with its first price in the windows before it was known; all NaN for a level that never was."""
    known = np.flatnonzero(np.isfinite(level_ticks))
    if not len(known):
        return level_ticks
    return np.where(np.arange(len(level_ticks)) < known[0], level_ticks[known[0]], level_ticks)
