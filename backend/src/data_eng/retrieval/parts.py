"""The parts of an answer, typed: `spymaster query --json`, the Python door and the API render the same names from them.

Times are whole seconds UTC and end in `_s`; prices are ticks and end in `_ticks`, with the same in points (`_price`) and in New York time
(`new_york`) beside them for the eye.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..core.episodes import EpisodeKind
from ..core.features.registry import Approach
from ..core.outcomes import Outcome
from .key import IndexKey

SetupName = Literal["level_test", "break_and_confirm"]
VerdictName = Literal[
    "NO ANSWER",
    "APPROACHING",
    "TOO LITTLE PAST",
    "BREAK UP",
    "BREAK DOWN",
    "REJECT UP",
    "REJECT DOWN",
    "LARGE MOVE, NO SIDE",
    "NO EDGE",
]


class AnswerPart(BaseModel):
    """Frozen; an unknown field is an error, a figure that is no number is null in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="null")


class StrikeConditions(AnswerPart):
    """The four conditions, above 0 in the direction's favour (ln ratio)."""

    up: tuple[float, ...]
    down: tuple[float, ...]


class StrikeFlow(AnswerPart):
    """One $1 strike in the trigger's window."""

    price: float = Field(description="Points; the strike holds the ticks from here up to the next.")
    long_flow_per_s: float
    short_flow_per_s: float
    net_pressure_per_s: float


class SetupInfo(AnswerPart):
    """The trigger of the request."""

    setup: SetupName
    level_id: str
    approach_dir: Approach
    symbol: str
    session_date: str
    ts_s: int
    new_york: str
    episode: int
    episode_kind: EpisodeKind
    level_ticks: float
    level_price: float
    mid_ticks: float
    mid_price: float
    tick: float = Field(description="Points of one tick.")
    distance_ticks: float = Field(description="Mid beyond the level in the approach's direction; below 0 not there yet.")
    where: str = Field(description="The same in words: 1.25 points away.")
    age_s: int = Field(description="Since the first window of its episode.")
    x_ticks: float = Field(description="Mid beyond what the barriers surround: the level, or the mid at a confirmation.")
    barrier_ticks: int
    confluent_ids: tuple[str, ...]
    conditions: StrikeConditions
    ladder: tuple[StrikeFlow, ...] | None = Field(description="Null while the day's ladder is not built.")
    ladder_line: str

    @property
    def key(self) -> IndexKey:
        return IndexKey(self.level_id, self.setup, self.approach_dir)


class PastSeen(AnswerPart):
    """What the answer could see."""

    episodes: int = Field(description="Tests of all levels, both directions.")
    days: int
    end: str | None = Field(description="Its last session, ISO date; null without a past.")


class Reason(AnswerPart):
    """One feature that brings two setups together or holds them apart."""

    dim: str = Field(description="The vector's dimension it is shown by.")
    label: str = Field(description="In words.")
    feature: str
    query_sigma: float = Field(description="This setup, in robust sigmas from the past's median.")
    neighbour_sigma: float
    share: float = Field(description="Of all that they share, or of their squared distance; of all the feature's dimensions together.")


class WhyNear(AnswerPart):
    """Why a neighbour is near; it explains a distance, not an outcome. The most first."""

    together: tuple[Reason, ...]
    apart: tuple[Reason, ...]
    blocks: dict[str, float] = Field(description="Share of the squared distance by block of the vector.")


class Neighbour(AnswerPart):
    """One similar setup of the past, by the nearest of its windows."""

    symbol: str
    session_date: str
    level_id: str
    approach_dir: Approach
    ts_s: int
    new_york: str
    episode_kind: EpisodeKind
    distance: float = Field(description="From the query, in robust sigmas.")
    weight: float = Field(description="Its weight, of all its windows together; all setups together 1.")
    outcome: Outcome = Field(description="At the answer's horizon.")
    mfe_ticks: float | None = Field(description="Farthest in the approach's direction within the horizon; null where censored.")
    mae_ticks: float | None = Field(description="Farthest against it.")
    level_ticks: float
    level_price: float
    synthetic: bool
    why: WhyNear | None = Field(description="Null where the user's own vectors were compared.")


