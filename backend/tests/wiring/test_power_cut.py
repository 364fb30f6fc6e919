"""A power cut at any moment: a disk that keeps only what was flushed, and of the rest any part.

The publishing protocol runs on a real folder while a recorder notes every write, flush, rename and link. Afterwards each state that the
disk may be left in is laid out and read: it holds the old content or the new one, or says that it is incomplete and is built again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from src.data_eng import io
from src.data_eng.config import Environment
from src.data_eng.lake.attempts import ATTEMPT_PREFIX, publish_file
from src.data_eng.lake.partitions import PartitionCorrupt, PartitionMissing
from src.data_eng.retrieval.index import IndexCorrupt, IndexMissing, open_index
from src.data_eng.retrieval.index_builder import build_indexes
from src.data_eng.settings import load_settings
from tests.toys.dying import write_rows
from tests.toys.lake import picture, toy_ref
from tests.trigger_lake import KEY, session_dates, trigger_table, write_days, write_triggers

STATES = 25
"""About how many states a test reads and builds upon."""


class Entry(NamedTuple):
    """A name in a folder as it is at a moment: a file's or folder's number, or the text of a link."""

    inode: int | None
    link: str | None = None
    folder: bool = False


class Moment(NamedTuple):
    """What the disk knows for sure after so many operations, and what the running system sees."""

    names: dict[str, Entry]
    """By path below the watched folder, as the system sees them."""
    durable_names: dict[str, Entry]
    contents: dict[int, bytes]
    durable: dict[int, bytes]


class Recorder:
    """Notes, after each operation on the folder, what a cut at that moment may leave."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.moments = root, list[Moment]()
        self._open: dict[int, int] = {}
        names = self._scan()
        self._durable = self._contents(names)
        self._children = {entry.inode: _children(names, path) for path, entry in names.items() if entry.folder}
        self._children[root.stat().st_ino] = _children(names, "")
        self._on = False
        for name in ("replace", "rename", "link", "symlink", "unlink", "mkdir", "rmdir", "fsync"):
            patch.setattr(os, name, partial(self._noted, name, getattr(os, name)))

    def record(self, action: Callable[[], object]) -> list[Moment]:
        self._on = True
        self._take()
        action()
        self._on = False
        self.close()
        return self.moments

    def _noted(self, name: str, operation: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        done = operation(*arguments, **named)
        if self._on:
            if name == "fsync":
                self._flush(arguments[0])
            self._take()
        return done

    def _flush(self, handle: int) -> None:
        """A file's bytes, or a folder's names, are on the disk now."""
        found = os.fstat(handle)
        names = self._scan()
        if not any(entry.inode == found.st_ino for entry in names.values()) and found.st_ino != self.root.stat().st_ino:
            return
        folders = {entry.inode: path for path, entry in names.items() if entry.folder}
        folders[self.root.stat().st_ino] = ""
        if found.st_ino in folders:
            self._children[found.st_ino] = _children(names, folders[found.st_ino])
        else:
            path = next(path for path, entry in names.items() if entry.inode == found.st_ino)
            self._durable[found.st_ino] = (self.root / path).read_bytes()

    def _durable_names(self, folder: int | None, within: str) -> dict[str, Entry]:
        """Names that were flushed, from a folder down."""
        found = {}
        for name, entry in self._children.get(folder, {}).items():
            found[f"{within}{name}"] = entry
            if entry.folder:
                found |= self._durable_names(entry.inode, f"{within}{name}/")
        return found

    def _take(self) -> None:
        names = self._scan()
        self.moments.append(Moment(names, self._durable_names(self.root.stat().st_ino, ""), self._contents(names), dict(self._durable)))

    def _scan(self) -> dict[str, Entry]:
        found = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            found[name] = Entry(None, str(path.readlink())) if path.is_symlink() else self._held(path)
        return found

    def _held(self, path: Path) -> Entry:
        """A file or folder, kept open from now on, so that its number is given to no other when it is removed."""
        inode = path.stat().st_ino
        if inode not in self._open:
            self._open[inode] = os.open(path, os.O_RDONLY)
        return Entry(inode, folder=path.is_dir())

    def close(self) -> None:
        for handle in self._open.values():
            os.close(handle)

    def _contents(self, names: dict[str, Entry]) -> dict[int, bytes]:
        files = {entry.inode: self.root / path for path, entry in names.items() if entry.inode is not None}
        return {inode: path.read_bytes() for inode, path in files.items() if path.is_file()}


def _children(names: dict[str, Entry], folder: str) -> dict[str, Entry]:
    return {path.rpartition("/")[2]: entry for path, entry in names.items() if _parent(path) == folder}


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def states(moment: Moment) -> Iterator[dict[str, bytes | str | None]]:
    """What a cut at a moment may leave: names and bytes each flushed only, or as the system saw them; unflushed bytes lost, torn or there.

    None stands for a folder, text for a link.
    """
    for all_names, keep in product((False, True), ("lost", "torn", "there")):
        names = moment.names if all_names else moment.durable_names
        laid: dict[str, bytes | str | None] = {}
        for path, entry in sorted(names.items()):
            if _parent(path) and _parent(path) not in laid:
                continue  # the folder itself is lost
            if entry.link is not None:
                laid[path] = entry.link
            else:
                laid[path] = None if entry.folder else _bytes_left(moment, entry.inode, keep)
        yield laid


def _bytes_left(moment: Moment, inode: int | None, keep: str) -> bytes:
    assert inode is not None
    flushed, seen = moment.durable.get(inode), moment.contents.get(inode, b"")
    if flushed is not None and (inode not in moment.contents or flushed == seen):
        return flushed
    return {"lost": b"", "torn": seen[: len(seen) // 2], "there": seen}[keep]


def lay_out(state: dict[str, bytes | str | None], root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for path, content in state.items():
        if content is None:
            (root / path).mkdir()
        elif isinstance(content, str):
            (root / path).symlink_to(content)
        else:
            (root / path).write_bytes(content)


def distinct(moments: list[Moment]) -> list[dict[str, bytes | str | None]]:
    """The states of all moments, each once; of very many, some spread over them."""
    found = {
        repr(sorted((path, repr(content)) for path, content in state.items())): state for moment in moments for state in states(moment)
    }
    return list(found.values())[:: max(len(found) // STATES, 1)]


@pytest.mark.parametrize("before", [None, 5], ids=["a first write", "an overwrite"])
def test_after_a_power_cut_a_partition_is_the_old_one_the_new_one_or_incomplete(
    before: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, cut = tmp_path / "lake", tmp_path / "cut"
    lake.mkdir()
    if before is not None:
        write_rows(lake, before)
    with monkeypatch.context() as patch:
        moments = Recorder(lake, patch).record(partial(write_rows, lake, 3))
    whole, seen = picture(lake), set[object]()
    assert len(moments) > 10
    for state in distinct(moments):
        lay_out(state, cut)
        try:
            seen.add(io.read_table(toy_ref(cut)).num_rows)
        except (PartitionMissing, PartitionCorrupt) as error:
            seen.add(type(error))
        write_rows(cut, 3)
        assert picture(cut) == whole
    assert {3} < seen <= {3, before, PartitionMissing}, "a flushed part is never damaged, and a new manifest never stands without it"
    if before is not None:
        assert PartitionMissing not in seen, "what was published once is never lost"


def test_after_a_power_cut_an_index_is_the_old_one_the_new_one_or_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, cut, settings = tmp_path / "lake", tmp_path / "cut", load_settings()
    dates = session_dates(4)
    write_days(lake, dates)
    build_indexes(Environment(lake), "ES", KEY.level_id, settings)
    old = open_index(Environment(lake), KEY, "ES", settings).inputs
    write_triggers(lake, dates[1], trigger_table(dates[1], episodes=2))
    shutil.copytree(lake / "gold", cut / "gold")
    with monkeypatch.context() as patch:
        moments = Recorder(lake / "indexes", patch).record(lambda: build_indexes(Environment(lake), "ES", KEY.level_id, settings))
    new, whole, seen = open_index(Environment(lake), KEY, "ES", settings).inputs, picture(lake / "indexes"), set[str]()
    for state in distinct(moments):
        lay_out(state, cut / "indexes")
        try:
            inputs = open_index(Environment(cut), KEY, "ES", settings).inputs
            seen.add("old" if inputs == old else "new" if inputs == new else "another")
        except (IndexMissing, IndexCorrupt) as error:
            seen.add(type(error).__name__)
        build_indexes(Environment(cut), "ES", KEY.level_id, settings)
        assert picture(cut / "indexes") == whole
    assert {"old", "new"} <= seen <= {"old", "new"}, "the switch is on the disk only once all that it leads to is"


def test_after_a_power_cut_a_side_file_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, cut, name = tmp_path / "lake", tmp_path / "cut", "journal/2025-10-10/entry.json"
    lake.mkdir()
    publish_file(lake / name, b"old content")
    with monkeypatch.context() as patch:
        moments = Recorder(lake, patch).record(lambda: publish_file(lake / name, b"new content"))
    for state in distinct(moments):
        lay_out(state, cut)
        assert (cut / name).read_bytes() in (b"old content", b"new content")
    assert moments[-1].durable_names[name] == moments[-1].names[name]


def test_what_was_kept_survives_a_power_cut_right_after_it_with_all_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    with monkeypatch.context() as patch:
        moments = Recorder(lake, patch).record(lambda: publish_file(lake / "journal" / "2025-10-10" / "entry.json", b"content"))
    for state in states(moments[-1]):
        assert state["journal/2025-10-10/entry.json"] == b"content"


def test_the_recorder_finds_a_protocol_that_does_not_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless() -> None:
        staged = tmp_path / "staged"
        staged.write_bytes(b"content")
        os.replace(staged, tmp_path / "entry")

    with monkeypatch.context() as patch:
        moments = Recorder(tmp_path, patch).record(careless)
    left = [state.get("entry", "absent") for state in states(moments[-1])]
    assert {b"", b"conte"[:3], b"content", "absent"} == set(left)
    assert not any(ATTEMPT_PREFIX in path for path in moments[-1].names)
