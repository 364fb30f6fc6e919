"""One small day from DBN to labelled vectors, held to figures written down once.

A changed figure is a changed definition: explain it in the commit, and write the new ones with
`GOLDEN=write uv run pytest tests/golden`.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.config import load_settings
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_manifest, ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.sources.raw import collect, import_batch
from src.data_eng.stages.bronze.future_mbo.ingest_preview import IngestPreview
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import BuildTriggerVectors
from src.data_eng.stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s
from src.data_eng.stages.silver.future_mbo.compute_level_vacuum_5s import ComputeLevelVacuum5s
from src.data_eng.stages.silver.future_mbo.compute_levels import ComputeLevels
from tests.toys.lake import config

from ..toy_market import toy_records, write_dbn

DAY = "2025-10-16"
GOLDEN = Path(__file__).with_name("day.json")
SILVER = ("book_flow_5s", "book_windows_5s", "trade_bars", "trade_path", "levels", "mbo_level_vacuum_5s")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake, batch = tmp_path_factory.mktemp("lake"), tmp_path_factory.mktemp("batch")
    write_dbn(batch / "glbx-mdp3-20251016.mbo.dbn.zst", toy_records(DAY, seed=1), DAY, {"ESZ5": 100})
    list(import_batch(collect([batch]), lake))
    settings = load_settings()
    IngestPreview().build(ContractDay("ES", "ES", DAY), config(lake), settings)
    for stage in (ComputeBookFlow5s(), ComputeLevels(), ComputeLevelVacuum5s(), BuildTriggerVectors()):
        stage.build(ContractDay("ES", "ESZ5", DAY), config(lake), settings)
    return lake


def _whole_numbers(column: pa.ChunkedArray) -> str:
    return hashlib.sha256(np.ascontiguousarray(column.to_numpy()).tobytes()).hexdigest()[:16]


def _rounded(column: pa.ChunkedArray) -> list[float | None]:
    """Mean and spread to five digits: the last bits of a logarithm differ between machines."""
    values = column.drop_null().to_numpy()
    return [float(f"{value:.5g}") for value in (values.mean(), values.std())] if len(values) else [None, None]


def _described(table: pa.Table) -> dict[str, Any]:
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


def _day(lake: Path) -> dict[str, Any]:
    day: dict[str, Any] = {}
    for dataset in ("bronze.future_mbo.mbo", *(f"silver.future_mbo.{table}" for table in SILVER), "gold.future_mbo.mbo_trigger_vectors"):
        ref = ref_in(lake, dataset, "ESZ5", DAY)
        table = read_table(ref)
        day[dataset] = _described(table)
        day[dataset]["anomalies"] = {kind: anomaly.count for kind, anomaly in read_manifest(ref).anomalies.items()}
        if "vector" in table.column_names:
            values = table["vector"].combine_chunks().flatten().to_numpy()
            day[dataset]["vector"] = [len(values), float(f"{np.abs(values).mean():.5g}")]
    plain: dict[str, Any] = json.loads(json.dumps(day))
    return plain


def test_the_golden_day_gives_the_figures_written_down(lake: Path) -> None:
    day = _day(lake)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(json.dumps(day, indent=1, sort_keys=True) + "\n")
    written = json.loads(GOLDEN.read_text())
    assert sorted(day) == sorted(written)
    for dataset in written:
        differing = {name for name in day[dataset].keys() | written[dataset].keys() if day[dataset].get(name) != written[dataset].get(name)}
        assert not differing, f"{dataset} changed in {sorted(differing)}"
