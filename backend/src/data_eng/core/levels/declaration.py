"""How a level declares itself; whatever is shown about it anywhere comes from here.

    @level(name="PM High", group="premarket", moving=False)
    def pm_high(day: LevelDay) -> Level:
        \"\"\"Highest trade of the pre-market.\"\"\"

The function's name is the level_id and the first line of its docstring the definition. A function with a second parameter is a family:
`def sma(day, span)` with the name `SMA {span}` is every sma_<span>. A name that Python has already ends in `_`, which the level_id drops.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any, Literal, NamedTuple, get_args

from ...errors import SpymasterError
from .day import Level

LevelGroup = Literal["premarket", "opening_range", "prior_day", "overnight", "week", "moving", "round", "gamma", "own"]
"""Groups in the order in which their levels are listed; `own` are the trader's own, `gamma` those of dealers' gamma."""
GROUPS: tuple[LevelGroup, ...] = get_args(LevelGroup)

KnownAt = Literal["open", "opening_range", "initial_balance", "session"]
"""When it is settled whether a level has a price: at the open, when the opening range or the first hour is over, or only as it trades."""
KNOWN_AT_IN_WORDS: dict[KnownAt, str] = {
    "open": "the open",
    "opening_range": "the end of the opening range",
    "initial_balance": "60 minutes after the open",
    "session": "as the session trades",
}


class LevelDefinitionError(SpymasterError):
    """A level that has no definition, an unknown group, a name that does not show its number, or a level_id twice."""


class LevelDefinition(NamedTuple):
    """One level, or one family of levels that differ by a number."""

    level_id: str
    """`pm_high`; of a family `sma_<span>`."""
    name: str
    """For the eye: `PM High`; of a family `SMA <span>`."""
    group: LevelGroup
    moving: bool
    """Whether its price changes within the session."""
    known_at: KnownAt
    meaning: str
    """The definition in one line."""
    parameter: str
    """What the number of a family is; empty for one level."""
    prior_sessions: int
    """Sessions before its own that it may look back on. Up to one lies in the calendar days that every level is given."""
    compute: Callable[..., Level]
    """Takes a `LevelDay`, and the number where there is one."""

    @property
    def stem(self) -> str:
        """What the level_ids of a family begin with, before `_` and the number."""
        return self.level_id.removesuffix(f"_<{self.parameter}>")

    def member(self, number: int) -> LevelDefinition:
        """The level of a family with that number."""
        hole = f"<{self.parameter}>"
        return self._replace(
            level_id=self.level_id.replace(hole, str(number)),
            name=self.name.replace(hole, str(number)),
            meaning=self.meaning.replace(f"`{self.parameter}`", str(number)),
            parameter="",
            compute=partial(_of_number, self.compute, number),
        )


def level(
    name: str, group: LevelGroup, moving: bool, known_at: KnownAt | None = None, prior_sessions: int = 0
) -> Callable[[Callable[..., Level]], Callable[..., Level]]:
    """Declare a function a level. Without `known_at`, a level that moves is known as the session trades, any other at the open."""

    def declare(compute: Callable[..., Level]) -> Callable[..., Level]:
        stem = compute.__name__.rstrip("_")
        meaning = (inspect.getdoc(compute) or "").partition("\n")[0]
        if not meaning:
            raise LevelDefinitionError(f"level {stem} has no docstring.", expected="its definition in one line")
        if group not in GROUPS:
            raise LevelDefinitionError(f"level {stem} is of group {{value!r}}.", value=group, expected=f"one of {', '.join(GROUPS)}")
        parameter = next(iter([*inspect.signature(compute).parameters][1:]), "")
        if parameter and f"{{{parameter}}}" not in name:
            raise LevelDefinitionError(
                f"the levels {stem}_<{parameter}> are all called {{value!r}}.", value=name, expected=f"a name with {{{parameter}}} in it"
            )
        compute.__dict__["level"] = LevelDefinition(
            level_id=f"{stem}_<{parameter}>" if parameter else stem,
            name=name.replace(f"{{{parameter}}}", f"<{parameter}>") if parameter else name,
            group=group,
            moving=moving,
            known_at=known_at or ("session" if moving else "open"),
            meaning=meaning,
            parameter=parameter,
            prior_sessions=prior_sessions,
            compute=compute,
        )
        return compute

    return declare


def collect(modules: Iterable[ModuleType]) -> tuple[LevelDefinition, ...]:
    """All levels that modules declare: single ones before families, by group, then in the order of the modules and of their lines."""
    declared: dict[str, LevelDefinition] = {}
    for module in modules:
        for item in [item for item in vars(module).values() if _is_level_of(item, module)]:
            found: LevelDefinition = item.level
            if found.level_id in declared:
                raise LevelDefinitionError(f"level {found.level_id} is declared twice.", fix="Give one of them another name.")
            declared[found.level_id] = found
    return tuple(sorted(declared.values(), key=lambda found: (found.parameter != "", GROUPS.index(found.group))))


def _is_level_of(item: Any, module: ModuleType) -> bool:
    """Whether something in a module is a level that the module defines rather than imports."""
    return callable(item) and hasattr(item, "level") and item.__module__ == module.__name__


def _of_number(compute: Callable[..., Level], number: int, day: Any) -> Level:
    return compute(day, number)
