"""What every message of the API shares: its base, its units, and the values that several subjects use.

Times are whole seconds UTC and end in `_s`, as durations do; a moment within a second is rounded up, for only then is it known. Prices are
ticks and end in `_ticks`; `Day.tick` turns them into points. `as_of_s` is what the caller may know: every answer holds that and no more.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ...core.physics.horizon import HorizonS

SYMBOL = r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,31}$"
LEVEL_ID = r"^[A-Za-z0-9_.-]{1,64}$"
LEVEL_LIST = r"^[A-Za-z0-9_.-]{1,64}(,[A-Za-z0-9_.-]{1,64}){0,15}$"
TABLE_LIST = r"^[a-z]{1,16}(,[a-z]{1,16}){0,15}$"
VERSION = "^[0-9a-f]{16}$"
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso(value: object) -> object:
    """A date's only spelling; whatever else a date could be read from is none."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("iso_date", "Expected a day of the calendar as YYYY-MM-DD, for example 2025-10-16")


IsoDate = Annotated[date, BeforeValidator(_iso)]
"""A date, in New York where it is a session's."""
Second = Annotated[int, Field(ge=0, le=4_294_967_295)]
"""Seconds UTC."""
Horizon = Annotated[HorizonS, BeforeValidator(lambda value: int(value) if str(value).isdecimal() else value)]
"""Seconds that the ladder sums over, and four half-lives of the conditions; balance, walls and verdict know none."""


class Message(BaseModel):
    """Frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="null")
