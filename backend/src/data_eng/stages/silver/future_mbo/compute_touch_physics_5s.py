"""The physics of every window as seen from the touch, with the volatility, the barrier and the day's pace: it knows no level."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.physics.columns import HALF_LIFE_S, SLOW, frame_columns, frame_values
from ....core.physics.giving import intention, pace, priors
from ....core.physics.sums import FIELDS, ZONES, decay_of, fold, folded, sums_by_touch, zone_edges
from ....core.physics.usual import Usual
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, SESSION_USUAL, TOUCH_PHYSICS
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from ...physics import PhysicsDay, Volatility, day_volatility, nullable, read_physics_day, read_profile, read_usual


class ComputeTouchPhysics5s(Stage):
    """One row a window of the session and its lead-in. What is against usual is null where there is no past, or no sound book."""

    name: ClassVar[str] = "compute_touch_physics_5s"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS], output=TOUCH_PHYSICS)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book", "physics", "volatility")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        return super().reads(unit, cfg, settings) + last_complete(SESSION_USUAL, unit, cfg, settings.physics.usual_sessions)

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_physics_day(lake)
        fitted_on = {"usual_sessions": [ref.date for ref in lake.past(SESSION_USUAL)]}
        usual = read_usual(lake, lake.settings.book.band_ticks + 1)
        volatility = day_volatility(day, read_profile(lake), lake.settings)
        lake.write(TOUCH_PHYSICS, touch_table(day, volatility, usual, lake.settings), facts=fitted_on)


class TouchState(NamedTuple):
    """What the touch frame carries from window to window: running sums, and the last mid."""

    pace: NDArray[np.float64]
    """(FIELDS, zones, 2 sides), as of `folded`."""
    slow: NDArray[np.float64]
    shift: NDArray[np.float64]
    """(2 sides,)"""
    move: NDArray[np.float64]
    """(1,)"""
    mid: NDArray[np.float64]
    """(1,)"""


def new_touch() -> TouchState:
    """The state before the first window."""
    return TouchState(np.zeros((FIELDS, len(ZONES), 2)), np.zeros((FIELDS, len(ZONES), 2)), np.zeros(2), np.zeros(1), np.full(1, np.nan))


def touch_table(day: PhysicsDay, volatility: Volatility, usual: Usual, settings: Settings, state: TouchState | None = None) -> pa.Table:
    """All columns of the touch frame, by window.

    `state` is that of the windows before these, and changed; without it there were none.
    """
    state = state or new_touch()
    rules, window_s = settings.physics, settings.book.window_s
    edges = zone_edges(volatility.barrier_ticks)
    now, prior = sums_by_touch(day.tape, edges, usual), priors(usual, edges)
    day_pace = pace(folded(now, decay_of(rules.pace_half_life_s, window_s), state.pace), prior)
    slow = decay_of(HALF_LIFE_S, window_s)
    values = frame_values("touch", now, folded(now, slow, state.slow), fold(intention(now), slow, state.shift), prior, day_pace)
    mids = day.windows.mid_ticks
    moved = np.nan_to_num(np.diff(mids, prepend=state.mid))
    state.mid[:] = mids[-1] if len(mids) else state.mid
    columns: dict[str, NDArray[np.generic] | pa.Array] = {
        "window_start_ns": day.windows.start_ns,
        "ts_ns": day.windows.end_ns,
        "in_session": day.windows.in_session,
        "mid_ticks": _seen(mids, day.usable),
        "rv": nullable(volatility.rv),
        "profile": nullable(volatility.profile),
        "sigma": volatility.sigma,
        "barrier_ticks": volatility.barrier_ticks.astype(np.int32),
        f"move_{SLOW}": fold(moved[None], slow, state.move)[0].astype(np.float32),
        "pace_flow": _seen(day_pace.flow, day.usable),
        "pace_depth": _seen(day_pace.depth, day.usable),
    }
    for column in frame_columns("touch"):
        columns[column.name] = _seen(values[column.name].astype(np.float32), day.usable)
    return pa.table(columns)


def _seen(values: NDArray[np.floating], usable: NDArray[np.bool_]) -> pa.Array:
    """Null where the window is not usable or the value is not known."""
    return nullable(np.where(usable, values, np.nan))
