"""The kernel in pieces: a contract's events in, closed windows out as rows of silver's first tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ..core.book.flow import FlowTables, WindowRows, drain, join
from ..core.book.kernel import advance, close
from ..core.book.state import Book, cache_aligned
from ..core.events import EventBatch
from ..core.profile import VolumeProfile, joined_profiles, volume_profile
from ..core.session import SessionTimes
from ..core.tables import BOOK_WINDOWS, TRADE_BARS, TRADE_PATH
from ..settings import Settings
from ..stages.silver.future_mbo.compute_book_flow_5s import close_day, covered_windows, empty_book, flow_rows, table_of, tape_of, trust
from .grown import Columns
from .trees import Arrays, filled, flat


class Silver(NamedTuple):
    """Rows of windows that have closed since the last ones, as the lake's tables have them."""

    flow: pa.Table
    windows: pa.Table
    bars: pa.Table
    """In the order of their ends."""
    path: pa.Table


class LiveBook:
    """The book and the tape of one contract-day."""

    def __init__(self, times: SessionTimes, settings: Settings) -> None:
        self._times, self._settings = times, settings
        self.book, self.flow = empty_book(settings), tape_of(times, settings)
        self._profiles: list[VolumeProfile] = []
        self.kernel = Columns(contract_windows(), WindowRows._fields)
        """Every window of the tape, its marks those of the kernel alone."""
        self._pieces: list[FlowTables] = []

    @property
    def profile(self) -> VolumeProfile:
        """What traded in the regular hours so far."""
        self._profiles = [joined_profiles(self._profiles)]
        return self._profiles[0]

    def take(self, events: EventBatch) -> None:
        """Let events act, which come straight after those of the call before."""
        if self._times.rth_day:
            self._profiles.append(volume_profile(events, self._times.rth_open_ns, self._times.rth_close_ns))
        self.book, drained = advance(events, self.book, self.flow)
        self._pieces += drained

    def pass_ns(self, clock_ns: int) -> Silver:
        """Close what ends at or before a moment; all rows since the last call."""
        return self._closed(close(clock_ns, self.book, self.flow))

    def peek(self, clock_ns: int) -> Silver:
        """The same as `pass_ns` would give, while everything stays as it is."""
        self._pieces.append(drain(self.flow))
        pieces, windows = list(self._pieces), self.kernel.count
        held: tuple[Any, ...] = (self.book.state, self.book.sides, self.flow.tape, self.flow.open_bars)
        kept = [one.copy() for one in held]
        silver = self._closed(close(clock_ns, self.book, self.flow))
        for one, before in zip(held, kept, strict=True):
            for name in one.dtype.names:
                one[name] = before[name]
        self._pieces = pieces
        self.kernel.cut(windows)
        return silver

    def end(self) -> Silver:
        """What is left when no record comes any more."""
        return self._closed(close_day(self.book, self.flow))

    def known(self) -> WindowRows:
        """Windows that began by the last record: of those after it nobody knows what happened."""
        return covered_windows(WindowRows(**self.kernel.views()), self.book, self.flow)

    def arrays(self) -> Arrays:
        """All that the book knows: what is not at its beginning, and what waits on the tape."""
        self._pieces.append(drain(self.flow))
        book, waiting = self.book, join(self._pieces)
        orders, lines = np.flatnonzero(book.orders["key"]), np.flatnonzero(_is_used(book).ravel())
        self._pieces = [waiting]
        return {
            "capacity": np.array(len(book.orders)),
            "order_places": orders,
            "orders": book.orders[orders],
            "line_places": lines,
            "lines": book.lines.ravel()[lines],
            "placed_sums": book.placed_sums.ravel()[lines],
            "sides": book.sides.copy(),
            "state": np.array([book.state]),
            "counts": np.array([book.counts]),
            "tape": np.array([self.flow.tape]),
            "open_bars": self.flow.open_bars.copy(),
            "kernel": np.stack(list(self.kernel.views().values())),
            **flat(self.profile, "profile"),
            **flat(waiting, "waiting"),
        }

    def restore(self, arrays: Arrays) -> None:
        """Go on where `arrays` were taken; the book is a new one."""
        book = self.book._replace(orders=cache_aligned((int(arrays["capacity"]),), self.book.orders.dtype))
        book.orders[arrays["order_places"]] = arrays["orders"]
        book.lines.reshape(-1)[arrays["line_places"]] = arrays["lines"]
        book.placed_sums.reshape(-1)[arrays["line_places"]] = arrays["placed_sums"]
        book.sides[:], self.flow.open_bars[:] = arrays["sides"], arrays["open_bars"]
        for record, name in ((book.state, "state"), (book.counts, "counts"), (self.flow.tape, "tape")):
            for column in record.dtype.names or ():
                record[column] = arrays[name][column][0]
        self.book = book
        self.kernel.append(pa.table(dict(zip(WindowRows._fields, arrays["kernel"], strict=True))))
        self._profiles = [filled(self.profile, arrays, "profile")]
        self._pieces = [filled(join([drain(self.flow)]), arrays, "waiting")]

    def _closed(self, pieces: list[FlowTables]) -> Silver:
        tables = join([*self._pieces, *pieces])
        self._pieces = []
        first = self.kernel.count
        self.kernel.append(pa.table(tables.windows._asdict()))
        every = WindowRows(**self.kernel.views())
        marks = tables.windows.marks | trust(every, self._times, self._settings)[first:]
        return Silver(
            flow=flow_rows(tables.rows, every.window_start_ns),
            windows=table_of(BOOK_WINDOWS, tables.windows._replace(marks=marks)),
            bars=table_of(TRADE_BARS, tables.bars),
            path=table_of(TRADE_PATH, tables.path),
        )


def _is_used(book: Book) -> np.ndarray:
    """(2, TICKS) lines where something rests, or happened in the open window."""
    lines = book.lines
    used: np.ndarray = (lines["depth"] != 0) | (lines["orders"] != 0) | (lines["stamp"] == book.state["stamp"]) | (book.placed_sums != 0)
    return used


def contract_windows() -> pa.Schema:
    """The tape's own columns of windows, all int64."""
    return pa.schema([(name, pa.int64()) for name in WindowRows._fields])
