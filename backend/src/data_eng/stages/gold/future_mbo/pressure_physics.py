"""What the pressure stream says in times of what is usual: the balance of the day's windows, the four conditions and their signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....core.physics.columns import SLOW
from ....core.physics.state import (
    BALANCES,
    Balances,
    Marks,
    balances,
    lowest_fifth,
    marks_of,
    signed_quantile,
    signs,
    slope_through_zero,
)
from ....core.physics.sums import zone_edges
from ....core.pressure import STATES, states
from ....core.tables import LEVEL_PHYSICS, TOUCH_PHYSICS
from ....lake.partitions import PartitionRef
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


class DayBalance(NamedTuple):
    """The day's windows with the balance in force."""

    start_ns: NDArray[np.int64]
    touch: dict[str, NDArray[np.float64]]
    """(windows,) by column of the touch; NaN where it is null."""
    past: dict[str, NDArray[np.float64]]
    """The same of past sessions, one after the other."""
    balances: Balances


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
    rules = lake.settings.physics
    dwell = rules.dwell_s // lake.settings.book.window_s
    touch = _columns(read_summed(lake, lake.ref(TOUCH_PHYSICS), TOUCH_COLUMNS, GIVES))
    days = [_columns(read_summed(lake, ref, TOUCH_COLUMNS, GIVES)) for ref in lake.past(TOUCH_PHYSICS)]
    past = _joined(days, [*TOUCH_COLUMNS, *GIVES])
    gives, past_gives = (np.stack([of[name] - of["pace_flow"] for name in GIVES]) for of in (touch, past))
    marks = (
        marks_of(np.abs(past[TILT]), rules.watch_quantile, rules.on_quantile),
        marks_of(past[VACUUM], rules.watch_quantile, rules.on_quantile),
        lowest_fifth(past_gives.ravel()),
    )
    most_giving = gives.max(axis=0) if gives.size else np.empty(0)
    return DayBalance(
        start_ns=touch["window_start_ns"].astype(np.int64),
        touch=touch,
        past=past,
        balances=balances(touch[TILT], touch[VACUUM], most_giving, marks, dwell),
    )


def read_day_physics(lake: StageLake) -> DayPhysics:
    """The day's balance, and its levels against their past."""
    day = read_day_balance(lake)
    touch, past = day.touch, day.past
    return DayPhysics(
        start_ns=day.start_ns,
        touch=touch,
        balances=day.balances,
        score=signed_quantile(touch[TILT], past[TILT]),
        coming_ticks=marks_of(np.abs(past[MOVE]), COMING_QUANTILE, COMING_QUANTILE).on,
        tilt_own=touch[TILT] - slope_through_zero(past[MOVE], past[TILT]) * touch[MOVE],
        levels=read_summed(lake, lake.ref(LEVEL_PHYSICS), KEYS, MEASURED),
        marks=condition_marks(_past_conditions(lake), lake.settings),
    )


def read_summed(lake: StageLake, ref: PartitionRef, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """Columns of silver's physics, those of `names` without the half-life that silver names them by."""
    return lake.read(ref, [*keys, *(f"{name}_{SLOW}" for name in names)]).rename_columns([*keys, *names])


def condition_marks(past: Sequence[NDArray[np.float64]], settings: Settings) -> tuple[Marks, ...]:
    """Marks of |condition| less the pace; `past` has the past's values of each of `CONDITIONS`."""
    rules = settings.physics
    return tuple(marks_of(np.abs(values), rules.watch_quantile, rules.on_quantile) for values in past)


def with_physics(pressure: pa.Table, level: pa.Table, fires_ns: NDArray[np.int64], physics: DayPhysics, settings: Settings) -> pa.Table:
    """Rows of one level of the pressure stream with what is said against usual; null where there is no past, or no sound book.

    `fires_ns` are the ends of the windows in which a fire is in force.
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
    columns |= condition_columns(level, physics.start_ns, physics.touch["pace_flow"], physics.marks, window, settings)
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
) -> dict[str, pa.Array | NDArray[np.generic]]:
    """The four conditions of one level with their signs, which are folded over the day's windows, and how many speak for up and down.

    `level` has `MEASURED` by window, `start_ns` and `pace_flow` are the day's windows, `window` the place of every row's.
    """
    by_window = np.full((len(MEASURED), len(start_ns)), np.nan)
    at = np.searchsorted(start_ns, level["window_start_ns"].to_numpy())
    for index, name in enumerate(MEASURED):
        by_window[index, at] = level[name].to_numpy()
    values = dict(zip(MEASURED, by_window, strict=True))
    columns: dict[str, pa.Array | NDArray[np.generic]] = {}
    in_force = []
    for number, ((ratio, contracts), mark) in enumerate(zip(CONDITIONS, marks, strict=True), start=1):
        beyond_pace = values[ratio] - pace_flow
        held = signs(beyond_pace, mark.on, settings.physics.dwell_s // settings.book.window_s)
        in_force.append(held.sign[window])
        columns[f"condition_{number}_times_usual"] = nullable_float(np.exp(beyond_pace)[window])
        columns[f"condition_{number}_contracts"] = nullable_float(values[contracts][window])
        columns[f"condition_{number}_sign"] = held.sign[window]
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
        level = _columns(read_summed(lake, ref, ["window_start_ns"], RATIOS))
        pace = touch["pace_flow"][np.searchsorted(touch["window_start_ns"], level["window_start_ns"])]
        for values, ratio in zip(pooled, RATIOS, strict=True):
            values.append(level[ratio] - pace)
    return [np.concatenate(values) for values in pooled]


def _columns(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    return {
        name: table[name].to_numpy() if name == "window_start_ns" else table[name].to_numpy().astype(np.float64)
        for name in table.column_names
    }


def _joined(parts: list[dict[str, NDArray[np.float64]]], names: list[str]) -> dict[str, NDArray[np.float64]]:
    return {name: np.concatenate([np.empty(0), *(part[name] for part in parts)]) for name in names}
