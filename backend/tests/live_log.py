"""A live day's log made of a built day: what became known with every window, as the live engine says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from src.data_eng.core.instrument import root_of
from src.data_eng.core.tables import BOOK_FLOW, BOOK_WINDOWS, LEVELS_TABLE, TRADE_BARS, TRIGGER_VECTORS
from src.data_eng.io import read_table
from src.data_eng.lake.partitions import read_facts, ref_in
from src.data_eng.live.daylog import LOG, DayEntry, DayFacts, DayLog, contracts_of, live_folder
from src.data_eng.live.logged import LOGGED
from src.data_eng.settings import Settings

S = 1_000_000_000


def day_facts(lake: Path, symbol: str, date: str) -> DayFacts:
    vectors = read_facts(ref_in(lake, TRIGGER_VECTORS, symbol, date))
    levels = read_table(ref_in(lake, LEVELS_TABLE, symbol, date), ["level_id"])["level_id"].to_pylist()
    return DayFacts(
        symbol=symbol,
        root=root_of(symbol),
        session_date=date,
        synthetic=True,
        gateway="replay",
        session=vectors["session"],
        levels=tuple(dict.fromkeys(levels)),
        contracts=contracts_of(LOGGED),
    )


def entries(lake: Path, symbol: str, date: str, settings: Settings) -> Iterator[DayEntry]:
    """The windows of a built day one after the other; the trigger vectors come with all outcomes as the day ends."""
    tables = {dataset: read_table(ref_in(lake, dataset, symbol, date)) for dataset in LOGGED}
    known = {dataset: known_ns(dataset, table, settings.book.window_s * S) for dataset, table in tables.items()}
    ends = np.unique(known[BOOK_WINDOWS])
    before = np.iinfo(np.int64).min
    for end_ns in ends.tolist():
        rows = {name: table.filter(pa.array((known[name] > before) & (known[name] <= end_ns))) for name, table in tables.items()}
        yield DayEntry(end_ns, rows)
        before = end_ns


def day_log(lake: Path, symbol: str, date: str) -> DayLog:
    """The log of a built day, without an entry, in a lake."""
    return DayLog(live_folder(lake, symbol, date) / LOG, day_facts(lake, symbol, date))


def known_ns(dataset: str, table: pa.Table, window_ns: int) -> NDArray[np.int64]:
    def column(name: str) -> NDArray[np.int64]:
        values: NDArray[np.int64] = table[name].to_numpy().astype(np.int64)
        return values

    if dataset == LEVELS_TABLE:
        return column("known_from_ns")
    if dataset == TRADE_BARS:
        return column("bar_start_ns") + column("bar_s") * S
    return column("window_start_ns") + window_ns if dataset in (BOOK_WINDOWS, BOOK_FLOW) else column("ts_ns")
