"""What a level function is given and what it answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..declared import Declared
from ..profile import VolumeProfile
from ..session import NEW_YORK, ExchangeTimes, SessionTimes, clock, is_after_hours, opening_ns
from ..units import NS_PER_S

NEVER_NS = np.iinfo(np.int64).max


class PriceSource(Declared):
    """Where the price of a level comes from."""

    TRADES = "trades", "computed from the trades of its definition"
    CLOSING_VWAP = "closing_vwap", "an estimate of the settlement: the VWAP of the last 30 seconds before the close"
    EXCHANGE = "exchange", "published by the exchange"
    OWN = "own", "from your own table"


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
    exchange: ExchangeTimes
    prior_profile: VolumeProfile | None = None
    """What traded at each tick of the regular hours of `previous`; None where the lake has no profile of it for this contract."""
    exchange_settlement_ticks: float | None = None
    """Settlement of `previous` as the exchange published it; None while no statistics are imported."""
    timezone: str = NEW_YORK

    def since(self, start_ns: int) -> LevelDay:
        """The same day without the bars before a moment, as if the lake began there."""
        spans = self.covered_ns[self.covered_ns[:, 1] > start_ns]
        return self._replace(
            seconds=self.seconds.between(start_ns, NEVER_NS),
            candles=self.candles.between(start_ns, NEVER_NS),
            covered_ns=np.column_stack((np.maximum(spans[:, 0], start_ns), spans[:, 1])),
        )

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
    source: PriceSource = PriceSource.TRADES


class LevelAbsent(NamedTuple):
    """A level that cannot be known that day."""

    reason: str


Level = LevelSeries | LevelAbsent


def static_level(known_from_ns: int, price_ticks: float, source: PriceSource = PriceSource.TRADES) -> LevelSeries:
    return LevelSeries(np.array([known_from_ns], np.int64), np.array([price_ticks], np.float64), source)


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


def first_trade(day: LevelDay, start_ns: int, until_ns: int) -> Level:
    """Price of the first trade of [start_ns, until_ns), known at its second's end; absent when the lake cannot say which was the first."""
    covered_ns = min(day.covered_until_ns(start_ns), until_ns)
    if covered_ns <= start_ns:
        return LevelAbsent(f"trade bars from {clock(start_ns, day.timezone)} on are not in the lake for this contract")
    bars = trades_between(day, start_ns, covered_ns)
    return bars if isinstance(bars, LevelAbsent) else static_level(int(bars.start_ns[0]) + NS_PER_S, bars.open_ticks[0])


def prior_session(day: LevelDay) -> Bars | LevelAbsent:
    """1-second bars of the regular hours of the last regular session that is over."""
    return trades_between(day, day.previous.rth_open_ns, day.previous.rth_close_ns)


def first_window_ns(day: LevelDay) -> int:
    """From when a price that was settled before the session counts: the regular open, or the session's start where that is earlier."""
    return min(opening_ns(day.times), day.times.start_ns)


def regular_open_ns(day: LevelDay) -> int | LevelAbsent:
    """The open of the date's regular hours; absent for a session that they do not begin for."""
    if not day.times.rth_day:
        return LevelAbsent(f"{day.times.date} has no regular hours")
    if is_after_hours(day.times):
        return LevelAbsent("the session begins after the regular hours of its date")
    if day.times.end_ns <= day.times.rth_open_ns:
        return LevelAbsent("the session ends before the regular hours of its date begin")
    return day.times.rth_open_ns
