"""The book and its flow as one would explain them: dicts and lists, a record at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

COUNTERS = (
    "add",
    "arrive",
    "fill",
    "pull",
    "reprice_up",
    "reprice_down",
    "pull_rest",
    "reprice_up_rest",
    "reprice_down_rest",
    "buy_volume",
    "sell_volume",
    "refresh",
)

NO_PRICE = -(2**31)
"""Tick of a record without a price; no row reaches it."""


@dataclass
class Order:
    side: str
    tick: int
    size: int
    placed: int
    filled: int = 0
    took: int = 0


@dataclass
class NaiveBook:
    """Feed it `record(...)`; read `orders`, `depth`, and the running window's `counters` and `swept`."""

    rest_ns: int
    big_contracts: int
    orders: dict[int, Order] = field(default_factory=dict)
    counters: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    depth_start: dict[tuple[str, int], int] = field(default_factory=dict)
    aggressor: tuple[int, str] | None = None
    best_shown: tuple[int | None, int | None] = (None, None)
    anomalies: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    marks: set[str] = field(default_factory=set)
    trades: list[tuple[str, int, int]] = field(default_factory=list)
    """Side, tick and size of each trade of the running event."""
    swept: dict[str, int] = field(default_factory=lambda: {"B": 0, "A": 0})
    """By the aggressor's side: contracts of events that traded at two prices or more, counted as they are known to."""
    clock: int = 0
    """The latest time that the feed vouches for."""
    clock_lost: bool = False
    window_start: int = 0
    seen: int = 0
    """Records so far."""

    def depth(self) -> dict[tuple[str, int], int]:
        depth: dict[tuple[str, int], int] = defaultdict(int)
        for order in self.orders.values():
            depth[order.side, order.tick] += order.size
        return dict(depth)

    def order_count(self) -> dict[tuple[str, int], int]:
        count: dict[tuple[str, int], int] = defaultdict(int)
        for order in self.orders.values():
            count[order.side, order.tick] += 1
        return dict(count)

    def big(self) -> dict[tuple[str, int], int]:
        big: dict[tuple[str, int], int] = defaultdict(int)
        for order in self.orders.values():
            if order.size >= self.big_contracts:
                big[order.side, order.tick] += order.size
        return dict(big)

    def age_sum(self) -> dict[tuple[str, int], int]:
        """Size times the millisecond at which it took its price."""
        total: dict[tuple[str, int], int] = defaultdict(int)
        for order in self.orders.values():
            total[order.side, order.tick] += order.size * (order.placed // 1_000_000)
        return dict(total)

    def time(self, now: int, event_ts: int, bad_clock: bool) -> int:
        """As of when the next record counts, after what it says of the clock."""
        if bad_clock:
            self.clock_lost = True
            self.marks.add("out of time")
            return self.clock or event_ts
        self.clock_lost = False
        if now < self.clock:
            self.anomalies["ts_recv_backwards"] += 1
            if now < self.window_start:
                self.marks.add("out of time")
        self.clock = max(self.clock, now)
        return self.clock

    def begin_window(self, start: int = 0) -> None:
        self.window_start = start
        self.swept = {"B": 0, "A": 0}
        self.counters = defaultdict(lambda: dict.fromkeys(COUNTERS, 0))
        self.depth_start = self.depth()
        bid, ask = self.best_shown
        self.marks = {"crossed"} if bid is not None and ask is not None and bid >= ask else set()
        if self.clock_lost:
            self.marks.add("out of time")

    def _count(self, side: str, tick: int, name: str, size: int) -> None:
        self.counters[side, tick][name] += size

    def _leaves_by_itself(self, order: Order, size: int, now: int, name: str) -> None:
        self._count(order.side, order.tick, name, size)
        if now - order.placed >= self.rest_ns:
            self._count(order.side, order.tick, name + "_rest", size)

    def _executed(self, order: Order, removable: int, now: int) -> int:
        """Size off the order that F named: filled, or taken across the spread where the order was the aggressor."""
        if order.took:
            size = min(order.took, removable)
            self._leaves_by_itself(order, size, now, "reprice_up" if order.side == "B" else "reprice_down")
        else:
            size = min(order.filled, removable)
            self._count(order.side, order.tick, "fill", size)
        return size

    def record(
        self, action: str, side: str, order_id: int, priced: int | None, size: int, now: int, event_ts: int, snapshot: bool, last: bool
    ) -> None:
        tick = NO_PRICE if priced is None else priced
        order = self.orders.get(order_id)
        self.seen += 1
        if snapshot:
            self.marks.add("snapshot")
        if action not in "RN":
            if tick == 0:
                self.anomalies["price_of_zero"] += 1
            if size >= 1_000_000:
                self.anomalies["size_of_a_million"] += 1
        if action == "R":
            self.orders.clear()
            self.begin_window_after_clear()
            if not snapshot and self.seen > 1:
                self.marks.add("cleared")
                self.anomalies["clear_in_mid_day"] += 1
        elif action == "T":
            self.aggressor = (order_id, side)
            before = self.swept_by_event(side)
            self.trades.append((side, tick, size))
            self.swept[side] = self.swept.get(side, 0) + self.swept_by_event(side) - before
            if side == "B":
                self._count("A", tick, "buy_volume", size)
            elif side == "A":
                self._count("B", tick, "sell_volume", size)
        elif action == "F":
            if order is None:
                self.anomalies["fill_of_unknown_id"] += 1
            elif order.took or (not order.filled and self.aggressor == (order_id, side)):
                order.took += size
            else:
                order.filled += size
            if order is not None and order.took + order.filled > order.size:
                self.anomalies["fill_above_resting_size"] += 1
        elif action == "C":
            if order is None:
                self.anomalies["cancel_of_unknown_id"] += 1
            else:
                removed = order.size if size < 0 else min(size, order.size)
                if size < 0:
                    self.anomalies["cancel_of_undefined_size"] += 1
                elif size > order.size:
                    self.anomalies["cancel_above_resting_size"] += 1
                elif size < order.size:
                    self.anomalies["cancel_below_resting_size"] += 1
                if tick not in (NO_PRICE, order.tick):
                    self.anomalies["cancel_at_other_price"] += 1
                executed = self._executed(order, removed, now)
                self._leaves_by_itself(order, removed - executed, now, "pull")
                order.size -= removed
                order.filled = max(order.filled - executed, 0)
                order.took = max(order.took - executed, 0)
                if order.size == 0:
                    del self.orders[order_id]
        elif action in "AM":
            if action == "M" and order is None:
                self.anomalies["modify_of_unknown_id"] += 1
            if action == "A" and order is not None:
                self.anomalies["duplicate_add"] += 1
            if order is not None and (size == 0 or side != order.side):
                self._leaves_by_itself(order, order.size - self._executed(order, order.size, now), now, "pull")
                del self.orders[order_id]
                order = None
            if size == 0:
                self.anomalies["add_without_size_price_or_side"] += 1
            elif order is None:
                self.orders[order_id] = Order(side, tick, size, event_ts if snapshot else now)
                if snapshot:
                    self.depth_start[side, tick] = self.depth_start.get((side, tick), 0) + size
                else:
                    self._count(side, tick, "add", size)
            else:
                left = order.size - self._executed(order, order.size, now)
                pulled, added = max(left - size, 0), max(size - left, 0)
                self._leaves_by_itself(order, pulled, now, "pull")
                if tick != order.tick:
                    self._leaves_by_itself(order, left - pulled, now, "reprice_up" if tick > order.tick else "reprice_down")
                    self._count(order.side, tick, "arrive", left - pulled)
                    order.tick, order.placed = tick, now
                self._count(order.side, tick, "add", added)
                if order.filled:
                    self._count(order.side, tick, "refresh", added)
                order.size, order.filled, order.took = size, 0, 0
        if last:
            for resting in self.orders.values():
                resting.filled = resting.took = 0
            self.aggressor = None
            self.trades = []
            bids = [o.tick for o in self.orders.values() if o.side == "B"]
            asks = [o.tick for o in self.orders.values() if o.side == "A"]
            self.best_shown = (max(bids, default=None), min(asks, default=None))
            if bids and asks and max(bids) >= min(asks):
                self.anomalies["crossed_after_last"] += 1
                self.marks.add("crossed")

    def swept_by_event(self, aggressor: str) -> int:
        own = [(tick, size) for side, tick, size in self.trades if side == aggressor]
        return sum(size for _, size in own) if len({tick for tick, _ in own}) >= 2 else 0

    def begin_window_after_clear(self) -> None:
        marks, swept = self.marks, self.swept
        self.begin_window(self.window_start)
        self.marks, self.swept = marks, swept

    def rows(self, centre: int, band: int) -> list[tuple[int, ...]]:
        """The running window's rows: side (0 bid, 1 ask), tick, depths, orders_end, counters, big, age; those not all zero."""
        depth, count, big, age, rows = self.depth(), self.order_count(), self.big(), self.age_sum(), []
        for code, side in enumerate("BA"):
            for tick in range(centre - band, centre + band + 1):
                key = (side, tick)
                counted = self.counters[key] if key in self.counters else dict.fromkeys(COUNTERS, 0)
                values = (self.depth_start.get(key, 0), depth.get(key, 0), count.get(key, 0), *counted.values())
                if any(values):
                    rows.append((code, tick, *values, big.get(key, 0), age.get(key, 0)))
        return rows
