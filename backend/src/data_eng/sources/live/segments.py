"""Segments: what was received, on the disk within the second, one file after the other, each a DBN file from its first byte.

A segment is only ever appended to. What a crash left of its last record is passed over in reading, never cut off; a restart opens the next
number. The folder of a UTC date holds the records captured on it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...config import find_dataset
from ...core.tables import RAW_LIVE
from ...errors import SpymasterError
from ...lake.attempts import disk_errors, make_folder, sync_folder
from .incoming import Incoming, Piece

NAME = re.compile(r"(\d{6})\.dbn")
READ_BYTES = 1 << 22


class RecordingRuns(SpymasterError):
    """A root that another process records."""


class Position(NamedTuple):
    """A place in what was recorded: before its byte lies all that was read."""

    date: str
    """UTC."""
    number: int
    offset: int


def segment_folder(lake: Path, root: str, date: str) -> Path:
    """Where the segments of a UTC date lie."""
    return lake / find_dataset(RAW_LIVE).path.format(symbol=root) / f"dt={date}"


def segment_dates(lake: Path, root: str) -> list[str]:
    """UTC dates of which there are segments, in order."""
    folder = segment_folder(lake, root, "").parent
    return sorted(one.name.removeprefix("dt=") for one in folder.glob("dt=*") if any(_numbered(one)))


def segments_of(lake: Path, root: str, date: str) -> list[Path]:
    """Segments of a UTC date, in order."""
    return [path for _, path in sorted(_numbered(segment_folder(lake, root, date)))]


def pieces_from(lake: Path, root: str, since: Position | None = None) -> Iterator[tuple[Position, Piece]]:
    """What was recorded after a position, from the first segment on by default, with the position after each piece."""
    for date in segment_dates(lake, root):
        for number, path in sorted(_numbered(segment_folder(lake, root, date))):
            if since is None or (date, number) > (since.date, since.number):
                offset = 0
            elif (date, number) == (since.date, since.number):
                offset = since.offset
            else:
                continue
            yield from ((Position(date, number, end), piece) for end, piece in read_segment(path, offset))


def read_header(path: Path) -> bytes:
    """What stands in front of a segment's records; empty where a crash left less than that."""
    incoming = Incoming()
    with path.open("rb") as file:
        while not incoming.header and (received := file.read(READ_BYTES)):
            incoming.take(received)
    return incoming.header


def read_segment(path: Path, offset: int = 0) -> Iterator[tuple[int, Piece]]:
    """Pieces of whole records from a byte on, each with the byte after it. What a crash left of a record is passed over."""
    incoming = Incoming()
    with path.open("rb") as file:
        if offset:
            incoming.header = b"read before"
            file.seek(offset)
        end = offset
        while received := file.read(READ_BYTES):
            piece = incoming.take(received)
            if not offset and incoming.header and end == 0:
                end = len(incoming.header)
            if piece is not None:
                end += len(piece.content)
                yield end, piece


class RecordingLock:
    """One recorder a root; the kernel frees it when the process dies. Raises `RecordingRuns`."""

    def __init__(self, lake: Path, root: str) -> None:
        folder = segment_folder(lake, root, "").parent
        with disk_errors(folder, 0):
            make_folder(folder)
        self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise RecordingRuns(
                f"{root} is being recorded into {lake}.", expected="one recorder a root", fix="Stop it first, or name another lake."
            ) from None

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Segment:
    """The file that is written to."""

    def __init__(self, lake: Path, root: str, date: str, header: bytes) -> None:
        folder = segment_folder(lake, root, date)
        with disk_errors(folder, len(header)):
            folder.mkdir(parents=True, exist_ok=True)
            number = max((number for number, _ in _numbered(folder)), default=0) + 1
            self.path = folder / f"{number:06}.dbn"
            self._file: BinaryIO = self.path.open("xb", buffering=0)
            self._file.write(header)
            os.fsync(self._file.fileno())
            sync_folder(folder)
        self.position = Position(date, number, len(header))

    def append(self, content: bytes) -> None:
        """Write whole records, handed to the system at once."""
        with disk_errors(self.path, len(content)):
            written = 0
            while written < len(content):
                written += self._file.write(content[written:]) or 0
        self.position = self.position._replace(offset=self.position.offset + len(content))

    def sync(self) -> None:
        """Wait until the disk has it."""
        with disk_errors(self.path, 0):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self.sync()
        self._file.close()


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    return [(int(found[1]), path) for path in folder.iterdir() if (found := NAME.fullmatch(path.name))]
