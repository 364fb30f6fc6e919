"""Every $1 strike around the price, window by window: what rests there against usual and against its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.events import NO_TICK
from ....core.physics.columns import SIDES
from ....core.physics.strikes import (
    LeadTotals,
    StandingRows,
    StrikeGrid,
    grid_of,
    joined_grids,
    ladder_values,
    new_leads,
    strike_book,
    strike_standing,
    strike_stock,
)
from ....core.physics.usual import Usual
from ....core.physics.walls import StrikeBook, excess
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, SESSION_USUAL, STRIKE_PHYSICS, TOUCH_PHYSICS
from ....core.units import MS_PER_S, NS_PER_MS
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import PhysicsDay, nullable_float, read_physics_day, read_usual, share


class ComputeStrikePhysics5s(Stage):
    """One row a usable window and strike within reach, lead-in included. What is against usual is null where there is no past."""

    name: ClassVar[str] = "compute_strike_physics_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS, TOUCH_PHYSICS], output=STRIKE_PHYSICS)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "ladder")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(SESSION_USUAL, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        usual = read_usual(lake, lake.settings.book.band_ticks + 1)
        touch = lake.read(lake.ref(TOUCH_PHYSICS), ["pace_depth"])
        flow = lake.read(lake.ref(BOOK_FLOW), list(StandingRows._fields))
        lake.write(STRIKE_PHYSICS, strike_table(read_physics_day(lake), flow, touch, usual, lake.settings))


@dataclass
class StrikeState:
    """What strikes carry from window to window: how far they reach, and their leads."""

    grid: StrikeGrid
    leads: LeadTotals = field(default_factory=lambda: new_leads(0))

    def reach(self, grid: StrikeGrid) -> StrikeGrid:
        """Reach over another grid, too; the grid that holds both."""
        both = joined_grids(self.grid, grid)
        below = (self.grid.lowest - both.lowest) // both.step_ticks if self.grid.strikes else 0
        total = np.pad(self.leads.total, ((0, 0), (below, both.strikes - self.grid.strikes - below)))
        self.grid, self.leads = both, self.leads._replace(total=total)
        return both


def new_strikes(settings: Settings) -> StrikeState:
    """The state before the first window."""
    return StrikeState(StrikeGrid(0, 0, settings.ladder.step_ticks))


def strike_table(
    day: PhysicsDay, flow: pa.Table, touch: pa.Table, usual: Usual, settings: Settings, state: StrikeState | None = None
) -> pa.Table:
    """All strikes within reach of each window's own, ascending.

    `flow` and `touch` are the windows' rows of book_flow_5s and touch_physics_5s; `state` is that of the windows before these, and changed;
    without it there were none.
    """
    state = state or new_strikes(settings)
    rules = settings.ladder
    grid = state.reach(grid_of(day.tape, day.usable, rules.step_ticks))
    book, stock = strike_ground(day, usual, touch["pace_depth"].to_numpy(), grid)
    w = excess(book)
    rows = StandingRows(*(flow[name].to_numpy() for name in StandingRows._fields))
    standing = strike_standing(day.tape, grid, rows, day.windows.end_ns // NS_PER_MS)
    value, state.leads = ladder_values(stock, day.usable, rules.display_s // settings.book.window_s, state.leads)
    window, strike = measured_strikes(day, grid, rules.measured_strikes)
    columns: dict[str, NDArray[np.generic] | pa.Array] = {
        "window_start_ns": day.windows.start_ns[window],
        "ts_ns": day.windows.end_ns[window],
        "strike_ticks": (grid.lowest + strike * grid.step_ticks).astype(np.int32),
        "value": nullable_float(value[window, strike]),
    }
    for index, side in SIDES:
        at = np.ravel_multi_index((window, np.full(len(window), index), strike), book.depth.shape)
        depth = book.depth.ravel()[at]
        columns[f"depth_{side}"] = depth.astype(np.int32)
        columns[f"fill_{side}"] = book.fill.ravel()[at].astype(np.int32)
        columns[f"orders_{side}"] = standing.orders.ravel()[at].astype(np.int32)
        columns[f"big_{side}"] = standing.big.ravel()[at].astype(np.int32)
        columns[f"refresh_{side}"] = standing.refresh.ravel()[at].astype(np.int32)
        columns[f"age_{side}_s"] = nullable_float(share(standing.age_ms.ravel()[at] / MS_PER_S, depth))
        columns[f"usual_{side}"] = nullable_float(book.usual.ravel()[at])
        columns[f"whole_{side}"] = book.whole.ravel()[at]
        columns[f"s_stock_{side}"] = nullable_float(stock.ravel()[at])
        columns[f"w_{side}"] = nullable_float(w.ravel()[at])
    return pa.table(columns)


class StrikeGround(NamedTuple):
    """What stands at the strikes of a grid."""

    book: StrikeBook
    stock: NDArray[np.float64]
    """(windows, 2, strikes) as of `strike_stock`."""


def strike_ground(day: PhysicsDay, usual: Usual, depth_pace: NDArray[np.float64], grid: StrikeGrid) -> StrikeGround:
    """What rests at every strike, and what of it is usual at the day's pace, which is (windows,)."""
    book = strike_book(day.tape, grid, np.where(day.usable, day.bests, NO_TICK).astype(np.int32), usual, depth_pace)
    return StrikeGround(book, strike_stock(book, usual))


def measured_strikes(day: PhysicsDay, grid: StrikeGrid, reach: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows,) window and strike of all strikes up to `reach` from the price's own on the window's tape; usable ones, both ascending."""
    own = np.floor_divide(np.nan_to_num(day.windows.mid_ticks), grid.step_ticks).astype(np.int64) - grid.lowest // grid.step_ticks
    window = np.repeat(np.flatnonzero(day.usable), 2 * reach + 1)
    strike = (own[day.usable][:, None] + np.arange(-reach, reach + 1)).ravel()
    first, last = np.floor_divide(day.tape.band[:, window], grid.step_ticks) - grid.lowest // grid.step_ticks
    held = (strike >= first) & (strike <= last)
    return window[held], strike[held]
