"""The recorder: every record that comes is written down once, in its order, before anything is made of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...core.clock import Clock
from ...core.events import ADD, F_SNAPSHOT
from ...core.units import NS_PER_DAY, utc_date
from ...lake.recorded import note_gap
from .incoming import Piece
from .segments import Position, RecordingLock, Segment, pieces_from, segment_dates
from .splice import Splice, Tail

SYNC_S = 1.0


def _unheard(date: str) -> None:
    """A date that is over and nobody waits for."""


class Recorder:
    """Of one root. What is there already is looked through at the start, for the newest records are what a replay is joined to.

    `over` hears each UTC date once a record of a later one has come, those before the newest segments' at the start.
    """

    def __init__(self, lake: Path, root: str, over: Callable[[str], None] = _unheard) -> None:
        self.lake, self._root, self._over = lake, root, over
        self._lock = RecordingLock(lake, root)
        self.tail = Tail()
        self.last_recv_ns = 0
        """Newest capture time written down; 0 before any."""
        self.records = 0
        """Orders written down by this recorder."""
        self.bytes = 0
        self._book_ns = 0
        """When the newest whole snapshot was made."""
        self._is_whole = False
        self._clock = Clock()
        self._segment: Segment | None = None
        self._date = ""
        """Newest UTC date written down."""
        self._header = b""
        self._names: dict[int, bytes] = {}
        self._waiting = b""
        self._splice: Splice | None = None
        self._synced_s = 0.0
        self._gap_from_ns: int | None = None
        self._read_newest()

    @property
    def position(self) -> Position | None:
        """Up to where all is written; None before the first record."""
        return self._segment.position if self._segment is not None else None

    @property
    def needs_book(self) -> bool:
        """Whether the newest record's UTC date has no snapshot: its orders of the days before are then known to no file of that date."""
        return self.last_recv_ns // NS_PER_DAY > self._book_ns // NS_PER_DAY

    def begin(self, header: bytes, *, splices: bool, gap_from_ns: int | None = None) -> None:
        """A session begins: a replay, which `splices` what it brings to the tail, or one with a snapshot of its own.

        Records between `gap_from_ns` and its first one are lost.
        """
        self._end_segment()
        self._is_whole = not splices
        self._header, self._waiting, self._names = header, b"", {}
        self._splice = Splice(self.tail) if splices and not self.tail.is_empty else None
        self._gap_from_ns = gap_from_ns

    def take(self, piece: Piece) -> Piece:
        """Write down what is new of a piece; returns that. Raises `TailDiffers`, and `DiskFull` where the disk does not hold it."""
        if self._splice is not None:
            piece = piece.kept(self._splice.keep(piece.orders))
        if len(piece.orders) and self._gap_from_ns is not None:
            note_gap(self.lake, self._root, (self._gap_from_ns, int(piece.orders["ts_recv"][0])))
            self._gap_from_ns = None
        self._write(piece)
        self._note(piece)
        self.bytes += len(piece.content)
        self.records += len(piece.orders)
        if time.monotonic() - self._synced_s >= SYNC_S:
            self.sync()
        return piece

    def sync(self) -> None:
        """Wait until the disk has all that was written."""
        if self._segment is not None:
            self._segment.sync()
        self._synced_s = time.monotonic()

    def close(self) -> None:
        """End the recording, and let another begin."""
        try:
            self._end_segment()
        finally:
            self._lock.close()

    def _write(self, piece: Piece) -> None:
        """Append to the segment of the records' date; a piece that goes over midnight is cut there.

        What a session says before its first order waits for that, which says the date.
        """
        if not len(piece.orders) and self._segment is None:
            self._waiting += piece.content
            return
        newest_ns = np.maximum.accumulate(np.append(self.last_recv_ns, self._clock.times(piece.orders)))
        days = newest_ns[min(1, len(piece.orders)) :] // NS_PER_DAY
        cuts = np.flatnonzero(np.diff(days)) + 1
        bounds = [0, *(int(piece.places[cut]) for cut in cuts), len(piece.content)]
        for (low, high), first in zip(pairwise(bounds), [0, *cuts.tolist()], strict=True):
            self._segment_of(utc_date(int(days[first]) * NS_PER_DAY)).append(piece.content[low:high])
        self.last_recv_ns = int(newest_ns[-1])

    def _note(self, piece: Piece) -> None:
        """Know what a later piece is judged by."""
        self.tail.add(piece.orders)
        self._names.update((named.instrument_id, named.content) for named in piece.named)
        shown = piece.orders[(piece.orders["action"] == ADD) & (piece.orders["flags"] & F_SNAPSHOT != 0)]
        if not self._is_whole:  # a replay from an event time on leaves a snapshot's older orders out, and with them the most of it
            shown = shown[shown["ts_event"] // NS_PER_DAY < shown["ts_recv"] // NS_PER_DAY]
        if len(shown):
            self._book_ns = max(self._book_ns, int(shown["ts_recv"].max()))

    def _segment_of(self, date: str) -> Segment:
        """The segment of a date; a new one begins with what the session said before, or goes on with its names for instruments."""
        if self._segment is None or self._segment.position.date != date:
            before, self._date = self._date or date, date
            said = self._waiting if self._segment is None else b"".join(self._names.values())
            self._end_segment()
            self._segment = Segment(self.lake, self._root, date, self._header)
            self._segment.append(said)
            self._waiting = b""
            if before < date:
                self._over(before)
        return self._segment

    def _end_segment(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _read_newest(self) -> None:
        """Take up what the newest date's segments hold; of the date before too, where a replay from the tail on would reach into it."""
        dates = segment_dates(self.lake, self._root)
        for date in dates[:-1]:
            self._over(date)
        self._date = dates[-1] if dates else ""
        for since in reversed(dates[-2:]):
            self.tail = Tail()
            first_ns = self._read_from(since)
            if not self.tail.is_empty and first_ns < self.tail.start_ns:
                return

    def _read_from(self, date: str) -> int:
        """Take up what was recorded from a date on; returns the first event time of it."""
        first_ns = 0
        for _, piece in pieces_from(self.lake, self._root, Position(date, 0, 0)):
            self._note(piece)
            if len(piece.orders):
                self.last_recv_ns = max(self.last_recv_ns, int(self._clock.times(piece.orders).max()))
            own = piece.orders[piece.orders["flags"] & F_SNAPSHOT == 0]
            if len(own) and not first_ns:
                first_ns = int(own["ts_event"][0])
        return first_ns
