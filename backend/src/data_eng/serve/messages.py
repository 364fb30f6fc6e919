"""Everything that the API says, with its units; the page's types are generated from these.

Times are whole seconds UTC and end in `_s`, as durations do; a moment within a second is rounded up, for only then is it known. Prices are
ticks and end in `_ticks`; `Day.tick` turns them into points. `as_of_s` is what the asker may know: every answer holds that and no more.
"""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ProblemCode = Literal[
    "unknown_day",
    "unknown_level",
    "unknown_table",
    "unknown_page",
    "bad_method",
    "no_setup",
    "no_index",
    "no_evaluation",
    "not_built",
    "day_changed",
    "stale_index",
    "bad_request",
    "not_known_yet",
    "too_many",
    "too_large",
    "too_slow",
    "unauthorised",
    "bad_host",
    "rebuilding",
    "not_ready",
    "preparing",
    "corrupt",
    "internal",
]
TableName = Literal["candles", "windows", "heat", "levels", "ladder", "conditions"]
Approach = Literal["from_below", "from_above"]
SetupName = Literal["level_test", "break_and_confirm"]
LevelGroup = Literal["premarket", "opening_range", "prior_day", "overnight", "moving", "round", "gamma", "own"]
State = Literal["IDLE", "TRACK", "WATCH", "ARMED", "FIRE"]
SYMBOL = r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,31}$"
LEVEL_ID = r"^[A-Za-z0-9_.-]{1,64}$"
LEVEL_LIST = r"^[A-Za-z0-9_.-]{1,64}(,[A-Za-z0-9_.-]{1,64}){0,15}$"
VERSION = "^[0-9a-f]{16}$"
Second = Annotated[int, Field(ge=0, le=4_294_967_295)]
"""Seconds UTC."""


class Message(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="null")


class Problem(Message):
    """Why there is no answer, and what to do."""

    code: ProblemCode
    message: str = Field(description="What, which value, what was expected.")
    fix: str | None = Field(description="The command that fixes it, or what to do; null where nothing does.")


class DayEntry(Message):
    """One contract-day of the lake."""

    symbol: str = Field(description="Contract, for example ESZ5.")
    root: str
    session_date: str = Field(description="New York date, ISO.")
    synthetic: bool = Field(description="Whether it was simulated.")
    state: Literal["ready", "no_gold", "no_silver"]
    chosen: bool = Field(description="Whether this is the root's contract of the day.")
    reason: str | None = Field(description="Why it is not chosen; null where it is.")


class DayList(Message):
    """The contract-days of the lake, oldest first."""

    lake: str = Field(description="Name of the lake's folder.")
    lake_version: str = Field(description="16 hex digits that change when a day is added, rebuilt or removed.")
    roots: list[str]
    days: list[DayEntry]


class LevelInfo(Message):
    """One level of the day as of the moment asked for."""

    level_id: str
    name: str = Field(description="For the eye, for example PM High.")
    group: LevelGroup
    moving: bool = Field(description="Whether its price changes within the session.")
    known_from_s: int | None = Field(description="When it became known, seconds UTC; null while it is not.")
    price_ticks: float | None = Field(description="The latest price known, which may lie between ticks; null while none is.")
    reason: str | None = Field(description="Why there is no price; null where there is one.")


class ZoneTicks(Message):
    """Largest distance from a level, in ticks, that belongs to each zone."""

    at: int
    near: int
    mid: int
    far: int


class LadderGrid(Message):
    """The strikes of the physics ladder."""

    step_ticks: int = Field(description="Ticks of one strike.")
    reach_points: float = Field(description="Points either side of the price.")


class ConditionScale(Message):
    """How large one of the four conditions is on past sessions, in its own unit (ln ratio)."""

    noise: float = Field(description="Median of |value|.")
    full: float = Field(description="95th percentile of |value|.")


class AbsentTable(Message):
    """A table of the day that cannot be shown."""

    table: str
    code: ProblemCode
    message: str
    fix: str | None = Field(description="The command that builds it.")


class Day(Message):
    """One contract-day: its moments, its levels and the grids that its tables lie on."""

    symbol: str
    root: str
    session_date: str = Field(description="New York date, ISO.")
    version: str = Field(description="16 hex digits that stand for all partitions of the day.")
    synthetic: bool
    tick: float = Field(description="Points of one tick.")
    window_s: int = Field(description="Seconds of one window.")
    session_start_s: int
    session_end_s: int
    lead_in_start_s: int = Field(description="From here on book flow and windows are kept.")
    overnight_start_s: int
    premarket_start_s: int
    rth_open_s: int
    opening_range_s: int = Field(description="Length of the opening range.")
    half_day: bool
    levels: list[LevelInfo]
    barrier_ticks: int | None = Field(description="How far from the level a trade decides the outcome today; null while gold is not built.")
    confluence_ticks: float = Field(description="Levels this close to each other are confluent.")
    zone_ticks: ZoneTicks
    ladder: LadderGrid
    conditions: list[ConditionScale] | None = Field(description="Scales of conditions 1 to 4, of past sessions; null without any.")
    horizons_s: list[int]
    primary_horizon_s: int
    absent: list[AbsentTable]


