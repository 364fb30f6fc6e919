"""What gold says over a minute, over the longer horizons: worked out from silver by the stages' own functions, and written nowhere.

Marks are those of the past sessions that gold's were taken from, over the same horizon. Everything is read through the doors of the stages
that made it, as their manifests name it: where any of it was replaced since, `InputChanged` is raised, so that one gold has one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..config import AppConfig
from ..core.book.state import ASK, BID
from ..core.instrument import root_of
from ..core.physics.columns import summed_values
from ..core.physics.giving import giving, intention
from ..core.physics.horizon import half_life_s
from ..core.physics.strikes import grid_of, ladder_values
from ..core.physics.sums import WHOLE, Sums, decay_of, fold, folded, sums_by_level, sums_by_touch
from ..core.tables import LEVEL_PHYSICS, LEVELS_TABLE, PHYSICS_LADDER, PRESSURE_STREAM, STRIKE_PHYSICS
from ..io import read_table
from ..lake.partitions import PartitionRef, Provenance, parse_ref, read_manifest, ref_in
from ..planning import ContractDay
from ..settings import Settings
from .door import StageLake
from .gold.future_mbo.build_physics_ladder import STANDS, VALUE, ladder_over, past_leads
from .gold.future_mbo.pressure_physics import GIVES, MEASURED, RATIOS, condition_columns, condition_marks, give_columns
from .physics import nullable_float, read_physics_day
from .silver.future_mbo.compute_level_physics_5s import level_ground, measured_windows, prices_backward
from .silver.future_mbo.compute_strike_physics_5s import measured_strikes, strike_ground
from .windows import levels_in_force

THREADS = 4
"""Past sessions that are read at once: two parts in three of their time is in kernels and files, which let others run."""


class GoldOver(NamedTuple):
    """Gold's two tables of one contract-day over one horizon, with all columns that they have over a minute."""

    pressure: pa.Table
    ladder: pa.Table


class PastOver(NamedTuple):
    """What one past session gives to the marks over one horizon."""

    conditions: tuple[NDArray[np.float64], ...]
    """(rows,) of all its levels, one array a condition, less the pace."""
    leads: NDArray[np.float64]
    """(rows,) values of its strikes within reach of the price."""

    @property
    def nbytes(self) -> int:
        return sum(values.nbytes for values in (*self.conditions, self.leads))


PastOf = Callable[[str, str], PastOver]
"""Gives a past session by contract and date, over the horizon asked for: `past_over`, or what keeps its results."""


def gold_over(cfg: AppConfig, symbol: str, date: str, settings: Settings, horizon_s: int, past_of: PastOf) -> GoldOver:
    """A contract-day's gold over a horizon; `settings` are those that the day was built with."""
    pressure, ladder = (ref_in(cfg.lake_root, dataset, symbol, date) for dataset in (PRESSURE_STREAM, PHYSICS_LADDER))
    streams, strikes = (reopened(cfg, ref, settings) for ref in (pressure, ladder))
    by_condition, by_lead = (
        [ref[2:] for ref in door.past(dataset)] for door, dataset in ((streams, LEVEL_PHYSICS), (strikes, STRIKE_PHYSICS))
    )
    sessions = sorted({*by_condition, *by_lead})
    with ThreadPoolExecutor(THREADS) as pool:
        results = pool.map(lambda session: past_of(*session), sessions)
        silver, written = _Silver(cfg, symbol, date, settings), read_table(pressure)
        past = dict(zip(sessions, results, strict=True))
    pooled = [
        np.concatenate([np.empty(0), *(past[session].conditions[condition] for session in by_condition)])
        for condition in range(len(RATIOS))
    ]
    leads = np.concatenate([np.empty(0), *(past[session].leads for session in by_lead)])
    return GoldOver(
        pa.concat_tables([written.slice(0, 0), *_pressure_over(silver, written, pooled, settings, horizon_s)]),
        ladder_over(strikes, silver.strikes(horizon_s), leads, horizon_s),
    )


def past_over(cfg: AppConfig, symbol: str, date: str, settings: Settings, horizon_s: int) -> PastOver:
    """What one past session gives to the marks over a horizon."""
    silver = _Silver(cfg, symbol, date, settings)
    start_ns, pace_flow = silver.day.windows.start_ns, silver.ground.pace.flow
    conditions: list[list[NDArray[np.float64]]] = [[np.empty(0)] for _ in RATIOS]
    for _, table in silver.levels(horizon_s):
        pace = pace_flow[np.searchsorted(start_ns, table["window_start_ns"].to_numpy())]
        for values, ratio in zip(conditions, RATIOS, strict=True):
            values.append(table[ratio].to_numpy() - pace)
    return PastOver(tuple(np.concatenate(values) for values in conditions), past_leads([silver.strikes(horizon_s)], silver.strike_door))


