"""From book events to the feed's records: order, prices, flags, packets, capture times, and the snapshot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.events import ADD, CANCEL, CLEAR, F_BAD_TS_RECV, F_LAST, F_SNAPSHOT, NO_TICK, NONE, TRADE, UNDEF_PRICE
from src.data_eng.core.simulator.orders import ASK, BID, FIRST_ORDER_ID, empty_book, place_order
from src.data_eng.core.simulator.tape import FIRST_PACKET, SECOND_PACKET, Events
from src.data_eng.core.simulator.wire import NEAREST_NS, SECOND_PACKET_NS, SEND_DELTA_NS, Wire, WireListing, idle_wire, send, snapshot

ES = WireListing(101, 18_800, 250_000_000)
SPREAD = WireListing(103, -9_292, 50_000_000)
T0 = 1_759_190_400_000_000_000


def events(*rows: tuple[int, int, int, str, int, int]) -> Events:
    """Events from (ns after T0, order id, position, action, ends, packet); 3 contracts, side B."""
    ts_ns, order_id, position, action, ends, packet = zip(*rows, strict=True)
    count = len(rows)
    return Events(
        np.array(ts_ns, np.int64) + T0,
        np.array(order_id, np.int64),
        np.array(position, np.int32),
        np.full(count, 3, np.int32),
        np.array([ord(letter) for letter in action], np.uint8),
        np.full(count, ord("B"), np.uint8),
        np.array(ends, np.uint8),
        np.array(packet, np.uint8),
    )


TRADE_EVENT = events(
    (10, 7, 8000, "T", 0, FIRST_PACKET),
    (10, 8, 8000, "F", 0, FIRST_PACKET),
    (10, 8, 8000, "C", 0, SECOND_PACKET),
    (10, 0, NO_TICK, "N", 1, SECOND_PACKET),
)


def sent(*instruments: tuple[WireListing, Events], wire: Wire | None = None, seed: int = 1) -> NDArray[np.void]:
    listings, tapes = zip(*instruments, strict=True)
    return send(idle_wire() if wire is None else wire, list(listings), list(tapes), np.random.default_rng(seed))


def test_a_record_says_everything_that_the_event_does() -> None:
    record = sent((ES, events((10, 7, 8000, "A", 1, FIRST_PACKET))))[0]
    named = {name: record[name].item() for name in ("length", "rtype", "publisher_id", "instrument_id", "ts_event", "order_id", "size")}
    assert named == {
        "length": 14,
        "rtype": 0xA0,
        "publisher_id": 1,
        "instrument_id": 101,
        "ts_event": T0 + 10,
        "order_id": 7,
        "size": 3,
    }
    assert (record["price"], record["flags"], record["action"], record["side"]) == (6_700_000_000_000, F_LAST, ADD, ord("B"))
    assert record["channel_id"] == 0


def test_positions_are_ticks_from_the_listing_s_base_below_zero_too() -> None:
    one = events((10, 7, 8192, "A", 1, FIRST_PACKET))
    assert sent((SPREAD, one))["price"].tolist() == [-1100 * 50_000_000]
    assert sent((ES, one))["price"].tolist() == [26_992 * 250_000_000]


def test_a_record_without_a_price_has_the_feed_s_undefined_one_and_only_the_last_ends() -> None:
    records = sent((ES, TRADE_EVENT))
    assert records["action"].tolist() == [TRADE, ord("F"), CANCEL, NONE]
    assert (records["price"] == UNDEF_PRICE).tolist() == [False, False, False, True]
    assert records["flags"].tolist() == [0, 0, 0, F_LAST]


def test_instruments_are_merged_by_matching_time_and_each_keeps_its_order() -> None:
    first = events((10, 1, 8000, "A", 1, 0), (30, 2, 8000, "A", 1, 0))
    second = events((20, 3, 8000, "A", 0, 0), (20, 4, 8000, "A", 1, 0), (30, 5, 8000, "A", 1, 0))
    records = sent((ES, first), (SPREAD, second))
    assert records["order_id"].tolist() == [1, 3, 4, 2, 5]
    assert records["instrument_id"].tolist() == [101, 103, 103, 101, 103]


def test_records_of_a_packet_share_their_capture_time_and_number() -> None:
    records = sent((ES, TRADE_EVENT))
    recv, number = records["ts_recv"].astype(np.int64), records["sequence"].tolist()
    assert np.diff(recv).tolist() == [0, SECOND_PACKET_NS, 0]
    assert np.diff(number).tolist() == [0, 1, 0]
    assert recv[0] >= T0 + 10 + NEAREST_NS
    assert (records["ts_in_delta"] >= SEND_DELTA_NS).all()


def test_events_of_two_instruments_at_one_time_are_two_packets() -> None:
    one = events((10, 1, 8000, "A", 1, 0))
    records = sent((ES, one), (SPREAD, one))
    assert np.diff(records["sequence"]).tolist() == [1]
    assert records["ts_recv"][1] > records["ts_recv"][0]


@pytest.mark.parametrize("seed", range(5))
def test_capture_times_rise_from_packet_to_packet_though_a_slow_one_delays_the_rest(seed: int) -> None:
    close = events(*((10 * i, i + 1, 8000, "A", 1, 0) for i in range(300)))
    records = sent((ES, close), seed=seed)
    assert (np.diff(records["ts_recv"].astype(np.int64)) > 0).all()
    assert records["sequence"].tolist() == list(range(1, 301))
    lags = records["ts_recv"].astype(np.int64) - records["ts_event"].astype(np.int64)
    assert lags.min() >= NEAREST_NS


def test_the_wire_goes_on_where_it_stood() -> None:
    wire = idle_wire()
    first = sent((ES, events((10, 1, 8000, "A", 1, 0))), wire=wire)
    assert (wire.recv_ns, wire.sequence) == (first["ts_recv"][-1], 1)
    wire.recv_ns = T0 + 10**12
    second = sent((ES, events((20, 2, 8000, "A", 1, 0))), wire=wire)
    assert second["ts_recv"].tolist() == [T0 + 10**12 + 1]
    assert second["sequence"].tolist() == [2]


def test_a_snapshot_is_a_clear_and_every_order_with_the_time_it_took_its_price() -> None:
    book = empty_book(FIRST_ORDER_ID)
    for order_id, side, position, contracts in ((1, BID, 7999, 4), (2, ASK, 8001, 5), (3, BID, 8000, 6)):
        place_order(book, order_id, side, position, contracts, 9, T0 + order_id)
    wire = idle_wire()
    records = snapshot(wire, ES, book, T0 + 100)
    usual = F_SNAPSHOT | F_BAD_TS_RECV
    assert records["action"].tolist() == [CLEAR, ADD, ADD, ADD]
    assert records["flags"].tolist() == [usual, usual, usual, usual | F_LAST]
    assert records["order_id"].tolist() == [0, 3, 1, 2]
    assert records["size"].tolist() == [0, 6, 4, 5], "what an iceberg hides is not shown"
    assert bytes(records["side"]) == b"NBBA"
    assert records["ts_event"].tolist() == [T0 + 100, T0 + 3, T0 + 1, T0 + 2]
    assert records["price"].tolist() == [UNDEF_PRICE, *(tick * 250_000_000 for tick in (26_800, 26_799, 26_801))]
    assert set(records["ts_recv"].tolist()) == {T0 + 100} and set(records["sequence"].tolist()) == {1}


def test_a_snapshot_is_never_captured_before_the_records_that_led_to_it() -> None:
    wire = idle_wire()
    wire.recv_ns, wire.sequence = T0 + 500, 8
    records = snapshot(wire, ES, empty_book(FIRST_ORDER_ID), T0 + 100)
    assert (records["ts_recv"].tolist(), records["sequence"].tolist()) == ([T0 + 500], [9])
    assert records["flags"].tolist() == [F_SNAPSHOT | F_BAD_TS_RECV | F_LAST]
