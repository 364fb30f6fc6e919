"""Tables of a day as the bodies of replies: what is the same for every reader is encoded once and kept.

A table up to a moment is its pieces of ten minutes, each encoded for itself, and a last piece up to the moment: readers at other moments
share all but the last one. Pieces follow one another as batches of one Arrow stream; what a reader gets is compressed as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from ...lake.cache import Cache
from ..gate.replies import packed
from ..messages.day import TableName
from .arrow import END_OF_STREAM, batches_bytes, schema_bytes
from .bundle import DayBundle

PIECE_S = 600


Span: TypeAlias = tuple[int | None, int]
"""Rows known later than, and up to."""
Asked: TypeAlias = tuple[TableName, tuple[str, ...] | None]
"""A table, and its levels where it has any."""


class Body(NamedTuple):
    """Rows of tables, ready to be sent."""

    content: bytes
    version: str
    synthetic: bool


class Bodies:
    """Encoded pieces by what was asked for; `most` bytes of whole ones are kept."""

    def __init__(self, most: int) -> None:
        self.kept: Cache[tuple[object, ...], bytes] = Cache(most)

    def tables(
        self,
        day: DayBundle,
        names: Sequence[TableName],
        from_s: int | None,
        as_of_s: int,
        level_ids: tuple[str, ...] | None,
        compressed: bool,
    ) -> Body:
        """Rows of tables known in (from_s, as_of_s], one Arrow stream after the other."""
        day.require_as_of(as_of_s)
        pieces: list[bytes] = []
        for name in names:
            of = (name, level_ids if name == "conditions" else None)
            pieces.append(self._kept(day, of, None))
            for span in spans(day.moments.session_start_s, from_s, as_of_s):
                is_whole = from_s is None and (span[1] - day.moments.session_start_s) % PIECE_S == 0
                pieces.append(self._kept(day, of, span) if is_whole else _encoded(day, of, span))
            pieces.append(END_OF_STREAM)
        return Body(packed(b"".join(pieces), compressed), day.version, day.synthetic)

    def _kept(self, day: DayBundle, of: Asked, span: Span | None) -> bytes:
        key = (day.symbol, day.session_date, day.version, day.horizon_s, *of, span)
        content = self.kept.get(key)
        if content is None:
            content = _encoded(day, of, span)
            self.kept.put(key, content, len(content))
        return content


def _encoded(day: DayBundle, of: Asked, span: Span | None) -> bytes:
    """The rows known in a span; the table's schema where there is no span."""
    name, level_ids = of
    if span is None:
        return schema_bytes(day.cut(name, None, day.moments.session_start_s, level_ids).schema)
    return batches_bytes(day.cut(name, *span, level_ids))


def spans(session_start_s: int, from_s: int | None, as_of_s: int) -> Iterator[Span]:
    """Of the pieces of the rows known in (from_s, as_of_s]: whole ones only where it begins with the day."""
    first_s = from_s
    if from_s is None:
        for piece_s in range(session_start_s, as_of_s, PIECE_S):
            yield first_s, piece_s
            first_s = piece_s
    yield first_s, as_of_s
