"""Contracts: what fits passes untouched, what does not is named by column, row and value."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from src.data_eng.config import BACKEND, REPO_ROOT, UnknownDataset, load_datasets
from src.data_eng.contracts import (
    Contract,
    ContractError,
    ContractViolation,
    conformed,
    contract_of,
    enforce_contract,
    load_avro_contract,
)
from tests.toys.lake import TOY_COUNT, toy_table


@pytest.fixture
def contract() -> Contract:
    return contract_of(TOY_COUNT)


def with_column(name: str, values: pa.Array) -> pa.Table:
    table = toy_table()
    return table.set_column(table.column_names.index(name), name, values)


def test_avro_types_become_arrow_types_with_the_arrow_attribute_first(contract: Contract) -> None:
    assert contract.schema == pa.schema(
        [
            pa.field("ts_ns", pa.int64(), nullable=False),
            pa.field("size", pa.uint8(), nullable=False),
            pa.field("price_ticks", pa.float64(), nullable=True),
            pa.field("level_id", pa.string(), nullable=False),
            pa.field("vector", pa.list_(pa.float32()), nullable=False),
        ]
    )


def test_a_table_that_fits_is_passed_without_a_copy(contract: Contract) -> None:
    table = toy_table()
    passed = enforce_contract(table, contract)
    assert isinstance(passed, pa.Table)
    assert passed.schema == contract.schema
    assert passed.column("ts_ns").chunk(0).buffers()[1].address == table.column("ts_ns").chunk(0).buffers()[1].address


def test_a_null_where_none_may_be_is_named_by_column_and_row(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match="column ts_ns, row 1 is null"):
        enforce_contract(with_column("ts_ns", pa.array([1, None, 3])), contract)


def test_a_value_too_large_for_its_type_is_named_by_row_and_value(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match=r"column size, row 2 is 300\. Expected a value that fits uint8"):
        enforce_contract(with_column("size", pa.array([1, 255, 300])), contract)


def test_a_float_where_an_integer_belongs_is_a_violation_even_when_whole(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match=r"column size, row 0 is 1(\.0)? of type double. Expected uint8"):
        enforce_contract(with_column("size", pa.array([1.0, 2.0, 3.0])), contract)


def test_a_null_inside_a_vector_is_named_by_row(contract: Contract) -> None:
    chunks = pa.chunked_array([pa.array([[1.0]], pa.list_(pa.float32())), pa.array([[1.0], [None, 2.0]], pa.list_(pa.float32()))])
    with pytest.raises(ContractViolation, match="column vector, row 2 holds a null item"):
        enforce_contract(with_column("vector", chunks), contract)


def test_missing_and_surplus_columns_are_both_named(contract: Contract) -> None:
    table = toy_table().rename_columns(["ts_ns", "sizes", "price_ticks", "level_id", "vector"])
    with pytest.raises(ContractViolation, match=r"columns missing: \['size'\], not in the contract: \['sizes'\]"):
        enforce_contract(table, contract)


def test_columns_out_of_order_are_a_violation(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match=r"column 0 is 'size'\. Expected 'ts_ns'"):
        enforce_contract(toy_table().select(["size", "ts_ns", "price_ticks", "level_id", "vector"]), contract)


def test_a_column_given_twice_is_a_violation(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match=r"given twice: \['size'\]"):
        enforce_contract(toy_table().append_column("size", pa.array([1, 2, 3])), contract)


def test_polars_and_pandas_frames_become_the_same_table_as_arrow(contract: Contract) -> None:
    table = toy_table(5)
    assert conformed(pl.from_arrow(table), contract).equals(table)
    assert conformed(table.to_pandas(), contract).equals(table)


def test_categories_and_dictionaries_are_taken_as_strings(contract: Contract) -> None:
    table = toy_table()
    coded = with_column("level_id", table.column("level_id").dictionary_encode())
    assert enforce_contract(coded, contract).equals(table)


def test_nan_of_pandas_stays_nan_where_the_contract_has_no_null(tmp_path: Path) -> None:
    schema = {
        "type": "record",
        "name": "t",
        "fields": [{"name": "share", "type": "double", "unit": "share", "doc": "NaN when nothing was pulled."}],
    }
    (tmp_path / "t.avsc").write_text(json.dumps(schema))
    passed = conformed(pd.DataFrame({"share": [0.5, np.nan]}), load_avro_contract(tmp_path / "t.avsc"))
    assert passed.column("share").null_count == 0
    assert np.isnan(passed.column("share").to_numpy()[1])


def test_what_comes_back_is_the_kind_of_frame_that_was_handed_in(contract: Contract) -> None:
    arrow = toy_table()
    assert enforce_contract(arrow, contract).equals(arrow)
    assert enforce_contract(pl.DataFrame(arrow), contract).equals(pl.DataFrame(arrow))
    given = arrow.to_pandas()
    assert type(enforce_contract(given, contract)) is pd.DataFrame
    assert conformed(enforce_contract(given, contract), contract).equals(arrow)


def test_a_nanosecond_beside_a_null_loses_no_digit_in_pandas(tmp_path: Path) -> None:
    field = {"name": "first_hit_ts_ns", "type": ["null", "long"], "unit": "ns", "doc": "Null without a hit."}
    (tmp_path / "t.avsc").write_text(json.dumps({"type": "record", "name": "t", "fields": [field]}))
    contract = load_avro_contract(tmp_path / "t.avsc")
    arrow = pa.table({"first_hit_ts_ns": pa.array([1_760_621_400_000_000_001, None])})
    frame = enforce_contract(arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get), contract)
    assert isinstance(frame, pd.DataFrame)
    assert frame["first_hit_ts_ns"].iloc[0] == 1_760_621_400_000_000_001
    assert conformed(frame, contract).equals(arrow)


def test_a_relative_contract_counts_from_the_repository_s_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = Path("backend/src/data_eng/contracts/silver/future_mbo/levels.avsc")
    monkeypatch.chdir(tmp_path)
    assert load_avro_contract(path) == load_avro_contract(REPO_ROOT / path) == contract_of("silver.future_mbo.levels")
    assert BACKEND == REPO_ROOT / "backend"
    with pytest.raises(ContractError, match=f"contract is missing at {REPO_ROOT}/nothing.avsc"):
        load_avro_contract(Path("nothing.avsc"))


def test_something_that_is_no_table_is_refused(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match="got dict"):
        enforce_contract({"ts_ns": [1]}, contract)


def test_an_unknown_dataset_names_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match=r"silver\.future_mbo\.nothing.*Known: .*raw\.future\.market_by_order_dbn"):
        contract_of("silver.future_mbo.nothing")


def test_raw_has_no_contract() -> None:
    with pytest.raises(ContractError, match="files as they came"):
        contract_of("raw.future.market_by_order_dbn")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"name": "a", "type": "int", "unit": "ticks"}, "has no 'doc'"),
        ({"name": "a", "type": "int", "doc": "."}, "has no 'unit'"),
        ({"name": "a", "type": ["null", "int", "long"], "unit": "ticks", "doc": "."}, "is the union"),
        ({"name": "a", "type": "int", "arrow": "int13", "unit": "ticks", "doc": "."}, "has type 'int13'"),
    ],
)
def test_a_contract_field_that_says_too_little_is_refused(tmp_path: Path, field: dict[str, object], message: str) -> None:
    path = tmp_path / "t.avsc"
    path.write_text(json.dumps({"type": "record", "name": "t", "fields": [field]}))
    with pytest.raises(ContractError, match=message):
        load_avro_contract(path)


def test_a_contract_that_is_no_avro_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.avsc"
    path.write_text('{"type": "record", "name": "t", "fields": [{"name": "a", "type": "wrong"}]}')
    with pytest.raises(ContractError, match="not an Avro schema"):
        load_avro_contract(path)


def test_better_words_change_no_hash_but_another_unit_does(contract: Contract) -> None:
    first, *others = contract.fields
    assert Contract(TOY_COUNT, "new words", (first._replace(doc="new words"), *others)).sha256 == contract.sha256
    assert Contract(TOY_COUNT, contract.doc, (first._replace(unit="ms UTC"), *others)).sha256 != contract.sha256


@pytest.mark.parametrize("dataset", [key for key, entry in load_datasets().items() if entry.contract is not None and "toy" not in key])
def test_every_table_has_a_contract_that_can_be_read_and_a_path_that_says_its_key(dataset: str) -> None:
    entry = load_datasets()[dataset]
    assert contract_of(dataset).fields
    layer, product, table = dataset.split(".")
    source = "source=databento/" if layer == "bronze" else ""
    assert entry.path == f"{layer}/{source}product_type={product}/symbol={{symbol}}/table={table}"
    assert (entry.format, entry.partition_keys) == ("parquet", ("symbol", "dt"))
    assert not {"symbol", "dt", "table", "product_type", "source"} & set(contract_of(dataset).schema.names), "a clash with a partition key"
