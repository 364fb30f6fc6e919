"""Prior day's point of control and value area, of the volume profile of its regular hours, same contract, known before the session."""

from __future__ import annotations

from ..profile import ValueArea, value_area
from .day import Level, LevelAbsent, LevelDay, first_window_ns, prior_session, static_level
from .declaration import level


@level(name="PD POC", group="prior_day", moving=False, prior_sessions=1)
def pd_poc(day: LevelDay) -> Level:
    """Point of control: the price at which most contracts traded in the prior session's regular hours."""
    area = _prior_value_area(day)
    return area if isinstance(area, LevelAbsent) else static_level(first_window_ns(day), area.poc_ticks)


@level(name="PD VAH", group="prior_day", moving=False, prior_sessions=1)
def pd_vah(day: LevelDay) -> Level:
    """Value area high: upper edge of the prices around the point of control where 70 % of the prior session's volume traded."""
    area = _prior_value_area(day)
    return area if isinstance(area, LevelAbsent) else static_level(first_window_ns(day), area.high_ticks)


@level(name="PD VAL", group="prior_day", moving=False, prior_sessions=1)
def pd_val(day: LevelDay) -> Level:
    """Value area low: lower edge of the prices around the point of control where 70 % of the prior session's volume traded."""
    area = _prior_value_area(day)
    return area if isinstance(area, LevelAbsent) else static_level(first_window_ns(day), area.low_ticks)


def _prior_value_area(day: LevelDay) -> ValueArea | LevelAbsent:
    bars = prior_session(day)
    if isinstance(bars, LevelAbsent):
        return bars
    if day.prior_profile is None or not len(day.prior_profile.price_ticks):
        return LevelAbsent(f"the volume profile of {day.previous.date} is not in the lake for this contract")
    return value_area(day.prior_profile)
