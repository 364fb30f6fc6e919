"""The flow tape: what the kernel writes while events pass, cut into windows, bars and a trade path.

The tape knows no level. Its invariant holds for every row of every window, exactly (after a clear or a snapshot the window starts anew):

    depth_end = depth_start + add + arrive - fill - pull - reprice_up - reprice_down
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..events import NO_TICK
from ..units import NS_PER_S

NEVER_NS = np.iinfo(np.int64).max
LONGEST_SILENCE_NS = 3600 * NS_PER_S
"""A silence is written as at most an hour; before the first record it has no beginning."""
BAR_SECONDS = (1, 120)


class FlowRows(NamedTuple):
    """One row a window, side and tick; every array is (rows,)."""

    window: NDArray[np.int32]
    """Counts from the first window of the tape."""
    side: NDArray[np.int32]
    price_ticks: NDArray[np.int32]
    depth_start: NDArray[np.int32]
    depth_end: NDArray[np.int32]
    orders_end: NDArray[np.int32]
    add: NDArray[np.int32]
    arrive: NDArray[np.int32]
    fill: NDArray[np.int32]
    pull: NDArray[np.int32]
    reprice_up: NDArray[np.int32]
    reprice_down: NDArray[np.int32]
    pull_rest: NDArray[np.int32]
    reprice_up_rest: NDArray[np.int32]
    reprice_down_rest: NDArray[np.int32]
    buy_volume: NDArray[np.int32]
    sell_volume: NDArray[np.int32]
    refresh: NDArray[np.int32]
    big_end: NDArray[np.int32]
    age_sum: NDArray[np.int64]
    """Size times the ms UTC at which it took its price: what stands is on average end_ms - age_sum / depth_end ms old."""


class WindowRows(NamedTuple):
    """One row a window; every array is (rows,)."""

    window_start_ns: NDArray[np.int64]
    best_bid_ticks: NDArray[np.int64]
    best_ask_ticks: NDArray[np.int64]
    best_bid_size: NDArray[np.int64]
    best_ask_size: NDArray[np.int64]
    best_bid_orders: NDArray[np.int64]
    best_ask_orders: NDArray[np.int64]
    records: NDArray[np.int64]
    volume: NDArray[np.int64]
    buy_volume: NDArray[np.int64]
    sell_volume: NDArray[np.int64]
    sweeps_buy: NDArray[np.int64]
    sweeps_sell: NDArray[np.int64]
    """Contracts of events that bought or sold at two prices or more; those at its first price count when it reaches the second."""
    last_trade_ticks: NDArray[np.int64]
    marks: NDArray[np.int64]
    longest_silence_ns: NDArray[np.int64]
    cancels_and_modifies: NDArray[np.int64]
    unknown_ids: NDArray[np.int64]
    unseen_ns: NDArray[np.int64]
    """How much of the window lies after the last record of its file; the tape, which knows no file, writes 0."""


class BarRows(NamedTuple):
    """One row a bar with a trade; every array is (rows,). The best prices are those shown at its end."""

    bar_s: NDArray[np.int64]
    bar_start_ns: NDArray[np.int64]
    open_ticks: NDArray[np.int64]
    high_ticks: NDArray[np.int64]
    low_ticks: NDArray[np.int64]
    close_ticks: NDArray[np.int64]
    volume: NDArray[np.int64]
    buy_volume: NDArray[np.int64]
    sell_volume: NDArray[np.int64]
    notional_ticks: NDArray[np.int64]
    best_bid_ticks: NDArray[np.int64]
    best_ask_ticks: NDArray[np.int64]


class PathRows(NamedTuple):
    """The trades of the windows at which the price changed, and the first of every window; every array is (rows,)."""

    ts_recv_ns: NDArray[np.int64]
    price_ticks: NDArray[np.int64]


Rows = TypeVar("Rows", FlowRows, WindowRows, BarRows, PathRows)

WINDOW_DTYPE = np.dtype([(name, "<i8") for name in WindowRows._fields])
BAR_DTYPE = np.dtype([(name, "<i8") for name in BarRows._fields])
PATH_DTYPE = np.dtype([(name, "<i8") for name in PathRows._fields])

TAPE_DTYPE = np.dtype(
    [
        ("window_start_ns", "<i8"),
        ("end_ns", "<i8"),
        ("rows_end_ns", "<i8"),
        ("window_ns", "<i8"),
        ("band_ticks", "<i8"),
        ("windows_written", "<i8"),
        ("centre_line", "<i8"),
        ("records_before", "<i8"),
        ("window_volume", "<i8"),
        ("window_buy_volume", "<i8"),
        ("window_sell_volume", "<i8"),
        ("last_trade_ticks", "<i8"),
        ("longest_silence_ns", "<i8"),
        ("flow_rows", "<i8"),
        ("window_rows", "<i8"),
        ("bar_rows", "<i8"),
        ("path_rows", "<i8"),
        ("next_boundary_ns", "<i8"),
        ("path_ticks", "<i8"),
        ("running", "<i8"),
    ]
)
"""The open window, how many rows of each buffer are written, and when the next window or bar has to close."""


class Flow(NamedTuple):
    """The open window and bars, and the rows written since the last `drain`."""

    tape: np.void
    """One record of TAPE_DTYPE."""
    open_bars: NDArray[np.void]
    """(2,) BAR_DTYPE, the open bar of each of `BAR_SECONDS`; volume 0 means none is open."""
    rows: FlowRows
    """Each column (capacity,): a day has a million of these rows, and columns are what leaves the tape."""
    windows: NDArray[np.void]
    """(capacity,) WINDOW_DTYPE."""
    bars: NDArray[np.void]
    """(capacity,) BAR_DTYPE."""
    path: NDArray[np.void]
    """(capacity,) PATH_DTYPE."""


class FlowTables(NamedTuple):
    """Rows closed so far, in time order."""

    rows: FlowRows
    windows: WindowRows
    bars: BarRows
    path: PathRows


def new_flow(flow_start_ns: int, end_ns: int, window_ns: int, band_ticks: int, rows_end_ns: int = NEVER_NS) -> Flow:
    """A tape whose windows run from `flow_start_ns` to `end_ns` (both multiples of `window_ns`); bars run over everything it is fed.

    Only windows that start before `rows_end_ns` leave rows a side and tick. `end_ns <= flow_start_ns` gives bars only.
    """
    if flow_start_ns % window_ns or end_ns % window_ns:
        raise ValueError(f"windows of {window_ns} ns do not meet {flow_start_ns} and {end_ns}; start and end must be multiples of a window")
    tape = np.zeros(1, TAPE_DTYPE)[0]
    tape["window_start_ns"], tape["end_ns"], tape["window_ns"], tape["band_ticks"] = flow_start_ns, end_ns, window_ns, band_ticks
    tape["rows_end_ns"] = rows_end_ns
    tape["centre_line"], tape["last_trade_ticks"], tape["path_ticks"] = -1, NO_TICK, NO_TICK
    tape["next_boundary_ns"] = flow_start_ns if end_ns > flow_start_ns else NEVER_NS
    rows_a_window = 2 * (2 * band_ticks + 1)
    return Flow(
        tape=tape,
        open_bars=np.zeros(len(BAR_SECONDS), BAR_DTYPE),
        rows=_empty_rows(64 * rows_a_window),
        windows=np.zeros(4096, WINDOW_DTYPE),
        bars=np.zeros(4096, BAR_DTYPE),
        path=np.zeros(65536, PATH_DTYPE),
    )


def _empty_rows(capacity: int) -> FlowRows:
    columns: list[NDArray[Any]] = [np.zeros(capacity, np.int64 if name == "age_sum" else np.int32) for name in FlowRows._fields]
    return FlowRows(*columns)


def drain(flow: Flow) -> FlowTables:
    """Take the closed rows off the tape, as columns; the open window and bars stay."""
    tape = flow.tape
    taken = FlowTables(
        FlowRows._make(column.copy() for column in first_rows(flow.rows, tape["flow_rows"])),
        WindowRows(*_columns(flow.windows[: tape["window_rows"]])),
        BarRows(*_columns(flow.bars[: tape["bar_rows"]])),
        PathRows(*_columns(flow.path[: tape["path_rows"]])),
    )
    tape["flow_rows"] = tape["window_rows"] = tape["bar_rows"] = tape["path_rows"] = 0
    return taken


def join(pieces: list[FlowTables]) -> FlowTables:
    """Pieces of one tape in order, as one."""
    return FlowTables(
        FlowRows._make(_joined([piece.rows for piece in pieces])),
        WindowRows(*_joined([piece.windows for piece in pieces])),
        BarRows(*_joined([piece.bars for piece in pieces])),
        PathRows(*_joined([piece.path for piece in pieces])),
    )


def first_rows(rows: Rows, count: int) -> Rows:
    """The first `count` rows."""
    columns: list[NDArray[Any]] = [column[:count] for column in rows]
    return type(rows)(*columns)


def _columns(records: NDArray[np.void]) -> list[NDArray[Any]]:
    """One array a field, out of the buffer, which is written over."""
    return [records[name].copy() for name in records.dtype.names or ()]


def _joined(pieces: list[Rows]) -> list[NDArray[Any]]:
    return [np.concatenate(columns) for columns in zip(*pieces, strict=True)]
