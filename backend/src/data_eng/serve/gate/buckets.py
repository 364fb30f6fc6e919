"""How often each client may ask."""

from __future__ import annotations

import time
from collections.abc import Callable

CLIENTS_MAX = 10_000
"""Clients whose use is remembered; beyond it those that have not asked for a while are forgotten."""


class Buckets:
    """A token bucket a client: `burst` requests at once, `rate_per_s` in the long run."""

    def __init__(self, rate_per_s: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        """By client: requests left, and when that was so."""

    def wait_s(self, client: str) -> float:
        """0 when the client may ask now, which is noted; else how long until it may."""
        now = self._clock()
        left, since = self._left.get(client, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._rate_per_s)
        if left < 1:
            self._left[client] = (left, now)
            return (1 - left) / self._rate_per_s
        if client not in self._left and len(self._left) >= CLIENTS_MAX:
            self._forget(now)
        self._left[client] = (left - 1, now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop clients whose bucket is full again; where none is, the one that has been silent longest."""
        full_after_s = self._burst / self._rate_per_s
        self._left = {client: entry for client, entry in self._left.items() if now - entry[1] < full_after_s}
        if len(self._left) >= CLIENTS_MAX:
            del self._left[min(self._left, key=lambda client: self._left[client][1])]
