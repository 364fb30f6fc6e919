"""The physics of every window around every level: asks above it, bids below it, against what is usual so far behind the touch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.physics.columns import HALF_LIFE_S, frame_columns, frame_values
from ....core.physics.giving import Pace, Priors, intention, priors
from ....core.physics.sums import Sums, decay_of, fold, folded, sums_by_level, zone_edges
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVEL_PHYSICS, LEVELS_TABLE, SESSION_USUAL, TOUCH_PHYSICS
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import PhysicsDay, nullable_float, read_physics_day, read_usual
from ...windows import levels_in_force


class ComputeLevelPhysics5s(Stage):
    """One row a level and window: usable windows of the session, the level known at the window's start and its zones on the tape.

    The tape begins before the session, so a level has its physics from the second it is known: what the flow did earlier around a price
    that is known now is the past.
    """

    name: ClassVar[str] = "compute_level_physics_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE, TOUCH_PHYSICS], output=LEVEL_PHYSICS)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "zones", "levels")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(SESSION_USUAL, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_physics_day(lake)
        in_force = levels_in_force(lake.read(lake.ref(LEVELS_TABLE)), day.windows.start_ns)
        lake.write(LEVEL_PHYSICS, level_tables(day, in_force, lake))


def level_tables(day: PhysicsDay, in_force: dict[str, NDArray[np.float64]], lake: StageLake) -> Iterator[pa.Table]:
    """A table a level, in the levels' order; `in_force` is (windows,) by level, NaN before the level is known."""
    book = lake.settings.book
    touch = lake.read(lake.ref(TOUCH_PHYSICS), ["barrier_ticks", "pace_flow", "pace_depth"])
    day_pace = Pace(*(touch[name].to_numpy() for name in ("pace_flow", "pace_depth")))
    edges, usual = zone_edges(touch["barrier_ticks"].to_numpy().astype(np.int64)), read_usual(lake, book.band_ticks + 1)
    prior = priors(usual, edges)
    backward = np.array([known_backward(ticks) for ticks in in_force.values()]).reshape(len(in_force), len(day.usable))
    now = sums_by_level(day.tape, edges, usual, backward)
    decay = decay_of(HALF_LIFE_S, book.window_s)
    slow, shift = folded(now, decay), fold(intention(now), decay)
    reach_ticks = book.band_ticks - lake.settings.zones.far_max
    for index, (level_id, ticks) in enumerate(in_force.items()):
        rows = day.usable & day.windows.in_session & (np.abs(day.windows.mid_ticks - ticks) <= reach_ticks)
        values = frame_values(
            "level",
            Sums(*(part[..., index, rows] for part in now)),
            Sums(*(part[..., index, rows] for part in slow)),
            shift[:, index, rows],
            Priors(*(part[rows] for part in prior)),
            Pace(*(part[rows] for part in day_pace)),
        )
        columns: dict[str, NDArray[np.generic] | pa.Array] = {
            "level_id": pa.array([level_id] * int(rows.sum()), pa.string()),
            "window_start_ns": day.windows.start_ns[rows],
            "ts_ns": day.windows.end_ns[rows],
            "level_ticks": ticks[rows],
            "distance_ticks": (day.windows.mid_ticks - ticks)[rows].astype(np.float32),
        }
        columns |= {column.name: nullable_float(values[column.name]) for column in frame_columns("level")}
        yield pa.table(columns)


def known_backward(level_ticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The level's series with its first price in the windows before it was known; all NaN for a level that never was."""
    known = np.flatnonzero(np.isfinite(level_ticks))
    if not len(known):
        return level_ticks
    return np.where(np.arange(len(level_ticks)) < known[0], level_ticks[known[0]], level_ticks)
