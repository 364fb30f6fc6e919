"""What a file of definitions, statistics or trades holds beyond its counts, and what the names of options say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol

import databento_dbn
import numpy as np
from numpy.typing import NDArray

from ..core.events import SIDE_ASK, SIDE_BID, SIDE_NONE, UNDEF_PRICE, UNDEF_SIZE, UNDEF_TIMESTAMP
from ..core.units import NANOS_PER_POINT, ticks_to_points, utc_date
from .dbn_format import text_of

OPTION_NAME = re.compile(r"\S+ (?P<right>[CP])(?P<strike>\d+)")
"""A raw symbol of CME's options: `ESM4 P5230`."""
CLASSES = {
    "F": "futures",
    "C": "calls",
    "P": "puts",
    "S": "future spreads",
    "T": "option spreads",
    "M": "mixed spreads",
    "K": "stocks",
    "B": "bonds",
    "X": "currencies",
}
"""Databento's instrument_class."""
SIDES = {SIDE_BID: "buy", SIDE_ASK: "sell", SIDE_NONE: "unsigned"}
"""A trade's side is the aggressor's."""


class Summary(Protocol):
    """Takes the records of a file, a batch after the other, and says what they hold."""

    def take(self, records: NDArray[np.void]) -> None: ...

    def found(self) -> dict[str, Any]: ...


class Definitions:
    """Instruments by class, and the span of their expirations and strikes; the last definition of an id holds."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}
        self._expirations: dict[int, int] = {}
        self._strikes: dict[int, int] = {}

    def take(self, records: NDArray[np.void]) -> None:
        for record in records:
            number = int(record["instrument_id"])
            self._kinds[number] = text_of(bytes(record["instrument_class"]))
            self._expirations[number] = int(record["expiration"])
            self._strikes[number] = int(record["strike_price"])

    def found(self) -> dict[str, Any]:
        kinds = Counter(CLASSES.get(kind, f"class {kind!r}") for kind in self._kinds.values())
        expirations = sorted({utc_date(ns) for ns in self._expirations.values() if 0 < ns < UNDEF_TIMESTAMP})
        strikes = sorted({price for price in self._strikes.values() if 0 < price < UNDEF_PRICE})
        return {
            "classes": dict(kinds.most_common()),
            "expirations": _span(expirations),
            "strikes": _span([ticks_to_points(strike, 1 / NANOS_PER_POINT) for strike in strikes]),
        }


class Statistics:
    """Which kinds of statistics there are, and for how many instruments."""

    def __init__(self) -> None:
        self._records: Counter[int] = Counter()
        self._instruments: dict[int, set[int]] = {}

    def take(self, records: NDArray[np.void]) -> None:
        for kind in np.unique(records["stat_type"]).tolist():
            own = records["instrument_id"][records["stat_type"] == kind]
            self._records[kind] += len(own)
            self._instruments.setdefault(kind, set()).update(np.unique(own).tolist())

    def found(self) -> dict[str, Any]:
        return {
            "statistics": {
                _statistic_names().get(kind, f"type {kind}"): {"records": count, "instruments": len(self._instruments[kind])}
                for kind, count in self._records.most_common()
            }
        }


class Trades:
    """Volume by the aggressor's side, and the records whose size is undefined."""

    def __init__(self) -> None:
        self._volume: Counter[str] = Counter()
        self._unsized = 0

    def take(self, records: NDArray[np.void]) -> None:
        sides, sizes = np.ascontiguousarray(records["side"]).view(np.uint8), records["size"]
        self._unsized += int((sizes == UNDEF_SIZE).sum())
        for side in np.unique(sides).tolist():
            own = sizes[(sides == side) & (sizes != UNDEF_SIZE)]
            self._volume[SIDES.get(side, f"side {chr(side)!r}")] += int(own.sum(dtype=np.int64))

    def found(self) -> dict[str, Any]:
        unsized = {"size_undefined": self._unsized} if self._unsized else {}
        return {"volume_by_side": dict(self._volume.most_common()), **unsized}


SUMMARIES: dict[str, Callable[[], Summary]] = {
    "definition": Definitions,
    "statistics": Statistics,
    "trades": Trades,
    "tbbo": Trades,
}
"""By schema; of the others counts, times and instruments are all."""


def options_among(symbols: Iterable[str]) -> dict[str, Any] | None:
    """Calls, puts and the span of strikes, as the symbols are written; None where none is an option's."""
    named = [match for symbol in symbols if (match := OPTION_NAME.fullmatch(symbol))]
    if not named:
        return None
    rights = Counter(match["right"] for match in named)
    return {"calls": rights["C"], "puts": rights["P"], "strikes": _span(sorted({int(match["strike"]) for match in named}))}


def _span(values: list[Any]) -> dict[str, Any] | None:
    """First, last and how many, of sorted values; None where there are none."""
    return {"count": len(values), "first": values[0], "last": values[-1]} if values else None


@cache
def _statistic_names() -> dict[int, str]:
    kinds = databento_dbn.StatType
    return {int(getattr(kinds, name)): name.lower() for name in dir(kinds) if name.isupper()}
