"""Tables of a day as the bodies of replies, encoded once for as long as they are held."""

from __future__ import annotations

from typing import NamedTuple

from ...lake.cache import Cache
from ..gate.replies import zstd
from ..messages.day import TableName
from .arrow import stream_bytes
from .bundle import DayBundle

BODY_BYTES = 200_000_000
"""Encoded tables that are held."""


class Body(NamedTuple):
    """Rows of a table, ready to be sent."""

    content: bytes
    version: str
    synthetic: bool


class Bodies:
    """Encoded tables by what was asked for."""

    def __init__(self) -> None:
        self.kept: Cache[tuple[object, ...], Body] = Cache(BODY_BYTES)

    def table(
        self, day: DayBundle, name: TableName, from_s: int | None, as_of_s: int, level_ids: tuple[str, ...] | None, compressed: bool
    ) -> Body:
        """Rows of a table known in (from_s, as_of_s] as an Arrow stream."""
        key = (day.symbol, day.session_date, day.version, day.horizon_s, name, from_s, as_of_s, level_ids, compressed)
        body = self.kept.get(key)
        if body is None:
            content = stream_bytes(day.cut(name, from_s, as_of_s, level_ids))
            body = Body(zstd(content) if compressed else content, day.version, day.synthetic)
            self.kept.put(key, body, len(body.content))
        return body
