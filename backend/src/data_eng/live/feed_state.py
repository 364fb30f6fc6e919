"""How the feed of a live day does: written every second beside the day's log, for whoever shows it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..core.declared import Declared

FEED = "feed.json"


class FeedName(Declared):
    """What the feed does."""

    PREPARING = "preparing", "the past is learned and kernels are compiled"
    WAITING = "waiting", "the session has not begun"
    CONNECTING = "connecting", "the gateway is being reached"
    CATCHING_UP = "catching_up", "records that came before are taken in; nothing is alerted"
    LIVE = "live", "records come"
    QUIET = "quiet", "no records come, and heartbeats do"
    RECONNECTING = "reconnecting", "the connection broke; another is tried"
    BEHIND = "behind", "records come faster than they are answered"
    REFUSED = "refused", "the gateway does not take this subscription, and will not"
    RECORDER_FAILED = "recorder_failed", "what comes cannot be written, and nothing more is answered"
    ENGINE_FAILED = "engine_failed", "the answering ended by a fault"
    OVER = "over", "the session has ended"


class CatchUp(BaseModel):
    """How far the past of the day is taken in, seconds UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    done_s: int
    to_s: int


class Recording(BaseModel):
    """What is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment: str
    bytes: int
    free_bytes: int = Field(description="Left on the disk.")


class FeedState(BaseModel):
    """The feed at a moment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: FeedName
    said_s: float = Field(description="Wall clock when this was said, seconds UTC with fraction.")
    message: str | None = Field(default=None, description="More of it where there is: what refused, what to do.")
    watermark_s: float | None = Field(default=None, description="Capture time of the newest record.")
    lag_ms: float | None = Field(default=None, description="From capture to here, of the newest record.")
    records: int = 0
    per_s: float = Field(default=0.0, description="Records in the last second.")
    reconnects: int = 0
    attempt: int = Field(default=0, description="Of the connection that is tried; 0 while one stands.")
    next_try_s: float | None = Field(default=None, description="Wall clock of the next attempt.")
    catch_up: CatchUp | None = None
    behind_records: int = Field(default=0, description="Recorded and not answered yet.")
    late_windows: int = Field(default=0, description="That were final when a record of them came.")
    recording: Recording | None = None


class FeedFile(NamedTuple):
    """Where a live day's feed is said; one writer."""

    path: Path

    def say(self, state: FeedState) -> None:
        """Replace what was said."""
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.write_text(state.model_dump_json())
        os.replace(fresh, self.path)

    def read(self) -> FeedState | None:
        """What was said last; None where nothing was, or nothing that can be read."""
        try:
            return FeedState.model_validate_json(self.path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
