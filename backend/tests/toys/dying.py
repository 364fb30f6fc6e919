"""Run something in a process of its own that kills itself just before the n-th thing it would do to a file of the lake."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from src.data_eng.lake.crew import SLOW_IMPORTS
from src.data_eng.lake.provenance import code_sha256
from src.data_eng.lake.writer import publish_partition
from src.data_eng.planning import ContractDay
from src.data_eng.settings import load_settings

from . import stages
from .lake import PROVENANCE, config, put_raw, toy_ref, toy_table
from .stages import ToyCount, ToyIngest

code_sha256(Path(stages.__file__))  # once, in the fork server, for all the processes that die
FILE_EVENTS = (
    "open",
    "fcntl.flock",
    "os.mkdir",
    "os.rename",
    "os.link",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.scandir",
    "os.listdir",
    "os.truncate",
)
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__, "tests.real_stages", *SLOW_IMPORTS])
UNIT = ContractDay("ES", "ESZ5", "2025-10-16")


def killed_before(step: int, action: Callable[[], object], lake: Path) -> bool:
    """Run `action` and kill it before its `step`-th file operation in the lake; False when it finished before."""
    process = CONTEXT.Process(target=_run_until, args=(step, action, lake))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


@contextmanager
def file_operations(lake: Path) -> Iterator[list[str]]:
    """Gather what is done to files of the lake inside the context, in this process."""
    done: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and _touches(event, arguments, lake):
            done.append(event)

    sys.addaudithook(note)
    yield done
    watching = False  # the hook itself cannot be taken away


def _run_until(step: int, action: Callable[[], object], lake: Path) -> None:
    left = step

    def die(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if not _touches(event, arguments, lake):
            return
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    sys.addaudithook(die)
    action()


def _touches(event: str, arguments: tuple[Any, ...], lake: Path) -> bool:
    """Whether an event is something done to a file of the lake (a lock shows its handle only, so every lock counts)."""
    return event in FILE_EVENTS and (event == "fcntl.flock" or _inside(arguments, lake))


def _inside(arguments: tuple[Any, ...], lake: Path) -> bool:
    return any(isinstance(argument, str | os.PathLike) and str(argument).startswith(str(lake)) for argument in arguments)


def write_rows(lake: Path, rows: int) -> None:
    publish_partition(toy_ref(lake), toy_table(rows), **PROVENANCE)


def run_toy_stages(lake: Path, overwrite: bool = False) -> None:
    """Bronze and silver of one day, two outputs in silver."""
    for stage in (ToyIngest(), ToyCount()):
        unit = UNIT._replace(symbol="ES") if stage.layer == "bronze" else UNIT
        stage.build(unit, config(lake), load_settings(), overwrite)


ACTIONS: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "a first write": (lambda lake: None, partial(write_rows, rows=3)),
    "an overwrite": (partial(write_rows, rows=5), partial(write_rows, rows=3)),
    "two stages": (lambda lake: put_raw(lake, UNIT.date), run_toy_stages),
}
"""What is there before, and what is killed."""
