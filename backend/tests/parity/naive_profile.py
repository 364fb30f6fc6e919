"""The slow twin of the volume profile and its value area, with dicts, as one would explain them."""

from __future__ import annotations

from fractions import Fraction

Trade = tuple[int, int, int, str]
"""ns UTC, tick, size, aggressor's side: B, A or N."""


def profile(trades: list[Trade], start_ns: int, end_ns: int) -> dict[int, tuple[int, int, int]]:
    """Volume, buy volume and sell volume by tick, ascending."""
    found: dict[int, tuple[int, int, int]] = {}
    for ts_ns, tick, size, side in trades:
        if start_ns <= ts_ns < end_ns:
            volume, buys, sells = found.get(tick, (0, 0, 0))
            found[tick] = (volume + size, buys + (size if side == "B" else 0), sells + (size if side == "A" else 0))
    return dict(sorted(found.items()))


def value_area(volume: dict[int, int]) -> tuple[int, int, int]:
    """Low, point of control and high."""
    lowest, highest, total = min(volume), max(volume), sum(volume.values())
    middle = Fraction(lowest + highest, 2)
    vwap = Fraction(sum(tick * size for tick, size in volume.items()), total)
    most = max(volume.values())
    poc = min((abs(tick - middle), abs(tick - vwap), tick) for tick, size in volume.items() if size == most)[2]
    inside = {poc}
    while sum(volume.get(tick, 0) for tick in inside) < Fraction(7, 10) * total:
        above = [tick for tick in (max(inside) + 1, max(inside) + 2) if tick <= highest]
        below = [tick for tick in (min(inside) - 1, min(inside) - 2) if tick >= lowest]
        in_above, in_below = (sum(volume.get(tick, 0) for tick in side) for side in (above, below))
        if not below or (above and in_above > in_below):
            inside |= set(above)
        elif not above or in_below > in_above:
            inside |= set(below)
        else:
            inside |= {*above, *below}
    return min(inside), poc, max(inside)
