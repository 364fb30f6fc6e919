"""DBN files of a few records, written as the feed writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zstandard
from databento_dbn import Metadata, Schema, SType, SystemMsg
from databento_dbn.metadata import MappingInterval
from numpy.typing import NDArray

from src.data_eng.core.events import F_LAST, F_SNAPSHOT, MBO_DTYPE, UNDEF_PRICE
from src.data_eng.core.units import NS_PER_DAY, utc_day_start_ns

DAY = "2025-10-16"
OPEN_NS = utc_day_start_ns(DAY) + 13 * 3600 * 10**9 + 30 * 60 * 10**9
"""09:30 New York on DAY."""
ESZ5, ESH6, SPREAD = 101, 102, 103
SYMBOLS = {"ESZ5": ESZ5, "ESH6": ESH6, "ESZ5-ESH6": SPREAD}


class Order(NamedTuple):
    """One record; price in points."""

    action: str
    side: str = "B"
    price: float | None = 6700.0
    size: int = 1
    order_id: int = 1
    ts_ns: int = OPEN_NS
    instrument_id: int = ESZ5
    flags: int = F_LAST
    sequence: int = 1


def records(orders: list[Order]) -> NDArray[np.void]:
    rows = np.zeros(len(orders), MBO_DTYPE)
    rows["length"], rows["rtype"], rows["publisher_id"] = MBO_DTYPE.itemsize // 4, 0xA0, 1
    for row, order in zip(rows, orders, strict=True):
        row["instrument_id"], row["order_id"], row["size"], row["flags"] = order.instrument_id, order.order_id, order.size, order.flags
        row["price"] = UNDEF_PRICE if order.price is None else round(order.price * 10**9)
        row["action"], row["side"], row["sequence"] = ord(order.action), ord(order.side), order.sequence
        row["ts_recv"], row["ts_event"] = order.ts_ns, order.ts_ns - 1000
    return rows


def a_day(day: str = DAY, count: int = 40, symbols: dict[str, int] = SYMBOLS) -> NDArray[np.void]:
    """A snapshot, then adds and trades that go round the instruments; outrights at 6700 and up, a spread at -50."""
    start = utc_day_start_ns(day)
    numbers = list(symbols.values())
    orders = [Order("R", "N", None, 0, 0, start, number, F_SNAPSHOT | 8, 0) for number in numbers]
    for at in range(count):
        number = numbers[at % len(numbers)]
        action, flags, ts = ("A", F_SNAPSHOT | 8, start) if at < len(numbers) else ("T" if at % 5 == 0 else "A", F_LAST, start + at * 10**9)
        price = -50.0 if number == SPREAD else 6700.0 + (at % 7) * 0.25
        orders.append(Order(action, "AB"[at % 2], price, 1 + at % 3, 1000 + at, ts, number, flags, at))
    return records(orders)


@dataclass
class _Interval:
    start_date: date
    end_date: date
    symbol: str


@dataclass
class _Mapping:
    raw_symbol: str
    intervals: Sequence[MappingInterval]


def header(
    symbols: dict[str, int] = SYMBOLS,
    *,
    version: int = 3,
    schema: str | None = "mbo",
    dataset: str = "GLBX.MDP3",
    days: int = 1,
    day: str = DAY,
    mapped: dict[str, list[tuple[str, int]]] | None = None,
) -> bytes:
    """`mapped` gives a symbol's ids day by day, in place of `symbols`."""
    start = utc_day_start_ns(day)
    first = date.fromisoformat(day)
    intervals = {name: [_Interval(first, first + timedelta(days=days), str(number))] for name, number in symbols.items()}
    if mapped is not None:
        intervals = {name: [_one_day(date.fromisoformat(on), number) for on, number in own] for name, own in mapped.items()}
    metadata = Metadata(
        dataset=dataset,
        start=start,
        end=start + days * NS_PER_DAY,
        stype_in=SType("parent"),
        stype_out=SType("instrument_id"),
        schema=Schema.from_str(schema) if schema else None,
        symbols=["ES.FUT"],
        mappings=[_Mapping(name, own) for name, own in intervals.items()],
        version=version,
    )
    return bytes(metadata)


def _one_day(day: date, number: int) -> _Interval:
    return _Interval(day, day + timedelta(days=1), str(number))


def write_dbn(path: Path, body: NDArray[np.void] | bytes, **about: Any) -> Path:
    """A DBN file; compressed in two frames, as the feed does it, when the name ends in .zst."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [header(**about), body if isinstance(body, bytes) else body.tobytes()]
    if path.suffix == ".zst":
        parts = [zstandard.ZstdCompressor(level=3, write_checksum=True).compress(part) for part in parts]
    path.write_bytes(b"".join(parts))
    return path


def system_message(text: str = "Heartbeat") -> bytes:
    return bytes(SystemMsg(ts_event=OPEN_NS, msg=text))
