"""The session before: its 2-minute candles and its volume profile."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import commands
from ..config import AppConfig
from ..core.profile import VolumeProfile
from ..core.tables import TRADE_BARS, VOLUME_PROFILE
from ..io import read_table
from ..lake.partitions import PartitionRef, is_partition_complete, ref_in
from ..planning import ContractDay
from ..settings import Settings
from ..sources.calendar import session_times


class Candles(NamedTuple):
    """Candles with a trade, in time order; every array is (candles,) int64, prices in ticks."""

    start_ns: NDArray[np.int64]
    open_ticks: NDArray[np.int64]
    high_ticks: NDArray[np.int64]
    low_ticks: NDArray[np.int64]
    close_ticks: NDArray[np.int64]
    volume: NDArray[np.int64]


class Yesterday(NamedTuple):
    """The regular hours of the session before."""

    date: str
    candles: Candles | None
    profile: VolumeProfile | None
    missing: tuple[str, ...]
    refs: tuple[PartitionRef, ...]


def yesterday_of(cfg: AppConfig, unit: ContractDay, settings: Settings) -> Yesterday:
    """The session before a contract-day, in the same contract."""
    previous = session_times(session_times(unit.date, settings).previous_date, settings)
    bars, profile = (ref_in(cfg.lake_root, dataset, unit.symbol, previous.date) for dataset in (TRADE_BARS, VOLUME_PROFILE))
    held = tuple(ref for ref in (bars, profile) if is_partition_complete(ref))
    fix = commands.build(cfg.lake_root, unit.symbol, [previous.date], layer="silver")
    missing = [f"Yesterday: {ref} is not built. Run: {fix}" for ref in (bars, profile) if ref not in held]
    candles = _candles(bars, settings.levels.bar_s, previous.rth_open_ns, previous.rth_close_ns) if bars in held else None
    if candles is not None and len(candles.start_ns) == 0:
        candles = None
        missing.append(f"Yesterday: {previous.date} has no trade of {unit.symbol} in its regular hours.")
    return Yesterday(previous.date, candles, _profile(profile) if profile in held else None, tuple(missing), held)


def _candles(ref: PartitionRef, bar_s: int, open_ns: int, close_ns: int) -> Candles:
    table = read_table(ref, ["bar_s", "bar_start_ns", *Candles._fields[1:]])
    start_ns = table["bar_start_ns"].to_numpy()
    chosen = (table["bar_s"].to_numpy() == bar_s) & (start_ns >= open_ns) & (start_ns < close_ns)
    return Candles(start_ns[chosen], *(table[name].to_numpy()[chosen].astype(np.int64) for name in Candles._fields[1:]))


def _profile(ref: PartitionRef) -> VolumeProfile:
    table = read_table(ref)
    return VolumeProfile(*(table[name].to_numpy().astype(np.int64) for name in VolumeProfile._fields))
