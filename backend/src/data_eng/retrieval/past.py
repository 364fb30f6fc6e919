"""What a day may see: sessions farther back than the embargo, and nothing of its own day or after it."""

from __future__ import annotations

from ..core.features.scaling import RobustScaler, fit_scaler
from ..errors import SpymasterError
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .index import Index


class FutureSeen(SpymasterError):
    """A request that would see its own day, a day after it, or a day within the embargo."""


def require_past(what: str, end: str, session_date: str, embargo_sessions: int) -> None:
    """Raise `FutureSeen` unless `end`, up to which `what` says it knows, lies further back of a query's day than the embargo."""
    if sessions_apart(end, session_date) <= embargo_sessions:
        raise FutureSeen(
            f"{what}; a query of {session_date} may see only sessions more than {embargo_sessions} before it.",
            fix=f"Ask for the past of {session_date}.",
        )


def visible_days(days: tuple[str, ...], as_of: str, embargo_sessions: int) -> int:
    """How many of the days, which are in order, lie more than `embargo_sessions` sessions before `as_of`."""
    return sum(sessions_apart(day, as_of) > embargo_sessions for day in days)


def visible_rows(index: Index, as_of: str, settings: Settings) -> tuple[int, RobustScaler | None]:
    """How many rows of an index a day may see, and the scaler of exactly those (kept, or fitted now); None where they are too few."""
    visible = visible_days(index.days, as_of, settings.answer.embargo_sessions)
    rows = int(index.first_row[visible])
    scaler = index.scaler_of(as_of)
    if scaler is None and visible and rows >= settings.scaling.min_rows:
        scaler = fit_scaler(index.vectors[:rows], index.days[visible - 1], settings.scaling.clip_sigma, settings.scaling.min_rows)
    if scaler is not None:
        require_past(
            f"index {index.name} as of {as_of} is scaled by {scaler.fit_end}", scaler.fit_end, as_of, settings.answer.embargo_sessions
        )
    return rows, scaler
