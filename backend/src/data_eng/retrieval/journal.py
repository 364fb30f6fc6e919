"""The journal: moments of the board that the trader kept, with what was said of them then, and how they ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from ..core.features.registry import Approach
from ..core.levels import level_name
from ..core.outcomes import Outcome
from ..core.session import clock
from ..core.units import NS_PER_S
from ..lake.journal import KeptFile, kept_moments
from .key import IndexKey
from .parts import AnswerPart, VerdictName
from .past_tests import PastTests

NOTE_MAX = 2_000
"""Characters of a note."""

P = TypeVar("P", bound=AnswerPart)


class BoardMoment(AnswerPart):
    """A moment of the board that is kept, and what the answer said then. Seconds are UTC."""

    id: str
    lake_version: str
    symbol: str
    session_date: str
    at_s: int
    new_york: str
    level_id: str
    level_name: str
    approach_dir: Approach
    synthetic: bool
    verdict: VerdictName
    slab: str = Field(description="The verdict as it is printed.")
    said: str = Field(description="Its sentence, or why there is no answer.")


def place_of(symbol: str, key: IndexKey, at_s: int) -> dict[str, Any]:
    """The members of a `BoardMoment` that say when and where it was."""
    new_york = clock(at_s * NS_PER_S)
    return {
        "symbol": symbol,
        "session_date": new_york[:10],
        "at_s": at_s,
        "new_york": new_york,
        "level_id": key.level_id,
        "level_name": level_name(key.level_id),
        "approach_dir": key.approach_dir,
    }


class KeptMoment(BoardMoment):
    """One entry as it is kept: what the board said at a moment, and the trader's note."""

    kept_s: int = Field(description="When it was kept.")
    kind: Literal["BREAK", "REJECT"] | None = Field(description="What the share is of; null where the level was not being tested.")
    share: float | None
    usual: float | None
    test_s: int | None = Field(description="The window of the test at that moment; null where the level was not being tested.")
    note: str = Field(max_length=NOTE_MAX)


class JournalEntry(KeptMoment):
    """An entry with what became of its test, looked up in the lake's tables."""

    outcome: Outcome | None = Field(description="At the primary horizon of the test's first window; null while not known.")
    outcome_s: int | None = Field(description="When it was known.")


class DamagedEntry(AnswerPart):
    """A file that cannot be read as an entry."""

    file: str = Field(description="Within the lake.")
    message: str


class Journal(AnswerPart):
    """What was kept, newest first."""

    entries: tuple[JournalEntry, ...]
    damaged: tuple[DamagedEntry, ...]


def read_journal(lake: Path, tests: PastTests, as_of_s: int | None = None) -> Journal:
    """The journal, with the outcomes that were known at a moment; by default all that the lake knows."""
    entries, damaged = [], []
    for file in kept_moments(lake):
        moment = parsed(file, KeptMoment, lake)
        if isinstance(moment, DamagedEntry):
            damaged.append(moment)
        else:
            entries.append(with_outcome(moment, tests, as_of_s))
    return Journal(entries=tuple(entries), damaged=tuple(damaged))


def with_outcome(moment: KeptMoment, tests: PastTests, as_of_s: int | None = None) -> JournalEntry:
    """The entry with what became of its test by a moment."""
    test = None
    if moment.test_s is not None:
        test = tests.test_at(moment.symbol, moment.session_date, moment.level_id, moment.approach_dir, moment.test_s)
    if test is None or not test.is_known or (as_of_s is not None and test.outcome_s > as_of_s):
        return JournalEntry(**dict(moment), outcome=None, outcome_s=None)
    return JournalEntry(**dict(moment), outcome=test.outcome, outcome_s=test.outcome_s)


def parsed(file: KeptFile, kind: type[P], lake: Path) -> P | DamagedEntry:
    """What a file says, or why it cannot be read."""
    try:
        return kind.model_validate_json(file.content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = f"{file.path.name} cannot be read{f' ({where})' if where else ''}: {first['msg']}. The other entries are whole."
        return DamagedEntry(file=str(file.path.relative_to(lake)), message=message)
