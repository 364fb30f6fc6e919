"""A small day of order flow made with integers alone, so that it is the same on every machine, in the feed's own records."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date as calendar_date
from datetime import datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import databento_dbn as dbn
import numpy as np
import zstandard
from numpy.typing import NDArray

from src.data_eng.core.events import F_LAST, F_SNAPSHOT, MBO_DTYPE, UNDEF_PRICE

TICK_NANOS = 250_000_000
NEW_YORK = ZoneInfo("America/New_York")
REACH = 24
"""Ticks beside the best that always hold an order."""


def ny_ns(day: str, clock: str) -> int:
    """A New York wall time in ns UTC."""
    moment = datetime.combine(calendar_date.fromisoformat(day), time.fromisoformat(clock), NEW_YORK)
    return int(moment.timestamp()) * 1_000_000_000


@dataclass
class ToyMarket:
    """Price-time matching over dicts of queues; every change is written as the records the venue would send."""

    day: str
    rng: np.random.Generator
    mid: int
    instrument_id: int = 100
    ts: int = 0
    next_id: int = 1
    rows: list[tuple[int, int, int, int, str, str, int, int]] = field(default_factory=list)
    queues: dict[str, dict[int, deque[list[int]]]] = field(default_factory=lambda: {"B": {}, "A": {}})

    def _write(self, action: str, side: str, order_id: int, tick: int | None, size: int, *, last: bool, snapshot: bool = False) -> None:
        flags = (F_LAST if last else 0) | (F_SNAPSHOT if snapshot else 0)
        price = UNDEF_PRICE if tick is None else tick * TICK_NANOS
        self.rows.append((self.ts, order_id, price, size, action, side, flags, self.ts - 20_000))

    def best(self, side: str) -> int:
        ticks = [tick for tick, queue in self.queues[side].items() if queue]
        return max(ticks) if side == "B" else min(ticks)

    def add(self, side: str, tick: int, size: int, snapshot: bool = False) -> None:
        self.queues[side].setdefault(tick, deque()).append([self.next_id, size])
        self._write("A", side, self.next_id, tick, size, last=not snapshot, snapshot=snapshot)
        self.next_id += 1

    def open_book(self) -> None:
        """The snapshot with which a UTC-day file begins."""
        self._write("R", "N", 0, None, 0, last=False, snapshot=True)
        for distance in range(REACH):
            for _ in range(3):
                self.add("B", self.mid - distance, int(self.rng.integers(4, 16)), snapshot=True)
                self.add("A", self.mid + 1 + distance, int(self.rng.integers(4, 16)), snapshot=True)
        last = self.rows[-1]
        self.rows[-1] = (*last[:6], last[6] | F_LAST, last[7])

    def refill(self) -> None:
        """Orders where the price has moved to, so that neither side ever thins out."""
        bid, ask = self.best("B"), self.best("A")
        while ask - bid > 1:
            if self.rng.integers(2):
                bid += 1
                self.add("B", bid, int(self.rng.integers(4, 16)))
            else:
                ask -= 1
                self.add("A", ask, int(self.rng.integers(4, 16)))
        for side, at, away in (("B", bid, -1), ("A", ask, 1)):
            for distance in range(REACH):
                if not self.queues[side].get(at + away * distance):
                    self.add(side, at + away * distance, int(self.rng.integers(4, 16)))

    def trade(self, side: str, size: int) -> None:
        """A market order of `side`: T and F a fill, then all C or M of what was hit, then N."""
        other = "A" if side == "B" else "B"
        tick = self.best(other)
        queue, taken, changes = self.queues[other][tick], [], []
        while size and queue:
            order = queue[0]
            filled = min(size, order[1])
            size -= filled
            order[1] -= filled
            taken.append((order[0], filled))
            changes.append(("C", order[0], filled) if order[1] == 0 else ("M", order[0], order[1]))
            if order[1] == 0:
                queue.popleft()
        self._write("T", side, self.next_id, tick, sum(filled for _, filled in taken), last=False)
        self.next_id += 1
        for order_id, filled in taken:
            self._write("F", other, order_id, tick, filled, last=False)
        for action, order_id, left in changes:
            self._write(action, other, order_id, tick, left, last=False)
        self._write("N", "N", 0, None, 0, last=True)

    def change(self) -> None:
        """One order near the best is cancelled, cut, raised or repriced."""
        side = "BA"[self.rng.integers(2)]
        away = -1 if side == "B" else 1
        tick = self.best(side) + away * int(self.rng.integers(0, 12))
        queue = self.queues[side].get(tick)
        if not queue:
            return
        order = queue[-1]
        kind = int(self.rng.integers(10))
        if kind < 6:
            queue.pop()
            self._write("C", side, order[0], tick, order[1], last=True)
        elif kind < 8:
            order[1] = max(1, order[1] + int(self.rng.integers(-4, 5)))
            self._write("M", side, order[0], tick, order[1], last=True)
        else:
            queue.pop()
            target = tick + away * int(self.rng.integers(1, 3))
            self.queues[side].setdefault(target, deque()).append(order)
            self._write("M", side, order[0], target, order[1], last=True)


def toy_records(
    day: str, seed: int, mid: int = 20_000, step_ms: int = 700, since: str = "05:00", until: str = "12:45", instrument_id: int = 100
) -> NDArray[np.void]:
    """MBO records of one instrument: a snapshot at 00:00 UTC, trading from `since` to `until` in New York, a step about every `step_ms`."""
    rng = np.random.default_rng([seed, calendar_date.fromisoformat(day).toordinal()])
    market = ToyMarket(day, rng, mid, instrument_id)
    market.ts = int(datetime.fromisoformat(day + "T00:00:00+00:00").timestamp()) * 1_000_000_000
    market.open_book()
    market.ts, end = ny_ns(day, since), ny_ns(day, until)
    push = 0
    while market.ts < end:
        market.ts += int(rng.integers(1, 2 * step_ms)) * 1_000_000
        if rng.integers(400) == 0:
            push = int(rng.integers(-2, 3))
        kind = int(rng.integers(10))
        if kind < 4:
            market.change()
        elif kind < 7:
            side = "BA"[rng.integers(2)]
            away = -1 if side == "B" else 1
            market.add(side, market.best(side) + away * int(rng.integers(0, 12)), int(rng.integers(1, 10)))
        else:
            market.trade("B" if int(rng.integers(-6, 6)) + push >= 0 else "A", int(rng.integers(1, 30)))
        market.refill()
    return _records(market)


def _records(market: ToyMarket) -> NDArray[np.void]:
    records = np.zeros(len(market.rows), MBO_DTYPE)
    ts_recv, order_id, price, size, action, side, flags, ts_event = zip(*market.rows, strict=True)
    records["length"], records["rtype"], records["publisher_id"] = MBO_DTYPE.itemsize // 4, 0xA0, 1
    records["instrument_id"] = market.instrument_id
    records["ts_recv"], records["ts_event"] = ts_recv, ts_event
    records["order_id"], records["price"], records["size"] = order_id, price, size
    records["action"], records["side"] = [ord(a) for a in action], [ord(s) for s in side]
    records["flags"], records["sequence"] = flags, np.arange(len(records))
    return records


def write_dbn(
    path: Path, records: NDArray[np.void], day: str, symbols: dict[str, int], parent: str = "ES.FUT", dataset: str = "GLBX.MDP3"
) -> Path:
    """A zstd DBN file of a UTC day holding `records`; `symbols` maps raw symbols to instrument ids."""
    next_day = calendar_date.fromisoformat(day) + timedelta(days=1)
    start = int(datetime.fromisoformat(day + "T00:00:00+00:00").timestamp()) * 1_000_000_000
    metadata = dbn.Metadata(
        dataset=dataset,
        start=start,
        stype_in=dbn.SType("parent"),
        stype_out=dbn.SType("instrument_id"),
        schema=dbn.Schema("mbo"),
        symbols=[parent],
        partial=[],
        not_found=[],
        mappings=[
            SimpleNamespace(
                raw_symbol=symbol,
                intervals=[SimpleNamespace(start_date=calendar_date.fromisoformat(day), end_date=next_day, symbol=str(number))],
            )
            for symbol, number in symbols.items()
        ],
        end=start + 86_400_000_000_000,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.ZstdCompressor(level=3).compress(bytes(metadata.encode()) + records.tobytes()))
    return path
