"""Several at one lake: three builders at once, a builder under readers, two users with different settings."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from src.data_eng.settings import Settings, load_settings
from tests.harness.damage import said_by
from tests.harness.findings import Findings
from tests.harness.small import DAYS, build, copied, ended, first_difference, put_raw, started, typed, unclocked

READ = {
    "query": ["query", "--level", "pm_high", "--approach", "from_below", "--json"],
    "query user": ["query", "--level", "pm_high", "--approach", "from_below", "--metric", "user", "--json"],
    "ladder": ["ladder", "--at", f"{DAYS[-1]} 09:45:00", "--json"],
    "levels": ["levels", "--symbol", "ES", "--date", DAYS[-1]],
}
CURRENT_CODES = (0, 1)
"""A build that another user's overtakes says so and exits with 1; run again, it is current."""


def tried(folder: Path, trials: int) -> Findings:
    """Each kind in turn."""
    kinds = [_three_builders, _under_readers, _two_users]
    put_raw(folder / "raw")
    alone = copied(folder / "raw", folder / "alone")
    assert build(alone / "lake") == 0
    faults = [fault for number in range(trials) for fault in kinds[number % len(kinds)](folder, folder / f"trial-{number}")]
    return Findings(f"{trials} times several at one lake: three builders, a builder under readers, two settings", trials, tuple(faults), {})


def _three_builders(folder: Path, place: Path) -> list[str]:
    copied(folder / "raw", place)
    builders = [started(partial(build, place / "lake")) for _ in range(3)]
    codes = [ended(builder) for builder in builders]
    faults = [f"three builders exit with {codes}"] if any(codes) else []
    return [*faults, *_other_than(folder / "alone", place, "three builders")]


def _under_readers(folder: Path, place: Path) -> list[str]:
    """Readers ask while everything is built again over and over, by equal bytes: no answer changes, none fails."""
    copied(folder / "alone", place)
    lake, faults = place / "lake", list[str]()
    before = {name: said_by(words, lake) for name, words in READ.items()}
    builder = started(partial(_built_again, lake))
    asked = 0
    while builder.is_alive():
        for name, words in READ.items():
            said, asked = said_by(words, lake), asked + 1
            if said != before[name]:
                faults.append(f"{name} under a builder: {said.code} {(said.trace or said.text)[-400:]}")
    if ended(builder):
        faults.append("the builder under readers failed")
    if not asked:
        faults.append("no reader asked while the builder worked")
    return [*faults, *_other_than(folder / "alone", place, "a builder under readers")]


def _built_again(lake: Path) -> int:
    """Indexes several times, all layers once."""
    indexed = [typed(["index", "--level", "all", "--overwrite", "--lake", str(lake)]) for _ in range(3)]
    return max(*indexed, build(lake, overwrite=True))


def _two_users(folder: Path, place: Path) -> list[str]:
    """One of them has another zone: both may build, nothing is mixed, and the first who builds again has his own lake."""
    copied(folder / "raw", place)
    lake, theirs = place / "lake", _other_settings()
    users: list[Callable[[], int]] = [partial(build, lake), partial(build, lake, theirs)]
    started_at_once = []
    for user in users:
        started_at_once.append(started(user))
        time.sleep(0.2)
    codes = [ended(process) for process in started_at_once]
    faults = [f"two users exit with {codes}"] if not set(codes) <= set(CURRENT_CODES) else []
    damaged = said_by(["verify"], lake)
    if damaged.code == 1 or damaged.trace:
        faults.append(f"two users leave damage: {(damaged.trace or damaged.text)[-400:]}")
    if (code := ended(started(partial(build, lake)))) != 0:
        faults.append(f"the build after two users exits with {code}")
    return [*faults, *_other_than(folder / "alone", place, "two users")]


def _other_settings() -> Settings:
    settings = load_settings()
    return settings.model_copy(update={"scaling": settings.scaling.model_copy(update={"clip_sigma": 4.0})})


def _other_than(whole: Path, place: Path, what: str) -> list[str]:
    """Where the lake is not the one of a builder alone; the place is gone afterwards."""
    differs = first_difference(unclocked(place), unclocked(whole))
    shutil.rmtree(place)
    return [f"{what}: {differs} is not as one builder leaves it"] if differs is not None else []
