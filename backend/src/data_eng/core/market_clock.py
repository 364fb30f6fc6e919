"""Market time against the wall's: from a moment on, at any speed, which may change, pause and jump."""

from __future__ import annotations

from .units import NS_PER_S


class MarketClock:
    """Its own time is in ns UTC, the wall's in seconds of a clock that the caller reads. Every change starts from the moment it is made at,
    so nothing drifts.
    """

    def __init__(self, market_ns: int, speed: float, now_s: float, *, runs: bool = True) -> None:
        self._market_ns = market_ns
        self._since_s = now_s
        self._speed = speed
        self._runs = runs

    def market_ns(self, now_s: float) -> int:
        """What it shows."""
        return self._market_ns + (round((now_s - self._since_s) * self._speed * NS_PER_S) if self._runs else 0)

    def wait_s(self, market_ns: int, now_s: float) -> float | None:
        """How long until it shows a time, below 0 where that is past; None while it stands still."""
        return (market_ns - self.market_ns(now_s)) / NS_PER_S / self._speed if self._runs else None

    def set_speed(self, speed: float, now_s: float) -> None:
        self._set(self.market_ns(now_s), now_s)
        self._speed = speed

    def pause(self, now_s: float) -> None:
        self._set(self.market_ns(now_s), now_s)
        self._runs = False

    def resume(self, now_s: float) -> None:
        self._set(self.market_ns(now_s), now_s)
        self._runs = True

    def seek(self, market_ns: int, now_s: float) -> None:
        """Show this time now, and go on from it as before."""
        self._set(market_ns, now_s)

    def _set(self, market_ns: int, now_s: float) -> None:
        self._market_ns, self._since_s = market_ns, now_s
