"""Which contract-days a request means: what is in the lake, what the selection map chose, what is missing or left out and why."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import commands
from .config import AppConfig
from .core.instrument import root_of
from .core.tables import MBO, MBO_DAYS
from .errors import SpymasterError
from .lake.keep import has_own_session
from .lake.partitions import list_partitions
from .lake.raw import raw_dates, raw_roots, unreadable_files
from .settings import Settings
from .sources.calendar import sessions_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .retrieval.mbo_contract_day_selector import SelectionMap, SelectionRow


class UnknownSymbol(SpymasterError):
    """A symbol that is neither a root in the lake or the settings nor a contract of one."""


class NoPast(SpymasterError):
    """A live day without days before it: nothing could be held against it."""


class ContractDay(NamedTuple):
    """The unit of work: one contract on one session date (in bronze: one root on one UTC date)."""

    root: str
    symbol: str
    date: str
    history: tuple[tuple[str, str], ...] = ()
    """(symbol, date) of the contract-days before this one that its past may hold, oldest first."""

    def __str__(self) -> str:
        return f"{self.symbol} {self.date}"


class Planned(NamedTuple):
    """Units of work, and the requested dates that gave none, each with its reason."""

    units: list[ContractDay]
    left_out: list[tuple[str, str]]


class SymbolParts(NamedTuple):
    """`ESZ5` is the contract ESZ5 of the root ES; `ES` is a root without a contract."""

    root: str
    contract: str | None


def split_symbol(symbol: str, lake: Path, settings: Settings) -> SymbolParts:
    """Tell a root from a contract; a symbol of neither kind raises with the roots that are known."""
    roots = {*raw_roots(lake), *settings.instruments}
    if symbol in roots:
        return SymbolParts(symbol, None)
    root = root_of(symbol)
    if root in roots:
        return SymbolParts(root, symbol)
    raise UnknownSymbol(
        "symbol {value!r} is unknown.",
        value=symbol,
        expected=(
            f"a root ({', '.join(sorted(roots))}) or a contract of one, for example ESZ5; add a root to instruments in config/settings.yaml"
        ),
    )


def contract_day(cfg: AppConfig, layer: str, symbol: str, dt: str) -> ContractDay:
    """One unit of work with its history, as it is in the lake.

    Where the selection map chose the day, its history is what the map chose before; else it is the contract's own earlier days.
    """
    root = root_of(symbol)
    if layer == "bronze":
        return ContractDay(root, root, dt)
    chosen = _chosen(cfg, root)
    if (symbol, dt) not in chosen:
        chosen = [(symbol, day) for day in _own_days(cfg, symbol, dt, has_own_session(cfg, root))]
    return ContractDay(root, symbol, dt, tuple(key for key in chosen if key[1] < dt))


def live_day(cfg: AppConfig, root: str, date: str, contract: str | None) -> ContractDay:
    """The unit of a session that goes on, with the days before it that the selection map chose.

    Without a contract it is the newest chosen one. On the day of a roll tonight's map may choose another.
    """
    chosen = [key for key in _chosen(cfg, root) if key[1] < date]
    if not chosen:
        raise NoPast(
            f"the lake {cfg.lake_root} holds no chosen day of {root} before {date}.",
            expected="days to compare with",
            fix=commands.build(cfg.lake_root, root),
        )
    return ContractDay(root, contract or chosen[-1][0], date, tuple(chosen))


def why_not_chosen(row: SelectionRow | None, symbol: str, built: Sequence[str]) -> str | None:
    """Why a contract is not its root's of a day, None where it is: by the selection map where it speaks of the day, else by what is built.

    `row` is the map's, `built` the contracts of the root that have windows on the day.
    """
    if row is not None:
        return None if row.symbol == symbol else row.reason or f"{row.symbol} is the contract of {row.date}"
    if built == [symbol]:
        return None
    return "not built" if symbol not in built else f"{' and '.join(built)} are built and no selection map says which is meant"


def raw_days(lake: Path, root: str, first: str, last: str) -> Planned:
    """Bronze units: the raw UTC dates from `first` to `last`. Left out are the sessions without a raw file, and files nobody can read."""
    dates = [day for day in raw_dates(lake, root) if first <= day <= last]
    units = [ContractDay(root, root, day) for day in dates]
    missing = [(day, "no raw file") for day in sessions_between(first, last) if day not in dates]
    return Planned(units, [*missing, *((found.path.name, found.problem) for found in unreadable_files(lake, root))])


def days_of_contract(cfg: AppConfig, parts: SymbolParts, first: str, last: str) -> Planned:
    """Contract-days of one contract: the sessions whose bronze holds it.

    A span of the day of its own (an evening of a holiday) takes the dates that are no session, too: the calendar has no say for it.
    """
    assert parts.contract is not None
    wanted = _own_days(cfg, parts.contract, last, has_own_session(cfg, parts.root))
    units = [ContractDay(parts.root, parts.contract, day) for day in wanted if day >= first]
    missing = [day for day in sessions_between(first, last) if day not in wanted]
    return Planned(units, [(day, f"no bronze of {parts.contract}") for day in missing])


def _own_days(cfg: AppConfig, contract: str, last: str, every_date: bool) -> list[str]:
    """Dates up to `last` whose bronze holds a contract, in order; sessions alone unless `every_date`."""
    held = [ref.date for ref in list_partitions(cfg.lake_root, MBO, contract) if ref.date <= last]
    sessions = set(sessions_between(held[0], last)) if held else set()
    return [day for day in held if every_date or day in sessions]


def _chosen(cfg: AppConfig, root: str) -> list[tuple[str, str]]:
    from .retrieval.mbo_contract_day_selector import kept_selection, map_path

    selection = kept_selection(map_path(cfg.where), root)
    return selection.chosen() if selection is not None else []


def days_of_root(cfg: AppConfig, root: str, first: str, last: str) -> Planned:
    """Contract-days of a root: those that the selection map chose. Left out are the sessions it excludes, with its reasons."""
    lake = cfg.lake_root
    selection = selection_map(lake, root, first, last, cfg.settings, cfg.environment.selection_path)
    chosen = [(symbol, day) for symbol, day in selection.chosen() if day <= last]
    held = {(ref.symbol, ref.date) for symbol in {symbol for symbol, _ in chosen} for ref in list_partitions(lake, MBO, symbol)}
    units = [ContractDay(root, symbol, day) for symbol, day in chosen if (symbol, day) in held and day >= first]
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
        SelectionError,
        is_current,
        kept_selection,
        load_selection,
        require_current,
        save_selection,
        select_contract_days,
        selection_path,
    )

    own = selection_path(lake)
    if path is not None and path != own.absolute():
        given = load_selection(path, root, lake)
        require_current(given, path, lake, settings)
        return given
    try:
        selection = kept_selection(own, root)
    except SelectionError:  # the lake's own is made anew
        selection = None
    if selection is not None:
        covered = {row.date for row in selection.rows}
        if covered.issuperset(sessions_between(first, last)) and is_current(selection, lake, settings):
            return selection
    held = [ref.date for ref in list_partitions(lake, MBO_DAYS, root)]
    selection = select_contract_days(lake, root, min([first, *held]), max([last, *held]), settings)
    save_selection(selection, own)
    return selection


def with_lookback(units: list[ContractDay], lake: Path, days: int) -> list[ContractDay]:
    """The units and, before each, the same contract's bronze dates of the last `days` calendar days."""
    held = {symbol: [ref.date for ref in list_partitions(lake, MBO, symbol)] for symbol in {unit.symbol for unit in units}}
    by_key = {(unit.symbol, unit.date): unit for unit in units}
    for unit in units:
        for day in held[unit.symbol]:
            if days_before(unit.date, days) <= day < unit.date:
                by_key.setdefault((unit.symbol, day), ContractDay(unit.root, unit.symbol, day))
    return [by_key[key] for key in sorted(by_key, key=lambda key: (key[1], key[0]))]


def days_before(day: str, count: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()
