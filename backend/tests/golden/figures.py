"""What a table holds in figures that a changed definition changes: hashes of whole numbers, means and spreads of the others."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from src.data_eng.io import read_table
from src.data_eng.lake.partitions import PartitionRef, read_manifest


def figures_of(ref: PartitionRef) -> dict[str, Any]:
    """Of one partition: rows, anomalies, and a figure or two of every column."""
    table = read_table(ref)
    found = {**_columns(table), "anomalies": {kind: anomaly.count for kind, anomaly in read_manifest(ref).anomalies.items()}}
    if "vector" in table.column_names:
        values = table["vector"].combine_chunks().flatten().to_numpy()
        found["vector"] = [len(values), float(f"{np.abs(values).mean():.5g}")]
    return found


def check_golden(found: dict[str, dict[str, Any]], golden: Path) -> None:
    """Compare with what is written down; `GOLDEN=write` writes it down."""
    plain: dict[str, dict[str, Any]] = json.loads(json.dumps(found))
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n")
    written = json.loads(golden.read_text())
    assert sorted(plain) == sorted(written)
    for dataset in written:
        ours, theirs = plain[dataset], written[dataset]
        differing = {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}
        assert not differing, f"{dataset} changed in {sorted(differing)}"


def _columns(table: pa.Table) -> dict[str, Any]:
    found: dict[str, Any] = {"rows": table.num_rows}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_integer(column.type) and column.null_count == 0:
            found[name] = _whole_numbers(column)
        elif pa.types.is_floating(column.type):
            found[name] = _rounded(column)
        elif pa.types.is_string(column.type):
            counts = column.value_counts().to_pylist()
            found[name] = {str(entry["values"]): entry["counts"] for entry in sorted(counts, key=lambda entry: str(entry["values"]))}
    return found


def _whole_numbers(column: pa.ChunkedArray) -> str:
    return hashlib.sha256(np.ascontiguousarray(column.to_numpy()).tobytes()).hexdigest()[:16]


def _rounded(column: pa.ChunkedArray) -> list[float | None]:
    """Mean and spread to five digits: the last bits of a logarithm differ between machines."""
    values = column.drop_null().to_numpy()
    return [float(f"{value:.5g}") for value in (values.mean(), values.std())] if len(values) else [None, None]
