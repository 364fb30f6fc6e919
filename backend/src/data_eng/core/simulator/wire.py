"""From book events to the feed's 56-byte records: one wire for all instruments, with capture times, packets and sequence numbers."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..events import ADD, CLEAR, F_BAD_TS_RECV, F_LAST, F_SNAPSHOT, MBO_DTYPE, NO_TICK, SIDE_NONE, UNDEF_PRICE
from .orders import Book, resting_slots
from .records import Record, zero_record
from .tape import SECOND_PACKET, Events, joined, side_letter

RECORD_WORDS, MBO_RTYPE, PUBLISHER_ID = 14, 0xA0, 1
NEAREST_NS, USUAL_NS, SLOW_SHARE, SLOW_NS = 82_000, 14_000.0, 0.12, 400_000.0
"""Capture after matching: the least, the mean excess, and share and mean excess of slow packets. Median 95 us, 90th percentile 0.2 ms."""
SECOND_PACKET_NS = 6_700
SEND_DELTA_NS, SEND_SPREAD_NS = 13_200, 2_600.0


class WireListing(NamedTuple):
    """How an instrument's book positions read on the wire."""

    instrument_id: int
    base_ticks: int
    """Tick of book position 0."""
    tick_nanos: int
    """A tick in 1e-9 points."""


Wire: TypeAlias = Record
"""A record of WIRE_DTYPE: the capture side of the feed."""

WIRE_DTYPE = np.dtype(
    [
        ("recv_ns", np.int64),  # last ts_recv used
        ("sequence", np.int64),  # last number used
    ]
)


def idle_wire() -> Wire:
    return zero_record(WIRE_DTYPE)


def send(wire: Wire, listings: list[WireListing], events: list[Events], rng: np.random.Generator) -> NDArray[np.void]:
    """(records,) MBO_DTYPE of all instruments' events in matching order. Events stay whole; ts_recv never falls."""
    together = joined(events)
    order = np.argsort(together.ts_ns, kind="stable")
    instrument = np.repeat(np.arange(len(events)), [each.ts_ns.size for each in events])[order]
    ts_ns, position, packet = together.ts_ns[order], together.position[order].astype(np.int64), together.packet[order]
    records = np.zeros(order.size, MBO_DTYPE)
    records["length"], records["rtype"], records["publisher_id"] = RECORD_WORDS, MBO_RTYPE, PUBLISHER_ID
    instrument_id, base_ticks, tick_nanos = (np.array(column)[instrument] for column in zip(*listings, strict=True))
    records["instrument_id"] = instrument_id
    records["ts_event"] = ts_ns
    records["order_id"] = together.order_id[order]
    records["price"] = np.where(position == NO_TICK, UNDEF_PRICE, (base_ticks + position) * tick_nanos)
    records["size"] = together.contracts[order]
    records["flags"] = together.ends[order] * F_LAST
    records["action"] = together.action[order]
    records["side"] = together.side[order]
    _capture(wire, ts_ns, instrument, packet, records["ts_recv"], records["sequence"], records["ts_in_delta"], rng)
    return records


@compiled
def _capture(
    wire: Wire,
    ts_ns: NDArray[np.int64],
    instrument: NDArray[np.int64],
    packet: NDArray[np.uint8],
    ts_recv: NDArray[np.uint64],
    sequence: NDArray[np.uint32],
    delta: NDArray[np.int32],
    rng: np.random.Generator,
) -> None:
    """Give each packet its capture time and number; a packet is a run of one event's records of one kind."""
    recv_ns, number = wire.recv_ns, wire.sequence
    for i in range(ts_ns.size):
        same_event = i > 0 and ts_ns[i] == ts_ns[i - 1] and instrument[i] == instrument[i - 1]
        if not same_event:
            lag = NEAREST_NS + int(rng.standard_exponential() * USUAL_NS)
            if rng.random() < SLOW_SHARE:
                lag += int(rng.standard_exponential() * SLOW_NS)
            recv_ns = max(recv_ns + 1, ts_ns[i] + lag)
            number += 1
        elif packet[i] == SECOND_PACKET and packet[i - 1] != SECOND_PACKET:
            recv_ns += SECOND_PACKET_NS
            number += 1
        ts_recv[i] = recv_ns
        sequence[i] = number
        delta[i] = SEND_DELTA_NS + int(rng.standard_exponential() * SEND_SPREAD_NS)
    wire.recv_ns, wire.sequence = recv_ns, number


def snapshot(wire: Wire, listing: WireListing, book: Book, ts_ns: int) -> NDArray[np.void]:
    """R and one A for each resting order, as the feed replays the book at 00:00 UTC and after a loss.

    ts_event is when the order took its price, ts_recv is `ts_ns` for all; the last record ends the event.
    """
    slots = resting_slots(book)
    records = np.zeros(slots.size + 1, MBO_DTYPE)
    wire.recv_ns = max(int(wire.recv_ns), ts_ns)
    wire.sequence += 1
    records["length"], records["rtype"], records["publisher_id"] = RECORD_WORDS, MBO_RTYPE, PUBLISHER_ID
    records["instrument_id"] = listing.instrument_id
    records["flags"] = F_SNAPSHOT | F_BAD_TS_RECV
    records["ts_recv"] = wire.recv_ns
    records["sequence"] = wire.sequence
    records["action"], records["side"] = ADD, SIDE_NONE
    clear, adds = records[:1], records[1:]
    clear["action"], clear["price"], clear["ts_event"] = CLEAR, UNDEF_PRICE, ts_ns
    adds["ts_event"] = book.placed_ns[slots]
    adds["order_id"] = book.order_id[slots]
    adds["price"] = (listing.base_ticks + book.position[slots].astype(np.int64)) * listing.tick_nanos
    adds["size"] = book.contracts[slots]
    adds["side"] = np.array([side_letter(0), side_letter(1)], np.uint8)[book.side[slots]]
    records["flags"][-1] |= F_LAST
    return records