class OutcomeCounts(AnswerPart):
    """How many neighbours ended so at the answer's horizon."""

    BREAK: int
    REJECT: int
    CHOP: int
    WHIPSAW: int
    CENSORED: int

    def __str__(self) -> str:
        return ", ".join(f"{kind} {count}" for kind, count in self if count)


class ClassShare(AnswerPart):
    """Probability of one outcome, with its interval, and what is usual from where price stands."""

    p: float
    low: float | None = Field(description="Null where the answer is what is usual.")
    high: float | None
    base: float


class Seen(AnswerPart):
    """What similar setups did, beside what was to be expected of them from where price stood at each."""

    setups: int
    days: int
    broke: int
    expected_broke: int
    rejected: int
    expected_rejected: int
    neither: int


class Edge(AnswerPart):
    """How sure it is that similar setups did something else than usual, and what acting on it is worth."""

    lead: Literal["BREAK", "REJECT"] | None = Field(description="What came more often than was to be expected.")
    z: float = Field(description="In standard errors.")
    ev_ticks: float | None = Field(description="Expected value of the leading side, the stop at the other barrier, before cost.")
    ev_low_ticks: float | None = Field(description="The same, cautious.")
    cost_ticks: float
    fires: bool


class ExcursionQuantiles(AnswerPart):
    """Quantiles 10, 50 and 90 in ticks, signed by the approach."""

    mfe: tuple[float, ...]
    mae: tuple[float, ...]


class OutcomeRow(AnswerPart):
    """The outcome distribution at one horizon, and what of the similar setups was seen to it."""

    horizon_s: int
    break_: ClassShare = Field(alias="break")
    reject: ClassShare
    chop: ClassShare
    whipsaw: float = Field(description="Share of both barriers at one time; part of chop.")
    episodes: int
    days: int
    n_eff: float = Field(description="Effective number of episodes.")
    excursions: ExcursionQuantiles | None = Field(description="Null where too little is known for quantiles.")

    @property
    def shares(self) -> dict[str, ClassShare]:
        """By class, in the order of every table."""
        return {"break": self.break_, "reject": self.reject, "chop": self.chop}


class Answer(AnswerPart):
    """A setup, its similar past, and what happened next."""

    verdict: VerdictName
    slab: str = Field(description="The verdict as it is printed.")
    said: str = Field(description="Its sentence: the chance, what is usual from here, and what similar setups did.")
    sentence: str = Field(description="Where price stands, and what the book does.")
    synthetic: bool
    setup: SetupInfo
    past: PastSeen
    seen: Seen
    edge: Edge
    neighbours: tuple[Neighbour, ...] = Field(description="Nearest first.")
    counts: OutcomeCounts
    match_days: int = Field(description="Sessions that the neighbours are of.")
    n_eff: float = Field(description="Effective number of setups.")
    distance: float | None
    distance_percentile: float | None
    nothing_like_it: bool
    strangeness: str = Field(description="How far the neighbours are, in words.")
    horizon_s: int = Field(description="The horizon of the verdict and of the neighbours' outcomes.")
    interval: float = Field(description="Probability that the intervals hold.")
    outcomes: tuple[OutcomeRow, ...]

    @property
    def outcome(self) -> OutcomeRow | None:
        """The distribution at the answer's horizon, or at the last one that the past was seen to."""
        return outcome_at(self.outcomes, self.horizon_s)


def outcome_at(outcomes: tuple[OutcomeRow, ...], horizon_s: int) -> OutcomeRow | None:
    """The row of the last horizon up to one; None where there is none."""
    return next((outcome for outcome in reversed(outcomes) if outcome.horizon_s <= horizon_s), None)
