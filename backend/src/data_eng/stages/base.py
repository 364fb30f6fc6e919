"""What every stage shares: its inputs, when it is stale, what it was made from, and how its result is published."""

from __future__ import annotations

import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

import pyarrow as pa

from ..codehash import code_sha256
from ..config import Settings
from ..contracts import load_avro_contract
from ..errors import SpymasterError
from ..io import (
    Anomaly,
    Manifest,
    ParquetOptions,
    PartitionRef,
    PartitionWriter,
    Provenance,
    is_partition_complete,
    manifest_sha256,
    partition_ref,
    read_facts,
    read_manifest,
    read_partition,
    tidy_partition,
)

if TYPE_CHECKING:
    from ..core.session import SessionTimes
    from ..io import Frame

Status = Literal["built", "rebuilt", "current"]
CONDITIONS = ("available", "degraded", "missing")
"""The feed's word on a day, best first."""


class StageError(SpymasterError):
    """A stage that breaks the rules of its base: reads what it did not declare, or writes nothing."""


class InputChanged(SpymasterError):
    """An input was replaced by another run while the stage worked."""


class ContractDay(NamedTuple):
    """The unit of work: one contract on one session date (in bronze: one root on one UTC date)."""

    root: str
    symbol: str
    date: str
    history: tuple[tuple[str, str], ...] = ()
    """Chosen (symbol, date) before this one, oldest first."""

    def __str__(self) -> str:
        return f"{self.symbol} {self.date}"


class RootLevel(NamedTuple):
    """The unit of a step that spans all days of a root, such as an index."""

    root: str
    level_id: str

    def __str__(self) -> str:
        return f"{self.root} {self.level_id}"


class StageResult(NamedTuple):
    """What one stage did for one unit."""

    status: Status
    rows: int
    seconds: float
    anomalies: dict[str, Anomaly]
    reason: str = ""
    """Why it was rebuilt."""
    synthetic: bool = False


class Stage(ABC):
    """One step from complete partitions to complete partitions of one contract-day.

    A subclass says what it reads and writes and joins the two in `compute`. The base decides whether there is anything to do: nothing, when
    the hashes of its inputs' manifests, of its settings sections, of the code it stands on and of the contracts equal those that its
    outputs were made from.
    """

    name: ClassVar[str]
    layer: ClassVar[str]
    product_type: ClassVar[str] = "future_mbo"
    outputs: ClassVar[tuple[str, ...]]
    """Dataset keys written for (symbol, date) of the unit; the unit is done when all of them are."""
    settings_sections: ClassVar[tuple[str, ...]]
    lookback_days: ClassVar[int] = 0
    """Calendar days before a chosen contract-day for which the stage is run too, where the contract has bronze."""

    @abstractmethod
    def inputs(self, unit: ContractDay, lake: Path, settings: Settings) -> list[PartitionRef]:
        """Partitions the stage may read: a required one always (its absence stops the run), an optional one only when it is complete."""

    @abstractmethod
    def compute(self, unit: ContractDay, io: StageIO) -> None:
        """Read through `io`, call core, write every output through `io`."""

    def other_inputs(self, unit: ContractDay, lake: Path, settings: Settings) -> Mapping[str, str]:
        """sha256 by name of inputs that are no partition (an index, the trader's own levels)."""
        return {}

    def products(self, unit: ContractDay, lake: Path) -> list[PartitionRef]:
        """Partitions that must be current for the unit to count as done."""
        return [partition_ref(lake, dataset, unit.symbol, unit.date) for dataset in self.outputs]

    def run(self, unit: ContractDay, lake: Path, settings: Settings, overwrite: bool = False) -> StageResult:
        """Bring the unit's outputs up to date; `overwrite` rebuilds even what is current.

        Raises
        ------
        PartitionMissing when a required input is absent; what compute, the contract or the disk raise otherwise.
        """
        started = time.perf_counter()
        declared = self.inputs(unit, lake, settings)
        provenance = self._provenance(
            {**{str(ref): manifest_sha256(ref) for ref in declared}, **self.other_inputs(unit, lake, settings)}, settings
        )
        products = self.products(unit, lake)
        present = [ref for ref in products if is_partition_complete(ref)]
        stale = next((reason for ref in present if (reason := staleness(read_manifest(ref), provenance))), "")
        if len(present) == len(products) and not stale and not overwrite:
            for ref in products:
                tidy_partition(ref)
            return _result("current", products, started)
        io = StageIO(lake, settings, unit, provenance, inherited_facts(unit, declared), declared)
        self.compute(unit, io)
        unwritten = [dataset for dataset in self.outputs if dataset not in io.written]
        if unwritten:
            raise StageError(f"stage {self.name} wrote no {unwritten} for {unit}. Every output is written, if only with no rows.")
        if not present:
            return _result("built", self.products(unit, lake), started)
        return _result("rebuilt", self.products(unit, lake), started, stale or ("overwrite" if overwrite else "incomplete"))

    def why_stale(self, manifest: Manifest, settings: Settings, present: Callable[[str, str], str]) -> str:
        """Why `run` would rebuild a partition, as far as the inputs that its manifest names can tell; empty when it would not.

        `present` gives an input's hash now, from its name and the hash recorded.
        """
        inputs = {name: present(name, recorded) for name, recorded in manifest.inputs.items()}
        return staleness(manifest, self._provenance(inputs, settings))

    def _provenance(self, inputs: Mapping[str, str], settings: Settings) -> Provenance:
        return Provenance(inputs, settings.sha256(*self.settings_sections), code_sha256(Path(inspect.getfile(type(self)))))


