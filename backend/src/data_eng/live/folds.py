"""All that the stages carry from window to window, and one window's way through silver and the parts of gold that need no trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..contracts import conformed, contract_of
from ..core.episodes import EpisodeState, new_episodes
from ..core.features.motion import MotionState, new_motion
from ..core.physics.hold import new_held
from ..core.physics.state import BalanceState, new_balance
from ..core.session import SessionTimes
from ..core.tables import LEVEL_PHYSICS, LEVEL_VACUUM, STRIKE_PHYSICS, TOUCH_PHYSICS, WALLS
from ..settings import Settings
from ..stages.gold.future_mbo.build_physics_ladder import LeadState, no_leads
from ..stages.gold.future_mbo.pressure_physics import CONDITIONS
from ..stages.physics import day_volatility, physics_day
from ..stages.silver.future_mbo.compute_level_physics_5s import LevelState, ground_of, level_tables, new_levels, wall_rows
from ..stages.silver.future_mbo.compute_level_vacuum_5s import flow_tape, vacuum_table
from ..stages.silver.future_mbo.compute_strike_physics_5s import StrikeState, new_strikes, strike_table
from ..stages.silver.future_mbo.compute_touch_physics_5s import TouchState, new_touch, touch_table
from ..stages.silver.future_mbo.compute_walls_5s import WallState, no_walls, wall_table
from .past import DayPast


@dataclass
class Folds:
    """The states of every stage after the last window."""

    motion: MotionState
    touch: TouchState
    strikes: StrikeState
    walls: WallState
    levels: LevelState
    leads: LeadState
    conditions: NDArray[np.void]
    """(levels, 4) HELD_DTYPE."""
    known: NDArray[np.bool_]
    """(levels,) whether a level has been known."""
    episodes: dict[str, EpisodeState]
    """By level_id."""
    of_signals: BalanceState = field(default_factory=new_balance)
    of_stream: BalanceState = field(default_factory=new_balance)
    """The balance by the past of the signals' stage, and by that of the stream's."""


def new_folds(settings: Settings) -> Folds:
    """The states before the first window."""
    levels = len(settings.levels.default)
    return Folds(
        motion=new_motion(levels),
        touch=new_touch(),
        strikes=new_strikes(settings),
        walls=no_walls(settings),
        levels=new_levels(levels),
        leads=no_leads(settings),
        conditions=new_held(levels * len(CONDITIONS)).reshape(levels, len(CONDITIONS)),
        known=np.zeros(levels, np.bool_),
        episodes={level_id: new_episodes() for level_id in settings.levels.default},
    )


class SoFar(NamedTuple):
    """Tables of the day up to the windows that are new, as the physics of a level that becomes known reads them."""

    windows: Sequence[pa.Table]
    flow: Sequence[pa.Table]
    touch: Sequence[pa.Table]
    walls: Sequence[pa.Table]


class NewWindows(NamedTuple):
    """Windows of the session or its lead-in that have closed, and where they go on from."""

    windows: pa.Table
    flow: pa.Table
    in_force: dict[str, NDArray[np.float64]]
    bests_before: tuple[int, int]
    mids_before: NDArray[np.float64]


def silver_physics(
    new: NewWindows, so_far: SoFar, folds: Folds, past: DayPast, times: SessionTimes, settings: Settings
) -> dict[str, pa.Table]:
    """Silver's rows of new windows, by dataset; `folds` are changed."""
    day = physics_day(new.windows, new.flow, times, settings, new.bests_before)
    volatility = day_volatility(day, past.clock_variance, settings, new.mids_before)
    touch = fitted(TOUCH_PHYSICS, touch_table(day, volatility, past.usual, settings, folds.touch))
    strikes = fitted(STRIKE_PHYSICS, strike_table(day, new.flow, touch, past.usual, settings, folds.strikes))
    walls = fitted(WALLS, wall_table(strikes, past.walls, settings, folds.walls))
    _meet_levels(new, so_far, folds, past, times, settings)
    ground, rows = ground_of(touch, past.usual), wall_rows(walls, day.windows, settings)
    levels = list(level_tables(day, new.in_force, ground, rows, settings, folds.levels))
    vacuum = vacuum_table(flow_tape(new.flow, day.windows), day.windows, new.in_force, settings, folds.motion)
    return {
        TOUCH_PHYSICS: touch,
        STRIKE_PHYSICS: strikes,
        WALLS: walls,
        LEVEL_PHYSICS: together(LEVEL_PHYSICS, levels),
        LEVEL_VACUUM: fitted(LEVEL_VACUUM, vacuum),
    }


def fitted(dataset: str, table: pa.Table) -> pa.Table:
    """The rows as the lake's table has them, which is what the next stage reads."""
    return conformed(table, contract_of(dataset))


def together(dataset: str, tables: list[pa.Table]) -> pa.Table:
    """The same of several, one after the other."""
    held = [table for table in tables if table.num_rows]
    return fitted(dataset, pa.concat_tables(held)) if held else contract_of(dataset).schema.empty_table()


def _meet_levels(new: NewWindows, so_far: SoFar, folds: Folds, past: DayPast, times: SessionTimes, settings: Settings) -> None:
    """Give each level that becomes known the state that it would have, had it been all day where it is now."""
    met = {
        place: ticks[np.isfinite(ticks)][0]
        for place, ticks in enumerate(new.in_force.values())
        if not folds.known[place] and np.isfinite(ticks).any()
    }
    folds.known[list(met)] = True
    if not met or not so_far.windows:
        return
    earlier = pa.concat_tables(so_far.windows)
    day = physics_day(earlier, pa.concat_tables(so_far.flow), times, settings)
    ground = ground_of(pa.concat_tables(so_far.touch), past.usual)
    walls = wall_rows(pa.concat_tables(so_far.walls), day.windows, settings)
    state = new_levels(len(met))
    in_force = {str(place): np.full(earlier.num_rows, price) for place, price in met.items()}
    for _ in level_tables(day, in_force, ground, walls, settings, state):
        pass
    places = list(met)
    folds.levels.slow[..., places], folds.levels.shift[:, places] = state.slow, state.shift
    folds.levels.pulled[places] = state.pulled
