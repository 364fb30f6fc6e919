"""The gateway: a listener on this machine, the tape it plays, its clock and its faults, shared by all sessions."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from ...core.market_clock import MarketClock
from ...errors import SpymasterError
from .faults import Faults
from .session import Session
from .tape import Tape

HOST = "127.0.0.1"
PORT = 13_000
"""Databento's own."""
PRACTICE_KEY = "db-practice-on-this-machine-only"
"""What a client without a key of its own introduces itself with; the official client takes 32 characters that begin with `db-`."""
DENIALS = {
    1: "Authentication failed.",
    2: "API key deactivated.",
    3: "Connection limit exceeded.",
    5: "Invalid subscription.",
}
"""What the gateway says to a client that it turns away, by the feed's code."""


class GatewayPortTaken(SpymasterError):
    """The gateway's port is in use."""


class Gateway:
    """Sessions of one tape. `say` hears what happens, a line each.

    The market stands at `from_ns` until the first session begins, and goes on at `speed`, market time for wall time; without one it stands
    at what was sent last, and a session is sent all as fast as it reads.
    """

    def __init__(
        self,
        tape: Tape,
        from_ns: int,
        speed: float | None,
        faults: Faults,
        key: str = PRACTICE_KEY,
        say: Callable[[str], None] = print,
    ) -> None:
        self.tape = tape
        self.speed = speed
        self._clock = MarketClock(from_ns, speed or 1.0, time.monotonic(), runs=False)
        self._is_begun = False
        self.faults = faults
        self.key = key
        self.say = say
        self.is_aged_out = False
        """Whether what was before can no longer be replayed."""
        self.port = 0
        self._sessions: set[asyncio.Task[None]] = set()
        self._denial: str | None = None
        self._altered: NDArray[np.void] | None = None
        self._numbers = 0
        self._server: asyncio.Server | None = None
        self._reopening: asyncio.Task[None] | None = None

    async def open(self, port: int) -> None:
        """Listen; 0 takes a free port."""
        try:
            self._server = await asyncio.start_server(self._serve, HOST, self.port or port)
        except OSError as error:
            raise GatewayPortTaken(f"cannot listen on {HOST} port {port}: {error.strerror or error}.", expected="a free port") from None
        listening: socket.socket = self._server.sockets[0]
        self.port = int(listening.getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end all sessions."""
        if self._server is not None:
            self._server.close()
        tasks = [*self._sessions, *([self._reopening] if self._reopening is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self) -> None:
        """Let the market go on, where it does not yet."""
        if not self._is_begun and self.speed is not None:
            self._clock.resume(time.monotonic())
        self._is_begun = True

    def now_ns(self) -> int:
        """The market's time."""
        return self._clock.market_ns(time.monotonic())

    def wait_s(self, ts_ns: int) -> float:
        """Seconds of the wall until the market's time is this; 0 where it is, or goes by what is sent."""
        return max(0.0, self._clock.wait_s(ts_ns, time.monotonic()) or 0.0)

    def sent(self, ts_ns: int) -> None:
        """Note what was sent, which a market without a speed follows."""
        if self.speed is None and ts_ns > self.now_ns():
            self._clock.seek(ts_ns, time.monotonic())

    def number_session(self) -> int:
        self._numbers += 1
        return self._numbers

    def denied(self) -> str | None:
        """Why the next client is turned away; None where it is not. Asked once."""
        denial, self._denial = self._denial, None
        return denial

    def deny_next(self, code: int) -> None:
        self._denial = DENIALS.get(code, f"Error {code}.")

    def refuse_for(self, seconds: float) -> None:
        """Take no connection for a while."""
        assert self._server is not None
        self._server.close()
        self._reopening = asyncio.create_task(self._reopen(seconds))

    def alter(self, record: np.void) -> None:
        """Replay this record otherwise than it was sent."""
        self._altered = np.array([record])

    def as_replayed(self, records: NDArray[np.void]) -> NDArray[np.void]:
        """Records as a replay has them."""
        if self._altered is None:
            return records
        same = records == self._altered[0]
        if same.any():
            records = records.copy()
            records["size"][same] += 1
        return records

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        with suppress(asyncio.CancelledError):  # which is the gateway's close; asyncio would log it as a failure
            await Session(self, reader, writer).run()
        self._sessions.discard(task)

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.open(self.port)
