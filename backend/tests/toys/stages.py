"""Stages that count: raw number -> that many events -> a count and a sum. They obey the base as real ones do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import ClassVar

from src.data_eng import planning
from src.data_eng.config import AppConfig
from src.data_eng.core.tables import RAW_MBO
from src.data_eng.errors import SpymasterError
from src.data_eng.lake.partitions import Anomaly, PartitionRef, is_partition_complete, partition_ref
from src.data_eng.lake.raw import open_raw
from src.data_eng.planning import ContractDay
from src.data_eng.settings import Settings
from src.data_eng.stages.base import RootLevel, RootStage, Stage, StageIO, StageResult
from src.data_eng.stages.door import StageLake

from .lake import TOY_COUNT, TOY_EVENTS, TOY_SUM, toy_table


class ToyIngest(Stage):
    """One contract, ESZ5, with as many rows as the raw file says."""

    name: ClassVar[str] = "toy_ingest"
    io: ClassVar[StageIO] = StageIO(inputs=[RAW_MBO], output=TOY_EVENTS)
    settings_sections: ClassVar[tuple[str, ...]] = ("bronze",)

    def products(self, unit: ContractDay, cfg: AppConfig) -> list[PartitionRef]:
        return [partition_ref(cfg, TOY_EVENTS, "ESZ5", unit.date)]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        numbers = sum(len(batch) for file in open_raw(lake.folder, unit.root, unit.date).files for batch in file.batches())
        lake.write(TOY_EVENTS, toy_table(numbers), symbol="ESZ5")


class ToyCount(Stage):
    """The events again, and those of the contract-day before when there is one."""

    name: ClassVar[str] = "toy_count"
    io: ClassVar[StageIO] = StageIO(inputs=[TOY_EVENTS], outputs=[TOY_COUNT, TOY_SUM])
    settings_sections: ClassVar[tuple[str, ...]] = ("book",)

    def run(self, cfg: AppConfig, repo_root: Path, symbol: str, dt: str, overwrite: bool = False) -> StageResult:
        """Its days are those of the toy events, which a worker process does not know otherwise."""
        planning.MBO = TOY_EVENTS  # type: ignore[attr-defined]
        return super().run(cfg, repo_root, symbol, dt, overwrite)

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        before = [partition_ref(cfg, TOY_EVENTS, symbol, date) for symbol, date in unit.history[-1:]]
        return [partition_ref(cfg, TOY_EVENTS, unit.symbol, unit.date), *(ref for ref in before if is_partition_complete(ref))]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        table = lake.read(lake.ref(TOY_EVENTS))
        lake.write(TOY_COUNT, table, anomalies={"odd_size": Anomaly(count=1, first=0)})
        lake.write(TOY_SUM, table.slice(0, 1))


class SlowCount(ToyCount):
    """Takes its time, so that it can be interrupted."""

    name: ClassVar[str] = "slow_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        with lake.writer(TOY_COUNT) as writer:
            writer.append(lake.read(lake.ref(TOY_EVENTS)))
            time.sleep(60)
            writer.commit()


class FailingCount(ToyCount):
    """Fails on the 16th."""

    name: ClassVar[str] = "failing_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        if unit.date.endswith("16"):
            raise SpymasterError(f"{unit} has size 300. Expected at most 255.")
        super().compute(unit, lake)


class BuggyCount(ToyCount):
    """Divides by zero on the 16th."""

    name: ClassVar[str] = "buggy_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        if unit.date.endswith("16"):
            raise ZeroDivisionError(unit)
        super().compute(unit, lake)


class DyingCount(ToyCount):
    """Its process is killed on the 16th, as by a system out of memory."""

    name: ClassVar[str] = "dying_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        if unit.date.endswith("16"):
            os.kill(os.getpid(), signal.SIGKILL)
        super().compute(unit, lake)


class SneakyCount(ToyCount):
    """Reads what it did not declare."""

    name: ClassVar[str] = "sneaky_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        lake.read(lake.ref(TOY_SUM))


class ForgetfulCount(ToyCount):
    """Writes one of its two outputs."""

    name: ClassVar[str] = "forgetful_count"

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        lake.write(TOY_COUNT, lake.read(lake.ref(TOY_EVENTS)))


class ToyIndex(RootStage):
    """Notes the level it was run for in a file of its own."""

    name: ClassVar[str] = "toy_index"
    io: ClassVar[StageIO] = StageIO(inputs=["gold.future_mbo.mbo_trigger_vectors"])

    def build_level(self, unit: RootLevel, cfg: AppConfig, overwrite: bool = False) -> StageResult:
        (cfg.lake_root / f"index_{unit.level_id}").write_text(unit.root)
        return StageResult("built", 1, 0.0, {})
