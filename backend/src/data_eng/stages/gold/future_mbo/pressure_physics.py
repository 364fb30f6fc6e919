"""What the pressure stream says in times of what is usual: the balance of the day's windows, the four conditions and their signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....core.physics.columns import SLOW
from ....core.physics.hold import new_held
from ....core.physics.state import (
    BALANCES,
    Balances,
    BalanceState,
    Marks,
    balances,
    lowest_fifth,
    marks_of,
    signed_quantile,
    signs,
    slope_through_zero,
)
from ....core.physics.sums import zone_edges
from ....core.pressure import STATES, past_scores, states
from ....core.tables import LEVEL_PHYSICS, TOUCH_PHYSICS
from ....settings import Settings
from ...door import StageLake
from ...physics import nullable_float

CONDITIONS = (
    ("g_away_ask_level", "moved_away_ask_level"),
    ("g_pull_ask_level", "pulled_ask_level"),
    ("g_away_bid_level", "moved_away_bid_level"),
    ("g_pull_bid_level", "pulled_bid_level"),
)
"""The user's four conditions, each as a ratio to usual and in contracts: asks moved higher, asks pulled, bids moved lower, bids pulled."""
TILT, VACUUM, MOVE = f"x_tilt_touch_{SLOW}", f"x_vacuum_touch_{SLOW}", f"move_{SLOW}"
GIVES = ("g_give_ask_touch", "g_give_bid_touch")
SHIFTS = ("c_com_intention_ask_level", "c_com_intention_bid_level")
COMING_QUANTILE = 0.6
"""Of the past's moves: a larger one toward a level comes to it."""
TOUCH_COLUMNS = ["window_start_ns", "barrier_ticks", TILT, VACUUM, MOVE, "pace_flow"]
RATIOS = [ratio for ratio, _ in CONDITIONS]
MEASURED = [*RATIOS, *(contracts for _, contracts in CONDITIONS), *SHIFTS]
"""What is measured around a level; silver has it as sums with a half-life, by which it names the columns."""
KEYS = ["level_id", "window_start_ns"]
DAY_COLUMNS = [*TOUCH_COLUMNS, *(f"{name}_{SLOW}" for name in GIVES)]
"""Columns of touch_physics_5s that `day_balance` takes."""
LEVEL_COLUMNS = [*KEYS, *(f"{name}_{SLOW}" for name in MEASURED)]
"""Those of level_physics_5s that `day_physics` takes."""
PAST_COLUMNS = ["window_start_ns", *(f"{name}_{SLOW}" for name in RATIOS)]


class DayBalance(NamedTuple):
    """The day's windows with the balance in force."""

    start_ns: NDArray[np.int64]
    touch: dict[str, NDArray[np.float64]]
    """(windows,) by column of the touch; NaN where it is null."""
    balances: Balances


class BalancePast(NamedTuple):
    """Past sessions, one after the other, and the marks that they give."""

    touch: dict[str, NDArray[np.float64]]
    """(windows,) by column of the touch; NaN where it is null."""
    marks: tuple[Marks, Marks, float]
    """As of `balances`."""


class PressurePast(NamedTuple):
    """What past sessions give to the pressure stream of a day."""

    balance: BalancePast
    scores: NDArray[np.float64]
    """|x_tilt| of the past, in order."""
    coming_ticks: float
    slope: float
    """As of `slope_through_zero`."""
    marks: tuple[Marks, ...]


class DayPhysics(NamedTuple):
    """The day's balance, and the rows and marks of its levels."""

    start_ns: NDArray[np.int64]
    touch: dict[str, NDArray[np.float64]]
    balances: Balances
    score: NDArray[np.float64]
    """(windows,) signed past quantile of |x_tilt|."""
    coming_ticks: float
    """Move of 15 s from which price counts as coming, not standing; NaN without a past."""
    tilt_own: NDArray[np.float64]
    """(windows,) x_tilt less what the price's own move explains."""
    levels: pa.Table
    marks: tuple[Marks, ...]
    """Of |condition| less the pace, one for each of `CONDITIONS`."""


def read_day_balance(lake: StageLake) -> DayBalance:
    """The day's balance against its past sessions, which give the marks."""
    return day_balance(lake.read(lake.ref(TOUCH_PHYSICS), DAY_COLUMNS), read_balance_past(lake), lake.settings)


