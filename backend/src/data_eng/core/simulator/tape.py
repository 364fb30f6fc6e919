"""What the simulated venue says: book events in order, before they are stamped onto the wire."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from ..events import F_LAST, NO_TICK, NONE, SIDE_ASK, SIDE_BID, SIDE_NONE

LONGEST_EVENT = 8192
"""Records one event may need; a kernel returns when less room is left."""
FIRST_PACKET, SECOND_PACKET = 0, 1
"""The cancels and modifies that follow fills travel one packet behind the trade."""


class Tape(NamedTuple):
    """Records of one instrument; arrays are (capacity,), the first count[0] are valid. Records of one event share `ts_ns`."""

    ts_ns: NDArray[np.int64]
    """Matching engine time, ns UTC."""
    order_id: NDArray[np.int64]
    position: NDArray[np.int32]
    """Price as a position of the book; NO_TICK where the record has none."""
    size: NDArray[np.int32]
    action: NDArray[np.uint8]
    side: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    packet: NDArray[np.uint8]
    count: NDArray[np.int64]
    """(1,) records written."""


def empty_tape(capacity: int) -> Tape:
    return Tape(
        ts_ns=np.zeros(capacity, np.int64),
        order_id=np.zeros(capacity, np.int64),
        position=np.zeros(capacity, np.int32),
        size=np.zeros(capacity, np.int32),
        action=np.zeros(capacity, np.uint8),
        side=np.zeros(capacity, np.uint8),
        flags=np.zeros(capacity, np.uint8),
        packet=np.zeros(capacity, np.uint8),
        count=np.zeros(1, np.int64),
    )


@nb.njit(cache=True, forceinline=True)
def side_letter(side: int) -> int:
    """0 is the bid's letter, 1 the ask's."""
    return SIDE_BID if side == 0 else SIDE_ASK


@nb.njit(cache=True, forceinline=True)
def write(tape: Tape, ts_ns: int, order_id: int, position: int, size: int, action: int, side: int, packet: int) -> None:
    """Append a record that does not end its event."""
    i = tape.count[0]
    tape.ts_ns[i] = ts_ns
    tape.order_id[i] = order_id
    tape.position[i] = position
    tape.size[i] = size
    tape.action[i] = action
    tape.side[i] = side
    tape.flags[i] = 0
    tape.packet[i] = packet
    tape.count[0] = i + 1


@nb.njit(cache=True, forceinline=True)
def end_event(tape: Tape, with_closer: bool) -> None:
    """Mark the last record F_LAST, or let an N record close the event."""
    last = tape.count[0] - 1
    if with_closer:
        write(tape, tape.ts_ns[last], 0, NO_TICK, 0, NONE, SIDE_NONE, tape.packet[last])
        last += 1
    tape.flags[last] = F_LAST


def written(tape: Tape) -> Tape:
    """A copy of the records written so far; the tape is rewound for the next stretch."""
    count = int(tape.count[0])
    tape.count[0] = 0
    return Tape(*(column[:count].copy() for column in tape[:-1]), count=np.array([count], np.int64))


def joined(pieces: list[Tape]) -> Tape:
    """Pieces of one instrument, one after the other."""
    columns = (np.concatenate([piece[i] for piece in pieces]) for i in range(len(Tape._fields) - 1))
    return Tape(*columns, count=np.array([sum(int(piece.count[0]) for piece in pieces)], np.int64))
