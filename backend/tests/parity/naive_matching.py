"""Price-time matching as one would explain it: a list of orders at each price, first come first served."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Order:
    order_id: int
    side: int
    position: int
    shown: int
    reserve: int
    display: int


@dataclass
class NaiveVenue:
    """Sides are 0 bid, 1 ask; `queues[side][position]` is the line at a price."""

    queues: list[dict[int, list[Order]]] = field(default_factory=lambda: [defaultdict(list), defaultdict(list)])

    def place(self, order_id: int, side: int, position: int, size: int, reserve: int) -> None:
        self.queues[side][position].append(Order(order_id, side, position, size, reserve, size))

    def remove(self, order_id: int, side: int, position: int) -> None:
        line = self.queues[side][position]
        line[:] = [order for order in line if order.order_id != order_id]

    def prices(self, side: int) -> list[int]:
        """Prices with orders, best first."""
        return sorted((position for position, line in self.queues[side].items() if line), reverse=side == 0)

    def trade(self, order_id: int, side: int, size: int, worst: int, rests: bool) -> int:
        """Trade against the other side; returns the contracts traded."""
        other, left, last = 1 - side, size, None
        for position in self.prices(other):
            if left == 0 or (position > worst if side == 0 else position < worst):
                break
            left = self._take(self.queues[other][position], left)
            last = position
        if left and rests and last is not None:
            self.place(order_id, side, last, left, 0)
        return size - left

    def _take(self, line: list[Order], left: int) -> int:
        """Shown contracts in line first, then what the icebergs in line hide; a refreshed iceberg goes to the end."""
        filled = {order.order_id: min(order.shown, left - taken) for order, taken in self._with_taken(line, left)}
        left -= sum(filled.values())
        for order in line:
            if filled.get(order.order_id, 0) == order.shown:
                hidden = min(order.reserve, left)
                filled[order.order_id] += hidden
                left -= hidden
        for order in list(line):
            self._settle(line, order, filled.get(order.order_id, 0))
        return left

    @staticmethod
    def _with_taken(line: list[Order], left: int) -> list[tuple[Order, int]]:
        """Orders reached, each with what was taken before it."""
        reached, taken = [], 0
        for order in line:
            if taken >= left:
                break
            reached.append((order, taken))
            taken += order.shown
        return reached

    @staticmethod
    def _settle(line: list[Order], order: Order, filled: int) -> None:
        if filled == 0:
            return
        remaining = order.shown + order.reserve - filled
        if remaining == 0:
            line.remove(order)
        elif filled < order.shown:
            order.shown -= filled
        else:
            line.remove(order)
            order.shown = min(order.display, remaining)
            order.reserve = remaining - order.shown
            line.append(order)
