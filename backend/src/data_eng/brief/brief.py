"""The brief of a session: everything that was known at its open, and nothing of what came after."""

from __future__ import annotations

from typing import NamedTuple

from .. import commands
from ..config import AppConfig
from ..core.instrument import root_of
from ..core.levels import LEVELS
from ..core.tables import LEVELS_TABLE
from ..errors import SpymasterError
from ..lake.keep import has_own_session, settings_of
from ..lake.partitions import is_partition_complete, list_partitions, read_facts, ref_in
from ..planning import ContractDay
from ..retrieval.sources import chosen_partitions, selected_contracts
from ..sources.calendar import previous_session, sessions_between
from .first_tests import FirstTests, first_tests_before
from .opening import Opening, opening_of
from .yesterday import Yesterday, yesterday_of


class NoSession(SpymasterError):
    """A date on which there is no session, or before which the lake holds none."""


class Brief(NamedTuple):
    """What a trader reads before the open."""

    symbol: str
    date: str
    tick: float
    """Points of one tick."""
    opening: Opening
    first_tests: FirstTests
    yesterday: Yesterday
    missing: tuple[str, ...]
    """What could not be said of the session, and why, in sentences; what is missing of the past is said where the past is."""
    synthetic: bool


def brief_of(cfg: AppConfig, symbol: str, date: str) -> Brief:
    """The brief of a root's or a contract's session, which need not be in the lake.

    Raises
    ------
    NoSession for a date without one, and for a lake that holds no session up to it.
    """
    root = root_of(symbol)
    if not has_own_session(cfg, root) and date not in sessions_between(date, date):
        before = previous_session(date)
        raise NoSession("{value} is no session.", value=date, expected=f"a trading day, for example {before}, the last before it")
    settings = settings_of(cfg, root, "silver")
    unit = _unit(cfg, symbol, root, date)
    opening = opening_of(cfg, unit, settings)
    first_tests = first_tests_before(cfg.where, root, date, settings)
    yesterday = yesterday_of(cfg, unit, settings)
    refs = {*opening.refs, *first_tests.refs, *yesterday.refs}
    return Brief(
        symbol=unit.symbol,
        date=date,
        tick=settings.tick_of(root),
        opening=opening,
        first_tests=first_tests,
        yesterday=yesterday,
        missing=tuple(_missing(cfg, symbol, unit, opening, settings.levels.default)),
        synthetic=any(bool(read_facts(ref).get("synthetic")) for ref in refs),
    )


def _unit(cfg: AppConfig, symbol: str, root: str, date: str) -> ContractDay:
    """The contract of a session, and the contract-days that stand before it.

    Of a root it is the one chosen for the day, or, where nothing is chosen yet, that of the last session that stands.
    """
    chosen = chosen_partitions(cfg.where, LEVELS_TABLE, root) if symbol == root else list_partitions(cfg.lake_root, LEVELS_TABLE, symbol)
    held = [ref for ref in chosen if ref.date <= date]
    if not held:
        raise NoSession(
            f"lake {cfg.lake_root} holds no session of {symbol} up to {date}.", fix=commands.build(cfg.lake_root, symbol, layer="all")
        )
    contract = selected_contracts(cfg.where, root).get(date) if symbol == root else symbol
    return ContractDay(root, contract or held[-1].symbol, date, tuple((ref.symbol, ref.date) for ref in held if ref.date < date))


def _missing(cfg: AppConfig, symbol: str, unit: ContractDay, opening: Opening, level_ids: tuple[str, ...]) -> list[str]:
    said = [f"{level.name}: {level.reason}." for level in opening.missing]
    if not is_partition_complete(ref_in(cfg.lake_root, LEVELS_TABLE, unit.symbol, unit.date)):
        fix = commands.build(cfg.lake_root, symbol, [unit.date])
        said.append(f"{unit.date} is not built; what it needs of its own morning is missing. Once its files are there: {fix}")
    chosen = selected_contracts(cfg.where, unit.root)
    if chosen and unit.date not in chosen:
        said.append(f"No contract is chosen for {unit.date} yet; this is {unit.symbol}.")
    if opening.barrier is None:
        said.append("The barrier: no session that stands has the volatility of this clock time.")
    others = [level_id for level_id in LEVELS if level_id not in level_ids]
    if others:
        said.append(f"Not built in this lake: {', '.join(others)}.")
    return said
