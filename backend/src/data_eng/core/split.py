"""A batch of feed records split by instrument into the lean columns that bronze keeps, file order kept within each instrument."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import compiled, inlined
from .events import (
    CANCEL,
    CLEAR,
    F_BAD_TS_RECV,
    F_LAST,
    F_MAYBE_BAD_BOOK,
    F_SNAPSHOT,
    NO_SIZE,
    NO_TICK,
    NONE,
    TRADE,
    UNDEF_PRICE,
    UNDEF_SIZE,
    EventBatch,
)

INSTRUMENT_DTYPE = np.dtype(
    [
        ("instrument_id", "i8"),
        ("tick", "i8"),
        ("records", "i8"),
        ("trades", "i8"),
        ("volume", "i8"),
        ("first_ts_ns", "i8"),
        ("last_ts_ns", "i8"),
        ("snapshot", "i8"),
        ("bad_ts_recv", "i8"),
        ("bad_ts_recv_first", "i8"),
        ("maybe_bad_book", "i8"),
        ("maybe_bad_book_first", "i8"),
        ("ts_recv_backwards", "i8"),
        ("ts_recv_backwards_first", "i8"),
        ("sequence_backwards", "i8"),
        ("sequence_backwards_first", "i8"),
        ("impossible", "i8"),
        ("impossible_first", "i8"),
        ("complete_events", "i8"),
        ("publisher_id", "i8"),
        ("last_sequence", "i8"),
        ("in_batch", "i8"),
        ("cursor", "i8"),
    ]
)
"""What is known of one instrument so far. `tick` in 1e-9 points, 0 for an instrument that is only counted; `volume` is the sum of T sizes;
`_first` is the number, among the instrument's own records, of the first record of its kind; the last two columns serve one batch.
A record with a bad ts_recv moves no clock, `last_ts_ns`. Snapshot records carry the flag by rule (their time is the snapshot's), so they
do not count as such; nor do the sequence numbers of their orders, which are old. `sequence_backwards` are records whose number is below the
one before: out of order, or after the venue began to count anew (each week, and after a failover); which of the two, a file does not say,
so they are counted and mark no window. A number left out says nothing at all: the channel counts the messages of all its instruments,
and a file holds those of some. What a lost message leaves behind is marked: the feed's own MAYBE_BAD_BOOK, ids that the book does not
know, a silence, a crossed book. `impossible` are records, of an instrument that is only
counted, whose values cannot be; `complete_events` are records with F_LAST, `publisher_id` is the first record's."""

OFF_GRID, BEYOND_INT32, BAD_ACTION, BAD_SIDE, BAD_TIME, NO_SIZE_GIVEN, OTHER_PUBLISHER = range(1, 8)
INT32_MAX = 2_147_483_647
_ACTIONS = np.zeros(256, np.bool_)
_ACTIONS[np.frombuffer(b"ACMRTFN", np.uint8)] = True
_SIDES = np.zeros(256, np.bool_)
_SIDES[np.frombuffer(b"ABN", np.uint8)] = True


class LeanColumns(NamedTuple):
    """Columns of bronze.future_mbo.mbo, each (records,), of one instrument after the other."""

    ts_recv_ns: NDArray[np.int64]
    ts_lag_ns: NDArray[np.int64]
    order_id: NDArray[np.uint64]
    price_ticks: NDArray[np.int32]
    size: NDArray[np.int32]
    flags: NDArray[np.uint8]
    action: NDArray[np.uint8]
    side: NDArray[np.uint8]
    sequence: NDArray[np.uint32]


def new_instruments(capacity: int) -> NDArray[np.void]:
    """Room for `capacity` instruments; `register` fills it."""
    return np.zeros(capacity, INSTRUMENT_DTYPE)


def register(instruments: NDArray[np.void], index: int, instrument_id: int, tick: int) -> None:
    """Enter an instrument; `tick` 0 counts its records and keeps none."""
    instruments[index]["instrument_id"] = instrument_id
    instruments[index]["tick"] = tick
    instruments[index]["first_ts_ns"] = np.iinfo(np.int64).min
    instruments[index]["last_ts_ns"] = np.iinfo(np.int64).min
    for name in (name for name in INSTRUMENT_DTYPE.names or () if name.endswith("_first")):
        instruments[index][name] = -1


@compiled()
def route(records, instruments, count, start, rows):
    """Write each record's instrument index into `rows` from `start` on; returns where an unregistered instrument stopped it, or the end.

    The lookup remembers the last instrument, because records of one instrument come in runs.
    """
    last = 0
    run = 0
    for i in range(np.uint64(start), np.uint64(records.shape[0])):
        number = records[i]["instrument_id"]
        if last >= count or instruments[last]["instrument_id"] != number:
            if last < count:
                instruments[last]["in_batch"] += run
            run = 0
            last = 0
            while last < count and instruments[last]["instrument_id"] != number:
                last += 1
            if last == count:
                return np.int64(i)
        rows[i] = last
        run += 1
    if run > 0:
        instruments[last]["in_batch"] += run
    return records.shape[0]


def events_of(columns: LeanColumns) -> EventBatch:
    """(records,) columns as the book takes them, with the event's time in ns UTC in place of its lag."""
    return EventBatch(
        ts_recv_ns=columns.ts_recv_ns,
        ts_event_ns=columns.ts_recv_ns - columns.ts_lag_ns,
        order_id=columns.order_id,
        price_ticks=columns.price_ticks,
        size=columns.size,
        flags=columns.flags,
        action=columns.action,
        side=columns.side,
        sequence=columns.sequence,
    )


def split(records: NDArray[np.void], rows: NDArray[np.int32], instruments: NDArray[np.void], count: int) -> tuple[LeanColumns, int, int]:
    """Count every record for its instrument and write those of kept instruments as lean columns, grouped by instrument in index order.

    Returns
    -------
    the columns, and an error code with the index of the record that has it; 0 when all are sound.
    """
    kept = instruments["tick"][:count] > 0
    sizes = np.where(kept, instruments["in_batch"][:count], 0)
    ends = np.cumsum(sizes)
    instruments["cursor"][:count] = ends - sizes
    total = int(ends[-1]) if count else 0
    columns = LeanColumns(
        np.empty(total, np.int64),
        np.empty(total, np.int64),
        np.empty(total, np.uint64),
        np.empty(total, np.int32),
        np.empty(total, np.int32),
        np.empty(total, np.uint8),
        np.empty(total, np.uint8),
        np.empty(total, np.uint8),
        np.empty(total, np.uint32),
    )
    code, at = _split(records, rows, instruments, *columns, _ACTIONS, _SIDES)
    return columns, code, at


@inlined()
def _fault_of(record, actions, sides):
    """Which rule a record breaks whatever its instrument is; 0 where none. A size may be undefined where it says nothing, and on C."""
    action, size = record["action"], record["size"]
    if not actions[action]:
        return BAD_ACTION
    if not sides[record["side"]]:
        return BAD_SIDE
    if np.int64(record["ts_recv"]) < 0 or np.int64(record["ts_event"]) < 0:
        return BAD_TIME
    if size > INT32_MAX:
        if size != UNDEF_SIZE:
            return BEYOND_INT32
        if action not in (CANCEL, CLEAR, NONE):
            return NO_SIZE_GIVEN
    return 0


@compiled()
def _split(
    records, rows, instruments, ts_recv, ts_lag, order_id, ticks, sizes, flags, actions, sides, sequence, known_actions, known_sides
):
    row = -1
    tick = 0
    inverse = 0.0
    for i in range(np.uint64(records.shape[0])):
        record = records[i]
        if rows[i] != row:
            row = rows[i]
            tick = instruments[row]["tick"]
            inverse = 1.0 / tick if tick else 0.0
        flag = record["flags"]
        action = record["action"]
        ts = np.int64(record["ts_recv"])
        fault = _fault_of(record, known_actions, known_sides)
        entry = instruments[row]
        number = entry["records"]
        if number == 0:
            entry["first_ts_ns"] = ts
            entry["publisher_id"] = record["publisher_id"]
        if record["publisher_id"] != entry["publisher_id"]:
            fault = OTHER_PUBLISHER
        if fault:
            if tick:
                return fault, np.int64(i)
            if entry["impossible"] == 0:
                entry["impossible_first"] = number
            entry["impossible"] += 1
        if flag & (F_SNAPSHOT | F_BAD_TS_RECV) != F_BAD_TS_RECV:
            if ts < entry["last_ts_ns"]:
                if entry["ts_recv_backwards"] == 0:
                    entry["ts_recv_backwards_first"] = number
                entry["ts_recv_backwards"] += 1
            entry["last_ts_ns"] = ts
        entry["records"] = number + 1
        entry["complete_events"] += (flag & F_LAST) != 0
        if not flag & F_SNAPSHOT:
            if record["sequence"] < entry["last_sequence"]:
                if entry["sequence_backwards"] == 0:
                    entry["sequence_backwards_first"] = number
                entry["sequence_backwards"] += 1
            entry["last_sequence"] = record["sequence"]
        if action == TRADE and not fault:
            entry["trades"] += 1
            entry["volume"] += record["size"]
        if flag & (F_SNAPSHOT | F_BAD_TS_RECV | F_MAYBE_BAD_BOOK):
            if flag & F_SNAPSHOT:
                entry["snapshot"] += 1
            elif flag & F_BAD_TS_RECV:
                if entry["bad_ts_recv"] == 0:
                    entry["bad_ts_recv_first"] = number
                entry["bad_ts_recv"] += 1
            if flag & F_MAYBE_BAD_BOOK:
                if entry["maybe_bad_book"] == 0:
                    entry["maybe_bad_book_first"] = number
                entry["maybe_bad_book"] += 1
        if tick == 0:
            continue
        price = record["price"]
        if price == UNDEF_PRICE:
            count = np.int64(NO_TICK)
        else:
            count = np.int64(np.rint(price * inverse))
            if count * tick != price:
                return OFF_GRID, np.int64(i)
            if count > INT32_MAX or count < -INT32_MAX:
                return BEYOND_INT32, np.int64(i)
        at = np.uint64(entry["cursor"])
        entry["cursor"] = np.int64(at) + 1
        ts_recv[at] = ts
        ts_lag[at] = ts - np.int64(record["ts_event"])
        order_id[at] = record["order_id"]
        ticks[at] = count
        sizes[at] = NO_SIZE if record["size"] == UNDEF_SIZE else np.int64(record["size"])
        flags[at] = flag
        actions[at] = action
        sides[at] = record["side"]
        sequence[at] = record["sequence"]
    return 0, 0
