"""The raw layer as it lies: the feed's own files, flat, one folder a root, found by their UTC date.

A file needs no import to be raw, and nothing is written beside it. What is known of a file (its hash, its records, its symbols) is
kept outside, in `known/raw/ROOT/NAME.json`, for as long as the file keeps its size and time, and made again when it is lost: the file is
then read through once. The feed's condition of a date is read from the batches' condition files, which lie with the day files.

A UTC date may have several files. They are read in the order of their first records where their spans or their symbols do not overlap;
where both do, nobody can say which records count, and the date is refused with both names.
Names and spans of files: Databento, "Batch downloads" and "DBN encoding".
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from .. import commands
from ..commands import Command
from ..config import find_dataset
from ..core.tables import RAW_DEFINITIONS, RAW_MBO
from ..core.units import ns_to_iso, utc_date
from ..errors import SpymasterError
from ..sources.dbn import DbnError, DbnFile, read_definitions
from ..sources.dbn_format import Definition
from .conditions import FEED_WORDS, Condition
from .raw_records import RawChanged, RawRecord, file_sha256, is_as_read, kept_record, raw_record, require_same
from .recorded import Gap, gaps_of

DBN_SUFFIXES = (".dbn", ".dbn.zst")
CONDITIONS = "condition*.json"
"""A batch's condition.json, under its own name or with its hash in it, as `import` brings it."""

CONDITION_NAME = re.compile(r"condition-([0-9a-f]{16})\.json")


class RawMissing(SpymasterError):
    """A root has no raw file of a date."""


class RawOverlap(SpymasterError):
    """Two raw files of one date hold records of the same symbols and times."""


class RawFile(NamedTuple):
    """One file of a root, as its header says."""

    path: Path
    dates: tuple[str, ...]


class Unreadable(NamedTuple):
    """A file in the raw layer that no date can use."""

    path: Path
    problem: str
    fix: Command | str
    """What brings it back where it was once whole; else advice."""


class RawDay(NamedTuple):
    """The raw files of a root and UTC date, in the order in which they are read."""

    date: str
    files: tuple[DbnFile, ...]
    records: tuple[RawRecord, ...]
    definitions: dict[int, Definition]
    gaps: tuple[Gap, ...]
    """Where a recording of ours is missing records."""

    @property
    def dataset(self) -> str:
        return self.records[0].dataset


class _Span(NamedTuple):
    """What a header says without its records."""

    schema: str | None
    date: str | None
    """The one UTC date that it spans; None where only the records say which."""
    synthetic: bool


def raw_folder(lake: Path, root: str, dataset: str = RAW_MBO) -> Path:
    """Where the files of a root lie."""
    return Path(lake) / find_dataset(dataset).path.format(symbol=root)


def raw_roots(lake: Path) -> list[str]:
    """Roots that have a raw folder with a file in it."""
    pattern = find_dataset(RAW_MBO).path.format(symbol="*")
    folders = [folder for folder in Path(lake).glob(pattern) if any(_dbn_files(folder))]
    return sorted(folder.parent.name.removeprefix("symbol=") for folder in folders)


def raw_files(lake: Path, root: str) -> list[RawFile]:
    """The readable files of a root, by name."""
    return [found for found in _found(lake, root) if isinstance(found, RawFile)]


def unreadable_files(lake: Path, root: str) -> list[Unreadable]:
    """Files of a root that are no order records, or whose header is damaged; no date can use them."""
    return [found for found in _found(lake, root) if isinstance(found, Unreadable)]


def raw_dates(lake: Path, root: str) -> list[str]:
    """UTC dates for which a root has a raw file, in order."""
    return sorted(raw_by_date(lake, root))


def raw_by_date(lake: Path, root: str) -> dict[str, list[Path]]:
    """Files of every UTC date, by name, from one look at the root's folder."""
    found: dict[str, list[Path]] = {}
    for file in raw_files(lake, root):
        for date in file.dates:
            found.setdefault(date, []).append(file.path)
    return found


def open_raw(lake: Path, root: str, date: str) -> RawDay:
    """Open the files of a root and UTC date.

    Raises
    ------
    RawMissing where there is none, RawOverlap where two hold the same, RawChanged for one that is not as it was noted, and what `DbnFile`
    says of a damaged one.
    """
    files = _files_of(lake, root, date)
    records = {path: raw_record(lake, root, path) for path in files}
    for path, record in records.items():
        require_same(lake, root, path, record)
    ordered = sorted(files, key=lambda path: (records[path].first_ts_ns, path.name))
    for one, other in combinations(ordered, 2):
        require_apart(one, records[one], other, records[other], root, date)
    known = tuple(records[path] for path in ordered)
    gaps = gaps_of(lake, root, date, {path.name: record.sha256 for path, record in records.items()})
    return RawDay(date, tuple(DbnFile(path) for path in ordered), known, _definitions_of(lake, root, date), gaps)


