"""The messages of the replay's socket, both ways."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...core.physics.horizon import KEPT_S
from ...core.physics.state import Balance
from ...core.physics.walls import WallEvent
from ...core.pressure import PressureState
from .base import LEVEL_LIST, SYMBOL, VERSION, Horizon, IsoDate, Message, Second
from .day import Episode, EventKind
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
    """The strikes of one window, ascending from `base_strike_ticks`; contracts, long is the bid side.

    What came, was pulled and filled, bought and sold, and who leads, is of the horizon asked for; what rests is of the window's end.
    """

    base_strike_ticks: int
    long_depth: list[int]
    long_usual_tenths: list[int] = Field(
        description="What rests against usual in tenths, 10 is as usual: the digits shown, rounded once. -1 without a past to scale by."
    )
    long_came: list[int]
    long_pulled: list[int]
    long_filled: list[int]
    short_depth: list[int]
    short_usual_tenths: list[int]
    short_came: list[int]
    short_pulled: list[int]
    short_filled: list[int]
    buys: list[int]
    sells: list[int]
    winner: list[int] = Field(description="1 longs lead by what rests against usual, -1 shorts, 0 neither.")


class ReplayConditions(Message):
    """One level in one window."""

    level_id: str
    distance_ticks: float = Field(description="Mid minus level.")
    times: list[float | None] = Field(description="Conditions 1 to 4, as fast as usual; null without a past.")
    contracts: list[float | None]
    ask_shift_ticks: float | None = Field(
        description="How far all but fills moved the asks above the level, above 0 up; null without asks."
    )
    bid_shift_ticks: float | None = Field(description="The same of the bids below it, above 0 down.")
    signs: list[int] = Field(description="1: it is happening, beyond the past's mark; -1: the side stands; 0: nothing unusual.")
    count_up: int = Field(description="Conditions whose sign speaks for up.")
    count_down: int
    balance: Balance
    balance_level: int = Field(description="0 below the mark to watch, 1 beyond it, 2 beyond the mark at which it counts.")
    balance_held_s: int
    state: PressureState
    touches: int
    near_s: int


class ReplayTrade(Message):
    """What traded at one tick in one window, contracts by the side that took."""

    price_ticks: int
    buys: int
    sells: int


class ReplayWall(Message):
    """One wall in one window."""

    side: Literal["bid", "ask"]
    strike_ticks: int
    event: WallEvent
    massive: bool
    times: float | None = Field(description="What rests, times usual; null where the touch cuts the strike.")
    depth: int
    peak: int = Field(description="What rested when it appeared, or last grew by half.")
    eaten: int = Field(description="Contracts filled of it since it appeared.")
    since_s: int = Field(description="When it appeared.")


class ReplayEvent(Message):
    """One thing that happened."""

    at_s: int
    level_id: str | None = Field(description="Null where it belongs to no level.")
    kind: EventKind
    text: str


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
    base_ticks: int | None = Field(description="Tick of the heat's first number; null without heat.")
    heat: str | None = Field(description="Base64 of the contracts that rest at each of 97 ticks, 16 bits each, low byte first.")
    trades: list[ReplayTrade] = Field(description="Within the heat's ticks, by price.")
    walls: list[ReplayWall]
    ladder: ReplayLadder | None
    levels: list[ReplayLevel] = Field(description="Prices that became known in this window.")
    events: list[ReplayEvent] = Field(description="What became known in this window.")
    conditions: list[ReplayConditions]
    episodes: list[Episode] = Field(description="Those that began, went on or were decided in this window, as known at its end.")
    sent_s: float = Field(description="Wall clock, seconds UTC with fraction.")


class WindowList(Message):
    """Windows that follow one another, as the replay sends them."""

    version: str
    windows: list[ReplayWindow]


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
    date: IsoDate = Field(description="Session date.")
    from_s: Second = Field(description="The first window sent is the one that ends after this.")
    speed: float = Field(default=1.0, ge=1, le=240, description="Market seconds a second.")
    levels: str | None = Field(default=None, pattern=LEVEL_LIST, description="Levels whose conditions are sent, by commas, at most 8.")
    horizon_s: Horizon = Field(default=KEPT_S, description="Of the ladder and the conditions.")
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
