"""A lake in a temporary folder: the toy datasets, tables for them, and pictures of what lies on the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from src.data_eng.config import AppConfig, Dataset, Environment, load_datasets
from src.data_eng.contracts import conformed, contract_of
from src.data_eng.lake.partitions import PartitionRef, ref_in
from src.data_eng.lake.raw import raw_folder
from src.data_eng.lake.raw_records import KNOWN
from src.data_eng.lake.runs import RUNS
from src.data_eng.settings import Settings, load_settings
from tests.dbn_files import a_day, write_dbn

TOY_EVENTS, TOY_COUNT, TOY_SUM = "bronze.future_mbo.toy_events", "silver.future_mbo.toy_count", "silver.future_mbo.toy_sum"
for key in (TOY_EVENTS, TOY_COUNT, TOY_SUM):
    layer, product, table = key.split(".")
    path = f"{layer}/product_type={product}/symbol={{symbol}}/table={table}"
    load_datasets()[key] = Dataset(key, path, "parquet", ("symbol", "dt"), Path(__file__).with_name("toy.avsc"))

PROVENANCE: dict[str, Any] = {"stage": "toy", "inputs": {}, "settings_sha256": "settings", "code_sha256": "code"}


def toy_ref(lake: Path, dataset: str = TOY_COUNT, symbol: str = "ESZ5", date: str = "2025-10-16") -> PartitionRef:
    return ref_in(lake, dataset, symbol, date)


def toy_table(rows: int = 3, first: int = 0) -> pa.Table:
    numbers = range(first, first + rows)
    columns = {
        "ts_ns": list(numbers),
        "size": [number % 256 for number in numbers],
        "price_ticks": [None if number % 2 else number / 4 for number in numbers],
        "level_id": [f"level_{number % 3}" for number in numbers],
        "vector": [[float(number), 0.5] for number in numbers],
    }
    schema = contract_of(TOY_COUNT).schema
    return conformed(pa.Table.from_pydict(columns, schema=schema), contract_of(TOY_COUNT))


def config(lake: Path, settings: Settings | None = None) -> AppConfig:
    """The configuration of a lake that no variable of the environment touches."""
    return AppConfig(lake, settings or load_settings(), Environment(lake))


def put_raw(lake: Path, date: str, numbers: int = 3, synthetic: bool = True, condition: str = "available", root: str = "ES") -> Path:
    """A raw day as it lies; the file holds as many records as the toy stages make rows."""
    folder = raw_folder(lake, root)
    folder.mkdir(parents=True, exist_ok=True)
    symbols = {f"{root}Z5": 101}
    file = folder / f"toy-{date.replace('-', '')}.mbo.dbn"
    write_dbn(file, a_day(date, numbers - 1, symbols), symbols=symbols, day=date, dataset="SYNTHETIC.MDP3" if synthetic else "GLBX.MDP3")
    said = folder / "condition.json"
    entries = json.loads(said.read_text()) if said.exists() else []
    said.write_text(json.dumps([*entries, {"date": date, "condition": condition, "last_modified_date": None}]))
    return file


def picture(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, every link with the name that it points at.

    Without the records of runs and of raw files in a lake: they hold times of the clock, which are no two times the same.
    """
    return {
        path.relative_to(folder).as_posix(): bytes(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and path.relative_to(folder).parts[0] not in (RUNS, KNOWN.parts[0])
    }