def raw_sha256(lake: Path, root: str, date: str) -> str:
    """Hash of all that the day's bronze is made from: the files' bytes, the feed's condition, the definitions beside them, the gaps."""
    files = _files_of(lake, root, date)
    return _day_sha256(lake, root, date, files, [raw_record(lake, root, path).sha256 for path in files])


def known_sha256(lake: Path, root: str, date: str, files: Sequence[Path]) -> str | None:
    """The same from what is known of the date's files, so that none is read through; None where nothing is known of one.

    A file that is not as it was when it was read through counts as another.
    """
    records = [kept_record(lake, root, path) for path in files]
    if not all(records):
        return None
    as_read = (
        record.sha256 if record is not None and is_as_read(path, record) else "changed" for path, record in zip(files, records, strict=True)
    )
    return _day_sha256(lake, root, date, files, as_read)


def raw_facts(lake: Path, root: str, date: str, files: Sequence[Path] | None = None) -> dict[str, object]:
    """What a day's tables inherit: whether it is simulated, the feed's condition, where a recording is missing records; and its names and
    bytes. No file is read through.

    `files` are those of the date, where the caller has looked already.
    """
    files = _files_of(lake, root, date) if files is None else files
    return {
        "synthetic": any(_span_of(path).synthetic for path in files),
        "condition": condition_of(lake, root, date),
        "names": [path.name for path in files],
        "bytes": sum(path.stat().st_size for path in files),
        "gaps": [list(gap) for gap in gaps_on(lake, root, date, files)],
    }


def gaps_on(lake: Path, root: str, date: str, files: Sequence[Path]) -> tuple[Gap, ...]:
    """Where a date's files are missing records, by what is noted of them."""
    noted = {path.name: record.sha256 if (record := kept_record(lake, root, path)) is not None else None for path in files}
    return gaps_of(lake, root, date, noted)


def gaps_in(path: Path) -> tuple[Gap, ...]:
    """Where a file is missing records; none where it is not among the raw files of a lake."""
    path = path.absolute()
    if len(path.parents) <= len(Path(find_dataset(RAW_MBO).path).parts):
        return ()
    lake, root = _lake_of(path), path.parent.parent.name.removeprefix("symbol=")
    if path.parent != raw_folder(lake, root):
        return ()
    return tuple(gap for date, files in raw_by_date(lake, root).items() if path in files for gap in gaps_on(lake, root, date, [path]))


def require_room(lake: Path, root: str, source: Path, record: RawRecord) -> None:
    """Raise `RawOverlap` where a file to be brought in holds what a file of the same dates there holds."""
    for present in raw_files(lake, root):
        for date in sorted(set(present.dates) & set(record.dates)):
            require_apart(present.path, raw_record(lake, root, present.path), source, record, root, date)


def require_apart(one: Path, first: RawRecord, other: Path, second: RawRecord, root: str, date: str) -> None:
    """Raise `RawOverlap` where two files of a date share both times and symbols, or do not say whose records they hold."""
    apart = first.last_ts_ns < second.first_ts_ns or second.last_ts_ns < first.first_ts_ns
    named = bool(first.symbols and second.symbols) and not set(first.symbols) & set(second.symbols)
    if apart or named or not (first.records and second.records):
        return
    spans = " and ".join(
        f"{path.name} ({ns_to_iso(record.first_ts_ns)} to {ns_to_iso(record.last_ts_ns)})"
        for path, record in ((one, first), (other, second))
    )
    raise RawOverlap(
        f"raw of {root} {date} holds the same symbols and times twice: {spans}.",
        expected=f"files that share no time or no symbol: move one of them out of {one.parent}",
    )


