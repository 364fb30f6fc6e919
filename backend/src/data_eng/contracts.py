"""What a table of the lake must look like: names, order, types and nulls, read from the Avro contracts and held on every write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .config import REPO_ROOT, find_dataset, load_datasets
from .errors import SpymasterError

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd
    import polars as pl

    Frame: TypeAlias = pa.Table | pl.DataFrame | pd.DataFrame

AVRO_TO_ARROW = {
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "bytes": pa.binary(),
}


class ContractError(SpymasterError):
    """A contract file that cannot be read as one."""


class ContractViolation(SpymasterError):
    """Data that does not fit its contract; the message names the column, the row and the value."""


class Field(NamedTuple):
    """One column of a contract."""

    name: str
    type: pa.DataType
    nullable: bool
    unit: str
    doc: str


@dataclass(frozen=True)
class Contract:
    """Columns of one table, in order."""

    dataset: str
    doc: str
    fields: tuple[Field, ...]

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(field.name, field.type, field.nullable) for field in self.fields])

    def subset(self, columns: Sequence[str]) -> Contract:
        """The same contract for some of its columns, in the order asked for."""
        by_name = {field.name: field for field in self.fields}
        unknown = [name for name in columns if name not in by_name]
        if unknown:
            raise ContractError(f"{self.dataset} has no columns {unknown}. It has: {', '.join(by_name)}.")
        return Contract(self.dataset, self.doc, tuple(by_name[name] for name in columns))

    @cached_property
    def sha256(self) -> str:
        """Hash of what the data must obey and mean (name, type, nulls, unit), so that better words in `doc` make nothing stale."""
        rules = [[field.name, str(field.type), field.nullable, field.unit] for field in self.fields]
        return hashlib.sha256(json.dumps([self.dataset, rules]).encode()).hexdigest()


def contract_of(dataset: str) -> Contract:
    """The contract of a dataset key such as `silver.future_mbo.levels`."""
    entry = find_dataset(dataset)
    if entry.contract is None:
        raise ContractError(f"{dataset} has no contract: it holds files as they came. Read them through sources.")
    return _parsed(entry.contract, dataset)


def load_avro_contract(path: Path) -> Contract:
    """Read one .avsc file: a record whose fields have name, type, doc, unit and, where Avro has no such type, `arrow`.

    A relative path counts from the repository's root. A contract that datasets.yaml names is that table's, another its record's own.
    Raises `ContractError` for a file that is absent or no such schema.
    """
    absolute = REPO_ROOT / path
    known = (key for key, entry in load_datasets().items() if entry.contract == absolute)
    return _parsed(absolute, next(known, None))


@cache
def _parsed(path: Path, dataset: str | None) -> Contract:
    import fastavro
    from fastavro.schema import SchemaParseException, UnknownType

    try:
        schema = fastavro.parse_schema(json.loads(path.read_text()))
    except FileNotFoundError:
        whose = f" of {dataset}" if dataset else ""
        raise ContractError(f"contract{whose} is missing at {path}. Restore the file or correct config/datasets.yaml.") from None
    except (json.JSONDecodeError, SchemaParseException, UnknownType) as error:
        raise ContractError(f"contract {path} is not an Avro schema: {error}") from error
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise ContractError("contract {value} is not an Avro record.", value=path, expected="a record with one field a column")
    fields = tuple(_field(entry, path) for entry in schema["fields"])
    return Contract(dataset=dataset or schema["name"], doc=schema.get("doc", ""), fields=fields)


def _field(entry: dict[str, Any], path: Path) -> Field:
    for key in ("doc", "unit"):
        if key not in entry:
            raise ContractError(
                f"field {entry['name']} of contract {path} has no {key!r}. Every column says what it means and in which unit."
            )
    avro, nullable = entry["type"], False
    if isinstance(avro, list):
        members = [member for member in avro if member != "null"]
        if len(members) != 1 or len(avro) != 2:
            raise ContractError(f"field {entry['name']} of contract {path} is the union {avro}.", expected="a type, or null and one type")
        avro, nullable = members[0], True
    try:
        arrow = pa.type_for_alias(entry["arrow"]) if "arrow" in entry else _arrow_type(avro)
    except (KeyError, ValueError):
        raise ContractError(
            f"field {entry['name']} of contract {path} has type {entry.get('arrow', avro)!r}, which no column can have."
        ) from None
    return Field(entry["name"], arrow, nullable, entry["unit"], entry["doc"])


def _arrow_type(avro: Any) -> pa.DataType:
    if isinstance(avro, dict):
        if avro["type"] == "array":
            return pa.list_(_arrow_type(avro["items"]))
        return _arrow_type(avro["type"])
    return AVRO_TO_ARROW[avro]


def enforce_contract(data: Frame, contract: Contract) -> Frame:
    """Require that `data` fits `contract`, and give it back as the kind of frame it came as: Arrow, polars or pandas.

    An Arrow table has exactly the contract's schema afterwards; of the others `conformed` says what they hold as one.
    """
    table = conformed(data, contract)
    if isinstance(data, pa.Table):
        return table
    if _kind_of_frame(data, contract) == "pandas":
        return as_pandas(table)
    import polars as pl

    return pl.DataFrame(table)


def as_pandas(table: pa.Table) -> pd.DataFrame:
    """A pandas frame; integers among which there are nulls stay integers (`Int64`), since a float holds no nanosecond of today."""
    import pandas as pd

    holed = {field.type for field, column in zip(table.schema, table.columns, strict=True) if column.null_count}
    nullable = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
    frame = table.to_pandas(types_mapper={kind: dtype for kind, dtype in nullable.items() if kind in holed}.get)
    whole = [name for name in table.column_names if table[name].null_count == 0 and frame[name].dtype in nullable.values()]
    return frame.astype({name: table.schema.field(name).type.to_pandas_dtype() for name in whole})


def conformed(data: Any, contract: Contract) -> pa.Table:
    """`data` as an Arrow table of exactly the contract's schema.

    Names and order must be equal. A column of the same kind (integer, float, string, list) is converted when every value fits;
    another kind is a violation, because a silent conversion hides a wrong unit. Nothing is copied for a column that already fits.

    Raises
    ------
    ContractViolation naming the column and, where one is to blame, the row and the value.
    """
    table = data if isinstance(data, pa.Table) else _as_table(data, contract)
    if table.column_names != contract.schema.names:
        raise ContractViolation(_names_differ(table.column_names, contract))
    columns = [_fitted(table.column(index), field, contract.dataset) for index, field in enumerate(contract.fields)]
    return pa.Table.from_arrays(columns, schema=contract.schema)


def _kind_of_frame(frame: Any, contract: Contract) -> str:
    kind = type(frame).__module__.partition(".")[0]
    if kind not in ("pandas", "polars"):
        raise ContractViolation(f"{contract.dataset}: got {type(frame).__name__}.", expected="a pyarrow table, or a polars or pandas frame")
    return kind


def _as_table(frame: Any, contract: Contract) -> pa.Table:
    """A polars or pandas frame as Arrow. In a pandas float column NaN is a null only where the contract has nulls."""
    if _kind_of_frame(frame, contract) == "polars":
        return frame.to_arrow()
    nullable = {field.name: field.nullable for field in contract.fields}
    columns = {}
    for name in frame.columns:
        keep_nan = frame[name].dtype.kind == "f" and not nullable.get(name, True)
        columns[name] = pa.array(frame[name], from_pandas=not keep_nan)
    return pa.table(columns)


def _names_differ(names: list[str], contract: Contract) -> str:
    expected = contract.schema.names
    missing = [name for name in expected if name not in names]
    surplus = [name for name in names if name not in expected]
    if missing or surplus:
        return f"{contract.dataset}: columns missing: {missing or 'none'}, not in the contract: {surplus or 'none'}."
    if len(names) != len(expected):
        doubled = sorted({name for name in names if names.count(name) > 1})
        return f"{contract.dataset}: columns given twice: {doubled}."
    at = next(index for index, (left, right) in enumerate(zip(names, expected, strict=True)) if left != right)
    return f"{contract.dataset}: column {at} is {names[at]!r}. Expected {expected[at]!r} there; the contract fixes the order."


def _fitted(column: pa.ChunkedArray, field: Field, dataset: str) -> pa.ChunkedArray:
    if column.null_count and not field.nullable:
        row = _first_true(pc.is_null(column))
        raise ContractViolation(f"{dataset}: column {field.name}, row {row} is null.", expected=f"a {field.type}")
    if pa.types.is_null(column.type):
        return column.cast(field.type)
    if column.type != field.type and _kind(column.type) != _kind(field.type):
        value = column[0] if len(column) else "absent"
        raise ContractViolation(f"{dataset}: column {field.name}, row 0 is {value!s} of type {column.type}.", expected=str(field.type))
    if pa.types.is_list(field.type):
        _require_items(column, field, dataset)
    if column.type == field.type:
        return column
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid:
        row = _first_misfit(column, field.type)
        raise ContractViolation(
            f"{dataset}: column {field.name}, row {row} is {column[row]!s}.", expected=f"a value that fits {field.type}"
        ) from None


def _require_items(column: pa.ChunkedArray, field: Field, dataset: str) -> None:
    """No item of a list is null."""
    start = 0
    for lists in column.chunks:
        if lists.flatten().null_count:
            row = start + next(index for index, items in enumerate(lists.to_pylist()) if items is not None and None in items)
            raise ContractViolation(f"{dataset}: column {field.name}, row {row} holds a null item.", expected=str(field.type))
        start += len(lists)


def _kind(arrow: pa.DataType) -> str:
    """Types within one kind may be converted into each other when the values fit."""
    if pa.types.is_dictionary(arrow):
        return _kind(arrow.value_type)
    if pa.types.is_integer(arrow):
        return "integer"
    if pa.types.is_floating(arrow):
        return "float"
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_string_view(arrow):
        return "string"
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        return f"list of {_kind(arrow.value_type)}"
    return str(arrow)


def _first_true(mask: pa.ChunkedArray) -> int:
    return int(pc.index(mask, True).as_py())


def _first_misfit(column: pa.ChunkedArray, arrow: pa.DataType) -> int:
    """First row that cannot be cast, by halving: the head up to it casts, the head with it does not."""
    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            column.slice(low, middle - low).cast(arrow)
        except pa.ArrowInvalid:
            high = middle
        else:
            low = middle
    return low
