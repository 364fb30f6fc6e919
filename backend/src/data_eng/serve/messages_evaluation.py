"""The newest evaluation of a root, figure by figure, as `spymaster evaluate` kept it. Null is what could not be made."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..core.features.registry import Approach
from ..retrieval.parts import SetupName
from .messages.base import Message


class EvaluationQuestion(Message):
    """What was evaluated, and by which rules."""

    root: str
    levels: list[str]
    setup: SetupName
    approaches: list[Approach]
    first: str = Field(description="First session scored, ISO date.")
    last: str
    horizon_s: int = Field(description="The horizon of every figure that names none.")
    horizons_s: list[int]
    warm_up_sessions: int
    embargo_sessions: int
    score_window: int = Field(description="Which window of an episode was forecast.")
    untouched_from: str | None = Field(description="First session that nobody has looked at; null where there is none.")
    released: bool


class EvaluationCounts(Message):
    """How much was scored."""

    episodes: int
    sessions: int
    series: int = Field(description="Levels times approaches.")
    censored: int = Field(description="Episodes without an outcome.")


class Skill(Message):
    """1 less the ratio of two mean scores, with an interval by sessions: above 0 the first was better."""

    skill: float | None
    low: float | None
    high: float | None
    episodes: int
    sessions: int


class SkillRow(Skill):
    """A forecaster against climatology."""

    forecaster: str
    kind: Literal["similar", "baseline"]
    horizon_s: int
    score: str


class AgainstRow(Skill):
    """The similar past against one simpler forecast."""

    forecaster: str
    baseline: str


class SeriesRow(Skill):
    """One level from one side."""

    level_id: str
    approach_dir: Approach
    forecaster: str


class ReliabilityBin(Message):
    """Forecasts of about the same probability, and how often what they spoke of came."""

    p: float
    frequency: float
    low: float | None
    high: float | None
    episodes: int
    sessions: int


class ReliabilityRow(Message):
    """One outcome as one forecaster saw it."""

    forecaster: str
    class_: str = Field(alias="class")
    bins: list[ReliabilityBin]


class SharpnessRow(Message):
    """How far from even the forecasts were."""

    forecaster: str
    sharpness: float | None


class CoverageRow(Message):
    """How often a set of outcomes held what came."""

    forecaster: str
    horizon_s: int
    wanted: float
    covered: float | None
    low: float | None
    high: float | None
    mean_size: float | None = Field(description="Outcomes in a set, 1 to 3.")
    episodes: int
    sessions: int


class ExcursionRow(Message):
    """How often MFE or MAE lay between the quantiles that the similar past gave."""

    forecaster: str
    excursion: Literal["MFE", "MAE"]
    horizon_s: int
    wanted: float
    covered: float | None
    low: float | None
    high: float | None
    episodes: int
    sessions: int


class SkillOfDay(Message):
    """One session."""

    forecaster: str
    date: str
    episodes: int
    skill: float


class DistanceRow(Message):
    """How far the neighbours were: a histogram in robust sigmas."""

    forecaster: str
    edges: list[float] = Field(description="One more than counts.")
    count: list[int]
    strange_share: float | None = Field(description="Of episodes unlike anything before.")


class PermutationRow(Message):
    """How often chance shows as much."""

    forecaster: str
    observed: float | None
    p: float | None
    p_corrected: float | None = Field(description="For every try in the ledger.")
    trials: int
    draws: list[float | None] = Field(description="Skill of each permutation.")


class Power(Message):
    """The smallest skill that this many sessions would show."""

    detectable_skill: float | None
    sessions: int
    share: float = Field(description="How often it would be shown.")


class Verdict(Message):
    """The answer to the question, first."""

    sentence: str
    skilful: bool


class EvaluationHashes(Message):
    """What the figures were made with."""

    settings: str
    code: str
    data: str


class TrialRow(Message):
    """One try in the ledger, of this evaluation or an earlier one."""

    when: str
    forecaster: str
    levels: list[str]
    setup: str
    first: str
    last: str
    horizon_s: int
    skill: float | None
    p: float | None
    settings: str
    data: str


class ExcludedSession(Message):
    """A session of the span that the selection map leaves out."""

    date: str
    reason: str | None


class EvaluationReport(Message):
    """The newest evaluation of a root."""

    when: str = Field(description="UTC, to the second.")
    synthetic: bool
    verdict: Verdict
    question: EvaluationQuestion
    counts: EvaluationCounts
    power: Power
    skill: list[SkillRow]
    against: list[AgainstRow]
    permutation: list[PermutationRow]
    reliability: list[ReliabilityRow]
    sharpness: list[SharpnessRow]
    coverage: list[CoverageRow]
    excursions: list[ExcursionRow]
    skill_by_day: list[SkillOfDay]
    by_series: list[SeriesRow]
    distances: list[DistanceRow]
    missing: list[str] = Field(description="What has no figure, a sentence each.")
    hashes: EvaluationHashes
    ledger: list[TrialRow]
    excluded: list[ExcludedSession]
    recovery: dict[str, Any] | None = Field(description="Recovery of planted effects; null where it was not run.")
