"""The trader's own levels: a price and the moment it is known from, per day, in one small table of the lake.

`own_levels/future_mbo.parquet` has the columns root ("ES"), date (the session's New York date, ISO), level_id, price (points) and
known_from (ISO time; without an offset it is New York time). Several rows of one level and day make it a moving level.
"""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from .. import commands
from ..core.levels import LEVELS, find_level, known_level_ids
from ..core.session import NoMoment, is_date, moment_ns
from ..errors import SpymasterError, did_you_mean
from ..lake.attempts import publish_file, set_aside

COLUMNS = ("root", "date", "level_id", "price", "known_from")
Row = dict[str, Any]
"""One row of the table by column."""


class OwnLevelError(SpymasterError):
    """The table of own levels cannot be read, or a row of it means nothing."""


class UnknownLevel(SpymasterError):
    """A level_id that is neither one of ours nor one of the trader's own."""


class OwnLevel(NamedTuple):
    """One price of one own level."""

    level_id: str
    known_from_ns: int
    price_points: float


def own_levels_path(lake: Path) -> Path:
    return lake / "own_levels" / "future_mbo.parquet"


def own_level_ids(lake: Path, root: str | None) -> set[str]:
    """Names of all own levels of a root, of any day; of all roots where it is None."""
    return {row["level_id"] for row in _rows(lake, root)}


def require_level(level_id: str, lake: Path, root: str | None) -> str:
    """The level_id, if it is one of ours or one of the trader's own of a root. Raises `UnknownLevel`."""
    if find_level(level_id) is not None or level_id in (own := own_level_ids(lake, root)):
        return level_id
    yours = f", or your own {', '.join(sorted(own))}" if own else f"; {own_levels_path(lake)} has none of your own"
    near = did_you_mean(level_id, [*LEVELS, *own])
    expected = f"one of {known_level_ids()} (N a whole number){yours}"
    raise UnknownLevel(f"level {{value!r}} is unknown.{near}", value=level_id, expected=expected)


def read_own_levels(lake: Path, root: str, session_date: str) -> list[OwnLevel]:
    """Own levels of a root and session, by name and time; empty where the lake has no table."""
    levels = [OwnLevel(row["level_id"], _known_from_ns(row), _price(row)) for row in _rows(lake, root) if str(row["date"]) == session_date]
    return sorted(levels)


def own_levels_sha256(lake: Path, root: str, session_date: str) -> str:
    """Hash of the day's own levels; a level added for another day changes nothing."""
    return hashlib.sha256(json.dumps(read_own_levels(lake, root, session_date)).encode()).hexdigest()


def _rows(lake: Path, root: str | None) -> list[Row]:
    path = own_levels_path(lake)
    if not path.exists():
        return []
    content = path.read_bytes()
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except (pa.ArrowException, OSError) as error:
        what = f"{path} cannot be read: {error}."
        raise OwnLevelError(what, expected="a table; remove it, and take your levels in again", fix=commands.own_levels(lake)) from None
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise OwnLevelError(f"{path} has no columns {{value}}.", value=missing, expected=", ".join(COLUMNS))
    return [row for row in table.select(COLUMNS).to_pylist() if root in (None, row["root"])]


def _known_from_ns(row: Row) -> int:
    try:
        return moment_ns(str(row["known_from"]))
    except NoMoment as error:
        what = f"{_which(row)} is known from {{value!r}}, which is no time. {error}"
        raise OwnLevelError(what, value=row["known_from"]) from None


def _which(row: Row) -> str:
    return f"own level {row['level_id']} of {row['root']} {row['date']}"


def _price(row: Row) -> float:
    price = row["price"]
    if price is None or not float("-inf") < price < float("inf"):
        raise OwnLevelError(f"{_which(row)} has the price {{value}}.", value=price, expected="points, for example 6800.25")
    return float(price)


def keep_own_levels(lake: Path, csv: Path) -> int:
    """Merge a CSV with the columns of the table into the lake; rows of a root, day and level that are there already are replaced.

    Returns the number of rows taken from the CSV. The lake's table changes whole or not at all; one that cannot be read is set aside.
    """
    import polars as pl

    try:
        given = pl.read_csv(csv, schema_overrides={name: pl.String for name in COLUMNS if name != "price"})
    except (OSError, pl.exceptions.PolarsError) as error:
        raise OwnLevelError(f"{csv} cannot be read as CSV: {error}.", expected=f"the columns {', '.join(COLUMNS)}") from error
    missing = [name for name in COLUMNS if name not in given.columns]
    if missing or given["price"].dtype.is_numeric() is False:
        what = f"{csv} has columns {given.columns} and prices {given.schema.get('price')}."
        raise OwnLevelError(what, value=given.columns, expected=f"{', '.join(COLUMNS)}, price a number")
    given = given.select(pl.col(name) if name != "price" else pl.col(name).cast(pl.Float64) for name in COLUMNS)
    for row in given.to_dicts():
        if not is_date(str(row["date"])):
            what = f"own level {row['level_id']} of {row['root']} has the date {{value!r}}."
            raise OwnLevelError(what, value=row["date"], expected="for example 2025-10-16")
        _known_from_ns(row)
        _price(row)
    path, taken = own_levels_path(lake), given.height
    if _kept_table(lake):
        before = pl.read_parquet(path).select(COLUMNS).with_columns(pl.col("date").cast(pl.String), pl.col("known_from").cast(pl.String))
        given_keys = given.select("root", "date", "level_id").unique()
        given = pl.concat([before.join(given_keys, on=["root", "date", "level_id"], how="anti"), given])
    buffer = BytesIO()
    given.sort("root", "date", "level_id", "known_from").write_parquet(buffer)
    publish_file(path, buffer.getvalue())
    return taken


def _kept_table(lake: Path) -> bool:
    """Whether the lake has a table to merge into; one that cannot be read is kept below `damaged`."""
    path = own_levels_path(lake)
    if not path.exists():
        return False
    try:
        _rows(lake, None)
    except OwnLevelError:
        set_aside(lake, path)
        return False
    return True
