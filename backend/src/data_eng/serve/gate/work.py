"""Work off the event loop: a bounded pool of threads, and one computation for equal requests at one time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Work:
    """The only place where a request's reading and computing happens."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._flights: dict[Hashable, asyncio.Future[Any]] = {}

    async def run(self, compute: Callable[[], T]) -> T:
        """Compute in the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, compute)

    async def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """As `run`; a caller that wants the same while it is computed waits for the same answer. It goes on when a caller goes away."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.get_running_loop().run_in_executor(self._pool, compute)
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    def close(self) -> None:
        """Let what waits go; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _landed(self, key: Hashable, flight: asyncio.Future[Any]) -> None:
        self._flights.pop(key, None)
        if not flight.cancelled():
            flight.exception()  # seen, also when every caller has gone away
