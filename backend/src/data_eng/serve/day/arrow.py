"""Tables as bytes: rows in the order in which they became known, cut at a moment, as an Arrow IPC stream."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

STREAM = "application/vnd.apache.arrow.stream"
END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"
"""A message without a header (Arrow's columnar format, "IPC Streaming Format")."""


class KnownTable(NamedTuple):
    """Rows with the moment from which each was known, ascending."""

    table: pa.Table
    known_s: NDArray[np.int64]
    """(rows,) seconds UTC."""

    def cut(self, from_s: int | None, as_of_s: int) -> pa.Table:
        """Rows known in (from_s, as_of_s]; from the beginning where `from_s` is None. No copy is made."""
        first, last = self.rows(from_s, as_of_s)
        return self.table.slice(first, last - first)

    def rows(self, from_s: int | None, as_of_s: int) -> tuple[int, int]:
        """First row of the cut and the row after its last."""
        last = int(np.searchsorted(self.known_s, as_of_s, side="right"))
        first = 0 if from_s is None else int(np.searchsorted(self.known_s, from_s, side="right"))
        return min(first, last), last


def schema_bytes(schema: pa.Schema) -> bytes:
    """What an Arrow IPC stream of such rows begins with."""
    return _stream_bytes(schema.empty_table())[: -len(END_OF_STREAM)]


def batches_bytes(table: pa.Table) -> bytes:
    """The rows as messages of an Arrow IPC stream with plain buffers, which is what readers in a browser take; empty where there are none.

    The rows are copied first: Arrow pads the buffers of a slice with what follows it, which here is the future.
    """
    if not table.num_rows:
        return b""
    content = _stream_bytes(pa.concat_tables([table.slice(0, 0), table]).combine_chunks())
    return content[len(schema_bytes(table.schema)) : -len(END_OF_STREAM)]


def _stream_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
