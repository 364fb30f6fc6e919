"""What `verify` looks at: every byte of a lake that something vouches for, and whether what is built is what would be built now.

Raw files are compared with the notes of their first reading, partitions and indexes with their manifests, side files with their own form.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

from .. import commands
from ..config import AppConfig, load_datasets
from ..core.tables import RAW_DEFINITIONS
from ..errors import SpymasterError
from ..io import verify_partition
from ..lake.attempts import SUCCESS
from ..lake.hashes import file_sha256
from ..lake.journal import JOURNAL, is_png
from ..lake.keep import KeepError, read_kept
from ..lake.machine import cores
from ..lake.partitions import PartitionRef, is_built, is_partition_complete, list_folders, readable_manifest, rebuild_command
from ..lake.raw import CONDITIONS, DBN_SUFFIXES, gaps_on, raw_by_date, raw_folder, read_conditions, require_name
from ..lake.raw_records import KNOWN, kept_record, note_path
from ..lake.recorded import RECORDED, RecordedBroken, gaps_text, read_recorded
from ..lake.runs import RUNS, parsed_runs
from ..retrieval.key import all_index_folders
from ..retrieval.mbo_contract_day_selector import SelectionError, kept_selection, map_path
from ..sources.dbn import DbnError, DbnFile
from ..sources.own_levels import OwnLevelError, own_level_ids
from .findings import index_damage
from .judge import Judge
from .models import Finding
from .state import DAMAGED

Progress: TypeAlias = Callable[[int], None]
"""Called with how many bytes were dealt with since the last call."""


class Verification(BaseModel):
    """What was found in a lake."""

    model_config = ConfigDict(frozen=True)

    lake: str
    files: int
    """That were hashed or read."""
    bytes: int
    seconds: float
    unknown: tuple[str, ...]
    """Raw files of which nothing is noted, so that nothing says what they should hold; the next build of their date notes it."""
    gaps: tuple[str, ...]
    """Days made of a recording that is missing records, each with how many seconds; their windows are marked, nothing brings them back."""
    damaged: tuple[Finding, ...]
    stale: tuple[Finding, ...]
    """Whole, and not what would be built now."""

    @property
    def exit_code(self) -> int:
        """0 for a lake that is whole and current, 1 for one that is damaged, 2 for one that is stale only."""
        return 1 if self.damaged else 2 if self.stale else 0


class Check(NamedTuple):
    """One thing to look at: how many files and bytes that reads, and what is wrong with it then."""

    files: int
    bytes: int
    look: Callable[[], list[Finding]]


def verify(cfg: AppConfig, total: Progress, done: Progress) -> Verification:
    """Look at everything, as many files at a time as there are cores. `total` is called once with how many bytes there are."""
    started = time.perf_counter()
    checks = list(_checks(cfg))
    total(sum(check.bytes for check in checks))
    damaged: list[Finding] = []
    with ThreadPoolExecutor(cores()) as pool:
        for check, found in zip(checks, pool.map(_looked, checks), strict=True):
            damaged += found
            done(check.bytes)
    return Verification(
        lake=str(cfg.lake_root),
        files=sum(check.files for check in checks),
        bytes=sum(check.bytes for check in checks),
        seconds=round(time.perf_counter() - started, 3),
        unknown=tuple(_unknown(cfg.lake_root)),
        gaps=tuple(_gaps(cfg.lake_root)),
        damaged=tuple(damaged),
        stale=tuple(_stale(cfg)),
    )


def _checks(cfg: AppConfig) -> Iterator[Check]:
    """Everything, in an order in which the commands that fix it can be run: nothing before what its build reads."""
    lake = cfg.lake_root
    yield Check(1, 0, partial(_raising, partial(read_kept, lake)))
    yield Check(1, 0, partial(_raising, partial(own_level_ids, lake, None)))
    yield from _of_raw(cfg)
    yield from _of_partitions(cfg, ("bronze",))
    yield Check(1, 0, partial(_raising, partial(kept_selection, map_path(cfg.where), "")))
    yield from _of_partitions(cfg, ("silver", "gold"))
    yield from _of_indexes(cfg)
    for path in sorted((lake / RECORDED).glob("[!.]*.json")):
        yield Check(1, _size(path), partial(_raising, partial(read_recorded, lake, path.stem)))
    for path in sorted((lake / RUNS).glob("*/*.json")):
        yield Check(1, _size(path), partial(_run_record, lake, path))
    for path in sorted((lake / JOURNAL).glob("*/[!.]*")):
        yield Check(1, _size(path), partial(_journal_file, path))


def _looked(check: Check) -> list[Finding]:
    """What a check finds; a file that the system does not let be read is a finding too."""
    try:
        return check.look()
    except OSError as error:
        return [
            Finding(
                what=f"{error.filename} cannot be read: {error.strerror}", fix="give this user the right to read it, or repair the disk"
            )
        ]


def _of_raw(cfg: AppConfig) -> Iterator[Check]:
    """Files of order records and of definitions, what was noted of the first, and the feed's word on dates."""
    lake = cfg.lake_root
    for root in _raw_roots(lake):
        noted = {raw_folder(lake, root) / note.name.removesuffix(".json") for note in _listed(lake / KNOWN / root, ".json")}
        present = set(_listed(raw_folder(lake, root), *DBN_SUFFIXES))
        for path in sorted(noted | present):
            yield Check(1, _size(path), partial(_raw_file, lake, root, path))
        for path in _listed(raw_folder(lake, root, RAW_DEFINITIONS), *DBN_SUFFIXES):
            yield Check(1, _size(path), partial(_readable, lake, path))
        for path in sorted(raw_folder(lake, root).glob(CONDITIONS)):
            yield Check(1, _size(path), partial(_condition_file, path))


