"""Writing a partition in one step.

A writer works in an attempt folder beside the published files:

1. the data goes to `.attempt-<id>/`, is flushed to the disk and hashed;
2. under the partition's lock it is renamed to `part-<first 16 of its sha256>.parquet`, a name that says its content;
3. the manifest is linked in place where none was (put if absent), or replaces the one seen at the start (compare and swap);
4. `_SUCCESS` follows for foreign tools, and parts that no manifest names are removed.

Nothing in the data or the manifest depends on the clock, so a run killed at any point and started again ends in the same bytes. A living
attempt holds a lock on its folder; the next writer removes the folders of dead ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ..contracts import conformed, contract_of
from ..core.instrument import root_of
from ..core.tables import RAW_MBO
from ..errors import SpymasterError
from .attempts import STAGED_PART, Attempt, HashingSink, disk_errors
from .partitions import Anomaly, Manifest, PartFile, PartitionRef, Provenance, RawIsReadOnly

if TYPE_CHECKING:
    from ..contracts import Frame


class ParquetOptions(NamedTuple):
    """How a table is laid out in its file.

    The defaults suit silver and gold; bronze chooses its own. `encodings` names a Parquet encoding by column (for example
    DELTA_BINARY_PACKED); `dictionary` lists the columns kept as dictionaries, None meaning every string column; `statistics` lists the
    columns with minimum and maximum, for readers that skip row groups.
    """

    row_group_rows: int = 1_000_000
    compression: Literal["zstd", "lz4", "none"] = "zstd"
    uncompressed: tuple[str, ...] = ()
    """Columns that their encoding has made small already."""
    encodings: Mapping[str, str] | None = None
    dictionary: tuple[str, ...] | None = None
    statistics: tuple[str, ...] = ()


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


def _file_metadata(ref: PartitionRef, facts: Mapping[str, Any]) -> dict[str, str]:
    """What turns ticks into points in a notebook, in the file's own metadata: the root, and the tick in points where the table has one."""
    metadata = {"root": root_of(ref.symbol)}
    return {**metadata, "tick": repr(float(facts["tick"]))} if "tick" in facts else metadata


def _parquet_writer(sink: HashingSink, schema: pa.Schema, options: ParquetOptions) -> pq.ParquetWriter:
    strings = tuple(field.name for field in schema if pa.types.is_string(field.type))
    dictionary = strings if options.dictionary is None else options.dictionary
    compressed = [_in_file(field) for field in schema if field.name not in options.uncompressed]
    codecs = {_in_file(field): "none" for field in schema} | dict.fromkeys(compressed, options.compression)
    return pq.ParquetWriter(
        sink,
        schema,
        compression=codecs,
        compression_level=dict.fromkeys(compressed, 1) if options.compression == "zstd" else None,
        use_dictionary=list(dictionary),
        column_encoding=dict(options.encodings) if options.encodings else None,
        write_statistics=list(options.statistics),
        store_schema=False,
        write_page_checksum=True,
    )


def _in_file(field: pa.Field) -> str:
    """What Parquet calls a column: a list's values have a name of their own."""
    return f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
