"""What each kind of level did at its first test of a day, on the sessions before one: how often it broke, and how it did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..config import Environment
from ..core.episodes import EpisodeKind
from ..core.levels import define_level
from ..core.outcomes import Outcome, OutcomeKind, RejectKind
from ..core.tables import SETUP_CANDIDATES
from ..evaluation.calibration import wilson
from ..io import read_table
from ..lake.partitions import PartitionRef
from ..retrieval.key import LEVEL_TEST
from ..retrieval.sources import trigger_sources
from ..settings import Settings

ENDINGS = {
    "broke": "the barrier beyond the level came first",
    **{kind.value: kind.meaning for kind in RejectKind},
    "chopped": "neither barrier came first within the horizon",
}
"""How a first test can end, and what that means: a break, the three ways of a rejection, neither."""


class EndingShare(NamedTuple):
    """How often one ending was."""

    tests: int
    share: float
    low: float
    high: float


class KindRecord(NamedTuple):
    """The first tests of one kind of level."""

    kind: str
    """See `kind_of`."""
    tests: int
    sessions: int
    endings: dict[str, EndingShare]
    """By `ENDINGS`."""


class FirstTests(NamedTuple):
    """All kinds, those with the most tests first."""

    kinds: tuple[KindRecord, ...]
    sessions: int
    """Sessions looked at."""
    censored: int
    """First tests that were not seen to the horizon; they are of no record."""
    horizon_s: int
    interval: float
    synthetic: bool
    refs: tuple[PartitionRef, ...]


def first_tests_before(where: Environment, root: str, date: str, settings: Settings) -> FirstTests:
    """The record of the sessions before a date. Raises `StaleIndex` for a session that was made under other rules."""
    sources = [source for source in trigger_sources(where, root, settings, SETUP_CANDIDATES) if source.ref.date < date]
    horizon = settings.labels.horizons_s.index(settings.answer.primary_s)
    tests = [test for source in sources for test in _tests_of(source.ref, f"outcome_h{horizon}")]
    ended = [(kind, day, ending) for kind, day, ending in tests if ending is not None]
    kinds = [_record(kind, [test for test in ended if test[0] == kind], settings.answer.interval) for kind in {kind for kind, *_ in ended}]
    return FirstTests(
        kinds=tuple(sorted(kinds, key=lambda record: (-record.tests, record.kind))),
        sessions=len(sources),
        censored=len(tests) - len(ended),
        horizon_s=settings.answer.primary_s,
        interval=settings.answer.interval,
        synthetic=any(source.synthetic for source in sources),
        refs=tuple(source.ref for source in sources),
    )


def ending_of(outcome: str, reject_kind: str | None) -> str | None:
    """One of `ENDINGS`; None where the horizon was not seen to its end. Both barriers at once is no decision: it chopped."""
    kind = Outcome(outcome).kind
    if kind == OutcomeKind.CENSORED:
        return None
    if kind == OutcomeKind.REJECT:
        return reject_kind
    return "broke" if kind == OutcomeKind.BREAK else "chopped"


def _tests_of(ref: PartitionRef, outcome: str) -> Iterable[tuple[str, str, str | None]]:
    """Kind of level, date and ending of each first test of a day, as its first candidate has it."""
    columns = ["setup", "level_id", "episode", "episode_kind", "age_s", outcome, "reject_kind"]
    firsts: dict[tuple[str, int], dict[str, Any]] = {}
    for row in read_table(ref, columns).to_pylist():
        if row["setup"] == LEVEL_TEST and row["episode_kind"] == EpisodeKind.FIRST_TEST:
            key = row["level_id"], row["episode"]
            if key not in firsts or row["age_s"] < firsts[key]["age_s"]:
                firsts[key] = row
    for (level_id, _), row in firsts.items():
        yield kind_of(level_id), ref.date, ending_of(row[outcome], row["reject_kind"])


def kind_of(level_id: str) -> str:
    """`PM` of pm_high and pm_low; a level that moves is a kind of its own."""
    definition = define_level(level_id)
    return definition.name if definition.moving else definition.name.partition(" ")[0]


def _record(kind: str, tests: list[tuple[str, str, str]], interval: float) -> KindRecord:
    counts, total = Counter(ending for *_, ending in tests), len(tests)
    return KindRecord(
        kind=kind,
        tests=total,
        sessions=len({date for _, date, _ in tests}),
        endings={
            ending: EndingShare(counts[ending], counts[ending] / total, *wilson(counts[ending] / total, total, interval))
            for ending in ENDINGS
        },
    )
