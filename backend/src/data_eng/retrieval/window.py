"""The last window that had ended at a moment: which contract it is of, where price stood, and that the book was sound."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from .. import commands
from ..config import Environment
from ..core.instrument import root_of
from ..core.session import clock, second_of
from ..core.tables import TOUCH_PHYSICS
from ..core.units import NS_PER_S
from ..errors import SpymasterError
from ..io import read_table
from ..lake.partitions import PartitionRef, is_partition_complete, read_facts, ref_in
from ..settings import Settings
from .parts import AnswerPart
from .setup import contract_of


class NoWindow(SpymasterError):
    """No window had just ended at the moment asked for, or its book was not sound."""


class WindowInfo(AnswerPart):
    """Which window something is said of."""

    sentence: str
    synthetic: bool
    symbol: str
    session_date: str
    ts_s: int
    new_york: str
    mid_price: float
    tick: float = Field(description="Points of one tick.")


class WindowNow(NamedTuple):
    """One window of a contract-day."""

    symbol: str
    session_date: str
    ts_ns: int
    """Its end: when it is known."""
    mid_ticks: float
    tick: float
    """Points of one tick."""
    synthetic: bool

    @property
    def mid_price(self) -> float:
        return self.mid_ticks * self.tick

    def facts(self) -> dict[str, Any]:
        """The members of `WindowInfo` that it gives: all but the sentence and whether data are simulated."""
        return {
            **{name: getattr(self, name) for name in ("symbol", "session_date", "mid_price", "tick")},
            "ts_s": second_of(self.ts_ns),
            "new_york": clock(self.ts_ns),
        }


def window_at(where: Environment, symbol: str, at_ns: int, settings: Settings) -> WindowNow:
    """The last window that had ended at a moment, at most one window earlier.

    Raises
    ------
    NoWindow where there is none, or no mid in it; NoSetup for a day that is not built, with the command that builds it.
    """
    session_date = clock(at_ns)[:10]
    ref = ref_in(where.lake, TOUCH_PHYSICS, contract_of(where, symbol, session_date, TOUCH_PHYSICS), session_date)
    table = read_table(ref, ["ts_ns", "mid_ticks"])
    row = last_ended(table, at_ns, settings.book.window_s, ref)
    if row["mid_ticks"] is None:
        raise NoWindow(
            f"the book of {ref.symbol} was not sound at {clock(row['ts_ns'])} New York: there is no mid.",
            fix="Ask for a time some windows later.",
        )
    return WindowNow(
        symbol=ref.symbol,
        session_date=session_date,
        ts_ns=row["ts_ns"],
        mid_ticks=row["mid_ticks"],
        tick=settings.tick_of(root_of(ref.symbol)),
        synthetic=bool(read_facts(ref).get("synthetic")),
    )


def last_ended(table: pa.Table, at_ns: int, window_s: int, ref: PartitionRef) -> dict[str, Any]:
    """The row of the last window that had ended at a moment; the table has one row a window, in order. Raises `NoWindow`."""
    ts_ns = table["ts_ns"].to_numpy()
    row = int(np.searchsorted(ts_ns, at_ns, side="right")) - 1
    if row < 0 or at_ns - ts_ns[row] >= window_s * NS_PER_S:
        span = f"a time from {clock(ts_ns[0])[11:]} to {clock(ts_ns[-1])[11:]}, minus gaps" if len(ts_ns) else "a day with windows"
        raise NoWindow(f"{ref.symbol} {ref.date} has no window at {clock(at_ns)[11:]} New York.", expected=span)
    found: dict[str, Any] = table.slice(row, 1).to_pylist()[0]
    return found


def known_at(where: Environment, dataset: str, now: WindowNow) -> tuple[PartitionRef, pa.Table]:
    """Rows of a table of the window's day that were known at its end; none that ends later. Raises `NoWindow` where it is not built."""
    ref = ref_in(where.lake, dataset, now.symbol, now.session_date)
    if not is_partition_complete(ref):
        fix = commands.build(where.lake, now.symbol, [now.session_date], layer=ref.layer)
        raise NoWindow(f"{ref} is not built.", fix=fix)
    table = read_table(ref)
    return ref, table.filter(pc.less_equal(table["ts_ns"], now.ts_ns))
