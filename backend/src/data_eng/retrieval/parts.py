"""The parts of an answer, typed: `spymaster query --json`, the Python door and the API render the same names from them.

Times are whole seconds UTC and end in `_s`; prices are ticks and end in `_ticks`, with the same in points (`_price`) and in New York time
(`new_york`) beside them for the eye.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

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
WinnerName = Literal["even", "longs", "shorts"]
BalanceName = Literal["even", "up", "down", "vacuum", "hold"]
WallEventName = Literal["stands", "appeared", "grew", "pulled", "eaten", "absorbing", "left"]


class AnswerPart(BaseModel):
    """Frozen; an unknown field is an error, a figure that is no number is null in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="null")


class ConditionNow(AnswerPart):
    """One of the user's four conditions at the level: asks moved higher, asks pulled, bids moved lower, bids pulled."""

    times_usual: float | None = Field(description="As fast as usual so far behind the touch, at the day's pace; null without a past.")
    contracts: float | None
    sign: int = Field(description="1: it is happening, beyond the past's mark; -1: the side stands; 0: nothing unusual.")


class StrikeNow(AnswerPart):
    """One $1 strike at the window's end."""

    price: float = Field(description="Points; the strike holds the ticks from here up to the next.")
    winner: WinnerName
    long_depth: int
    short_depth: int
    long_times_usual: float | None
    short_times_usual: float | None


class WallNow(AnswerPart):
    """A wall that stands, or was pulled or eaten within the last minute."""

    side: Literal["bid", "ask"]
    price: float = Field(description="Points, of its strike.")
    event: WallEventName = Field(description="What happened to it last; stands where nothing did.")
    contracts: int = Field(description="What rests; of one pulled or eaten what went.")
    w: float | None = Field(description="Times usual, or the neighbours' median where that is more.")
    massive: bool
    ago_s: int = Field(description="Since the window of the event; 0 for one that stands.")


class Physics(AnswerPart):
    """What the book does at the window's end."""

    coming: bool = Field(description="Whether price comes to the level.")
    balance: BalanceName
    balance_level: int = Field(description="0 below the mark to watch, 1 beyond it, 2 beyond the mark at which it counts.")
    balance_held_s: int
    asks_give: float | None = Field(description="How fast the asks behind the touch give way, times usual at the day's pace.")
    bids_give: float | None
    conditions: tuple[ConditionNow, ...]
    count_up: int = Field(description="Conditions whose sign speaks for up.")
    count_down: int
    strikes: tuple[StrikeNow, ...]
    walls: tuple[WallNow, ...]


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
    physics: Physics | None = Field(description="Null while the day's pressure stream, ladder or walls are not built.")

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


class SharedTrait(AnswerPart):
    """One thing that a setup and its neighbours have in common."""

    phrase: str
    share: float = Field(description="Of all that brings the neighbours near, each by its weight.")


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
    barrier_ticks: int = Field(description="Of its own episode.")
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
    fired_s: int | None = Field(description="When this test fired, up to now; null where it did not.")


class SaidBefore(AnswerPart):
    """How often a class came, of the windows in which the answer gave it about the same chance."""

    kind: Literal["BREAK", "REJECT"]
    low: float = Field(description="Chances from here.")
    high: float = Field(description="To here, not included.")
    windows: int
    days: int
    came: float | None = Field(description="Share of them in which it came; null where there is none.")
    came_low: float | None = Field(description="Interval over sessions; null below five.")
    came_high: float | None


class TrackRecord(AnswerPart):
    """What was said on this lake's sessions before, each from its own past alone, and what came of it. All levels, both directions."""

    sessions: int = Field(description="Past sessions with signals.")
    fires: int
    per_day: float | None
    hit_share: float | None = Field(description="Share of the fires whose class came within the horizon.")
    hit_low: float | None
    hit_high: float | None
    net_ticks: float | None = Field(description="Ticks a fire after cost, held to a barrier or to the horizon.")
    net_low: float | None
    net_high: float | None
    said: SaidBefore
    sentences: tuple[str, ...]


class ExcursionQuantiles(AnswerPart):
    """Quantiles 10, 50 and 90 in ticks, signed by the approach."""

    mfe: tuple[float, ...]
    mae: tuple[float, ...]


class ClassExcursions(AnswerPart):
    """How far setups of one outcome went, for and against the approach."""

    kind: Literal["BREAK", "REJECT", "CHOP"]
    setups: int
    quantiles: ExcursionQuantiles | None = Field(description="Null below eight setups.")


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
    excursions: ExcursionQuantiles | None = Field(description="Of all setups; null below eight.")
    by_class: tuple[ClassExcursions, ...] = Field(description="The same by what became of them; whipsaws are CHOP.")

    @property
    def shares(self) -> dict[str, ClassShare]:
        """By class, in the order of every table."""
        return {"break": self.break_, "reject": self.reject, "chop": self.chop}


class Answer(AnswerPart):
    """A setup, its similar past, and what happened next."""

    verdict: VerdictName
    slab: str = Field(description="The verdict as it is printed.")
    kind: Literal["BREAK", "REJECT"] = Field(description="What the chance is said of.")
    said: str = Field(description="Its sentence: the chance, what is usual from here, and what similar setups did.")
    sentence: str = Field(description="Where price stands, and what the book does.")
    synthetic: bool
    setup: SetupInfo
    past: PastSeen
    seen: Seen
    edge: Edge
    record: TrackRecord
    neighbours: tuple[Neighbour, ...] = Field(description="Nearest first.")
    together: tuple[SharedTrait, ...] = Field(
        description="What the setup and its neighbours share, the most first; none without neighbours."
    )
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
    _lake: Path | None = PrivateAttr(default=None)

    def drawn_from(self, lake: Path) -> Answer:
        """The same answer, which a notebook draws with the paths that lie in a lake."""
        answer = self.model_copy()
        answer._lake = lake
        return answer

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from .notebook import answer_html

        return answer_html(self, self._lake)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same where only text is shown."""
        from .notebook import said_text

        printer.text(said_text(self.synthetic, self.slab, self.said, self.sentence))

    @property
    def outcome(self) -> OutcomeRow | None:
        """The distribution at the answer's horizon, or at the last one that the past was seen to."""
        return outcome_at(self.outcomes, self.horizon_s)


def outcome_at(outcomes: tuple[OutcomeRow, ...], horizon_s: int) -> OutcomeRow | None:
    """The row of the last horizon up to one; None where there is none."""
    return next((outcome for outcome in reversed(outcomes) if outcome.horizon_s <= horizon_s), None)
