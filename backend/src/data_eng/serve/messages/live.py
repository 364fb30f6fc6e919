"""The messages of the live day's socket: the replay's, and how the feed does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...core.physics.horizon import KEPT_S
from ...live.feed_state import FeedState
from .base import LEVEL_LIST, SYMBOL, VERSION, Horizon, IsoDate, Message, Second
from .replay import ReplayEnd, ReplayHello, ReplayProblem, ReplayWindow


class LiveFeed(Message):
    """How the feed does, each second and when it changes."""

    type: Literal["feed"] = "feed"
    feed: FeedState | None = Field(description="Null while nothing was said of it.")
    silent_s: float | None = Field(description="Since it was said, by the server's clock.")


class LiveQuery(Message):
    """What the socket is opened with."""

    symbol: str = Field(pattern=SYMBOL, description="A contract or a root.")
    date: IsoDate = Field(description="Session date.")
    from_s: Second = Field(description="The first window sent is the one that ends after this.")
    levels: str | None = Field(default=None, pattern=LEVEL_LIST, description="Levels whose conditions are sent, by commas, at most 8.")
    horizon_s: Horizon = Field(default=KEPT_S, description="Of the ladder and the conditions.")
    version: str | None = Field(default=None, pattern=VERSION)


LiveMessage = Annotated[ReplayHello | ReplayWindow | LiveFeed | ReplayEnd | ReplayProblem, Field(discriminator="type")]


class LiveProtocol(Message):
    """What goes over the socket `/api/live`, for the types that are generated; nothing sends it. The client says nothing."""

    query: LiveQuery
    server: LiveMessage
