"""The log of a live day: what became known with every final window, in rows of the lake's tables, for whoever shows it.

`<lake>/live/symbol=ESZ5/dt=2025-10-14/day.log` begins with the day's facts; one entry a window follows, whole or not at all. Nothing reads
an entry that is not whole: a writer that was killed leaves one at most, and drops it when it goes on.

A row may come again with more of it known, as the outcomes of a trigger do; the one that came last counts. All can be made again from the
recorded segments.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from struct import Struct
from typing import NamedTuple

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from ..contracts import contract_of
from ..errors import SpymasterError

LOG = "day.log"
MAGIC = b"spymaster day 1\n"
_ENTRY = Struct("<IIq")
"""Bytes of the entry's content, their CRC-32, and the window's end."""
_PART = Struct("<HQ")
"""Bytes of a table's key, and of its rows."""


class DayLogCorrupt(SpymasterError):
    """A log that does not hold what was written into it."""


class LiveAnswerChanged(SpymasterError):
    """A window of which something else was said before."""


class DayFacts(BaseModel):
    """What holds for the whole day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    root: str
    session_date: str
    synthetic: bool
    gateway: str
    """Where the records come from: `real`, or what stands for it."""
    session: str
    """The session's span that the day is made for, `09:30-12:30`."""
    levels: tuple[str, ...]
    """Every level there can be, in the tables' order."""
    contracts: dict[str, str]
    """Hash of every logged table's contract, by its key."""


class DayEntry(NamedTuple):
    """One final window."""

    end_ns: int
    rows: dict[str, pa.Table]
    """New rows, and rows that came before and are known better now, by table."""


def live_folder(lake: Path, symbol: str, session_date: str) -> Path:
    """Where a live day is kept, outside of raw and of the tables."""
    return lake / "live" / f"symbol={symbol}" / f"dt={session_date}"


class DayLog:
    """The log as its one writer sees it."""

    def __init__(self, path: Path, facts: DayFacts) -> None:
        """Begin a log, or go on with the one that is there.

        Raises
        ------
        LiveAnswerChanged where the log is of another day or was made with other tables.
        """
        self._said: dict[int, int] = {}
        """CRC-32 of every window's entry, by its end."""
        path.parent.mkdir(parents=True, exist_ok=True)
        size = self._go_on(path, facts) if path.exists() and path.stat().st_size else None
        self._file = path.open("ab")
        if size is None:
            self._file.write(MAGIC + _sealed(0, facts.model_dump_json().encode()))
            self._file.flush()
        else:
            self._file.truncate(size)

    def _go_on(self, path: Path, facts: DayFacts) -> int:
        """Take in what was said; the bytes of the file that are whole."""
        reader = DayLogReader(path)
        if reader.facts != facts:
            raise LiveAnswerChanged(
                f"{path} was begun with other facts: {reader.facts.model_dump()}.",
                expected=str(facts.model_dump()),
                fix="Move the folder away to begin the day anew from the recorded segments.",
            )
        self._said = {end_ns: zlib.crc32(content) for end_ns, content in reader.contents()}
        return reader.offset

    @property
    def last_end_ns(self) -> int | None:
        """End of the newest window said."""
        return max(self._said, default=None)

    def append(self, end_ns: int, rows: Mapping[str, pa.Table]) -> None:
        """Say what became known with a window; said again after a restart it is compared and not written twice.

        Raises
        ------
        LiveAnswerChanged where something else was said of that window, or a later one was said before it.
        """
        content = b"".join(_part(dataset, table) for dataset, table in sorted(rows.items()) if table.num_rows)
        said = self._said.get(end_ns)
        if said is None and self._said and end_ns < max(self._said):
            raise LiveAnswerChanged(f"the window that ends at {end_ns} was left out before.", expected="one entry a window, in their order")
        if said is not None:
            if said != zlib.crc32(content):
                raise LiveAnswerChanged(
                    f"something else was said of the window that ends at {end_ns}.", expected="the same bytes from the same records"
                )
            return
        self._file.write(_sealed(end_ns, content))
        self._file.flush()
        self._said[end_ns] = zlib.crc32(content)

    def sync(self) -> None:
        """Have all that was said on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class DayLogReader:
    """The log as readers see it: all whole entries, and those that follow as they come."""

    def __init__(self, path: Path) -> None:
        """Raises `DayLogCorrupt` for a file that is no such log, or was made with other tables."""
        self._path = path
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
        if magic != MAGIC:
            raise DayLogCorrupt(f"{path} begins with {magic!r}.", expected=repr(MAGIC), fix="Move the folder away.")
        self.offset = len(MAGIC)
        """Bytes read so far."""
        first = next(self.contents(), None)
        if first is None:
            raise DayLogCorrupt(f"{path} does not hold its day's facts.", expected="a log that was begun", fix="Move the folder away.")
        self.facts = DayFacts.model_validate_json(first[1])
        changed = [dataset for dataset, sha256 in self.facts.contracts.items() if contract_of(dataset).sha256 != sha256]
        if changed:
            raise DayLogCorrupt(
                f"{path} holds other columns of {', '.join(changed)} than this version.",
                expected="a log of this version",
                fix="Move the folder away to begin the day anew from the recorded segments.",
            )

    def more(self) -> list[DayEntry]:
        """The entries written since the last call."""
        return [DayEntry(end_ns, _rows(content)) for end_ns, content in self.contents()]

    def contents(self) -> Iterator[tuple[int, bytes]]:
        """End and content of the whole entries that follow. An entry that ends beyond the file is still being written."""
        with self._path.open("rb") as file:
            file.seek(self.offset)
            while len(head := file.read(_ENTRY.size)) == _ENTRY.size:
                size, crc, end_ns = _ENTRY.unpack(head)
                content = file.read(size)
                if len(content) < size:
                    return
                if zlib.crc32(content) != crc:
                    raise DayLogCorrupt(
                        f"{self._path} is damaged at byte {self.offset}: the entry's checksum is {zlib.crc32(content)}.",
                        expected=str(crc),
                        fix="Move the folder away to make the day anew from the recorded segments.",
                    )
                self.offset += _ENTRY.size + size
                yield end_ns, content


def contracts_of(datasets: Iterable[str]) -> dict[str, str]:
    """The hashes that a day's facts name."""
    return {dataset: contract_of(dataset).sha256 for dataset in datasets}


def _sealed(end_ns: int, content: bytes) -> bytes:
    return _ENTRY.pack(len(content), zlib.crc32(content), end_ns) + content


def _part(dataset: str, table: pa.Table) -> bytes:
    """One table's rows: its key, then an Arrow record batch without its schema, which the contract gives."""
    (batch,) = table.cast(contract_of(dataset).schema).combine_chunks().to_batches()
    name, content = dataset.encode(), bytes(pa.concat_batches([batch]).serialize())
    return _PART.pack(len(name), len(content)) + name + content


def _rows(content: bytes) -> dict[str, pa.Table]:
    rows, at = {}, 0
    while at < len(content):
        name_size, size = _PART.unpack_from(content, at)
        at += _PART.size
        dataset = content[at : at + name_size].decode()
        at += name_size
        schema = contract_of(dataset).schema
        batch = pa.ipc.read_record_batch(pa.py_buffer(content[at : at + size]), schema)
        rows[dataset] = pa.Table.from_batches([batch], schema)
        at += size
    return rows
