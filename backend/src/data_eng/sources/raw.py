"""The raw layer: the feed's own files as they came, one a root and UTC date, with a record of what was imported.

Beside the file lies `import.json`; a day is there if and only if that record is. Files are copied under a staging folder, hashed, read
through once, and linked in place; nothing in raw is ever changed or removed. A killed import leaves at most a staging folder, which the
next one sweeps, and a repeated import finds its work done.
Batch folders: Databento, "Batch downloads": manifest.json lists every file with its size and sha256, condition.json every date's
condition.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from ..attempts import disk_errors, locked, sync_folder, write_durable
from ..core.instrument import root_of
from ..core.units import NS_PER_DAY, utc_date
from ..errors import SpymasterError
from ..io import IMPORT, RAW, PartitionRef, is_partition_complete, list_partitions, partition_ref, read_facts
from .dbn import DbnFile, Definition, read_definitions

Condition = Literal["available", "degraded", "missing"]
CONDITIONS: Mapping[str, Condition] = {
    "available": "available",
    "intraday": "available",
    "pending": "degraded",
    "degraded": "degraded",
    "missing": "missing",
}
"""Databento's words for a date; data still in processing (pending) may change, so it counts as degraded."""
DBN_SUFFIXES = (".dbn", ".dbn.zst")
MANIFEST, CONDITION = "manifest.json", "condition.json"
STAGING_PREFIX = ".import-"
ALL_SYMBOLS = "ALL_SYMBOLS"
"""Databento's word for a whole dataset."""
COPY_BYTES = 1 << 22
FILES_NAMED = 5
"""How many files of a folder an error names."""

Progress = Callable[[Path, int], None]
"""Told a file and how many of its bytes were dealt with since the last call."""


class ImportRefused(SpymasterError):
    """A file that does not belong into raw as it is."""


class HashMismatch(SpymasterError):
    """A file that is not what the batch's manifest says."""


class DefinitionFile(BaseModel):
    """A file of definitions that lies beside the day's records."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int
    sha256: str


class ImportRecord(BaseModel):
    """What import.json says of one root and UTC date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_name: str
    bytes: int
    sha256: str
    dataset: str
    synthetic: bool
    condition: Condition
    days: tuple[str, ...]
    """Every `root/date` the file was linked to; a file of a week has several."""
    definitions: DefinitionFile | None = None


class Imported(NamedTuple):
    """What became of one file for one root and date."""

    ref: PartitionRef
    source: Path
    status: Literal["imported", "already there"]
    records: int
    """Order records in the file; 0 for one that was there already and so was not read again."""
    record: ImportRecord


class Batch(NamedTuple):
    """Files to import together."""

    files: tuple[Path, ...]
    definitions: tuple[Path, ...]
    sha256: Mapping[Path, str]
    """By file, from manifest.json; empty where there was none."""
    conditions: Mapping[str, Condition]
    """By ISO date, from condition.json."""
    condition_files: Mapping[Path, Path]
    """The condition.json of the batch that a file came with; it is kept beside the file."""
    passed_by: tuple[Path, ...]
    """Files of other schemas in a batch folder."""


class RawDay(NamedTuple):
    """The opened raw file of a root and UTC date."""

    file: DbnFile
    record: ImportRecord
    definitions: dict[int, Definition]

    @property
    def spans_days(self) -> bool:
        """Whether the file also holds records of other UTC dates."""
        return len({day.rpartition("/")[2] for day in self.record.days}) > 1


class _Contents(NamedTuple):
    roots: tuple[str, ...]
    dates: tuple[str, ...]
    records: int


def open_raw(ref: PartitionRef) -> RawDay:
    """Open what `import` laid down for a root and date; `PartitionMissing` when it laid nothing down."""
    record = read_import(ref)
    definitions = read_definitions(ref.path / record.definitions.name) if record.definitions else {}
    return RawDay(DbnFile(ref.path / record.source_name), record, definitions)


def read_import(ref: PartitionRef) -> ImportRecord:
    try:
        return ImportRecord.model_validate(read_facts(ref))
    except ValidationError as error:
        raise ImportRefused(
            f"{ref.path / IMPORT} cannot be read: {error.errors()[0]['msg']}. Restore it, or import into another lake."
        ) from None


