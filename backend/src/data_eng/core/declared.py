"""Names that mean something: an enumeration whose members are their names and say what they mean."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Declared(StrEnum):
    """Members are declared as `NAME = "name", "what it means"`, in the order in which they are listed and coded from 0.

    Tables, the API and the screen take the names from here; a member equals its name.
    """

    meaning: str

    def __new__(cls, name: str, meaning: str = "") -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Plain names by code."""
        return tuple(member.value for member in cls)
