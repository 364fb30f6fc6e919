"""Partitions of the lake: their addresses, their manifests, and which of them are complete.

A partition is one (symbol, date) of one table. It is complete if and only if its manifest is published, and readers read only what the
manifest names.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from .. import commands
from ..config import AppConfig, find_dataset
from ..core.session import require_date
from ..core.tables import RAW_MBO
from ..errors import SpymasterError
from .attempts import MANIFEST, SUCCESS, disk_errors, finish, locked, sweep_attempts
from .conditions import BEST_FIRST
from .raw import raw_dates, raw_facts, raw_roots, raw_sha256
from .seal import BrokenSeal, sealed, unsealed

DATE_KEY = "dt"
SYMBOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*")


class PartitionMissing(SpymasterError):
    """A partition that is needed is not complete; the message names the command that builds it."""


class BadAddress(SpymasterError):
    """A symbol or a date that can name no partition."""


class PartitionCorrupt(SpymasterError):
    """A published file does not hold what its manifest says."""


class RawIsReadOnly(SpymasterError):
    """Something tried to write or remove raw files, which only `import` adds and nothing changes."""


class PartitionBusy(SpymasterError):
    """A partition was to be removed while a living run writes it."""


class PartitionRef(NamedTuple):
    """Address of one partition."""

    lake: Path
    dataset: str
    symbol: str
    date: str

    @property
    def path(self) -> Path:
        """The partition's folder; of raw the one that holds all files of the root."""
        table = self.lake / find_dataset(self.dataset).path.format(symbol=self.symbol)
        return table if self.dataset == RAW_MBO else table / f"{DATE_KEY}={self.date}"

    @property
    def layer(self) -> str:
        return find_dataset(self.dataset).layer

    def __str__(self) -> str:
        return f"{self.dataset}/{self.symbol}/{self.date}"


class Anomaly(BaseModel):
    """How often one kind of impossible record or gap was met, and where first (record, sequence or time)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    first: int | str


class PartFile(BaseModel):
    """One data file of a partition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int
    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a complete partition holds and what it was made from. Equal inputs give equal bytes: there is no clock in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    symbol: str
    date: str
    stage: str
    """Name of the stage that wrote it."""
    rows: int
    files: tuple[PartFile, ...]
    contract_sha256: str
    inputs: dict[str, str]
    """sha256 of the manifest of every partition read, by `dataset/symbol/date`."""
    settings_sha256: str
    code_sha256: str
    anomalies: dict[str, Anomaly]
    facts: dict[str, Any]

    def to_bytes(self) -> bytes:
        """As it lies on the disk, sealed: a byte that changed there is noticed."""
        return sealed(self.model_dump(mode="json"))


class Provenance(NamedTuple):
    """What a result was made from; a stage whose provenance equals the manifest's has nothing to do."""

    stage: str
    inputs: Mapping[str, str]
    settings_sha256: str
    code_sha256: str


def partition_ref(cfg: AppConfig, dataset: str, symbol: str, dt: str) -> PartitionRef:
    """Address a partition; an unknown dataset, an odd symbol or a date that is none raises here and not at the disk."""
    return ref_in(cfg.lake_root, dataset, symbol, dt)


def ref_in(lake: Path, dataset: str, symbol: str, date: str) -> PartitionRef:
    """The same, where only the lake's folder is known."""
    find_dataset(dataset)
    if not SYMBOL_NAME.fullmatch(symbol):
        raise BadAddress(
            "symbol {value!r} cannot name a partition.", value=symbol, expected="letters, digits, '.', ':' and '-', for example ESZ5"
        )
    return PartitionRef(Path(lake), dataset, symbol, require_date(date))


def parse_ref(lake: Path, text: str) -> PartitionRef:
    """Inverse of `str(ref)`."""
    return ref_in(lake, *text.split("/"))


def list_partitions(lake: Path, dataset: str, symbol: str | None = None) -> list[PartitionRef]:
    """Complete partitions of a table, by symbol and date."""
    return [ref for ref in list_folders(lake, dataset, symbol) if is_partition_complete(ref)]


def list_folders(lake: Path, dataset: str, symbol: str | None = None) -> list[PartitionRef]:
    """Every partition folder of a table, also those that a killed run left without a manifest; of raw every root and date with a file."""
    if dataset == RAW_MBO:
        return _raw_days(lake, symbol)
    template = f"{find_dataset(dataset).path}/{DATE_KEY}="
    pattern = re.compile(re.escape(template).replace(r"\{symbol\}", "(?P<symbol>[^/]+)") + "(?P<date>[^/]+)")
    refs = []
    for folder in Path(lake).glob(template.format(symbol=symbol or "*") + "*"):
        match = pattern.fullmatch(folder.relative_to(lake).as_posix())
        if match:
            refs.append(ref_in(lake, dataset, match["symbol"], match["date"]))
    return sorted(refs)


def _raw_days(lake: Path, root: str | None) -> list[PartitionRef]:
    roots = raw_roots(lake) if root is None else [root]
    return [PartitionRef(Path(lake), RAW_MBO, name, date) for name in roots for date in raw_dates(lake, name)]


def is_partition_complete(ref: PartitionRef) -> bool:
    """True once the manifest is published; of raw, where a file holds the date."""
    if ref.dataset == RAW_MBO:
        return ref.date in raw_dates(ref.lake, ref.symbol)
    return (ref.path / MANIFEST).exists()


