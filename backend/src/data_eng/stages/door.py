"""A stage's only door to the lake: reads what was declared, writes with provenance and facts attached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..config import AppConfig
from ..errors import SpymasterError
from ..io import read_table
from ..lake.partitions import Anomaly, Manifest, PartitionRef, Provenance, manifest_sha256, partition_ref
from ..lake.writer import ParquetOptions, PartitionWriter
from ..planning import ContractDay
from ..settings import Settings

if TYPE_CHECKING:
    from ..contracts import Frame
    from ..core.session import SessionTimes


class StageError(SpymasterError):
    """A stage that breaks the rules of its base: reads what it did not declare, or writes nothing."""


class InputChanged(SpymasterError):
    """An input was replaced by another run while the stage worked."""


@dataclass
class StageLake:
    """A stage's only door to the lake while it works: reads what was declared, writes with provenance and facts attached."""

    cfg: AppConfig
    settings: Settings
    unit: ContractDay
    provenance: Provenance
    facts: dict[str, Any]
    declared: list[PartitionRef]
    written: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        """Of the whole lake."""
        return self.cfg.lake_root

    @cached_property
    def session(self) -> SessionTimes:
        """Times of the unit's session, by the calendar."""
        from ..sources.calendar import session_times

        return session_times(self.unit.date, self.settings)

    def ref(self, dataset: str, symbol: str | None = None, date: str | None = None) -> PartitionRef:
        """Address of a partition, of the unit's own symbol and date unless said otherwise."""
        return partition_ref(self.cfg, dataset, symbol or self.unit.symbol, date or self.unit.date)

    def past(self, dataset: str) -> list[PartitionRef]:
        """The declared inputs of a dataset that lie in the unit's history, oldest first."""
        return [ref for ref in self.declared if ref.dataset == dataset and (ref.symbol, ref.date) in self.unit.history]

    def read(self, ref: PartitionRef, columns: list[str] | None = None) -> pa.Table:
        """Rows of a declared input."""
        self.check_declared(ref)
        return read_table(ref, columns)

    def read_optional(self, ref: PartitionRef, columns: list[str] | None = None) -> pa.Table | None:
        """Rows of an input that may be absent; None when it was not declared, which is when it was not complete."""
        return self.read(ref, columns) if str(ref) in self.provenance.inputs else None

    def check_declared(self, ref: PartitionRef) -> None:
        """Hold a reader of its own (a stream of row groups) to the declared inputs."""
        if str(ref) not in self.provenance.inputs:
            raise StageError(f"{ref} is read but not declared. Add it to the stage's reads(), so that its change makes the result stale.")

    def check_unchanged(self) -> None:
        """The inputs are still those of the run's beginning; checked before every publication, so that a manifest never names others."""
        for ref in self.declared:
            if manifest_sha256(ref) != self.provenance.inputs[str(ref)]:
                raise InputChanged(f"{ref} was replaced by another run while {self.unit} was computed from it. Run the same command again.")

    def write(
        self,
        dataset: str,
        data: Frame | Iterable[pa.Table],
        *,
        symbol: str | None = None,
        anomalies: Mapping[str, Anomaly] | None = None,
        facts: Mapping[str, Any] | None = None,
        parquet: ParquetOptions | None = None,
    ) -> Manifest:
        """Publish a table for the unit's date. `facts` are added to those inherited from the inputs (synthetic, condition)."""
        with self.writer(dataset, symbol=symbol, parquet=parquet) as writer:
            writer.extend(data)
            return writer.commit(anomalies, facts)

    def writer(self, dataset: str, *, symbol: str | None = None, parquet: ParquetOptions | None = None) -> StageWriter:
        """A writer to append to, for stages that fill several partitions in one pass; use as a context manager and `commit`."""
        return StageWriter(self, dataset, symbol, parquet)


class StageWriter(PartitionWriter):
    """A partition writer that holds the inputs and adds the inherited facts on commit."""

    def __init__(self, lake: StageLake, dataset: str, symbol: str | None, parquet: ParquetOptions | None) -> None:
        super().__init__(lake.ref(dataset, symbol), lake.provenance, parquet)
        self._lake = lake

    def commit(self, anomalies: Mapping[str, Anomaly] | None = None, facts: Mapping[str, Any] | None = None) -> Manifest:
        self._lake.check_unchanged()
        manifest = super().commit(anomalies, {**self._lake.facts, **(facts or {})})
        self._lake.written.add(self.ref.dataset)
        return manifest
