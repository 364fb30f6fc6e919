"""What one session held, by distance behind the touch and by clock time: the sums that later sessions' usual is fitted on."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from ....core.physics.usual import OffsetSums, session_sums
from ....core.tables import BOOK_FLOW, BOOK_WINDOWS, SESSION_USUAL
from ....core.volatility import squared_changes
from ....planning import ContractDay
from ...base import Stage, StageIO
from ...door import StageLake
from ...physics import CLOCK, OFFSET, PhysicsDay, nullable, read_physics_day


class ComputeSessionUsual(Stage):
    """Sums of one session that know no other session."""

    name: ClassVar[str] = "compute_session_usual"
    io: ClassVar[StageIO] = StageIO(inputs=[BOOK_FLOW, BOOK_WINDOWS], output=SESSION_USUAL)
    settings_sections: ClassVar[tuple[str, ...]] = ("session", "book")

    def compute(self, unit: ContractDay, lake: StageLake) -> None:
        day = read_physics_day(lake)
        lake.write(SESSION_USUAL, usual_table(day, lake.settings.book.band_ticks + 1))


def usual_table(day: PhysicsDay, offsets: int) -> pa.Table:
    """A row a distance, of the usable windows of the session, then a row a window with its mid's squared change, lead-in included."""
    sums = session_sums(day.tape, day.usable & day.windows.in_session, offsets)
    squares = squared_changes(day.windows.mid_ticks)
    count = len(squares)
    columns: dict[str, pa.Array] = {
        "part": pa.array([OFFSET] * offsets + [CLOCK] * count, pa.string()),
        "position": pa.array(np.concatenate([np.arange(offsets), day.clock_s]).astype(np.int32)),
    }
    for name in OffsetSums._fields:
        columns[name] = nullable(np.concatenate([getattr(sums, name), np.full(count, np.nan)]))
    columns["squared_change"] = nullable(np.concatenate([np.full(offsets, np.nan), squares]))
    return pa.table(columns)