def read_balance_past(lake: StageLake) -> BalancePast:
    """What the sessions before the day give to its balance."""
    rules = lake.settings.physics
    days = [_columns(summed(lake.read(ref, DAY_COLUMNS), TOUCH_COLUMNS, GIVES)) for ref in lake.past(TOUCH_PHYSICS)]
    past = {name: np.concatenate([np.empty(0), *(day[name] for day in days)]) for name in [*TOUCH_COLUMNS, *GIVES]}
    marks = (
        marks_of(np.abs(past[TILT]), rules.watch_quantile, rules.on_quantile),
        marks_of(past[VACUUM], rules.watch_quantile, rules.on_quantile),
        lowest_fifth(np.stack([past[name] - past["pace_flow"] for name in GIVES]).ravel()),
    )
    return BalancePast(past, marks)


def day_balance(rows: pa.Table, past: BalancePast, settings: Settings, state: BalanceState | None = None) -> DayBalance:
    """The balance of windows; `rows` are theirs of touch_physics_5s, `state` as of `balances`."""
    touch = _columns(summed(rows, TOUCH_COLUMNS, GIVES))
    gives = np.stack([touch[name] - touch["pace_flow"] for name in GIVES])
    most_giving = gives.max(axis=0) if gives.size else np.empty(0)
    dwell = settings.physics.dwell_s // settings.book.window_s
    return DayBalance(
        start_ns=touch["window_start_ns"].astype(np.int64),
        touch=touch,
        balances=balances(touch[TILT], touch[VACUUM], most_giving, past.marks, dwell, state),
    )


def read_day_physics(lake: StageLake) -> DayPhysics:
    """The day's balance, and its levels against their past."""
    past = read_pressure_past(lake)
    day = day_balance(lake.read(lake.ref(TOUCH_PHYSICS), DAY_COLUMNS), past.balance, lake.settings)
    return day_physics(day, lake.read(lake.ref(LEVEL_PHYSICS), LEVEL_COLUMNS), past)


def read_pressure_past(lake: StageLake) -> PressurePast:
    """What the sessions before the day give to its pressure."""
    balance = read_balance_past(lake)
    tilt, move = balance.touch[TILT], balance.touch[MOVE]
    return PressurePast(
        balance=balance,
        scores=past_scores(np.abs(tilt)),
        coming_ticks=marks_of(np.abs(move), COMING_QUANTILE, COMING_QUANTILE).on,
        slope=slope_through_zero(move, tilt),
        marks=condition_marks(_past_conditions(lake), lake.settings),
    )


def day_physics(day: DayBalance, levels: pa.Table, past: PressurePast) -> DayPhysics:
    """The balance of windows with their levels; `levels` are the windows' rows of level_physics_5s."""
    touch = day.touch
    return DayPhysics(
        start_ns=day.start_ns,
        touch=touch,
        balances=day.balances,
        score=signed_quantile(touch[TILT], past.scores),
        coming_ticks=past.coming_ticks,
        tilt_own=touch[TILT] - past.slope * touch[MOVE],
        levels=summed(levels, KEYS, MEASURED),
        marks=past.marks,
    )