def collect(paths: Iterable[Path]) -> Batch:
    """Find the files that `paths` name: DBN files, or Databento batch folders.

    Raises
    ------
    ImportRefused for a path that is neither, a folder without DBN files, and a file that the manifest lists and the folder lacks.
    """
    files: list[Path] = []
    definitions: list[Path] = []
    passed_by: list[Path] = []
    condition_files: dict[Path, Path] = {}
    sha256: dict[Path, str] = {}
    conditions: dict[str, Condition] = {}
    for path in paths:
        if path.is_dir():
            listed = _manifest_hashes(path)
            sha256.update(listed)
            conditions.update(read_conditions(path / CONDITION))
            found = sorted(listed) or sorted(path.iterdir())
            members = [file for file in found if file.name.endswith(DBN_SUFFIXES)]
            if (path / CONDITION).exists():
                condition_files.update(dict.fromkeys(members, path / CONDITION))
            if not members:
                held = ", ".join(file.name for file in found[:FILES_NAMED]) or "nothing"
                raise ImportRefused(
                    f"folder {path} holds no DBN file, but {held}. Expected a Databento batch folder with .dbn or .dbn.zst files: unzip a "
                    "batch first; convert .dbz with Databento's dbn."
                )
        elif path.exists():
            members = [path]
        else:
            raise ImportRefused(f"{path} is not there. Expected a DBN file or a Databento batch folder.")
        for file in members:
            schema = DbnFile(file).header.schema
            if schema == "definition":
                definitions.append(file)
            elif schema in ("mbo", None) or not path.is_dir():
                files.append(file)
            else:
                passed_by.append(file)
    if not files:
        raise ImportRefused(f"no file of schema mbo among {', '.join(map(str, paths))}. Only order records can be imported.")
    return Batch(tuple(files), tuple(definitions), sha256, conditions, condition_files, tuple(passed_by))


def import_batch(batch: Batch, lake: Path, root: str | None = None, progress: Progress | None = None) -> Iterator[Imported]:
    """Copy every file of the batch into raw; one result a file, root and UTC date, as it is done.

    `root` keeps only that one of the file's roots, and names it where the file does not.

    Raises
    ------
    HashMismatch, ImportRefused, DiskFull, and whatever `DbnFile` says of a broken file; what was imported before stays.
    """
    tell = progress or _unheard
    for source in batch.files:
        DbnFile(source).expect_schema("mbo")
        with _staging(raw_folder(lake)) as staging:
            staged, sha256 = _copied(source, staging, tell)
            _hold_hash(source, sha256, batch.sha256)
            done = _done_before(lake, sha256, root)
            if done:
                yield from (Imported(ref, source, "already there", 0, record) for ref, record in done)
            else:
                yield from _lay_down(batch, lake, source, staged, sha256, root)


def _lay_down(batch: Batch, lake: Path, source: Path, staged: Path, sha256: str, root: str | None) -> Iterator[Imported]:
    """Link a staged file into the folder of each of its roots and dates."""
    header = DbnFile(staged, source).header
    contents = _contents(staged, source, root)
    days = [(name, date) for name in contents.roots for date in contents.dates]
    for name, date in days:
        ref = partition_ref(lake, RAW, name, date)
        definitions = _definitions_for(batch, name, date)
        record = ImportRecord(
            source_name=source.name,
            bytes=staged.stat().st_size,
            sha256=sha256,
            dataset=header.dataset,
            synthetic=header.synthetic,
            condition=batch.conditions.get(date, "available"),
            days=tuple(f"{name}/{date}" for name, date in days),
            definitions=_definition_file(definitions),
        )
        beside = [path for path in (definitions, batch.condition_files.get(source)) if path is not None]
        files = [staged, *(_copied(path, staged.parent, _unheard)[0] for path in beside)]
        status = _publish(ref, source, files, record)
        yield Imported(ref, source, status, contents.records, record)


def read_conditions(path: Path) -> dict[str, Condition]:
    """Condition of each date by a batch's condition.json; none where the file is absent."""
    if not path.exists():
        return {}
    try:
        return {entry["date"]: CONDITIONS[entry["condition"]] for entry in json.loads(path.read_text())}
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ImportRefused(f"{path} cannot be read: {error!r}. Expected a list of date and condition; fetch the batch again.") from None


def _manifest_hashes(folder: Path) -> dict[Path, str]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        listed = {folder / entry["filename"]: entry["hash"].removeprefix("sha256:") for entry in json.loads(path.read_text())["files"]}
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ImportRefused(
            f"{path} cannot be read: {error!r}. Expected files with filename, size and hash; fetch the batch again."
        ) from None
    absent = [file.name for file in listed if not file.exists()]
    if absent:
        raise ImportRefused(f"{path} lists {absent[0]}, which is not in the folder ({len(absent)} absent in all). Fetch the batch again.")
    for file, sha256 in listed.items():
        if not file.name.endswith(DBN_SUFFIXES):
            _hold_hash(file, hashlib.sha256(file.read_bytes()).hexdigest(), {file: sha256})
    return listed


def _hold_hash(file: Path, sha256: str, expected: Mapping[Path, str]) -> None:
    if expected.get(file, sha256) != sha256:
        raise HashMismatch(f"{file} has sha256 {sha256[:16]}, its batch's {MANIFEST} says {expected[file][:16]}. Fetch the file again.")


def _unheard(path: Path, count: int) -> None:
    """Progress that nobody shows."""


def raw_folder(lake: Path) -> Path:
    return Path(lake) / "raw" / "future_mbo"


