"""The week's levels: the prior week's high and low, and the first trade of this one. A week is the calendar's, Sunday's evening first.

A week of which a session is missing in the lake has no high and no low: that of the others may be a wrong price.
"""

from __future__ import annotations

import numpy as np

from ..session import clock
from .day import Level, LevelAbsent, LevelDay, LevelSeries, first_trade, first_window_ns, static_level
from .declaration import level

SESSIONS_BEFORE = 4
"""Sessions of a week before its last."""
SESSIONS_OF_TWO_WEEKS = 9
"""Sessions before the last of a week and the week before it."""


@level(name="PW High", group="week", moving=False, prior_sessions=SESSIONS_OF_TWO_WEEKS)
def pw_high(day: LevelDay) -> Level:
    """Highest trade in the regular hours of the calendar week before."""
    prices = _prior_week(day, "high_ticks")
    return prices if isinstance(prices, LevelAbsent) else static_level(first_window_ns(day), prices.max())


@level(name="PW Low", group="week", moving=False, prior_sessions=SESSIONS_OF_TWO_WEEKS)
def pw_low(day: LevelDay) -> Level:
    """Lowest trade in the regular hours of the calendar week before."""
    prices = _prior_week(day, "low_ticks")
    return prices if isinstance(prices, LevelAbsent) else static_level(first_window_ns(day), prices.min())


@level(name="Week Open", group="week", moving=False, prior_sessions=SESSIONS_BEFORE)
def week_open(day: LevelDay) -> Level:
    """First trade of the week, which begins when the exchange opens: Sunday 18:00."""
    found = first_trade(day, day.exchange.week_open_ns, day.times.end_ns)
    if not isinstance(found, LevelSeries):
        return found
    return found._replace(known_from_ns=np.maximum(found.known_from_ns, first_window_ns(day)))


def _prior_week(day: LevelDay, column: str) -> np.ndarray | LevelAbsent:
    """One price of every traded second of the regular hours of the week before."""
    hours = day.exchange.prior_week
    missing = [clock(open_ns, day.timezone)[:10] for open_ns, close_ns in hours if not day.covers(open_ns, close_ns)]
    if missing:
        count = f"{len(missing)} of the {len(hours)} sessions of the week before"
        return LevelAbsent(f"trade bars of {count} are not all in the lake for this contract, first those of {missing[0]}")
    prices = np.concatenate([np.empty(0, np.int64), *(getattr(day.seconds.between(*span), column) for span in hours)])
    return prices if len(prices) else LevelAbsent("no trade in the regular hours of the week before")
