"""The drill: a past test by chance, a call on it, and what it was worth."""

from __future__ import annotations

import random
import time
from threading import Lock

from ... import commands
from ...config import AppConfig
from ...core.levels import level_name
from ...evaluation.drill import Call, DrillCall, DrillScore, DrillStart, read_calls, read_score
from ...lake.journal import call_path, keep_call, keep_start, kept_start, new_id
from ...retrieval.journal import place_of
from ...retrieval.key import LEVEL_TEST, IndexKey
from ...retrieval.past_tests import PastTest, PastTests
from ..day.days import Days
from ..gate.problems import Refusal
from ..messages.journal import DrillMoment, DrillResult
from ..messages.setup import SetupAnswer
from ..setup.answers import Answers


class Drills:
    """The drills of one lake, which keeps those that wait for their call too. Safe between threads."""

    def __init__(self, cfg: AppConfig, days: Days, answers: Answers, tests: PastTests, dice: random.Random | None = None) -> None:
        self._lake = cfg.lake_root
        self._settings = cfg.settings
        self._days = days
        self._answers = answers
        self._tests = tests
        self._dice = dice or random.Random()
        self._calling = Lock()

    def start(self) -> DrillMoment:
        """A test by chance of all levels and ready days whose outcome is known; one not called before while there is one."""
        calls, _ = read_calls(self._lake)
        called = {(call.symbol, call.session_date, call.level_id, call.approach_dir, call.at_s) for call in calls}
        known = self._known_tests()
        if not known:
            roots = self._days.listed().roots
            build = commands.build(self._lake, roots[0]) if roots else commands.bring_in(self._lake)
            raise Refusal("not_built", "the lake holds no past test of a level whose outcome is known.", fix=build)
        test = self._dice.choice([test for test in known if test[:5] not in called] or known)
        drill_id = new_id()
        keep_start(self._lake, drill_id, DrillStart(**dict(zip(DrillStart.model_fields, test[:5], strict=True))).model_dump_json().encode())
        return self._moment(drill_id, test)

    def moment(self, drill_id: str) -> DrillMoment:
        """A drill that was started, called or not."""
        test = self._started(drill_id)
        if test is not None and not call_path(self._lake, drill_id).exists():
            return self._moment(drill_id, test)
        call = next((call for call in read_calls(self._lake)[0] if call.id == drill_id), None)
        if call is None:
            raise unknown(drill_id)
        of_call = call.model_dump(include={"id", "symbol", "session_date", "at_s", "level_id", "level_name", "approach_dir"})
        return DrillMoment(**of_call, horizon_s=self._settings.answer.primary_s, call=call)

    def call(self, drill_id: str, call: Call) -> DrillResult:
        """Keep the call on a drill, with how the test ended and what the answer said at its moment."""
        test = self._started(drill_id)
        if test is None:
            raise unknown(drill_id)
        kept = self._called(drill_id, test, call)
        with self._calling:
            keep_call(self._lake, drill_id, kept.model_dump_json(indent=1).encode() + b"\n")
        return DrillResult(call=kept, score=self.score())

    def score(self) -> DrillScore:
        """The score of all calls."""
        return read_score(self._lake, self._settings.answer.interval)

    def _started(self, drill_id: str) -> PastTest | None:
        """The test that a drill is of; None where it was never started, or where the day has no such test any more."""
        entry = kept_start(self._lake, drill_id)
        start = DrillStart.model_validate_json(entry) if entry is not None else None
        test = self._tests.test_at(*dict(start).values()) if start is not None else None
        return test if test is not None and start is not None and test.start_s == start.at_s else None

    def _known_tests(self) -> list[PastTest]:
        days = [day for day in self._days.listed().days if day.state == "ready" and day.chosen]
        return [test for day in days for test in self._tests.of_day(day.symbol, day.session_date) if test.is_known]

    def _moment(self, drill_id: str, test: PastTest) -> DrillMoment:
        return DrillMoment(
            id=drill_id,
            symbol=test.symbol,
            session_date=test.session_date,
            at_s=test.start_s,
            level_id=test.level_id,
            level_name=level_name(test.level_id),
            approach_dir=test.approach_dir,
            horizon_s=self._settings.answer.primary_s,
            call=None,
        )

    def _called(self, drill_id: str, test: PastTest, call: Call) -> DrillCall:
        key = IndexKey(test.level_id, LEVEL_TEST, test.approach_dir)
        answer = self._answers.answer(test.symbol, key, test.start_s)
        assert isinstance(answer, SetupAnswer)
        row = answer.outcome
        return DrillCall(
            id=drill_id,
            called_s=int(time.time()),
            lake_version=self._days.listed().lake_version,
            synthetic=answer.synthetic,
            call=call,
            outcome=test.outcome,
            outcome_s=test.outcome_s,
            verdict=answer.verdict,
            slab=answer.slab,
            said=answer.said,
            lead=answer.edge.lead,
            share=row.break_.p if row is not None else None,
            usual_break=row.break_.base if row is not None else None,
            usual_reject=row.reject.base if row is not None else None,
            **place_of(test.symbol, key, test.start_s),
        )


def unknown(drill_id: str) -> Refusal:
    """The refusal of a drill that was never started on this lake, or whose test is gone with a rebuilt day."""
    return Refusal("unknown_entry", f"drill {drill_id} is not running.", fix="Start another: key d on the board.")
