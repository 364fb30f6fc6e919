"""What goes wrong on purpose: a list of faults in a YAML file, each at its moment of the tape, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from ...errors import SpymasterError

SAID = {
    "fin": "closes the line as if all were well",
    "rst": "breaks the line off",
    "cut": "sends part of a record, then closes the line",
    "refuse": "breaks the line off and takes no new one for a while",
    "silent": "sends nothing for a while, not even a heartbeat",
    "error": "sends an error of the feed; a fatal one ends the session",
    "deny": "turns the next client away as it introduces itself",
    "age_out": "has lost what was before: a replay is refused from then on",
    "alter": "replays one record otherwise than it was sent",
    "late": "sends a record with an earlier capture time",
    "repeat": "sends its last records once more",
    "clear": "empties the books in mid-session",
    "bad_book": "flags a record as of a book that may be wrong",
}
"""What the gateway does, by the fault's name."""
FaultName = Literal["fin", "rst", "cut", "refuse", "silent", "error", "deny", "age_out", "alter", "late", "repeat", "clear", "bad_book"]


class BadFaults(SpymasterError):
    """A file of faults that cannot be read."""


class Fault(BaseModel):
    """One fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Annotated[str, Field(pattern=r"^\d\d:\d\d(:\d\d(\.\d{1,9})?)?$")]
    """New York time of the tape, before whose first record it happens."""
    do: FaultName
    for_s: Annotated[float, Field(ge=0)] = 5.0
    """How long, in seconds of the wall: `refuse` and `silent`."""
    code: Annotated[int, Field(ge=1, le=8)] = 6
    """Of the feed's errors: `error` and `deny`."""
    by_s: Annotated[float, Field(gt=0)] = 30.0
    """How much earlier: `late`."""
    count: Annotated[int, Field(ge=1)] = 1
    """Records: `repeat`. Bytes: `cut`."""


class _Faults(RootModel[list[Fault]]):
    pass


class Due(NamedTuple):
    """A fault and when it comes."""

    at_ns: int
    fault: Fault


class Faults:
    """Those that are still to come, in order of time."""

    def __init__(self, due: list[Due]) -> None:
        self._due = sorted(due, key=lambda one: one.at_ns)

    def next_ns(self) -> int | None:
        """When the next one comes; None where none does."""
        return self._due[0].at_ns if self._due else None

    def take(self) -> Fault:
        """The next one, which then is past."""
        return self._due.pop(0).fault


def read_faults(path: Path, moment_ns: Callable[[str], int]) -> Faults:
    """The faults of a file; `moment_ns` says when a New York time is on the tape's date."""
    try:
        found = _Faults.model_validate(yaml.safe_load(path.read_text()) or []).root
    except (OSError, yaml.YAMLError) as error:
        raise BadFaults(f"{path} cannot be read: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the list"
        example = '- {at: "09:45:10", do: silent, for_s: 8}'
        raise BadFaults(f"{path}: {where} is wrong: {first['msg']}.", expected=f"a list of faults such as {example}") from None
    return Faults([Due(moment_ns(fault.at), fault) for fault in found])