def condition_of(lake: Path, root: str, date: str) -> Condition:
    """The feed's word on a date, by the newest condition file beside the day files that has one; else available."""
    files = sorted(raw_folder(lake, root).glob(CONDITIONS), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    said = (_conditions_in(str(path), path.stat().st_size, path.stat().st_mtime_ns).get(date) for path in files)
    return next((condition for condition in said if condition is not None), "available")


@cache
def _conditions_in(path: str, size: int, mtime_ns: int) -> dict[str, Condition]:
    """Of a condition file, read once for as long as it keeps its size and time."""
    require_name(Path(path))
    return read_conditions(Path(path))


def require_name(path: Path) -> None:
    """Raise unless a condition file that was imported, which has its hash in its name, has that hash."""
    named = CONDITION_NAME.fullmatch(path.name)
    if named and (sha256 := file_sha256(path))[: len(named[1])] != named[1]:
        raise SpymasterError(f"{path} has sha256 {sha256[:16]}.", expected="the hash in its name", fix=commands.bring_in(_lake_of(path)))


def _lake_of(path: Path) -> Path:
    """The lake in which a raw file lies."""
    return path.parents[len(Path(find_dataset(RAW_MBO).path).parts)]


def read_conditions(path: Path) -> dict[str, Condition]:
    """Condition of each date by a batch's condition.json."""
    try:
        return {entry["date"]: FEED_WORDS[entry["condition"]] for entry in json.loads(path.read_text())}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SpymasterError(f"{path} cannot be read: {error!r}.", expected="a list of date and condition; fetch the batch again") from None


def _found(lake: Path, root: str) -> list[RawFile | Unreadable]:
    return [_glance(lake, root, path) for path in _dbn_files(raw_folder(lake, root))]


def _glance(lake: Path, root: str, path: Path) -> RawFile | Unreadable:
    """The dates that a header says; of one that spans days, or says no end, those that the records say."""
    try:
        span = _span_of(path)
        if span.schema not in ("mbo", None):
            what = f"{path} holds schema {span.schema}. Expected mbo: move it out of the folder of order records."
            return Unreadable(path, what, f"move it out of {path.parent}")
        return RawFile(path, (span.date,) if span.date is not None else raw_record(lake, root, path).dates)
    except RawChanged as error:
        return Unreadable(path, error.message, commands.bring_in(lake))
    except DbnError as error:
        noted = kept_record(lake, root, path) is not None
        return Unreadable(path, str(error), commands.bring_in(lake) if noted else f"move it out of {path.parent}")


def _span_of(path: Path) -> _Span:
    found = path.stat()
    return _span(str(path), found.st_size, found.st_mtime_ns)


@cache
def _span(path: str, size: int, mtime_ns: int) -> _Span:
    """Of a header, read once for as long as the file keeps its size and time."""
    header = DbnFile(Path(path)).header
    first = utc_date(header.start_ns)
    is_one_day = header.end_ns is not None and first == utc_date(max(header.end_ns - 1, header.start_ns))
    return _Span(header.schema, first if is_one_day else None, header.synthetic)


def _files_of(lake: Path, root: str, date: str) -> list[Path]:
    files = raw_by_date(lake, root).get(date)
    if files is None:
        where = raw_folder(lake, root)
        what = f"raw file of {root} {date} is not in {where}. Put the day's DBN file there, or import it."
        raise RawMissing(what, fix=commands.bring_in(lake))
    return files


def _definitions_of(lake: Path, root: str, date: str) -> dict[int, Definition]:
    found: dict[int, Definition] = {}
    for path in _definition_files(lake, root, date):
        found |= read_definitions(path)
    return found


def _definition_files(lake: Path, root: str, date: str) -> list[Path]:
    """Files of definitions whose header begins on the date or before it and whose symbols are in force then, by name."""
    return [path for path in _dbn_files(raw_folder(lake, root, RAW_DEFINITIONS)) if _defines(path, date)]


def _defines(path: Path, date: str) -> bool:
    found = path.stat()
    start, spans = _definition_spans(str(path), found.st_size, found.st_mtime_ns)
    return start <= date and any(first <= date < end for first, end in spans)


@cache
def _definition_spans(path: str, size: int, mtime_ns: int) -> tuple[str, frozenset[tuple[str, str]]]:
    """First date of a file of definitions, and the spans in which its symbols are in force."""
    header = DbnFile(Path(path)).header
    return utc_date(header.start_ns), frozenset((entry.first, entry.end) for entry in header.mappings)


def _definition_sha256(path: Path) -> str:
    found = path.stat()
    return _small_sha256(str(path), found.st_size, found.st_mtime_ns)


@cache
def _small_sha256(path: str, size: int, mtime_ns: int) -> str:
    return file_sha256(Path(path))


def _day_sha256(lake: Path, root: str, date: str, files: Sequence[Path], hashes: Iterable[str]) -> str:
    definitions = [_definition_sha256(path) for path in _definition_files(lake, root, date)]
    by_name = dict(zip((path.name for path in files), hashes, strict=True))
    gaps = gaps_of(lake, root, date, by_name)
    seen = [sorted(by_name.values()), definitions, condition_of(lake, root, date), *([gaps] if gaps else [])]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _dbn_files(folder: Path) -> list[Path]:
    """Files of the feed's format in a folder, by name; none where there is no folder."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.endswith(DBN_SUFFIXES) and entry.is_file())
    return [folder / name for name in names]
