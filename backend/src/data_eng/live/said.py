"""What a closed window adds to the day's log: its own rows, and what became known with it of levels and earlier triggers.

All of it hangs on the state of the day alone, so that a window which closes again after a restart says the same.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..core.tables import LEVELS_TABLE, TRIGGER_VECTORS
from .day import Closed, LiveDay
from .logged import LOGGED


def entry_of(day: LiveDay, closed: Closed) -> dict[str, pa.Table]:
    """Rows by table that became known with a final window; `day` has taken it, and no window after it."""
    since_ns = closed.start_ns if closed.start_ns > day.first_window_ns else 0
    rows = {dataset: table for dataset, table in closed.tables.items() if dataset in LOGGED}
    levels = day.table(LEVELS_TABLE)
    known_ns = np.maximum(levels["known_from_ns"].to_numpy(), 1)
    rows[LEVELS_TABLE] = levels.filter(pa.array((known_ns > since_ns) & (known_ns <= closed.end_ns)))
    known = day.newly_known(since_ns, closed.end_ns)
    rows[TRIGGER_VECTORS] = pa.concat_tables([table for table in (known, rows.get(TRIGGER_VECTORS)) if table is not None])
    return rows
