"""How a test of a level can end: the names that tables, answers, the API and the screen use, each declared once."""

from __future__ import annotations

from typing import Self

from .declared import Declared


class OutcomeKind(Declared):
    """How a test ended, seen from the side that the price came from; in the order in which counts are shown."""

    BREAK = "BREAK", "the price went on through the level"
    REJECT = "REJECT", "the price turned back"
    CHOP = "CHOP", "neither barrier was touched within the horizon"
    WHIPSAW = "WHIPSAW", "both barriers were touched at one time"
    CENSORED = "CENSORED", "the horizon was not seen to its end"


DECIDED = (OutcomeKind.BREAK, OutcomeKind.REJECT, OutcomeKind.WHIPSAW)
"""Kinds that a touched barrier decides; the others are known when their horizon is over."""


class RejectKind(Declared):
    """How far price had come when it turned back."""

    TURNED_SHORT = "turned_short", "never traded at the level"
    REJECTED = "rejected", "traded at the level, less than a quarter of the barrier beyond it"
    FAILED_BREAK = "failed_break", "traded a quarter of the barrier beyond the level or more"


class Outcome(Declared):
    """What came first within the horizon, the upper or the lower barrier."""

    kind: OutcomeKind
    sign: int
    """Where the price went: 1 up, -1 down, 0 neither alone."""

    def __new__(cls, name: str, meaning: str = "", kind: OutcomeKind = OutcomeKind.CENSORED, sign: int = 0) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.meaning, member.kind, member.sign = name, meaning, kind, sign
        return member

    CHOP = "CHOP", "neither barrier was touched", OutcomeKind.CHOP
    BREAK_UP = "BREAK_UP", "from below, the upper barrier came first", OutcomeKind.BREAK, 1
    BREAK_DOWN = "BREAK_DOWN", "from above, the lower barrier came first", OutcomeKind.BREAK, -1
    REJECT_UP = "REJECT_UP", "from above, the upper barrier came first", OutcomeKind.REJECT, 1
    REJECT_DOWN = "REJECT_DOWN", "from below, the lower barrier came first", OutcomeKind.REJECT, -1
    WHIPSAW = "WHIPSAW", "both barriers were touched at one time", OutcomeKind.WHIPSAW
    CENSORED = "CENSORED", "the horizon runs past the regular close, the data's end or into a gap of them", OutcomeKind.CENSORED
