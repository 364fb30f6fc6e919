"""What is missing, failed, stale, unfinished or damaged in a lake, over all days that share it, and the command that fixes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .. import commands
from ..config import AppConfig, load_datasets
from ..core.instrument import root_of
from ..core.tables import MBO_DAYS, RAW_MBO, SETUP_CANDIDATES, TRIGGER_VECTORS
from ..lake.attempts import ATTEMPT_PREFIX
from ..lake.partitions import is_partition_complete, list_folders, parse_ref
from ..lake.raw import unreadable_files
from ..lake.seal import BrokenSeal, unsealed
from ..retrieval.artefacts import MANIFEST, BrokenIndex, inputs_of, read_index_manifest, require_hashes, require_sizes
from ..retrieval.key import POOLED, SETUPS, all_index_folders, level_of
from ..retrieval.mbo_contract_day_selector import is_current
from ..sources.calendar import sessions_between
from .models import BuildState, Finding, LakeDay, Layer
from .state import LakeLook

INDEXED = (SETUP_CANDIDATES, TRIGGER_VECTORS)
LEVELS_ADDED = "levels added"
"""How a stage calls a day that holds fewer levels than the lake is built with."""


def findings_of(look: LakeLook, days: Iterable[LakeDay]) -> list[Finding]:
    """All that is wrong with one root, without reading its data."""
    return [*_of_root(look), *_of_days(look, days), *_of_indexes(look), *_unfinished(look)]


def no_raw(lake: Path) -> Finding:
    """Of a lake in which nothing can be built."""
    return Finding(what=f"lake {lake} holds no raw file", fix=str(commands.bring_in(lake)))


def _of_root(look: LakeLook) -> Iterator[Finding]:
    """What concerns no single day."""
    lake = look.records.lake
    if not look.published[RAW_MBO]:
        yield Finding(what=f"{look.root}: no raw file", fix=str(commands.bring_in(lake)))
    for found in unreadable_files(lake, look.root):
        yield Finding(what=found.problem, fix=str(found.fix))
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
    found = [(folder, _seen(look, folder)) for folder in all_index_folders(look.records.cfg.where)]
    ours = [(folder, seen) for folder, seen in found if seen.root in (look.root, None)]
    held = {dataset: {str(ref): now.sha256 for ref in look.published[dataset].values() if (now := look.held(ref))} for dataset in INDEXED}
    said: set[str] = set()
    for folder, seen in ours:
        level_id = level_of(folder)
        finding = _of_index(look, folder, seen, held[SETUP_CANDIDATES if level_id == POOLED else TRIGGER_VECTORS])
        if finding is not None and finding.what not in said:
            said.add(finding.what)
            yield finding
    levels = {level_of(folder) for folder, _ in ours}
    if look.published[SETUP_CANDIDATES] and POOLED not in levels:
        yield Finding(what=f"{look.root}: no index of all levels together", fix=str(commands.index(lake, look.root, POOLED)))
    if look.published[TRIGGER_VECTORS] and not levels - {POOLED}:
        level_id = look.records.cfg.settings.levels.default[0]
        yield Finding(what=f"{look.root}: no index of a level", fix=str(commands.index(lake, look.root, level_id)))


def index_damage(cfg: AppConfig, folder: Path, sha256_of: Callable[[Path], str]) -> Finding | None:
    """What is wrong with an index folder, every byte looked at; one that a build replaces meanwhile is whole."""
    content, root, level_id = folder.resolve(), None, level_of(folder)
    try:
        manifest = read_index_manifest(content)
        root = manifest["root"]
        require_hashes(content, manifest, sha256_of)
    except (BrokenIndex, FileNotFoundError) as error:
        if folder.resolve() != content:
            return None
        why = str(error) if isinstance(error, BrokenIndex) else "its folder is gone"
        fix = commands.index(cfg.lake_root, root or _some_root(cfg.lake_root), level_id, overwrite=True)
        return Finding(what=f"index {folder}: {why}", fix=str(fix))
    return None


def _some_root(lake: Path) -> str:
    """The root that an index is of whose manifest does not say: the first that the lake has triggers of."""
    return next((root_of(ref.symbol) for dataset in INDEXED for ref in list_folders(lake, dataset)), "ES")


class _SeenIndex(NamedTuple):
    """What an index folder says of itself, and what is wrong with its files by their sizes."""

    root: str | None
    """None where it does not say."""
    setup: str | None
    inputs: dict[str, str]
    damage: str | None


def _seen(look: LakeLook, folder: Path) -> _SeenIndex:
    content = folder.resolve()
    manifest = look.records.read(content / MANIFEST, _parsed)
    if manifest is None:
        return _SeenIndex(None, None, {}, "it has no manifest")
    if isinstance(manifest, str):
        return _SeenIndex(None, None, {}, manifest)
    damage = None
    try:
        require_sizes(content, manifest)
    except BrokenIndex as error:
        damage = str(error)
    inputs = {partition: sha256 for partition, _, sha256 in inputs_of(manifest)}
    return _SeenIndex(manifest["root"], manifest["setup"], inputs, damage)


def _parsed(content: bytes) -> dict[str, Any] | str:
    """An index's manifest, or why there is none to read."""
    try:
        return unsealed(content)
    except BrokenSeal as error:
        return f"its {MANIFEST} cannot be read: {error}"


def _of_index(look: LakeLook, folder: Path, seen: _SeenIndex, held_now: dict[str, str]) -> Finding | None:
    """What is wrong with one index; of those that a level has, which are built together, a level test's stands for the stale."""
    lake, level_id = look.records.lake, level_of(folder)
    name = f"index {'/'.join(folder.parts[folder.parts.index(f'mbo_{level_id}') :])}"
    if seen.damage is not None:
        return Finding(what=f"{name} is damaged: {seen.damage}", fix=str(commands.index(lake, look.root, level_id, overwrite=True)))
    if seen.setup != SETUPS[0]:
        return None
    changed = [partition for partition, sha256 in seen.inputs.items() if held_now.get(partition) != sha256]
    unseen = [partition for partition in held_now if partition not in seen.inputs and _counts(look, partition)]
    if not changed and not unseen:
        return None
    what = f"{name} was built from other triggers than there are now: {(changed or unseen)[0]}"
    return Finding(what=what, fix=str(commands.index(lake, look.root, level_id)))


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
