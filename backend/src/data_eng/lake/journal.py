"""What the trader keeps: moments of the board with their pictures, and calls of the drill. Beside the partitions, and never part of one.

`journal/<session date>/<id>.json` with `<id>.png` beside it, `journal/drill/started/<id>.json` and, once it is called,
`journal/drill/<id>.json`: each written once and whole, and never changed.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..errors import SpymasterError
from .attempts import LakeNotWritable, publish_file

JOURNAL, DRILL, STARTED = "journal", "drill", "started"
ID = r"^[0-9a-f]{20}$"
"""Twelve hex digits of milliseconds since 1970, so that ids sort by time, and eight of chance."""
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


class AlreadyKept(SpymasterError):
    """There is an entry of this id, and entries are never changed."""


class KeptFile(NamedTuple):
    """One entry as it lies."""

    path: Path
    content: bytes


def new_id() -> str:
    """An id for what is kept now."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(4)}"


def is_png(content: bytes) -> bool:
    """Whether these bytes begin and end as a PNG does."""
    return content.startswith(PNG_START) and content.endswith(PNG_END)


def keep_moment(lake: Path, session_date: str, entry_id: str, entry: bytes, picture: bytes) -> None:
    """Keep a moment. Its picture is written first, since a moment is there once its entry is.

    Raises
    ------
    LakeNotWritable, DiskFull; the journal is then as before.
    """
    folder = lake / JOURNAL / session_date
    shown = folder / f"{entry_id}.png"
    with _writable(folder):
        publish_file(shown, picture)
        try:
            publish_file(folder / f"{entry_id}.json", entry)
        except BaseException:
            shown.unlink(missing_ok=True)
            raise


def keep_call(lake: Path, entry_id: str, entry: bytes) -> None:
    """Keep a call of the drill. Raises `AlreadyKept` for an id that has one; LakeNotWritable, DiskFull as `keep_moment`."""
    path = call_path(lake, entry_id)
    if path.exists():
        raise AlreadyKept(f"drill {entry_id} was called already.", fix="Start another.")
    with _writable(path.parent):
        publish_file(path, entry)


def keep_start(lake: Path, entry_id: str, entry: bytes) -> None:
    """Keep which test a drill is of until it is called. Raises LakeNotWritable, DiskFull as `keep_moment`."""
    path = _start_path(lake, entry_id)
    with _writable(path.parent):
        publish_file(path, entry)


def kept_start(lake: Path, entry_id: str) -> bytes | None:
    """Which test a drill is of; None for one that was never started on this lake."""
    assert re.match(ID, entry_id)
    try:
        return _start_path(lake, entry_id).read_bytes()
    except FileNotFoundError:
        return None


def _start_path(lake: Path, entry_id: str) -> Path:
    return lake / JOURNAL / DRILL / STARTED / f"{entry_id}.json"


def call_path(lake: Path, entry_id: str) -> Path:
    """Where the call of a drill lies, or would."""
    return lake / JOURNAL / DRILL / f"{entry_id}.json"


def kept_moments(lake: Path) -> Iterator[KeptFile]:
    """Entries of the journal, newest first."""
    return _files(lake / JOURNAL, "[0-9]*/*.json")


def kept_calls(lake: Path) -> Iterator[KeptFile]:
    """Calls of the drill, newest first."""
    return _files(lake / JOURNAL / DRILL, "*.json")


def picture_of(lake: Path, entry_id: str) -> bytes | None:
    """The picture of a moment; None where there is no such moment."""
    assert re.match(ID, entry_id)
    entry = next((lake / JOURNAL).glob(f"[0-9]*/{entry_id}.json"), None)
    try:
        return entry.with_suffix(".png").read_bytes() if entry is not None else None
    except FileNotFoundError:
        return None


def _files(folder: Path, pattern: str) -> Iterator[KeptFile]:
    for path in sorted(folder.glob(pattern), key=lambda path: path.name, reverse=True):
        if not path.name.startswith("."):
            yield KeptFile(path, path.read_bytes())


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Say what to do where the folder cannot be written; a full disk says so itself."""
    try:
        yield
    except (OSError, LakeNotWritable) as error:
        cause = error.__cause__ if isinstance(error, LakeNotWritable) else error
        assert isinstance(cause, OSError)
        raise LakeNotWritable(
            f"{folder} cannot be written: {os.strerror(cause.errno or 0)}.",
            expected="a folder that this server may make and write",
            fix=f"Give the user who runs it the right to write in {folder.parent}, or serve a copy of the lake.",
        ) from error
