"""What the stages that read strike_physics_5s share: where the price's own strike lies, and the past's values within reach of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..settings import Settings


def reach_strikes(settings: Settings, tick: float) -> int:
    """Strikes on either side of the price's own within which a wall is looked for, and what is usual is taken from."""
    return round(settings.ladder.reach_points / tick) // settings.ladder.step_ticks


def own_place(window: NDArray[np.int64], place: NDArray[np.int32]) -> NDArray[np.int32]:
    """(windows,) place of the price's own strike, in the middle of those measured; `window` and `place` are by row."""
    bounds = np.iinfo(np.int32)
    lowest, highest = (np.full(int(window.max(initial=-1)) + 1, bound, np.int32) for bound in (bounds.max, bounds.min))
    np.minimum.at(lowest, window, place.astype(np.int32))
    np.maximum.at(highest, window, place.astype(np.int32))
    return (lowest + highest) // 2


def past_values(days: list[pa.Table], columns: tuple[str, ...], reach: int, step_ticks: int) -> NDArray[np.float64]:
    """Every value of the columns on past days at strikes up to `reach` from the window's own; NaN left out.

    Farther out the queues are uneven and would raise the marks (w, simulated: 2.50 instead of 2.36).
    """
    seen = [np.empty(0)]
    for strikes in days:
        _, window = np.unique(strikes["window_start_ns"].to_numpy(), return_inverse=True)
        place = strikes["strike_ticks"].to_numpy() // step_ticks
        near = np.abs(place - own_place(window, place)[window]) <= reach
        seen += [strikes[name].to_numpy()[near].astype(np.float64) for name in columns]
    values = np.concatenate(seen)
    return values[np.isfinite(values)]
