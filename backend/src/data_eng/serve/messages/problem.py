"""Why there is no answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Message

ProblemCode = Literal[
    "unknown_day",
    "unknown_level",
    "unknown_table",
    "unknown_page",
    "unknown_entry",
    "bad_method",
    "no_index",
    "no_evaluation",
    "not_built",
    "day_changed",
    "stale_index",
    "bad_request",
    "too_many",
    "too_large",
    "too_slow",
    "unauthorised",
    "bad_host",
    "rebuilding",
    "not_ready",
    "preparing",
    "read_only",
    "disk_full",
    "corrupt",
    "internal",
]


class Problem(Message):
    """Why there is no answer, and what to do."""

    code: ProblemCode
    message: str = Field(description="What, which value, what was expected.")
    fix: str | None = Field(description="The command that fixes it, or what to do; null where nothing does.")
