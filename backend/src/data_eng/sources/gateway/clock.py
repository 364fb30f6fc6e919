"""The market's clock of a gateway: it begins with the first session and runs at any speed, or as fast as the sessions read."""

from __future__ import annotations

import time

from ...core.units import NS_PER_S

AS_FAST_AS_READ = 0.0
"""The speed of a clock that stands at what was sent last."""


class MarketClock:
    """`from_ns` is what it shows when the first session begins; `speed` is market time for wall time."""

    def __init__(self, from_ns: int, speed: float) -> None:
        self.speed = speed
        self._from_ns = from_ns
        self._begun_s: float | None = None

    def begin(self) -> None:
        """Start it, where it does not run yet."""
        if self._begun_s is None:
            self._begun_s = time.monotonic()

    def now_ns(self) -> int:
        if self._begun_s is None or self.speed == AS_FAST_AS_READ:
            return self._from_ns
        return self._from_ns + int((time.monotonic() - self._begun_s) * self.speed * NS_PER_S)

    def sent(self, ts_ns: int) -> None:
        """Note what was sent, which a clock without a speed follows."""
        if self.speed == AS_FAST_AS_READ:
            self._from_ns = max(self._from_ns, ts_ns)

    def wait_s(self, ts_ns: int) -> float:
        """Seconds of the wall until it shows a time; 0 where it does, or goes by what is sent."""
        if self.speed == AS_FAST_AS_READ:
            return 0.0
        return max(0.0, (ts_ns - self.now_ns()) / NS_PER_S / self.speed)
