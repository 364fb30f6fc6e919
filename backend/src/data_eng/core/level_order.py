"""The one order of levels, for everyone who lists or keeps their names.

It sorts names and knows no price, so no result stands on it: `lake.provenance` leaves it out, and with it the files of the levels.
A new level makes stale what is computed from levels, and neither bronze nor the book flow.
"""

from __future__ import annotations

from collections.abc import Iterable

from .levels import FAMILIES, LEVELS


def in_order(level_ids: Iterable[str]) -> tuple[str, ...]:
    """Levels in one order, however they were asked for: ours as they are declared, then the trader's own by name."""
    return tuple(sorted(set(level_ids), key=_place))


def _place(level_id: str) -> tuple[int, int, str]:
    declared = [*LEVELS, *FAMILIES]
    stem, _, number = level_id.rpartition("_")
    if level_id in LEVELS:
        return declared.index(level_id), 0, level_id
    if stem in FAMILIES and number.isdigit():
        return declared.index(stem), int(number), level_id
    return len(declared), 0, level_id
