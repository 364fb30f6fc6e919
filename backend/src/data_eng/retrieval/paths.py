"""The mid around a trigger, in ticks from the level: what a setup and its neighbours are drawn by."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.events import NO_TICK
from ..core.tables import BOOK_WINDOWS
from ..core.units import NS_PER_S
from ..io import read_table
from ..lake.partitions import is_built, ref_in

BEFORE_S, AFTER_S = 120, 840
"""What is drawn around a trigger: the vector's two minutes and the longest horizon."""
PATHS_DRAWN = 24
"""Nearest neighbours that are drawn; more hide each other."""


MID_COLUMNS = ["window_start_ns", "best_bid_ticks", "best_ask_ticks", "marks"]


class DayMids(NamedTuple):
    """The mid of one contract-day at the end of every window."""

    end_ns: NDArray[np.int64]
    """(windows,) ascending."""
    mid_ticks: NDArray[np.float64]
    """NaN in windows without a book to trust."""


class MidPath(NamedTuple):
    """Mid around a trigger; NaN in windows without a book to trust."""

    seconds: NDArray[np.float64]
    """From the trigger."""
    ticks: NDArray[np.float64]
    """From the level at the trigger."""


def day_mids(lake: Path, symbol: str, session_date: str) -> DayMids | None:
    """None while the day's windows are not in the lake."""
    ref = ref_in(lake, BOOK_WINDOWS, symbol, session_date)
    if not is_built(ref):
        return None
    return mids_of(read_table(ref, MID_COLUMNS))


def mids_of(windows: pa.Table) -> DayMids:
    """Those of rows of the book's windows, at least two."""
    start_ns, best_bid, best_ask, marks = (windows[name].to_numpy() for name in MID_COLUMNS)
    window_ns = int(np.diff(start_ns).min()) if len(start_ns) > 1 else 0
    trusted = (best_bid != NO_TICK) & (best_ask != NO_TICK) & (marks == 0)
    return DayMids(start_ns + window_ns, np.where(trusted, (best_bid.astype(np.float64) + best_ask) / 2, np.nan))


def path_around(mids: DayMids, ts_ns: int, level_ticks: float, after_s: int) -> MidPath:
    """Mid from two minutes before a trigger to `after_s` after it."""
    first = int(np.searchsorted(mids.end_ns, ts_ns - BEFORE_S * NS_PER_S))
    last = int(np.searchsorted(mids.end_ns, ts_ns + after_s * NS_PER_S, side="right"))
    return MidPath((mids.end_ns[first:last] - ts_ns) / NS_PER_S, mids.mid_ticks[first:last] - level_ticks)
