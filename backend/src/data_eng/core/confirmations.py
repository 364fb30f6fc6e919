"""The break-and-confirm setup: a candle that closes through a level, and the one after it that stays there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .episodes import FIRST_TEST, REPEAT_TEST, RETEST
from .units import NS_PER_S


class Confirmations(NamedTuple):
    """Break-and-confirm setups of one level and day in time order; every array is (confirmations,)."""

    ts_ns: NDArray[np.int64]
    """Close of the confirmation candle, when the vector is taken."""
    window: NDArray[np.int64]
    """Position of the window that ends at `ts_ns` in the arrays given."""
    approach_dir: NDArray[np.int8]
    """FROM_BELOW for a break upward."""
    number: NDArray[np.int32]
    kind: NDArray[np.int8]
    """FIRST_TEST is the level's first confirmed break of the day, REPEAT_TEST one in the direction of the one before it, else RETEST."""


def find_confirmations(
    candle_start_ns: NDArray[np.int64],
    open_ticks: NDArray[np.int32],
    close_ticks: NDArray[np.int32],
    window_end_ns: NDArray[np.int64],
    level_ticks: NDArray[np.float64],
    candle_s: int,
    window_s: int = 5,
) -> Confirmations:
    """Breaks of one level that the next candle confirms.

    A candle crosses when it opens on one side of the level and closes on the other (a price at the level is on neither). The candle right
    after it confirms when it closes on the side to which the first one crossed. Each is judged by the level in force at its own start. A
    second one the same way needs a close back on the first side between the two.
    Both lie wholly in the windows given; a candle without a trade is absent and confirms nothing. The label's barriers belong around the
    mid at the confirmation, not around the level: the price is already through, and one barrier may be behind it.

    Parameters
    ----------
    candle_start_ns, open_ticks, close_ticks : (candles,) candles with a trade, in time order, aligned to windows.
    window_end_ns, level_ticks : (windows,) consecutive windows of the session.
    """
    candle_ns, window_ns = candle_s * NS_PER_S, window_s * NS_PER_S
    first_window = np.searchsorted(window_end_ns, candle_start_ns + window_ns)
    last_window = np.searchsorted(window_end_ns, candle_start_ns + candle_ns)
    windows = len(window_end_ns)
    inside = (last_window < windows) & (candle_start_ns + window_ns >= (window_end_ns[0] if windows else 0))
    level = np.full(len(candle_start_ns), np.nan)
    level[inside] = level_ticks[first_window[inside]]
    opened, closed = np.sign(open_ticks - level), np.sign(close_ticks - level)
    crossed = np.where(opened * closed == -1, closed, 0)
    consecutive = np.diff(candle_start_ns) == candle_ns
    confirmed = np.flatnonzero((crossed[:-1] != 0) & (closed[1:] == crossed[:-1]) & consecutive) + 1
    confirmed = confirmed[_are_new(confirmed, closed)]
    approach_dir = crossed[confirmed - 1].astype(np.int8)
    kind = np.full(len(confirmed), FIRST_TEST, np.int8)
    kind[1:] = np.where(approach_dir[1:] == approach_dir[:-1], REPEAT_TEST, RETEST)
    return Confirmations(
        ts_ns=candle_start_ns[confirmed] + candle_ns,
        window=last_window[confirmed],
        approach_dir=approach_dir,
        number=np.arange(1, len(confirmed) + 1, dtype=np.int32),
        kind=kind,
    )


def _are_new(confirmed: NDArray[np.int64], closed: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(confirmed,) whether a candle closed on the other side since the last kept one the same way."""
    kept, last = np.zeros(len(confirmed), np.bool_), {1.0: -1, -1.0: -1}
    for place, candle in enumerate(confirmed):
        side = float(closed[candle])
        kept[place] = last[side] < 0 or bool((closed[last[side] + 1 : candle] == -side).any())
        if kept[place]:
            last[side] = int(candle)
    return kept
