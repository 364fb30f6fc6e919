"""What stands for partitions without reading them: the times and sizes of their files, and the hashes of their manifests."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ...lake.partitions import PartitionMissing, PartitionRef, manifest_sha256


class Stamp(NamedTuple):
    """What the disk says of one partition without reading it: name, time and size of its files."""

    ref: PartitionRef
    files: tuple[tuple[str, int, int], ...]


def stamps_of(refs: Iterable[PartitionRef]) -> tuple[Stamp, ...]:
    """The present stamps, cheap enough to ask for at every request."""
    return tuple(Stamp(ref, _files(ref.path)) for ref in refs)


def version_of(hashes: dict[str, str]) -> str:
    """16 hex digits that stand for partitions, by their manifests' hashes."""
    return hashlib.sha256(json.dumps(sorted(hashes.items())).encode()).hexdigest()[:16]


def hashes_of(refs: Iterable[PartitionRef]) -> dict[str, str]:
    """Manifest hashes of the partitions that are complete, by their names."""
    hashes = {}
    for ref in refs:
        try:
            hashes[str(ref)] = manifest_sha256(ref)
        except PartitionMissing:
            continue
    return hashes


def _files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except FileNotFoundError:
        return ()
    files = []
    for entry in entries:
        if not entry.name.startswith("."):
            try:
                stat = entry.stat()
            except FileNotFoundError:
                continue
            files.append((entry.name, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(files))
