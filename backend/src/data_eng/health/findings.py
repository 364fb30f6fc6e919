"""What is missing, failed, stale, unfinished or damaged in a lake, over all days that share it, and the command that fixes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import commands
from ..config import load_datasets
from ..core.tables import MBO_DAYS, RAW_MBO, SETUP_CANDIDATES, TRIGGER_VECTORS
from ..io import verify_partition
from ..lake.attempts import ATTEMPT_PREFIX
from ..lake.partitions import PartitionCorrupt, is_partition_complete, list_partitions, parse_ref, rebuild_command
from ..lake.raw import unreadable_files
from ..retrieval.key import POOLED, SETUPS
from ..retrieval.mbo_contract_day_selector import is_current
from ..sources.calendar import sessions_between
from .models import BuildState, Finding, LakeDay, Layer
from .state import LakeLook

LEVELS_ADDED = "levels added"
"""How a stage calls a day that holds fewer levels than the lake is built with."""


def findings_of(look: LakeLook, days: Iterable[LakeDay]) -> list[Finding]:
    """All that is wrong with one root, without reading its data."""
    return [*_of_root(look), *_of_days(look, days), *_of_indexes(look), *_unfinished(look)]


def damaged(lake: Path) -> Iterator[Finding]:
    """Partitions whose files are not those that their manifests name; every byte is read."""
    for ref in (ref for dataset in _tables() for ref in list_partitions(lake, dataset)):
        try:
            verify_partition(ref)
        except PartitionCorrupt as error:
            yield Finding(what=error.message, fix=str(error.fix or rebuild_command(ref)))


def no_raw(lake: Path) -> Finding:
    """Of a lake in which nothing can be built."""
    return Finding(what=f"lake {lake} holds no raw file", fix=str(commands.bring_in(lake)))


def _of_root(look: LakeLook) -> Iterator[Finding]:
    """What concerns no single day."""
    lake = look.records.lake
    if not look.published[RAW_MBO]:
        yield Finding(what=f"{look.root}: no raw file", fix=str(commands.bring_in(lake)))
    for found in unreadable_files(lake, look.root):
        yield Finding(what=found.problem, fix=f"move it out of {found.path.parent}")
    yield from _of_selection(look)


def _of_selection(look: LakeLook) -> Iterator[Finding]:
    """The map speaks of sessions alone: a lake without any, such as a holiday's evening, needs none."""
    lake, cfg, selection = look.records.lake, look.records.cfg, look.selection
    bronze = sorted(date for _, date in look.published[MBO_DAYS])
    if not bronze or not sessions_between(bronze[0], bronze[-1]):
        return
    fix = str(commands.select(lake, look.root, bronze))
    if selection is None:
        yield Finding(what=f"{look.root}: no selection map says which contract each day means", fix=fix)
    elif cfg.environment.selection_path is None and not is_current(selection, lake, cfg.settings):
        yield Finding(what=f"{look.root}: the selection map is older than bronze", fix=fix)


def _of_days(look: LakeLook, days: Iterable[LakeDay]) -> Iterator[Finding]:
    """Cells that are not done; those with one reason and one fix together."""
    found: dict[tuple[Layer, BuildState, str, tuple[str, ...]], list[tuple[str, str]]] = {}
    for day in days:
        for layer, cell in day.cells.items():
            without_raw = "raw" in day.cells and day.cells["raw"].state == "missing"
            if cell.state == "done" or (cell.state == "missing" and layer != "raw" and without_raw):
                continue
            bad = next(table for table in cell.tables if table.state == cell.state)
            reason = "" if cell.state == "missing" else (bad.why or "")
            if cell.state == "stale" and not reason.startswith(LEVELS_ADDED):
                reason = reason.partition(":")[0]
            words = look.command(layer, day.symbol, [day.session_date]).words
            flags = tuple(word for word in words if day.session_date not in word)
            found.setdefault((layer, cell.state, reason, flags), []).append((day.symbol, day.session_date))
    for (layer, state, reason, _), keys in found.items():
        dates = [date for _, date in keys]
        how = state if state == "failed" else f"is {state}"
        what = f"{look.root}: {layer} {how} for {span(dates)}{': ' if reason else ''}{reason}"
        fix = look.command(layer, keys[0][0], dates)
        if reason.startswith(LEVELS_ADDED):  # later days, whose past these are, are built with them
            newest = max(date for _, date in look.published[TRIGGER_VECTORS] or [("", dates[-1])])
            fix = commands.build(look.records.lake, look.root, [*dates, newest])
        yield Finding(what=what, fix=str(fix))


def _of_indexes(look: LakeLook) -> Iterator[Finding]:
    """No pooled index, or one made from other candidates than there are now; so for the levels' own and their triggers."""
    lake = look.records.lake
    pooled = list(_of_made_from(look, SETUP_CANDIDATES, f"indexes/mbo_{POOLED}/[!.]*/manifest.json"))
    own = list(_of_made_from(look, TRIGGER_VECTORS, "indexes/mbo_*/*/[!.]*/manifest.json"))
    yield from (finding for finding in (*pooled, *own) if finding is not None)
    if look.published[SETUP_CANDIDATES] and not pooled:
        yield Finding(what=f"{look.root}: no index of all levels together", fix=str(commands.index(lake, look.root, POOLED)))
    if look.published[TRIGGER_VECTORS] and not own:
        level_id = look.records.cfg.settings.levels.default[0]
        yield Finding(what=f"{look.root}: no index of a level", fix=str(commands.index(lake, look.root, level_id)))


def _of_made_from(look: LakeLook, dataset: str, pattern: str) -> Iterator[Finding | None]:
    """For each index found, what is stale in it, or None; those of level tests stand for both setups, which are built together."""
    held_now = {str(ref): held.sha256 for ref in look.published[dataset].values() if (held := look.held(ref)) is not None}
    lake = look.records.lake
    for path in sorted(lake.glob(pattern)):
        kept = look.records.read(path.resolve(), json.loads)
        if kept is None or kept.get("root") != look.root or kept.get("setup") != SETUPS[0]:
            continue
        built = {entry["partition"]: entry["sha256"] for entry in kept["inputs"]}
        changed = [name for name, sha256 in built.items() if held_now.get(name) != sha256]
        unseen = [name for name in held_now if name not in built and _counts(look, name)]
        if not changed and not unseen:
            yield None
            continue
        name = path.parent.relative_to(lake / "indexes").as_posix()
        what = f"index {name} was built from other triggers than there are now: {(changed or unseen)[0]}"
        yield Finding(what=what, fix=str(commands.index(lake, look.root, kept.get("level_id", POOLED))))


def _counts(look: LakeLook, partition: str) -> bool:
    ref = parse_ref(look.records.lake, partition)
    return look.is_chosen(ref.symbol, ref.date)


def _unfinished(look: LakeLook) -> Iterator[Finding]:
    """Folders that a killed run left: never read, and cleared by the next run of the same contract-day."""
    for ref in (ref for dataset in _tables() for ref in look.folders[dataset]):
        if any(ref.path.glob(f"{ATTEMPT_PREFIX}*")) or not is_partition_complete(ref):
            yield Finding(
                what=f"{ref} is unfinished or being written", fix=str(commands.build(ref.lake, ref.symbol, [ref.date], layer=ref.layer))
            )


def _tables() -> list[str]:
    return [key for key, entry in load_datasets().items() if entry.contract is not None]


def span(dates: Iterable[str]) -> str:
    """One date, or how many lie between the first and the last."""
    days = sorted(set(dates))
    return days[0] if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
