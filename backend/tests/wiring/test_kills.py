"""SIGKILL or a full disk in every stage: started again, the lake equals one that was never interrupted, byte for byte."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from src.data_eng.config import load_datasets
from src.data_eng.core.tables import RAW_MBO
from src.data_eng.io import verify_partition
from src.data_eng.lake.attempts import DiskFull
from src.data_eng.lake.partitions import list_partitions
from src.data_eng.planning import selection_map
from src.data_eng.settings import load_settings
from tests.disks import mounted
from tests.real_stages import STAGES, run_stage, short_settings, take_in
from tests.toy_market import toy_records
from tests.toys.dying import file_operations, killed_before
from tests.toys.lake import picture

DAYS = ("2025-10-14", "2025-10-15", "2025-10-16")
MOMENTS = 3
BACKEND = Path(__file__).parents[2]


class Lakes(NamedTuple):
    """A lake before one stage did its last day, and after it did, never interrupted."""

    before: Path
    whole: Path
    operations: list[str]
    """What the stage did to files of the lake."""


@pytest.fixture(scope="module")
def raw_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("raw_lake")
    take_in(lake, tmp_path_factory.mktemp("job"), {day: toy_records(day, seed=5, step_ms=3000, until="10:40") for day in DAYS})
    return lake


@pytest.fixture(scope="module")
def lakes(raw_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Lakes]:
    """By stage. All stages before it did all days; it did the first two, its own index of them included."""
    folder, settings = tmp_path_factory.mktemp("lakes"), short_settings(levels=("pm_high",))
    lake, found = copied(raw_lake, folder / "lake"), {}
    two_days = copied(raw_lake, folder / "two_days")
    for name in STAGES:
        run_stage(name, two_days, DAYS[:2], settings)
    for name in STAGES:
        run_stage(name, lake, DAYS[:2], settings)
        if name == "build_indexes":
            shutil.rmtree(lake / "indexes")
            copied(two_days / "indexes", lake / "indexes")
        before = copied(lake, folder / f"before_{name}")
        with file_operations(lake) as operations:
            last_day(name, lake)()
        found[name] = Lakes(before, copied(lake, folder / f"after_{name}"), operations)
    return found


def copied(lake: Path, to: Path) -> Path:
    return Path(shutil.copytree(lake, to, symlinks=True))


def last_day(name: str, lake: Path) -> Callable[[], object]:
    """The stage's work on the last day."""
    return partial(run_stage, name, lake, DAYS, short_settings(levels=("pm_high",)), first=len(DAYS) - 1)


def require_what_readers_see(lake: Path) -> None:
    """Every partition that calls itself complete is whole."""
    for dataset in load_datasets():
        for ref in list_partitions(lake, dataset):
            if dataset != RAW_MBO and ref.path.exists():
                verify_partition(ref)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_killed_at_any_moment_and_run_again_gives_the_lake_never_interrupted(
    name: str, lakes: dict[str, Lakes], tmp_path: Path
) -> None:
    before, whole, operations = lakes[name]
    expected = picture(whole)
    moments = np.linspace(len(operations) // 4, len(operations) - 1, MOMENTS).round().astype(int).tolist()
    switched = [at + 1 for at, operation in enumerate(operations) if operation == "os.rename"]
    for step in [*moments, *switched[1:2]]:
        lake = copied(before, tmp_path / f"killed_{step}")
        assert killed_before(step, last_day(name, lake), lake)
        require_what_readers_see(lake)
        last_day(name, lake)()
        assert picture(lake) == expected, f"{name} killed before operation {step} of {len(operations)}"
        shutil.rmtree(lake)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MiB."""
    with mounted(tmp_path / "disk", "64m") as disk:
        yield disk


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_on_a_full_disk_says_so_and_run_again_with_room_gives_the_lake_never_interrupted(
    name: str, lakes: dict[str, Lakes], small_disk: Path
) -> None:
    before, whole, _ = lakes[name]
    lake, ballast = copied(before, small_disk / "lake"), small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes((free.f_bavail - 1) * free.f_frsize))
    with pytest.raises(DiskFull, match="No space left"):
        last_day(name, lake)()
    require_what_readers_see(lake)
    assert picture(lake / "raw") == picture(whole / "raw")
    ballast.unlink()
    last_day(name, lake)()
    assert picture(lake) == picture(whole)


def choice(lake: Path) -> Callable[[], object]:
    return partial(selection_map, lake, "ES", DAYS[0], DAYS[-1], load_settings(), None)


def test_choosing_the_contracts_killed_at_any_moment_gives_the_map_never_interrupted(lakes: dict[str, Lakes], tmp_path: Path) -> None:
    bronze = lakes["ingest_preview"].whole
    whole = copied(bronze, tmp_path / "whole")
    with file_operations(whole) as operations:
        choice(whole)()
    for step in range(operations.index("fcntl.flock"), len(operations), 2):
        lake = copied(bronze, tmp_path / f"killed_{step}")
        assert killed_before(step, choice(lake), lake)
        choice(lake)()
        assert picture(lake) == picture(whole), f"killed before operation {step} of {len(operations)}"


def build(lake: Path) -> list[str]:
    """The user's command over all days."""
    flags = ["--layer", "all", "--symbol", "ES", "--dates", f"{DAYS[0]}:{DAYS[-1]}", "--session", "09:30-10:30", "--levels", "pm_high"]
    return [sys.executable, "-m", "src.data_eng.runner", *flags, "--workers", "2", "--lake", str(lake)]


@pytest.fixture(scope="module")
def built(raw_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of one command that nothing disturbed."""
    lake = copied(raw_lake, tmp_path_factory.mktemp("built") / "lake")
    subprocess.run(build(lake), cwd=BACKEND, check=True, capture_output=True)
    return lake


def test_a_build_killed_at_random_times_and_started_again_at_once_gives_the_lake_never_interrupted(
    raw_lake: Path, built: Path, tmp_path: Path
) -> None:
    """The workers outlive their parent for a moment, so that the next command runs beside them (seed 3)."""
    lake, moments = copied(raw_lake, tmp_path / "lake"), random.Random(3)
    for _ in range(2):
        process = subprocess.Popen(build(lake), cwd=BACKEND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(1.5, 4.0))
        process.kill()
        process.wait()
        require_what_readers_see(lake)
    subprocess.run(build(lake), cwd=BACKEND, check=True, capture_output=True)
    assert picture(lake) == picture(built)


def test_two_builds_at_once_on_one_lake_end_in_the_lake_of_one(raw_lake: Path, built: Path, tmp_path: Path) -> None:
    lake = copied(raw_lake, tmp_path / "lake")
    both = [subprocess.Popen(build(lake), cwd=BACKEND, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(said)
    assert picture(lake) == picture(built)
