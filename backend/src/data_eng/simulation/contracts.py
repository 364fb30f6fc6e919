"""The quarterly contracts of the simulated root: which are listed on a date, when they expire, and how volume rolls over to the next."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from ..sources.calendar import sessions_between

ROOT = "ES"
QUARTER_MONTHS = {3: "H", 6: "M", 9: "U", 12: "Z"}
CARRY_TICKS = 220
"""55 points from one quarterly contract to the next."""
ROLL_BEFORE_EXPIRY_DAYS = 8
CROSSOVER_SESSIONS = 1.2
"""Scale on which volume crosses from one contract to the next around the roll."""


class QuarterlyFuture(NamedTuple):
    """A quarterly future: its symbol, its instrument id, and how many quarters it lies after the run's first contract."""

    symbol: str
    instrument_id: int
    quarter: int


def contracts_on(day: str, first_day: str) -> tuple[QuarterlyFuture, QuarterlyFuture]:
    """The contract nearest to expiry on a date, and the next; `first_day` is the run's first session."""
    near, first = _nearest_quarter(day), _nearest_quarter(first_day)
    return _contract(near, first), _contract(near + 1, first)


def far_share(day: str, roll: str | None) -> float:
    """How much of the volume has crossed to the far contract: a logistic curve in sessions around the roll.

    `roll` is the session chosen for it, where one was; it counts for the contract that is nearest then.
    """
    near = _nearest_quarter(day)
    usual = (_expiry(near) - timedelta(days=ROLL_BEFORE_EXPIRY_DAYS)).isoformat()
    rolls = roll if roll is not None and _nearest_quarter(roll) == near else usual
    sessions = len(sessions_between(rolls, day)) - 1 if day >= rolls else -len(sessions_between(day, rolls)) + 1
    return float(1.0 / (1.0 + np.exp(-(sessions + 0.5) / CROSSOVER_SESSIONS)))


def _contract(quarter: int, first_quarter: int) -> QuarterlyFuture:
    year, month = divmod(quarter, 4)
    symbol = f"{ROOT}{QUARTER_MONTHS[3 * month + 3]}{year % 10}"
    return QuarterlyFuture(symbol, 17_000 + quarter % 400, quarter - first_quarter)


def _nearest_quarter(day: str) -> int:
    """Four times the year plus 0..3 of the quarterly contract that expires next; one expiring on the date still trades."""
    at = date.fromisoformat(day)
    quarter = at.year * 4 + (at.month - 1) // 3
    return quarter if at <= _expiry(quarter) else quarter + 1


def _expiry(quarter: int) -> date:
    """Third Friday of the contract's month."""
    first = date(quarter // 4, 3 * (quarter % 4) + 3, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)
