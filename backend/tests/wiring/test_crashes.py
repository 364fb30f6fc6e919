"""Killed anywhere, out of disk, or two at once: the lake afterwards equals one that was never interrupted, and raw is as it was."""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from src.data_eng import io
from src.data_eng.lake import partitions
from src.data_eng.lake.attempts import DiskFull, LakeNotWritable, LostRace
from src.data_eng.lake.partitions import PartitionMissing
from src.data_eng.lake.writer import publish_partition
from src.data_eng.settings import load_settings
from tests.toys.dying import ACTIONS, CONTEXT, UNIT, killed_before, run_toy_stages, write_rows
from tests.toys.lake import PROVENANCE, TOY_EVENTS, config, picture, put_raw, toy_ref, toy_table
from tests.toys.stages import ToyIngest


@pytest.mark.parametrize("name", ACTIONS)
def test_a_run_killed_before_any_file_operation_and_started_again_gives_the_same_lake(name: str, tmp_path: Path) -> None:
    prepare, action = ACTIONS[name]
    prepare(tmp_path / "whole")
    action(tmp_path / "whole")
    whole = picture(tmp_path / "whole")
    step = 0
    while True:
        lake = tmp_path / f"killed_{step}"
        prepare(lake)
        before = readable_rows(lake)
        if not killed_before(step, partial(action, lake), lake):
            break
        assert readable_rows(lake) in (before, 3), f"a reader saw something half done after a kill before operation {step}"
        action(lake)
        assert picture(lake) == whole, f"killed before operation {step}"
        step += 1
    assert step > 10


def readable_rows(lake: Path) -> int | None:
    """What a reader sees: the old rows, the new rows or nothing; anything else raises."""
    try:
        return int(io.read_table(toy_ref(lake)).num_rows)
    except PartitionMissing:
        return None


def test_writers_killed_at_random_times_never_harm_what_readers_see(tmp_path: Path) -> None:
    """Overwrites of a table large enough to be caught in every phase, killed after random delays (seed 7)."""
    delays = random.Random(7)
    write_rows(tmp_path, 50_000)
    for attempt in range(12):
        process = CONTEXT.Process(target=write_rows, args=(tmp_path, 50_001 + attempt))
        process.start()
        time.sleep(delays.uniform(0.0, 0.25))
        process.kill()
        process.join()
        assert io.read_table(toy_ref(tmp_path)).num_rows in range(50_000, 50_001 + attempt + 1)
    write_rows(tmp_path, 3)
    assert len(picture(tmp_path)) == 3


def overwrite_for(lake: Path, rows: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            write_rows(lake, rows)
        except LostRace:
            continue


def test_writers_and_readers_at_once_see_only_whole_partitions(tmp_path: Path) -> None:
    sizes = (100, 200, 300)
    write_rows(tmp_path, sizes[0])
    writers = [CONTEXT.Process(target=overwrite_for, args=(tmp_path, rows, 2.0)) for rows in sizes]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(io.read_table(toy_ref(tmp_path)).num_rows)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert seen <= set(sizes)
    assert len(picture(tmp_path)) == 3


def test_two_runs_of_the_same_stages_at_once_end_in_the_same_lake_as_one(tmp_path: Path) -> None:
    put_raw(tmp_path / "one", UNIT.date, 20_000)
    run_toy_stages(tmp_path / "one")
    put_raw(tmp_path / "two", UNIT.date, 20_000)
    runs = [CONTEXT.Process(target=run_toy_stages, args=(tmp_path / "two",)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    assert picture(tmp_path / "two") == picture(tmp_path / "one")


def test_a_full_disk_says_what_where_and_how_much_and_leaves_the_lake_as_it_was(small_disk: Path) -> None:
    write_rows(small_disk, 3)
    before = picture(small_disk)
    with pytest.raises(DiskFull, match=r"cannot write .*toy_count.*No space left.*At least [\d,]+ bytes are needed, [\d,]+ are free"):
        publish_partition(toy_ref(small_disk), (toy_table(5_000, first) for first in range(0, 100_000, 5_000)), **PROVENANCE)
    assert picture(small_disk) == before
    assert not list(small_disk.rglob(".attempt-*"))


def test_a_disk_that_fills_up_at_any_file_leaves_the_lake_as_it_was(small_disk: Path) -> None:
    """Fill the disk to within n pages and write: the part, the manifest or the mark does not fit, or all do."""
    write_rows(small_disk, 3)
    before, outcomes = picture(small_disk), set()
    for free_pages in range(8):
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        ballast.write_bytes(b"x" * max(free - free_pages * os.sysconf("SC_PAGESIZE"), 0))
        try:
            write_rows(small_disk, 4)
            outcomes.add("written")
        except DiskFull:
            outcomes.add("full")
            ballast.unlink()
            assert picture(small_disk) == before
        ballast.unlink(missing_ok=True)
        write_rows(small_disk, 3)
    assert outcomes == {"written", "full"}
    assert picture(small_disk) == before


def write_under_a_size_limit(lake: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    with pytest.raises(DiskFull, match="File too large"):
        write_rows(lake, 100_000)


def test_a_file_size_limit_is_reported_like_a_full_disk(tmp_path: Path) -> None:
    write_rows(tmp_path, 3)
    before = picture(tmp_path)
    process = CONTEXT.Process(target=write_under_a_size_limit, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert picture(tmp_path) == before


def watch_raw(raw: Path, offences: list[str]) -> Callable[[str, tuple[Any, ...]], None]:
    changing = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.utime", "shutil.rmtree"}

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        touched = [argument for argument in arguments if isinstance(argument, str | os.PathLike) and str(argument).startswith(str(raw))]
        writing = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if touched and (event in changing or writing):
            offences.append(f"{event} {touched}")

    return watch


def test_no_stage_opens_raw_for_writing_or_changes_a_byte_of_it(tmp_path: Path) -> None:
    put_raw(tmp_path, UNIT.date)
    raw = tmp_path / "raw"
    offences: list[str] = []
    before = picture(raw)
    sys.addaudithook(watch_raw(raw, offences))
    run_toy_stages(tmp_path)
    run_toy_stages(tmp_path, overwrite=True)
    partitions.remove_partition(toy_ref(tmp_path))
    assert picture(raw) == before
    assert not offences
    (raw / "watched").write_text("the watch itself works")
    assert offences


def test_a_stage_that_is_stopped_halfway_leaves_no_output_of_it(tmp_path: Path) -> None:
    put_raw(tmp_path, UNIT.date)
    ToyIngest().build(UNIT._replace(symbol="ES"), config(tmp_path), load_settings())
    (tmp_path / "silver").mkdir()
    (tmp_path / "silver" / "product_type=future_mbo").touch()
    with pytest.raises(LakeNotWritable, match="Not a directory"):
        run_toy_stages(tmp_path)
    assert [ref.date for ref in partitions.list_partitions(tmp_path, TOY_EVENTS)] == [UNIT.date]
