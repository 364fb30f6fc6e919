"""The recorder: every record that comes is written down once, in its order, before anything is made of it."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...core.units import NS_PER_DAY, utc_date
from ...lake.attempts import publish_file
from ...lake.raw_records import KNOWN
from .incoming import Piece
from .segments import Position, Segment, pieces_from, segment_dates
from .splice import Splice, Tail

SYNC_S = 1.0
GAPS = "gaps.json"


class Recorder:
    """Of one root. What is there already is looked through at the start, for the newest records are what a replay is joined to."""

    def __init__(self, lake: Path, root: str) -> None:
        self._lake, self._root = lake, root
        self.tail = Tail()
        self.last_recv_ns = 0
        """Newest capture time written down; 0 before any."""
        self.records = 0
        """Orders written down by this recorder."""
        self.bytes = 0
        self._segment: Segment | None = None
        self._header = b""
        self._waiting = b""
        self._splice: Splice | None = None
        self._synced_s = 0.0
        self._gap_from_ns: int | None = None
        self._read_newest()

    @property
    def position(self) -> Position | None:
        """Up to where all is written; None before the first record."""
        return self._segment.position if self._segment is not None else None

    def begin(self, header: bytes, is_replay: bool) -> None:
        """A session begins, whose records follow on what is there: as a replay, or with a snapshot, before which records are missing."""
        self._end_segment()
        self._header, self._waiting = header, b""
        self._splice = Splice(self.tail) if is_replay and not self.tail.is_empty else None
        self._gap_from_ns = None if is_replay or not self.last_recv_ns else self.last_recv_ns

    def take(self, piece: Piece) -> Piece:
        """Write down what is new of a piece; returns that. Raises `TailDiffers`, and `DiskFull` where the disk does not hold it."""
        if self._splice is not None:
            piece = piece.kept(self._splice.keep(piece.orders))
        if len(piece.orders) and self._gap_from_ns is not None:
            self._note_gap(self._gap_from_ns, int(piece.orders["ts_recv"][0]))
            self._gap_from_ns = None
        self._write(piece)
        self.tail.add(piece.orders)
        if len(piece.orders):
            self.last_recv_ns = max(self.last_recv_ns, int(piece.orders["ts_recv"].max()))
            self.records += len(piece.orders)
        self.bytes += len(piece.content)
        if time.monotonic() - self._synced_s >= SYNC_S:
            self.sync()
        return piece

    def sync(self) -> None:
        """Wait until the disk has all that was written."""
        if self._segment is not None:
            self._segment.sync()
        self._synced_s = time.monotonic()

    def close(self) -> None:
        self._end_segment()

    def _write(self, piece: Piece) -> None:
        """Append to the segment of the records' date; a piece that goes over midnight is cut there.

        What a session says before its first order waits for that, which says the date.
        """
        if not len(piece.orders) and self._segment is None:
            self._waiting += piece.content
            return
        newest_ns = np.maximum.accumulate(np.append(self.last_recv_ns, piece.orders["ts_recv"].astype(np.int64)))
        days = newest_ns[min(1, len(piece.orders)) :] // NS_PER_DAY
        cuts = np.flatnonzero(np.diff(days)) + 1
        bounds = [0, *(int(piece.places[cut]) for cut in cuts), len(piece.content)]
        for (low, high), first in zip(pairwise(bounds), [0, *cuts.tolist()], strict=True):
            self._segment_of(utc_date(int(days[first]) * NS_PER_DAY)).append(piece.content[low:high])

    def _segment_of(self, date: str) -> Segment:
        if self._segment is None or self._segment.position.date != date:
            self._end_segment()
            self._segment = Segment(self._lake, self._root, date, self._header)
            self._segment.append(self._waiting)
            self._waiting = b""
        return self._segment

    def _end_segment(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _read_newest(self) -> None:
        """Take up what the newest date's segments hold."""
        dates = segment_dates(self._lake, self._root)
        since = Position(dates[-1], 0, 0) if dates else None
        for _, piece in pieces_from(self._lake, self._root, since):
            self.tail.add(piece.orders)
            if len(piece.orders):
                self.last_recv_ns = max(self.last_recv_ns, int(piece.orders["ts_recv"].max()))

    def _note_gap(self, from_ns: int, to_ns: int) -> None:
        path = gaps_path(self._lake, self._root)
        gaps = [*read_gaps(self._lake, self._root), (from_ns, to_ns)]
        publish_file(path, (json.dumps(gaps, indent=1) + "\n").encode())


def gaps_path(lake: Path, root: str) -> Path:
    """Where the gaps of a root's recordings are noted: with what else is known of its raw files, outside raw."""
    return lake / KNOWN / root / GAPS


def read_gaps(lake: Path, root: str) -> list[tuple[int, int]]:
    """Spans in ns UTC in which records are known to be missing, in the order in which they were found."""
    try:
        return [(int(first), int(last)) for first, last in json.loads(gaps_path(lake, root).read_text())]
    except FileNotFoundError:
        return []
