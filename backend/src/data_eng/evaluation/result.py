"""What an evaluation found, typed: the verdict and every figure that it rests on. None is what could not be computed."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ForecasterKind = Literal["similar", "baseline"]


def _known(value: Any) -> Any:
    """None for NaN and infinity, which JSON does not know."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Figure = Annotated[float | None, BeforeValidator(_known)]


class Figures(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """Lists, texts and numbers, by the names that are kept in files."""
        return self.model_dump(mode="json", by_alias=True)

    def kept(self) -> bytes:
        """As it is kept in a file."""
        return json.dumps(self.plain(), indent=1, allow_nan=False).encode()


class EvaluationScope(Figures):
    """What is evaluated; settings add the rules."""

    root: str
    levels: tuple[str, ...]
    setup: str
    approaches: tuple[str, ...]
    first: str
    """First session scored, ISO date."""
    last: str
    untouched_from: str | None
    """First session that nobody has looked at; None where there is none."""
    released: bool


class EvaluationQuestion(EvaluationScope):
    """What was evaluated, and by which rules."""

    horizon_s: int
    """The primary horizon: that of every figure that names none."""
    horizons_s: tuple[int, ...]
    warm_up_sessions: int
    embargo_sessions: int
    score_window: int
    """Which window of an episode was forecast."""


class EvaluationCounts(Figures):
    """How much was scored."""

    episodes: int
    sessions: int
    series: int
    """Levels times approaches."""
    censored: int
    """Episodes without an outcome."""


class SkillFigure(Figures):
    """1 minus the ratio of two mean scores, with an interval by sessions: above 0 the first was better."""

    skill: Figure
    low: Figure
    high: Figure
    episodes: int
    sessions: int


class SkillRow(SkillFigure):
    """A forecaster against climatology."""

    forecaster: str
    kind: ForecasterKind
    horizon_s: int
    score: str


class AgainstRow(SkillFigure):
    """The similar past against one baseline."""

    forecaster: str
    baseline: str


class SeriesRow(SkillFigure):
    """One level from one side."""

    level_id: str
    approach_dir: str
    forecaster: str


class ReliabilityBin(Figures):
    """Forecasts of about the same probability, and how often the outcome came."""

    p: float
    frequency: float
    low: Figure
    high: Figure
    episodes: int
    sessions: int


class ReliabilityRow(Figures):
    """One outcome as one forecaster saw it."""

    forecaster: str
    outcome: str = Field(alias="class")
    bins: tuple[ReliabilityBin, ...]


class SharpnessRow(Figures):
    """How far the forecasts depart from their own mean."""

    forecaster: str
    sharpness: Figure


class CoverageFigure(Figures):
    """The share that was covered, with an interval by sessions, and the share that was wanted."""

    forecaster: str
    horizon_s: int
    wanted: float
    covered: Figure
    low: Figure
    high: Figure
    episodes: int
    sessions: int


class CoverageRow(CoverageFigure):
    """How often a set of outcomes contained the one that came."""

    mean_size: Figure
    """Outcomes in a set, 1 to 3."""


class ExcursionRow(CoverageFigure):
    """How often MFE or MAE lay between the quantiles that the similar past gave."""

    excursion: Literal["MFE", "MAE"]


class SkillOfDay(Figures):
    """One session."""

    forecaster: str
    date: str
    episodes: int
    skill: Figure


class DistanceRow(Figures):
    """How far the neighbours were: a histogram in robust sigmas."""

    forecaster: str
    edges: tuple[float, ...]
    """One more than counts."""
    count: tuple[int, ...]
    strange_share: Figure
    """Share of the episodes with no comparable setup on record."""


class PermutationRow(Figures):
    """How often chance shows as much."""

    forecaster: str
    observed: Figure
    p: Figure
    p_corrected: Figure
    """For every trial in the ledger."""
    trials: int
    draws: tuple[Figure, ...]
    """Skill of each permutation."""


class Power(Figures):
    """The smallest skill that this many sessions would show."""

    detectable_skill: Figure
    sessions: int
    share: float
    """How often it would be shown."""


class Verdict(Figures):
    """The answer to the question, first."""

    sentence: str
    skilful: bool


class EvaluationHashes(Figures):
    """What the figures were made with."""

    settings: str
    code: str
    data: str


class TrialRow(Figures):
    """One trial in the ledger, of this evaluation or an earlier one."""

    when: str
    forecaster: str
    levels: tuple[str, ...]
    setup: str
    first: str
    last: str
    horizon_s: int
    skill: Figure
    p: Figure
    settings: str
    data: str


class ExcludedSession(Figures):
    """A session of the span that the selection map leaves out."""

    date: str
    reason: str | None


class PlantedMarket(Figures):
    """A simulated market whose truth is known, as one forecaster was judged on it."""

    kind: str
    signature: float
    outcome: float
    forecaster: str


class RecoveryRun(PlantedMarket):
    """One seed."""

    seed: int
    sessions: int
    episodes: int
    skill: Figure
    low: Figure
    high: Figure
    p: Figure


class RecoveryPoint(PlantedMarket):
    """All seeds of one market."""

    seeds: int
    mean: Figure
    low: Figure
    high: Figure
    significant: int
    """Seeds with p below 0.05."""
    bounds_above_zero: int
    """Seeds with a lower bound above 0."""


class Expectation(Figures):
    """What simulated data must show, fixed before looking."""

    sentence: str
    met: bool


class RecoveryDesign(Figures):
    """What is simulated and planted, and what is evaluated on it."""

    sessions: int
    records: int
    """Of a full day."""
    bases: int
    """Simulated markets with nothing planted; seeds are shared out among them."""
    null_seeds: int
    """Of the null and of the placebo."""
    seeds: int
    """Of each planted strength and of each market."""
    strengths: tuple[float, ...]
    """Shift of the conditions in robust sigmas, weakest first."""
    markets: tuple[tuple[float, float], ...]
    """Signature and outcome of the simulator's own planted markets, weakest first."""
    levels: tuple[str, ...]
    metrics: tuple[str, ...]


class RecoveryQuestion(RecoveryDesign):
    """The design, and the horizon that it was judged at."""

    horizon_s: int


class RecoveryResult(Figures):
    """What an evaluation finds of planted effects; always simulated."""

    synthetic: bool
    question: RecoveryQuestion
    runs: tuple[RecoveryRun, ...]
    points: tuple[RecoveryPoint, ...]
    expectations: tuple[Expectation, ...]


class EvaluationResult(Figures):
    """All figures of an evaluation, and what they were made of."""

    synthetic: bool
    question: EvaluationQuestion
    counts: EvaluationCounts
    missing: tuple[str, ...] = ()
    """What has no figure, a sentence each."""
    skill: tuple[SkillRow, ...] = ()
    against: tuple[AgainstRow, ...] = ()
    reliability: tuple[ReliabilityRow, ...] = ()
    sharpness: tuple[SharpnessRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    excursions: tuple[ExcursionRow, ...] = ()
    skill_by_day: tuple[SkillOfDay, ...] = ()
    by_series: tuple[SeriesRow, ...] = ()
    distances: tuple[DistanceRow, ...] = ()
    permutation: tuple[PermutationRow, ...] = ()
    power: Power
    verdict: Verdict
    hashes: EvaluationHashes = EvaluationHashes(settings="", code="", data="")
    ledger: tuple[TrialRow, ...] = ()
    excluded: tuple[ExcludedSession, ...] = ()
    recovery: RecoveryResult | None = None
    """Recovery of planted effects; None where it was not run."""

    def primary_skill(self) -> list[SkillRow]:
        """RPS skill at the primary horizon."""
        return [row for row in self.skill if row.score == "rps" and row.horizon_s == self.question.horizon_s]


class KeptEvaluation(EvaluationResult):
    """The newest evaluation of a root, as the lake keeps it."""

    when: str
    """UTC, to the second."""
