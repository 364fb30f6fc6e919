"""Contracts: what fits passes untouched, what does not is named by column, row and value."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from src.data_eng.contracts import (
    Contract,
    ContractError,
    ContractViolation,
    UnknownDataset,
    contract_of,
    enforce_contract,
    load_datasets,
    parse_contract,
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
    assert enforce_contract(pl.from_arrow(table), contract).equals(table)
    assert enforce_contract(table.to_pandas(), contract).equals(table)


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
    passed = enforce_contract(pd.DataFrame({"share": [0.5, np.nan]}), parse_contract("silver.future_mbo.t", tmp_path / "t.avsc"))
    assert passed.column("share").null_count == 0
    assert np.isnan(passed.column("share").to_numpy()[1])


def test_something_that_is_no_table_is_refused(contract: Contract) -> None:
    with pytest.raises(ContractViolation, match="got dict"):
        enforce_contract({"ts_ns": [1]}, contract)  # type: ignore[arg-type]


def test_an_unknown_dataset_names_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match=r"silver\.future_mbo\.nothing.*Known: .*raw\.future_mbo\.dbn"):
        contract_of("silver.future_mbo.nothing")


def test_raw_has_no_contract() -> None:
    with pytest.raises(ContractError, match="files as they came"):
        contract_of("raw.future_mbo.dbn")


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
        parse_contract("silver.future_mbo.t", path)


def test_a_contract_that_is_no_avro_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.avsc"
    path.write_text('{"type": "record", "name": "t", "fields": [{"name": "a", "type": "wrong"}]}')
    with pytest.raises(ContractError, match="not an Avro schema"):
        parse_contract("silver.future_mbo.t", path)


def test_better_words_change_no_hash_but_another_unit_does(contract: Contract) -> None:
    first, *others = contract.fields
    assert Contract(TOY_COUNT, "new words", (first._replace(doc="new words"), *others)).sha256 == contract.sha256
    assert Contract(TOY_COUNT, contract.doc, (first._replace(unit="ms UTC"), *others)).sha256 != contract.sha256


@pytest.mark.parametrize("dataset", [key for key, entry in load_datasets().items() if entry.contract is not None])
def test_every_table_has_a_contract_that_can_be_read_and_a_path_that_says_its_key(dataset: str) -> None:
    entry = load_datasets()[dataset]
    assert contract_of(dataset).fields
    assert entry.path == f"{dataset.replace('.', '/')}/symbol={{symbol}}/date={{date}}"
