"""The lake of the server's tests. Building it takes seconds, so a worker has one; a test that changes it copies it first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import mounted
from tests.toy_lake import make_toy_lake


@pytest.fixture(scope="session")
def served_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_toy_lake(tmp_path_factory.mktemp("served"))


@pytest.fixture
def own_lake(served_lake: Path, tmp_path: Path) -> Path:
    """A lake of one's own: the same files under second names, which a writer replaces and never changes."""
    lake = tmp_path / "lake"
    shutil.copytree(served_lake, lake, symlinks=True, copy_function=os.link)
    return lake


@pytest.fixture
def lake(served_lake: Path, tmp_path: Path) -> Path:
    """A lake of one's own whose files may be changed where they lie."""
    return Path(shutil.copytree(served_lake, tmp_path / "lake", symlinks=True))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    with mounted(tmp_path / "disk", "64k") as disk:
        yield disk