def _raw_file(lake: Path, root: str, path: Path) -> list[Finding]:
    record, again = kept_record(lake, root, path), str(commands.bring_in(lake))
    if not path.exists():
        return [Finding(what=f"raw file {path} is not there; {note_path(lake, root, path)} says that it was", fix=again)]
    if record is None:
        unreadable = _readable(lake, path)
        if unreadable or not note_path(lake, root, path).exists():
            return unreadable
        what = f"{note_path(lake, root, path)} cannot be read: nothing says what {path} should hold"
        return [Finding(what=what, fix=str(commands.build(lake, root, _dates(path), layer="bronze")))]
    sha256 = file_sha256(path)
    if sha256 == record.sha256:
        return []
    return [Finding(what=f"raw file {path} has sha256 {sha256[:16]}, it was noted with {record.sha256[:16]}", fix=again)]


def _readable(lake: Path, path: Path) -> list[Finding]:
    """A file that nothing vouches for: its header at least can be read."""
    try:
        DbnFile(path).header  # noqa: B018 - read here
    except DbnError as error:
        return [Finding(what=str(error), fix=str(commands.bring_in(lake)))]
    return []


def _dates(path: Path) -> list[str]:
    from ..core.units import utc_date

    header = DbnFile(path).header
    return [utc_date(header.start_ns), *([utc_date(header.end_ns - 1)] if header.end_ns is not None else [])]


def _condition_file(path: Path) -> list[Finding]:
    try:
        require_name(path)
        read_conditions(path)
    except SpymasterError as error:
        return [_finding(error)]
    return []


def _of_partitions(cfg: AppConfig, layers: tuple[str, ...]) -> Iterator[Check]:
    for ref in (ref for ref in _partitions(cfg.lake_root) if ref.layer in layers):
        manifest = readable_manifest(ref)
        files = manifest.files if manifest is not None else ()
        yield Check(len(files) + 1, sum(part.bytes for part in files), partial(_partition, ref))


def _partition(ref: PartitionRef) -> list[Finding]:
    try:
        if is_built(ref):
            verify_partition(ref)
    except SpymasterError as error:
        return [_finding(error, str(rebuild_command(ref)))]
    return []


