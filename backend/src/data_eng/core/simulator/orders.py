"""The simulated book: resting orders in linked first-in-first-out queues, one queue a side and tick, all in plain arrays.

Prices inside the book are *positions*, 0 .. TICKS - 1; the caller knows which tick position 0 stands for.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled, merged
from .records import Record, zero_record

BID, ASK = 0, 1
TICKS = 16384
"""Positions of a book: 4,096 ES points, more than a session moves."""
EDGE = 256
"""Positions at either end that hold no best, so that a queue a few levels deeper always exists."""
SLOTS = 1 << 18
"""Orders that may rest at once; a real ES book holds 8,000 to 14,000."""
NOBODY = -1
FIRST_ORDER_ID = 6_400_000_000_000

Book: TypeAlias = Record
"""A record of BOOK_DTYPE."""

BOOK_DTYPE = np.dtype(
    [
        # Queues, by side and position.
        ("quantity", np.int32, (2, TICKS)),  # contracts shown
        ("orders", np.int32, (2, TICKS)),
        ("head", np.int32, (2, TICKS)),  # slot first in line, or NOBODY
        ("tail", np.int32, (2, TICKS)),
        # Orders, by slot; they mean nothing in a free slot.
        ("contracts", np.int32, SLOTS),  # shown
        ("reserve", np.int32, SLOTS),  # contracts an iceberg still hides; 0 for a plain order
        ("shown", np.int32, SLOTS),  # contracts an iceberg shows after a refresh
        ("position", np.int32, SLOTS),
        ("side", np.int8, SLOTS),
        ("planted", np.int8, SLOTS),  # 1 for an order that only takers and its owner take off
        ("order_id", np.int64, SLOTS),
        ("placed_ns", np.int64, SLOTS),  # when the order took its present price, ns UTC
        ("behind", np.int32, SLOTS),  # slot next in line, or NOBODY
        ("ahead", np.int32, SLOTS),
        ("free", np.int32, SLOTS),  # stack of free slots, of which free_slots are valid
        ("free_slots", np.int64),
        ("last_order_id", np.int64),
        ("best_bid", np.int64),  # position
        ("best_ask", np.int64),
        ("resting", np.int64),  # orders
    ]
)


def empty_book(first_order_id: int) -> Book:
    """A book without orders; the best of an empty side stands at EDGE."""
    book = zero_record(BOOK_DTYPE)
    for name in ("head", "tail", "behind", "ahead"):
        book[name][...] = NOBODY
    book.free[:] = np.arange(SLOTS - 1, -1, -1)
    book.free_slots = SLOTS
    book.last_order_id = first_order_id
    book.best_bid, book.best_ask = EDGE, TICKS - EDGE
    return book


@merged
def new_order_id(book: Book) -> int:
    book.last_order_id += 1
    return book.last_order_id


@merged
def join_queue(book: Book, slot: int, side: int, position: int, ts_ns: int) -> None:
    """Put an order last in line at a price."""
    last = book.tail[side, position]
    book.behind[slot] = NOBODY
    book.ahead[slot] = last
    if last >= 0:
        book.behind[last] = slot
    else:
        book.head[side, position] = slot
    book.tail[side, position] = slot
    book.side[slot] = side
    book.position[slot] = position
    book.placed_ns[slot] = ts_ns
    book.quantity[side, position] += book.contracts[slot]
    book.orders[side, position] += 1


@merged
def leave_queue(book: Book, slot: int) -> None:
    """Take an order out of line; the slot stays the order's."""
    side, position = book.side[slot], book.position[slot]
    before, after = book.ahead[slot], book.behind[slot]
    if before >= 0:
        book.behind[before] = after
    else:
        book.head[side, position] = after
    if after >= 0:
        book.ahead[after] = before
    else:
        book.tail[side, position] = before
    book.quantity[side, position] -= book.contracts[slot]
    book.orders[side, position] -= 1


@merged
def place_order(book: Book, order_id: int, side: int, position: int, size: int, reserve: int, ts_ns: int) -> int:
    """A new resting order; returns its slot. The bests move to it when it improves them."""
    book.free_slots -= 1
    slot = book.free[book.free_slots]
    book.contracts[slot] = size
    book.reserve[slot] = reserve
    book.shown[slot] = size
    book.order_id[slot] = order_id
    book.planted[slot] = 0
    join_queue(book, slot, side, position, ts_ns)
    book.resting += 1
    improve_best(book, side, position)
    return slot


@merged
def remove_order(book: Book, slot: int) -> None:
    """Take an order off the book and free its slot."""
    leave_queue(book, slot)
    book.free[book.free_slots] = slot
    book.free_slots += 1
    book.resting -= 1
    book.order_id[slot] = 0


@merged
def resize_order(book: Book, slot: int, size: int) -> None:
    """A new displayed size; the place in line is kept."""
    book.quantity[book.side[slot], book.position[slot]] += size - book.contracts[slot]
    book.contracts[slot] = size


@merged
def improve_best(book: Book, side: int, position: int) -> None:
    if side == BID:
        book.best_bid = max(book.best_bid, position)
    else:
        book.best_ask = min(book.best_ask, position)


@merged
def retreat_bests(book: Book) -> bool:
    """Move the bests away from emptied queues; True when one moved."""
    best_bid, best_ask = book.best_bid, book.best_ask
    while best_bid > EDGE and book.orders[BID, best_bid] == 0:
        best_bid -= 1
    while best_ask < TICKS - EDGE and book.orders[ASK, best_ask] == 0:
        best_ask += 1
    moved = best_bid != book.best_bid or best_ask != book.best_ask
    book.best_bid, book.best_ask = best_bid, best_ask
    return moved


def resting_slots(book: Book) -> NDArray[np.int32]:
    """(orders,) slots of every resting order: bids from the best down, then asks from the best up, each queue in its order."""
    slots = np.empty(int(book.resting), np.int32)
    _list_slots(book, slots)
    return slots


@compiled
def _list_slots(book: Book, slots: NDArray[np.int32]) -> None:
    count = 0
    for side in range(2):
        for depth in range(TICKS):
            position = TICKS - 1 - depth if side == BID else depth
            slot = book.head[side, position]
            while slot >= 0:
                slots[count] = slot
                count += 1
                slot = book.behind[slot]