def reopened(cfg: AppConfig, ref: PartitionRef, settings: Settings) -> StageLake:
    """The door of the stage that made a partition, to read again what it was made from. Raises `InputChanged` where that was replaced."""
    manifest = read_manifest(ref)
    declared = sorted((parse_ref(cfg.lake_root, name) for name in manifest.inputs), key=lambda one: (one.dataset, one.date, one.symbol))
    history = sorted({(one.symbol, one.date) for one in declared if one.date < ref.date}, key=lambda one: one[::-1])
    unit = ContractDay(root_of(ref.symbol), ref.symbol, ref.date, tuple(history))
    provenance = Provenance(manifest.stage, manifest.inputs, manifest.settings_sha256, manifest.code_sha256)
    door = StageLake(cfg, settings, unit, provenance, manifest.facts, declared)
    door.check_unchanged()
    return door


class _Silver:
    """One contract-day's silver as far as a horizon changes it."""

    def __init__(self, cfg: AppConfig, symbol: str, date: str, settings: Settings) -> None:
        level, self.strike_door = (
            reopened(cfg, ref_in(cfg.lake_root, dataset, symbol, date), settings) for dataset in (LEVEL_PHYSICS, STRIKE_PHYSICS)
        )
        self._settings = settings
        self.day = read_physics_day(level)
        self.ground = level_ground(self.day, level)
        self._edges = self.ground.edges[:, : WHOLE + 1]
        self._in_force = levels_in_force(level.read(level.ref(LEVELS_TABLE)), self.day.windows.start_ns)
        backward = prices_backward(self._in_force, len(self.day.usable))
        self._around = sums_by_level(self.day.tape, self._edges, self.ground.usual, backward)
        self._shift = intention(self._around)
        self._grid = grid_of(self.day.tape, self.day.usable, settings.ladder.step_ticks)
        self._stock = strike_ground(self.day, self.ground.usual, self.ground.pace.depth, self._grid).stock

    def levels(self, horizon_s: int) -> Iterator[tuple[str, pa.Table]]:
        """By level: `window_start_ns` and `MEASURED`, rows and digits as level_physics_5s has them."""
        decay = self._decay(horizon_s)
        slow, shift = folded(self._around, decay), fold(self._shift, decay)
        for index, (level_id, ticks) in enumerate(self._in_force.items()):
            rows = measured_windows(self.day, ticks, self._settings)
            at = Sums(*(part[..., index, rows] for part in slow))
            values = summed_values("level", at, shift[:, index, rows], *self.ground.at(rows))
            columns = {name: nullable_float(values[name]) for name in MEASURED}
            yield level_id, pa.table({"window_start_ns": self.day.windows.start_ns[rows], **columns})

    def gives(self, horizon_s: int) -> dict[str, NDArray[np.float64]]:
        """`GIVES` by window; NaN where the window is not usable."""
        now = sums_by_touch(self.day.tape, self._edges, self.ground.usual)
        g_give = giving(folded(now, self._decay(horizon_s)), WHOLE, self.ground.prior).g_give
        seen = np.where(self.day.usable, g_give[::-1], np.nan).astype(np.float32)
        return dict(zip(GIVES, seen.astype(np.float64), strict=True))

    def strikes(self, horizon_s: int) -> pa.Table:
        """Rows of strike_physics_5s: what stands, and its mean over the horizon."""
        grid, stock = self._grid, self._stock
        value, _ = ladder_values(stock, self.day.usable, horizon_s // self._settings.book.window_s)
        window, strike = measured_strikes(self.day, grid, self._settings.ladder.measured_strikes)
        columns: dict[str, NDArray[np.generic] | pa.Array] = {
            "window_start_ns": self.day.windows.start_ns[window],
            "strike_ticks": (grid.lowest + strike * grid.step_ticks).astype(np.int32),
            VALUE: nullable_float(value[window, strike]),
        }
        for name, side in zip(STANDS.values(), (BID, ASK), strict=True):
            columns[name] = nullable_float(stock[window, side, strike])
        return pa.table(columns)

    def _decay(self, horizon_s: int) -> float:
        return decay_of(half_life_s(horizon_s), self._settings.book.window_s)


def _pressure_over(
    silver: _Silver, written: pa.Table, past: Sequence[NDArray[np.float64]], settings: Settings, horizon_s: int
) -> Iterator[pa.Table]:
    """Rows of the pressure stream, level by level, with what hangs on the horizon in place of what gold has."""
    start_ns, pace_flow = silver.day.windows.start_ns, silver.ground.pace.flow
    gives, marks, measured = silver.gives(horizon_s), condition_marks(past, settings), dict(silver.levels(horizon_s))
    for level_id in written["level_id"].unique().to_pylist():
        rows = written.filter(pc.equal(written["level_id"], level_id))
        window = np.searchsorted(start_ns, rows["window_start_ns"].to_numpy())
        columns = give_columns(gives, pace_flow, window)
        columns |= condition_columns(measured[level_id], start_ns, pace_flow, marks, window, settings)
        for name, column in columns.items():
            rows = rows.set_column(rows.column_names.index(name), written.schema.field(name), pa.array(column))
        yield rows
