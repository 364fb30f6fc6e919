"""Which contract-days a request means: what is in the lake, what the selection map chose, what is missing or left out and why."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .config import Settings
from .core.instrument import root_of
from .errors import SpymasterError
from .io import RAW, list_partitions
from .sources.calendar import sessions_between
from .stages.base import ContractDay

if TYPE_CHECKING:
    from .retrieval.mbo_contract_day_selector import SelectionMap

EVENTS = "bronze.future_mbo.mbo"
DAYS = "bronze.future_mbo.mbo_days"


class UnknownSymbol(SpymasterError):
    """A symbol that is neither a root in the lake or the settings nor a contract of one."""


class Planned(NamedTuple):
    """Units of work, and the dates asked for that gave none, each with its reason."""

    units: list[ContractDay]
    left_out: list[tuple[str, str]]


class SymbolParts(NamedTuple):
    """`ESZ5` is the contract ESZ5 of the root ES; `ES` is a root without a contract."""

    root: str
    contract: str | None


def split_symbol(symbol: str, lake: Path, settings: Settings) -> SymbolParts:
    """Tell a root from a contract; a symbol of neither kind raises with the roots that are known."""
    roots = {ref.symbol for ref in list_partitions(lake, RAW)} | set(settings.instruments)
    if symbol in roots:
        return SymbolParts(symbol, None)
    root = root_of(symbol)
    if root in roots:
        return SymbolParts(root, symbol)
    raise UnknownSymbol(
        f"symbol {symbol!r} is unknown. Expected a root ({', '.join(sorted(roots))}) or a contract of one, for example ESZ5; "
        "add a root to instruments in config/settings.yaml."
    )


def settings_of_layer(settings: Settings, layer: str, levels: tuple[str, ...] | None, level_id: str | None) -> Settings:
    """The settings with the levels that were asked for; where none were, LEVEL_ID restricts gold."""
    if levels is None and layer == "gold" and level_id is not None:
        levels = (level_id,)
    return settings if levels is None else settings.with_levels(levels)


def raw_days(lake: Path, root: str, first: str, last: str) -> Planned:
    """Bronze units: the raw UTC dates from `first` to `last`. Left out are the sessions that have no raw file."""
    dates = [ref.date for ref in list_partitions(lake, RAW, root) if first <= ref.date <= last]
    units = [ContractDay(root, root, day) for day in dates]
    missing = [day for day in sessions_between(first, last) if day not in dates]
    return Planned(units, [(day, "no raw file") for day in missing])


def days_of_contract(lake: Path, parts: SymbolParts, first: str, last: str, every_date: bool) -> Planned:
    """Contract-days of one contract: the sessions whose bronze holds it.

    `every_date` takes the dates that are no session, too: for a span of its own (an evening of a holiday) the calendar has no say.
    """
    assert parts.contract is not None
    held = [ref.date for ref in list_partitions(lake, EVENTS, parts.contract)]
    sessions = sessions_between(min([first, *held]), last)
    wanted = [day for day in held if day <= last and (every_date or day in sessions)]
    units = chain_of(parts.root, [(parts.contract, day) for day in wanted], first)
    missing = [day for day in sessions if day >= first and day not in wanted]
    return Planned(units, [(day, f"no bronze of {parts.contract}") for day in missing])


def days_of_root(lake: Path, root: str, first: str, last: str, settings: Settings, map_path: Path | None) -> Planned:
    """Contract-days of a root: those that the selection map chose. Left out are the sessions it excludes, with its reasons."""
    selection = selection_map(lake, root, first, last, settings, map_path)
    chosen = [(symbol, day) for symbol, day in selection.chosen() if day <= last]
    held = {(ref.symbol, ref.date) for symbol in {symbol for symbol, _ in chosen} for ref in list_partitions(lake, EVENTS, symbol)}
    units = chain_of(root, [key for key in chosen if key in held], first)
    reasons = {row.date: row.reason for row in selection.rows if row.reason is not None}
    reasons |= {day: f"no bronze of {symbol}" for symbol, day in chosen if (symbol, day) not in held}
    built = {unit.date for unit in units}
    left_out = [day for day in sessions_between(first, last) if day not in built]
    return Planned(units, [(day, reasons.get(day, "not in the selection map")) for day in left_out])


def selection_map(lake: Path, root: str, first: str, last: str, settings: Settings, path: Path | None) -> SelectionMap:
    """The kept selection map; where it is absent, stale or does not cover the dates, one made from all of the root's bronze, and kept.

    A map that the user points to is never replaced: where it is stale, `StaleSelection` says in what.
    """
    from .retrieval.mbo_contract_day_selector import (
        hold_current,
        is_current,
        load_selection,
        save_selection,
        select_contract_days,
        selection_path,
    )

    if path is not None:
        selection = load_selection(path)
        hold_current(selection, path, lake, settings)
        return selection
    kept = selection_path(lake, root)
    if kept.exists():
        selection = load_selection(kept)
        covered = {row.date for row in selection.rows}
        if covered.issuperset(sessions_between(first, last)) and is_current(selection, lake, settings):
            return selection
    held = [ref.date for ref in list_partitions(lake, DAYS, root)]
    selection = select_contract_days(lake, root, min([first, *held]), max([last, *held]), settings)
    save_selection(selection, kept)
    return selection


def chain_of(root: str, chosen: list[tuple[str, str]], first: str) -> list[ContractDay]:
    """Units from `first` on, each with all chosen contract-days before it as its history."""
    return [ContractDay(root, symbol, day, tuple(chosen[:position])) for position, (symbol, day) in enumerate(chosen) if day >= first]


def with_lookback(units: list[ContractDay], lake: Path, days: int) -> list[ContractDay]:
    """The units and, before each, the same contract's bronze dates of the last `days` calendar days."""
    held = {symbol: [ref.date for ref in list_partitions(lake, EVENTS, symbol)] for symbol in {unit.symbol for unit in units}}
    by_key = {(unit.symbol, unit.date): unit for unit in units}
    for unit in units:
        for day in held[unit.symbol]:
            if days_before(unit.date, days) <= day < unit.date:
                by_key.setdefault((unit.symbol, day), ContractDay(unit.root, unit.symbol, day))
    return [by_key[key] for key in sorted(by_key, key=lambda key: (key[1], key[0]))]


def days_before(day: str, count: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()
