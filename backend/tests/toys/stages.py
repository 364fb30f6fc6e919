"""Stages that count: raw number -> that many events -> a count and a sum. They obey the base as real ones do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import ClassVar

from src.data_eng.config import Settings
from src.data_eng.errors import SpymasterError
from src.data_eng.io import RAW, Anomaly, PartitionRef, is_partition_complete, partition_ref
from src.data_eng.stages.base import ContractDay, RootLevel, RootStage, Stage, StageIO, StageResult

from .lake import TOY_COUNT, TOY_EVENTS, TOY_SUM, toy_table


class ToyIngest(Stage):
    """One contract, ESZ5, with as many rows as the raw file says."""

    name: ClassVar[str] = "toy_ingest"
    layer: ClassVar[str] = "bronze"
    outputs: ClassVar[tuple[str, ...]] = (TOY_EVENTS,)
    settings_sections: ClassVar[tuple[str, ...]] = ("bronze",)

    def inputs(self, unit: ContractDay, lake: Path, settings: Settings) -> list[PartitionRef]:
        return [partition_ref(lake, RAW, unit.root, unit.date)]

    def products(self, unit: ContractDay, lake: Path) -> list[PartitionRef]:
        return [partition_ref(lake, TOY_EVENTS, "ESZ5", unit.date)]

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        numbers = int((self.inputs(unit, io.lake, io.settings)[0].path / "toy.txt").read_text())
        io.write(TOY_EVENTS, toy_table(numbers), symbol="ESZ5")


class ToyCount(Stage):
    """The events again, and those of the contract-day before when there is one."""

    name: ClassVar[str] = "toy_count"
    layer: ClassVar[str] = "silver"
    outputs: ClassVar[tuple[str, ...]] = (TOY_COUNT, TOY_SUM)
    settings_sections: ClassVar[tuple[str, ...]] = ("book",)

    def inputs(self, unit: ContractDay, lake: Path, settings: Settings) -> list[PartitionRef]:
        before = [partition_ref(lake, TOY_EVENTS, symbol, date) for symbol, date in unit.history[-1:]]
        return [partition_ref(lake, TOY_EVENTS, unit.symbol, unit.date), *(ref for ref in before if is_partition_complete(ref))]

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        table = io.read(io.ref(TOY_EVENTS))
        io.write(TOY_COUNT, table, anomalies={"odd_size": Anomaly(count=1, first=0)})
        io.write(TOY_SUM, table.slice(0, 1))


class SlowCount(ToyCount):
    """Takes its time, so that it can be interrupted."""

    name: ClassVar[str] = "slow_count"

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        with io.writer(TOY_COUNT) as writer:
            writer.append(io.read(io.ref(TOY_EVENTS)))
            time.sleep(60)
            writer.commit()


class FailingCount(ToyCount):
    """Fails on the 16th."""

    name: ClassVar[str] = "failing_count"

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        if unit.date.endswith("16"):
            raise SpymasterError(f"{unit} has size 300. Expected at most 255.")
        super().compute(unit, io)


class DyingCount(ToyCount):
    """Its process is killed on the 16th, as by a system out of memory."""

    name: ClassVar[str] = "dying_count"

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        if unit.date.endswith("16"):
            os.kill(os.getpid(), signal.SIGKILL)
        super().compute(unit, io)


class SneakyCount(ToyCount):
    """Reads what it did not declare."""

    name: ClassVar[str] = "sneaky_count"

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        io.read(io.ref(TOY_SUM))


class ForgetfulCount(ToyCount):
    """Writes one of its two outputs."""

    name: ClassVar[str] = "forgetful_count"

    def compute(self, unit: ContractDay, io: StageIO) -> None:
        io.write(TOY_COUNT, io.read(io.ref(TOY_EVENTS)))


class ToyIndex(RootStage):
    """Notes the level it was run for in a file of its own."""

    name: ClassVar[str] = "toy_index"
    layer: ClassVar[str] = "gold"

    def run(self, unit: RootLevel, lake: Path, settings: Settings, overwrite: bool = False) -> StageResult:
        (lake / f"index_{unit.level_id}").write_text(unit.root)
        return StageResult("built", 1, 0.0, {})
