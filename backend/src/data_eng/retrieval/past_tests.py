"""Every test of a level on a past day, by its first window, and how it ended at the primary horizon."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ..core.features.registry import Approach
from ..core.instrument import root_of
from ..core.outcomes import DECIDED, Outcome, OutcomeKind
from ..core.session import second_of
from ..core.tables import TRIGGER_VECTORS
from ..io import read_table
from ..lake.cache import Cache
from ..lake.partitions import PartitionCorrupt, PartitionMissing, PartitionRef, manifest_sha256, ref_in
from ..settings import Settings
from .key import LEVEL_TEST

DAYS_KEPT = 1_000
"""Contract-days whose tests are held; some 10 kB each."""


class PastTest(NamedTuple):
    """One episode. Seconds are UTC."""

    symbol: str
    session_date: str
    level_id: str
    approach_dir: Approach
    start_s: int
    last_s: int
    """Its last window."""
    outcome: Outcome
    """At the primary horizon of its first window."""
    outcome_s: int
    """From when that is known."""

    @property
    def is_known(self) -> bool:
        """Whether the data show how it ended."""
        return self.outcome.kind is not OutcomeKind.CENSORED


class PastTests:
    """The tests of a lake's days, read once for as long as a day stays what it is. Safe between threads."""

    def __init__(self, lake: Path, settings: Settings) -> None:
        self._lake = lake
        self._settings = settings
        self._held: Cache[tuple[PartitionRef, str], tuple[PastTest, ...]] = Cache(DAYS_KEPT)

    def of_day(self, symbol: str, session_date: str) -> tuple[PastTest, ...]:
        """By their start; none for a day whose tests are not built or cannot be read, of which `doctor` says why."""
        ref = ref_in(self._lake, TRIGGER_VECTORS, symbol, session_date)
        try:
            key = (ref, manifest_sha256(ref))
            tests = self._held.get(key)
            if tests is None:
                tests = _tests_of(ref, self._settings.of_root(root_of(symbol)))
                self._held.put(key, tests)
        except (PartitionMissing, PartitionCorrupt):
            return ()
        return tests

    def test_at(self, symbol: str, session_date: str, level_id: str, approach_dir: Approach, ts_s: int) -> PastTest | None:
        """The test of a level and approach of which a window ended at a second."""
        tests = self.of_day(symbol, session_date)
        return next(
            (
                test
                for test in tests
                if (test.level_id, test.approach_dir) == (level_id, approach_dir) and test.start_s <= ts_s <= test.last_s
            ),
            None,
        )


def outcome_known_s(outcome: str, first_hit_ns: int | None, ts_ns: int, horizon_s: int) -> int:
    """When an outcome was known: at the first touch of a barrier where that decides it, else at the end of its horizon."""
    if first_hit_ns is not None and Outcome(outcome).kind in DECIDED:
        return second_of(first_hit_ns)
    return second_of(ts_ns) + horizon_s


def _tests_of(ref: PartitionRef, settings: Settings) -> tuple[PastTest, ...]:
    horizon_s = settings.answer.primary_s
    outcome = f"outcome_h{settings.labels.horizons_s.index(horizon_s)}"
    rows = read_table(ref, ["setup", "level_id", "approach_dir", "episode", "ts_ns", "first_hit_ts_ns", outcome]).to_pylist()
    episodes: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in rows:
        if row["setup"] == LEVEL_TEST:
            episodes.setdefault((row["level_id"], row["approach_dir"], row["episode"]), []).append(row)
    tests = [
        PastTest(
            ref.symbol,
            ref.date,
            first["level_id"],
            first["approach_dir"],
            second_of(first["ts_ns"]),
            second_of(windows[-1]["ts_ns"]),
            Outcome(first[outcome]),
            outcome_known_s(first[outcome], first["first_hit_ts_ns"], first["ts_ns"], horizon_s),
        )
        for windows in episodes.values()
        for first in windows[:1]
    ]
    return tuple(sorted(tests, key=lambda test: (test.start_s, test.level_id, test.approach_dir)))
