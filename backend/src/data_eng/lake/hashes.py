"""Hashes of files: computed each time, or once in the life of a process for as long as the disk says that a file is the same."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

HASHES_KEPT = 20_000
"""Files whose hash is remembered; twenty-five years of three tables."""


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes as they are now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_once(path: Path) -> str:
    """The same, remembered for as long as the file keeps its size, time and inode."""
    found = path.stat()
    return _hash_of(str(path), found.st_size, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=HASHES_KEPT)
def _hash_of(path: str, size: int, mtime_ns: int, inode: int) -> str:
    return file_sha256(Path(path))
