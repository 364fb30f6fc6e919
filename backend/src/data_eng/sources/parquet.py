"""Bronze partitions as event batches: a row group at a time, columns without a copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..core.events import EventBatch
from ..io import PartitionCorrupt, PartitionRef, open_parts, read_manifest


def read_events(ref: PartitionRef) -> Iterator[EventBatch]:
    """Records of one contract and UTC date in file order, a row group (1 M records, 42 MB) a batch.

    Raises
    ------
    PartitionCorrupt when a file's bytes are not those the manifest names; asked once for the whole file, before its first record, because
    that takes a quarter of the time that the checksum of every page takes.
    """
    expected = {part.name: part.sha256 for part in read_manifest(ref).files}
    for path in open_parts(ref):
        _hold_hash(ref, path, expected.get(path.name))
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield _events(file.read_row_group(group, use_threads=False))


def _hold_hash(ref: PartitionRef, path: Path, sha256: str | None) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise PartitionCorrupt(
            f"{path} has sha256 {found[:16]}, the manifest of {ref} says {(sha256 or 'nothing of it')[:16]}. "
            f"Run: spymaster build --layer bronze --symbol {ref.symbol} --dates {ref.date}:{ref.date} --overwrite"
        )


def _events(table: pa.Table) -> EventBatch:
    ts_recv_ns = _array(table, "ts_recv_ns")
    return EventBatch(
        ts_recv_ns=ts_recv_ns,
        ts_event_ns=ts_recv_ns - _array(table, "ts_lag_ns"),
        order_id=_array(table, "order_id"),
        price_ticks=_array(table, "price_ticks"),
        size=_array(table, "size"),
        flags=_array(table, "flags"),
        action=_array(table, "action"),
        side=_array(table, "side"),
        sequence=_array(table, "sequence"),
    )


def _array(table: pa.Table, name: str) -> NDArray[Any]:
    """A column of one row group, which Arrow holds in one piece."""
    return table.column(name).chunk(0).to_numpy()
