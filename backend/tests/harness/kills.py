"""SIGKILL at random moments over everything that writes: started again, the result equals one that was never disturbed, byte for byte."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from src.data_eng.lake.machine import cores
from tests.harness.findings import Findings
from tests.harness.small import DAYS, build, copied, ended, first_difference, put_raw, started, typed, unclocked, was_killed
from tests.trigger_lake import session_dates, write_days

EVALUATED_DAYS = 24


class Work(NamedTuple):
    """Something that is killed: what is there before it, and what it does there."""

    prepare: Callable[[Path], object]
    action: Callable[[Path], int]


class Whole(NamedTuple):
    """Work that nobody disturbed."""

    seconds: float
    files: dict[str, bytes]


def tried(folder: Path, trials: int) -> Findings:
    """Kill each kind of work in turn, at moments spread over the time that it takes (seed 17)."""
    chance, whole = random.Random(17), {name: _undisturbed(folder, name) for name in list(WORKS)[:trials]}
    moments = [(name, chance.uniform(0.0, 1.0)) for name in (list(whole)[number % len(whole)] for number in range(trials))]
    with ThreadPoolExecutor(cores()) as pool:
        found = list(pool.map(partial(_trial, folder, whole), range(trials), moments))
    faults = tuple(fault for fault, _ in found if fault is not None)
    figures = {"killed before they ended": f"{sum(killed for _, killed in found)}"}
    figures |= {f"{name} undisturbed": f"{one.seconds:.1f} s" for name, one in whole.items()}
    return Findings(f"{trials} SIGKILLs over {', '.join(whole)}", trials, faults, figures)


def _undisturbed(folder: Path, name: str) -> Whole:
    """Prepare the work, and do it once; the second time, with all libraries loaded from the disk's cache, says how long it takes."""
    WORKS[name].prepare(folder / name)
    for attempt in ("cold", "whole"):
        place, begun = copied(folder / name, folder / f"{name}-{attempt}"), time.monotonic()
        code = ended(started(partial(WORKS[name].action, place)))
        seconds, files = time.monotonic() - begun, unclocked(place)
        assert code == 0, f"{name} alone exits with {code}"
        shutil.rmtree(place)
    return Whole(seconds, files)


def _trial(folder: Path, whole: dict[str, Whole], number: int, moment: tuple[str, float]) -> tuple[str | None, bool]:
    """What differs after a kill and a rerun, and whether the kill came before the end."""
    name, share = moment
    place = copied(folder / name, folder / f"trial-{number}")
    process = started(partial(WORKS[name].action, place))
    time.sleep(share * whole[name].seconds)
    process.kill()
    process.join()
    killed = was_killed(process)
    code = ended(started(partial(WORKS[name].action, place)))
    differs = first_difference(unclocked(place), whole[name].files)
    shutil.rmtree(place)
    where = f"{name} killed at {share:.0%} of its time"
    if code != 0:
        return f"{where}: the rerun exits with {code}", killed
    return (f"{where}: {differs} is not as it would have been" if differs is not None else None), killed


def _raw_only(place: Path) -> None:
    put_raw(place)


def _built(place: Path) -> None:
    assert build(put_raw(place)) == 0
    shutil.rmtree(place / "lake" / "indexes")


def _batch(place: Path) -> None:
    shutil.rmtree(put_raw(place))


def _triggers(place: Path) -> None:
    write_days(place / "lake", session_dates(EVALUATED_DAYS), episodes=2, windows=2, synthetic=True)


def _nothing(place: Path) -> None:
    place.mkdir()


def _build(place: Path) -> int:
    return build(place / "lake")


def _index(place: Path) -> int:
    return typed(["index", "--level", "all", "--lake", str(place / "lake")])


def _import(place: Path) -> int:
    return typed(["import", str(place / "job"), "--lake", str(place / "lake")])


def _evaluate(place: Path) -> int:
    out = str(place / "report.html")
    return typed(["evaluate", "--levels", "pm_high", "--workers", "1", "--out", out, "--lake", str(place / "lake")])


def _simulate(place: Path) -> int:
    return typed(["simulate", "--out", str(place / "job"), "--start", DAYS[0], "--days", "1", "--records", "20000"])


WORKS: dict[str, Work] = {
    "index": Work(_built, _index),
    "import": Work(_batch, _import),
    "build": Work(_raw_only, _build),
    "simulate": Work(_nothing, _simulate),
    "evaluate": Work(_triggers, _evaluate),
}
