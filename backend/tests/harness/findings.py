"""What one kind of trial found: how many were made, what went wrong, and what cannot be known."""

from __future__ import annotations

from typing import NamedTuple


class Findings(NamedTuple):
    """Of one kind of trial."""

    what: str
    """What was done, for a reader of the page: `100 SIGKILLs over build, index, import, evaluate and simulate`."""
    trials: int
    faults: tuple[str, ...]
    """A line for each trial that went wrong; empty is what is wanted."""
    figures: dict[str, str]
    """What was measured, by what it is, with its unit: `{"peak memory": "412 MB"}`."""
    accepted: tuple[str, ...] = ()
    """What passes in silence, a line each, with why it cannot be known."""
