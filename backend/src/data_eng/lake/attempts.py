"""One writer's attempt at a folder: written aside, made durable, put in place in one step.

A living attempt holds a lock on its folder, which the kernel frees when the process dies; so the next writer recognises the folders of dead
attempts and removes them. Whoever puts files in place holds the lock of the partition's folder meanwhile.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DISK_REFUSES, SpymasterError
from .hashes import file_sha256

MANIFEST = "_manifest.json"
SUCCESS = "_SUCCESS"
ATTEMPT_PREFIX = ".attempt-"
STAGED_PART = "part.parquet"
DAMAGED = "damaged"
"""Folder of a lake for what was found damaged where nothing else says what it held."""
PART_NAME = re.compile(r"part-[0-9a-f]{16}\.parquet")
WRITE_BYTES = 1 << 18
"""Handed to the system at a time: a Parquet page has some 10 kB, and a call for each took a third of the time that writing took."""
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LostRace(SpymasterError):
    """Another run published a different result for the same partition first; its result stands."""


class DiskFull(SpymasterError):
    """The disk (or the allowed file size) did not hold what was to be written; the lake is as before."""


class LakeNotWritable(SpymasterError):
    """A place that this process may not write, or a disk that refuses; the lake is as before."""


class Attempt:
    """A folder of its own inside a partition (or beside the folder of an index), locked for as long as its writer lives."""

    def __init__(self, partition: Path, published: Path | None = None) -> None:
        """`published` is the manifest that stands for what is there; the partition's own unless said otherwise."""
        self._partition = partition
        self._published = published or partition / MANIFEST
        with locked(partition):
            self._seen = _bytes_or_none(self._published)
            sweep_attempts(partition)
            self.folder = partition / f"{ATTEMPT_PREFIX}{uuid.uuid4().hex[:12]}"
            self.folder.mkdir()
            self._handle: int | None = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._handle, fcntl.LOCK_EX)

    def publish(self, part_name: str, manifest: bytes) -> None:
        """Rename the staged part, then publish the manifest: put if absent, or compare with the one seen at the start and swap.

        Raises `LostRace` when another run published a different manifest meanwhile; an equal one is as good as ours.
        """
        write_durable(self.folder / MANIFEST, manifest)
        with locked(self._partition):
            current = self._unraced(manifest)
            os.replace(self.folder / STAGED_PART, self._partition / part_name)
            sync_folder(self._partition)
            if current is None:
                os.link(self.folder / MANIFEST, self._partition / MANIFEST)
            elif current != manifest:
                os.replace(self.folder / MANIFEST, self._partition / MANIFEST)
            sync_folder(self._partition)
            finish(self._partition, {part_name})
            self._end()

    def publish_folder(self, place: Path, name: str, is_whole: Callable[[Path], bool]) -> None:
        """Put the whole folder in place, its manifest (named as the published one) in it already: under `name`, with `place` a link to it.

        Put if absent, or compare and swap, as `publish`. `name` says the content, so one of that name is kept if it `is_whole`.
        """
        manifest = (self.folder / self._published.name).read_bytes()
        sync_folder(self.folder)
        target, link = self._partition / name, self._partition / f".{place.name}.link"
        with locked(self._partition):
            self._unraced(manifest)
            if target.exists() and not is_whole(target):
                shutil.rmtree(target)
            if not target.exists():
                self.folder.rename(target)
            sync_folder(self._partition)
            link.unlink(missing_ok=True)
            link.symlink_to(target.name)
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)  # a lake copied by a tool that follows links
            os.replace(link, place)
            sync_folder(self._partition)
            self._end()

    def _unraced(self, manifest: bytes) -> bytes | None:
        """The manifest that is published now, if it is the one seen at the start, or ours. Needs the partition's lock."""
        current = _bytes_or_none(self._published)
        if current not in (self._seen, manifest):
            raise LostRace(
                f"{self._published.parent} was published by another run while this one worked, from other inputs, settings or code; that "
                "result stands. Run again to replace it."
            )
        return current

    def remove(self) -> None:
        """End the attempt and clear its folder away, if it was not renamed in place. Under the lock, since a sweeper may look at it."""
        if self._handle is not None:
            with locked(self._partition):
                self._end()

    def _end(self) -> None:
        assert self._handle is not None
        if self.folder.exists():
            shutil.rmtree(self.folder)
        os.close(self._handle)
        self._handle = None


