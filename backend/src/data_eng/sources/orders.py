"""One instrument's orders straight from a DBN file, for those who want to look at a book before there is a lake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..core.events import FILL, TRADE, UNDEF_PRICE, EventBatch
from ..core.instrument import FUTURE_NAME, prices_to_ticks, root_of
from ..core.units import nanos_to_text, ns_to_iso, tick_nanos, utc_date
from ..errors import SpymasterError
from ..settings import Settings
from .dbn import DbnFile


class ChooseInstrument(SpymasterError):
    """A file of several instruments, or a name that it does not hold."""


class OffGrid(SpymasterError):
    """A price that is no multiple of the instrument's tick."""


class ListedInstrument(NamedTuple):
    """Which records to take, and how their prices become ticks."""

    instrument_id: int
    symbol: str
    tick_nanos: int


def choose_instrument(file: DbnFile, symbol: str | None, settings: Settings, tick: float | None = None) -> ListedInstrument:
    """The instrument named `symbol`, or the only one that has orders in the file's first records.

    `tick` in points replaces the tick of the definitions in the file and of settings.yaml.
    """
    first = next(file.batches(), None)
    if first is None:
        raise ChooseInstrument(f"{file.path} holds no order. Nothing can be shown of it.")
    names = file.symbols_on(utc_date(int(first["ts_recv"][0])))
    present = [int(number) for number in np.unique(first["instrument_id"])]
    by_name = {names.get(number, str(number)): number for number in present}
    if symbol is None and len(by_name) > 1:
        raise ChooseInstrument(f"{file.path} holds several instruments: {', '.join(sorted(by_name))}. Name one with --symbol.")
    chosen = symbol or next(iter(by_name))
    numbers = {name: number for number, name in names.items()} | by_name
    if chosen not in numbers:
        raise ChooseInstrument(f"{file.path} holds no {chosen!r}. It holds: {', '.join(sorted(numbers))}.")
    number = numbers[chosen]
    definition = file.definitions.get(number)
    if tick is not None:
        return ListedInstrument(number, chosen, tick_nanos(tick))
    if definition is not None:
        return ListedInstrument(number, chosen, definition.tick_nanos)
    return ListedInstrument(number, chosen, tick_nanos(_tick_by_name(chosen, settings)))


def _tick_by_name(symbol: str, settings: Settings) -> float:
    known = settings.instruments
    if root_of(symbol) in known:
        return known[root_of(symbol)].tick
    if FUTURE_NAME.fullmatch(symbol):
        raise ChooseInstrument(
            f"the tick of {symbol} is not known: no definition in the file, no entry in settings.yaml. Say it with --tick."
        )
    return known["equity"].tick


def event_batches(file: DbnFile, instrument: ListedInstrument) -> Iterator[EventBatch]:
    """Its records in file order. An order priced off the tick's grid raises `OffGrid` naming the record.

    Trades against hidden midpoint orders (stocks) lie between two ticks; no line of the book is theirs, and their price becomes NO_TICK.
    """
    number = 0
    for records in file.batches():
        own = records[records["instrument_id"] == instrument.instrument_id]
        executions = (own["action"] == TRADE) | (own["action"] == FILL)
        prices = np.where(executions & (own["price"] % instrument.tick_nanos != 0), UNDEF_PRICE, own["price"])
        ticks, off_grid = prices_to_ticks(prices, instrument.tick_nanos)
        if off_grid >= 0:
            bad = own[off_grid]
            raise OffGrid(
                (
                    f"record {number + off_grid} of {instrument.symbol} in {file.path} (order {bad['order_id']}, "
                    f"{ns_to_iso(int(bad['ts_recv']))}) has price {nanos_to_text(int(bad['price']))}."
                ),
                expected=(
                    f"a multiple of the tick {nanos_to_text(instrument.tick_nanos)}: correct the tick in settings.yaml or with --tick"
                ),
            )
        number += len(own)
        yield EventBatch(
            ts_recv_ns=own["ts_recv"].astype(np.int64),
            ts_event_ns=own["ts_event"].astype(np.int64),
            order_id=own["order_id"].astype(np.uint64),
            price_ticks=ticks,
            size=own["size"].astype(np.int32),
            flags=own["flags"].astype(np.uint8),
            action=own["action"].astype(np.uint8),
            side=own["side"].astype(np.uint8),
            sequence=own["sequence"].astype(np.uint32),
        )
