"""The feed's word on a UTC date.

Source: Databento, "Batch downloads", condition.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Condition = Literal["available", "degraded", "missing"]
BEST_FIRST: tuple[Condition, ...] = ("available", "degraded", "missing")
FEED_WORDS: Mapping[str, Condition] = {
    "available": "available",
    "intraday": "available",
    "pending": "degraded",
    "degraded": "degraded",
    "missing": "missing",
}
"""Databento's words; data still in processing (pending) may change, so it counts as degraded."""
