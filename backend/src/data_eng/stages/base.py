"""What every stage shares: what it reads and writes, when it is stale, what it was made from, and how its result is published."""

from __future__ import annotations

import inspect
import time
from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol

from .. import commands
from ..config import AppConfig
from ..contracts import contract_of
from ..core.instrument import root_of
from ..core.level_order import in_order
from ..io import read_partition
from ..lake.keep import settings_of
from ..lake.partitions import (
    Anomaly,
    Manifest,
    PartitionMissing,
    PartitionRef,
    Provenance,
    damage_of,
    inherited_facts,
    is_partition_complete,
    manifest_sha256,
    partition_ref,
    read_facts,
    read_manifest,
    readable_manifest,
    tidy_partition,
)
from ..lake.provenance import code_sha256
from ..planning import ContractDay, contract_day
from ..settings import Settings
from .door import StageError, StageLake

if TYPE_CHECKING:
    import pandas as pd

    from ..contracts import Frame

Status = Literal["built", "rebuilt", "current"]
LEVELS = "levels"
"""Fact of a partition whose rows are by level: which levels it was built with."""


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


class StageIO:
    """What a stage reads and writes, by dataset key: the edges of the pipeline's graph."""

    def __init__(self, inputs: Sequence[str], output: str | None = None, outputs: Sequence[str] = ()) -> None:
        """One `output`, or several `outputs`; a step that keeps artefacts of its own has none."""
        if output is not None and outputs:
            raise StageError(f"StageIO has both output={output!r} and outputs={list(outputs)!r}.", expected="one of the two")
        self.inputs = tuple(inputs)
        self.outputs = (output,) if output is not None else tuple(outputs)

    @property
    def output(self) -> str:
        """The one table written; `StageError` where there are several."""
        if len(self.outputs) != 1:
            raise StageError(f"a stage with the outputs {', '.join(self.outputs) or 'none'} has no single output. Read `outputs`.")
        return self.outputs[0]

    def __repr__(self) -> str:
        written = f"output={self.outputs[0]!r}" if len(self.outputs) == 1 else f"outputs={list(self.outputs)!r}"
        return f"StageIO(inputs={list(self.inputs)!r}, {written})"


class InputsNow(Protocol):
    """The inputs that a manifest names, as they are now."""

    def sha256(self, name: str, recorded: str) -> str:
        """Hash of an input; `recorded` for one that is no partition of the lake, which only its stage can judge."""

    def levels(self, name: str) -> Sequence[str] | None:
        """Levels that an input holds; None for one whose rows are not by level."""


