"""Arrays that grow at their end, and what has come of the day's tables so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

FIRST_ROOM = 1024


class Grown:
    """An array of which more comes; what it was seen as before stays as it is."""

    def __init__(self, dtype: Any) -> None:
        self._room: NDArray[Any] = np.empty(FIRST_ROOM, dtype)
        self.count = 0

    @property
    def values(self) -> NDArray[Any]:
        """All that came, not to be written to."""
        return self._room[: self.count]

    def append(self, values: NDArray[Any]) -> None:
        end = self.count + len(values)
        if end > len(self._room):
            room = np.empty(max(end, 2 * len(self._room)), self._room.dtype)
            room[: self.count] = self.values
            self._room = room
        self._room[self.count : end] = values
        self.count = end

    def cut(self, count: int) -> None:
        """Forget what came after the first `count`."""
        self.count = count


class Columns:
    """Some columns of a table, by name."""

    def __init__(self, schema: pa.Schema, names: Sequence[str]) -> None:
        self._columns = {name: Grown(schema.field(name).type.to_pandas_dtype()) for name in names}

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name].values

    @property
    def count(self) -> int:
        return next(iter(self._columns.values())).count

    def append(self, table: pa.Table) -> None:
        """Rows of the table. A null of a column of floats is NaN."""
        for name, column in self._columns.items():
            column.append(table[name].to_numpy())

    def cut(self, count: int) -> None:
        for column in self._columns.values():
            column.cut(count)

    def views(self) -> dict[str, NDArray[Any]]:
        """(rows,) by name."""
        return {name: column.values for name, column in self._columns.items()}
