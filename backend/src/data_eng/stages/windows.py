"""Silver's windows and levels as the arrays that core takes; shared by the stages that look at price around levels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.book.marks import seen_end_ns
from ..core.events import NO_TICK
from ..core.features.registry import Best
from ..core.session import SessionTimes, trades_end_ns
from ..core.units import NS_PER_S
from ..core.zones import price_in_force

WINDOW_COLUMNS = [
    "window_start_ns",
    "best_bid_ticks",
    "best_ask_ticks",
    "marks",
    "best_bid_size",
    "best_ask_size",
    "best_bid_orders",
    "best_ask_orders",
]
"""Columns of book_windows_5s that `as_windows` takes."""
SEEN_COLUMNS = ["window_start_ns", "marks", "unseen_ns"]
"""Those that `seen_end_of` takes."""


class Windows(NamedTuple):
    """Consecutive windows of a contract-day, lead-in included; every array is (windows,)."""

    start_ns: NDArray[np.int64]
    end_ns: NDArray[np.int64]
    in_session: NDArray[np.bool_]
    """Whether the window lies wholly within the session's span."""
    mid_ticks: NDArray[np.float64]
    """Mid at the window's end; NaN where the window is not usable (it is marked, or a best is missing)."""
    marks: NDArray[np.uint8]
    best: Best
    """Size and orders at the best prices, at the window's end."""


def until_session_end(table: pa.Table, times: SessionTimes, time_column: str = "window_start_ns") -> pa.Table:
    """Rows of a table in time order that lie before the session's end: all that a feature, a level or an episode may be made from.

    Windows and trade path go on to the regular close, for outcomes alone.
    """
    return table.slice(0, int(np.searchsorted(table[time_column].to_numpy(), times.end_ns)))


def seen_end_of(table: pa.Table, times: SessionTimes, window_s: int, after_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """(moments,) up to when every trade after a moment is known, from all rows of book_windows_5s with `SEEN_COLUMNS`."""
    start_ns, marks, unseen_ns = (table[name].to_numpy() for name in SEEN_COLUMNS)
    return seen_end_ns(after_ns, start_ns, marks, unseen_ns, window_s * NS_PER_S, trades_end_ns(times))


def as_windows(table: pa.Table, times: SessionTimes, window_s: int) -> Windows:
    """Rows of book_windows_5s as arrays."""
    start_ns, best_bid, best_ask, marks, *best = (table[name].to_numpy() for name in WINDOW_COLUMNS)
    usable = (marks == 0) & (best_bid != NO_TICK) & (best_ask != NO_TICK)
    end_ns = start_ns + window_s * NS_PER_S
    return Windows(
        start_ns=start_ns,
        end_ns=end_ns,
        in_session=(start_ns >= times.start_ns) & (end_ns <= times.end_ns),
        mid_ticks=np.where(usable, (best_bid.astype(np.float64) + best_ask) / 2, np.nan),
        marks=marks,
        best=Best(*best),
    )


def session_windows(windows: Windows) -> Windows:
    """Without the lead-in."""
    kept = windows.in_session
    return Windows(
        start_ns=windows.start_ns[kept],
        end_ns=windows.end_ns[kept],
        in_session=kept[kept],
        mid_ticks=windows.mid_ticks[kept],
        marks=windows.marks[kept],
        best=Best(*(column[kept] for column in windows.best)),
    )


def first_rows_of(flow: pa.Table, windows: Windows) -> NDArray[np.int64]:
    """(windows + 1,) where each window's rows of the flow begin; the windows are consecutive, so each ends where the next begins."""
    edges_ns = np.append(windows.start_ns, windows.end_ns[-1:])
    first: NDArray[np.int64] = np.searchsorted(flow["window_start_ns"].to_numpy(), edges_ns)
    return first


def levels_in_force(levels: pa.Table, start_ns: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """(windows,) price in ticks by level_id, in the table's order; NaN where the level is not known, or absent that day."""
    level_ids = levels["level_id"].to_numpy(zero_copy_only=False)
    known_from_ns, price_ticks = levels["known_from_ns"].to_numpy(), levels["price_ticks"].to_numpy(zero_copy_only=False)
    in_force = {}
    for level_id in dict.fromkeys(level_ids):
        rows = level_ids == level_id
        in_force[level_id] = price_in_force(known_from_ns[rows], price_ticks[rows].astype(np.float64), start_ns)
    return in_force
