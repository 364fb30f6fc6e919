"""Sealing a UTC date: its segments' orders joined into the day file that Databento sells of it, in the raw layer beside the others.

Whole records only. What the gateway said of the session stays in the segments, which are never touched. A date of which raw has a file
already is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from ... import commands
from ...errors import SpymasterError
from ...lake.attempts import disk_errors, sync_file
from ...lake.raw import raw_by_date, raw_folder
from ...lake.raw_records import look_through
from ...lake.recorded import Gap, gaps_of, gaps_text, note_day_file
from ..day_file import day_file_name, utc_day_span, write_dbn_day
from ..raw import lay_down, staging_folder
from .incoming import Piece
from .segments import RecordingLock, read_header, read_segment, segment_dates, segment_folder, segments_of


class NothingToSeal(SpymasterError):
    """A date of which no order was recorded."""


class Sealed(NamedTuple):
    """What became of a date."""

    root: str
    date: str
    path: Path
    """The day file."""
    is_new: bool
    """False where the date had a file before."""
    records: int
    """Orders in the file; 0 where it is not new."""
    bytes: int
    gaps: tuple[Gap, ...]
    segments: Path
    """The folder in which they stay."""

    @property
    def text(self) -> str:
        """What became of it, in a line."""
        name, stay = f"{self.root} {self.date}", f"the segments stay in {self.segments}"
        if not self.is_new:
            return f"{name}  raw has {self.path.name} already, which is not touched; {stay}"
        gaps = f", {gaps_text(self.gaps)}" if self.gaps else ""
        return f"{name}  sealed  {self.records:,} records, {self.bytes:,} bytes{gaps}  {self.path.name}; {stay}"


def seal(lake: Path, root: str, date: str) -> Sealed:
    """Make a UTC date's day file of its segments.

    Raises
    ------
    NothingToSeal; RecordingRuns for the newest date while it is recorded; RawOverlap; DiskFull.
    """
    with ExitStack() as stack:
        if [date] == segment_dates(lake, root)[-1:]:
            stack.enter_context(closing(RecordingLock(lake, root)))
        present = raw_by_date(lake, root).get(date)
        if present:
            return Sealed(root, date, present[0], False, 0, present[0].stat().st_size, (), segment_folder(lake, root, date))
        return _sealed(lake, root, date)


class Sealing:
    """Seals dates one after the other beside a recording. `say` hears what became of each, or why it could not be sealed."""

    def __init__(self, lake: Path, root: str, say: Callable[[str], None]) -> None:
        self._lake, self._root, self._say = lake, root, say
        self._worker = ThreadPoolExecutor(1, "seal")

    def over(self, date: str) -> None:
        """No more records of a date will come."""
        self._worker.submit(self._seal, date)

    def close(self) -> None:
        """Wait for what is being sealed."""
        self._worker.shutdown()

    def _seal(self, date: str) -> None:
        try:
            if date not in raw_by_date(self._lake, self._root):
                self._say(seal(self._lake, self._root, date).text)
        except (SpymasterError, OSError) as error:
            self._say(f"{self._root} {date} could not be sealed, its segments stay: {error}")


class _Recording(NamedTuple):
    """What a date's segments hold, but for the orders themselves."""

    dataset: str
    symbols: dict[str, int]
    span_ns: tuple[int, int]
    """Of the date, and wider where a record is stamped outside it."""
    records: int


def _sealed(lake: Path, root: str, date: str) -> Sealed:
    found = _looked_over(lake, root, date)
    name = day_file_name(date)
    with staging_folder(lake) as staging:
        staged = staging / name
        with disk_errors(staged, 0):
            write_dbn_day(staged, found.dataset, f"{root}.FUT", date, found.symbols, _orders(lake, root, date), found.span_ns)
            sync_file(staged)
        record = look_through(staged, Path(name))
        note_day_file(lake, root, name, record.sha256)
        lay_down(lake, root, staged, Path(name), record)
    gaps = gaps_of(lake, root, date, {name: record.sha256})
    return Sealed(root, date, raw_folder(lake, root) / name, True, found.records, record.bytes, gaps, segment_folder(lake, root, date))


def _looked_over(lake: Path, root: str, date: str) -> _Recording:
    paths = segments_of(lake, root, date)
    symbols: dict[str, int] = {}
    first_ns, end_ns = utc_day_span(date)
    records = 0
    for piece in _pieces(paths):
        symbols.update((named.symbol, named.instrument_id) for named in piece.named)
        if len(piece.orders):
            stamps = piece.orders["ts_recv"]
            first_ns, end_ns = min(first_ns, int(stamps.min())), max(end_ns, int(stamps.max()) + 1)
            records += len(stamps)
    if not records:
        dates = segment_dates(lake, root)
        raise NothingToSeal(
            f"no order of {root} {date} was recorded into {lake}.",
            expected=f"a UTC date from {dates[0]} to {dates[-1]}" if dates else "a recording",
            fix=None if dates else commands.record(lake, root),
        )
    headers = (read_header(path) for path in paths)
    dataset = next(databento_dbn.Metadata.decode(header).dataset for header in headers if header)
    return _Recording(dataset, symbols, (first_ns, end_ns), records)


def _orders(lake: Path, root: str, date: str) -> Iterator[NDArray[np.void]]:
    return (piece.orders for piece in _pieces(segments_of(lake, root, date)))


def _pieces(paths: list[Path]) -> Iterator[Piece]:
    return (piece for path in paths for _, piece in read_segment(path))
