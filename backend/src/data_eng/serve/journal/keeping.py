"""A moment of the board as it is kept: what the server says of it then, with the trader's note and picture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ...core.session import clock
from ...core.units import NS_PER_S
from ...lake.journal import is_png, keep_moment, new_id
from ...retrieval.journal import Journal, JournalEntry, KeptMoment, place_of, read_journal, with_outcome
from ...retrieval.key import LEVEL_TEST, IndexKey
from ...retrieval.past_tests import PastTests
from ..day.days import Days
from ..day.shelf import Shelf
from ..gate.problems import Refusal
from ..messages.journal import MomentToKeep
from ..messages.setup import ApproachAnswer, NoSetupYet, SetupAnswer
from ..setup.answers import Answers


class Keeping:
    """The journal of one lake. Safe between threads."""

    def __init__(self, lake: Path, days: Days, shelf: Shelf, answers: Answers, tests: PastTests) -> None:
        self._lake = lake
        self._days = days
        self._shelf = shelf
        self._answers = answers
        self._tests = tests

    def keep(self, asked: MomentToKeep) -> JournalEntry:
        """Look up what was said at the moment, and keep it."""
        if not is_png(asked.picture):
            raise Refusal("bad_request", f"the picture of {len(asked.picture)} bytes is not a whole PNG.", expected="a PNG file, in base64")
        day = self._shelf.day(asked.symbol, clock(asked.as_of_s * NS_PER_S)[:10])
        key = IndexKey(asked.level, LEVEL_TEST, asked.approach_dir)
        moment = KeptMoment(
            id=new_id(),
            kept_s=int(time.time()),
            lake_version=self._days.listed().lake_version,
            synthetic=day.synthetic,
            note=asked.note,
            **place_of(day.symbol, key, asked.as_of_s),
            **self._said(day.symbol, key, asked.as_of_s, day.window_s),
        )
        entry = moment.model_dump_json(indent=1).encode() + b"\n"
        keep_moment(self._lake, moment.session_date, moment.id, entry, asked.picture)
        return with_outcome(moment, self._tests)

    def journal(self, as_of_s: int | None) -> Journal:
        """All that was kept, newest first."""
        return read_journal(self._lake, self._tests, as_of_s)

    def _said(self, symbol: str, key: IndexKey, as_of_s: int, window_s: int) -> dict[str, Any]:
        """Of the test in the last window that had ended; else of the approach; else why there is neither."""
        answer = self._answers.answer(symbol, key, as_of_s)
        if isinstance(answer, SetupAnswer) and answer.age_s < window_s:
            return _said_of(answer)
        approach = self._answers.approach(symbol, key, as_of_s, None)
        unshared = {"kind": None, "share": None, "usual": None, "test_s": None}
        if isinstance(approach, ApproachAnswer):
            return {"verdict": approach.verdict, "slab": approach.slab, "said": approach.said, **unshared}
        why = answer.message if isinstance(answer, NoSetupYet) else "The level is not being tested now."
        return {"verdict": "NO ANSWER", "slab": "NO ANSWER", "said": why, **unshared}


def _said_of(answer: SetupAnswer) -> dict[str, Any]:
    row = answer.outcome
    share = row.shares[answer.kind.lower()] if row is not None else None
    return {
        "verdict": answer.verdict,
        "slab": answer.slab,
        "said": answer.said,
        "kind": answer.kind,
        "share": share.p if share is not None else None,
        "usual": share.base if share is not None else None,
        "test_s": answer.setup.ts_s,
    }
