"""How the features of all families are found and put in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from .mirror import Mirror, reflect
from .registry import SOURCES, Array, Feature, FeatureDefinitionError


def collect(families: Iterable[tuple[str, ModuleType]]) -> tuple[Feature, ...]:
    """All features, family after family; within a family by its table `FEATURES` where it has one, else in the order of its lines."""
    known: dict[str, Feature] = {}
    mirrors: dict[str, str] = {}
    for family, module in families:
        for item in _items(module):
            if isinstance(item, Mirror):
                entry = reflect(item, known, mirrors)
                mirrors[item.of] = item.name
            else:
                entry = item.__dict__["feature"]
            _require_definable(entry, known)
            known[entry.name] = entry._replace(family=family)
    return tuple(known.values())


def _items(module: ModuleType) -> list[Mirror | Callable[..., Array]]:
    """Functions and mirrors of a family, in order."""
    marked = [item for item in vars(module).values() if _is_marked(item)]
    table: tuple[Mirror | Callable[..., Array], ...] | None = vars(module).get("FEATURES")
    if table is None:
        return marked
    missing = [item.__name__ for item in marked if item not in table]
    if missing:
        what = f"{module.__name__} has a table FEATURES that does not name {{value}}."
        raise FeatureDefinitionError(what, value=", ".join(missing), fix="Give it its place in the table.")
    return list(table)


def _is_marked(item: Any) -> bool:
    return callable(item) and hasattr(item, "feature")


def _require_definable(entry: Feature, known: dict[str, Feature]) -> None:
    unknown = [need for need in entry.needs if need not in known and need not in SOURCES]
    if unknown:
        expected = f"one of {', '.join(SOURCES)}, or a feature defined before it"
        raise FeatureDefinitionError(f"feature {entry.name} needs {{value}}.", value=", ".join(unknown), expected=expected)
    if entry.name in known or entry.name in SOURCES:
        raise FeatureDefinitionError(f"feature {entry.name} is defined twice.", fix="Give one of them another name.")
