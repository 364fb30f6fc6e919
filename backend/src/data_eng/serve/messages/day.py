"""The days of a lake, one day, its levels and its episodes."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from ...core.declared import Declared
from ...core.episodes import EpisodeKind
from ...core.features.registry import Approach
from ...core.levels import KnownAt, LevelGroup
from ...core.outcomes import Outcome
from ...retrieval.parts import SetupName
from .base import Message
from .problem import ProblemCode

TableName = Literal["candles", "windows", "heat", "trades", "walls", "levels", "ladder", "conditions", "events"]
TABLE_NAMES: tuple[TableName, ...] = get_args(TableName)


class EventKind(Declared):
    """What kind of thing happened; of what happened in one second, those further up are listed first."""

    KNOWN = "known", "a level became known"
    APPROACH = "approach", "price comes to a level"
    TEST = "test", "a test of a level began, or a break was confirmed"
    STATE = "state", "the balance of the book became another and was held"
    FIRE = "fire", "the answer fired"
    RESOLVED = "resolved", "the outcome of a test became known"
    WALL = "wall", "a wall near the price appeared, grew, absorbed or went"


class DayEntry(Message):
    """One contract-day of the lake."""

    symbol: str = Field(description="Contract, for example ESZ5.")
    root: str
    session_date: str = Field(description="New York date, ISO.")
    synthetic: bool = Field(description="Whether it was simulated.")
    state: Literal["ready", "live", "no_gold", "no_silver"]
    chosen: bool = Field(description="Whether this is the root's contract of the day.")
    reason: str | None = Field(description="Why it is not chosen; null where it is.")


class DayList(Message):
    """The contract-days of the lake, oldest first."""

    lake: str = Field(description="Name of the lake's folder.")
    lake_version: str = Field(description="16 hex digits that change when a day is added, rebuilt or removed.")
    roots: list[str]
    days: list[DayEntry]
    fix: str | None = Field(description="The command that brings the first day; null where there is one.")


class LevelInfo(Message):
    """One level of the day as of the moment asked for."""

    level_id: str
    name: str = Field(description="For the eye, for example PM High.")
    group: LevelGroup
    moving: bool = Field(description="Whether its price changes within the session.")
    known_at: KnownAt = Field(description="When it is settled whether it has a price.")
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
    display_s: int = Field(description="Over how long it says what came, went and traded.")


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
    known_until_s: int | None = Field(description="Up to when it is known while it is live; null for a day that is over.")
    opening_range_s: int = Field(description="Length of the opening range.")
    half_day: bool
    levels: list[LevelInfo]
    confluence_ticks: float = Field(description="Levels this close to each other are confluent.")
    zone_ticks: ZoneTicks
    ladder: LadderGrid
    horizons_s: list[int]
    primary_horizon_s: int
    absent: list[AbsentTable]


class Episode(Message):
    """One test of a level, or one confirmed break, as far as it is known."""

    setup: SetupName
    level_id: str
    approach_dir: Approach
    number: int = Field(description="Of that level, setup and day, from 1.")
    kind: EpisodeKind
    start_s: int = Field(description="Its first trigger.")
    last_trigger_s: int = Field(description="Its last trigger so far.")
    level_ticks: float
    barrier_ticks: int
    confluent_ids: list[str]
    outcome: Outcome | None = Field(description="At the longest horizon of its first trigger; null: not known yet.")
    outcome_s: int | None = Field(description="When the outcome was known.")


class EpisodeList(Message):
    """Episodes that had begun by `as_of_s`, by their start."""

    version: str
    as_of_s: int
    episodes: list[Episode]


class NextEpisode(Message):
    """A moment to jump to, and nothing about it."""

    ts_s: int | None = Field(description="Start of the next (previous) level test; null where there is none.")
