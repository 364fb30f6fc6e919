"""Settlement: what the prior session was settled at, known before the session."""

from __future__ import annotations

from ..units import NS_PER_S
from .day import Level, LevelAbsent, LevelDay, PriceSource, first_window_ns, static_level, trades_between
from .declaration import level

SETTLING_S = 30
"""CME settles its equity index futures at the VWAP of 15:59:30 to 16:00:00 New York time; for other roots the same is an estimate."""


@level(name="Settlement", group="prior_day", moving=False, prior_sessions=1)
def settlement(day: LevelDay) -> Level:
    """Settlement of the prior session: the exchange's; where none is imported, the VWAP of the last 30 seconds of its regular hours."""
    if day.exchange_settlement_ticks is not None:
        return static_level(first_window_ns(day), day.exchange_settlement_ticks, PriceSource.EXCHANGE)
    close_ns = day.previous.rth_close_ns
    bars = trades_between(day, close_ns - SETTLING_S * NS_PER_S, close_ns)
    if isinstance(bars, LevelAbsent):
        return bars
    return static_level(first_window_ns(day), bars.notional_ticks.sum() / bars.volume.sum(), PriceSource.CLOSING_VWAP)
