"""The volume profile: how much traded at each tick of a span, and the value area that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .events import NO_TICK, SIDE_ASK, SIDE_BID, TRADE, EventBatch

VALUE_SHARE = (7, 10)
"""Part of the volume that a value area holds at least: the 70 % of the CBOT's market profile, near one standard deviation."""
STEP_TICKS = 2
"""Ticks that a value area grows by at a time, as in the CBOT's market profile."""


class VolumeProfile(NamedTuple):
    """Contracts traded by tick, ascending; a tick without a trade has no row. Every array is (ticks,) int64."""

    price_ticks: NDArray[np.int64]
    volume: NDArray[np.int64]
    """All trades, unsigned ones too."""
    buy_volume: NDArray[np.int64]
    """Those with a buying aggressor."""
    sell_volume: NDArray[np.int64]
    """Those with a selling aggressor."""


_EMPTY = VolumeProfile(*(np.empty(0, np.int64) for _ in VolumeProfile._fields))


class ValueArea(NamedTuple):
    """Where most of the volume traded, in ticks, edges included."""

    low_ticks: int
    poc_ticks: int
    """Point of control: the tick with the most volume."""
    high_ticks: int


def volume_profile(events: EventBatch, start_ns: int, end_ns: int) -> VolumeProfile:
    """Trades that could be known in [start_ns, end_ns), by tick."""
    trades = np.flatnonzero(events.action == TRADE)
    ts_recv_ns = events.ts_recv_ns[trades]
    traded = trades[(ts_recv_ns >= start_ns) & (ts_recv_ns < end_ns) & (events.price_ticks[trades] != NO_TICK)]
    size, side = events.size[traded].astype(np.int64), events.side[traded]
    return _by_tick(events.price_ticks[traded].astype(np.int64), size, size * (side == SIDE_BID), size * (side == SIDE_ASK))


def joined_profiles(pieces: Iterable[VolumeProfile]) -> VolumeProfile:
    """The profile of all pieces together; no piece gives a profile without a tick."""
    return _by_tick(*(np.concatenate(columns) for columns in zip(_EMPTY, *pieces, strict=True)))


def value_area(profile: VolumeProfile) -> ValueArea:
    """The span grown from the point of control until it holds 70 % of the volume.

    It grows each time by the next two ticks of the side where more traded in them, and by both sides where they traded alike, so that a
    profile upside down has its value area upside down. A tick without a trade counts as one with volume 0; beyond the outermost trade
    there are none.

    Parameters
    ----------
    profile : at least one tick.
    """
    lowest = int(profile.price_ticks[0])
    volume = np.zeros(int(profile.price_ticks[-1]) - lowest + 1, np.int64)
    volume[profile.price_ticks - lowest] = profile.volume
    poc = _point_of_control(volume)
    low = high = poc
    held, total = int(volume[poc]), int(volume.sum())
    part, whole = VALUE_SHARE
    while held * whole < total * part:
        below, above = volume[max(low - STEP_TICKS, 0) : low], volume[high + 1 : high + 1 + STEP_TICKS]
        up = len(above) > 0 and (len(below) == 0 or above.sum() >= below.sum())
        down = len(below) > 0 and (len(above) == 0 or below.sum() >= above.sum())
        low, high = low - len(below) * int(down), high + len(above) * int(up)
        held = int(volume[low : high + 1].sum())
    return ValueArea(lowest + low, lowest + poc, lowest + high)


def _point_of_control(volume: NDArray[np.int64]) -> int:
    """Place of the most traded tick; of several the one nearest the range's middle, then the one nearest the VWAP, then the lowest."""
    places = np.arange(len(volume))
    from_middle = np.abs(2 * places - (len(volume) - 1))
    from_vwap = np.abs(places * volume.sum() - places @ volume)
    return int(np.lexsort((places, from_vwap, from_middle, -volume))[0])


def _by_tick(price_ticks: NDArray[np.int64], *sizes: NDArray[np.int64]) -> VolumeProfile:
    ticks, place = np.unique(price_ticks, return_inverse=True)
    sums = np.zeros((len(sizes), len(ticks)), np.int64)
    for row, size in zip(sums, sizes, strict=True):
        np.add.at(row, place, size)
    return VolumeProfile(ticks, *sums)
