"""The simulated book's queues order by order, its edges, and the tape on which its events stand."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.events import ADD, CANCEL, NO_TICK, NONE, SIDE_ASK, SIDE_BID, SIDE_NONE
from src.data_eng.core.simulator.opening import close_book, open_book
from src.data_eng.core.simulator.orders import (
    ASK,
    BID,
    EDGE,
    FIRST_ORDER_ID,
    NOBODY,
    SLOTS,
    TICKS,
    Book,
    empty_book,
    join_queue,
    leave_queue,
    new_order_id,
    place_order,
    remove_order,
    resize_order,
    resting_slots,
    retreat_bests,
)
from src.data_eng.core.simulator.plan import LEVELS, PLAN_DTYPE
from src.data_eng.core.simulator.records import zero_record
from src.data_eng.core.simulator.tape import (
    FIRST_PACKET,
    SECOND_PACKET,
    empty_tape,
    end_event,
    joined,
    side_letter,
    taken,
    write,
    write_order,
)


def queue(book: Book, side: int, position: int) -> list[int]:
    """Order ids in line, first in line first; the way back is walked too."""
    line, slot = [], int(book.head[side, position])
    while slot != NOBODY:
        line.append(int(book.order_id[slot]))
        slot = int(book.behind[slot])
    back, slot = [], int(book.tail[side, position])
    while slot != NOBODY:
        back.append(int(book.order_id[slot]))
        slot = int(book.ahead[slot])
    assert back == line[::-1]
    return line


@pytest.fixture
def book() -> Book:
    """Orders 1, 2, 3 of 2, 4 and 6 contracts at bid 8000; order 4 of 5 at ask 8001."""
    book = empty_book(FIRST_ORDER_ID)
    for order_id, side, position, contracts in ((1, BID, 8000, 2), (2, BID, 8000, 4), (3, BID, 8000, 6), (4, ASK, 8001, 5)):
        place_order(book, order_id, side, position, contracts, 0, 10 * order_id)
    return book


def slot_of(book: Book, order_id: int) -> int:
    return int(np.flatnonzero(book.order_id == order_id)[0])


def test_orders_stand_in_line_as_they_came(book: Book) -> None:
    assert queue(book, BID, 8000) == [1, 2, 3]
    assert (book.quantity[BID, 8000], book.orders[BID, 8000], book.resting) == (12, 3, 4)
    assert (book.best_bid, book.best_ask) == (8000, 8001)
    assert book.placed_ns[slot_of(book, 3)] == 30


@pytest.mark.parametrize(("order_id", "left"), [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])])
def test_an_order_may_leave_from_any_place_in_line(book: Book, order_id: int, left: list[int]) -> None:
    slot = slot_of(book, order_id)
    remove_order(book, slot)
    assert queue(book, BID, 8000) == left
    assert (book.quantity[BID, 8000], book.orders[BID, 8000], book.resting) == (12 - 2 * order_id, 2, 3)
    assert book.order_id[slot] == 0


def test_a_slot_that_is_freed_is_the_next_one_used(book: Book) -> None:
    slot = slot_of(book, 2)
    remove_order(book, slot)
    assert book.free_slots == SLOTS - 3
    assert place_order(book, 9, ASK, 8002, 1, 0, 99) == slot
    assert book.free_slots == SLOTS - 4


def test_a_new_size_keeps_the_place_in_line_and_a_new_queue_gives_the_last(book: Book) -> None:
    resize_order(book, slot_of(book, 1), 7)
    assert (queue(book, BID, 8000), book.quantity[BID, 8000]) == ([1, 2, 3], 17)
    slot = slot_of(book, 1)
    leave_queue(book, slot)
    join_queue(book, slot, BID, 8000, 77)
    assert (queue(book, BID, 8000), book.quantity[BID, 8000]) == ([2, 3, 1], 17)
    assert book.placed_ns[slot] == 77


def test_bests_retreat_from_emptied_queues_and_say_so(book: Book) -> None:
    assert not retreat_bests(book)
    place_order(book, 5, BID, 7990, 1, 0, 50)
    for order_id in (1, 2, 3):
        remove_order(book, slot_of(book, order_id))
    assert retreat_bests(book)
    assert (book.best_bid, book.best_ask) == (7990, 8001)


def test_the_best_of_an_empty_side_stands_at_its_edge(book: Book) -> None:
    for order_id in (1, 2, 3, 4):
        remove_order(book, slot_of(book, order_id))
    assert retreat_bests(book)
    assert (book.best_bid, book.best_ask) == (EDGE, TICKS - EDGE)
    assert resting_slots(book).tolist() == []


def test_a_worse_price_moves_no_best_and_a_better_one_its_own_side_s(book: Book) -> None:
    place_order(book, 5, BID, 7999, 1, 0, 50)
    place_order(book, 6, ASK, 8002, 1, 0, 50)
    assert (book.best_bid, book.best_ask) == (8000, 8001)
    remove_order(book, slot_of(book, 4))
    retreat_bests(book)
    place_order(book, 7, BID, 8001, 1, 0, 50)
    assert (book.best_bid, book.best_ask) == (8001, 8002)


def test_resting_orders_are_listed_bids_down_then_asks_up_in_their_queues_order(book: Book) -> None:
    for order_id, side, position in ((5, ASK, 8003), (6, BID, 7998), (7, ASK, 8001), (8, BID, 7999)):
        place_order(book, order_id, side, position, 1, 0, 50)
    assert book.order_id[resting_slots(book)].tolist() == [1, 2, 3, 8, 6, 4, 7, 5]


def test_ids_count_up_from_the_book_s_first() -> None:
    book = empty_book(500)
    assert [new_order_id(book), new_order_id(book)] == [501, 502]


def test_an_event_ends_with_its_last_record_or_with_an_n_after_it() -> None:
    tape = empty_tape()
    for order_id in (1, 2):
        write(tape, 10, order_id, 8000, 3, ADD, SIDE_BID, FIRST_PACKET)
    end_event(tape, False)
    write(tape, 20, 3, 8001, 4, CANCEL, SIDE_ASK, SECOND_PACKET)
    end_event(tape, True)
    events = taken(tape)
    assert events.ends.tolist() == [0, 1, 0, 1]
    assert [value.item() for value in (column[3] for column in events)] == [20, 0, NO_TICK, 0, NONE, SIDE_NONE, 1, SECOND_PACKET]


def test_a_taken_tape_begins_anew_and_what_was_taken_stays() -> None:
    tape = empty_tape()
    write(tape, 10, 1, 8000, 3, ADD, SIDE_BID, FIRST_PACKET)
    first = taken(tape)
    write(tape, 11, 2, 8001, 4, ADD, SIDE_ASK, FIRST_PACKET)
    second = taken(tape)
    assert (first.order_id.tolist(), second.order_id.tolist(), tape.count) == ([1], [2], 0)
    together = joined([first, second])
    assert (together.ts_ns.tolist(), together.contracts.tolist()) == ([10, 11], [3, 4])


def test_an_order_is_written_as_it_now_rests(book: Book) -> None:
    tape = empty_tape()
    write_order(tape, book, slot_of(book, 4), CANCEL, SECOND_PACKET, 99)
    events = taken(tape)
    assert [column.tolist() for column in events] == [[99], [4], [8001], [5], [CANCEL], [SIDE_ASK], [0], [SECOND_PACKET]]
    assert [side_letter(BID), side_letter(ASK)] == [SIDE_BID, SIDE_ASK]


def opening(middle: int = 8000, over_s: float = 60.0) -> tuple[Book, list[list[int]]]:
    """A book opened with two outer queues, and its tape's columns."""
    plan = zero_record(PLAN_DTYPE)
    plan.origin_ns, plan.depth[:], plan.add_sizes[:] = 1_000, 5.0, 2
    book, tape = empty_book(FIRST_ORDER_ID), empty_tape()
    open_book(book, tape, plan, middle, np.array([9, 3], np.int32), over_s, np.random.default_rng(3))
    return book, [column.tolist() for column in taken(tape)]


