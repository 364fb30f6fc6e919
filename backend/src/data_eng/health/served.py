"""Whether the days that a server shows lie on the disk as they were published, without reading them."""

from __future__ import annotations

from pathlib import Path

from ..lake.partitions import PartitionRef, list_folders, rebuild_command
from .models import Finding
from .records import LakeRecords, Published

SERVED_LAYERS = ("silver", "gold")


def damaged_day(records: LakeRecords) -> Finding | None:
    """The first table of a contract-day whose manifest cannot be read, or names a file that is missing or has another size.

    One that a build replaces meanwhile is whole. 200 days take some 60 ms.
    """
    tables = (key for key, entry in records.cfg.datasets.items() if entry.layer in SERVED_LAYERS)
    for ref in (ref for key in tables for ref in list_folders(records.lake, key)):
        held = records.held(ref)
        why = _damage(ref, held) if held is not None else None
        if why is not None and records.held(ref) == held:
            return Finding(what=f"{ref} is damaged: {why}", fix=str(rebuild_command(ref)))
    return None


def _damage(ref: PartitionRef, held: Published) -> str | None:
    if held.manifest is None:
        return "its manifest cannot be read"
    folder = ref.path
    for part in held.manifest.files:
        size = _size(folder / part.name)
        if size is None:
            return f"it has lost its file {part.name}"
        if size != part.bytes:
            return f"{part.name} has {size:,} bytes, its manifest says {part.bytes:,}"
    return None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
