"""The flow tape: what the kernel writes while events pass, cut into windows, bars and a trade path.

The tape knows no level. Its invariant holds for every row of every window, exactly (behind a clear or a snapshot the window starts anew):

    depth_end = depth_start + add + arrive - fill - pull - reprice_up - reprice_down
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..events import NO_TICK

FLOW_COLUMNS = (
    "window",
    "side",
    "price_ticks",
    "depth_start",
    "depth_end",
    "orders_end",
    "add",
    "arrive",
    "fill",
    "pull",
    "reprice_up",
    "reprice_down",
    "pull_rest",
    "reprice_up_rest",
    "reprice_down_rest",
    "buy_volume",
    "sell_volume",
)
"""A row a window, side and tick; `window` counts from the first window of the tape."""

WINDOW_COLUMNS = (
    "window_start_ns",
    "best_bid_ticks",
    "best_ask_ticks",
    "best_bid_size",
    "best_ask_size",
    "best_bid_orders",
    "best_ask_orders",
    "records",
    "volume",
    "buy_volume",
    "sell_volume",
    "last_trade_ticks",
    "marks",
    "longest_silence_ns",
    "cancels_and_modifies",
    "unknown_ids",
)
BAR_COLUMNS = (
    "bar_s",
    "bar_start_ns",
    "open_ticks",
    "high_ticks",
    "low_ticks",
    "close_ticks",
    "volume",
    "buy_volume",
    "sell_volume",
    "notional_ticks",
    "best_bid_ticks",
    "best_ask_ticks",
)
PATH_COLUMNS = ("ts_recv_ns", "price_ticks")
BAR_SECONDS = (1, 120)

(B_SECONDS, B_START, B_OPEN, B_HIGH, B_LOW, B_CLOSE, B_VOLUME, B_BUY, B_SELL, B_NOTIONAL) = range(10)

CURSORS = (
    "window_start_ns",
    "end_ns",
    "window_ns",
    "band_ticks",
    "windows_written",
    "centre_line",
    "records_before",
    "window_volume",
    "window_buy_volume",
    "window_sell_volume",
    "last_trade_ticks",
    "longest_silence_ns",
    "flow_rows",
    "window_rows",
    "bar_rows",
    "path_rows",
    "next_boundary_ns",
    "path_ticks",
    "running",
)
(
    C_WINDOW_START,
    C_END,
    C_WINDOW_NS,
    C_BAND,
    C_WINDOWS_WRITTEN,
    C_CENTRE,
    C_RECORDS_BEFORE,
    C_VOLUME,
    C_BUY,
    C_SELL,
    C_LAST_TRADE,
    C_SILENCE,
    C_FLOW_ROWS,
    C_WINDOW_ROWS,
    C_BAR_ROWS,
    C_PATH_ROWS,
    C_NEXT_BOUNDARY,
    C_PATH_TICKS,
    C_RUNNING,
) = range(len(CURSORS))

NEVER_NS = np.iinfo(np.int64).max
NS = 1_000_000_000
LONGEST_SILENCE_NS = 3600 * NS
"""A silence is written as at most an hour; before the first record it has no beginning."""


class Flow(NamedTuple):
    """The open window and bars, and the rows written since the last `drain`.

    cursors : (19,) int64, `CURSORS`; the rows written in each buffer are among them.
    bars : (2, 10) int64, the open bar of each of `BAR_SECONDS`; volume 0 means none is open.
    flow : (17, capacity) int32 `FLOW_COLUMNS`; windows : (16, capacity) int64; bar_rows : (12, capacity) int64; path : (2, capacity) int64.
    """

    cursors: NDArray[np.int64]
    bars: NDArray[np.int64]
    flow: NDArray[np.int32]
    windows: NDArray[np.int64]
    bar_rows: NDArray[np.int64]
    path: NDArray[np.int64]


class FlowTables(NamedTuple):
    """Rows closed so far, a column an array, in time order. See `FLOW_COLUMNS`, `WINDOW_COLUMNS`, `BAR_COLUMNS`, `PATH_COLUMNS`."""

    flow: NDArray[np.int32]
    windows: NDArray[np.int64]
    bars: NDArray[np.int64]
    path: NDArray[np.int64]


def new_flow(flow_start_ns: int, end_ns: int, window_ns: int, band_ticks: int) -> Flow:
    """A tape whose windows run from `flow_start_ns` to `end_ns` (both multiples of `window_ns`); bars run over everything it is fed.

    `end_ns <= flow_start_ns` gives bars only.
    """
    if flow_start_ns % window_ns or end_ns % window_ns:
        raise ValueError(f"windows of {window_ns} ns do not meet {flow_start_ns} and {end_ns}; start and end must be multiples of a window")
    cursors = np.zeros(len(CURSORS), np.int64)
    cursors[[C_WINDOW_START, C_END, C_WINDOW_NS, C_BAND]] = flow_start_ns, end_ns, window_ns, band_ticks
    cursors[[C_CENTRE, C_LAST_TRADE, C_PATH_TICKS]] = -1, NO_TICK, NO_TICK
    cursors[C_NEXT_BOUNDARY] = flow_start_ns if end_ns > flow_start_ns else NEVER_NS
    rows = 2 * (2 * band_ticks + 1)
    return Flow(
        cursors=cursors,
        bars=np.zeros((len(BAR_SECONDS), 10), np.int64),
        flow=np.zeros((len(FLOW_COLUMNS), 64 * rows), np.int32),
        windows=np.zeros((len(WINDOW_COLUMNS), 4096), np.int64),
        bar_rows=np.zeros((len(BAR_COLUMNS), 4096), np.int64),
        path=np.zeros((len(PATH_COLUMNS), 65536), np.int64),
    )


def drain(flow: Flow) -> FlowTables:
    """Take the closed rows off the tape; the open window and bars stay."""
    cursors = flow.cursors
    taken = FlowTables(
        flow.flow[:, : cursors[C_FLOW_ROWS]].copy(),
        flow.windows[:, : cursors[C_WINDOW_ROWS]].copy(),
        flow.bar_rows[:, : cursors[C_BAR_ROWS]].copy(),
        flow.path[:, : cursors[C_PATH_ROWS]].copy(),
    )
    cursors[[C_FLOW_ROWS, C_WINDOW_ROWS, C_BAR_ROWS, C_PATH_ROWS]] = 0
    return taken


def join(pieces: list[FlowTables]) -> FlowTables:
    """Pieces of one tape in order, as one."""
    return FlowTables(*(np.concatenate([piece[i] for piece in pieces], axis=1) for i in range(len(FlowTables._fields))))