class HashingSink:
    """The file under a Parquet writer; hashes and counts the bytes as they pass."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=WRITE_BYTES)
        self._hash = hashlib.sha256()
        self._discarding = False
        self.closed = False
        self.written = 0

    def write(self, piece: bytes) -> int:
        if not self._discarding:
            self._file.write(piece)
            self._hash.update(piece)
        self.written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self.written

    def flush(self) -> None:
        """The buffer is flushed once, by `make_durable`."""

    def close(self) -> None:
        """The Parquet writer's end; the file itself ends with `make_durable` and `discard`."""
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def sha256(self) -> str:
        return self._hash.hexdigest()

    def make_durable(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def discard(self) -> None:
        """Close; what the Parquet writer still wants to say at its own end is thrown away."""
        self._discarding = True
        try:
            self._file.close()
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise


def finish(partition: Path, named: Collection[str]) -> None:
    """What follows a published manifest that names the parts `named`: `_SUCCESS`, and no others left.

    Needs the partition's lock: only then is an unnamed part surely nobody's.
    """
    (partition / SUCCESS).touch()
    for entry in list(partition.iterdir()):
        if PART_NAME.fullmatch(entry.name) and entry.name not in named:
            entry.unlink()
    sweep_attempts(partition)
    sync_folder(partition)


def sweep_attempts(partition: Path) -> list[Path]:
    """Remove attempts whose writer is dead, which is when nobody holds the folder's lock; return the living. Needs the partition's lock."""
    living = []
    for folder in list(partition.glob(f"{ATTEMPT_PREFIX}*")):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            living.append(folder)
        else:
            shutil.rmtree(folder)
        finally:
            os.close(handle)
    return living


def publish_file(path: Path, content: bytes) -> None:
    """Put a side file (selection map, own levels) in place whole: readers see the old one or the new one.

    The folder's lock makes the staged file one writer's at a time; what a killed one left of it is written over.
    """
    staged = path.with_name(f".{path.name}.staged")
    with disk_errors(path, len(content)), locked(path.parent):
        try:
            write_durable(staged, content)
            os.replace(staged, path)
        finally:
            staged.unlink(missing_ok=True)
        sync_folder(path.parent)


def set_aside(lake: Path, path: Path) -> Path:
    """Keep what a damaged file holds, below `damaged` in its lake; it stays where it is until something takes its place."""
    kept = lake / DAMAGED / path.relative_to(lake).parent / f"{path.name}.{file_sha256(path)[:16]}"
    make_folder(kept.parent)
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    sync_folder(kept.parent)
    return kept


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, making the folder if need be. The kernel frees it when the process dies."""
    handle = _lock_handle(folder)
    try:
        yield
    finally:
        os.close(handle)


def _lock_handle(folder: Path) -> int:
    while True:
        make_folder(folder)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _same_folder(handle, folder):
            return handle
        os.close(handle)


def _same_folder(handle: int, folder: Path) -> bool:
    """False when the folder was removed (and perhaps made anew) while its lock was waited for."""
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except FileNotFoundError:
        return False


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are not there yet, so that a power cut does not take them back."""
    if folder.is_dir():
        return
    if folder.exists():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def disk_errors(target: Path, needed: int) -> Iterator[None]:
    """Turn what a disk says into a sentence: `DiskFull` with where, how many bytes were needed and are free; `LakeNotWritable`."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise DiskFull(
                f"cannot write {target}: {os.strerror(error.errno)}. At least {needed:,} bytes are needed, {_free_bytes(target):,} are "
                "free there. The lake is unharmed; free space and run the same command again."
            ) from error
        if error.errno in DISK_REFUSES:
            raise LakeNotWritable(
                f"{target} cannot be written: {os.strerror(error.errno)}.",
                expected="a place that this user may write, on a disk that is sound",
                fix=f"Give this user the right to write in {target.parent}, or name another lake.",
            ) from error
        raise


def _free_bytes(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def _bytes_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def write_durable(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames and links in `folder` survive a power cut."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Wait until the disk has what another wrote into a file."""
    _sync(path, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