class Stage(ABC):
    """One step from complete partitions to complete partitions of one contract-day.

    A simple stage says its `name` and `io`, and overrides `transform`. One that needs more (several tables, past days, batches) overrides
    `reads` and `compute`. The base decides whether there is anything to do: nothing, when the hashes of its inputs' manifests, of its
    settings sections, of the code it stands on and of the contracts equal those that its outputs were made from.
    """

    name: ClassVar[str]
    io: ClassVar[StageIO]
    settings_sections: ClassVar[tuple[str, ...]] = ()
    """Sections of settings.yaml that its result depends on."""
    rows_by_level: ClassVar[bool] = False
    """Whether its tables hold rows of levels: levels that a day has stay when others are built."""
    lookback_days: ClassVar[int] = 0
    """Calendar days before a chosen contract-day for which the stage is run too, where the contract has bronze."""
    feeds_levels: ClassVar[bool] = False
    """Whether it is run as well for the earlier days that the levels asked for look back on."""

    @property
    def layer(self) -> str:
        return self.io.outputs[0].split(".")[0]

    @property
    def product_type(self) -> str:
        return self.io.outputs[0].split(".")[1]

    def transform(self, df: Any, dt: str) -> Frame:
        """The rows of the output from those of the input, for one date.

        `df` is a pandas frame; a stage of several inputs is handed a dict of them, by dataset key. What comes back may be pandas, polars
        or Arrow, and must fit the output's contract.
        """
        raise StageError(f"stage {self.name} has no transform. Override transform(df, dt), or reads and compute.")

    def reads(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> list[PartitionRef]:
        """Partitions the stage may read: a required one always (its absence stops the run), others only when they are complete."""
        return [partition_ref(cfg, dataset, unit.symbol, unit.date) for dataset in self.io.inputs]

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        """Read through `lake`, call core, write every output through `lake`."""
        frames: dict[str, pd.DataFrame] = {dataset: read_partition(lake.ref(dataset)) for dataset in self.io.inputs}
        data = next(iter(frames.values())) if len(frames) == 1 else frames
        lake.write(self.io.output, self.transform(data, unit.date))

    def other_inputs(self, unit: ContractDay, cfg: AppConfig, settings: Settings) -> Mapping[str, str]:
        """sha256 by name of inputs that are no partition (an index, the trader's own levels)."""
        return {}

    def products(self, unit: ContractDay, cfg: AppConfig) -> list[PartitionRef]:
        """Partitions that must be current for the unit to count as done."""
        return [partition_ref(cfg, dataset, unit.symbol, unit.date) for dataset in self.io.outputs]

    def run(self, cfg: AppConfig, repo_root: Path, symbol: str, dt: str, overwrite: bool = False) -> StageResult:
        """Bring the outputs of one contract (in bronze: root) and date up to date; the entry of runner, notebook and cluster.

        Parameters
        ----------
        repo_root : the folder that holds `backend/`, from which relative paths count.
        overwrite : also rebuild what is current.

        Raises
        ------
        PartitionMissing when a required input is absent; what compute, the contract or the disk raise otherwise.
        """
        cfg = cfg.below(repo_root)
        unit = contract_day(cfg, self.layer, symbol, dt)
        return self.build(unit, cfg, settings_of(cfg, unit.root, self.layer), overwrite)

    def build(self, unit: ContractDay, cfg: AppConfig, settings: Settings, overwrite: bool = False) -> StageResult:
        """The same for a unit with its history, under settings that are the root's own."""
        started = time.perf_counter()
        products = self.products(unit, cfg)
        published = [ref for ref in products if is_partition_complete(ref)]
        damaged = {ref: damage for ref in published if (damage := damage_of(ref)) is not None}
        present = [ref for ref in published if ref not in damaged]
        declared = self.reads(unit, cfg, settings)
        if self.rows_by_level:
            settings = settings.with_levels(self._levels(unit, cfg, declared, published, settings))
            declared = self.reads(unit, cfg, settings)
        provenance = self._provenance(
            {**{str(ref): manifest_sha256(ref) for ref in declared}, **self.other_inputs(unit, cfg, settings)}, settings
        )
        stale = next((reason for ref in present if (reason := self._why_other(read_manifest(ref), provenance, settings))), "")
        if len(present) == len(products) and not stale and not overwrite:
            for ref in products:
                tidy_partition(ref)
            return _result("current", products, started)
        facts = inherited_facts(declared, unit.history)
        if self.rows_by_level:
            facts[LEVELS] = list(settings.levels.default)
        lake = StageLake(cfg, settings, unit, provenance, facts, declared)
        self.compute(unit, lake)
        unwritten = [dataset for dataset in self.io.outputs if dataset not in lake.written]
        if unwritten:
            raise StageError(f"stage {self.name} wrote no {unwritten} for {unit}. Every output is written, if only with no rows.")
        if not published:
            return _result("built", self.products(unit, cfg), started)
        reason = next(iter(damaged.values()), "") or stale or ("overwrite" if overwrite else "incomplete")
        return _result("rebuilt", self.products(unit, cfg), started, reason)

    def why_stale(self, manifest: Manifest, settings: Settings, now: InputsNow) -> str:
        """Why `run` would rebuild a partition, as far as the inputs that its manifest names say; empty when it would not."""
        if self.rows_by_level:
            own = f"/{manifest.symbol}/{manifest.date}"
            holds = [levels for name in manifest.inputs if name.endswith(own) and (levels := now.levels(name)) is not None]
            requested, held = settings.levels.default, set(manifest.facts.get(LEVELS, ()))
            settings = settings.with_levels(_levels_to_build(requested, held, holds))
        inputs = {name: now.sha256(name, recorded) for name, recorded in manifest.inputs.items()}
        return self._why_other(manifest, self._provenance(inputs, settings), settings)

    def _levels(
        self, unit: ContractDay, cfg: AppConfig, declared: list[PartitionRef], published: list[PartitionRef], settings: Settings
    ) -> tuple[str, ...]:
        """Levels to build: those that the day has and its inputs still hold, and those asked for.

        Raises `PartitionMissing` for a level named by a flag or LEVEL_ID that an input of the day does not hold.
        """
        requested, named = settings.levels.default, cfg.levels is not None or cfg.environment.level_id is not None
        manifests = [manifest for ref in published if (manifest := readable_manifest(ref)) is not None]
        held = {level for manifest in manifests for level in manifest.facts.get(LEVELS, ())}
        holds: list[Sequence[str]] = []
        for ref in (ref for ref in declared if (ref.symbol, ref.date) == (unit.symbol, unit.date)):
            levels = read_facts(ref).get(LEVELS)
            if levels is None:
                continue
            absent = [level for level in requested if level not in levels]
            if absent and named:
                raise PartitionMissing(
                    f"{ref} holds no level {absent[0]}; it holds {', '.join(levels)}.",
                    fix=commands.build(cfg.lake_root, unit.symbol, [unit.date], layer=ref.layer, levels=absent),
                )
            holds.append(levels)
        return _levels_to_build(requested, held, holds)

    def _why_other(self, manifest: Manifest, provenance: Provenance, settings: Settings) -> str:
        """Why a published partition is not what would be built now; a level more is said before all that it changes."""
        added = set(settings.levels.default) - set(manifest.facts.get(LEVELS, ())) if self.rows_by_level else set()
        return f"levels added: {', '.join(in_order(added))}" if added else staleness(manifest, provenance)

    def _provenance(self, inputs: Mapping[str, str], settings: Settings) -> Provenance:
        return Provenance(self.name, inputs, settings.sha256(*self.settings_sections), code_sha256(Path(inspect.getfile(type(self)))))


class RootStage(Stage):
    """A step that spans all days of a root and keeps artefacts of its own, once for each level, between two stages of contract-days."""

    @property
    def layer(self) -> str:
        return self.io.inputs[0].split(".")[0]

    @property
    def product_type(self) -> str:
        return self.io.inputs[0].split(".")[1]

    def units(self, root: str, cfg: AppConfig) -> list[RootLevel]:
        """One for each level asked for, or that the lake is built with."""
        return [RootLevel(root, level_id) for level_id in settings_of(cfg, root, self.layer).levels.default]

    def run(self, cfg: AppConfig, repo_root: Path, symbol: str, dt: str, overwrite: bool = False) -> StageResult:
        """Bring the artefacts of a contract's root up to date, level after level; all days count, whatever `dt`."""
        cfg = cfg.below(repo_root)
        started = time.perf_counter()
        results = [self.build_level(unit, cfg, overwrite) for unit in self.units(root_of(symbol), cfg)]
        statuses = {result.status for result in results}
        return StageResult(
            status="built" if "built" in statuses else "rebuilt" if "rebuilt" in statuses else "current",
            rows=sum(result.rows for result in results),
            seconds=time.perf_counter() - started,
            anomalies={},
            synthetic=any(result.synthetic for result in results),
        )

    def build_level(self, unit: RootLevel, cfg: AppConfig, overwrite: bool = False) -> StageResult:
        """Bring the artefacts of one root and level up to date."""
        raise NotImplementedError


def _levels_to_build(requested: Iterable[str], held: Iterable[str], holds: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Levels that a day already has and those asked for, as far as each of its inputs (`holds`) still has them."""
    wanted = {*held, *requested}
    for levels in holds:
        wanted &= set(levels)
    return in_order(wanted)


def last_complete(dataset: str, unit: ContractDay, cfg: AppConfig, count: int) -> list[PartitionRef]:
    """The last `count` complete partitions of a dataset among the unit's history, oldest first; fewer where there are no more."""
    newest_first = (partition_ref(cfg, dataset, symbol, date) for symbol, date in reversed(unit.history))
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
    if manifest.contract_sha256 != contract_of(manifest.dataset).sha256:
        return "contract changed"
    return ""


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
