"""What the simulated venue writes for one aggressor, worked out by hand."""

from __future__ import annotations

import pytest

from src.data_eng.core.simulator.matching import Aggressor, empty_hits, execute
from src.data_eng.core.simulator.orders import ASK, BID, FIRST_ORDER_ID, NOBODY, Book, empty_book, place_order
from src.data_eng.core.simulator.tape import SECOND_PACKET, Events, empty_tape, taken

MIDDLE, TAKER, HIDDEN = 8000, 77, FIRST_ORDER_ID + 1


@pytest.fixture
def book() -> Book:
    """Bids 8000: id 1 of 2; asks 8001: id 11 of 2, id 12 of 3; 8002: id 13 of 4."""
    book = empty_book(FIRST_ORDER_ID)
    for order_id, side, position, contracts in ((1, BID, 8000, 2), (11, ASK, 8001, 2), (12, ASK, 8001, 3), (13, ASK, 8002, 4)):
        place_order(book, order_id, side, position, contracts, 0, 5)
    return book


def taker(size: int, worst: int = 8001, rests: bool = False, hidden: int = 0, unsigned: bool = False, slot: int = NOBODY) -> Aggressor:
    return Aggressor(TAKER, BID, size, worst, rests, hidden, unsigned, slot)


def traded(book: Book, order: Aggressor) -> Events:
    tape = empty_tape()
    execute(book, tape, empty_hits(), order, 9)
    return taken(tape)


def rows_of(events: Events) -> list[tuple[str, str, int, int, int]]:
    """(action, side, id, position, contracts) of each record."""
    columns = (events.action, events.side, events.order_id, events.position, events.contracts)
    return [(chr(a), chr(s), i, p, c) for a, s, i, p, c in zip(*(column.tolist() for column in columns), strict=True)]


def test_one_lot_that_takes_part_of_the_first_order_is_T_F_M(book: Book) -> None:
    assert rows_of(traded(book, taker(1))) == [("T", "B", 77, 8001, 1), ("F", "A", 11, 8001, 1), ("M", "A", 11, 8001, 1)]
    assert book.quantity[ASK, 8001] == 4


def test_all_fills_come_before_all_cancels(book: Book) -> None:
    assert rows_of(traded(book, taker(4))) == [
        ("T", "B", 77, 8001, 4),
        ("F", "A", 11, 8001, 2),
        ("F", "A", 12, 8001, 2),
        ("C", "A", 11, 8001, 2),
        ("M", "A", 12, 8001, 1),
    ]


def test_sweep_writes_a_trade_a_price_and_then_the_cancels(book: Book) -> None:
    events = traded(book, taker(7, worst=8002))
    assert "".join(action for action, *_ in rows_of(events)) == "TFFTFCCM"
    assert rows_of(events)[3] == ("T", "B", 77, 8002, 2)
    assert (book.best_bid, book.best_ask) == (8000, 8002)


def test_cancels_travel_one_packet_after_the_trade(book: Book) -> None:
    events = traded(book, taker(5))
    assert [bool(packet == SECOND_PACKET) for packet in events.packet] == [False, False, False, True, True]


def test_remainder_joins_the_book_before_what_it_hit_is_cancelled(book: Book) -> None:
    events = traded(book, taker(6, rests=True))
    assert [row[:1] + row[2:] for row in rows_of(events)] == [
        ("T", 77, 8001, 5),
        ("F", 11, 8001, 2),
        ("F", 12, 8001, 3),
        ("A", 77, 8001, 1),
        ("C", 11, 8001, 2),
        ("C", 12, 8001, 3),
    ]
    assert (book.best_bid, book.best_ask) == (8001, 8002)


def test_aggressor_that_rested_is_filled_by_its_own_id_and_leaves_its_old_price(book: Book) -> None:
    slot = int(book.head[BID, 8000])
    rows = rows_of(traded(book, Aggressor(1, BID, 2, 8001, False, 0, False, slot)))
    assert rows == [
        ("T", "B", 1, 8001, 2),
        ("F", "B", 1, 8001, 2),
        ("F", "A", 11, 8001, 2),
        ("C", "A", 11, 8001, 2),
        ("C", "B", 1, 8000, 2),
    ]
    assert book.orders[BID, 8000] == 0


def test_iceberg_used_up_shows_its_next_part_last_in_line(book: Book) -> None:
    book.reserve[book.head[ASK, 8001]] = 3
    rows = rows_of(traded(book, taker(2)))
    assert rows[-1] == ("M", "A", 11, 8001, 2)
    assert book.order_id[book.tail[ASK, 8001]] == 11
    assert book.reserve[book.tail[ASK, 8001]] == 1


def test_iceberg_hit_twice_in_an_event_leaves_it_by_one_netted_record(book: Book) -> None:
    book.reserve[book.head[ASK, 8001]] = 3
    rows = rows_of(traded(book, taker(7)))
    assert rows[1:4] == [("F", "A", 11, 8001, 2), ("F", "A", 12, 8001, 3), ("F", "A", 11, 8001, 2)]
    assert rows[4:] == [("M", "A", 11, 8001, 1), ("C", "A", 12, 8001, 3)]


def test_hidden_contracts_are_volume_and_a_fill_of_an_unknown_id(book: Book) -> None:
    rows = rows_of(traded(book, taker(1, hidden=4)))
    assert rows[:2] == [("T", "B", 77, 8001, 5), ("F", "A", HIDDEN, 8001, 4)]
    assert book.quantity[ASK, 8001] == 4


def test_unsigned_trade_has_no_side_on_trade_and_fill_but_on_the_cancel(book: Book) -> None:
    rows = rows_of(traded(book, taker(2, unsigned=True)))
    assert [(row[0], row[1]) for row in rows] == [("T", "N"), ("F", "N"), ("C", "A")]


def test_taker_stops_at_its_worst_price(book: Book) -> None:
    assert sum(row[4] for row in rows_of(traded(book, taker(9))) if row[0] == "T") == 5