class Episode(Message):
    """One test of a level, or one confirmed break, as far as it is known."""

    setup: SetupName
    level_id: str
    approach_dir: Approach
    number: int = Field(description="Of that level, setup and day, from 1.")
    kind: str = Field(description="first_test, retest (it broke before) or repeat_test (it rejected before).")
    start_s: int = Field(description="Its first trigger.")
    last_trigger_s: int = Field(description="Its last trigger so far.")
    level_ticks: float
    barrier_ticks: int
    confluent_ids: list[str]
    outcome: str | None = Field(
        description="BREAK_UP, REJECT_DOWN, CHOP, .. at the longest horizon of its first trigger; null: not known yet."
    )
    outcome_s: int | None = Field(description="When the outcome was known.")


class Episodes(Message):
    """Episodes that had begun by `as_of_s`, by their start."""

    version: str
    as_of_s: int
    episodes: list[Episode]


class NextEpisode(Message):
    """A moment to jump to, and nothing about it."""

    ts_s: int | None = Field(description="Start of the next (previous) level test; null where there is none.")


class StrikeConditions(Message):
    """The four conditions, above 0 in the direction's favour (ln ratio)."""

    up: list[float]
    down: list[float]


class SetupInfo(Message):
    """The trigger that is asked about."""

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
        description="[seconds from the trigger, mid less level in ticks], -120 to 840 s, gaps left out; null beyond the nearest 24, or "
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
    age_s: int = Field(description="as_of less the trigger.")
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


class ReplayHello(Message):
    """First message of a replay."""

    type: Literal["hello"] = "hello"
    mode: Literal["replay", "live"]
    version: str
    symbol: str
    session_date: str
    from_s: int
    speed: float = Field(description="Market seconds a second.")
    synthetic: bool


class ReplayLevel(Message):
    """A level's new price."""

    level_id: str
    known_from_s: int
    price_ticks: float


class ReplayLadder(Message):
    """The strikes of one window, ascending from `base_strike_ticks`; contracts within the window."""

    base_strike_ticks: int
    long_depth: list[int]
    short_depth: list[int]
    long_flow: list[int]
    short_flow: list[int]
    long_pull: list[int]
    short_pull: list[int]
    net_pressure: list[int]


class ReplayConditions(Message):
    """One level in one window."""

    level_id: str
    distance_ticks: float = Field(description="Mid less level.")
    c: list[float] = Field(description="Conditions 1 to 4 as measured for down, ln ratio.")
    vacuum_up: float | None = Field(description="Quantile of the past, 0 to 1.")
    vacuum_down: float | None
    state: State
    touches: int
    near_s: int


class ReplayWindow(Message):
    """One window, sent when it is over."""

    type: Literal["window"] = "window"
    start_s: int
    bid_ticks: int | None
    ask_ticks: int | None
    open_ticks: int | None
    high_ticks: int | None
    low_ticks: int | None
    close_ticks: int | None
    volume: int
    buy_volume: int
    sell_volume: int
    records: int
    marks: int
    base_ticks: int | None = Field(description="Tick of the heat's first byte; null without heat.")
    heat: str | None = Field(description="Base64 of 97 bytes.")
    ladder: ReplayLadder | None
    levels: list[ReplayLevel] = Field(description="Prices that became known in this window.")
    conditions: list[ReplayConditions]
    sent_s: float = Field(description="Wall clock, seconds UTC with fraction.")


class ReplayEnd(Message):
    """The session is over."""

    type: Literal["end"] = "end"
    as_of_s: int


class ReplayProblem(Problem):
    """Why the replay stops."""

    type: Literal["problem"] = "problem"


class ReplayQuery(Message):
    """What the socket is opened with."""

    symbol: str = Field(pattern=SYMBOL, description="A contract or a root.")
    date: calendar_date = Field(description="Session date.")
    from_s: Second = Field(description="The first window sent is the one that ends behind this.")
    speed: float = Field(default=1.0, ge=1, le=240, description="Market seconds a second.")
    levels: str | None = Field(default=None, pattern=LEVEL_LIST, description="Levels whose conditions are sent, by commas, at most 8.")
    version: str | None = Field(default=None, pattern=VERSION)


class ReplaySpeed(Message):
    """Client: go on at another speed."""

    type: Literal["speed"]
    value: float = Field(ge=1, le=240, description="Market seconds a second.")


class ReplayPause(Message):
    """Client: stop."""

    type: Literal["pause"]


class ReplayResume(Message):
    """Client: go on."""

    type: Literal["resume"]


ReplayCommand = Annotated[ReplaySpeed | ReplayPause | ReplayResume, Field(discriminator="type")]
ReplayMessage = Annotated[ReplayHello | ReplayWindow | ReplayEnd | ReplayProblem, Field(discriminator="type")]


class ReplayProtocol(Message):
    """What goes over the socket `/api/replay`, for the types that are generated; nothing sends it."""

    query: ReplayQuery
    server: ReplayMessage
    client: ReplayCommand
