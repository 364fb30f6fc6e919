"""What is said of a lake: its contract-days by layer, and what is wrong with them. Doctor prints it, the API serves it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..commands import ANY_DATES, ANY_FILE, COMMAND
from ..core.tables import LEVELS_TABLE
from ..lake.partitions import Manifest

Layer = Literal["raw", "bronze", "silver", "gold"]
BuildState = Literal["done", "missing", "failed", "stale"]


class _Model(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableState(_Model):
    """One table of one contract-day."""

    dataset: str = Field(description=f"For example {LEVELS_TABLE}.")
    symbol: str = Field(description="Whose partition it is: the contract; the root for raw files and bronze's list of contracts.")
    state: BuildState
    rows: int = Field(description="0 where nothing is there, and for raw files, whose records nobody counted.")
    bytes: int = Field(description="Of its data files.")
    anomalies: int = Field(description="Impossible records and gaps that its manifest counts.")
    why: str | None = Field(description="Why it failed, is stale or is missing; null where it is done.")


class Cell(_Model):
    """One layer of one contract-day: the worst state of its tables."""

    state: BuildState
    tables: list[TableState]
    seconds: float | None = Field(description="How long its stages worked when they last had to; null where no run of theirs was noted.")
    fix: str | None = Field(description="The command that builds it; null where it is done.")


class LakeDay(_Model):
    """One contract-day, or a date of the root that has none."""

    symbol: str = Field(description="The contract; the root on a date without one.")
    session_date: str = Field(description="ISO date: of the session in New York, or of a raw file that belongs to none (a Sunday evening).")
    synthetic: bool
    chosen: bool = Field(description="Whether this is the root's contract of the day, which silver and gold are expected for.")
    reason: str | None = Field(description="Why it is not; null where it is.")
    cells: dict[Layer, Cell] = Field(description="Layers that are expected of the day, or there.")
    windows: int | None = Field(description="5-second windows kept; null before silver.")
    gaps: int | None = Field(description="Windows that carry a mark (halt, bad book, snapshot, ..); null before silver.")
    triggers: int | None = Field(description="Trigger vectors; null before gold.")
    anomalies: int
    bytes: int
    seconds: float | None = Field(description="How long its stages worked together; null where no run was noted.")


class Finding(_Model):
    """Something missing, failed, stale or unfinished, over all days that share it."""

    what: str
    fix: str = Field(description="The command that fixes it, or what to do.")

    @property
    def advice(self) -> str:
        """The fix as a sentence: `Run:` stands only before a command that can be pasted as it is."""
        if not self.fix.startswith(f"{COMMAND} "):
            return f"{self.fix[0].upper()}{self.fix[1:].removesuffix('.')}."
        yours = [word for word in (ANY_FILE, ANY_DATES) if word in self.fix.split()]
        return f"With your own {' and '.join(yours)}: {self.fix}" if yours else f"Run: {self.fix}"


class LakeHealth(_Model):
    """Contract-day by layer."""

    lake: str = Field(description="Name of the lake's folder.")
    lake_version: str = Field(description="16 hex digits that change when a day is added, rebuilt or removed.")
    root: str
    roots: list[str] = Field(description="All that the lake holds.")
    disk_free_bytes: int
    layers: list[Layer]
    days: list[LakeDay] = Field(description="Oldest first.")
    problems: list[Finding]


class LastRun(_Model):
    """How the last run of the stage that writes a table ended."""

    stage: str
    state: Literal["done", "failed"]
    message: str = Field(description="Why it failed; empty when it did not.")
    seconds: float | None = Field(description="How long it worked; null where it failed, or never had to work.")
    finished: str = Field(description="UTC, to the second.")


class PartitionView(_Model):
    """One partition, from its manifest."""

    dataset: str
    symbol: str
    session_date: str
    state: BuildState
    why: str | None
    manifest: Manifest | None = Field(description="Null where nothing is published, and for raw.")
    raw: dict[str, Any] | None = Field(description="What is known of a day's raw files; null for other layers.")
    last_run: LastRun | None = Field(description="Null where no run was noted.")
    rebuild: str = Field(description="The command that builds it anew.")
