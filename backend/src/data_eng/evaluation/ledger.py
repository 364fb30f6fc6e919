"""What must not be forgotten between two evaluations: every trial, which part of the lake nobody has looked at yet, and the newest result.

All lie in the lake, under `evaluation/<root>/`. The ledger is only ever appended to: the trials are what the p-value of the next one is
corrected by. The untouched part begins where the first evaluation found it; later sessions join it, days filled in before do
not. A release scores it once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SpymasterError
from ..lake.attempts import locked, publish_file
from .result import EvaluationResult, KeptEvaluation

LEDGER, UNTOUCHED, RESULT = "ledger.jsonl", "untouched.json", "result.json"


class LedgerCorrupt(SpymasterError):
    """A ledger that cannot be read; without it no p-value can be corrected."""


class AlreadyReleased(SpymasterError):
    """A release of sessions that were scored before."""


class Trial(NamedTuple):
    """One trial: a forecaster judged on some sessions."""

    when: str
    """UTC, to the second."""
    forecaster: str
    levels: tuple[str, ...]
    setup: str
    first: str
    last: str
    horizon_s: int
    skill: float
    p: float
    """Not corrected."""
    settings: str
    """Hash of the settings it was made with."""
    data: str
    """Hash of the outcomes it was judged on and of its forecasts: other forecasts are another trial, whatever made them so."""
    draws: tuple[float, ...]
    """Skill under each permutation."""

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes it another trial; the same question of the same data is the same trial."""
        return self[1:7] + self[9:11]


class Release(NamedTuple):
    """A part of the lake that was untouched until it was scored."""

    when: str
    first: str
    last: str
    question: str
    """Hash of all that was asked of it."""
    reported: bool
    """False until its report is written; one that was stopped goes on with the same question only."""


class Untouched(NamedTuple):
    """After which session nothing was looked at, and what was released before."""

    after: str
    releases: tuple[Release, ...]


def evaluation_folder(lake: Path, root: str) -> Path:
    return lake / "evaluation" / root


def keep_result(folder: Path, result: EvaluationResult, when: str) -> None:
    """Put the figures of an evaluation in the place of those before; `when` is UTC, to the second."""
    folder.mkdir(parents=True, exist_ok=True)
    publish_file(folder / RESULT, KeptEvaluation(**result.plain(), when=when).kept())


def read_trials(folder: Path) -> list[Trial]:
    """All trials so far, oldest first. A last line that a kill cut short is no trial: its evaluation never reported."""
    path = folder / LEDGER
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    if lines and not lines[-1].endswith("\n"):
        lines.pop()
    return [_trial(line, path, number) for number, line in enumerate(lines, 1)]


def append_trials(folder: Path, trials: Sequence[Trial]) -> None:
    """Add the trials that are not in the ledger yet."""
    with locked(folder):
        known = {trial.identity for trial in read_trials(folder)}
        lines = "".join(f"{json.dumps(trial._asdict())}\n" for trial in trials if trial.identity not in known)
        with (folder / LEDGER).open("a+b") as file:
            _cut_unfinished(file)
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())


def untouched(folder: Path, sessions: Sequence[str], share: float) -> Untouched:
    """Where the untouched part begins: as kept, or, at the lake's first evaluation, after all but the last `share` of its sessions."""
    path = folder / UNTOUCHED
    if not path.exists():
        looked_at = sessions[: len(sessions) - int(len(sessions) * share)]
        _write_untouched(path, Untouched(looked_at[-1] if looked_at else "", ()))
    kept = json.loads(path.read_text())
    return Untouched(kept["after"], tuple(Release(**release) for release in kept["releases"]))


def release(folder: Path, sessions: Sequence[str], share: float, question: str, when: str) -> Release:
    """Note, before anything of it is scored, that the untouched sessions are looked at now, and with which question.

    A release that was stopped before its report goes on. Raises `AlreadyReleased` where nothing is untouched, or where the stopped one had
    asked something else: asking until an answer pleases is what a release is there to prevent.
    """
    with locked(folder / "release.lock"):
        part = untouched(folder, sessions, share)
        if part.releases and not part.releases[-1].reported:
            pending = part.releases[-1]
            if pending.question != question:
                raise AlreadyReleased(
                    f"the release of {pending.first} to {pending.last}, begun at {{value}}, was stopped before its report and asked "
                    "something else (levels, setup, metrics, settings or code).",
                    value=pending.when,
                    expected="the same question",
                    fix="Run that command again.",
                )
            return pending
        opened = [session for session in sessions if session > part.after]
        if not opened:
            done = (
                "; ".join(f"{made.first} to {made.last} were scored at {made.when}" for made in part.releases[-1:]) or "none was set aside"
            )
            raise AlreadyReleased(
                f"no session after {{value}} is untouched: {done}.",
                value=part.after,
                expected="sessions that no evaluation has seen",
                fix="Build newer days, then run the release again.",
            )
        made = Release(when, opened[0], opened[-1], question, reported=False)
        _write_untouched(folder / UNTOUCHED, part._replace(releases=(*part.releases, made)))
        return made


def close_release(folder: Path, sessions: Sequence[str], share: float, scored: bool) -> None:
    """The release has its report: its sessions are looked at now. One that could score nothing has looked at nothing, and is taken back."""
    with locked(folder / "release.lock"):
        part = untouched(folder, sessions, share)
        *before, last = part.releases
        closed = Untouched(last.last, (*before, last._replace(reported=True))) if scored else part._replace(releases=tuple(before))
        _write_untouched(folder / UNTOUCHED, closed)


def _write_untouched(path: Path, part: Untouched) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"after": part.after, "releases": [release._asdict() for release in part.releases]}
    publish_file(path, json.dumps(content, indent=1).encode())


def _trial(line: str, path: Path, number: int) -> Trial:
    try:
        kept = json.loads(line)
        return Trial(**{**kept, "levels": tuple(kept["levels"]), "draws": tuple(kept["draws"])})
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerCorrupt(
            f"line {number} of {path} is no trial ({{value}}).",
            value=error,
            expected="one JSON object a line, as written",
            fix="Restore the file from a backup: without every past trial no p-value can be corrected.",
        ) from error


def _cut_unfinished(file: Any) -> None:
    """Take off a last line that a kill cut short."""
    file.seek(0)
    content = file.read()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        file.truncate(whole)
    file.seek(0, os.SEEK_END)
