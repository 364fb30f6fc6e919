"""What goes wrong for an asker: a code, a status, what happened and the command that mends it."""

from __future__ import annotations

from pathlib import Path

from ..config import UnknownDataset, environment
from ..errors import SpymasterError
from ..health.judge import UnknownRoot
from ..lake.partitions import BadAddress, PartitionCorrupt, PartitionMissing
from ..retrieval.index import IndexMissing, StaleIndex, UnknownIndex
from ..retrieval.index_builder import TwoContracts
from ..retrieval.metrics import UnknownMetric
from ..retrieval.setup import LevelUnknown, NoSetup
from ..sources.calendar import CalendarError
from .messages import Problem, ProblemCode

STATUS: dict[ProblemCode, int] = {
    "unknown_day": 404,
    "unknown_level": 404,
    "unknown_table": 404,
    "unknown_page": 404,
    "bad_method": 405,
    "no_setup": 404,
    "no_index": 404,
    "no_evaluation": 404,
    "not_built": 404,
    "day_changed": 409,
    "stale_index": 409,
    "bad_request": 422,
    "not_known_yet": 422,
    "too_many": 429,
    "too_large": 413,
    "too_slow": 408,
    "unauthorised": 401,
    "bad_host": 400,
    "rebuilding": 503,
    "not_ready": 503,
    "preparing": 503,
    "corrupt": 500,
    "internal": 500,
}
"""HTTP status of each code."""
CODE_OF: dict[type[SpymasterError], ProblemCode] = {
    PartitionMissing: "not_built",
    PartitionCorrupt: "corrupt",
    IndexMissing: "no_index",
    StaleIndex: "stale_index",
    UnknownDataset: "unknown_table",
    BadAddress: "bad_request",
    UnknownRoot: "bad_request",
    UnknownIndex: "bad_request",
    UnknownMetric: "bad_request",
    TwoContracts: "bad_request",
    NoSetup: "no_setup",
    LevelUnknown: "unknown_level",
    CalendarError: "bad_request",
}
"""Code of the errors that the rings above raise; another one is `internal`."""
MEND = "Run: "
"""What comes before the command in our messages."""


class Refusal(SpymasterError):
    """An answer that is a problem, raised where the fact is known."""

    def __init__(self, code: ProblemCode, message: str, mend: str | None = None) -> None:
        super().__init__(message, fix=None if mend is None else f"{MEND}{mend}")
        self.code: ProblemCode = code
        self.mend = mend


def build_command(lake: Path, symbol: str, session_date: str, layer: str = "all") -> str:
    """The command that builds a day; it names the lake where that is not the default one."""
    where = "" if lake == environment().lake else f" --lake {lake}"
    return f"spymaster build --layer {layer} --symbol {symbol} --dates {session_date}:{session_date}{where}"


def problem_of(error: SpymasterError) -> Problem:
    """The problem that an error is to an asker; the command is taken out of the message."""
    if isinstance(error, Refusal):
        return Problem(code=error.code, message=error.message, mend=error.mend)
    code = next((code for kind, code in CODE_OF.items() if isinstance(error, kind)), "internal")
    message, _, mend = error.message.partition(MEND)  # commands inside sentences, until every error has its fix apart
    return Problem(code=code, message=message.strip(), mend=mend or (str(error.fix) if error.fix else None))


def for_lake(problem: Problem, lake: Path) -> Problem:
    """The problem with its command told which lake is meant, where that is not the default one."""
    if problem.mend is None or not problem.mend.startswith("spymaster ") or "--lake " in problem.mend or lake == environment().lake:
        return problem
    return problem.model_copy(update={"mend": f"{problem.mend} --lake {lake}"})


def status_of(problem: Problem) -> int:
    """HTTP status of a problem."""
    return STATUS[problem.code]