def is_built(ref: PartitionRef) -> bool:
    """Whether a reader finds the partition; raises `PartitionCorrupt` where the mark that it was finished stands without its manifest."""
    if is_partition_complete(ref):
        return True
    if lost_its_manifest(ref):
        raise PartitionCorrupt(f"{ref} has lost its manifest.", fix=commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer))
    return False


def lost_its_manifest(ref: PartitionRef) -> bool:
    return (ref.path / SUCCESS).exists() and not (ref.path / MANIFEST).exists()


def read_manifest(ref: PartitionRef) -> Manifest:
    """The published manifest; a partition without one raises `PartitionMissing` with the command that builds it."""
    return parsed_manifest(ref, manifest_bytes(ref))


def manifest_sha256(ref: PartitionRef) -> str:
    """Hash of the published manifest, which stands for all that the partition holds; of raw, of the files themselves."""
    if ref.dataset == RAW_MBO:
        return raw_sha256(ref.lake, ref.symbol, ref.date)
    return hashlib.sha256(manifest_bytes(ref)).hexdigest()


def read_facts(ref: PartitionRef) -> dict[str, Any]:
    """Facts of a partition; of raw, what is known of the day's files."""
    if ref.dataset == RAW_MBO:
        return raw_facts(ref.lake, ref.symbol, ref.date)
    return read_manifest(ref).facts


def inherited_facts(inputs: Iterable[PartitionRef], past: Collection[tuple[str, str]] = ()) -> dict[str, Any]:
    """What a result inherits: synthetic when anything it was made from is; the worst condition, and the tick, of the inputs not in `past`.

    `past` holds (symbol, date): a degraded day long ago does not make today's data degraded, but a synthetic past makes today's
    comparison synthetic.
    """
    tick: dict[str, Any] = {}
    synthetic, worst = False, 0
    for ref in inputs:
        facts = read_facts(ref)
        synthetic = synthetic or bool(facts.get("synthetic"))
        if (ref.symbol, ref.date) not in past:
            worst = max(worst, BEST_FIRST.index(facts.get("condition", "available")))
            tick = {"tick": facts["tick"]} if "tick" in facts else tick
    return {"synthetic": synthetic, "condition": BEST_FIRST[worst], **tick}


def tidy_partition(ref: PartitionRef) -> None:
    """Finish what a run killed after publishing left undone: `_SUCCESS`, unnamed parts, dead attempts."""
    folder = ref.path
    expected = {MANIFEST, SUCCESS, *(part.name for part in read_manifest(ref).files)}
    if {entry.name for entry in folder.iterdir()} == expected:
        return
    with disk_errors(folder, 0), locked(folder):
        finish(folder, {part.name for part in read_manifest(ref).files})


def remove_partition(ref: PartitionRef) -> None:
    """Delete a partition and its leftovers. Raw is refused; a partition that a living run writes raises `PartitionBusy`."""
    if ref.dataset == RAW_MBO:
        raise RawIsReadOnly(f"{ref} is raw. No command removes raw files.")
    folder = ref.path
    with locked(folder):
        if sweep_attempts(folder):
            raise PartitionBusy(f"{ref} is being written by a running command. Wait for it, or stop it, and clear again.")
        (folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(folder)


def manifest_bytes(ref: PartitionRef) -> bytes:
    try:
        return (ref.path / MANIFEST).read_bytes()
    except FileNotFoundError:
        fix = commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer)
        raise PartitionMissing("{value} is not built.", value=ref, fix=fix) from None


def parsed_manifest(ref: PartitionRef, content: bytes) -> Manifest:
    """The manifest of a partition from its bytes; `PartitionCorrupt` for one that changed, or that another partition's is."""
    try:
        manifest = Manifest.model_validate(unsealed(content))
    except (BrokenSeal, ValidationError) as error:
        why = f"{error.errors()[0]['msg']} at {error.errors()[0]['loc']}" if isinstance(error, ValidationError) else str(error)
        raise PartitionCorrupt(f"manifest of {ref} cannot be read: {why}.", fix=rebuild_command(ref)) from None
    named = PartitionRef(ref.lake, manifest.dataset, manifest.symbol, manifest.date)
    if named != ref:
        raise PartitionCorrupt(f"manifest of {ref} is that of {named}.", fix=rebuild_command(ref))
    return manifest


def readable_manifest(ref: PartitionRef) -> Manifest | None:
    """The published manifest; None where there is none, or none that can be read."""
    try:
        return read_manifest(ref)
    except (PartitionMissing, PartitionCorrupt):
        return None


def damage_of(ref: PartitionRef) -> str | None:
    """What is wrong with a complete partition, by its manifest and the sizes of the files that it names; None for nothing."""
    try:
        manifest = read_manifest(ref)
    except PartitionCorrupt as error:
        return error.message.removesuffix(".")
    return part_damage(ref.path, manifest.files)


def part_damage(folder: Path, files: Iterable[PartFile]) -> str | None:
    """The first of a manifest's files that is missing or has another size, by the disk's word; None where all are there."""
    for part in files:
        try:
            size = (folder / part.name).stat().st_size
        except FileNotFoundError:
            return f"{folder} has lost its file {part.name}"
        if size != part.bytes:
            return f"{folder / part.name} has {size} bytes, its manifest says {part.bytes}"
    return None


def rebuild_command(ref: PartitionRef) -> commands.Command:
    return commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer, overwrite=True)
