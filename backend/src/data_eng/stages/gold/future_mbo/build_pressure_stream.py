"""The pressure stream: every window and level, which side gives way, how unusual that is, and how ready the setup is."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....config import AppConfig
from ....core.tables import LEVEL_PHYSICS, LEVEL_VACUUM, PRESSURE_STREAM, TOUCH_PHYSICS, TRIGGER_SIGNALS
from ....core.units import NS_PER_S
from ....lake.partitions import PartitionRef
from ....planning import ContractDay
from ....settings import Settings
from ...base import Stage, StageIO, last_complete
from ...door import StageLake
from .pressure_physics import read_day_physics, with_physics

KEYS = ("level_id", "window_start_ns", "ts_ns", "distance_ticks")
FIRE_COLUMNS = ("level_id", "setup", "approach_dir", "episode", "ts_ns", "decision")


class BuildPressureStream(Stage):
    """One row a window and level that has features. What is unusual is measured against earlier sessions, never the day itself."""

    name: ClassVar[str] = "build_pressure_stream"
    io: ClassVar[StageIO] = StageIO(inputs=[LEVEL_VACUUM, TOUCH_PHYSICS, LEVEL_PHYSICS, TRIGGER_SIGNALS], output=PRESSURE_STREAM)
    rows_by_level: ClassVar[bool] = True
    settings_sections: ClassVar[tuple[str, ...]] = ("pressure", "physics", "book", "levels")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        sessions = settings.pressure.quantile_sessions
        past = [last_complete(dataset, unit, cfg, sessions) for dataset in (TOUCH_PHYSICS, LEVEL_PHYSICS)]
        return super().reads(unit, cfg, settings) + [ref for refs in past for ref in refs]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        windows = lake.read(lake.ref(LEVEL_VACUUM), list(KEYS))
        in_force = fires_in_force(lake.read(lake.ref(TRIGGER_SIGNALS), list(FIRE_COLUMNS)), lake.settings.pressure.fire_s)
        physics = read_day_physics(lake)
        tables = (
            with_physics(
                _of_level(windows, level_id),
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


def _of_level(table: pa.Table, level_id: str) -> pa.Table:
    return table.filter(pc.equal(table["level_id"], level_id))
