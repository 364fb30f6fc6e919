"""Random orders into the simulated book and into its slow twin: the same queues, in the same order, always."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.simulator.matching import Aggressor, empty_hits, execute
from src.data_eng.core.simulator.orders import (
    ASK,
    BID,
    FIRST_ORDER_ID,
    NOBODY,
    Book,
    empty_book,
    place_order,
    remove_order,
    resting_slots,
    retreat_bests,
)
from src.data_eng.core.simulator.tape import Events, empty_tape, taken
from tests.parity.naive_matching import NaiveVenue

MIDDLE = 8000
TAPE, HITS = empty_tape(), empty_hits()
PLACE = st.tuples(st.just("place"), st.integers(0, 1), st.integers(0, 4), st.integers(1, 5), st.integers(0, 6))
TRADE = st.tuples(st.just("trade"), st.integers(0, 1), st.integers(0, 4), st.integers(1, 20), st.booleans())
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 50))


def queues(book: Book) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
    """(id, shown, hidden) in line, by side and position."""
    lines: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for slot in resting_slots(book):
        key = int(book.side[slot]), int(book.position[slot])
        lines.setdefault(key, []).append((int(book.order_id[slot]), int(book.contracts[slot]), int(book.reserve[slot])))
    return lines


def naive_queues(venue: NaiveVenue) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
    return {
        (side, position): [(order.order_id, order.shown, order.reserve) for order in line]
        for side in (BID, ASK)
        for position, line in venue.queues[side].items()
        if line
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PLACE, PLACE, TRADE, CANCEL), max_size=60))
def test_book_and_naive_venue_hold_the_same_queues(operations: list[tuple[Any, ...]]) -> None:
    book, venue = empty_book(FIRST_ORDER_ID), NaiveVenue()
    for number, (kind, *details) in enumerate(operations, start=1):
        if kind == "place":
            side, depth, size, reserve = details
            position = _passive_position(book, side, depth)
            place_order(book, number, side, position, size, reserve, number)
            venue.place(number, side, position, size, reserve)
        elif kind == "trade":
            side, reach, size, rests = details
            if not venue.prices(1 - side):
                continue
            best = int(book.best_ask if side == BID else book.best_bid)
            worst = best + reach if side == BID else best - reach
            traded = execute(book, TAPE, HITS, Aggressor(number, side, size, worst, rests, 0, False, NOBODY), number)
            assert traded == venue.trade(number, side, size, worst, rests)
            assert traded == int(sum(_trades(taken(TAPE))))
        elif book.resting > 0:
            slot = int(resting_slots(book)[details[0] % int(book.resting)])
            venue.remove(int(book.order_id[slot]), int(book.side[slot]), int(book.position[slot]))
            remove_order(book, slot)
            retreat_bests(book)
        assert queues(book) == naive_queues(venue)
        _bests_are_right(book, venue)


def _passive_position(book: Book, side: int, depth: int) -> int:
    """A price that does not cross the other side."""
    if side == BID:
        return min(MIDDLE, int(book.best_ask) - 1) - depth
    return max(MIDDLE + 1, int(book.best_bid) + 1) + depth


def _trades(events: Events) -> list[int]:
    return [size for action, size in zip(events.action.tolist(), events.contracts.tolist(), strict=True) if action == ord("T")]


def _bests_are_right(book: Book, venue: NaiveVenue) -> None:
    bids, asks = venue.prices(BID), venue.prices(ASK)
    if bids:
        assert book.best_bid == bids[0]
    if asks:
        assert book.best_ask == asks[0]
    if bids and asks:
        assert bids[0] < asks[0]
    assert sum(int(book.quantity[side].sum()) for side in (BID, ASK)) == sum(
        order.shown for side in (0, 1) for line in venue.queues[side].values() for order in line
    )
