"""Brings files into the raw layer: DBN files and Databento batch folders, checked, copied, never changed.

Files are copied under a staging folder of the lake, hashed, read through once, and linked in place under their own names. Nothing in raw is
ever changed or removed; a file that is no longer what was imported is set aside below `damaged` when the right one comes again. A killed
import leaves at most a staging folder, which the next one sweeps, and a repeated import finds its work done. How files lie in raw, and what
is known of them: `lake.raw`.
Batch folders: Databento, "Batch downloads": manifest.json lists every file with its size and sha256, condition.json every date's
condition.
"""

from __future__ import annotations

import fcntl
import filecmp
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from ..core.instrument import root_of
from ..core.tables import RAW_DEFINITIONS
from ..errors import SpymasterError
from ..lake.attempts import disk_errors, locked, set_aside, sync_folder
from ..lake.conditions import Condition
from ..lake.hashes import file_sha256
from ..lake.raw import DBN_SUFFIXES, raw_files, raw_folder, read_conditions, require_apart, require_room
from ..lake.raw_records import KNOWN, RawRecord, keep_record, kept_record, look_through
from .dbn import DbnFile

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


Outcome: TypeAlias = Literal["imported", "already there", "restored"]
"""`restored`: the file there was no longer what had been imported; it was set aside, and the right one put in its place."""


class Imported(NamedTuple):
    """What became of one file for one root."""

    root: str
    dates: tuple[str, ...]
    """UTC dates of its records."""
    source: Path
    status: Outcome
    record: RawRecord


class Batch(NamedTuple):
    """Files to import together."""

    files: tuple[Path, ...]
    definitions: tuple[Path, ...]
    sha256: Mapping[Path, str]
    """By file, from manifest.json; empty where there was none."""
    conditions: Mapping[str, Condition]
    """By ISO date, from condition.json."""
    condition_files: Mapping[Path, Path]
    """The condition.json of the batch that a file came with."""
    passed_by: tuple[Path, ...]
    """Files of other schemas in a batch folder."""


def collect(paths: Iterable[Path]) -> Batch:
    """Find the files that `paths` name: DBN files, or Databento batch folders.

    Raises
    ------
    ImportRefused for a path that is neither, a folder without DBN files, a file whose name is not that of a DBN file, and a manifest that
    lists what the folder does not hold.
    """
    files: list[Path] = []
    definitions: list[Path] = []
    passed_by: list[Path] = []
    sha256: dict[Path, str] = {}
    conditions: dict[str, Condition] = {}
    condition_files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            listed = _manifest_hashes(path)
            sha256.update(listed)
            found = sorted(listed) or sorted(path.iterdir())
            members = [file for file in found if file.name.endswith(DBN_SUFFIXES)]
            if (path / CONDITION).exists():
                conditions.update(read_conditions(path / CONDITION))
                condition_files.update(dict.fromkeys(members, path / CONDITION))
            if not members:
                held = ", ".join(file.name for file in found[:FILES_NAMED]) or "nothing"
                raise ImportRefused(
                    f"folder {path} holds no DBN file, but {held}.",
                    expected=(
                        "a Databento batch folder with .dbn or .dbn.zst files: unzip a batch first; convert .dbz with Databento's dbn"
                    ),
                )
        elif path.exists():
            _require_dbn_name(path)
            members = [path]
        else:
            raise ImportRefused("{value} is not there.", value=path, expected="a DBN file or a Databento batch folder")
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
    """Copy every file of the batch into raw; one result a file and root, as it is done.

    `root` keeps only that one of the file's roots, and names it where the file does not. Definition files follow the roots of their
    symbols into a folder of their own.

    Raises
    ------
    HashMismatch, ImportRefused, RawOverlap, DiskFull, and whatever `DbnFile` says of a broken file; what was imported before stays.
    Two files of the batch that hold the same are refused before anything is laid down.
    """
    report = progress or _unheard
    _require_apart_from_each_other(batch.files)
    for source in batch.files:
        DbnFile(source).expect_schema("mbo")
        with staging_folder(lake) as staging:
            staged, sha256 = _copied(source, staging, report)
            _require_hash(source, sha256, batch.sha256)
            record = look_through(staged, source)
            if not record.records:
                raise ImportRefused(f"{source} holds no order record. There is nothing to import.")
            said = _staged_conditions(batch.condition_files.get(source), staging)
            for name in _roots({*record.symbols, *DbnFile(source).header.symbols}, source, root):
                outcome = lay_down(lake, name, staged, source, record, said, vouched=source in batch.sha256)
                yield Imported(name, record.dates, source, outcome, record)
    for source in batch.definitions:
        with staging_folder(lake) as staging:
            staged, sha256 = _copied(source, staging, _unheard)
            _require_hash(source, sha256, batch.sha256)
            for folder in (raw_folder(lake, name, RAW_DEFINITIONS) for name in _definition_roots(source)):
                with locked(folder):
                    _link(lake, staged, folder / source.name, vouched=source in batch.sha256)


