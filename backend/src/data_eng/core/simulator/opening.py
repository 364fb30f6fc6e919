"""A session's first state, its first events and its last: the orders it opens with, and the mass cancel that ends it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..events import ADD, CANCEL
from .market import MARKET_DTYPE, Market
from .orders import BID, NOBODY, TICKS, Book, new_order_id, place_order, remove_order
from .pace import NEWS_EVERY_S
from .plan import ADD_SIZES, LEVELS, Plan
from .records import zero_record
from .tape import FIRST_PACKET, Tape, end_event, side_letter, write, write_order


def opening_market(plan: Plan, rng: np.random.Generator) -> Market:
    """A market at the session's origin, in its usual mood."""
    market = zero_record(MARKET_DTYPE)
    market.latent = market.fair = plan.anchor[0]
    market.next_news_s = rng.standard_exponential() * NEWS_EVERY_S
    market.fleeting_due_s = np.inf
    market.fleeting_slot, market.meta_sign, market.stale_weights = NOBODY, 1, 1
    market.rth_high, market.rth_low = -1, TICKS
    market.add_lean[:] = market.cancel_lean[:] = 1.0
    return market


@compiled
def open_book(book: Book, tape: Tape, plan: Plan, middle: int, outer: NDArray[np.int32], over_s: float, rng: np.random.Generator) -> None:
    """Place the orders the session opens with, one event each, spread over `over_s` seconds from the origin.

    `middle` is the first best bid, the first best offer stands a tick above it. `outer` is (depth levels,) contracts of the queues beyond
    the LEVELS live ones, from the nearest outward.
    """
    levels = LEVELS + outer.size
    for k in range(levels):
        wanted = plan.depth[k] if k < LEVELS else outer[k - LEVELS]
        for side in range(2):
            position = middle - k if side == BID else middle + 1 + k
            while book.quantity[side, position] < wanted:
                size = plan.add_sizes[int(rng.random() * ADD_SIZES)]
                size = size if k < LEVELS else max(size, int(wanted / 3.0))
                ts_ns = plan.origin_ns + int(1e9 * over_s * (k + rng.random()) / levels)
                if tape.count > 0:
                    ts_ns = max(ts_ns, tape.ts_ns[tape.count - 1] + 1)
                order_id = new_order_id(book)
                place_order(book, order_id, side, position, size, 0, ts_ns)
                write(tape, ts_ns, order_id, position, size, ADD, side_letter(side), FIRST_PACKET)
                end_event(tape, False)


@compiled
def close_book(book: Book, tape: Tape, slots: NDArray[np.int32], ts_ns: int) -> None:
    """Cancel every order in one event, as the venue does with day orders at the session's end. The tape must hold them all."""
    for slot in slots:
        write_order(tape, book, slot, CANCEL, FIRST_PACKET, ts_ns)
        remove_order(book, slot)
    end_event(tape, True)
