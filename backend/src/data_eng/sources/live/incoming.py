"""The stream of a live session as it comes: its header once, then pieces of whole records."""

from __future__ import annotations

from typing import NamedTuple

import databento_dbn
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...core.events import MBO_DTYPE
from ..dbn import PREFIX_BYTES
from ..dbn_format import MESSAGES, R_MBO, R_SYMBOL_MAPPING, WORD, record_starts, text_of

R_ERROR, R_SYSTEM = 0x15, 0x17
MBO_WORDS = MBO_DTYPE.itemsize // WORD


class Control(NamedTuple):
    """What the gateway says of the session among the records."""

    is_error: bool
    code: int
    text: str


class Named(NamedTuple):
    """Which symbol an instrument id stands for, as the gateway says it."""

    instrument_id: int
    symbol: str
    content: bytes
    """The record itself."""


class Piece(NamedTuple):
    """Whole records that came together, of all types, in their order."""

    content: bytes
    orders: NDArray[np.void]
    """(orders,) MBO_DTYPE."""
    places: NDArray[np.int64]
    """(orders,) byte of each in `content`."""
    controls: tuple[Control, ...]
    named: tuple[Named, ...]

    def kept(self, keep: NDArray[np.bool_]) -> Piece:
        """Without some of its orders; `keep` is (orders,)."""
        if keep.all():
            return self
        content = np.frombuffer(self.content, np.uint8)
        gone = np.zeros(len(content) // WORD, np.int32)
        dropped = self.places[~keep] // WORD
        gone[dropped] = 1
        ends = dropped + MBO_WORDS
        np.subtract.at(gone, ends[ends < len(gone)], 1)
        left = np.repeat(np.cumsum(gone) == 0, WORD)
        shift = np.cumsum(~keep) * MBO_DTYPE.itemsize
        return Piece(content[left].tobytes(), self.orders[keep], (self.places - shift)[keep], self.controls, self.named)

    def until(self, count: int) -> Piece:
        """Its first orders, and what stands before the next one."""
        if count >= len(self.orders):
            return self
        return self._replace(content=self.content[: self.places[count]], orders=self.orders[:count], places=self.places[:count])


class Incoming:
    """What has come of a stream and is not whole yet."""

    def __init__(self) -> None:
        self.header = b""
        """The metadata, once it is there."""
        self._held = b""

    def take(self, received: bytes) -> Piece | None:
        """Add what was received; the records that are whole now, None where none is."""
        held = self._held + received
        if not self.header:
            length = PREFIX_BYTES + int.from_bytes(held[4:PREFIX_BYTES], "little") if len(held) >= PREFIX_BYTES else 0
            if not length or len(held) < length:
                self._held = held
                return None
            self.header, held = held[:length], held[length:]
        words = np.frombuffer(held, np.uint32, len(held) // WORD)
        starts, used = record_starts(words)
        self._held = held[used * WORD :]
        if not len(starts):
            return None
        return piece_of(held[: used * WORD], words, starts)


def piece_of(content: bytes, words: NDArray[np.uint32], starts: NDArray[np.int64]) -> Piece:
    """Records whose first words are known."""
    rtypes = words[starts] >> 8 & 0xFF
    at = starts[rtypes == R_MBO]
    if len(at) * MBO_WORDS == len(words):
        orders = np.frombuffer(content, MBO_DTYPE)
    elif len(at):
        orders = sliding_window_view(words, MBO_WORDS)[at].reshape(-1).view(np.uint8).view(MBO_DTYPE)
    else:
        orders = np.empty(0, MBO_DTYPE)
    is_control = (rtypes == R_ERROR) | (rtypes == R_SYSTEM)
    controls = tuple(_control(_record(content, int(start))) for start in starts[is_control])
    named = tuple(_named(_record(content, int(start))) for start in starts[rtypes == R_SYMBOL_MAPPING])
    return Piece(content, orders, at * WORD, controls, named)


def _record(content: bytes, word: int) -> bytes:
    place = word * WORD
    return content[place : place + content[place] * WORD]


def _named(record: bytes) -> Named:
    found = np.frombuffer(record, np.dtype(getattr(databento_dbn.v3, MESSAGES[R_SYMBOL_MAPPING])._dtypes), 1)[0]
    return Named(int(found["instrument_id"]), text_of(found["stype_out_symbol"]), record)


def _control(record: bytes) -> Control:
    is_error = record[1] == R_ERROR
    layout = np.dtype(getattr(databento_dbn.v3, "ErrorMsg" if is_error else "SystemMsg")._dtypes)
    found = np.frombuffer(record, layout, 1)[0]
    text = found["err" if is_error else "msg"]
    return Control(is_error, int(found["code"]), text.decode(errors="replace"))
