"""A lake in a temporary folder: the toy datasets, tables for them, and pictures of what lies on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from src.data_eng.contracts import Dataset, enforce_contract, load_avro_contract, load_datasets
from src.data_eng.io import RAW, PartitionRef, partition_ref
from src.data_eng.runs import RUNS

TOY_EVENTS, TOY_COUNT, TOY_SUM = "bronze.future_mbo.toy_events", "silver.future_mbo.toy_count", "silver.future_mbo.toy_sum"
for key in (TOY_EVENTS, TOY_COUNT, TOY_SUM):
    layer, product, table = key.split(".")
    path = f"{layer}/{product}/{table}/symbol={{symbol}}/date={{date}}"
    load_datasets()[key] = Dataset(key, path, ("symbol", "date"), str(Path(__file__).with_name("toy.avsc")))

PROVENANCE = {"inputs": {}, "settings_sha256": "settings", "code_sha256": "code"}


def toy_ref(lake: Path, dataset: str = TOY_COUNT, symbol: str = "ESZ5", date: str = "2025-10-16") -> PartitionRef:
    return partition_ref(lake, dataset, symbol, date)


def toy_table(rows: int = 3, first: int = 0) -> pa.Table:
    numbers = range(first, first + rows)
    columns = {
        "ts_ns": list(numbers),
        "size": [number % 256 for number in numbers],
        "price_ticks": [None if number % 2 else number / 4 for number in numbers],
        "level_id": [f"level_{number % 3}" for number in numbers],
        "vector": [[float(number), 0.5] for number in numbers],
    }
    schema = load_avro_contract(TOY_COUNT).schema
    return enforce_contract(pa.Table.from_pydict(columns, schema=schema), load_avro_contract(TOY_COUNT))


def put_raw(lake: Path, date: str, numbers: int = 3, synthetic: bool = True, condition: str = "available", root: str = "ES") -> Path:
    """A raw day as `import` leaves it; the file says how many rows the toy stages make."""
    folder = partition_ref(lake, RAW, root, date).path
    folder.mkdir(parents=True)
    (folder / "toy.txt").write_text(str(numbers))
    (folder / "import.json").write_text(json.dumps({"synthetic": synthetic, "condition": condition, "numbers": numbers}))
    return folder


def picture(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, every link with the name that it points at.

    Without the records of runs in a lake: they say when a run was and how long it took, which is no two times the same.
    """
    return {
        path.relative_to(folder).as_posix(): bytes(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and path.relative_to(folder).parts[0] != RUNS
    }
