"""One instrument's orders straight from a DBN file, for those who want to look at a book before there is a lake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.book.state import LOWEST_TICK, TICKS
from ..core.clock import Clock
from ..core.events import FILL, TRADE, UNDEF_PRICE, EventBatch
from ..core.instrument import classify, root_of
from ..core.split import OFF_GRID, events_of, new_instruments, register, split
from ..core.units import NS_PER_DAY, nanos_to_text, ns_to_iso, tick_nanos, utc_date
from ..errors import SpymasterError
from ..settings import EQUITY, Settings
from .bad_records import bad_record
from .dbn import DbnFile

TickFrom = Literal["option", "definition", "settings", "prices"]
"""Where a tick comes from: said by the user, a definition in the file, settings.yaml, or the greatest common divisor of the prices."""


STOCK_NAME = re.compile(r"[A-Z]{1,6}(\.[A-Z])?")
"""A stock's raw symbol, with its class of shares: GOOG, BRK.B."""


class ChooseInstrument(SpymasterError):
    """A file of several instruments, or a name that it does not hold."""


class OffGrid(SpymasterError):
    """A price that is no multiple of the instrument's tick."""


class ListedInstrument(NamedTuple):
    """Which records to take, and how their prices become ticks."""

    symbol: str
    """The number of an instrument that the file does not name."""
    tick_nanos: int
    tick_from: TickFrom


