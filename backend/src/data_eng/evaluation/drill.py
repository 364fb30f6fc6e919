"""The drill: calls on past tests of which nothing later was shown, and what they were worth beside two that need no trader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from ..core.features.registry import Approach
from ..core.outcomes import Outcome
from ..lake.journal import kept_calls
from ..retrieval.journal import BoardMoment, DamagedEntry, parsed
from ..retrieval.parts import AnswerPart
from .calibration import wilson

Call = Literal["BREAK", "REJECT", "NO EDGE"]
Side = Literal["BREAK", "REJECT"]


class DrillStart(AnswerPart):
    """Which test a drill is of, and nothing of how it ended."""

    symbol: str
    session_date: str
    level_id: str
    approach_dir: Approach
    at_s: int


class DrillCall(BoardMoment):
    """One call, how the test ended, and what the answer said at that moment."""

    called_s: int = Field(description="When it was called.")
    call: Call
    outcome: Outcome = Field(description="At the primary horizon.")
    outcome_s: int = Field(description="When it was known.")
    lead: Side | None = Field(description="What the answer leads to; null where to neither.")
    share: float | None = Field(description="Chance of a break; null without a past.")
    usual_break: float | None = Field(description="From where price stood; null without a past.")
    usual_reject: float | None

    @property
    def usual_side(self) -> Side | None:
        """What usually comes more often."""
        if self.usual_break is None or self.usual_reject is None:
            return None
        return "BREAK" if self.usual_break >= self.usual_reject else "REJECT"

    @property
    def own_side(self) -> Side | None:
        """The side that was called; None for a pass."""
        return None if self.call == "NO EDGE" else self.call


class Tally(AnswerPart):
    """How many sides were right."""

    right: int
    n: int
    low: float | None = Field(description="Wilson's interval of the share; null where n is 0.")
    high: float | None


class ScoreRow(AnswerPart):
    """The tests on which a side was called: the trader, the usual side, and the answer's lead where it had one."""

    name: str
    own: Tally
    usual: Tally
    lead: Tally
    passed: int = Field(description="Calls of no edge, which are neither right nor wrong.")


class DrillScore(AnswerPart):
    """All calls, and the same by level and by New York hour."""

    interval: float = Field(description="Probability that the intervals hold.")
    overall: ScoreRow
    levels: tuple[ScoreRow, ...]
    hours: tuple[ScoreRow, ...]
    damaged: tuple[DamagedEntry, ...]


def read_calls(lake: Path) -> tuple[list[DrillCall], list[DamagedEntry]]:
    """The calls of a lake, newest first, and the files that cannot be read."""
    read = [parsed(file, DrillCall, lake) for file in kept_calls(lake)]
    return [one for one in read if isinstance(one, DrillCall)], [one for one in read if isinstance(one, DamagedEntry)]


def read_score(lake: Path, interval: float) -> DrillScore:
    """The score of a lake's calls."""
    calls, damaged = read_calls(lake)
    return score_of(calls, interval, damaged)


def score_of(calls: Sequence[DrillCall], interval: float, damaged: Sequence[DamagedEntry] = ()) -> DrillScore:
    """What calls were worth. A side is right where the test ended in it; a whipsaw and a chop are neither side's."""

    def by(name_of: Callable[[DrillCall], str]) -> tuple[ScoreRow, ...]:
        names = sorted({name_of(call) for call in calls})
        return tuple(_row(name, [call for call in calls if name_of(call) == name], interval) for name in names)

    return DrillScore(
        interval=interval,
        overall=_row("all", calls, interval),
        levels=by(lambda call: call.level_name),
        hours=by(lambda call: call.new_york[11:13]),
        damaged=tuple(damaged),
    )


def _row(name: str, calls: Sequence[DrillCall], interval: float) -> ScoreRow:
    sided = [call for call in calls if call.own_side is not None]
    own = _tally([(call.own_side, call.outcome) for call in sided], interval)
    usual = _tally([(call.usual_side, call.outcome) for call in sided], interval)
    lead = _tally([(call.lead, call.outcome) for call in sided], interval)
    return ScoreRow(name=name, own=own, usual=usual, lead=lead, passed=len(calls) - len(sided))


def _tally(sides: Sequence[tuple[Side | None, Outcome]], interval: float) -> Tally:
    right = [outcome.kind == side for side, outcome in sides if side is not None]
    low, high = wilson(sum(right) / len(right), len(right), interval) if right else (None, None)
    return Tally(right=sum(right), n=len(right), low=low, high=high)
