"""Levels: the prices that the market is watched at. A level is a price and the moment it became known.

Each is one function, in any file of this folder, that declares itself (see `declaration`): nothing else has to name it. It takes a
`LevelDay` and returns a `LevelSeries`, or a `LevelAbsent` with the reason. It may look at bars that end at or before a price's
`known_from_ns`, never at later ones.
"""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

from .day import Bars, Level, LevelAbsent, LevelDay, LevelSeries, PriceSource
from .declaration import KNOWN_AT_IN_WORDS, KnownAt, LevelDefinition, LevelGroup, collect, level

__all__ = [
    "FAMILIES",
    "KNOWN_AT_IN_WORDS",
    "LEVELS",
    "Bars",
    "KnownAt",
    "Level",
    "LevelAbsent",
    "LevelDay",
    "LevelDefinition",
    "LevelGroup",
    "LevelSeries",
    "PriceSource",
    "define_level",
    "find_level",
    "known_level_ids",
    "level",
    "level_name",
]

_DECLARED = collect(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))

LEVELS: dict[str, LevelDefinition] = {found.level_id: found for found in _DECLARED if not found.parameter}
"""Single levels by level_id, in the order in which levels are listed."""

FAMILIES: dict[str, LevelDefinition] = {found.stem: found for found in _DECLARED if found.parameter}
"""Levels with a number in their level_id, by what stands before it: `sma` of sma_90 (candles), `round` of round_25 (points)."""

GAMMA = "gex"
"""First word of the level_ids of dealers' gamma."""
_ABBREVIATIONS = {GAMMA: "GEX"} | {found.level_id.partition("_")[0]: found.name.partition(" ")[0] for found in _DECLARED}
"""How the first word of a level_id is written in names: `PM` of pm_high; a trader's own pm_mid is `PM Mid`."""


def find_level(level_id: str) -> LevelDefinition | None:
    """The definition of a level_id; None for a name that is none of ours, which may be one of the trader's own."""
    numbered = re.fullmatch(r"([a-z]+)_([1-9][0-9]*)", level_id)
    if numbered and numbered[1] in FAMILIES:
        return FAMILIES[numbered[1]].member(int(numbered[2]))
    return LEVELS.get(level_id)


def define_level(level_id: str) -> LevelDefinition:
    """The definition of a level_id; one that is none of ours is taken for the trader's own, whose prices are not computed."""
    return find_level(level_id) or LevelDefinition(
        level_id=level_id,
        name=_own_name(level_id),
        group="gamma" if level_id.partition("_")[0] == GAMMA else "own",
        moving=False,
        known_at="open",
        meaning="One of your own levels.",
        parameter="",
        prior_sessions=0,
        compute=_not_computed,
    )


def level_name(level_id: str) -> str:
    """`PM High` of pm_high."""
    return define_level(level_id).name


def known_level_ids() -> str:
    """Every level_id of ours, families with `N` for their number, to stand within an error or a help text."""
    return ", ".join([*LEVELS, *(f"{stem}_N" for stem in FAMILIES)])


def _own_name(level_id: str) -> str:
    first, *rest = level_id.split("_")
    return " ".join([_ABBREVIATIONS.get(first, first.capitalize()), *(word.capitalize() for word in rest)])


def _not_computed(day: LevelDay) -> Level:
    return LevelAbsent(f"the prices of an own level come from the trader's table; none is computed for {day.times.date}")
