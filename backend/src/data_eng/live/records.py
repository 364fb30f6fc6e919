"""Records in the order of their arrival: those of one contract as events, and the clock that all of them move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.clock import has_bad_clock
from ..core.events import EventBatch
from ..core.split import events_of, new_instruments, register, split
from ..core.units import ns_to_iso
from ..errors import SpymasterError

START_NS = np.iinfo(np.int64).min
"""The clock before the first record."""


class LiveRecordBad(SpymasterError):
    """A record of the contract that cannot be: nothing after it can be vouched for."""


class Instrument(NamedTuple):
    """The contract that a live day is of."""

    symbol: str
    instrument_id: int
    tick_nanos: int


class Stretch(NamedTuple):
    """Records of a chunk up to where the clock passes the end of a window."""

    events: EventBatch
    """The contract's own."""
    clock_ns: int
    """What the clock says after them; START_NS where no window ends with them."""


class Records:
    """What came so far, of the contract and of all others that were subscribed with it."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.entry = new_instruments(1)
        register(self.entry, 0, 0, instrument.tick_nanos)
        self.clock = np.array([START_NS, START_NS, 0], np.int64)
        """(3,) the newest good ts_recv of any instrument, the first record's, and how many records came."""

    @property
    def clock_ns(self) -> int:
        """The watermark: no record before it is to come, but a late one."""
        return int(self.clock[0])

    @property
    def first_ns(self) -> int:
        return int(self.clock[1])

    @property
    def count(self) -> int:
        return int(self.clock[2])

    def stretches(self, records: NDArray[np.void], start_ns: int, window_ns: int) -> Iterator[Stretch]:
        """The chunk cut where the clock passes the end of a window; windows begin at `start_ns` and every `window_ns` from there.

        Raises
        ------
        LiveRecordBad for a record that no batch would take either.
        """
        if not len(records):
            return
        if self.count == 0:
            self.clock[1] = records["ts_recv"][0]
        good = np.where(has_bad_clock(records["flags"]), START_NS, records["ts_recv"].astype(np.int64))
        clock_ns = np.maximum.accumulate(np.maximum(good, self.clock_ns))
        ended = np.where(clock_ns >= start_ns, (clock_ns - start_ns) // window_ns, -1)
        before = (self.clock_ns - start_ns) // window_ns if self.clock_ns >= start_ns else -1
        own = records["instrument_id"] == self.instrument.instrument_id
        cuts = [*np.flatnonzero(np.diff(ended, prepend=before)).tolist(), len(records)]
        first = 0
        for stop in cuts:
            until_ns = int(clock_ns[stop]) if stop < len(records) else START_NS
            yield Stretch(self._events(records[first:stop][own[first:stop]]), until_ns)
            first = stop
        self.clock[0] = clock_ns[-1]
        self.clock[2] += len(records)

    def _events(self, own: NDArray[np.void]) -> EventBatch:
        self.entry["in_batch"] = len(own)
        columns, code, at = split(own, np.zeros(len(own), np.int32), self.entry, 1)
        if code:
            raise LiveRecordBad(
                f"record {int(self.entry['records'][0]):,} of {self.instrument.symbol} (order {own[at]['order_id']}, "
                f"{ns_to_iso(int(own[at]['ts_recv']))}) cannot be: fault {code}.",
                expected="a record as the feed's schema has it, priced on the contract's tick",
            )
        return events_of(columns)