def test_the_opening_fills_every_queue_to_what_is_wanted() -> None:
    """Orders of 2 fill a queue of 5 with three; the outer queues of 9 and 3 with orders of a third of them, at least the usual 2."""
    book, _ = opening()
    bids, asks = book.quantity[BID, 8000 - np.arange(LEVELS + 3)], book.quantity[ASK, 8001 + np.arange(LEVELS + 3)]
    assert bids.tolist() == asks.tolist() == [6] * LEVELS + [9, 4, 0]
    assert (book.best_bid, book.best_ask) == (8000, 8001)
    assert book.orders[BID, 8000 - LEVELS] == 3


def test_every_opening_order_is_an_event_of_its_own_with_a_time_of_its_own() -> None:
    book, (ts_ns, order_id, _, _, action, _, ends, _) = opening()
    assert set(ends) == {1} and set(action) == {ADD}
    assert order_id == list(range(FIRST_ORDER_ID + 1, FIRST_ORDER_ID + 1 + int(book.resting)))
    assert (np.diff(ts_ns) > 0).all()
    assert ts_ns[0] >= 1_000 and ts_ns[-1] < 1_000 + 61 * 10**9


def test_the_close_cancels_every_order_in_one_event() -> None:
    book, _ = opening()
    tape, resting = empty_tape(), int(book.resting)
    close_book(book, tape, resting_slots(book), 5_000)
    events = taken(tape)
    assert book.resting == 0 and not book.quantity.any()
    assert events.action.tolist() == [CANCEL] * resting + [NONE]
    assert events.ends.tolist() == [0] * resting + [1]
    assert set(events.ts_ns.tolist()) == {5_000}
