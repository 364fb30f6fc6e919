"""A setup with its similar past, and the list of all setups."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .base import Approach, Message, SetupName


class StrikeConditions(Message):
    """The four conditions, above 0 in the direction's favour (ln ratio)."""

    up: list[float]
    down: list[float]


class SetupInfo(Message):
    """The trigger of the request."""

    setup: SetupName
    level_id: str
    approach_dir: Approach
    symbol: str
    session_date: str
    ts_s: int
    episode: int
    episode_kind: str
    level_ticks: float
    mid_ticks: float
    distance_ticks: float = Field(description="Mid beyond the level in the approach's direction; below 0 not there yet.")
    barrier_ticks: int
    confluent_ids: list[str]
    conditions: StrikeConditions
    ladder_line: str


class Past(Message):
    """What the answer could see."""

    episodes: int
    days: int
    end: str | None = Field(description="Its last session, ISO date; null without a past.")


class Reason(Message):
    """One feature that brings two setups together or holds them apart."""

    dim: str = Field(description="The vector's dimension it is shown by.")
    label: str = Field(description="In words.")
    feature: str
    query_sigma: float = Field(description="This setup, in robust sigmas from the past's median.")
    neighbour_sigma: float
    share: float = Field(description="Of all that they share, or of their squared distance.")


class WhyNear(Message):
    """Why a neighbour is near; it explains a distance, not an outcome."""

    together: list[Reason]
    apart: list[Reason]
    blocks: dict[str, float] = Field(description="Share of the squared distance by block of the vector.")


class Neighbour(Message):
    """One similar episode of the past."""

    symbol: str
    session_date: str
    ts_s: int
    episode_kind: str
    distance: float = Field(description="From the query, in robust sigmas; of directions for the cosine.")
    weight: float = Field(description="Its weight in the outcomes; all together 1.")
    outcome: str = Field(description="At the answer's horizon.")
    mfe_ticks: float | None = Field(description="Furthest in the approach's direction within the horizon; null where censored.")
    mae_ticks: float | None = Field(description="Furthest against it.")
    level_ticks: float
    synthetic: bool
    path: list[tuple[int, float]] | None = Field(
        description="[seconds from the trigger, mid minus level in ticks], -120 to 840 s, gaps left out; null beyond the nearest 24, or "
        "where the day's windows are not in the lake."
    )
    why: WhyNear


class OutcomeCounts(Message):
    """How many neighbours ended so at the answer's horizon."""

    BREAK: int
    REJECT: int
    CHOP: int
    WHIPSAW: int
    CENSORED: int


class ClassShare(Message):
    """Probability of one outcome, with its interval and the past's frequency."""

    p: float
    low: float
    high: float
    base: float


class ExcursionQuantiles(Message):
    """Quantiles 10, 50 and 90 in ticks, signed by the approach."""

    mfe: list[float]
    mae: list[float]


class OutcomeRow(Message):
    """The outcome distribution at one horizon."""

    horizon_s: int
    break_: ClassShare = Field(alias="break")
    reject: ClassShare
    chop: ClassShare
    whipsaw: float = Field(description="Share of both barriers at one time; part of chop.")
    episodes: int
    days: int
    n_eff: float = Field(description="Effective number of episodes.")
    excursions: ExcursionQuantiles | None = Field(description="Null where too little is known for quantiles.")


class MetricInfo(Message):
    """How the neighbours were found."""

    name: str
    fit: dict[str, Any] | None = Field(description="What a metric that learns had learned; null for one that does not.")


class SetupAnswer(Message):
    """The newest trigger of a level and approach, its similar past, and what happened next."""

    version: str
    as_of_s: int
    sentence: str
    synthetic: bool
    age_s: int = Field(description="as_of minus the trigger.")
    setup: SetupInfo
    past: Past
    neighbours: list[Neighbour] = Field(description="Nearest first.")
    own_path: list[tuple[int, float]] = Field(description="As a neighbour's path, up to as_of.")
    counts: OutcomeCounts
    match_days: int
    n_eff: float
    distance: float | None
    distance_percentile: float | None
    nothing_like_it: bool
    strangeness: str = Field(description="How far the neighbours are, in words.")
    horizon_s: int = Field(description="The horizon of the sentence and of the neighbours' outcomes.")
    interval: float = Field(description="Probability that the intervals hold.")
    outcomes: list[OutcomeRow]
    metric: MetricInfo


class SetupRow(Message):
    """One episode by its first trigger, with what is known of its outcome."""

    symbol: str
    session_date: str
    level_id: str
    approach_dir: Approach
    episode: int
    episode_kind: str
    ts_s: int
    distance_ticks: float
    level_ticks: float
    outcome: str | None = Field(description="At the primary horizon; null while not known.")
    mfe_ticks: float | None
    mae_ticks: float | None
    synthetic: bool


class SetupList(Message):
    """Episodes of a root, newest first, and what can be asked for."""

    total: int = Field(description="How many there are; at most 500 are listed.")
    setups: list[SetupRow]
    levels: list[str]
    kinds: list[str]
    metrics: list[str]