def summed(table: pa.Table, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """Columns of silver's physics, those of `names` without the half-life that silver names them by."""
    return table.select([*keys, *(f"{name}_{SLOW}" for name in names)]).rename_columns([*keys, *names])


def condition_marks(past: Sequence[NDArray[np.float64]], settings: Settings) -> tuple[Marks, ...]:
    """Marks of |condition| less the pace; `past` has the past's values of each of `CONDITIONS`."""
    rules = settings.physics
    return tuple(marks_of(np.abs(values), rules.watch_quantile, rules.on_quantile) for values in past)


def with_physics(
    pressure: pa.Table,
    level: pa.Table,
    fires_ns: NDArray[np.int64],
    physics: DayPhysics,
    settings: Settings,
    held: NDArray[np.void] | None = None,
) -> pa.Table:
    """Rows of one level of the pressure stream with what is said against usual; null where there is no past, or no sound book.

    `fires_ns` are the ends of the windows in which a fire is in force, `held` is as of `condition_columns`.
    """
    window_s = settings.book.window_s
    window = np.searchsorted(physics.start_ns, pressure["window_start_ns"].to_numpy())
    balance_level = physics.balances.level[window]
    far_ticks = zone_edges(physics.touch["barrier_ticks"][window].astype(np.int64))[:, 0, 1]
    state = states(pressure["distance_ticks"].to_numpy(), far_ticks, balance_level, np.isin(pressure["ts_ns"].to_numpy(), fires_ns))
    columns: dict[str, pa.Array | NDArray[np.generic]] = {
        "state": pa.array(np.array(STATES)[state], pa.string()),
        "tilt": nullable_float(physics.touch[TILT][window]),
        "tilt_own": nullable_float(physics.tilt_own[window]),
        "vacuum": nullable_float(physics.touch[VACUUM][window]),
        "score": nullable_float(physics.score[window]),
        "coming": -np.sign(pressure["distance_ticks"].to_numpy()) * physics.touch[MOVE][window] > physics.coming_ticks,
        "balance": pa.array(np.array(BALANCES)[physics.balances.balance[window]], pa.string()),
        "balance_level": balance_level,
        "balance_held_s": physics.balances.windows[window] * window_s,
    }
    columns |= give_columns(physics.touch, physics.touch["pace_flow"], window)
    columns |= condition_columns(level, physics.start_ns, physics.touch["pace_flow"], physics.marks, window, settings, held)
    for name, column in columns.items():
        pressure = pressure.append_column(name, pa.array(column) if isinstance(column, np.ndarray) else column)
    return pressure


def give_columns(
    gives: Mapping[str, NDArray[np.float64]], pace_flow: NDArray[np.float64], window: NDArray[np.int64]
) -> dict[str, pa.Array]:
    """How many times as fast as usual each side gives way at the touch; `gives` and pace are by window, `window` is each row's place."""
    named = zip(("asks_give", "bids_give"), GIVES, strict=True)
    return {f"{name}_times_usual": nullable_float(np.exp(gives[give] - pace_flow)[window]) for name, give in named}


def condition_columns(
    level: pa.Table,
    start_ns: NDArray[np.int64],
    pace_flow: NDArray[np.float64],
    marks: Sequence[Marks],
    window: NDArray[np.int64],
    settings: Settings,
    held: NDArray[np.void] | None = None,
) -> dict[str, pa.Array | NDArray[np.generic]]:
    """The four conditions of one level with their signs, which are folded over the windows, and how many speak for up and down.

    `level` has `MEASURED` by window, `start_ns` and `pace_flow` are the windows, `window` the place of every row's. `held`, (4,)
    HELD_DTYPE, is the state of the windows before these, and changed; without it there were none.
    """
    held = new_held(len(CONDITIONS)) if held is None else held
    by_window = np.full((len(MEASURED), len(start_ns)), np.nan)
    at = np.searchsorted(start_ns, level["window_start_ns"].to_numpy())
    for index, name in enumerate(MEASURED):
        by_window[index, at] = level[name].to_numpy()
    values = dict(zip(MEASURED, by_window, strict=True))
    columns: dict[str, pa.Array | NDArray[np.generic]] = {}
    in_force = []
    for number, ((ratio, contracts), mark) in enumerate(zip(CONDITIONS, marks, strict=True), start=1):
        beyond_pace = values[ratio] - pace_flow
        sign = signs(beyond_pace, mark.on, settings.physics.dwell_s // settings.book.window_s, held[number - 1 : number]).sign[window]
        in_force.append(sign)
        columns[f"condition_{number}_times_usual"] = nullable_float(np.exp(beyond_pace)[window])
        columns[f"condition_{number}_contracts"] = nullable_float(values[contracts][window])
        columns[f"condition_{number}_sign"] = sign
    for side, name in zip(("ask", "bid"), SHIFTS, strict=True):
        columns[f"{side}_shift_ticks"] = nullable_float(values[name][window])
    given, stood = np.stack(in_force) > 0, np.stack(in_force) < 0
    columns["count_up"] = (given[:2].sum(axis=0) + stood[2:].sum(axis=0)).astype(np.int8)
    columns["count_down"] = (stood[:2].sum(axis=0) + given[2:].sum(axis=0)).astype(np.int8)
    return columns


def _past_conditions(lake: StageLake) -> list[NDArray[np.float64]]:
    """(rows,) of all levels and past sessions, one array a condition, less the pace of the row's window."""
    pooled: list[list[NDArray[np.float64]]] = [[np.empty(0)] for _ in CONDITIONS]
    touches = {ref.date: ref for ref in lake.past(TOUCH_PHYSICS)}
    for ref in lake.past(LEVEL_PHYSICS):
        if ref.date not in touches:
            continue
        touch = _columns(lake.read(touches[ref.date], ["window_start_ns", "pace_flow"]))
        level = _columns(summed(lake.read(ref, PAST_COLUMNS), ["window_start_ns"], RATIOS))
        pace = touch["pace_flow"][np.searchsorted(touch["window_start_ns"], level["window_start_ns"])]
        for values, ratio in zip(pooled, RATIOS, strict=True):
            values.append(level[ratio] - pace)
    return [np.concatenate(values) for values in pooled]


def _columns(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    return {
        name: table[name].to_numpy() if name == "window_start_ns" else table[name].to_numpy().astype(np.float64)
        for name in table.column_names
    }
