"""What the triggers of a contract-day are made from, read from silver: windows, levels, features, trades, candles and volatility."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....core.features import feature_names
from ....core.frame import FrameTotals, touch_columns
from ....core.session import SessionTimes
from ....core.tables import BOOK_WINDOWS, LEVEL_VACUUM, LEVELS_TABLE, TOUCH_PHYSICS, TRADE_BARS, TRADE_PATH
from ....planning import ContractDay
from ...door import StageLake
from ...physics import Volatility
from ...windows import SEEN_COLUMNS, WINDOW_COLUMNS, Windows, as_windows, levels_in_force, seen_end_of, session_windows, until_session_end


class Candles(NamedTuple):
    """Candles with a trade, in time order; every array is (candles,)."""

    start_ns: NDArray[np.int64]
    open_ticks: NDArray[np.int32]
    close_ticks: NDArray[np.int32]


class TriggerDay(NamedTuple):
    """A contract-day. Arrays of windows hold the session's windows only, but for `tape_mids`."""

    unit: ContractDay
    times: SessionTimes
    windows: Windows
    volatility: Volatility
    touch: dict[str, NDArray[np.float32]]
    """(windows,) by column of the frame; 0, as usual, where there is no past."""
    tape_mids: NDArray[np.float64]
    """(lead-in and session,) mid of every window of the tape; NaN where it is not usable."""
    in_force: dict[str, NDArray[np.float64]]
    features: dict[str, NDArray[np.float32]]
    """(rows,) by feature, of all levels, as the table has them."""
    rows_of: dict[str, NDArray[np.int64]]
    """(windows,) row of the features by level_id, -1 where the level has none in the window."""
    trade_ts_ns: NDArray[np.int64]
    trade_ticks: NDArray[np.int32]
    candles: Candles
    episode_end_ns: int
    """The session's end, whether or not its windows reach it: no episode outlasts it."""
    seen_end_ns: NDArray[np.int64]
    """(windows,) up to when every trade after the window is known, which labels may use."""
    frames: Mapping[tuple[str, int], tuple[NDArray[np.float64], FrameTotals]]
    """(windows, features) of the frame by level_id and approach, with their totals, where they are known already."""


def read_trigger_day(lake: StageLake) -> TriggerDay:
    """Read the day's tables."""
    settings, window_s = lake.settings, lake.settings.book.window_s
    table = lake.read(lake.ref(BOOK_WINDOWS), list(dict.fromkeys([*WINDOW_COLUMNS, *SEEN_COLUMNS])))
    tape = as_windows(until_session_end(table, lake.session), lake.session, window_s)
    windows = session_windows(tape)
    in_force = levels_in_force(lake.read(lake.ref(LEVELS_TABLE)), windows.start_ns)
    path = lake.read(lake.ref(TRADE_PATH))
    vacuum = lake.read(lake.ref(LEVEL_VACUUM), ["level_id", "window_start_ns", *feature_names()])
    touch = lake.read(lake.ref(TOUCH_PHYSICS), ["in_session", "rv", "profile", "sigma", "barrier_ticks", *touch_columns()])
    touch = touch.filter(touch["in_session"])
    return TriggerDay(
        unit=lake.unit,
        times=lake.session,
        windows=windows,
        volatility=_volatility(touch),
        touch={name: np.nan_to_num(touch[name].to_numpy()).astype(np.float32) for name in touch_columns()},
        tape_mids=tape.mid_ticks,
        in_force=in_force,
        features={name: vacuum[name].to_numpy() for name in feature_names()},
        rows_of=_rows_of(vacuum, in_force, windows),
        trade_ts_ns=path["ts_recv_ns"].to_numpy(),
        trade_ticks=path["price_ticks"].to_numpy(),
        candles=_candles(
            lake.read(lake.ref(TRADE_BARS), ["bar_s", "bar_start_ns", "open_ticks", "close_ticks"]), settings.episodes.confirm_candle_s
        ),
        episode_end_ns=lake.session.end_ns,
        seen_end_ns=seen_end_of(table, lake.session, window_s, windows.end_ns),
        frames={},
    )


def _volatility(touch: pa.Table) -> Volatility:
    rv, profile, sigma = (touch[name].to_numpy().astype(np.float64) for name in ("rv", "profile", "sigma"))
    return Volatility(rv, profile, sigma, touch["barrier_ticks"].to_numpy().astype(np.int64))


def _rows_of(vacuum: pa.Table, level_ids: Iterable[str], windows: Windows) -> dict[str, NDArray[np.int64]]:
    level_of_row = vacuum["level_id"].to_numpy()
    window_of_row = np.searchsorted(windows.start_ns, vacuum["window_start_ns"].to_numpy())
    rows_of = {}
    for level_id in level_ids:
        rows = np.flatnonzero(level_of_row == level_id)
        rows_of[level_id] = np.full(len(windows.start_ns), -1, np.int64)
        rows_of[level_id][window_of_row[rows]] = rows
    return rows_of


def _candles(bars: pa.Table, candle_s: int) -> Candles:
    of_length = bars["bar_s"].to_numpy() == candle_s
    return Candles(*(bars[name].to_numpy()[of_length] for name in ("bar_start_ns", "open_ticks", "close_ticks")))
