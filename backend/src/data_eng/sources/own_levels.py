"""The trader's own levels: a price and the moment it is known from, per day, in one small table of the lake.

`own_levels/future_mbo.parquet` has the columns root ("ES"), date (the session's New York date, ISO), level_id, price (points) and
known_from (ISO time; without an offset it is New York time). Several rows of one level and day make it a moving level.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from ..core.session import NEW_YORK, NS_PER_S
from ..errors import SpymasterError

COLUMNS = ("root", "date", "level_id", "price", "known_from")


class OwnLevelError(SpymasterError):
    """The table of own levels cannot be read, or a row of it means nothing."""


class OwnLevel(NamedTuple):
    """One price of one own level."""

    level_id: str
    known_from_ns: int
    price_points: float


def own_levels_path(lake: Path) -> Path:
    return lake / "own_levels" / "future_mbo.parquet"


def own_level_ids(lake: Path, root: str) -> set[str]:
    """Names of all own levels of a root, of any day."""
    return {row["level_id"] for row in _rows(lake, root)}


def read_own_levels(lake: Path, root: str, session_date: str) -> list[OwnLevel]:
    """Own levels of a root and session, by name and time; empty where the lake has no table."""
    levels = [OwnLevel(row["level_id"], _known_from_ns(row), _price(row)) for row in _rows(lake, root) if str(row["date"]) == session_date]
    return sorted(levels)


def own_levels_sha256(lake: Path, root: str, session_date: str) -> str:
    """Hash of the day's own levels; a level added for another day changes nothing."""
    return hashlib.sha256(json.dumps(read_own_levels(lake, root, session_date)).encode()).hexdigest()


def _rows(lake: Path, root: str) -> list[dict]:
    path = own_levels_path(lake)
    if not path.exists():
        return []
    table = pq.ParquetFile(path).read()
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise OwnLevelError(f"{path} has no columns {missing}. Expected {', '.join(COLUMNS)}.")
    return [row for row in table.select(COLUMNS).to_pylist() if row["root"] == root]


def _known_from_ns(row: dict) -> int:
    try:
        moment = datetime.fromisoformat(str(row["known_from"]))
    except ValueError:
        raise OwnLevelError(
            f"own level {row['level_id']} of {row['root']} {row['date']} is known from {row['known_from']!r}, which is no time. "
            "Expected ISO, for example 2025-10-16T09:30:00."
        ) from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(NEW_YORK))
    return round(zoned.timestamp() * 1_000_000) * (NS_PER_S // 1_000_000)


def _price(row: dict) -> float:
    price = row["price"]
    if price is None or not float("-inf") < price < float("inf"):
        raise OwnLevelError(
            f"own level {row['level_id']} of {row['root']} {row['date']} has the price {price}. Expected points, for example 6800.25."
        )
    return float(price)
