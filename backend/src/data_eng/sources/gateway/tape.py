"""What a gateway plays: the order records of one root's raw files, one day after the other, read in a stream of bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.units import utc_date
from ..dbn import DbnFile

BATCH_RECORDS = 1 << 14
"""Records that a session reads at once: a few milliseconds of sending, so that no other session waits."""
Symbols = dict[int, str]
"""Symbol by instrument id, of one UTC date: ids are the venue's for a day only."""


class Piece(NamedTuple):
    """Records that follow one another in one file."""

    records: NDArray[np.void]
    """(records,) MBO_DTYPE, a copy."""
    symbols: Symbols
    """Of the wanted instruments of that file."""


class Tape:
    """Files in the order of their records. `wanted` chooses instruments by symbol."""

    def __init__(self, files: Sequence[DbnFile]) -> None:
        self.files = tuple(files)

    @property
    def dataset(self) -> str:
        """As the files say it, so that what is simulated stays so."""
        return self.files[0].header.dataset

    @cached_property
    def symbols(self) -> tuple[Symbols, ...]:
        """Of each file."""
        return tuple(file.symbols_on(utc_date(file.header.start_ns)) for file in self.files)

    def pieces(self, wanted: Callable[[str], bool]) -> Iterator[Piece]:
        """All records of the wanted instruments, from the first file's beginning."""
        for file, symbols in zip(self.files, self.symbols, strict=True):
            chosen = {number: symbol for number, symbol in symbols.items() if wanted(symbol)}
            numbers = np.array(sorted(chosen), np.uint32)
            for records in file.batches(BATCH_RECORDS):
                yield Piece(records[np.isin(records["instrument_id"], numbers)], chosen)
