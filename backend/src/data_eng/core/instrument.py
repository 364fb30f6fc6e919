"""What an instrument is by its name: outright, spread or other; its root, its expiry month, its prices in ticks."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .compiled import allocating
from .events import NO_TICK, UNDEF_PRICE

Kind = Literal["outright", "spread", "other"]
MONTH_CODES = "FGHJKMNQUVXZ"
"""CME's letters for January to December."""
FUTURE_NAME = re.compile(rf"(?P<root>[A-Z0-9]{{1,4}}?)(?P<month>[{MONTH_CODES}])(?P<year>\d{{1,2}})")
"""A future's raw symbol: the root, the month's letter, one or two digits of the year."""
USER_DEFINED = "UD:"
"""CME's prefix of user-defined strategies."""
OUTRIGHT_CLASSES = ("F", "K")
"""Databento's instrument_class of a single future and of a stock."""
SPREAD_CLASSES = ("S", "T", "M")
"""Databento's instrument_class of a future spread, an option spread and a mixed spread."""


def classify(symbol: str, root: str, months: str = MONTH_CODES) -> Kind:
    """What `symbol` is among the instruments of `root`, by name alone.

    An outright is the root, one of `months` and one or two digits (`ESZ5`), or a stock, whose symbol is the root. `ESZ5-ESH6` and
    `UD:1V: VT 2820027` are spreads; options and other roots are other.
    """
    if symbol == root or re.fullmatch(rf"{re.escape(root)}[{months}]\d{{1,2}}", symbol):
        return "outright"
    if symbol.startswith(USER_DEFINED) or (symbol.startswith(root) and "-" in symbol):
        return "spread"
    return "other"


def kind_of_class(instrument_class: str) -> Kind:
    """What an instrument is by its definition's instrument_class."""
    if instrument_class in OUTRIGHT_CLASSES:
        return "outright"
    return "spread" if instrument_class in SPREAD_CLASSES else "other"


def root_of(symbol: str) -> str:
    """`ESZ5`, `ESZ5-ESH6`, `ES.FUT` and `ES.c.0` belong to ES; `GOOG` is its own root; options (`ESM4 P5230`) and `UD:` have none, ""."""
    if symbol.startswith(USER_DEFINED) or " " in symbol:
        return ""
    first_leg = symbol.partition("-")[0]
    future = FUTURE_NAME.fullmatch(first_leg)
    return future["root"] if future else first_leg.partition(".")[0]


@allocating
def _prices_to_ticks(price_nanos, tick, ticks):
    inverse = 1.0 / tick
    for i in range(price_nanos.shape[0]):
        price = price_nanos[i]
        if price == UNDEF_PRICE:
            ticks[i] = NO_TICK
            continue
        count = np.int64(np.rint(price * inverse))
        if count * tick != price or abs(count) > 2147483647:
            return i
        ticks[i] = count
    return -1


def prices_to_ticks(price_nanos: NDArray[np.int64], tick: int) -> tuple[NDArray[np.int32], int]:
    """Prices in 1e-9 points as whole ticks of `tick` 1e-9 points; UNDEF becomes NO_TICK.

    Returns
    -------
    (records,) int32 and the index of the first price that lies off the grid, -1 when none does; from there on the ticks mean nothing.
    """
    ticks = np.empty(len(price_nanos), np.int32)
    return ticks, int(_prices_to_ticks(price_nanos, tick, ticks))
