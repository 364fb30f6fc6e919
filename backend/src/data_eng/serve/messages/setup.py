"""A setup with its similar past, and the list of all setups."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...core.episodes import EpisodeKind
from ...core.features.registry import Approach
from ...core.outcomes import Outcome
from ...retrieval.approach import ApproachInfo
from ...retrieval.parts import Answer, Neighbour
from .base import Message


class DrawnNeighbour(Neighbour):
    """One similar episode of the past, with the mid around it."""

    path: list[tuple[int, float]] | None = Field(
        description="[seconds from the trigger, mid minus level in ticks], -120 to 840 s, gaps left out, turned upside down where it came "
        "from the other side than the setup; null beyond the nearest 24, or "
        "where the day's windows are not in the lake."
    )


class PathFan(Message):
    """Quantiles of where the mid went from here, in ticks from the level: of all neighbours by their weight, and of what is usual.

    Every path goes on from where price stands, turned to the setup's side, in barriers of the setup. Null where fewer are known than
    quantiles need.
    """

    t_s: list[int] = Field(description="Seconds after the trigger.")
    q10: list[float | None]
    q50: list[float | None]
    q90: list[float | None]
    base_q10: list[float | None] = Field(description="Usual: of all past setups, from where price stood as it does now, equal weight.")
    base_q50: list[float | None]
    base_q90: list[float | None]
    base_setups: int = Field(description="Past setups that usual is taken from.")


class DayAnswer(Answer):
    """An answer as it stays for as long as the day does."""

    version: str
    neighbours: tuple[DrawnNeighbour, ...] = Field(description="Nearest first.")
    fan: PathFan | None = Field(description="Null below eight neighbours whose days' windows are in the lake.")


class SetupAnswer(DayAnswer):
    """The newest trigger of a level and approach, its similar past, and what happened next."""

    state: Literal["setup"] = "setup"
    as_of_s: int
    age_s: int = Field(description="as_of minus the trigger.")
    own_path: list[tuple[int, float]] = Field(description="As a neighbour's path, up to as_of.")


class NoSetupYet(Message):
    """Nothing to answer yet, as is usual before a first test."""

    state: Literal["none"] = "none"
    version: str
    synthetic: bool
    as_of_s: int
    message: str = Field(description="Why: the level is not known yet, or was not tested from that side.")


class ApproachAnswer(ApproachInfo):
    """Price comes to the level, and tests it not yet."""

    state: Literal["approach"] = "approach"
    version: str


class NoApproach(Message):
    """Price does not come to the level from that side."""

    state: Literal["none"] = "none"
    version: str
    synthetic: bool


SetupReply = Annotated[SetupAnswer | NoSetupYet, Field(discriminator="state")]
ApproachReply = Annotated[ApproachAnswer | NoApproach, Field(discriminator="state")]


class SetupRow(Message):
    """One episode by its first trigger, with what is known of its outcome."""

    symbol: str
    session_date: str
    level_id: str
    approach_dir: Approach
    episode: int
    episode_kind: EpisodeKind
    ts_s: int
    distance_ticks: float
    level_ticks: float
    outcome: Outcome | None = Field(description="At the primary horizon; null while not known.")
    mfe_ticks: float | None
    mae_ticks: float | None
    synthetic: bool


class SetupList(Message):
    """Episodes of a root, newest first, and what can be asked for."""

    total: int = Field(description="How many there are; at most 500 are listed.")
    setups: list[SetupRow]
    levels: list[str]
    level_names: dict[str, str] = Field(description="What each of them is called, by level_id.")
    kinds: list[EpisodeKind]
