"""A function that notes its calls on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def noted(function: Callable[..., T], calls: list[tuple[Any, ...]]) -> Callable[..., T]:
    """The function; each call's arguments by position are added to `calls`."""

    def noting(*arguments: Any, **named: Any) -> T:
        calls.append(arguments)
        return function(*arguments, **named)

    return noting
