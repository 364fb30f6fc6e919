"""States as named arrays: tuples and dataclasses of arrays laid out flat, and built up again."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def flat(tree: Any, name: str) -> Arrays:
    """Every array of a state by its path below `name`; the arrays are copies. A number is an array without a dimension."""
    if isinstance(tree, np.ndarray | np.void | int | float | np.generic):
        return {name: np.array(tree)}
    return {path: array for key, part in _parts(tree) for path, array in flat(part, f"{name}/{key}").items()}


def filled(like: Any, arrays: Arrays, name: str) -> Any:
    """A state of the form of `like` with the arrays that `flat` gave."""
    if isinstance(like, np.ndarray):
        return arrays[name]
    if isinstance(like, int):
        return int(arrays[name])
    parts = {key: filled(part, arrays, f"{name}/{key}") for key, part in _parts(like)}
    return parts if isinstance(like, dict) else type(like)(**parts)


def _parts(tree: Any) -> list[tuple[str, Any]]:
    if isinstance(tree, dict):
        return list(tree.items())
    names = [field.name for field in fields(tree)] if is_dataclass(tree) else tree._fields
    return [(name, getattr(tree, name)) for name in names]
