"""A lake so small that it is built in seconds: three days of half an hour, one level; and the verbs on it, in processes of their own."""

from __future__ import annotations

import io
import re
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from rich.console import Console
from typer.testing import CliRunner

from src.data_eng.cli.main import app
from src.data_eng.engines.crew import BuildRequest
from src.data_eng.engines.crew import run as run_build
from src.data_eng.settings import Settings
from tests.real_stages import take_in
from tests.toy_market import toy_records
from tests.toys.dying import CONTEXT
from tests.toys.lake import config, picture

DAYS = ("2025-10-06", "2025-10-07", "2025-10-08")
SESSION, LEVELS = "09:30-10:00", ("pm_high",)
WAIT_S = 300.0
CLOCK = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?")
"""A time at which something was done."""


def put_raw(place: Path, days: tuple[str, ...] = DAYS) -> Path:
    """A lake with raw files alone at `place/lake`; the batch that they came in is `place/job`."""
    records = {day: toy_records(day, seed=5, step_ms=3000, until="10:20") for day in days}
    take_in(place / "lake", place / "job", records)
    return place / "lake"


def build(lake: Path, settings: Settings | None = None, overwrite: bool = False) -> int:
    """All layers of all days; the exit code."""
    cfg = replace(config(lake, settings), levels=LEVELS, session=SESSION)
    request = BuildRequest(cfg, "future_mbo", "all", "ES", DAYS[0], DAYS[-1], 1, overwrite)
    return run_build(request, Console(file=io.StringIO(), width=160))


def typed(words: list[str]) -> int:
    """A command as typed, in this process; the exit code. A traceback is raised."""
    done = CliRunner().invoke(app, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    if done.exit_code:
        sys.stderr.write(done.output)
    return done.exit_code


def exits(action: Callable[[], int | None]) -> None:
    """A child's life: the exit code of what it does."""
    raise SystemExit(action() or 0)


def started(action: Callable[[], int | None]) -> BaseProcess:
    """The action under way in a process of its own."""
    process = CONTEXT.Process(target=exits, args=(action,))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Its exit code; one that does not end is killed."""
    process.join(WAIT_S)
    if process.is_alive():
        process.kill()
        process.join()
    assert process.exitcode is not None
    return 0 if process.exitcode == 0 else process.exitcode


def was_killed(process: BaseProcess) -> bool:
    return process.exitcode == -signal.SIGKILL


def copied(source: Path, to: Path) -> Path:
    return Path(shutil.copytree(source, to, symlinks=True))


def unclocked(place: Path) -> dict[str, bytes]:
    """The files of a place, without the times at which something was done, the only thing that two runs may differ in."""
    seen = {name: content for name, content in picture(place).items() if not name.startswith(("lake/runs/", "lake/known/"))}
    return {name: CLOCK.sub(b"TIME", content) if name.endswith((".json", ".html", ".jsonl")) else content for name, content in seen.items()}


def first_difference(one: dict[str, bytes], other: dict[str, bytes]) -> str | None:
    """The first file that differs, or is in one alone; None where both are equal."""
    return next((name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)), None)
