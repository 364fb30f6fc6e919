"""The span of a DBN file: from when on, and before when, its records may be stamped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.clock import first_outside
from ..core.events import UNDEF_TIMESTAMP
from ..core.units import NS_PER_DAY, ns_to_iso, utc_day_start_ns
from .dbn_format import Block, Header

EARLIEST_NS = utc_day_start_ns("2000-01-01")
LATEST_NS = utc_day_start_ns("2200-01-01")
"""Between them lie the times of a live capture: before any electronic book, after any use."""
MOST_LAG_NS = NS_PER_DAY
"""By how much ts_recv and ts_event of one record of a live capture may differ; snapshots have old orders."""


def span_of(header: Header) -> tuple[int, int]:
    """The header's own; of a live capture, which names no end, any: its beginning is when it was asked for, and a replay is older."""
    return (header.start_ns, header.end_ns) if header.end_ns is not None else (EARLIEST_NS, LATEST_NS)


def first_order_outside(header: Header, records: NDArray[np.void]) -> int:
    """The first of some order records that is stamped outside the span; -1 where none is."""
    first_ns, end_ns = span_of(header)
    lag_ns = MOST_LAG_NS if header.end_ns is None else np.iinfo(np.int64).max
    at = first_outside(records["ts_recv"], records["ts_event"], records["flags"], np.uint64(first_ns), np.uint64(end_ns), lag_ns)
    return int(at)


def first_stamp_outside(header: Header, stamps: NDArray[np.uint64]) -> int:
    """The first of the stamps of another schema that lies outside the span, those left undefined passed over; -1 where none does."""
    first_ns, end_ns = span_of(header)
    found = ((stamps < first_ns) | (stamps >= end_ns)) & (stamps != UNDEF_TIMESTAMP)
    return int(np.argmax(found)) if found.any() else -1


def outside(name: Path, header: Header, record: np.void, block: Block, rtype: int, at: int) -> tuple[str, str]:
    """Which record is stamped outside, `at` among those of its type in the block, and what was expected."""
    first_ns, end_ns = span_of(header)
    number = block.first_number + at
    if block.starts is not None:
        rtypes = block.words[block.starts] >> 8 & 0xFF
        number = block.first_number + int(np.flatnonzero(rtypes == rtype)[at])
    field = "ts_recv" if "ts_recv" in (record.dtype.names or ()) else "ts_event"
    stamp = int(record[field])
    written = f"{stamp} ({ns_to_iso(stamp)})" if stamp != UNDEF_TIMESTAMP else f"{stamp}, which is no time"
    far = f", more than a day from its ts_event {ns_to_iso(int(record['ts_event']))}" if first_ns <= stamp < end_ns else ""
    said = ", as the header says" if header.end_ns is not None else ""
    return (
        f"{name}, record {number:,}: {field} is {written}{far}.",
        f"a time from {ns_to_iso(first_ns)} to before {ns_to_iso(end_ns)}{said}: fetch the file again",
    )
