"""What is sent to be kept in the journal, and the moment of a drill."""

from __future__ import annotations

from pydantic import Base64Bytes, Field

from ...core.features.registry import Approach
from ...evaluation.drill import Call, DrillCall, DrillScore
from ...retrieval.journal import NOTE_MAX
from .base import LEVEL_ID, SYMBOL, Message, Second


class MomentToKeep(Message):
    """A moment of the board. What was said of it the server looks up itself."""

    symbol: str = Field(pattern=SYMBOL, description="A contract or a root.")
    level: str = Field(pattern=LEVEL_ID)
    approach_dir: Approach
    as_of_s: Second
    note: str = Field(max_length=NOTE_MAX)
    picture: Base64Bytes = Field(description="A PNG of the board, in base64.")


class DrillMoment(Message):
    """Where a drill stands: a test of which nothing later may be shown until it is called."""

    id: str
    symbol: str
    session_date: str
    at_s: int = Field(description="The end of the test's first window.")
    level_id: str
    level_name: str
    approach_dir: Approach
    horizon_s: int = Field(description="Within which the call is about what comes first.")
    call: DrillCall | None = Field(description="Null until it is called.")


class CallToKeep(Message):
    """The trader's call."""

    call: Call


class DrillResult(Message):
    """A call that was kept, and the score with it."""

    call: DrillCall
    score: DrillScore
