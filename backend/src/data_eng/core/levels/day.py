"""What a level function is given and what it answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..session import NEW_YORK, SessionTimes, clock
from ..units import NS_PER_S


class Bars(NamedTuple):
    """Bars with at least one trade, of one length, in time order. Every array is (bars,)."""

    start_ns: NDArray[np.int64]
    open_ticks: NDArray[np.int64]
    high_ticks: NDArray[np.int64]
    low_ticks: NDArray[np.int64]
    close_ticks: NDArray[np.int64]
    volume: NDArray[np.int64]
    notional_ticks: NDArray[np.int64]
    """Sum of tick times size."""

    def between(self, start_ns: int, end_ns: int) -> Bars:
        """Bars that start in [start_ns, end_ns)."""
        first, stop = np.searchsorted(self.start_ns, [start_ns, end_ns])
        return Bars(*(column[first:stop] for column in self))


class LevelDay(NamedTuple):
    """Everything a level of one contract and session may be computed from."""

    times: SessionTimes
    previous: SessionTimes
    """The session on `times.previous_date`."""
    seconds: Bars
    """1-second bars of the session's date and the days before, as far as the lake has them for this contract."""
    candles: Bars
    """The same trades in bars of `candle_s`."""
    candle_s: int
    covered_ns: NDArray[np.int64]
    """(spans, 2) start and end of the spans for which the lake has every bar, in time order; hours in which nothing trades are covered."""
    opening_range_s: int
    tick: float
    """Points of one tick."""
    timezone: str = NEW_YORK

    def covers(self, start_ns: int, end_ns: int) -> bool:
        """Whether the lake has every bar of [start_ns, end_ns)."""
        return bool(np.any((self.covered_ns[:, 0] <= start_ns) & (end_ns <= self.covered_ns[:, 1])))

    def covered_until_ns(self, moment_ns: int) -> int:
        """End of the covered span that holds a moment; the moment itself where none does."""
        holding = (self.covered_ns[:, 0] <= moment_ns) & (moment_ns < self.covered_ns[:, 1])
        return int(self.covered_ns[holding, 1][0]) if holding.any() else moment_ns

    def unbroken_candles(self) -> Bars:
        """Candles from the start of the covered span that holds the lead-in to the last that closes before the session's end."""
        holding = self.covered_ns[self.covered_ns[:, 0] <= self.times.flow_start_ns, 0]
        if len(holding) == 0:
            return self.candles.between(0, 0)
        return self.candles.between(int(holding[-1]), self.times.end_ns - self.candle_s * NS_PER_S)

    def span(self, start_ns: int, end_ns: int) -> str:
        """`2025-10-15 18:00:00 to 2025-10-16 09:30:00` for a reason."""
        return f"{clock(start_ns, self.timezone)} to {clock(end_ns, self.timezone)}"


class LevelSeries(NamedTuple):
    """Prices of a level; each holds from its `known_from_ns` until the next. A static level has one."""

    known_from_ns: NDArray[np.int64]
    price_ticks: NDArray[np.float64]


class LevelAbsent(NamedTuple):
    """A level that cannot be known that day."""

    reason: str


Level = LevelSeries | LevelAbsent


def static_level(known_from_ns: int, price_ticks: float) -> LevelSeries:
    return LevelSeries(np.array([known_from_ns], np.int64), np.array([price_ticks], np.float64))


def moving_level(day: LevelDay, known_from_ns: NDArray[np.int64], price_ticks: NDArray[np.float64]) -> Level:
    """The part of a series that is in force from the lead-in to the session's end, one row a change."""
    first = max(
        int(np.searchsorted(known_from_ns, day.times.flow_start_ns, side="right")) - 1,
        0,
    )
    stop = int(np.searchsorted(known_from_ns, day.times.end_ns))
    if stop <= first:
        return LevelAbsent("no price of it is known before the session ends")
    known_from_ns, price_ticks = known_from_ns[first:stop], price_ticks[first:stop]
    changed = np.append(True, price_ticks[1:] != price_ticks[:-1])
    return LevelSeries(known_from_ns[changed], price_ticks[changed])


def trades_between(day: LevelDay, start_ns: int, end_ns: int) -> Bars | LevelAbsent:
    """1-second bars of a span; absent when part of it is missing in the lake or nothing traded in it."""
    if not day.covers(start_ns, end_ns):
        return LevelAbsent(f"trade bars of {day.span(start_ns, end_ns)} are not all in the lake for this contract")
    bars = day.seconds.between(start_ns, end_ns)
    if len(bars.start_ns) == 0:
        return LevelAbsent(f"no trade from {day.span(start_ns, end_ns)}")
    return bars
