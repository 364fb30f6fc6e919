"""What the simulated venue says: book events in order, before they are stamped onto the wire."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..compiled import merged
from ..events import NO_TICK, NONE, SIDE_ASK, SIDE_BID, SIDE_NONE
from .orders import Book
from .records import Record, zero_record

LONGEST_EVENT = 8192
"""Records one event may need; a kernel returns when less room is left."""
FIRST_PACKET, SECOND_PACKET = 0, 1
"""The cancels and modifies that follow fills travel one packet after the trade."""
CLOSER_SHARE = 0.02
"""Events that an N record closes."""
CAPACITY = 100_000 + 2 * LONGEST_EVENT

Tape: TypeAlias = Record
"""A record of TAPE_DTYPE: events of one instrument in matching order, the first `count` records valid."""

TAPE_DTYPE = np.dtype(
    [
        ("ts_ns", np.int64, CAPACITY),  # matching engine time, ns UTC; equal within an event and only there
        ("order_id", np.int64, CAPACITY),
        ("position", np.int32, CAPACITY),  # price as a position of the book; NO_TICK where the record has none
        ("contracts", np.int32, CAPACITY),
        ("action", np.uint8, CAPACITY),
        ("side", np.uint8, CAPACITY),
        ("ends", np.uint8, CAPACITY),  # 1 on the last record of an event
        ("packet", np.uint8, CAPACITY),
        ("count", np.int64),
    ]
)


def empty_tape() -> Tape:
    return zero_record(TAPE_DTYPE)


@merged
def side_letter(side: int) -> int:
    """0 is the bid's letter, 1 the ask's."""
    return SIDE_BID if side == 0 else SIDE_ASK


@merged
def write(tape: Tape, ts_ns: int, order_id: int, position: int, contracts: int, action: int, side: int, packet: int) -> None:
    """Append a record that does not end its event."""
    i = tape.count
    tape.ts_ns[i] = ts_ns
    tape.order_id[i] = order_id
    tape.position[i] = position
    tape.contracts[i] = contracts
    tape.action[i] = action
    tape.side[i] = side
    tape.ends[i] = 0
    tape.packet[i] = packet
    tape.count = i + 1


@merged
def write_order(tape: Tape, book: Book, slot: int, action: int, packet: int, ts_ns: int) -> None:
    """Append a record of what a resting order is now."""
    letter = side_letter(book.side[slot])
    write(tape, ts_ns, book.order_id[slot], book.position[slot], book.contracts[slot], action, letter, packet)


@merged
def end_event(tape: Tape, with_closer: bool) -> None:
    """Let the last record end its event, or an N record after it."""
    last = tape.count - 1
    if with_closer:
        write(tape, tape.ts_ns[last], 0, NO_TICK, 0, NONE, SIDE_NONE, tape.packet[last])
        last += 1
    tape.ends[last] = 1


@merged
def end_event_by_chance(tape: Tape, rng: np.random.Generator) -> None:
    """End the event, as often as the venue does with a closer."""
    end_event(tape, rng.random() < CLOSER_SHARE)


class Events(NamedTuple):
    """What stood on a tape, (records,) each."""

    ts_ns: NDArray[np.int64]
    order_id: NDArray[np.int64]
    position: NDArray[np.int32]
    contracts: NDArray[np.int32]
    action: NDArray[np.uint8]
    side: NDArray[np.uint8]
    ends: NDArray[np.uint8]
    packet: NDArray[np.uint8]


def taken(tape: Tape) -> Events:
    """The records written so far, copied; the tape is rewound."""
    count = int(tape.count)
    tape.count = 0
    return Events(*(tape[name][:count].copy() for name in Events._fields))


def joined(pieces: list[Events]) -> Events:
    """Pieces of one instrument, one after the other."""
    return Events(*(np.concatenate(columns) for columns in zip(*pieces, strict=True)))
