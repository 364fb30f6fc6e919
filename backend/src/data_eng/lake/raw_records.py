"""What is known of each raw file, kept outside raw in `known/raw/ROOT/NAME.json`; made again when the file changes or the note is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from .. import commands
from ..core.clock import Clock
from ..core.units import NS_PER_DAY, utc_date
from ..errors import SpymasterError
from ..sources.dbn import DbnFile
from .attempts import DiskFull, LakeNotWritable, publish_file
from .hashes import hash_once
from .seal import BrokenSeal, sealed, unsealed

KNOWN = Path("known") / "raw"
HASH_BYTES = 1 << 22
Progress = Callable[[Path, int], None]
"""Called with a file and how many of its bytes were read since the last call."""


class RawChanged(SpymasterError):
    """A raw file whose bytes are not those that were noted when it was first read: raw never changes."""


class RawRecord(BaseModel):
    """What is known of one raw file, from reading it through once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    mtime_ns: int
    sha256: str
    dataset: str
    synthetic: bool
    symbols: tuple[str, ...]
    """Names of its instruments; of a file that maps none, what the feed was requested for."""
    records: int
    """Order records."""
    first_ts_ns: int
    """Capture time of the first order record; as `last_ts_ns` 0 where there is none."""
    last_ts_ns: int
    dates: tuple[str, ...]
    """UTC dates on which its records were captured."""


def raw_record(lake: Path, root: str, path: Path) -> RawRecord:
    """What is known of a file; read through where nothing is. One that was touched since is hashed.

    Raises `RawChanged` for a file that holds other bytes than when it was noted, and what `look_through` raises.
    """
    kept = kept_record(lake, root, path)
    if kept is not None and is_as_read(path, kept):
        return kept
    if kept is None:
        record = look_through(path)
    else:
        require_same(lake, root, path, kept)
        record = kept.model_copy(update={"mtime_ns": path.stat().st_mtime_ns})
    with suppress(LakeNotWritable, DiskFull):  # a note only spares the next run the reading
        keep_record(lake, root, path, record)
    return record


def require_same(lake: Path, root: str, path: Path, record: RawRecord) -> None:
    """Raise `RawChanged` unless a file holds the bytes that were noted; it is hashed once in the life of the process."""
    sha256 = hash_once(path)
    if sha256 != record.sha256:
        raise RawChanged(
            f"raw file {path} has sha256 {sha256[:16]}, {note_path(lake, root, path)} says {record.sha256[:16]}.",
            expected="the bytes that were noted, since raw never changes: import the file again from its batch; where it was replaced on "
            "purpose, remove the note",
            fix=commands.bring_in(lake),
        )


def keep_record(lake: Path, root: str, path: Path, record: RawRecord) -> None:
    """Note what is known of a file, outside raw."""
    publish_file(note_path(lake, root, path), sealed(record.model_dump(mode="json")))


def look_through(path: Path, name: Path | None = None, progress: Progress | None = None) -> RawRecord:
    """Read a file to its end: it is sound, and this is what it holds. `name` is what messages call it.

    Raises
    ------
    What `DbnFile` says of a file that is damaged or of another schema, or holds a record from outside its header's span.
    """
    file, found, clock = DbnFile(path, name), path.stat(), Clock()
    records, first_ns, last_ns, days = 0, 0, 0, set()
    for batch in file.batches():
        times_ns = clock.times(batch)
        first_ns = first_ns or int(times_ns[0])
        last_ns = max(last_ns, int(times_ns.max()))
        records += len(batch)
        days.update(_days_of(times_ns))
    dates = tuple(utc_date(day * NS_PER_DAY) for day in sorted(days))
    named = {symbol for date in dates for symbol in file.symbols_on(date).values()}
    return RawRecord(
        bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        sha256=file_sha256(path, name, progress),
        dataset=file.header.dataset,
        synthetic=file.header.synthetic,
        symbols=tuple(sorted(named or file.header.symbols)),
        records=records,
        first_ts_ns=first_ns,
        last_ts_ns=last_ns,
        dates=dates,
    )


def is_as_read(path: Path, record: RawRecord) -> bool:
    """Whether a file has the size and time that it had when it was read through."""
    found = path.stat()
    return (record.bytes, record.mtime_ns) == (found.st_size, found.st_mtime_ns)


def note_path(lake: Path, root: str, path: Path) -> Path:
    """Where what is known of a raw file is noted."""
    return Path(lake) / KNOWN / root / f"{path.name}.json"


def kept_record(lake: Path, root: str, path: Path) -> RawRecord | None:
    """What was noted of a file; None where nothing was, or the note cannot be read."""
    try:
        noted = note_path(lake, root, path)
        found = noted.stat()
        return _parsed_record(noted, found.st_size, found.st_mtime_ns, found.st_ino)
    except (FileNotFoundError, BrokenSeal, ValidationError):
        return None


@cache
def _parsed_record(path: Path, size: int, mtime_ns: int, inode: int) -> RawRecord:
    """A note, read once for as long as the disk says that it is the same."""
    return RawRecord.model_validate(unsealed(path.read_bytes()))


def _days_of(times_ns: NDArray[np.int64]) -> set[int]:
    """Days since 1970 in which records were captured."""
    first, last = int(times_ns.min()) // NS_PER_DAY, int(times_ns.max()) // NS_PER_DAY
    return {first} if first == last else set(np.unique(times_ns // NS_PER_DAY).tolist())


def file_sha256(path: Path, name: Path | None = None, progress: Progress | None = None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
            if progress is not None:
                progress(name or path, len(piece))
    return digest.hexdigest()
