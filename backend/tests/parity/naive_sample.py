"""The measures of a market's records as one would explain them: dicts and lists, an event at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from src.data_eng.core.events import EventBatch

LAST = 128
Best: TypeAlias = tuple[int, int, int]
"""Tick, contracts and orders of a side's best."""


@dataclass
class NaiveSample:
    """Feed it whole batches; what counts lies in [start_ns, end_ns)."""

    start_ns: int
    end_ns: int
    orders: dict[int, tuple[str, int, int]] = field(default_factory=dict)  # id: side, tick, size
    born: dict[int, int] = field(default_factory=dict)
    adds: list[int] = field(default_factory=list)
    filled: set[int] = field(default_factory=set)
    lives: list[int] = field(default_factory=list)
    cancels_of_fills: int = 0
    pulls: int = 0
    at_best: int = 0
    improving: int = 0
    signs: list[int] = field(default_factory=list)
    flow: float = 0.0
    seconds: dict[int, tuple[Best | None, Best | None]] = field(default_factory=dict)  # best bid and offer after its last event

    def best(self, side: str) -> Best | None:
        """Tick, contracts and orders of a side's best."""
        ticks = [tick for other, tick, _ in self.orders.values() if other == side]
        if not ticks:
            return None
        tick = max(ticks) if side == "B" else min(ticks)
        sizes = [size for other, at, size in self.orders.values() if (other, at) == (side, tick)]
        return tick, sum(sizes), len(sizes)

    def read(self, batch: EventBatch) -> None:
        event: list[int] = []
        for i, flags in enumerate(batch.flags.tolist()):
            event.append(i)
            if flags & LAST:
                self._event(batch, event)
                event = []

    def _event(self, batch: EventBatch, event: list[int]) -> None:
        ts_ns = int(batch.ts_event_ns[event[0]])
        counts = self.start_ns <= ts_ns < self.end_ns
        before = (self.best("B"), self.best("A")) if counts else (None, None)
        named, trade_seen = set(), False
        for i in event:
            action, order_id, side = chr(batch.action[i]), int(batch.order_id[i]), chr(batch.side[i])
            tick, size = int(batch.price_ticks[i]), int(batch.size[i])
            if action == "F":
                named.add(order_id)
                self.filled.add(order_id)
            elif action == "T" and side in "AB" and counts and not trade_seen:
                self.signs.append(1 if side == "B" else -1)
                trade_seen = True
            elif action == "A":
                self.orders[order_id] = (side, tick, size)
                self.born[order_id] = ts_ns
                if counts:
                    self.adds.append(order_id)
                    own = before[0 if side == "B" else 1]
                    better = 0 if own is None else (tick - own[0]) * (1 if side == "B" else -1)
                    self.at_best += own is not None and better == 0
                    self.improving += better > 0
            elif action == "M":
                self.orders[order_id] = (side, tick, size)
            elif action == "C":
                del self.orders[order_id]
                if counts and order_id in named:
                    self.cancels_of_fills += 1
                elif counts:
                    self.pulls += 1
                    self.lives.append(ts_ns - self.born[order_id])
        if counts:
            after = self.best("B"), self.best("A")
            if before[0] and before[1] and after[0] and after[1]:
                self.flow += self._pressed((before[0], before[1]), (after[0], after[1]))
            self.seconds[ts_ns // 10**9] = after

    @staticmethod
    def _pressed(before: tuple[Best, Best], after: tuple[Best, Best]) -> float:
        """What joined or bettered the bid, minus what left it, minus the same of the offer."""
        pressed = 0.0
        for sign, way, old, new in ((1, 1, before[0], after[0]), (-1, -1, before[1], after[1])):
            if (new[0] - old[0]) * way >= 0:
                pressed += sign * new[1]
            if (new[0] - old[0]) * way <= 0:
                pressed -= sign * old[1]
        return pressed

    def grid(self) -> list[tuple[Best, Best]]:
        """The book at each full second after the first event's: as the last event before it left it."""
        first, last = min(self.seconds), max(self.seconds)
        books, book = [], self.seconds[first]
        for second in range(first, last):
            book = self.seconds.get(second, book)
            bid, ask = book
            assert bid is not None
            assert ask is not None
            books.append((bid, ask))
        return books

    def never_filled(self) -> float:
        return float(np.mean([order_id not in self.filled for order_id in self.adds]))
