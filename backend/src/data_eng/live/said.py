"""What a closed window adds to the day's log: its own rows, and what became known with it of levels, bars and earlier triggers.

All of it hangs on the state of the day alone, so that a window which closes again after a restart says the same.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.tables import LEVELS_TABLE, TRADE_BARS, TRIGGER_VECTORS
from ..core.units import NS_PER_S
from .day import Closed, LiveDay
from .logged import LOGGED


def entry_of(day: LiveDay, closed: Closed) -> dict[str, pa.Table]:
    """Rows by table that became known with a final window; `day` has taken it, and no window after it."""
    since_ns = closed.start_ns if closed.start_ns > day.first_window_ns else 0
    rows = {dataset: table for dataset, table in closed.tables.items() if dataset in LOGGED}
    bars, levels = day.table(TRADE_BARS), day.table(LEVELS_TABLE)
    ends_ns = bars["bar_start_ns"].to_numpy() + bars["bar_s"].to_numpy() * NS_PER_S
    rows[TRADE_BARS] = bars.filter(pa.array(_within(ends_ns, since_ns, closed.end_ns)))
    known_ns = np.maximum(levels["known_from_ns"].to_numpy(), 1)
    rows[LEVELS_TABLE] = levels.filter(pa.array(_within(known_ns, since_ns, closed.end_ns)))
    known = day.newly_known(since_ns, closed.end_ns)
    rows[TRIGGER_VECTORS] = pa.concat_tables([table for table in (known, rows.get(TRIGGER_VECTORS)) if table is not None])
    return rows


def _within(ts_ns: NDArray[np.int64], since_ns: int, until_ns: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (ts_ns > since_ns) & (ts_ns <= until_ns)
    return found
