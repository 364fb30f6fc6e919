"""Walls: strikes where far more rests than usual, with what happened to them, window by window."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.physics.columns import SIDES
from ....core.physics.walls import EVENTS, StrikeBook, WallRules, find_walls, new_walls
from ....core.tables import STRIKE_PHYSICS, WALLS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import nullable_float, share

APPEAR_AT_LEAST, MASSIVE_AT_LEAST = 1.5, 2.0
"""Times what stands around it: the floor of the two marks keeps a smooth book free of walls."""
_W_COLUMNS = ["window_start_ns", "strike_ticks", *(f"w_{side}" for _, side in SIDES)]


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
        lake.write(WALLS, wall_table(lake.read(lake.ref(STRIKE_PHYSICS)), rules, lake), facts=marks)


def wall_rules(lake: StageLake) -> WallRules:
    """The marks from the past's w where walls are looked for, and how far from the price that is.

    Farther out the queues are uneven and no wall is looked for: their w would raise the marks (simulated, 2.50 instead of 2.36).
    """
    ladder, physics = lake.settings.ladder, lake.settings.physics
    reach = round(ladder.reach_points / lake.settings.tick_of(lake.unit.root)) // ladder.step_ticks
    past = [_w_within(lake.read(ref, _W_COLUMNS), reach, ladder.step_ticks) for ref in lake.past(STRIKE_PHYSICS)]
    seen = np.concatenate([np.empty(0), *past])
    appear, massive = (
        max(floor, float(np.quantile(seen, quantile))) if len(seen) else floor
        for floor, quantile in ((APPEAR_AT_LEAST, physics.wall_quantile), (MASSIVE_AT_LEAST, physics.massive_quantile))
    )
    return WallRules(appear, massive, reach, ladder.leave_strikes)


def _w_within(strikes: pa.Table, reach: int, step_ticks: int) -> NDArray[np.float64]:
    """Every w of one day at strikes up to `reach` from the window's own."""
    _, window = np.unique(strikes["window_start_ns"].to_numpy(), return_inverse=True)
    place = strikes["strike_ticks"].to_numpy() // step_ticks
    near = np.abs(place - _own_place(window, place)[window]) <= reach
    w: NDArray[np.float64] = np.concatenate([strikes[f"w_{side}"].to_numpy()[near].astype(np.float64) for _, side in SIDES])
    return w[np.isfinite(w)]


def _own_place(window: NDArray[np.int64], place: NDArray[np.int32]) -> NDArray[np.int32]:
    """(windows,) place of the price's own strike, in the middle of those measured; `window` and `place` are by row."""
    bounds = np.iinfo(np.int32)
    lowest, highest = (np.full(int(window.max(initial=-1)) + 1, bound, np.int32) for bound in (bounds.max, bounds.min))
    np.minimum.at(lowest, window, place.astype(np.int32))
    np.maximum.at(highest, window, place.astype(np.int32))
    return (lowest + highest) // 2


def wall_table(strikes: pa.Table, rules: WallRules, lake: StageLake) -> pa.Table:
    """Rows of walls_5s from one day's strikes."""
    window_ns, step = lake.settings.book.window_s * NS_PER_S, lake.settings.ladder.step_ticks
    starts_ns, window = np.unique(strikes["window_start_ns"].to_numpy(), return_inverse=True)
    ticks = strikes["strike_ticks"].to_numpy()
    lowest = int(ticks.min()) if len(ticks) else 0
    place = (ticks - lowest) // step
    shape = (len(starts_ns), 2, int(place.max(initial=-1)) + 1)

    def dense(name: str, empty: float, unit: str = "") -> NDArray[np.float64]:
        values = np.full(shape, empty)
        for index, side in SIDES:
            values[window, index, place] = strikes[f"{name}_{side}{unit}"].to_numpy()
        return values

    book = StrikeBook(dense("depth", 0.0), dense("usual", np.nan), np.ones(shape, np.bool_), dense("fill", 0.0))
    found = find_walls(book, dense("refresh", 0.0), dense("w", np.nan), _own_place(window, place), rules, new_walls(shape[2]))
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
            "since_ns": starts_ns[found["since_window"]],
            "eaten": found["eaten"].astype(np.int32),
            "refreshed": found["refreshed"].astype(np.int32),
            "orders": dense("orders", 0.0)[at].astype(np.int32),
            "big_share": nullable_float(share(big, found["depth"])),
            "age_s": nullable_float(age_s),
        }
    )
