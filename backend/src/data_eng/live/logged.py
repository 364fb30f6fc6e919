"""The tables of a live day as far as its log goes: rows as tonight's batch will have them, in its order."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..contracts import contract_of
from ..core.tables import (
    BOOK_FLOW,
    BOOK_WINDOWS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    TOUCH_PHYSICS,
    TRADE_BARS,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
    WALLS,
)
from .daylog import DayEntry

ORDER: dict[str, tuple[str, ...]] = {
    BOOK_WINDOWS: (),
    BOOK_FLOW: (),
    TRADE_BARS: ("bar_s", "bar_start_ns"),
    LEVELS_TABLE: ("level_id", "known_from_ns"),
    LEVEL_VACUUM: ("level_id", "ts_ns"),
    TOUCH_PHYSICS: (),
    WALLS: (),
    PHYSICS_LADDER: (),
    PRESSURE_STREAM: ("level_id", "ts_ns"),
    TRIGGER_SIGNALS: ("setup", "level_id", "approach_dir", "ts_ns"),
    TRIGGER_VECTORS: ("setup", "level_id", "approach_dir", "ts_ns"),
}
"""By what the rows of every logged table lie; nothing where that is the order in which they become known."""
LOGGED = tuple(ORDER)
BY_SETUP = (TRIGGER_VECTORS, TRIGGER_SIGNALS)
"""Tables whose levels lie by name, and of which a row may come again with more of it known."""


class LoggedTables:
    """Rows of a log's entries by table."""

    def __init__(self, levels: tuple[str, ...]) -> None:
        """`levels` in the order of the tables."""
        self._levels = {level_id: place for place, level_id in enumerate(levels)}
        self._rows: dict[str, list[pa.Table]] = {dataset: [] for dataset in LOGGED}
        self.end_ns = 0
        """End of the newest window; 0 before the first."""

    def add(self, entries: Iterable[DayEntry]) -> None:
        """Take entries in the order of the log."""
        for entry in entries:
            for dataset, rows in entry.rows.items():
                self._rows[dataset].append(rows)
            self.end_ns = entry.end_ns

    def table(self, dataset: str) -> pa.Table:
        """All rows so far, in the batch's order; each that came more than once as it came last."""
        pieces = self._rows[dataset]
        table = pa.concat_tables([contract_of(dataset).schema.empty_table(), *pieces]).combine_chunks()
        pieces[:] = [table] if table.num_rows else []
        if not ORDER[dataset]:
            return table
        keys = np.stack([self._places(table, name, dataset in BY_SETUP) for name in reversed(ORDER[dataset])])
        order = np.lexsort(keys)
        table = table.take(pa.array(order[_are_last(keys[:, order])]))
        return self._settled(table) if dataset == LEVELS_TABLE else table

    def _settled(self, levels: pa.Table) -> pa.Table:
        """Prices, and of a level without one the reason; none while that is open."""
        has_price = pc.is_valid(levels["price_ticks"])
        priced = levels.filter(has_price)["level_id"]
        rows = levels.filter(pc.or_(has_price, pc.invert(pc.is_in(levels["level_id"], priced))))
        said = set(rows["level_id"].to_pylist())
        open_yet = [{"level_id": level_id, "known_from_ns": 0} for level_id in self._levels if level_id not in said]
        rows = pa.concat_tables([rows, pa.Table.from_pylist(open_yet, rows.schema)])
        return rows.take(pa.array(np.argsort(self._places(rows, "level_id", by_name=False), kind="stable")))

    def _places(self, table: pa.Table, name: str, by_name: bool) -> NDArray[np.int64]:
        """(rows,) numbers that lie as the column's values do; levels as the tables have them, or by name."""
        if not pa.types.is_string(table.schema.field(name).type):
            numbers: NDArray[np.int64] = table[name].to_numpy().astype(np.int64)
            return numbers
        values = table[name].to_pylist()
        if name == "level_id" and not by_name:
            return np.array([self._levels[level_id] for level_id in values], np.int64)
        places: NDArray[np.int64] = np.unique(np.array(values, np.str_), return_inverse=True)[1]
        return places


def _are_last(keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(rows,) whether the next row's keys (columns, rows) are others."""
    others: NDArray[np.bool_] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    return np.append(others, True)[: keys.shape[1]]
