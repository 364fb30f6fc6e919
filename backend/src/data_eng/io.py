"""Partitions of the lake: one (symbol, date) of one table, read whole or not at all, published in one step.

A partition is complete if and only if its manifest is published, and readers read only what the manifest names. A writer works in an
attempt folder beside the published files:

1. the data goes to `.attempt-<id>/`, is flushed to the disk and hashed;
2. under the partition's lock it is renamed to `part-<first 16 of its sha256>.parquet`, a name that says its content;
3. the manifest is linked in place where none was (put if absent), or replaces the one seen at the start (compare and swap);
4. `_SUCCESS` follows for foreign tools, and parts that no manifest names are removed.

Nothing in the data or the manifest depends on the clock, so a run killed at any point and started again ends in the same bytes. A living
attempt holds a lock on its folder; the next writer removes the folders of dead ones.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from . import commands
from .config import AppConfig, find_dataset
from .contracts import ContractViolation, as_pandas, conformed, contract_of, load_avro_contract
from .core.instrument import root_of
from .core.session import is_date
from .core.tables import RAW_MBO
from .errors import SpymasterError
from .lake.attempts import MANIFEST, STAGED_PART, SUCCESS, Attempt, HashingSink, disk_errors, finish, locked, sweep_attempts
from .lake.conditions import BEST_FIRST

if TYPE_CHECKING:
    import pandas as pd

    from .contracts import Frame


DATE_KEY = "dt"
SYMBOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*")
READ_TRIES = 10
"""How often a reader starts again because a writer replaced the partition under it; each replacement is a whole run of a stage."""

T = TypeVar("T")


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
        return (json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode()


class Provenance(NamedTuple):
    """What a result was made from; a stage whose provenance equals the manifest's has nothing to do."""

    stage: str
    inputs: Mapping[str, str]
    settings_sha256: str
    code_sha256: str


class ParquetOptions(NamedTuple):
    """How a table is laid out in its file.

    The defaults suit silver and gold; bronze chooses its own. `encodings` names a Parquet encoding by column (for example
    DELTA_BINARY_PACKED); `dictionary` lists the columns kept as dictionaries, None meaning every string column; `statistics` lists the
    columns with minimum and maximum, for readers that skip row groups.
    """

    row_group_rows: int = 1_000_000
    compression: Literal["zstd", "lz4"] = "zstd"
    uncompressed: tuple[str, ...] = ()
    """Columns that their encoding has made small already."""
    encodings: Mapping[str, str] | None = None
    dictionary: tuple[str, ...] | None = None
    statistics: tuple[str, ...] = ()


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
    if not is_date(date):
        raise BadAddress("date {value!r} is not a day.", value=date, expected="YYYY-MM-DD, for example 2025-10-16")
    return PartitionRef(Path(lake), dataset, symbol, date)


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
    from .lake.raw import raw_dates, raw_roots

    roots = raw_roots(lake) if root is None else [root]
    return [PartitionRef(Path(lake), RAW_MBO, name, date) for name in roots for date in raw_dates(lake, name)]


def is_partition_complete(ref: PartitionRef) -> bool:
    """True once the manifest is published; of raw, where a file holds the date."""
    if ref.dataset == RAW_MBO:
        from .lake.raw import raw_dates

        return ref.date in raw_dates(ref.lake, ref.symbol)
    return (ref.path / MANIFEST).exists()


def read_manifest(ref: PartitionRef) -> Manifest:
    """The published manifest; a partition without one raises `PartitionMissing` with the command that builds it."""
    return _parsed_manifest(ref, _record_bytes(ref))


def manifest_sha256(ref: PartitionRef) -> str:
    """Hash of the published manifest, which stands for all that the partition holds; of raw, of the files themselves."""
    if ref.dataset == RAW_MBO:
        from .lake.raw import raw_sha256

        return raw_sha256(ref.lake, ref.symbol, ref.date)
    return hashlib.sha256(_record_bytes(ref)).hexdigest()


