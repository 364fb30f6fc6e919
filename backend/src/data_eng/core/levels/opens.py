"""Opens: the first trade of the exchange's day and of the regular hours, known at the end of its second."""

from __future__ import annotations

from .day import Level, LevelAbsent, LevelDay, first_trade, regular_open_ns
from .declaration import level


@level(name="Globex Open", group="overnight", moving=False)
def globex_open(day: LevelDay) -> Level:
    """First trade since the exchange opened for the session's day, 18:00 the evening before; of an evening, its own 18:00."""
    return first_trade(day, day.exchange.day_open_ns, day.times.end_ns)


@level(name="RTH Open", group="opening_range", moving=False, known_at="session")
def rth_open(day: LevelDay) -> Level:
    """First trade of the regular hours."""
    opened_ns = regular_open_ns(day)
    if isinstance(opened_ns, LevelAbsent):
        return opened_ns
    return first_trade(day, opened_ns, min(day.times.rth_close_ns, day.times.end_ns))
