"""Which instrument a number of the feed stands for on a date: its symbol, its kind, its tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..core.instrument import Kind, classify, kind_of_class, root_of
from ..core.units import tick_nanos
from ..errors import SpymasterError
from ..settings import EQUITY, Settings
from .dbn import DbnFile
from .dbn_format import Definition


class UnknownTick(SpymasterError):
    """A root whose tick neither a definition nor the settings give."""


class Listed(NamedTuple):
    """One instrument of a file."""

    instrument_id: int
    symbol: str
    """Empty where nothing in the file names the instrument."""
    kind: Kind
    tick: int
    """1e-9 points; 0 when its records are passed by."""


class Listing:
    """Instruments of one root in one file on one ISO date.

    The stream's own definitions come first, then `definitions` (a file of them beside the records), then the symbol's pattern and the
    settings.
    """

    def __init__(self, file: DbnFile, definitions: Mapping[int, Definition], root: str, date: str, settings: Settings) -> None:
        self._file, self._definitions, self._root, self._date, self._settings = file, definitions, root, date, settings

    def find(self, instrument_id: int) -> Listed:
        """An instrument by its number; only outrights of the root have a tick.

        Raises
        ------
        UnknownTick when an outright has no tick anywhere.
        """
        definition = self._file.definitions.get(instrument_id) or self._definitions.get(instrument_id)
        if definition:
            symbol, kind = definition.symbol, kind_of_class(definition.instrument_class)
        else:
            symbol = self._file.symbols_on(self._date).get(instrument_id, "")
            kind = classify(symbol, self._root, self._settings.bronze.outright_months)
        kept = kind == "outright" and root_of(symbol) == self._root
        return Listed(instrument_id, symbol, kind, self._tick(symbol, definition) if kept else 0)

    def _tick(self, symbol: str, definition: Definition | None) -> int:
        if definition and 0 < definition.tick_nanos < np.iinfo(np.int64).max:
            return definition.tick_nanos
        known = self._settings.instruments
        name = EQUITY if symbol == self._root and self._root not in known else self._root
        if name not in known:
            raise UnknownTick(
                f"the tick of {self._root} is unknown: no definition of {symbol}, and settings.yaml, instruments, has only "
                f"{', '.join(known)}. Add {self._root} there, or import a definition file with the records."
            )
        return tick_nanos(known[name].tick)
