"""The live day: its windows so far at once, then each as it becomes final, and how the feed does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.websockets import WebSocket

from ...live.feed_state import FeedState
from ..day.bundle import DayBundle
from ..day.stream import Frames, ReaderStuck, until_one_ends
from ..gate.problems import Refusal
from ..gate.work import Work
from ..messages.live import LiveFeed
from ..messages.replay import ReplayEnd, ReplayHello

LOOK_S = 0.1
"""Between two looks at the log; a window is five seconds."""
FEED_S = 1.0
"""Between two messages of the feed that say nothing new."""


class LiveStream:
    """One socket's view of a live day."""

    def __init__(
        self,
        now: Callable[[], DayBundle | None],
        feed: Callable[[], FeedState | None],
        from_s: int,
        level_ids: tuple[str, ...] | None,
        work: Work,
        reader_timeout_s: float,
    ) -> None:
        """`now` gives the day so far, None once a batch has built it; `feed` what was said of the feed last."""
        self._now, self._feed = now, feed
        self._known_s = from_s
        self._levels = level_ids
        self._work = work
        self._timeout_s = reader_timeout_s
        self._said: FeedState | None = None
        self._said_at_s = -FEED_S

    async def run(self, socket: WebSocket) -> None:
        """Send until the session's end or until the reader goes. Raises `Refusal` for a message, and for a day that is not live."""
        await until_one_ends(self._listen(socket), self._play(socket))

    async def _play(self, socket: WebSocket) -> None:
        day = await self._day()
        await self._send(socket, _hello(day, self._known_s))
        while True:
            frames = await self._work.run(lambda day=day: Frames(day, self._known_s, self._levels, day.known_until_s).take())  # type: ignore[misc]
            for frame in frames:
                await self._send(socket, frame.text(time.time()))
                self._known_s = frame.end_s
            if self._known_s >= day.moments.session_end_s:
                return await self._send(socket, ReplayEnd(as_of_s=day.moments.session_end_s).model_dump_json())
            if not frames:
                await self._say_feed(socket)
                await asyncio.sleep(LOOK_S)
            day = await self._day()

    async def _day(self) -> DayBundle:
        day = await self._work.run(self._now)
        if day is None:
            raise Refusal("day_changed", "the day is not live any more: it was built.", fix="Load the day again.")
        return day

    async def _say_feed(self, socket: WebSocket) -> None:
        """Once a second, and when another state is said."""
        feed = await self._work.run(self._feed)
        now_s = time.monotonic()
        is_news = feed is not None and (self._said is None or feed.state is not self._said.state)
        if is_news or now_s - self._said_at_s >= FEED_S:
            self._said, self._said_at_s = feed, now_s
            silent_s = None if feed is None else max(time.time() - feed.said_s, 0.0)
            await self._send(socket, LiveFeed(feed=feed, silent_s=silent_s).model_dump_json())

    async def _listen(self, socket: WebSocket) -> None:
        message = await socket.receive()
        if message["type"] != "websocket.disconnect":
            raise Refusal("bad_request", "a message came.", expected="none: a live day goes at its own speed")

    async def _send(self, socket: WebSocket, text: str) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await socket.send_text(text)
        except TimeoutError:
            raise ReaderStuck from None


def _hello(day: DayBundle, from_s: int) -> str:
    return ReplayHello(
        mode="live",
        version=day.version,
        symbol=day.symbol,
        session_date=day.session_date,
        from_s=from_s,
        speed=1.0,
        synthetic=day.synthetic,
    ).model_dump_json()
