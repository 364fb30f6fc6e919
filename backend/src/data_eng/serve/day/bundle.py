"""One contract-day as it is served: all of its tables at one version, held in memory, and every cut of them by time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ... import commands
from ...core.physics.horizon import KEPT_S, HorizonS
from ...retrieval.approach import ApproachTables
from ...retrieval.paths import DayMids
from ...retrieval.reading import PhysicsTables
from ...settings import Settings
from ..gate.problems import Refusal
from ..messages.day import AbsentTable, TableName
from .arrow import KnownTable
from .moments import Moments
from .tables import NUMBERS, SHIFTS, LevelRows
from .triggers import DayTriggers

EPISODES = "episodes"
"""The name under which trigger vectors are absent from a day."""
CONDITIONS_SHOWN, CONDITIONS_MAX = 6, 8
"""Levels in the answer when none is named, and the most that may be named."""
WORDS: dict[TableName, tuple[str, ...]] = {"levels": ("level_id",), "events": ("level_id", "text")}
"""Columns of words."""


@dataclass(frozen=True)
class DayBundle:
    """All tables of one contract-day at one version."""

    lake: Path
    symbol: str
    root: str
    session_date: str
    version: str
    synthetic: bool
    moments: Moments
    settings: Settings
    """With the session's span that the day was built for."""
    opening_range_s: int
    half_day: bool
    tables: dict[TableName, KnownTable]
    """All but the conditions."""
    conditions: dict[str, KnownTable]
    levels: dict[str, LevelRows]
    triggers: DayTriggers | None
    """None where they are not built."""
    physics: PhysicsTables | None
    """What readings of the book are taken from; None where one of them is not built."""
    approach: ApproachTables | None
    """What approaches are seen in; None where one of them is not built."""
    mids: DayMids | None
    """Of all windows that are built; None where none are."""
    thin_ns: dict[str, NDArray[np.int64]]
    """Ends of the windows in which the book was thin on both sides, by level_id."""
    absent: tuple[AbsentTable, ...]
    sha256: dict[str, str]
    """Manifest hash of every partition, by its name."""
    known_until_s: int | None = None
    """Up to when the day is known while it goes on; None for one that is over."""
    horizon_s: HorizonS = KEPT_S
    """Of the ladder, the conditions and the readings."""

    @property
    def is_whole(self) -> bool:
        """False where a partition is there and cannot be read; a repair may leave its manifest as it is."""
        return not any(table.code == "corrupt" for table in self.absent)

    @cached_property
    def nbytes(self) -> int:
        """Bytes held in memory, nearly."""
        tables = [known.table for known in [*self.tables.values(), *self.conditions.values()]]
        rows = [
            self.triggers.table if self.triggers is not None else None,
            *(self.physics or ()),
            *(self.approach or ()),
        ]
        return sum(table.nbytes for table in [*tables, *rows, *(self.mids or ())] if table is not None)

    @property
    def nbytes_over(self) -> int:
        """Bytes, nearly, of what hangs on the horizon."""
        known = [*(self.tables[name] for name in ("ladder",) if name in self.tables), *self.conditions.values()]
        readings = () if self.physics is None else (self.physics.pressure, self.physics.ladder)
        return sum(table.nbytes for table in (*(one.table for one in known), *readings))

    @property
    def tick(self) -> float:
        return self.settings.tick_of(self.root)

    @property
    def window_s(self) -> int:
        return self.settings.book.window_s

    def is_vacuum(self, level_id: str, ts_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(windows,) whether the book was thin on both sides in windows that ended then; False while pressure is not built."""
        found: NDArray[np.bool_] = np.isin(ts_ns, self.thin_ns.get(level_id, np.empty(0, np.int64)))
        return found

    def require_as_of(self, as_of_s: int) -> None:
        """Raise unless the moment lies within the session."""
        start_s, end_s = self.moments.session_start_s, self.moments.session_end_s
        if not start_s <= as_of_s <= end_s:
            raise Refusal("bad_request", f"as_of_s is {as_of_s}.", expected=f"{start_s} to {end_s}, the session of {self.session_date}")
        if self.known_until_s is not None and as_of_s > max(self.known_until_s, start_s):
            raise Refusal("bad_request", f"as_of_s is {as_of_s}.", expected=f"at most {self.known_until_s}, up to where the day is known")

    def cut(self, name: TableName, from_s: int | None, as_of_s: int, level_ids: tuple[str, ...] | None) -> pa.Table:
        """Rows of a table known in (from_s, as_of_s]. `level_ids` choose rows of the conditions."""
        self.require_as_of(as_of_s)
        self.require_table(name)
        if name == "conditions":
            return self._cut_conditions(from_s, as_of_s, level_ids)
        table = self.tables[name].cut(from_s, as_of_s)
        return with_dictionaries(table, WORDS.get(name, ()))

    def require_table(self, name: str) -> None:
        """Raise the problem of a table that is absent."""
        fault = next((table for table in self.absent if table.table == name), None)
        if fault is not None:
            raise Refusal(fault.code, fault.message, fix=fault.fix)

    def require_triggers(self) -> DayTriggers:
        """The day's triggers; raises their problem where they are absent."""
        self.require_table(EPISODES)
        assert self.triggers is not None
        return self.triggers

    def require_level(self, level_id: str) -> LevelRows:
        """The level's prices; raises for one that the day does not have, and the problem of levels that are absent altogether."""
        self.require_table("levels")
        if level_id not in self.levels:
            held = list(self.levels)
            raise Refusal(
                "unknown_level",
                f"level {level_id} of {self.symbol} {self.session_date} was not built. Built are: {', '.join(held) or 'none'}.",
                fix=commands.build(self.lake, self.symbol, [self.session_date], levels=[level_id]),
            )
        return self.levels[level_id]

    def chosen_levels(self, level_ids: tuple[str, ...] | None) -> tuple[str, ...]:
        """The levels named, each once; the day's first ones where none is named."""
        chosen = tuple(dict.fromkeys(level_ids)) if level_ids is not None else tuple(self.levels)[:CONDITIONS_SHOWN]
        if len(chosen) > CONDITIONS_MAX:
            raise Refusal("bad_request", f"{len(chosen)} levels are asked for.", expected=f"at most {CONDITIONS_MAX}")
        for level_id in chosen:
            self.require_level(level_id)
        return chosen

    def _cut_conditions(self, from_s: int | None, as_of_s: int, level_ids: tuple[str, ...] | None) -> pa.Table:
        chosen = self.chosen_levels(level_ids)
        held = [level_id for level_id in chosen if level_id in self.conditions]
        pieces = [self.conditions[level_id].cut(from_s, as_of_s) for level_id in held]
        counts = [piece.num_rows for piece in pieces]
        table = pa.concat_tables([NO_CONDITIONS, *pieces]).combine_chunks()
        codes = np.repeat(np.array([chosen.index(level_id) for level_id in held], np.int32), counts)
        names = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(chosen, pa.string()))
        return table.add_column(0, "level_id", names)


NO_CONDITIONS = pa.table(
    {
        "start_s": pa.array([], pa.uint32()),
        "distance_ticks": pa.array([], pa.float32()),
        **{f"{name}_{number}": pa.array([], pa.float32()) for name in ("times", "contracts") for number in NUMBERS},
        **{name: pa.array([], pa.float32()) for name in SHIFTS},
        **{f"sign_{number}": pa.array([], pa.int8()) for number in NUMBERS},
        **{name: pa.array([], pa.uint8()) for name in ("count_up", "count_down", "balance_level", "balance")},
        "balance_held_s": pa.array([], pa.uint16()),
        "state": pa.array([], pa.uint8()),
        "touches": pa.array([], pa.uint16()),
        "near_s": pa.array([], pa.uint16()),
    }
)


def with_dictionaries(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The cut with these columns by dictionary, which is what the page reads; each holds the cut's own words alone."""
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table[name].combine_chunks().dictionary_encode())
    return table
