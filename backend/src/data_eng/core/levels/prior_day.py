"""Prior day's high, low and close: of the last regular session that is over, same contract, known at the open.

That is the session on an earlier date; for an evening, the one that closed the same day.
"""

from __future__ import annotations

from ..session import opening_ns
from .day import Bars, Level, LevelAbsent, LevelDay, static_level, trades_between
from .declaration import level


@level(name="PD High", group="prior_day", moving=False)
def pd_high(day: LevelDay) -> Level:
    """Highest trade of the prior session's regular hours."""
    bars = _prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_known_from_ns(day), bars.high_ticks.max())


@level(name="PD Low", group="prior_day", moving=False)
def pd_low(day: LevelDay) -> Level:
    """Lowest trade of the prior session's regular hours."""
    bars = _prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_known_from_ns(day), bars.low_ticks.min())


@level(name="PD Close", group="prior_day", moving=False)
def pd_close(day: LevelDay) -> Level:
    """Last trade of the prior session's regular hours."""
    bars = _prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(_known_from_ns(day), bars.close_ticks[-1])


def _prior_session(day: LevelDay) -> Bars | LevelAbsent:
    return trades_between(day, day.previous.rth_open_ns, day.previous.rth_close_ns)


def _known_from_ns(day: LevelDay) -> int:
    """The regular open, or the session's start where that is earlier."""
    return min(opening_ns(day.times), day.times.start_ns)
