"""Prior day's high, low and close: of the last regular session that is over, same contract, known at the open.

That is the session on an earlier date; for an evening, the one that closed the same day.
"""

from __future__ import annotations

from .day import Level, LevelAbsent, LevelDay, first_window_ns, prior_session, static_level
from .declaration import level


@level(name="PD High", group="prior_day", moving=False, prior_sessions=1)
def pd_high(day: LevelDay) -> Level:
    """Highest trade of the prior session's regular hours."""
    bars = prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(first_window_ns(day), bars.high_ticks.max())


@level(name="PD Low", group="prior_day", moving=False, prior_sessions=1)
def pd_low(day: LevelDay) -> Level:
    """Lowest trade of the prior session's regular hours."""
    bars = prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(first_window_ns(day), bars.low_ticks.min())


@level(name="PD Close", group="prior_day", moving=False, prior_sessions=1)
def pd_close(day: LevelDay) -> Level:
    """Last trade of the prior session's regular hours."""
    bars = prior_session(day)
    return bars if isinstance(bars, LevelAbsent) else static_level(first_window_ns(day), bars.close_ticks[-1])
