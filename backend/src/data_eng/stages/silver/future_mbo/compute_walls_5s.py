"""Walls: strikes where far more rests than usual, with what happened to them, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.physics.columns import SIDES
from ....core.physics.strikes import StrikeGrid, joined_grids
from ....core.physics.walls import EVENTS, StrikeBook, WallRules, find_walls, new_walls
from ....core.tables import STRIKE_PHYSICS, WALLS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import nullable_float, share
from ...strikes import own_place, past_values, reach_strikes

APPEAR_AT_LEAST, MASSIVE_AT_LEAST = 1.5, 2.0
"""Times what stands around it: the floor of the two marks keeps a smooth book free of walls."""
W = tuple(f"w_{side}" for _, side in SIDES)


class ComputeWalls5s(Stage):
    """One row a window and wall. The marks are quantiles of the past sessions' w; without a past only the floors count."""

    name: ClassVar[str] = "compute_walls_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[STRIKE_PHYSICS], output=WALLS)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "ladder", "instruments")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(STRIKE_PHYSICS, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        rules = wall_rules(lake)
        marks = {"appear_at": round(rules.appear, 6), "massive_at": round(rules.massive, 6)}
        lake.write(WALLS, wall_table(lake.read(lake.ref(STRIKE_PHYSICS)), rules, lake.settings), facts=marks)


def wall_rules(lake: StageLake) -> WallRules:
    """The marks from the past's w where walls are looked for, and how far from the price that is."""
    physics, step = lake.settings.physics, lake.settings.ladder.step_ticks
    reach = reach_strikes(lake.settings, lake.settings.tick_of(lake.unit.root))
    seen = past_values([lake.read(ref, ["window_start_ns", "strike_ticks", *W]) for ref in lake.past(STRIKE_PHYSICS)], W, reach, step)
    appear, massive = (
        max(floor, float(np.quantile(seen, quantile))) if len(seen) else floor
        for floor, quantile in ((APPEAR_AT_LEAST, physics.wall_quantile), (MASSIVE_AT_LEAST, physics.massive_quantile))
    )
    return WallRules(appear, massive, reach, lake.settings.ladder.leave_strikes)


@dataclass
class WallState:
    """What the walls carry from window to window."""

    grid: StrikeGrid
    walls: NDArray[np.void]
    """(2, strikes) as of `new_walls`."""

    def reach(self, strike_ticks: NDArray[np.int32]) -> None:
        """Reach over other strikes, too."""
        if not len(strike_ticks):
            return
        step, lowest = self.grid.step_ticks, int(strike_ticks.min())
        both = joined_grids(self.grid, StrikeGrid(lowest, (int(strike_ticks.max()) - lowest) // step + 1, step))
        walls, below = new_walls(both.strikes), (self.grid.lowest - both.lowest) // step if self.grid.strikes else 0
        walls[:, below : below + self.grid.strikes] = self.walls
        self.grid, self.walls = both, walls


def no_walls(settings: Settings) -> WallState:
    """The state before the first window."""
    return WallState(StrikeGrid(0, 0, settings.ladder.step_ticks), new_walls(0))


def wall_table(strikes: pa.Table, rules: WallRules, settings: Settings, state: WallState | None = None) -> pa.Table:
    """Rows of walls_5s from rows of strikes.

    `state` is that of the windows before these, and changed; without it there were none.
    """
    state = state or no_walls(settings)
    window_ns, step = settings.book.window_s * NS_PER_S, settings.ladder.step_ticks
    starts_ns, window = np.unique(strikes["window_start_ns"].to_numpy(), return_inverse=True)
    ticks = strikes["strike_ticks"].to_numpy()
    state.reach(ticks)
    lowest = state.grid.lowest
    place = (ticks - lowest) // step
    shape = (len(starts_ns), 2, state.grid.strikes)

    def dense(name: str, empty: float, unit: str = "") -> NDArray[np.float64]:
        values = np.full(shape, empty)
        for index, side in SIDES:
            values[window, index, place] = strikes[f"{name}_{side}{unit}"].to_numpy()
        return values

    book = StrikeBook(dense("depth", 0.0), dense("usual", np.nan), np.ones(shape, np.bool_), dense("fill", 0.0))
    found = find_walls(book, dense("refresh", 0.0), dense("w", np.nan), own_place(window, place), starts_ns, rules, state.walls)
    at = (found["window"], found["side"], found["strike"])
    big, age_s = dense("big", 0.0)[at], dense("age", np.nan, "_s")[at]
    return pa.table(
        {
            "window_start_ns": starts_ns[found["window"]],
            "ts_ns": starts_ns[found["window"]] + window_ns,
            "side": pa.array(np.array(["bid", "ask"])[found["side"]], pa.string()),
            "strike_ticks": (lowest + found["strike"] * step).astype(np.int32),
            "event": pa.array(np.array(EVENTS)[found["event"]], pa.string()),
            "massive": found["w"] >= rules.massive,
            "w": nullable_float(found["w"]),
            "depth": found["depth"].astype(np.int32),
            "usual": nullable_float(book.usual[at]),
            "peak": found["peak"].astype(np.int32),
            "since_ns": found["since"],
            "eaten": found["eaten"].astype(np.int32),
            "refreshed": found["refreshed"].astype(np.int32),
            "orders": dense("orders", 0.0)[at].astype(np.int32),
            "big_share": nullable_float(share(big, found["depth"])),
            "age_s": nullable_float(age_s),
        }
    )
