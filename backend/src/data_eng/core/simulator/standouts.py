"""What stands out in the book: a wall, or icebergs at one price, raised at a level's touch with a meaning or without one.

A wall's orders, and an iceberg's, are nobody else's to cancel: only takers and their owner take them off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiled import compiled, merged
from ..events import ADD, CANCEL
from .market import Market
from .orders import ASK, BID, Book, new_order_id, place_order, remove_order, retreat_bests
from .pace import stamp
from .plan import LEVELS, Plan
from .records import Record
from .tape import FIRST_PACKET, Tape, end_event, side_letter, write, write_order

WALL, ABSORB = 2, 3
NOTHING, WANTED, STANDING = range(3)
"""What a planting has of a standout."""
STANDS, PULLED = range(2)
"""Fates: it stays until the episode ends, if nobody eats it; or its owner withdraws it before."""
FATES = ("stands", "pulled")
WALL_LEAST, WALL_MOST = 3.0, 6.0
"""What rests at a wall's strike, in times of usual."""
STRIKE_TICKS, GROWN = 4, 1.6
"""Ticks whose queues a wall is held against, and what they hold against the plan's usual depth, which trades keep short."""
WALL_NEAREST, WALL_FARTHEST = 2, 10
"""Ticks beyond the level."""
ORDERS_LEAST, ORDERS_MOST = 3, 8
ICEBERGS, ICEBERG_SHOWN, ICEBERG_HIDDEN = 3, 0.5, 8.0
"""Icebergs at one price, what each shows in usual best queues, and what it hides in times of that."""
PULL_EARLIEST_S, PULL_LATEST_S = 5.0, 15.0
"""From the touch to a wall's withdrawal."""
BEFORE_LEAST_S, BEFORE_MOST_S = 5.0, 20.0
"""From a wall's withdrawal to the move that it comes before."""
MOST_STANDOUTS = 4096
STANDOUT_DTYPE = np.dtype(
    [
        ("time_s", np.float64),
        ("end_s", np.float64),  # NaN when the session ended before
        ("kind", np.int64),
        ("fate", np.int64),
        ("side", np.int64),
        ("position", np.int64),
        ("contracts", np.int64),  # all of it, hidden ones included
        ("left", np.int64),  # contracts at its end
        ("meant", np.int64),
        ("episode", np.int64),  # row of the truth
    ]
)
STANDOUT_FIELDS: list[Any] = [
    ("standout", np.int64),  # NOTHING, WANTED or STANDING
    ("standout_kind", np.int64),
    ("standout_fate", np.int64),
    ("standout_meant", np.int64),
    ("standout_pull_s", np.float64),  # from the touch to its withdrawal; infinite where it stays
    ("standout_due_s", np.float64),  # session second of that
    ("standout_slots", np.int64, ORDERS_MOST),
    ("standout_ids", np.int64, ORDERS_MOST),
    ("standout_orders", np.int64),  # valid ones of those
    ("standouts", STANDOUT_DTYPE, MOST_STANDOUTS),
    ("standout_rows", np.int64),
]
"""Fields of a planting: the standout of the running episode, and all so far."""


@compiled
def want_standout(planting: Record, kind: int, fate: int, meant: bool, rng: np.random.Generator) -> float:
    """Ask for a standout of the episode that begins; returns the seconds from the touch after which a pulled wall's move comes, else 0."""
    planting.standout, planting.standout_kind = WANTED, kind
    planting.standout_fate, planting.standout_meant = fate, int(meant)
    planting.standout_pull_s = np.inf
    if fate == STANDS:
        return 0.0
    planting.standout_pull_s = PULL_EARLIEST_S + (PULL_LATEST_S - PULL_EARLIEST_S) * rng.random()
    before_s = BEFORE_LEAST_S + (BEFORE_MOST_S - BEFORE_LEAST_S) * rng.random()
    return planting.standout_pull_s + before_s


