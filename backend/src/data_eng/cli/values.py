"""What a flag may say: a wrong value is refused with the right ones, before anything is read or built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SpymasterError, did_you_mean

if TYPE_CHECKING:
    from ..planning import SymbolParts

LAKE_MARKS = ("raw", "bronze", "silver", "gold", "selection", "indexes", "own_levels", "spymaster.toml")
"""What lies at the root of a lake; one of them makes a folder one."""


class WrongValue(SpymasterError):
    """A flag that names nothing there is."""


def one_of(flag: str, value: str, known: Sequence[str]) -> str:
    """The value, if it is one of those known."""
    if value not in known:
        raise WrongValue(f"{flag} {value!r} is unknown.{did_you_mean(value, known)} Expected one of {', '.join(known)}.")
    return value


def dates_named(dates: str | None, start_date: str | None, end_date: str | None) -> tuple[str, str]:
    """First and last date of `--dates A:B` (or one date), or of `--start-date` and `--end-date`."""
    from ..core.session import date_span, require_span

    if (dates is None) == (start_date is None and end_date is None):
        raise WrongValue("give either --dates A:B or --start-date A --end-date B, for example --dates 2025-10-01:2026-01-08.")
    return date_span(dates) if dates is not None else require_span(start_date or "", end_date or "")


def lake_named(lake: Path | None) -> Path:
    """The lake of `--lake`, or of the environment: a folder that is there and is a lake, or is empty."""
    from ..config import environment

    place, name = (environment().lake, "lake") if lake is None else (lake, "--lake")
    if not place.exists():
        from .. import commands

        fix = commands.bring_in(place)
        raise WrongValue("there is no lake at {value}.", value=place, expected=_lakes_near(place), fix=fix)
    return require_lake(place, name)


def require_lake(place: Path, name: str = "--lake") -> Path:
    """The folder, unless it holds what is no lake; one that is not there yet becomes one."""
    if place.exists() and not place.is_dir():
        raise WrongValue(f"{name} {place} is a file.", expected=_lakes_near(place))
    if place.is_dir() and _holds_something(place) and not _is_lake(place):
        raise WrongValue(f"{name} {place} is no lake: it holds none of {', '.join(LAKE_MARKS)}.", expected=_lakes_near(place))
    return place


def levels_named(text: str, lake: Path, root: str | None) -> tuple[str, ...]:
    """Levels with commas between them: ours, or the trader's own of a root."""
    from ..sources.own_levels import require_level

    return tuple(require_level(level_id, lake, root) for level_id in dict.fromkeys(text.split(",")))


def symbol_named(symbol: str, lake: Path, built: bool = False) -> SymbolParts:
    """A root or a contract of one; with `built`, one that the lake holds something of."""
    from ..core.instrument import root_of
    from ..core.tables import LEVELS_TABLE, MBO, TRIGGER_VECTORS
    from ..lake.partitions import list_partitions
    from ..planning import split_symbol
    from ..settings import load_settings

    parts = split_symbol(symbol, lake, load_settings())
    if built:
        one_of_each_layer = (MBO, LEVELS_TABLE, TRIGGER_VECTORS)
        held = {ref.symbol for dataset in one_of_each_layer for ref in list_partitions(lake, dataset)}
        roots = sorted({root_of(name) for name in held})
        if symbol not in held and symbol not in roots:
            known = ", ".join([*roots, *sorted(held)]) or "nothing yet: import files and build it"
            raise WrongValue(f"lake {lake} holds nothing of --symbol {symbol}.{did_you_mean(symbol, sorted(held))} It holds {known}.")
    return parts


def _holds_something(place: Path) -> bool:
    """Whether there is more than what an import left that was killed before it laid down its first file."""
    from ..sources.raw import STAGING_PREFIX

    return any(not entry.name.startswith(STAGING_PREFIX) for entry in place.iterdir())


def _is_lake(place: Path) -> bool:
    return any((place / mark).exists() for mark in LAKE_MARKS)


def _lakes_near(place: Path) -> str:
    """The lakes beside a folder, or that of the environment, for an error."""
    from ..config import environment

    parent = place.absolute().parent
    beside = sorted(folder for folder in parent.iterdir() if folder.is_dir() and _is_lake(folder)) if parent.is_dir() else []
    known = [str(folder) for folder in dict.fromkeys([*beside, environment().lake]) if _is_lake(folder)]
    return f"the folder of a lake: {' or '.join(known)}" if known else "the folder of a lake, which holds raw, bronze, silver, gold"