@contextmanager
def _staging(raw: Path) -> Iterator[Path]:
    """A folder of this import's own, locked while it lives; folders of dead imports are swept first."""
    with locked(raw):
        for folder in raw.glob(f"{STAGING_PREFIX}*"):
            _sweep(folder)
        staging = raw / f"{STAGING_PREFIX}{uuid.uuid4().hex[:12]}"
        staging.mkdir()
        handle = os.open(staging, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove a staging folder whose import is dead: nobody holds its lock."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder)
    finally:
        os.close(handle)


def _copied(source: Path, staging: Path, tell: Progress) -> tuple[Path, str]:
    """A durable copy and its hash."""
    digest = hashlib.sha256()
    staged = staging / source.name
    with disk_errors(staged, source.stat().st_size), source.open("rb") as reader, staged.open("wb") as writer:
        while piece := reader.read(COPY_BYTES):
            digest.update(piece)
            writer.write(piece)
            tell(source, len(piece))
        writer.flush()
        os.fsync(writer.fileno())
    return staged, digest.hexdigest()


def _done_before(lake: Path, sha256: str, root: str | None) -> list[tuple[PartitionRef, ImportRecord]]:
    """Where the same bytes lie already; empty when nowhere, or when a killed import did not get to all of the file's days."""
    found = [(ref, read_import(ref)) for ref in list_partitions(lake, RAW, root)]
    same = [(ref, record) for ref, record in found if record.sha256 == sha256]
    wanted = {day for _, record in same for day in record.days if root in (None, day.partition("/")[0])}
    return same if wanted == {f"{ref.symbol}/{ref.date}" for ref, _ in same} else []


def _contents(staged: Path, source: Path, root: str | None) -> _Contents:
    """Read the file through once: it is sound to its end, and these are its roots and UTC dates."""
    file = DbnFile(staged, source)
    records, days = 0, set()
    for batch in file.batches():
        records += len(batch)
        days.update(_days_of(batch["ts_recv"]))
    if not records:
        raise ImportRefused(f"{source} holds no order record. There is nothing to import.")
    return _Contents(_roots(file, source, root, min(days)), tuple(utc_date(day * NS_PER_DAY) for day in sorted(days)), records)


def _days_of(ts_recv_ns: NDArray[np.uint64]) -> set[int]:
    """Days since 1970 in which records were received."""
    first, last = int(ts_recv_ns.min()) // NS_PER_DAY, int(ts_recv_ns.max()) // NS_PER_DAY
    return {first} if first == last else set(np.unique(ts_recv_ns // np.uint64(NS_PER_DAY)).tolist())


def _roots(file: DbnFile, source: Path, wanted: str | None, day: int) -> tuple[str, ...]:
    """Roots of the file's symbols, or the one wanted."""
    symbols = {*file.header.symbols, *file.symbols_on(utc_date(day * NS_PER_DAY)).values()} - {ALL_SYMBOLS}
    roots = sorted({root_of(symbol) for symbol in symbols} - {""})
    if wanted is None and not roots:
        raise ImportRefused(f"{source} names no symbol. Say which root it holds: --symbol ES.")
    if wanted is None and ALL_SYMBOLS in file.header.symbols:
        raise ImportRefused(f"{source} holds all symbols of {file.header.dataset}. Say which root to import: --symbol ES.")
    if wanted is not None and roots and wanted not in roots:
        raise ImportRefused(f"{source} holds no instrument of {wanted}. It holds: {', '.join(roots)}.")
    return (wanted,) if wanted is not None else tuple(roots)


def _definitions_for(batch: Batch, root: str, date: str) -> Path | None:
    """The batch's definition file of a root and date."""
    for path in batch.definitions:
        header = DbnFile(path).header
        in_force = [entry.symbol for entry in header.mappings if entry.first <= date < entry.end]
        if utc_date(header.start_ns) <= date and any(root_of(symbol) == root for symbol in in_force):
            return path
    return None


def _definition_file(path: Path | None) -> DefinitionFile | None:
    if path is None:
        return None
    return DefinitionFile(name=path.name, bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _publish(ref: PartitionRef, source: Path, files: list[Path], record: ImportRecord) -> Literal["imported", "already there"]:
    """Link the files in place, then the record, which makes the day complete; another run's record is never replaced."""
    with locked(ref.path):
        if is_partition_complete(ref):
            present = read_import(ref)
            if present.sha256 == record.sha256:
                return "already there"
            raise ImportRefused(
                f"raw of {ref.symbol} {ref.date} holds {present.source_name} (sha256 {present.sha256[:16]}); {source} has other bytes "
                f"({record.sha256[:16]}). Raw is never replaced: move {ref.path} out of the lake by hand first, or import into another "
                "lake with --lake. One file a root and date: ask Databento for it without splitting by symbol."
            )
        with disk_errors(ref.path, 0):
            for file in files:
                (ref.path / file.name).unlink(missing_ok=True)
                os.link(file, ref.path / file.name)
            sync_folder(ref.path)
            staged = files[0].parent / f"{ref.symbol}.{ref.date}.{IMPORT}"
            write_durable(staged, (json.dumps(record.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode())
            os.link(staged, ref.path / IMPORT)
            sync_folder(ref.path)
            sync_folder(ref.path.parent)
    return "imported"
