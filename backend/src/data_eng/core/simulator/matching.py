"""Price-time matching: what an aggressive order does to the book, written in the feed's own patterns.

Patterns seen on the feed: `TFC`, `TFFCC` (every F before the first C), `TFTFCC` (a sweep), `TFM` (a part), some with a closing N.
The aggressor's remainder (A, the T's id) comes before the C of what it hit, so the book is crossed inside the event.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from ..compiled import compiled, merged
from ..events import ADD, CANCEL, FILL, MODIFY, NO_TICK, SIDE_NONE, TRADE
from .orders import (
    ASK,
    BID,
    NOBODY,
    Book,
    join_queue,
    leave_queue,
    new_order_id,
    place_order,
    remove_order,
    resize_order,
    retreat_bests,
)
from .records import Record, zero_record
from .tape import FIRST_PACKET, SECOND_PACKET, Tape, side_letter, write, write_order

MOST_HITS = 2048
"""Resting orders that one aggressor may hit, and so the largest aggressor."""


Hits: TypeAlias = Record
"""A record of HITS_DTYPE: the resting orders hit by the running event."""

HITS_DTYPE = np.dtype([("slot", np.int32, MOST_HITS), ("filled", np.int32, MOST_HITS)])


class Aggressor(NamedTuple):
    """An order that trades at once."""

    order_id: int
    side: int
    """BID buys, ASK sells."""
    size: int
    worst: int
    """Position beyond which it does not trade."""
    rests: bool
    """Whether what is left of it joins the book at the last price it took."""
    hidden: int
    """Contracts of an order the book never showed, filled first: their F carries an id that no A ever named."""
    unsigned: bool
    """Implied or spread trade: T and F carry side N."""
    resting_slot: int
    """Slot of the aggressor when it was already resting and is repriced through the spread, else NOBODY."""


def empty_hits() -> Hits:
    return zero_record(HITS_DTYPE)


@compiled
def execute(book: Book, tape: Tape, hits: Hits, order: Aggressor, ts_ns: int) -> int:
    """Trade `order` against the book and write its event, all but the end; returns the contracts traded.

    The other side's best must hold an order, and the size must not exceed MOST_HITS. Volume is the sum of the T sizes written.
    """
    other = ASK if order.side == BID else BID
    letter = SIDE_NONE if order.unsigned else side_letter(order.side)
    left, traded, hit, hidden = order.size, 0, 0, order.hidden
    position = book.best_ask if order.side == BID else book.best_bid
    last_position = position
    while left > 0 and position != NO_TICK and not _is_beyond(position, order.worst, order.side):
        take = min(left, _available(book, other, position, left))
        write(tape, ts_ns, order.order_id, position, take + hidden, TRADE, letter, FIRST_PACKET)
        if order.resting_slot != NOBODY and traded == 0:
            write(tape, ts_ns, order.order_id, position, take + hidden, FILL, letter, FIRST_PACKET)
        if hidden > 0:
            write(tape, ts_ns, new_order_id(book), position, hidden, FILL, _fill_letter(order.unsigned, other), FIRST_PACKET)
        hit = _fill_queue(book, tape, hits, hit, other, position, take, order.unsigned, ts_ns)
        left -= take
        traded += take + hidden
        hidden = 0
        last_position = position
        position = _next_queue(book, other, position)
    joins = left > 0 and order.rests
    if joins:
        write(tape, ts_ns, order.order_id, last_position, left, ADD, side_letter(order.side), FIRST_PACKET)
    _settle(book, tape, hits, hit, ts_ns)
    if order.resting_slot != NOBODY:
        _settle_aggressor(book, tape, order.resting_slot, traded, ts_ns)
    retreat_bests(book)
    if joins:
        place_order(book, order.order_id, order.side, last_position, left, 0, ts_ns)
    return traded


@merged
def _is_beyond(position: int, worst: int, side: int) -> bool:
    return position > worst if side == BID else position < worst


@compiled
def _available(book: Book, side: int, position: int, wanted: int) -> int:
    """Contracts of a queue: what it shows and, only when more is wanted, what its icebergs hide."""
    available = book.quantity[side, position]
    if wanted > available:
        slot = book.head[side, position]
        while slot >= 0:
            available += book.reserve[slot]
            slot = book.behind[slot]
    return available


@merged
def _fill_letter(unsigned: bool, side: int) -> int:
    return SIDE_NONE if unsigned else side_letter(side)


@compiled
def _next_queue(book: Book, side: int, position: int) -> int:
    """First queue with orders beyond `position`, looking away from the middle; NO_TICK when there is none."""
    step = 1 if side == ASK else -1
    position += step
    while 0 <= position < book.orders.shape[1]:
        if book.orders[side, position] > 0:
            return position
        position += step
    return NO_TICK


@compiled
def _fill_queue(book: Book, tape: Tape, hits: Hits, hit: int, side: int, position: int, take: int, unsigned: bool, ts_ns: int) -> int:
    """Write the F of each order in line until `take` is filled, shown contracts first; returns the orders hit by the event so far."""
    letter, first = _fill_letter(unsigned, side), hit
    slot = book.head[side, position]
    while take > 0 and slot >= 0:
        filled = min(take, book.contracts[slot])
        write(tape, ts_ns, book.order_id[slot], position, filled, FILL, letter, FIRST_PACKET)
        hits.slot[hit] = slot
        hits.filled[hit] = filled
        hit += 1
        take -= filled
        slot = book.behind[slot]
    for i in range(first, hit):
        filled = min(take, book.reserve[hits.slot[i]])
        if filled > 0:
            write(tape, ts_ns, book.order_id[hits.slot[i]], position, filled, FILL, letter, FIRST_PACKET)
            hits.filled[i] += filled
            take -= filled
    return hit


@compiled
def _settle(book: Book, tape: Tape, hits: Hits, hit: int, ts_ns: int) -> None:
    """Take the fills off the book, one record an order: C for one used up, M for a part or an iceberg's refresh."""
    for i in range(hit):
        slot, filled = hits.slot[i], hits.filled[i]
        remaining = book.contracts[slot] + book.reserve[slot] - filled
        if remaining == 0:
            write_order(tape, book, slot, CANCEL, SECOND_PACKET, ts_ns)
            remove_order(book, slot)
        else:
            if filled < book.contracts[slot]:
                resize_order(book, slot, book.contracts[slot] - filled)
            else:
                _refresh_iceberg(book, slot, remaining, ts_ns)
            write_order(tape, book, slot, MODIFY, SECOND_PACKET, ts_ns)


@compiled
def _refresh_iceberg(book: Book, slot: int, remaining: int, ts_ns: int) -> None:
    """Show the next part of an iceberg; it loses its place in line."""
    side, position = book.side[slot], book.position[slot]
    leave_queue(book, slot)
    book.contracts[slot] = min(book.shown[slot], remaining)
    book.reserve[slot] = remaining - book.contracts[slot]
    join_queue(book, slot, side, position, ts_ns)


@compiled
def _settle_aggressor(book: Book, tape: Tape, slot: int, traded: int, ts_ns: int) -> None:
    """An aggressor that rested leaves its OLD price, by C when used up and by M when a part stays."""
    if traded >= book.contracts[slot]:
        write_order(tape, book, slot, CANCEL, SECOND_PACKET, ts_ns)
        remove_order(book, slot)
    else:
        resize_order(book, slot, book.contracts[slot] - traded)
        write_order(tape, book, slot, MODIFY, SECOND_PACKET, ts_ns)