class Mapped:
    """The number that a symbol stands for in the records of each UTC date, by the file's mappings; of an unnamed one its own number."""

    def __init__(self, file: DbnFile, symbol: str) -> None:
        self._file, self._symbol = file, symbol
        self._known: dict[tuple[int, int], int | None] = {}

    def rows(self, records: NDArray[np.void], times_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(records,) whether each is the symbol's."""
        days = times_ns // NS_PER_DAY
        found = np.zeros(len(records), np.bool_)
        for day in np.unique(days).tolist() if days[0] != days[-1] else [int(days[0])]:
            number = self._number_on(day)
            if number is not None:
                found |= (records["instrument_id"] == number) & (days == day)
        return found

    def _number_on(self, day: int) -> int | None:
        """The stream's own mappings may change a name, so that what was looked up holds until more of them have come."""
        key = (day, self._file.others.total())
        if key not in self._known:
            self._known[key] = number_of(self._file, self._symbol, utc_date(day * NS_PER_DAY))
        return self._known[key]


def number_of(file: DbnFile, symbol: str, date: str) -> int | None:
    """The instrument id of a symbol on an ISO date; None where it has none.

    Raises
    ------
    ChooseInstrument where two ids have the name.
    """
    names = file.symbols_on(date)
    numbers = [number for number, name in names.items() if name == symbol]
    if len(numbers) > 1:
        raise ChooseInstrument(
            f"{file.path} gives the name {symbol} to the instrument ids {', '.join(map(str, sorted(numbers)))} on {date}.",
            expected="one id a name and date: fetch the file again",
        )
    if numbers:
        return numbers[0]
    return int(symbol) if symbol.isdigit() and int(symbol) not in names else None


def choose_instrument(file: DbnFile, symbol: str | None, settings: Settings, tick: float | None = None) -> ListedInstrument:
    """The instrument named `symbol`, or the only one that has orders in the file's first records.

    `tick` in points replaces the tick of the definitions in the file and of settings.yaml, which knows outrights and stocks. An instrument
    that neither knows takes the greatest common divisor of its prices.
    """
    first = next(file.batches(), None)
    if first is None:
        raise ChooseInstrument(f"{file.path} holds no order. Nothing can be shown of it.")
    date = utc_date(int(Clock().times(first)[0]))
    names = file.symbols_on(date)
    present = {names.get(number, str(number)) for number in np.unique(first["instrument_id"]).tolist()}
    if symbol is None and len(present) > 1:
        raise ChooseInstrument(f"{file.path} holds several instruments: {', '.join(sorted(present))}. Name one with --symbol.")
    chosen = symbol or next(iter(present))
    known = present | set(names.values()) | {entry.symbol for entry in file.header.mappings}
    if chosen not in known:
        raise ChooseInstrument(f"{file.path} holds no {chosen!r}. It holds: {', '.join(sorted(known))}.")
    definition = file.definitions.get(number_of(file, chosen, date) or 0)
    if tick is not None:
        return ListedInstrument(chosen, tick_nanos(tick), "option")
    if definition is not None and 0 < definition.tick_nanos < UNDEF_PRICE:
        return ListedInstrument(chosen, definition.tick_nanos, "definition")
    by_name = _tick_by_name(chosen, settings)
    if by_name is not None:
        return ListedInstrument(chosen, tick_nanos(by_name), "settings")
    return ListedInstrument(chosen, _tick_of_prices(file, chosen), "prices")


def _tick_by_name(symbol: str, settings: Settings) -> float | None:
    """The tick of an outright or a stock; a spread of the same root has another one, and an option its own."""
    root, known = root_of(symbol), settings.instruments
    if root in known and classify(symbol, root) != "spread":
        return known[root].tick
    return known[EQUITY].tick if STOCK_NAME.fullmatch(symbol) else None


def _tick_of_prices(file: DbnFile, symbol: str) -> int:
    """The greatest common divisor of all prices of an instrument, in 1e-9 points."""
    source = DbnFile(file.path)
    mapped, clock, tick, lowest, highest = Mapped(source, symbol), Clock(), 0, 0, 0
    for records in source.batches():
        prices = records["price"][mapped.rows(records, clock.times(records))]
        prices = prices[prices != UNDEF_PRICE]
        if len(prices):
            tick = int(np.gcd(tick, np.gcd.reduce(prices)))
            lowest, highest = min(lowest, int(prices.min())), max(highest, int(prices.max()))
    if tick == 0 or lowest < tick * LOWEST_TICK or highest >= tick * (LOWEST_TICK + TICKS):
        raise ChooseInstrument(
            f"the tick of {symbol} is not known: no definition in the file, no entry in settings.yaml, and its prices have no common step. "
            "Add its root to settings.yaml, instruments, or say its tick to mbp with --tick."
        )
    return tick


class Orders:
    """The records of one instrument of a file, in its order, and what was counted of them."""

    def __init__(self, file: DbnFile, instrument: ListedInstrument) -> None:
        self._file, self._instrument = file, instrument
        self._entry = new_instruments(1)
        register(self._entry, 0, 0, instrument.tick_nanos)

    @property
    def counted(self) -> np.void:
        """One record of `core.split.INSTRUMENT_DTYPE`."""
        entry: np.void = self._entry[0]
        return entry

    def batches(self) -> Iterator[EventBatch]:
        """Its records. One that cannot be raises `BadRecord`, an order priced off the tick's grid `OffGrid`; both name the record.

        Trades against hidden midpoint orders (stocks) lie between two ticks; no line of the book is theirs, and their price becomes
        NO_TICK.
        """
        mapped, clock, first = Mapped(self._file, self._instrument.symbol), Clock(), 0
        for records in self._file.batches():
            rows = mapped.rows(records, clock.times(records))
            own = records[rows]
            executions = (own["action"] == TRADE) | (own["action"] == FILL)
            own["price"][executions & (own["price"] % self._instrument.tick_nanos != 0)] = UNDEF_PRICE
            self._entry["in_batch"] = len(own)
            columns, code, at = split(own, np.zeros(len(own), np.int32), self._entry, 1)
            if code:
                raise self._error(code, own[at], first + int(np.flatnonzero(rows)[at]))
            first += len(records)
            yield events_of(columns)

    def _error(self, code: int, record: np.void, number: int) -> SpymasterError:
        symbol, step, source, path = *self._instrument, self._file.path
        if code != OFF_GRID:
            return bad_record(code, record, number, path, symbol, step, int(self.counted["publisher_id"]))
        return OffGrid(
            (
                f"record {number:,} in {path} (order {record['order_id']} of {symbol}, {ns_to_iso(int(record['ts_recv']))}) has price "
                f"{nanos_to_text(int(record['price']))}."
            ),
            expected=(
                f"a multiple of the tick {nanos_to_text(step)} ({source}): correct the tick in settings.yaml, or say it to mbp with --tick"
            ),
        )


def event_batches(file: DbnFile, instrument: ListedInstrument) -> Iterator[EventBatch]:
    """Its records in file order, as `Orders.batches` gives them."""
    return Orders(file, instrument).batches()
