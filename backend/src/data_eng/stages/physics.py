"""What the stages of the physics share: the tape with its touches, the past's usual, and the day's volatility, all read from silver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..core.events import NO_TICK
from ..core.physics.tape import Tape, TapeCounters
from ..core.physics.usual import OffsetSums, Usual, fit_usual
from ..core.session import SessionTimes, moment_ns
from ..core.tables import BOOK_FLOW, BOOK_WINDOWS, SESSION_USUAL
from ..core.units import NS_PER_S
from ..core.volatility import barrier, clock_profile, profile_or_now, realised_variance, squared_changes, volatility
from ..settings import Settings
from .door import StageLake
from .windows import WINDOW_COLUMNS, Windows, as_windows, first_rows_of, until_session_end

OFFSET, CLOCK = "offset", "clock"
"""The two kinds of rows of session_usual."""
DAY_S = 86_400
NO_MIDS: NDArray[np.float64] = np.empty(0)


class PhysicsDay(NamedTuple):
    """A contract-day's windows, lead-in included, and the tape that belongs to them."""

    windows: Windows
    tape: Tape
    usable: NDArray[np.bool_]
    """(windows,) whether the book at the window's two ends is known and sound."""
    bests: NDArray[np.int32]
    """(2, windows) best bid and best ask at the window's end; NO_TICK where there is none."""
    clock_s: NDArray[np.int64]
    """(windows,) seconds of the local day at the window's start."""


class Volatility(NamedTuple):
    """How fast the price moves now; every array is (windows,)."""

    rv: NDArray[np.float64]
    """Variance of the last minutes, ticks^2 / s; NaN before the first change."""
    profile: NDArray[np.float64]
    """The same at this clock time of past sessions; rv where there is no past."""
    sigma: NDArray[np.float64]
    """Ticks per root second."""
    barrier_ticks: NDArray[np.int64]


FLOW_COLUMNS = ["window_start_ns", "side", "price_ticks", *TapeCounters._fields]
"""Columns of book_flow_5s that `physics_day` takes."""


def read_physics_day(lake: StageLake) -> PhysicsDay:
    """The day's flow with each window's touch."""
    table = until_session_end(lake.read(lake.ref(BOOK_WINDOWS), WINDOW_COLUMNS), lake.session)
    return physics_day(table, lake.read(lake.ref(BOOK_FLOW), FLOW_COLUMNS), lake.session, lake.settings)


def physics_day(
    table: pa.Table, flow: pa.Table, times: SessionTimes, settings: Settings, bests_before: tuple[int, int] = (NO_TICK, NO_TICK)
) -> PhysicsDay:
    """Consecutive windows of the session and its lead-in, with their flow and each one's touch.

    The touch is the best prices at a window's start, which are those at the end of the window before: of the first one `bests_before`.
    """
    book = settings.book
    windows = as_windows(table, times, book.window_s)
    bests = np.stack([table[name].to_numpy().astype(np.int32) for name in ("best_bid_ticks", "best_ask_ticks")])
    at_start = np.concatenate([np.array(bests_before, np.int32)[:, None], bests[:, :-1]], axis=1)[:, : bests.shape[1]]
    usable = np.isfinite(windows.mid_ticks) & (at_start != NO_TICK).all(axis=0)
    midnight_ns = moment_ns(f"{times.date} 00:00", settings.session.timezone)
    return PhysicsDay(
        windows=windows,
        tape=_tape(flow, windows, bests, np.where(usable, at_start, NO_TICK).astype(np.int32), book.band_ticks),
        usable=usable,
        bests=bests,
        clock_s=(windows.start_ns - midnight_ns) // NS_PER_S,
    )


def read_usual(lake: StageLake, offsets: int) -> Usual:
    """Usual by distance from the touch, over the past sessions that the stage declared."""
    names = OffsetSums._fields
    sessions = []
    for ref in lake.past(SESSION_USUAL):
        table = lake.read(ref, ["part", *names])
        rows = table.filter(pc.equal(table["part"], OFFSET))
        sessions.append(OffsetSums(*(rows[name].to_numpy().astype(np.float64) for name in names)))
    return fit_usual(sessions, offsets)


def read_profile(lake: StageLake) -> NDArray[np.float64]:
    """(windows of a day,) variance at each clock time of the past sessions that the stage declared, as of `clock_profile`."""
    rules, window_s = lake.settings.volatility, lake.settings.book.window_s
    past = np.full((1, DAY_S // window_s), np.nan)
    for ref in lake.past(SESSION_USUAL)[-rules.profile_sessions :]:
        past = np.vstack([past, session_squares(lake.read(ref, ["part", "position", "squared_change"]), window_s)])
    return clock_profile(past, rules.profile_sessions, window_s)


def day_volatility(
    day: PhysicsDay, clock_variance: NDArray[np.float64], settings: Settings, mids_before: NDArray[np.float64] = NO_MIDS
) -> Volatility:
    """Volatility and barrier of every window, from the day so far and the same clock time of past sessions.

    `mids_before` are those of the windows before these; the last `rv_windows` of them are enough.
    """
    rules, window_s = settings.volatility, settings.book.window_s
    before = mids_before[-rules.rv_windows :]
    squares = squared_changes(np.concatenate([before, day.windows.mid_ticks]))
    rv = realised_variance(squares, rules.rv_windows, window_s)[len(before) :]
    profile = clock_variance[day.clock_s // window_s]
    sigma = volatility(rv, profile, rules.rv_windows, rules.profile_weight)
    barrier_ticks = barrier(sigma, rules.barrier_c, rules.barrier_min_ticks, rules.barrier_horizon_s)
    return Volatility(rv, profile_or_now(rv, profile), sigma, barrier_ticks)


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """What part is of whole; NaN where there is no whole."""
    ratio: NDArray[np.float64] = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio


def nullable(values: NDArray[np.floating]) -> pa.Array:
    """A column in which NaN, which says that nothing could be measured, is null."""
    return pa.array(values, from_pandas=True)


def nullable_float(values: NDArray[np.float64]) -> pa.Array:
    """The same as 32-bit floats."""
    return nullable(values.astype(np.float32))


def session_squares(table: pa.Table, window_s: int) -> NDArray[np.float64]:
    """(windows of a day,) squared change of the mid by clock time; NaN outside the session."""
    rows = table.filter(pc.equal(table["part"], CLOCK))
    squares = np.full(DAY_S // window_s, np.nan)
    squares[rows["position"].to_numpy() // window_s] = rows["squared_change"].to_numpy()
    return squares


def _tape(flow: pa.Table, windows: Windows, bests: NDArray[np.int32], touch: NDArray[np.int32], band_ticks: int) -> Tape:
    first_row = first_rows_of(flow, windows)
    bids_before = np.concatenate([[0], np.cumsum(flow["side"].to_numpy() == 0)])
    centre = np.where((bests != NO_TICK).all(axis=0), bests.sum(axis=0, dtype=np.int64) // 2, 0).astype(np.int32)
    return Tape(
        first_row=first_row,
        price_ticks=flow["price_ticks"].to_numpy(),
        first_ask=(first_row[:-1] + bids_before[first_row[1:]] - bids_before[first_row[:-1]]).astype(np.int64),
        counters=TapeCounters(*(flow[name].to_numpy() for name in TapeCounters._fields)),
        touch_ticks=touch,
        band=np.stack([centre - band_ticks, centre + band_ticks]).astype(np.int32),
    )