def _require_dbn_name(path: Path) -> None:
    """A file of another name would lie in raw unseen, and might be taken for one of the lake's own."""
    if path.is_file() and not path.name.endswith(DBN_SUFFIXES):
        DbnFile(path)
        raise ImportRefused(
            f"{path} is a DBN file by its bytes and not by its name.",
            expected=f"a name that ends in {' or '.join(DBN_SUFFIXES)}: rename it",
        )


def _require_apart_from_each_other(files: tuple[Path, ...]) -> None:
    """Raise `RawOverlap` for two files of one root and time that share symbols; only those that share a root and a date are read for it."""
    headers = {path: DbnFile(path).header for path in files}
    records: dict[Path, RawRecord] = {}
    for one, other in combinations(headers, 2):
        first, second = headers[one], headers[other]
        apart = (
            first.end_ns is not None and second.end_ns is not None and (first.end_ns <= second.start_ns or second.end_ns <= first.start_ns)
        )
        if apart or first.schema is None or second.schema is None:
            continue
        for path in (one, other):
            records[path] = records.get(path) or look_through(path)
        both = [records[one], records[other]]
        shared = {root_of(symbol) for symbol in both[0].symbols} & {root_of(symbol) for symbol in both[1].symbols}
        dates = sorted(set(both[0].dates) & set(both[1].dates))
        if both[0].sha256 != both[1].sha256 and shared and dates:
            require_apart(one, both[0], other, both[1], min(shared), dates[0])


def _manifest_hashes(folder: Path) -> dict[Path, str]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        named = {entry["filename"]: entry["hash"].removeprefix("sha256:") for entry in json.loads(path.read_text())["files"]}
        outside = [name for name in named if name in ("", ".", "..") or "\0" in name or Path(name).name != name]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ImportRefused(
            f"{path} cannot be read: {error!r}.", expected="files with filename, size and hash; fetch the batch again"
        ) from None
    if outside:
        raise ImportRefused(f"{path} lists {outside[0]!r}.", expected="names of files in its own folder: fetch the batch again")
    listed = {folder / name: sha256 for name, sha256 in named.items()}
    absent = [file.name for file in listed if not file.is_file()]
    if absent:
        raise ImportRefused(f"{path} lists {absent[0]}, which is not in the folder ({len(absent)} absent in all). Fetch the batch again.")
    for file, sha256 in listed.items():
        if not file.name.endswith(DBN_SUFFIXES):
            _require_hash(file, hashlib.sha256(file.read_bytes()).hexdigest(), {file: sha256})
    return listed


def _require_hash(file: Path, sha256: str, expected: Mapping[Path, str]) -> None:
    if expected.get(file, sha256) != sha256:
        raise HashMismatch(f"{file} has sha256 {sha256[:16]}, its batch's {MANIFEST} says {expected[file][:16]}. Fetch the file again.")


def _unheard(path: Path, count: int) -> None:
    """Progress that nobody shows."""


@contextmanager
def staging_folder(lake: Path) -> Iterator[Path]:
    """A folder of this import's own in the lake, locked while it lives; folders of dead imports are swept first."""
    with locked(lake):
        for folder in lake.glob(f"{STAGING_PREFIX}*"):
            _sweep(folder)
        staging = lake / f"{STAGING_PREFIX}{uuid.uuid4().hex[:12]}"
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


