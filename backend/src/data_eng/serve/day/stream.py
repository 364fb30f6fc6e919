"""The replay: one message a window, sent when the market's clock reaches the window's end, at any speed."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.websockets import WebSocket

from ...core.market_clock import MarketClock
from ...core.physics.state import BALANCES
from ...core.physics.walls import EVENTS
from ...core.pressure import STATES
from ...core.units import NS_PER_S
from ..gate.problems import Refusal
from ..gate.work import Work
from ..messages.replay import ReplayCommand, ReplayEnd, ReplayHello, ReplayPause, ReplayResume, ReplaySpeed
from .arrow import KnownTable
from .bundle import DayBundle
from .events import KINDS
from .tables import LADDER_COUNTS, NUMBERS, SHIFTS, SIDES

_BY_NUMBER = {"times": "times", "contracts": "contracts", "signs": "sign"}
"""Lists of a message, and what their columns begin with."""
BATCH = 60
"""Windows that are encoded at once: five minutes, a few milliseconds."""
TRY_AGAIN_LATER = 1013
"""Close code for a reader that does not take its messages (RFC 6455's registry)."""
COMMAND: TypeAdapter[ReplayCommand] = TypeAdapter(ReplayCommand)
EXPECTED = '{"type":"speed","value":12}, {"type":"pause"} or {"type":"resume"}, as text'


class ReaderStuck(Exception):
    """A reader that takes no message."""


async def until_one_ends(*steps: Coroutine[Any, Any, None]) -> None:
    """Run them side by side until the first ends, whose error is raised; the others are given up."""
    tasks = [asyncio.create_task(step) for step in steps]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Frame(NamedTuple):
    """One window's message but for the time at which it is sent."""

    end_s: int
    head: bytes
    """The JSON object without its closing brace."""

    def text(self, sent_s: float) -> str:
        return (self.head + b',"sent_s":' + to_json(sent_s) + b"}").decode()


class Replay:
    """One socket's replay of one day, which stays at the version it was opened at."""

    def __init__(
        self, day: DayBundle, from_s: int, speed: float, level_ids: tuple[str, ...] | None, work: Work, reader_timeout_s: float
    ) -> None:
        day.require_as_of(from_s)
        day.require_table("windows")
        self._day = day
        self._from_s = from_s
        self._speed = speed
        self._frames = Frames(day, from_s, level_ids)
        self._work = work
        self._timeout_s = reader_timeout_s
        self._loop = asyncio.get_running_loop()
        self._clock = MarketClock(from_s * NS_PER_S, speed, self._loop.time())
        self._changed = asyncio.Event()

    async def run(self, socket: WebSocket) -> None:
        """Play until the session's end or until the reader goes. Raises `Refusal` for a command that is none."""
        await until_one_ends(self._listen(socket), self._play(socket))

    async def _play(self, socket: WebSocket) -> None:
        day = self._day
        hello = ReplayHello(
            mode="replay",
            version=day.version,
            symbol=day.symbol,
            session_date=day.session_date,
            from_s=self._from_s,
            speed=self._speed,
            synthetic=day.synthetic,
        )
        await self._send(socket.send_text, hello.model_dump_json())
        while batch := await self._work.run(self._frames.take):
            for frame in batch:
                await self._until(frame.end_s)
                await self._send(socket.send_text, frame.text(time.time()))
        await self._until(day.moments.session_end_s)
        await self._send(socket.send_text, ReplayEnd(as_of_s=day.moments.session_end_s).model_dump_json())

    async def _listen(self, socket: WebSocket) -> None:
        """Take commands until the reader goes."""
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                raise Refusal("bad_request", f"a binary message of {len(message['bytes'])} bytes is no command.", expected=EXPECTED)
            self._obey(text)
            self._changed.set()

    def _obey(self, text: str) -> None:
        now_s = self._loop.time()
        try:
            command = COMMAND.validate_json(text)
        except ValidationError as error:
            what = error.errors()[0]["msg"]
            raise Refusal("bad_request", f"{text[:80]!r} is no command: {what}.", expected=EXPECTED) from None
        match command:
            case ReplaySpeed(value=value):
                self._clock.set_speed(value, now_s)
            case ReplayPause():
                self._clock.pause(now_s)
            case ReplayResume():
                self._clock.resume(now_s)

    async def _until(self, market_s: int) -> None:
        """Wait for a market time; a command changes how long."""
        while True:
            wait_s = self._clock.wait_s(market_s * NS_PER_S, self._loop.time())
            if wait_s is not None and wait_s <= 0:
                return
            self._changed.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _send(self, send: Callable[[str], Awaitable[None]], text: str) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await send(text)
        except TimeoutError:
            raise ReaderStuck from None


class Frames:
    """The windows of a day after a moment, encoded batch by batch."""

    def __init__(self, day: DayBundle, from_s: int, level_ids: tuple[str, ...] | None, until_s: int | None = None) -> None:
        self._day = day
        self._levels = day.chosen_levels(level_ids)
        self._known_s = from_s
        """Up to here everything has been taken."""
        self._row, self._rows = day.tables["windows"].rows(from_s, day.moments.session_end_s if until_s is None else until_s)

    def take(self) -> list[Frame]:
        """The next windows; empty at the end."""
        windows = self._day.tables["windows"]
        first, last = self._row, min(self._row + BATCH, self._rows)
        self._row = last
        if first == last:
            return []
        from_s, to_s = self._known_s, int(windows.known_s[last - 1])
        self._known_s = to_s
        rows = windows.table.slice(first, last - first).to_pylist()
        tables = self._day.tables
        heat = {row["start_s"]: row for row in _cut(tables.get("heat"), from_s, to_s)}
        ladder = {row["start_s"]: row for row in _cut(tables.get("ladder"), from_s, to_s)}
        ends_s = windows.known_s[first:last]
        levels, events = (_by_window(tables.get(name), from_s, ends_s) for name in ("levels", "events"))
        trades, walls = (_by_start(_cut(tables.get(name), from_s, to_s)) for name in ("trades", "walls"))
        conditions = _by_start(
            {"level_id": level_id, **row} for level_id in self._levels for row in _cut(self._day.conditions.get(level_id), from_s, to_s)
        )
        triggers, ends = self._day.triggers, ends_s.tolist()
        episodes = triggers.changed_episodes(ends, from_s) if triggers is not None else [[] for _ in ends]
        frames = []
        for row, end_s, new_levels, new_events, changed in zip(rows, ends, levels, events, episodes, strict=True):
            start_s = row["start_s"]
            hot, strikes = heat.get(start_s), ladder.get(start_s)
            message = {
                "type": "window",
                **row,
                "base_ticks": hot["base_ticks"] if hot is not None else None,
                "heat": base64.b64encode(np.array(hot["heat"], "<u2").tobytes()).decode() if hot is not None else None,
                "trades": trades.get(start_s, []),
                "walls": [_wall(wall) for wall in walls.get(start_s, [])],
                "ladder": {name: strikes[name] for name in ("base_strike_ticks", *LADDER_COUNTS)} if strikes is not None else None,
                "levels": new_levels,
                "events": [{**event, "kind": KINDS[event["kind"]]} for event in new_events],
                "conditions": [_condition(condition) for condition in conditions.get(start_s, [])],
                "episodes": [episode.model_dump(mode="json") for episode in changed],
            }
            frames.append(Frame(end_s, to_json(message, inf_nan_mode="null")[:-1]))
        return frames


def window_list(day: DayBundle, from_s: int, as_of_s: int, level_ids: tuple[str, ...] | None) -> bytes:
    """A `WindowList` of the windows that ended in (from_s, as_of_s], the first `BATCH` of them, as JSON."""
    day.require_as_of(as_of_s)
    day.require_table("windows")
    sent_s = time.time()
    windows = ",".join(frame.text(sent_s) for frame in Frames(day, from_s, level_ids, as_of_s).take())
    return f'{{"version":"{day.version}","windows":[{windows}]}}'.encode()


def _by_window(table: KnownTable | None, from_s: int, ends_s: NDArray[np.int64]) -> list[list[dict[str, Any]]]:
    """(windows,) rows that became known in each of the windows that end then; the first begins at `from_s`."""
    if table is None:
        return [[] for _ in ends_s]
    first, last = table.rows(from_s, int(ends_s[-1]))
    rows = table.table.slice(first, last - first).to_pylist()
    bounds = np.searchsorted(table.known_s[first:last], ends_s, side="right")
    return [rows[low:high] for low, high in pairwise([0, *bounds.tolist()])]


def _by_start(rows: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """Rows by the start of their window, without it."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("start_s"), []).append(row)
    return found


def _wall(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "side": SIDES[row["side"]], "event": EVENTS[row["event"]], "massive": bool(row["massive"])}


def _condition(row: dict[str, Any]) -> dict[str, Any]:
    names = ("level_id", "distance_ticks", *SHIFTS, "count_up", "count_down", "balance_level", "balance_held_s", "touches", "near_s")
    by_number = {of: [row[f"{one}_{number}"] for number in NUMBERS] for of, one in _BY_NUMBER.items()}
    codes = {"state": STATES[row["state"]], "balance": BALANCES[row["balance"]]}
    return {**{name: row[name] for name in names}, **by_number, **codes}


def _cut(table: KnownTable | None, from_s: int, to_s: int) -> list[dict[str, Any]]:
    return table.cut(from_s, to_s).to_pylist() if table is not None else []