def read_facts(ref: PartitionRef) -> dict[str, Any]:
    """Facts of a partition; of raw, what is known of the day's files."""
    if ref.dataset == RAW_MBO:
        from .lake.raw import raw_facts

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


def read_partition(ref: PartitionRef, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """All rows of a partition, or some of its columns, as a pandas frame; `read_table` gives them as Arrow."""
    return as_pandas(read_table(ref, columns))


def read_table(ref: PartitionRef, columns: Sequence[str] | None = None) -> pa.Table:
    """All rows of a partition, or of some of its columns in the order asked for, held to the contract.

    Every byte read is checked against the manifest's hash.
    """

    def read(manifest: Manifest) -> pa.Table:
        contract = contract_of(ref.dataset)
        if columns is not None:
            contract = contract.subset(columns)
        tables = [_read_part(ref, part, contract.schema.names) for part in manifest.files]
        return conformed(pa.concat_tables(tables), contract)

    return _under_manifest(ref, read)


def open_parts(ref: PartitionRef) -> list[Path]:
    """Paths of the data files, for readers that stream; each is there with the size that the manifest says."""

    def check(manifest: Manifest) -> list[Path]:
        return [_checked_path(ref, part) for part in manifest.files]

    return _under_manifest(ref, check)


def open_parquet(ref: PartitionRef) -> list[pq.ParquetFile]:
    """The data files opened for streaming: a later overwrite cannot take them away, and page checksums are verified on reading."""

    def opened(manifest: Manifest) -> list[pq.ParquetFile]:
        return [pq.ParquetFile(_checked_path(ref, part), page_checksum_verification=True) for part in manifest.files]

    return _under_manifest(ref, opened)


def verify_partition(ref: PartitionRef) -> None:
    """Hash every file of a partition; a difference raises `PartitionCorrupt`."""

    def verify(manifest: Manifest) -> None:
        for part in manifest.files:
            _verified_bytes(ref, part)

    _under_manifest(ref, verify)


def write_partition(
    cfg: AppConfig,
    dataset_key: str,
    symbol: str,
    dt: str,
    df: Frame,
    contract_path: Path,
    inputs: Iterable[PartitionRef | str],
    stage: str,
) -> Manifest:
    """Publish a frame as a partition's content, with where it came from.

    Parameters
    ----------
    df : Arrow, polars or pandas; all that the partition will hold.
    contract_path : the table's .avsc; a relative path counts from the repository's root.
    inputs : the partitions it was made from; a dataset key means that table of the same symbol and date.
    stage : who made it; kept in the manifest.

    Raises
    ------
    ContractViolation when a row does not fit, or when the contract is not the table's own; PartitionMissing for an input that is not
    complete; DiskFull and LostRace as `publish_partition`.
    """
    ref = partition_ref(cfg, dataset_key, symbol, dt)
    contract, own = load_avro_contract(contract_path), contract_of(dataset_key)
    if contract.sha256 != own.sha256:
        raise ContractViolation(
            f"{contract_path} is the contract of {contract.dataset}.",
            expected=f"that of {dataset_key}, {find_dataset(dataset_key).contract}",
        )
    sources = [source if isinstance(source, PartitionRef) else partition_ref(cfg, source, symbol, dt) for source in inputs]
    return publish_partition(
        ref,
        df,
        stage=stage,
        inputs={str(source): manifest_sha256(source) for source in sources},
        settings_sha256=cfg.settings.results_sha256(),
        code_sha256=hashlib.sha256(stage.encode()).hexdigest(),
        facts=inherited_facts(sources),
    )


def publish_partition(
    ref: PartitionRef,
    data: Frame | Iterable[pa.Table],
    *,
    stage: str,
    inputs: Mapping[str, str],
    settings_sha256: str,
    code_sha256: str,
    anomalies: Mapping[str, Anomaly] | None = None,
    facts: Mapping[str, Any] | None = None,
    parquet: ParquetOptions | None = None,
) -> Manifest:
    """Publish `data` as the partition's content, one table or a stream of them (memory is bounded by one row group).

    Raises
    ------
    ContractViolation when a row does not fit, DiskFull when the disk does not hold it, LostRace when another run published something else
    meanwhile. In every case the partition is what it was before, or the other run's.
    """
    with PartitionWriter(ref, Provenance(stage, inputs, settings_sha256, code_sha256), parquet) as writer:
        writer.extend(data)
        return writer.commit(anomalies, facts)


class PartitionWriter:
    """One attempt at a partition: append tables, then commit. Left without a commit it leaves nothing behind.

    Row groups are cut by row count alone, so the file's bytes do not depend on how the rows were handed in.
    """

    def __init__(self, ref: PartitionRef, provenance: Provenance, parquet: ParquetOptions | None = None) -> None:
        if ref.dataset == RAW_MBO:
            raise RawIsReadOnly(f"{ref} is raw. Only `spymaster import` adds to it, and nothing changes it.")
        self.ref = ref
        self._provenance = provenance
        self._options = parquet or ParquetOptions()
        self._contract = contract_of(ref.dataset)
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self._rows = 0
        with disk_errors(ref.path, 0):
            self._attempt = Attempt(ref.path)
        self._sink: HashingSink | None = None
        try:
            with disk_errors(ref.path, 0):
                self._sink = HashingSink(self._attempt.folder / STAGED_PART)
                self._parquet = _parquet_writer(self._sink, self._contract.schema, self._options)
        except BaseException:
            self.abandon()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.abandon()

    def append(self, data: Frame) -> None:
        """Take rows in order; a full row group goes to the disk at once."""
        table = conformed(data, self._contract)
        if not table.num_rows:
            return
        self._pending.append(table)
        self._pending_rows += table.num_rows
        while self._pending_rows >= self._options.row_group_rows:
            self._write_row_group(self._options.row_group_rows)

    def extend(self, data: Frame | Iterable[pa.Table]) -> None:
        """Append one frame, or every table of a stream."""
        if isinstance(data, pa.Table) or type(data).__module__.partition(".")[0] in ("polars", "pandas"):
            self.append(data)
            return
        for table in data:
            self.append(table)

    def commit(self, anomalies: Mapping[str, Anomaly] | None = None, facts: Mapping[str, Any] | None = None) -> Manifest:
        """Close the file, make it durable and publish it."""
        if self._sink is None:
            raise SpymasterError(f"{self.ref}: this attempt is over. Open a new PartitionWriter to write again.")
        if self._pending_rows:
            self._write_row_group(self._pending_rows)
        facts = facts or {}
        with disk_errors(self.ref.path, self._sink.written):
            self._parquet.add_key_value_metadata(_file_metadata(self.ref, facts))
            self._parquet.close()
            self._sink.make_durable()
            manifest = self._manifest(anomalies or {}, facts)
            self._attempt.publish(manifest.files[0].name, manifest.to_bytes())
        self.abandon()
        return manifest

    def abandon(self) -> None:
        """Let the attempt go; does nothing after a commit."""
        if self._sink is not None:
            self._sink.discard()
            self._sink = None
        self._attempt.remove()

    def _write_row_group(self, rows: int) -> None:
        assert self._sink is not None
        waiting = pa.concat_tables(self._pending)
        group = waiting.slice(0, rows).combine_chunks()
        rest = waiting.slice(rows)
        self._pending, self._pending_rows = ([rest] if rest.num_rows else []), rest.num_rows
        with disk_errors(self.ref.path, self._sink.written + group.nbytes):
            self._parquet.write_table(group, row_group_size=rows)
        self._rows += rows

    def _manifest(self, anomalies: Mapping[str, Anomaly], facts: Mapping[str, Any]) -> Manifest:
        assert self._sink is not None
        sha256 = self._sink.sha256()
        part = PartFile(name=f"part-{sha256[:16]}.parquet", bytes=self._sink.written, rows=self._rows, sha256=sha256)
        return Manifest(
            dataset=self.ref.dataset,
            symbol=self.ref.symbol,
            date=self.ref.date,
            stage=self._provenance.stage,
            rows=self._rows,
            files=(part,),
            contract_sha256=self._contract.sha256,
            inputs=dict(self._provenance.inputs),
            settings_sha256=self._provenance.settings_sha256,
            code_sha256=self._provenance.code_sha256,
            anomalies=dict(anomalies),
            facts=dict(facts),
        )


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


def _record_bytes(ref: PartitionRef) -> bytes:
    try:
        return (ref.path / MANIFEST).read_bytes()
    except FileNotFoundError:
        fix = commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer)
        raise PartitionMissing("{value} is not built.", value=ref, fix=fix) from None


