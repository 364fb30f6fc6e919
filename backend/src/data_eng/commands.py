"""The commands that errors, doctor and the Lake screen propose, each spelled here once. Each names a lake that is not the default.

A test parses every one with the command line's own parser.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .config import DEFAULT_LAKE

COMMAND = "spymaster"
ANY_DATES = "FIRST:LAST"
ANY_FILE = "FILE"


class Command(NamedTuple):
    """One command line of ours; `str` gives it as typed."""

    words: tuple[str, ...]
    """Verb and flags, without `spymaster` and without --lake."""
    lake: Path | None = None
    """The lake that it works on; None for a verb without one."""

    def __str__(self) -> str:
        elsewhere = self.lake is not None and self.lake.absolute() != DEFAULT_LAKE
        return shlex.join([COMMAND, *self.words, *(["--lake", str(self.lake)] if elsewhere else [])])


def span(dates: Iterable[str]) -> str:
    """`FIRST:LAST` of some dates; the placeholder where there are none."""
    days = sorted(dates)
    return f"{days[0]}:{days[-1]}" if days else ANY_DATES


def build(
    lake: Path | None,
    symbol: str,
    dates: Iterable[str] = (),
    *,
    layer: str = "all",
    stage: str | None = None,
    levels: Iterable[str] = (),
    session: str | None = None,
    overwrite: bool = False,
) -> Command:
    """Build a layer of some dates, the first and the last of them included."""
    words = ["build", "--layer", layer, *(["--stage", stage] if stage else []), "--symbol", symbol, "--dates", span(dates)]
    named = ",".join(levels)
    flags = [*(["--levels", named] if named else []), *(["--session", session] if session else []), *(["--overwrite"] if overwrite else [])]
    return Command((*words, *flags), lake)


def bring_in(lake: Path | None, files: str = ANY_FILE) -> Command:
    """Import raw files."""
    return Command(("import", files), lake)


def record(lake: Path | None, root: str) -> Command:
    """Record the live feed."""
    return Command(("record", "--symbol", root), lake)


def own_levels(lake: Path | None) -> Command:
    """Take the trader's own levels in."""
    return Command(("levels", "--own", ANY_FILE), lake)


def select(lake: Path | None, root: str, dates: Iterable[str] = (), out: Path | None = None) -> Command:
    """Choose the contract of each day."""
    return Command(("select", "--symbol", root, "--dates", span(dates), *(["--out", str(out)] if out is not None else [])), lake)


def index(lake: Path | None, root: str, level_id: str, *, overwrite: bool = False) -> Command:
    """Build the indexes of a level."""
    return Command(("index", "--symbol", root, "--level", level_id, *(["--overwrite"] if overwrite else [])), lake)


def evaluate(lake: Path | None, root: str) -> Command:
    """Score the past of a lake walk-forward."""
    return Command(("evaluate", "--symbol", root, "--out", "report.html"), lake)


def recover() -> Command:
    """Plant effects and see whether the evaluation finds them."""
    return Command(("recovery",))


def render_docs() -> Command:
    """Render the documents that follow from the code."""
    return Command(("docs",))


def serve(lake: Path | None, port: int) -> Command:
    """Show the board."""
    return Command(("serve", "--port", str(port)), lake)