@compiled
def tend_standout(book: Book, market: Market, planting: Record, tape: Tape, plan: Plan, rng: np.random.Generator) -> None:
    """Withdraw the standout that is due, and raise the one that is wanted."""
    before = tape.count
    if planting.standout_orders > 0 and _is_due(planting, market.time_s):
        _withdraw(book, market, planting, tape, plan)
    if planting.standout == WANTED:
        _raise(book, market, planting, tape, plan, rng)
    elif planting.standout_orders == 0:
        planting.standout = NOTHING
    market.written += tape.count - before


@merged
def _is_due(planting: Record, time_s: float) -> bool:
    """Its fate has come, or its episode is over."""
    over = np.isnan(planting.start_s) or planting.standouts[planting.standout_rows - 1].episode != planting.rows - 1
    return over or time_s >= planting.standout_due_s


@compiled
def _raise(book: Book, market: Market, planting: Record, tape: Tape, plan: Plan, rng: np.random.Generator) -> None:
    """Place its orders, one event each, beyond the level as the price comes."""
    planting.standout, planting.standout_orders = NOTHING, 0
    row = planting.standout_rows
    if row >= MOST_STANDOUTS:
        return
    side = ASK if planting.direction > 0 else BID
    is_wall = planting.standout_kind == WALL
    beyond = WALL_NEAREST + int(rng.random() * (WALL_FARTHEST - WALL_NEAREST + 1)) if is_wall else 0
    position = _behind_best(book, side, planting.position[planting.level] + beyond * planting.direction)
    orders = ORDERS_LEAST + int(rng.random() * (ORDERS_MOST - ORDERS_LEAST + 1)) if is_wall else ICEBERGS
    size, reserve = _sizes(plan, is_wall, orders, rng)
    for i in range(orders):
        ts_ns, order_id = stamp(market, plan), new_order_id(book)
        slot = place_order(book, order_id, side, position, size, reserve, ts_ns)
        book.planted[slot] = 1
        planting.standout_slots[i], planting.standout_ids[i] = slot, order_id
        write(tape, ts_ns, order_id, position, size, ADD, side_letter(side), FIRST_PACKET)
        end_event(tape, False)
    planting.standout, planting.standout_orders = STANDING, orders
    planting.standout_due_s = market.time_s + planting.standout_pull_s
    noted = planting.standouts[row]
    noted.time_s, noted.end_s, noted.kind, noted.fate = market.time_s, np.nan, planting.standout_kind, planting.standout_fate
    noted.side, noted.position, noted.contracts = side, position, orders * (size + reserve)
    noted.left, noted.meant, noted.episode = noted.contracts, planting.standout_meant, planting.rows - 1
    planting.standout_rows = row + 1
    if planting.rows > 0 and planting.standout_meant == 1:
        planting.truth[planting.rows - 1].standout = row
    market.stale_weights = 1


@merged
def _behind_best(book: Book, side: int, position: int) -> int:
    """The position, or its side's best where the price is past it already."""
    return max(position, book.best_ask) if side == ASK else min(position, book.best_bid)


@merged
def _sizes(plan: Plan, is_wall: bool, orders: int, rng: np.random.Generator) -> tuple[int, int]:
    """Contracts that each order shows, and that it hides."""
    if not is_wall:
        shown = max(int(ICEBERG_SHOWN * plan.depth[0]), 1)
        return shown, int(ICEBERG_HIDDEN * shown)
    times = WALL_LEAST + (WALL_MOST - WALL_LEAST) * rng.random()
    usual = STRIKE_TICKS * GROWN * plan.depth[LEVELS // 2]
    return max(int((times - 1.0) * usual / orders), 1), 0


@compiled
def _withdraw(book: Book, market: Market, planting: Record, tape: Tape, plan: Plan) -> None:
    """Cancel what is left of it, one event an order, and note how much that was."""
    left = 0
    for i in range(planting.standout_orders):
        slot = planting.standout_slots[i]
        if book.order_id[slot] != planting.standout_ids[i]:
            continue
        left += book.contracts[slot] + book.reserve[slot]
        write_order(tape, book, slot, CANCEL, FIRST_PACKET, stamp(market, plan))
        remove_order(book, slot)
        end_event(tape, False)
    retreat_bests(book)
    noted = planting.standouts[planting.standout_rows - 1]
    noted.left, noted.end_s = left, market.time_s
    planting.standout_orders = 0
    market.stale_weights = 1