def _parsed_manifest(ref: PartitionRef, content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise PartitionCorrupt(f"manifest of {ref} cannot be read ({first['msg']} at {first['loc']}).", fix=_rebuild(ref)) from None


def _rebuild(ref: PartitionRef) -> commands.Command:
    return commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer, overwrite=True)


def _under_manifest(ref: PartitionRef, read: Callable[[Manifest], T]) -> T:
    """Read what the manifest names; when a writer replaced the partition meanwhile, start again under the new manifest."""
    for _ in range(READ_TRIES):
        content = _record_bytes(ref)
        manifest = _parsed_manifest(ref, content)
        _check_contract(ref, manifest)
        try:
            return read(manifest)
        except PartitionCorrupt:
            if _record_bytes(ref) == content:
                raise
    raise PartitionCorrupt(f"{ref} was replaced {READ_TRIES} times while it was read. Stop the other run and try again.")


def _check_contract(ref: PartitionRef, manifest: Manifest) -> None:
    expected = contract_of(ref.dataset).sha256
    if manifest.contract_sha256 != expected:
        raise PartitionCorrupt(
            f"{ref} was written under contract {manifest.contract_sha256[:8]}, this build has {expected[:8]}.", fix=_rebuild(ref)
        )


def _checked_path(ref: PartitionRef, part: PartFile) -> Path:
    path = ref.path / part.name
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise PartitionCorrupt(f"{ref} lacks its file {part.name}.", fix=_rebuild(ref)) from None
    if size != part.bytes:
        raise PartitionCorrupt(f"{path} has {size} bytes, its manifest says {part.bytes}.", fix=_rebuild(ref))
    return path