class RootStage(ABC):
    """A step that spans all days of a root and keeps its own artefacts, run once for each level between two stages of contract-days."""

    name: ClassVar[str]
    layer: ClassVar[str]
    product_type: ClassVar[str] = "future_mbo"

    def units(self, root: str, settings: Settings) -> list[RootLevel]:
        """One for each level of the settings."""
        return [RootLevel(root, level_id) for level_id in settings.levels.default]

    @abstractmethod
    def run(self, unit: RootLevel, lake: Path, settings: Settings, overwrite: bool = False) -> StageResult:
        """Bring the artefacts of one root and level up to date."""


@dataclass
class StageIO:
    """A stage's only door to the lake: reads what was declared, writes with provenance and facts attached."""

    lake: Path
    settings: Settings
    unit: ContractDay
    provenance: Provenance
    facts: dict[str, Any]
    declared: list[PartitionRef]
    written: set[str] = field(default_factory=set)

    @cached_property
    def session(self) -> SessionTimes:
        """Times of the unit's session, by the calendar."""
        from ..sources.calendar import session_times

        return session_times(self.unit.date, self.settings)

    def ref(self, dataset: str, symbol: str | None = None, date: str | None = None) -> PartitionRef:
        """Address of a partition, of the unit's own symbol and date unless said otherwise."""
        return partition_ref(self.lake, dataset, symbol or self.unit.symbol, date or self.unit.date)

    def past(self, dataset: str) -> list[PartitionRef]:
        """The declared inputs of a dataset that lie in the unit's history, oldest first."""
        return [ref for ref in self.declared if ref.dataset == dataset and (ref.symbol, ref.date) in self.unit.history]

    def read(self, ref: PartitionRef, columns: list[str] | None = None) -> pa.Table:
        """Rows of a declared input."""
        self.check_declared(ref)
        return read_partition(ref, columns)

    def read_optional(self, ref: PartitionRef, columns: list[str] | None = None) -> pa.Table | None:
        """Rows of an input that may be absent; None when it was not declared, which is when it was not complete."""
        return self.read(ref, columns) if str(ref) in self.provenance.inputs else None

    def check_declared(self, ref: PartitionRef) -> None:
        """Hold a reader of its own (a stream of row groups) to the declared inputs."""
        if str(ref) not in self.provenance.inputs:
            raise StageError(f"{ref} is read but not declared. Add it to the stage's inputs(), so that its change makes the result stale.")

    def check_unchanged(self) -> None:
        """The inputs are still those of the run's beginning; asked before every publication, so that a manifest never names others."""
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

    def __init__(self, io: StageIO, dataset: str, symbol: str | None, parquet: ParquetOptions | None) -> None:
        super().__init__(io.ref(dataset, symbol), io.provenance, parquet)
        self._io = io

    def commit(self, anomalies: Mapping[str, Anomaly] | None = None, facts: Mapping[str, Any] | None = None) -> Manifest:
        self._io.check_unchanged()
        manifest = super().commit(anomalies, {**self._io.facts, **(facts or {})})
        self._io.written.add(self.ref.dataset)
        return manifest


def last_complete(dataset: str, unit: ContractDay, lake: Path, count: int) -> list[PartitionRef]:
    """The last `count` complete partitions of a dataset among the unit's history, oldest first; fewer where there are no more."""
    newest_first = (partition_ref(lake, dataset, symbol, date) for symbol, date in reversed(unit.history))
    return list(islice(filter(is_partition_complete, newest_first), count))[::-1]


def staleness(manifest: Manifest, provenance: Provenance) -> str:
    """Why a published partition no longer is what its inputs give; empty when it is current."""
    changed = sorted(
        name for name in manifest.inputs.keys() | provenance.inputs.keys() if manifest.inputs.get(name) != provenance.inputs.get(name)
    )
    if changed:
        return f"inputs changed: {changed[0]}" + (f" and {len(changed) - 1} more" if len(changed) > 1 else "")
    if manifest.settings_sha256 != provenance.settings_sha256:
        return "settings changed"
    if manifest.code_sha256 != provenance.code_sha256:
        return "code changed"
    if manifest.contract_sha256 != load_avro_contract(manifest.dataset).sha256:
        return "contract changed"
    return ""


def inherited_facts(unit: ContractDay, inputs: Iterable[PartitionRef]) -> dict[str, Any]:
    """What a result inherits: synthetic when anything it was made from is; the worst condition of the inputs that are not its history.

    A degraded day long ago does not make today's data degraded, but a synthetic past makes today's comparison synthetic.
    """
    synthetic, worst = False, 0
    for ref in inputs:
        facts = read_facts(ref)
        synthetic = synthetic or bool(facts.get("synthetic"))
        if (ref.symbol, ref.date) not in unit.history:
            worst = max(worst, CONDITIONS.index(facts.get("condition", "available")))
    return {"synthetic": synthetic, "condition": CONDITIONS[worst]}


def _result(status: Status, products: list[PartitionRef], started: float, reason: str = "") -> StageResult:
    manifests = [read_manifest(ref) for ref in products]
    anomalies: dict[str, Anomaly] = {}
    for manifest in manifests:
        anomalies.update(manifest.anomalies)
    return StageResult(
        status=status,
        rows=sum(manifest.rows for manifest in manifests),
        seconds=time.perf_counter() - started,
        anomalies=anomalies,
        reason=reason,
        synthetic=any(manifest.facts.get("synthetic") for manifest in manifests),
    )
