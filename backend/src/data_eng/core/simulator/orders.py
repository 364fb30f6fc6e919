"""The simulated book: resting orders in linked first-in-first-out queues, one queue a side and tick, all in plain arrays.

Prices inside the book are *positions*, 0 .. TICKS - 1; the caller knows which tick position 0 stands for.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

BID, ASK = 0, 1
TICKS = 16384
"""Positions of a book: 4,096 ES points, more than a session moves."""
SLOTS = 1 << 18
"""Orders that may rest at once; a real ES book holds 8,000 to 14,000."""
NOBODY = -1
FREE, NEXT_ID, BEST_BID, BEST_ASK, RESTING = range(5)
FIRST_ORDER_ID = 6_400_000_000_000


class Book(NamedTuple):
    """Orders and queues. `side` arrays are (2, TICKS); order arrays are (SLOTS,) and mean nothing in a free slot."""

    quantity: NDArray[np.int32]
    """(2, TICKS) displayed contracts."""
    orders: NDArray[np.int32]
    """(2, TICKS) orders in the queue."""
    head: NDArray[np.int32]
    """(2, TICKS) slot first in line, or NOBODY."""
    tail: NDArray[np.int32]
    size: NDArray[np.int32]
    """Displayed contracts of the order."""
    reserve: NDArray[np.int32]
    """Contracts an iceberg still hides; 0 for a plain order."""
    shown: NDArray[np.int32]
    """Contracts an iceberg shows after a refresh."""
    position: NDArray[np.int32]
    side: NDArray[np.int8]
    order_id: NDArray[np.int64]
    placed_ns: NDArray[np.int64]
    """When the order took its present price, ns UTC."""
    behind: NDArray[np.int32]
    """Next in line, or NOBODY."""
    ahead: NDArray[np.int32]
    free: NDArray[np.int32]
    """Stack of free slots; counters[FREE] of them are valid."""
    counters: NDArray[np.int64]
    """FREE slots, NEXT_ID to give, BEST_BID and BEST_ASK positions, RESTING orders."""


def empty_book(middle: int, first_order_id: int) -> Book:
    """A book without orders; its bests stand one tick apart around `middle` until orders come."""
    sides, slots = (2, TICKS), SLOTS
    return Book(
        quantity=np.zeros(sides, np.int32),
        orders=np.zeros(sides, np.int32),
        head=np.full(sides, NOBODY, np.int32),
        tail=np.full(sides, NOBODY, np.int32),
        size=np.zeros(slots, np.int32),
        reserve=np.zeros(slots, np.int32),
        shown=np.zeros(slots, np.int32),
        position=np.zeros(slots, np.int32),
        side=np.zeros(slots, np.int8),
        order_id=np.zeros(slots, np.int64),
        placed_ns=np.zeros(slots, np.int64),
        behind=np.full(slots, NOBODY, np.int32),
        ahead=np.full(slots, NOBODY, np.int32),
        free=np.arange(slots - 1, -1, -1, dtype=np.int32),
        counters=np.array([slots, first_order_id, middle, middle + 1, 0], np.int64),
    )


@nb.njit(cache=True, forceinline=True)
def new_order_id(book: Book) -> int:
    book.counters[NEXT_ID] += 1
    return book.counters[NEXT_ID]


@nb.njit(cache=True, forceinline=True)
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
    book.quantity[side, position] += book.size[slot]
    book.orders[side, position] += 1


@nb.njit(cache=True, forceinline=True)
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
    book.quantity[side, position] -= book.size[slot]
    book.orders[side, position] -= 1


@nb.njit(cache=True, forceinline=True)
def place_order(book: Book, order_id: int, side: int, position: int, size: int, reserve: int, ts_ns: int) -> int:
    """A new resting order; returns its slot. The bests move to it when it improves them."""
    book.counters[FREE] -= 1
    slot = book.free[book.counters[FREE]]
    book.size[slot] = size
    book.reserve[slot] = reserve
    book.shown[slot] = size
    book.order_id[slot] = order_id
    join_queue(book, slot, side, position, ts_ns)
    book.counters[RESTING] += 1
    improve_best(book, side, position)
    return slot


@nb.njit(cache=True, forceinline=True)
def remove_order(book: Book, slot: int) -> None:
    """Take an order off the book and free its slot."""
    leave_queue(book, slot)
    book.free[book.counters[FREE]] = slot
    book.counters[FREE] += 1
    book.counters[RESTING] -= 1
    book.order_id[slot] = 0


@nb.njit(cache=True, forceinline=True)
def resize_order(book: Book, slot: int, size: int) -> None:
    """A new displayed size; the place in line is kept."""
    book.quantity[book.side[slot], book.position[slot]] += size - book.size[slot]
    book.size[slot] = size


@nb.njit(cache=True, forceinline=True)
def improve_best(book: Book, side: int, position: int) -> None:
    if side == BID:
        book.counters[BEST_BID] = max(book.counters[BEST_BID], position)
    else:
        book.counters[BEST_ASK] = min(book.counters[BEST_ASK], position)


@nb.njit(cache=True)
def retreat_bests(book: Book) -> bool:
    """Move the bests away from emptied queues; True when one moved. An empty side's best stops at the book's edge."""
    best_bid, best_ask = book.counters[BEST_BID], book.counters[BEST_ASK]
    while best_bid > 0 and book.orders[BID, best_bid] == 0:
        best_bid -= 1
    while best_ask < TICKS - 1 and book.orders[ASK, best_ask] == 0:
        best_ask += 1
    moved = best_bid != book.counters[BEST_BID] or best_ask != book.counters[BEST_ASK]
    book.counters[BEST_BID], book.counters[BEST_ASK] = best_bid, best_ask
    return moved


def resting_slots(book: Book) -> NDArray[np.int32]:
    """(orders,) slots of every resting order: bids from the best down, then asks from the best up, each queue in its order."""
    slots = np.empty(int(book.counters[RESTING]), np.int32)
    _list_slots(book, slots)
    return slots


@nb.njit(cache=True)
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