def _of_indexes(cfg: AppConfig) -> Iterator[Check]:
    for folder in all_index_folders(cfg.where):
        content = folder.resolve()
        files = [path for path in content.glob("*") if path.is_file()]
        yield Check(len(files), sum(_size(path) for path in files), partial(_index, cfg, folder))


def _index(cfg: AppConfig, folder: Path) -> list[Finding]:
    found = index_damage(cfg, folder, file_sha256)
    return [found] if found is not None else []


def _raising(read: Callable[[], object]) -> list[Finding]:
    try:
        read()
    except (KeepError, SelectionError, OwnLevelError, RecordedBroken) as error:
        return [_finding(error)]
    return []


def _run_record(lake: Path, path: Path) -> list[Finding]:
    if parsed_runs(path.read_bytes()):
        return []
    fix = commands.build(lake, path.parent.name, [path.stem])
    return [Finding(what=f"{path} is no record of a run", fix=str(fix))]


def _journal_file(path: Path) -> list[Finding]:
    """An entry that is no JSON, or a picture that is none: what the trader kept is nowhere else."""
    content = path.read_bytes()
    try:
        whole = is_png(content) if path.suffix == ".png" else isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        whole = False
    return [] if whole else [Finding(what=f"{path} cannot be read", fix="restore it from a backup, or remove it")]


def _unknown(lake: Path) -> Iterator[str]:
    for root in _raw_roots(lake):
        for path in _listed(raw_folder(lake, root), *DBN_SUFFIXES):
            if not note_path(lake, root, path).exists():
                yield str(path)


def _gaps(lake: Path) -> Iterator[str]:
    for root in sorted(path.stem for path in (lake / RECORDED).glob("[!.]*.json")):
        for date, files in raw_by_date(lake, root).items():
            try:
                gaps = gaps_on(lake, root, date, files)
            except RecordedBroken:  # a finding of its own
                return
            if gaps:
                yield f"{root} {date}  {gaps_text(gaps)}"


def _stale(cfg: AppConfig) -> Iterator[Finding]:
    """What the judge finds stale or unfinished; what is damaged was found by its bytes, and what was never built is no fault."""
    judge = Judge(cfg)
    try:
        for root in judge.roots():
            yield from (found for found in judge.grid(root, "").problems if _is_stale(found))
    except SpymasterError:  # a side file that it needs is damaged, and said so
        return
    for ref in _partitions(cfg.lake_root):
        if is_partition_complete(ref) and not (ref.path / SUCCESS).exists():
            fix = commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer)
            yield Finding(what=f"{ref} has no {SUCCESS}", fix=str(fix))


def _is_stale(found: Finding) -> bool:
    return any(mark in found.what for mark in STALE_MARKS) and f"{DAMAGED}:" not in found.what


STALE_MARKS = (
    " is stale for ",
    " is older than bronze",
    " was built from other triggers",
    " is unfinished or being written",
    " failed for ",
)
"""By which the judge's findings of this kind are known."""


def _partitions(lake: Path) -> list[PartitionRef]:
    """Every place of a partition, in the order in which they are built."""
    order = {"bronze": 0, "silver": 1, "gold": 2}
    tables = [key for key, entry in load_datasets().items() if entry.contract is not None]
    refs = [ref for dataset in tables for ref in list_folders(lake, dataset)]
    return sorted(refs, key=lambda ref: (order[ref.layer], ref.date, ref.symbol, ref.dataset))


def _raw_roots(lake: Path) -> list[str]:
    pattern = str(raw_folder(Path(), "*"))
    placed = {folder.parent.name.removeprefix("symbol=") for folder in lake.glob(pattern)}
    return sorted({*placed, *(folder.name for folder in (lake / KNOWN).glob("*"))})


def _listed(folder: Path, *suffixes: str) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name.endswith(suffixes) and not path.name.startswith("."))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _finding(error: SpymasterError, otherwise: str = "restore it from a backup") -> Finding:
    return Finding(what=error.message.removesuffix("."), fix=str(error.fix or otherwise))