def _verified_bytes(ref: PartitionRef, part: PartFile) -> bytes:
    path = _checked_path(ref, part)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise PartitionCorrupt(f"{ref} lacks its file {part.name}.", fix=_rebuild(ref)) from None
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != part.sha256:
        raise PartitionCorrupt(f"{path} has sha256 {sha256[:16]}, its manifest says {part.sha256[:16]}.", fix=_rebuild(ref))
    return content


def _read_part(ref: PartitionRef, part: PartFile, columns: list[str]) -> pa.Table:
    return pq.ParquetFile(pa.BufferReader(_verified_bytes(ref, part))).read(columns=columns).select(columns)


def _file_metadata(ref: PartitionRef, facts: Mapping[str, Any]) -> dict[str, str]:
    """What turns ticks into points in a notebook, in the file's own metadata: the root, and the tick in points where the table has one."""
    metadata = {"root": root_of(ref.symbol)}
    return {**metadata, "tick": repr(float(facts["tick"]))} if "tick" in facts else metadata


def _parquet_writer(sink: HashingSink, schema: pa.Schema, options: ParquetOptions) -> pq.ParquetWriter:
    strings = tuple(field.name for field in schema if pa.types.is_string(field.type))
    dictionary = strings if options.dictionary is None else options.dictionary
    by_column = {name: "none" if name in options.uncompressed else options.compression for name in schema.names}
    return pq.ParquetWriter(
        sink,
        schema,
        compression=by_column if options.uncompressed else options.compression,
        compression_level=1 if options.compression == "zstd" else None,
        use_dictionary=list(dictionary),
        column_encoding=dict(options.encodings) if options.encodings else None,
        write_statistics=list(options.statistics),
        store_schema=False,
        write_page_checksum=True,
    )
