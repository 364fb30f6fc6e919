"""What became of the last run of each contract-day, stage by stage: done or failed, why, how long it took and when.

Kept beside the partitions, in `runs/<symbol>/<date>.json`, and never part of one: partitions hold no clock, and a failed stage has none to
be written in. It is for the eye only; no stage reads it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..settings import Settings
from .attempts import publish_file

RUNS = "runs"


class StageRun(NamedTuple):
    """How the last run of one stage for one contract-day ended."""

    layer: str
    state: Literal["done", "failed"]
    message: str
    """Why it failed; empty when it did not."""
    seconds: float | None
    """How long the stage worked; None where it failed."""
    finished: str
    """UTC, to the second."""
    levels: list[str]
    """What the run was asked for, as `--levels` does: the same stage with other levels gives something else."""
    session: str
    """Span of the day that it was asked for, `09:30-12:30`."""


def record_path(lake: Path, symbol: str, date: str) -> Path:
    return lake / RUNS / symbol / f"{date}.json"


def read_runs(lake: Path, symbol: str, date: str) -> dict[str, StageRun]:
    """By stage; empty where no run was recorded."""
    return parsed_runs(_content(record_path(lake, symbol, date)))


def parsed_runs(content: bytes) -> dict[str, StageRun]:
    """By stage, from the bytes of a record; empty for what is none, which a later run replaces."""
    try:
        noted: dict[str, Any] = json.loads(content or b"{}")
        return {stage: StageRun(**entry) for stage, entry in noted.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def note_failed(lake: Path, symbol: str, date: str, stage: str, layer: str, message: str, settings: Settings) -> None:
    """A stage raised, or its worker died. `settings` are those of the run."""
    _note(lake, symbol, date, stage, StageRun(layer, "failed", message, None, utc_now(), *_levels_and_session(settings)))


def note_done(lake: Path, symbol: str, date: str, stage: str, layer: str, seconds: float | None, settings: Settings) -> None:
    """A stage came to its end; `seconds` is None where it had nothing to do, and what it once took stays."""
    before = read_runs(lake, symbol, date).get(stage)
    requested = _levels_and_session(settings)
    if seconds is not None or before is None or before.state == "failed" or (before.levels, before.session) != requested:
        kept = before.seconds if before is not None else None
        run = StageRun(layer, "done", "", kept if seconds is None else round(seconds, 3), utc_now(), *requested)
        _note(lake, symbol, date, stage, run)


def _note(lake: Path, symbol: str, date: str, stage: str, run: StageRun) -> None:
    entries = {**read_runs(lake, symbol, date), stage: run}
    noted = {name: entry._asdict() for name, entry in sorted(entries.items())}
    publish_file(record_path(lake, symbol, date), (json.dumps(noted, indent=1) + "\n").encode())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _levels_and_session(settings: Settings) -> tuple[list[str], str]:
    return list(settings.levels.default), f"{settings.session.start}-{settings.session.end}"


def utc_now() -> str:
    """`2025-10-01 13:30:00`, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
