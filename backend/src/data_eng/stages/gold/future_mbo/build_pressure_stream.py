"""The pressure stream: every window and level, which side gives way, how unusual that is, and how ready the setup is."""

from __future__ import annotations

from functools import reduce
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.pressure import CONDITIONS, DOWN, TOTAL, UP, direction_is_up, past_quantile
from ....core.tables import LEVEL_PHYSICS, LEVEL_VACUUM, PRESSURE_STREAM, TOUCH_PHYSICS, TRIGGER_SIGNALS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from .pressure_physics import read_day_physics, with_physics

LOCALIZATION = {
    "above": ("f2_ask_at_pull_share_rest", "f2_ask_near_pull_share_rest"),
    "below": ("f4_bid_at_pull_share_rest", "f4_bid_near_pull_share_rest"),
}
SHOCK = {"above": "f2_ask_pull_intensity_log_rest", "below": "f4_bid_pull_intensity_log_rest"}
KEYS = ("level_id", "window_start_ns", "ts_ns", "distance_ticks")
FIRE_COLUMNS = ("level_id", "setup", "approach_dir", "episode", "ts_ns", "decision")
FEATURES = tuple(
    dict.fromkeys([*CONDITIONS[UP], *CONDITIONS[DOWN], *TOTAL.values(), *LOCALIZATION["above"], *LOCALIZATION["below"], *SHOCK.values()])
)


class BuildPressureStream(Stage):
    """One row a window and level that has features. Scores are measured against the sessions before the day, never the day itself."""

    name: ClassVar[str] = "build_pressure_stream"
    io: ClassVar[StageIO] = StageIO(inputs=[LEVEL_VACUUM, TOUCH_PHYSICS, LEVEL_PHYSICS, TRIGGER_SIGNALS], output=PRESSURE_STREAM)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("pressure", "physics", "book", "scaling", "levels")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        sessions = settings.pressure.quantile_sessions
        past = [last_complete(dataset, unit, cfg, sessions) for dataset in (LEVEL_VACUUM, TOUCH_PHYSICS, LEVEL_PHYSICS)]
        return super().reads(unit, cfg, settings) + [ref for refs in past for ref in refs]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        windows = lake.read(lake.ref(LEVEL_VACUUM), [*KEYS, *FEATURES])
        past = [lake.read(ref, [*KEYS, *FEATURES]) for ref in lake.past(LEVEL_VACUUM)]
        in_force = fires_in_force(lake.read(lake.ref(TRIGGER_SIGNALS), list(FIRE_COLUMNS)), lake.settings.pressure.fire_s)
        earlier = pa.concat_tables([windows.slice(0, 0), *past])
        physics = read_day_physics(lake)
        tables = (
            with_physics(
                level_pressure(_of_level(windows, level_id), _of_level(earlier, level_id), lake.settings),
                _of_level(physics.levels, level_id),
                in_force.get(level_id, np.empty(0, np.int64)),
                physics,
                lake.settings,
            )
            for level_id in lake.settings.levels.default
        )
        lake.write(PRESSURE_STREAM, tables)


def fires_in_force(signals: pa.Table, shown_s: int) -> dict[str, NDArray[np.int64]]:
    """Ends of the windows in which a fire is in force by level_id: from it on until its test is decided, `shown_s` at most."""
    found: dict[str, list[NDArray[np.int64]]] = {}
    ts_ns = signals["ts_ns"].to_numpy()
    for fire in signals.filter(pc.equal(signals["decision"], "fire")).to_pylist():
        same = [pc.equal(signals[name], fire[name]) for name in ("level_id", "setup", "approach_dir", "episode")]
        of_test = ts_ns[reduce(pc.and_, same).to_numpy(zero_copy_only=False)]
        held = of_test[(of_test >= fire["ts_ns"]) & (of_test < fire["ts_ns"] + shown_s * NS_PER_S)]
        found.setdefault(fire["level_id"], []).append(held)
    return {level_id: np.unique(np.concatenate(parts)) for level_id, parts in found.items()}


def level_pressure(windows: pa.Table, past: pa.Table, settings: Settings) -> pa.Table:
    """The user's features at one level: its windows of the day against those of the past."""
    now, before = _Columns(windows), _Columns(past)
    up = direction_is_up(now["distance_ticks"])
    columns: dict[str, pa.Array | pa.ChunkedArray | NDArray[Any]] = {name: windows[name] for name in KEYS}
    columns["direction"] = np.where(up, UP, DOWN)
    for place, retreat, decay in (("above", *CONDITIONS[DOWN][:2]), ("below", *CONDITIONS[DOWN][2:])):
        columns[f"{place}_retreat"] = now[retreat]
        columns[f"{place}_decay"] = now[decay]
        columns[f"{place}_localization"] = now.total(LOCALIZATION[place])
        columns[f"{place}_shock"] = now[SHOCK[place]]
    for way in (UP, DOWN):
        reference = before.kept(direction_is_up(before["distance_ticks"]) == (way == UP))
        measured = {"above": CONDITIONS[way][:2], "below": CONDITIONS[way][2:], "vacuum": (TOTAL[way],)}
        for name, features in measured.items():
            columns[f"{name}_score_{way}"] = past_quantile(now.total(features), reference.total(features), settings.scaling.min_rows)
    score = np.where(up, columns["vacuum_score_up"], columns["vacuum_score_down"])
    columns["vacuum_score"] = score
    for way in (UP, DOWN):
        for number, feature in enumerate(CONDITIONS[way], start=1):
            columns[f"condition_{number}_{way}"] = now[feature]
    return pa.table({name: _nullable(column) for name, column in columns.items()})


class _Columns:
    """Columns of a table as arrays."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __getitem__(self, name: str) -> NDArray[Any]:
        values: NDArray[Any] = self._table[name].to_numpy()
        return values

    def total(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = np.sum([self[name].astype(np.float64) for name in names], axis=0)
        return sums

    def kept(self, mask: NDArray[np.bool_]) -> _Columns:
        return _Columns(self._table.filter(mask))


def _of_level(table: pa.Table, level_id: str) -> pa.Table:
    return table.filter(pc.equal(table["level_id"], level_id))


def _nullable(column: pa.Array | pa.ChunkedArray | NDArray[Any]) -> pa.Array | pa.ChunkedArray:
    """NaN becomes null: there was nothing to measure."""
    return column if isinstance(column, pa.ChunkedArray | pa.Array) else pa.array(column, from_pandas=True)
