"""The one door between the feed's numbers and ours: 1e-9 points and ticks, nanoseconds and written times."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from math import isclose

from ..errors import SpymasterError

NANOS_PER_POINT = 1_000_000_000
"""Databento writes prices as integers of 1e-9 points."""
NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
MS_PER_S = 1_000
NS_PER_DAY = 86_400 * NS_PER_S


class UnitError(SpymasterError):
    """A price, tick or time that cannot be what it says."""


def tick_nanos(tick_points: float) -> int:
    """A tick in 1e-9 points: 0.25 is 250,000,000."""
    nanos = round(tick_points * NANOS_PER_POINT)
    if nanos <= 0 or not isclose(nanos, tick_points * NANOS_PER_POINT, rel_tol=1e-9):
        raise UnitError(f"tick {tick_points!r} is no positive multiple of 1e-9 points. Correct it in settings.yaml, instruments.")
    return nanos


def ticks_to_points(ticks: float, tick_points: float) -> float:
    """19200 ticks of 0.25 are 4800.0 points; exact where the tick is a binary fraction, else rounded to 1e-9."""
    return round(ticks * tick_points, 9)


def price_text(points: float, tick_points: float, finer: int = 0) -> str:
    """A price with the decimals of its tick: 6700.25, 112.015625, 46500; `finer` adds some, one for a middle between two ticks."""
    return f"{points:.{_decimals(tick_points) + finer}f}"


def distance_text(points: float, tick_points: float) -> str:
    """How far apart two prices are, either way: 1.25, 1.875; a middle between two ticks has one decimal more."""
    return price_text(abs(points), tick_points, finer=1).removesuffix("0").removesuffix(".")


def short_price(points: float) -> str:
    """A price without trailing zeros, to 1e-9 points: 6699, 61.05, 112.0625."""
    return f"{points:.9f}".rstrip("0").rstrip(".")


def _decimals(tick_points: float) -> int:
    exponent = Decimal(str(tick_points)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def nanos_to_text(price_nanos: int) -> str:
    """A feed price for a message, without rounding: 4799123456789 is `4799.123456789`."""
    whole, rest = divmod(abs(price_nanos), NANOS_PER_POINT)
    sign = "-" if price_nanos < 0 else ""
    return f"{sign}{whole}.{rest:09d}".rstrip("0").rstrip(".")


def ns_to_iso(ts_ns: int) -> str:
    """`2023-12-25T23:00:00.000000001Z`, all nine digits."""
    seconds, rest = divmod(int(ts_ns), NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def utc_date(ts_ns: int) -> str:
    """ISO date of a time, UTC."""
    return datetime.fromtimestamp(int(ts_ns) // NS_PER_S, UTC).date().isoformat()


def utc_day_start_ns(date: str) -> int:
    """00:00 UTC of an ISO date."""
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) * NS_PER_S
