"""A partition folder read by five plain readers, none of which knows this project: all see the same rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from tests.toy_lake import SYMBOL, TODAY, make_toy_lake

DATES = ("2025-10-09", TODAY)
TABLES = (
    "bronze.future_mbo.mbo",
    "silver.future_mbo.levels",
    "silver.future_mbo.book_flow_5s",
    "silver.future_mbo.mbo_level_vacuum_5s",
    "gold.future_mbo.mbo_trigger_vectors",
    "gold.future_mbo.mbo_trigger_signals",
    "gold.future_mbo.mbo_physics_ladder",
)
KEYS = {"source", "product_type", "symbol", "table", "dt"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy_lake(tmp_path_factory.mktemp("readers"), ("2025-10-08", *DATES))


def folder(lake: Path, table: str, date: str) -> Path:
    return ref_in(lake, table, SYMBOL, date).path


def ours(lake: Path, table: str, date: str) -> pa.Table:
    return read_table(ref_in(lake, table, SYMBOL, date))


def by_pandas(path: Path) -> pa.Table:
    return pa.Table.from_pandas(pd.read_parquet(path, dtype_backend="pyarrow"), preserve_index=False)


def by_pyarrow(path: Path) -> pa.Table:
    return ds.dataset(path, partitioning="hive").to_table()


def by_duckdb(path: Path) -> pa.Table:
    return duckdb.connect().sql(f"SELECT * FROM read_parquet('{path}/*.parquet', hive_partitioning = true)").to_arrow_table()


def by_polars(path: Path) -> pa.Table:
    return pl.read_parquet(f"{path}/*.parquet").to_arrow()


READERS: dict[str, Callable[[Path], pa.Table]] = {"pandas": by_pandas, "pyarrow": by_pyarrow, "duckdb": by_duckdb, "polars": by_polars}


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows without the partition's keys, NaN as a word, so that rows can be compared."""
    kept = table.select([name for name in table.column_names if name not in KEYS])
    return [{name: "NaN" if value != value else value for name, value in row.items()} for row in kept.to_pylist()]  # noqa: PLR0124


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("reader", READERS)
def test_a_plain_reader_sees_the_partition_s_rows(lake: Path, reader: str, table: str) -> None:
    expected = ours(lake, table, TODAY).slice(0, 5_000)
    found = READERS[reader](folder(lake, table, TODAY)).slice(0, 5_000)
    assert [name for name in found.column_names if name not in KEYS] == expected.column_names
    assert rows(found) == rows(expected)


def test_a_whole_table_has_its_keys_as_columns(lake: Path) -> None:
    table = folder(lake, "silver.future_mbo.levels", TODAY).parent
    counts = {date: ours(lake, "silver.future_mbo.levels", date).num_rows for date in DATES}
    by_arrow = ds.dataset(table, partitioning="hive").to_table()
    assert {date: by_arrow["dt"].to_pylist().count(date) for date in DATES} == counts
    found = (
        duckdb.connect()
        .execute(f"SELECT dt, count(*) FROM read_parquet('{table}/*/*.parquet', hive_partitioning = true) GROUP BY dt")
        .fetchall()
    )
    assert {str(date): count for date, count in found} == counts


def test_the_files_say_tick_and_root_of_a_table(lake: Path) -> None:
    for table in TABLES:
        (part,) = folder(lake, table, TODAY).glob("*.parquet")
        metadata = pa.parquet.read_schema(part).metadata
        assert (metadata[b"root"], float(metadata[b"tick"])) == (b"ES", 0.25), table


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None, reason="NO SPARK HERE: needs Java and `uv sync --group spark`"
)
def test_spark_sees_the_same_rows(lake: Path, tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(tmp_path))
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        for table in TABLES:
            expected = ours(lake, table, TODAY)
            frame = session.read.parquet(str(folder(lake, table, TODAY).parent)).where(f"dt = '{TODAY}'").drop("dt")
            assert frame.columns == expected.column_names, table
            taken = [row.asDict() for row in frame.limit(500).collect()]
            found = [{name: int(value) if name == "order_id" else value for name, value in row.items()} for row in taken]
            assert [{n: "NaN" if v != v else v for n, v in row.items()} for row in found] == rows(expected.slice(0, 500)), table  # noqa: PLR0124
            assert frame.count() == expected.num_rows
    finally:
        session.stop()
