"""What goes wrong for a caller: a code, a status, what happened and the command that fixes it."""

from __future__ import annotations

from ...config import UnknownDataset
from ...core.session import NoDate
from ...errors import Runnable, SpymasterError
from ...health.judge import UnknownRoot
from ...lake.attempts import DiskFull, LakeNotWritable
from ...lake.journal import AlreadyKept
from ...lake.keep import KeepError
from ...lake.partitions import BadAddress, PartitionCorrupt, PartitionMissing
from ...live.daylog import DayLogCorrupt
from ...retrieval.index import IndexMissing, StaleIndex
from ...retrieval.key import UnknownIndex
from ...retrieval.mbo_contract_day_selector import SelectionError
from ...retrieval.metrics import UnknownMetric
from ...retrieval.setup import LevelUnknown
from ...retrieval.sources import TwoContracts
from ...sources.calendar import CalendarError
from ..messages.problem import Problem, ProblemCode

STATUS: dict[ProblemCode, int] = {
    "unknown_day": 404,
    "unknown_level": 404,
    "unknown_table": 404,
    "unknown_page": 404,
    "unknown_entry": 404,
    "bad_method": 405,
    "no_index": 404,
    "no_evaluation": 404,
    "not_built": 404,
    "day_changed": 409,
    "stale_index": 409,
    "bad_request": 422,
    "too_many": 429,
    "too_large": 413,
    "too_slow": 408,
    "unauthorised": 401,
    "bad_host": 400,
    "rebuilding": 503,
    "not_ready": 503,
    "preparing": 503,
    "read_only": 403,
    "disk_full": 507,
    "corrupt": 503,
    "internal": 500,
}
"""HTTP status of each code."""
CODE_OF: dict[type[SpymasterError], ProblemCode] = {
    PartitionMissing: "not_built",
    PartitionCorrupt: "corrupt",
    DayLogCorrupt: "corrupt",
    SelectionError: "corrupt",
    KeepError: "corrupt",
    LakeNotWritable: "read_only",
    AlreadyKept: "bad_request",
    DiskFull: "disk_full",
    IndexMissing: "no_index",
    StaleIndex: "stale_index",
    UnknownDataset: "unknown_table",
    BadAddress: "bad_request",
    NoDate: "bad_request",
    UnknownRoot: "bad_request",
    UnknownIndex: "bad_request",
    UnknownMetric: "bad_request",
    TwoContracts: "bad_request",
    LevelUnknown: "unknown_level",
    CalendarError: "bad_request",
}
"""Code of the errors that the rings above raise; another one is `internal`."""


class Refusal(SpymasterError):
    """An answer that is a problem, raised where the fact is known."""

    def __init__(self, code: ProblemCode, message: str, *, expected: str = "", fix: Runnable | str | None = None) -> None:
        super().__init__(message, expected=expected, fix=fix)
        self.code: ProblemCode = code


def problem_of(error: SpymasterError) -> Problem:
    """The problem that an error is to the caller."""
    known = (code for kind, code in CODE_OF.items() if isinstance(error, kind))
    code = error.code if isinstance(error, Refusal) else next(known, "internal")
    return Problem(code=code, message=error.message, fix=None if error.fix is None else str(error.fix))


def status_of(problem: Problem) -> int:
    """HTTP status of a problem."""
    return STATUS[problem.code]
