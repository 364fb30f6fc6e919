"""The stream of a live session as it comes: its header once, then pieces of whole records."""

from __future__ import annotations

from typing import NamedTuple

import databento_dbn
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...core.events import MBO_DTYPE
from ..dbn import PREFIX_BYTES
from ..dbn_format import R_MBO, WORD, record_starts

R_ERROR, R_SYSTEM = 0x15, 0x17
MBO_WORDS = MBO_DTYPE.itemsize // WORD


class Control(NamedTuple):
    """What the gateway says of the session among the records."""

    is_error: bool
    code: int
    text: str


class Piece(NamedTuple):
    """Whole records that came together, of all types, in their order."""

    content: bytes
    orders: NDArray[np.void]
    """(orders,) MBO_DTYPE."""
    places: NDArray[np.int64]
    """(orders,) byte of each in `content`."""
    controls: tuple[Control, ...]

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
        return Piece(content[left].tobytes(), self.orders[keep], (self.places - shift)[keep], self.controls)


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
    controls = tuple(_control(content, int(start) * WORD) for start in starts[is_control])
    return Piece(content, orders, at * WORD, controls)


def _control(content: bytes, place: int) -> Control:
    record = content[place : place + content[place] * WORD]
    is_error = record[1] == R_ERROR
    layout = np.dtype(getattr(databento_dbn.v3, "ErrorMsg" if is_error else "SystemMsg")._dtypes)
    found = np.frombuffer(record, layout, 1)[0]
    text = found["err" if is_error else "msg"]
    return Control(is_error, int(found["code"]), text.decode(errors="replace"))