def _copied(source: Path, staging: Path, report: Progress) -> tuple[Path, str]:
    """A durable copy and its hash."""
    digest = hashlib.sha256()
    staged = staging / source.name
    with disk_errors(staged, source.stat().st_size), source.open("rb") as reader, staged.open("wb") as writer:
        while piece := reader.read(COPY_BYTES):
            digest.update(piece)
            writer.write(piece)
            report(source, len(piece))
        writer.flush()
        os.fsync(writer.fileno())
    return staged, digest.hexdigest()


def _roots(symbols: Iterable[str], source: Path, wanted: str | None) -> tuple[str, ...]:
    """Roots of a file's symbols, or the one wanted."""
    roots = sorted({root_of(symbol) for symbol in {*symbols} - {ALL_SYMBOLS}} - {""})
    if wanted is None and not roots:
        raise ImportRefused(f"{source} names no symbol. Say which root it holds: --symbol ES.")
    if wanted is None and ALL_SYMBOLS in symbols:
        raise ImportRefused(f"{source} holds all symbols of its dataset. Say which root to import: --symbol ES.")
    if wanted is not None and roots and wanted not in roots:
        raise ImportRefused(f"{source} holds no instrument of {wanted}. It holds: {', '.join(roots)}.")
    return (wanted,) if wanted is not None else tuple(roots)


def _definition_roots(source: Path) -> list[str]:
    return sorted({root_of(entry.symbol) for entry in DbnFile(source).header.mappings} - {""})


def _staged_conditions(said: Path | None, staging: Path) -> Path | None:
    """A copy of a batch's condition.json with its hash in its name, so that one batch's never stands in another's way."""
    if said is None:
        return None
    copy, sha256 = _copied(said, staging, _unheard)
    return copy.rename(staging / f"condition-{sha256[:16]}.json")


def lay_down(
    lake: Path, root: str, staged: Path, source: Path, record: RawRecord, said: Path | None = None, *, vouched: bool = False
) -> Outcome:
    """Link a staged file and its batch's conditions into the folder of a root, then note what is known of the file.

    A file there that is no longer what was imported is set aside, and the staged one takes its place, if that is what was noted of it. Of
    a file of which nothing is noted, the batch's manifest (`vouched`) says so.
    """
    folder = raw_folder(lake, root)
    with locked(folder):
        if said is not None:
            _link(lake, said, folder / said.name, vouched=True)
        noted = {path: kept for path in _known_files(lake, root) if (kept := kept_record(lake, root, path)) is not None}
        target = next((path for path, kept in noted.items() if kept.sha256 == record.sha256), folder / source.name)
        if target.exists() and file_sha256(target) == record.sha256:
            if target not in noted:
                keep_record(lake, root, target, record)
            return "already there"
        if target in noted and noted[target].sha256 == record.sha256:
            outcome: Outcome = "restored"
            _link(lake, staged, target, vouched=True)
        else:
            if any(file_sha256(present.path) == record.sha256 for present in raw_files(lake, root) if present.path not in noted):
                return "already there"
            outcome = "restored" if target.exists() else "imported"
            if not target.exists():
                require_room(lake, root, source, record)
            _link(lake, staged, target, vouched=vouched and target not in noted)
    keep_record(lake, root, target, record.model_copy(update={"mtime_ns": target.stat().st_mtime_ns}))
    return outcome


def _known_files(lake: Path, root: str) -> list[Path]:
    """Raw files of a root of which something is noted, whether they are there or not."""
    return [raw_folder(lake, root) / note.name.removesuffix(".json") for note in sorted((lake / KNOWN / root).glob("[!.]*.json"))]


def _link(lake: Path, staged: Path, target: Path, *, vouched: bool = False) -> None:
    """Put a file in place under its name. Needs the folder's lock.

    One of that name and other bytes is set aside, below `damaged` in the lake, where the staged one is `vouched` for; else it stays.
    """
    with disk_errors(target, 0):
        if not target.exists():
            os.link(staged, target)
        elif not filecmp.cmp(staged, target, shallow=False):
            if not vouched:
                raise ImportRefused(
                    f"{target} is there already and holds other bytes. Raw is never replaced: move it out of the lake by hand first, or "
                    "import into another lake with --lake."
                )
            set_aside(lake, target)
            restored = target.with_name(f".{target.name}.restored")
            restored.unlink(missing_ok=True)
            os.link(staged, restored)
            os.replace(restored, target)
        sync_folder(target.parent)
        sync_folder(target.parent.parent)
