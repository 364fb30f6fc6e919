"""What is said of a record that cannot be: which it is, what it holds, what was expected. One text for the lake, `inspect` and `mbp`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..core.split import BAD_ACTION, BAD_SIDE, BAD_TIME, BEYOND_INT32, NO_SIZE_GIVEN, OFF_GRID, OTHER_PUBLISHER
from ..core.units import nanos_to_text, ns_to_iso
from ..errors import SpymasterError

AGAIN = "Fetch the file again."


class BadRecord(SpymasterError):
    """A record whose price, size, time, action, side or publisher cannot be; the message says which record and what it holds."""


class TwoPublishers(BadRecord):
    """Records of one instrument id from two publishers: two venues, whose orders share ids and no book."""


def bad_record(code: int, record: np.void, number: int, path: Path, symbol: str, tick_nanos: int, publisher_id: int) -> BadRecord:
    """The error for what `core.split` found.

    Parameters
    ----------
    number : of the record in its file, from 0.
    publisher_id : of the instrument's first record.
    """
    price, size, received = int(record["price"]), int(record["size"]), int(record["ts_recv"])
    at = ns_to_iso(received) if code != BAD_TIME else "an impossible time"
    where = f"{path}, record {number:,} at {at}, {symbol}, order {int(record['order_id'])}: "
    if code == OTHER_PUBLISHER:
        return TwoPublishers(
            f"{where}publisher {int(record['publisher_id'])}, after records of publisher {publisher_id} under the same instrument id "
            f"{int(record['instrument_id'])}.",
            expected="one publisher an instrument, because each venue has a book of its own: ask Databento for one venue's dataset",
        )
    action = _letter(int(record["action"]))
    problem = {
        OFF_GRID: f"price {nanos_to_text(price)} is no multiple of the tick {nanos_to_text(tick_nanos)}. Correct the tick of the root in "
        "settings.yaml, instruments, or fetch the file again.",
        BEYOND_INT32: f"price {nanos_to_text(price)} or size {size} is beyond 2^31. {AGAIN}",
        BAD_ACTION: f"action {action} is none of A C M R T F N. {AGAIN}",
        BAD_SIDE: f"side {_letter(int(record['side']))} is none of A B N. {AGAIN}",
        BAD_TIME: f"ts_recv {received} or ts_event {int(record['ts_event'])} is no time. {AGAIN}",
        NO_SIZE_GIVEN: f"size {size} is undefined, and action {action} needs one. {AGAIN}",
    }[code]
    return BadRecord(where + problem)


def _letter(value: int) -> str:
    """A byte as messages write it: in quotes, and as its code where it has no letter."""
    return repr(chr(value))
