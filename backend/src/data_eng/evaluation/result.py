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
    ages: str
    """Seconds since entry at which a window is scored, as episodes.candidate_ages has them."""


class EvaluationCounts(Figures):
    """How much was scored."""

    windows: int
    """Candidate windows with a known outcome; each counts once."""
    tests: int
    """Tests of a level that they belong to."""
    sessions: int
    levels: int
    censored: int
    """Windows without an outcome."""


class SkillFigure(Figures):
    """1 minus the ratio of two mean scores, with an interval by sessions: above 0 the first was better."""

    skill: Figure
    low: Figure
    high: Figure
    windows: int
    sessions: int


class SkillRow(SkillFigure):
    """A forecaster against another, by one score at one horizon."""

    forecaster: str
    kind: ForecasterKind
    against: str
    horizon_s: int
    score: str


class StratumRow(SkillFigure):
    """The answer against BASE among windows of one kind, Brier at the primary horizon."""

    forecaster: str
    axis: Literal["place", "age", "entry", "level"]
    """place: x / b. age: seconds since entry. entry: ages 0 and 15 s together. level: one level from one side."""
    label: str


class ReliabilityBin(Figures):
    """Forecasts of about the same probability, and how often the outcome came."""

    p: float
    frequency: float
    low: Figure
    high: Figure
    windows: int
    sessions: int


class ReliabilityRow(Figures):
    """One outcome as one forecaster saw it, by tenths of probability."""

    forecaster: str
    outcome: str = Field(alias="class")
    bins: tuple[ReliabilityBin, ...]


class LiftBin(ReliabilityBin):
    """A fifth of the windows, by how far the answer lay from BASE."""

    base: float
    """Mean of BASE; `p` is that of the answer."""


class LiftRow(Figures):
    """One outcome: was more of it seen where more was said than usual?"""

    forecaster: str
    outcome: str = Field(alias="class")
    bins: tuple[LiftBin, ...]
    """From the fifth with the least lift to that with the most."""


class SharpnessRow(Figures):
    """How far the forecasts depart from their own mean."""

    forecaster: str
    sharpness: Figure


class CoverageRow(Figures):
    """How often what like windows of later sessions did lay within the interval that was stated, their own uncertainty allowed for."""

    forecaster: str
    outcome: str = Field(alias="class")
    label: str
    """`all`, or an age."""
    wanted: float
    covered: Figure
    low: Figure
    high: Figure
    windows: int
    sessions: int


class FireRow(Figures):
    """What the fires of the scored sessions came to, after cost."""

    forecaster: str
    fires: int
    per_day: Figure
    hit_share: Figure
    hit_low: Figure
    hit_high: Figure
    net_ticks: Figure
    """Mean of a fire whose outcome is known."""
    net_low: Figure
    net_high: Figure
    cost_ticks: float
    sessions: int


class SkillOfDay(Figures):
    """One session."""

    forecaster: str
    date: str
    windows: int
    skill: Figure


class DistanceRow(Figures):
    """How far the neighbours were: a histogram in robust sigmas."""

    forecaster: str
    edges: tuple[float, ...]
    """One more than counts."""
    count: tuple[int, ...]
    strange_share: Figure
    """Share of the windows with no comparable setup on record."""


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


class SessionsNeeded(Figures):
    """How many scored sessions would show a skill."""

    skill: float
    sessions: int
    more: int
    """Beyond those that were scored."""


class Power(Figures):
    """The smallest Brier skill against BASE that this many sessions would show."""

    detectable_skill: Figure
    sessions: int
    share: float
    """How often it would be shown."""
    needed: tuple[SessionsNeeded, ...] = ()


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
    """A simulated market whose truth is known, as one forecaster was judged on it: Brier skill against BASE."""

    kind: str
    signature: float
    outcome: float
    forecaster: str


class RecoveryRun(PlantedMarket):
    """One seed."""

    seed: int
    sessions: int
    windows: int
    skill: Figure
    low: Figure
    high: Figure
    p: Figure
    placebo: Figure
    """Skill of PLACEBO against BASE."""
    entry: Figure
    """Skill at ages 0 and 15 s alone."""
    entry_low: Figure
    entry_high: Figure


class RecoveryPoint(PlantedMarket):
    """All seeds of one market."""

    seeds: int
    mean: Figure
    low: Figure
    high: Figure
    entry: Figure
    """Mean skill at ages 0 and 15 s."""
    entry_sd: Figure
    """Its standard error: over the seeds, or over the sessions of a single one."""
    placebo: Figure
    """The PLACEBO's mean skill against BASE."""
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
    strata: tuple[StratumRow, ...] = ()
    reliability: tuple[ReliabilityRow, ...] = ()
    lift: tuple[LiftRow, ...] = ()
    sharpness: tuple[SharpnessRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    fires: tuple[FireRow, ...] = ()
    skill_by_day: tuple[SkillOfDay, ...] = ()
    distances: tuple[DistanceRow, ...] = ()
    permutation: tuple[PermutationRow, ...] = ()
    power: Power
    verdict: Verdict
    hashes: EvaluationHashes = EvaluationHashes(settings="", code="", data="")
    ledger: tuple[TrialRow, ...] = ()
    excluded: tuple[ExcludedSession, ...] = ()
    recovery: RecoveryResult | None = None
    """Recovery of planted effects; None where it was not run."""

    def primary_skill(self, score: str = "brier") -> list[SkillRow]:
        """Rows at the primary horizon, by one score."""
        return [row for row in self.skill if row.score == score and row.horizon_s == self.question.horizon_s]

    def verdict_row(self, forecaster: str, against: str) -> SkillRow | None:
        """Brier skill at the primary horizon of one forecaster against another; None where it could not be made."""
        return next((row for row in self.primary_skill() if (row.forecaster, row.against) == (forecaster, against)), None)


class KeptEvaluation(EvaluationResult):
    """The newest evaluation of a root, as the lake keeps it."""

    when: str
    """UTC, to the second."""
