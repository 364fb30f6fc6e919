"""A feed replayed into a dict of orders, a record at a time, with every rule written as one would say it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F_LAST, F_SNAPSHOT = 128, 32


@dataclass
class Resting:
    side: str
    price: int
    size: int


@dataclass
class Replay:
    """Feed one instrument's records in file order; read `faults`, `volume`, `filled`, `patterns`."""

    orders: dict[int, Resting] = field(default_factory=dict)
    depth: dict[str, Counter[int]] = field(default_factory=lambda: {"B": Counter(), "A": Counter()})
    best: dict[str, int | None] = field(default_factory=lambda: {"B": None, "A": None})
    faults: list[str] = field(default_factory=list)
    volume: int = 0
    filled: int = 0
    hidden_fills: int = 0
    patterns: Counter[str] = field(default_factory=Counter)
    event: list[tuple[str, str, int, int, int, int]] = field(default_factory=list)
    known: set[int] = field(default_factory=set)

    def fault(self, text: str) -> None:
        self.faults.append(text)

    def record(self, action: str, side: str, order_id: int, price: int, size: int, flags: int, ts_event: int) -> None:
        if self.event and not flags & F_SNAPSHOT and self.event[0][5] != ts_event:
            self.fault(f"event of {self.event[0][5]} goes on at {ts_event}")
        self.event.append((action, side, order_id, price, size, ts_event))
        if action == "R":
            self.orders.clear()
            self.depth = {"B": Counter(), "A": Counter()}
            self.best = {"B": None, "A": None}
        elif action == "A":
            if order_id in self.orders:
                self.fault(f"order {order_id} added twice")
            self.rest(order_id, side, price, size)
        elif action == "C":
            self.cancel(order_id, side, price, size)
        elif action == "M":
            if order_id not in self.orders:
                self.fault(f"modify of unknown order {order_id}")
            else:
                self.leave(order_id)
                self.rest(order_id, side, price, size)
        elif action == "T":
            self.volume += size
        elif action == "F":
            self.filled += size
            self.hidden_fills += order_id not in self.orders
        elif action != "N":
            self.fault(f"action {action}")
        if flags & F_LAST:
            self.end_event(bool(flags & F_SNAPSHOT))

    def rest(self, order_id: int, side: str, price: int, size: int) -> None:
        if size <= 0:
            self.fault(f"order {order_id} rests with size {size}")
        self.orders[order_id] = Resting(side, price, size)
        self.depth[side][price] += size
        best = self.best[side]
        if best is None or (price > best if side == "B" else price < best):
            self.best[side] = price

    def leave(self, order_id: int) -> None:
        order = self.orders.pop(order_id)
        self.shrink(order, order.size)

    def shrink(self, order: Resting, size: int) -> None:
        queue = self.depth[order.side]
        queue[order.price] -= size
        if queue[order.price] == 0:
            del queue[order.price]
            if self.best[order.side] == order.price:
                self.best[order.side] = (max if order.side == "B" else min)(queue, default=None)

    def cancel(self, order_id: int, side: str, price: int, size: int) -> None:
        order = self.orders.get(order_id)
        if order is None:
            self.fault(f"cancel of unknown order {order_id}")
            return
        if (order.side, order.price) != (side, price):
            self.fault(f"cancel of {order_id} at {side} {price}, it rests at {order.side} {order.price}")
        if size > order.size:
            self.fault(f"cancel of {order_id} takes {size} of {order.size}")
        order.size -= size
        self.shrink(order, size)
        if order.size == 0:
            del self.orders[order_id]

    def end_event(self, snapshot: bool) -> None:
        bid, ask = self.best["B"], self.best["A"]
        if bid is not None and ask is not None and bid >= ask:
            self.fault(f"crossed at F_LAST: bid {bid}, ask {ask}, event {self.event}")
        if not snapshot:
            self.check_event()
        self.event = []

    def check_event(self) -> None:
        """Fills come before cancels, add up to the trades, and an order's fills come off it by one record."""
        actions = "".join(action for action, *_ in self.event)
        self.patterns[actions if len(actions) <= 12 else actions[:12] + ".."] += 1
        if "T" not in actions:
            return
        aggressors = {(order_id, side) for action, side, order_id, *_ in self.event if action == "T"}
        traded: dict[int, int] = defaultdict(int)
        fills: dict[int, int] = defaultdict(int)
        for action, side, order_id, price, size, _ in self.event:
            if action == "T":
                traded[price] += size
            elif action == "F" and (order_id, side) not in aggressors:
                fills[price] += size
        if fills and fills != traded:
            self.fault(f"fills {dict(fills)} are not the trades {dict(traded)}: {self.event}")
        if "F" in actions and ("C" in actions or "M" in actions):
            first_off = min(i for i, action in enumerate(actions) if action in "CM")
            if "F" in actions[first_off:] or "T" in actions[first_off:]:
                self.fault(f"a fill after a cancel: {self.event}")
        off = Counter(order_id for action, _, order_id, *_ in self.event if action in "CM")
        if off and max(off.values()) > 1:
            self.fault(f"an order leaves twice: {self.event}")


def replay(records: NDArray[np.void]) -> Replay:
    """Replay records of one instrument."""
    book = Replay()
    columns = [records[name].tolist() for name in ("action", "side", "order_id", "price", "size", "flags", "ts_event")]
    for action, side, *rest in zip(*columns, strict=True):
        book.record(chr(action), chr(side), *rest)
    return book
