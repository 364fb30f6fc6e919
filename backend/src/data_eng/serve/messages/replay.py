"""The messages of the replay's socket, both ways."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated, Literal

from pydantic import Field

from ...core.pressure import PressureState
from .base import LEVEL_LIST, SYMBOL, VERSION, Message, Second
from .problem import Problem


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
    distance_ticks: float = Field(description="Mid minus level.")
    c: list[float] = Field(description="Conditions 1 to 4 as measured for down, ln ratio.")
    vacuum_up: float | None = Field(description="Quantile of the past, 0 to 1.")
    vacuum_down: float | None
    state: PressureState
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
    from_s: Second = Field(description="The first window sent is the one that ends after this.")
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
