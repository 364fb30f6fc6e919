"""The contract-days whose trigger vectors an index is built from."""

from __future__ import annotations

from typing import NamedTuple

from .. import commands
from ..commands import Command
from ..config import Environment
from ..core.instrument import root_of
from ..core.tables import MBO_DAYS, TRIGGER_VECTORS
from ..errors import SpymasterError
from ..lake.keep import read_kept
from ..lake.partitions import PartitionRef, is_built, list_folders, list_partitions, manifest_sha256, read_facts
from ..settings import Settings
from .index import StaleIndex
from .key import RULES_SECTIONS, trigger_rules
from .mbo_contract_day_selector import kept_selection, map_path


class TwoContracts(SpymasterError):
    """Two contracts of a root have triggers on one day and nothing says which is meant."""


class TwoSessions(SpymasterError):
    """Triggers of a root were looked for in two spans of the day, and one index would mix them."""


class Source(NamedTuple):
    """One contract-day of trigger vectors or candidates."""

    ref: PartitionRef
    sha256: str
    synthetic: bool
    session: str
    """Span of the day that it was built for, `09:30-12:30`."""


def trigger_sources(where: Environment, root: str, settings: Settings, dataset: str = TRIGGER_VECTORS) -> list[Source]:
    """The contract-days of a root that have trigger vectors, or the candidates among them, in order of dates.

    Raises `StaleIndex` for the first that was made under other rules than the settings now have: they cannot be compared.
    """
    refs, now = chosen_partitions(where, dataset, root), trigger_rules(settings)
    sources = []
    for ref in refs:
        facts = read_facts(ref)
        if facts.get("rules_sha256") != now["rules_sha256"]:
            raise StaleIndex(
                f"{ref} was made under other rules ({', '.join(RULES_SECTIONS)}) than settings.yaml has now.",
                fix=_build_days(where, refs, ref, root),
            )
        sources.append(Source(ref, manifest_sha256(ref), bool(facts.get("synthetic")), facts["session"]))
    return sources


def chosen_partitions(where: Environment, dataset: str, root: str) -> list[PartitionRef]:
    """Complete partitions of a root's contract-days, in order of dates, one contract a day.

    Where the selection map speaks of a day, its contract is the one, and a day it excludes is left out. Raises `TwoContracts` for a day
    with two contracts of which it says nothing, and `PartitionCorrupt` for a finished one that lost its manifest.
    """
    chosen = selected_contracts(where, root)
    by_date: dict[str, list[PartitionRef]] = {}
    for ref in list_folders(where.lake, dataset):
        if root_of(ref.symbol) == root and chosen.get(ref.date, ref.symbol) == ref.symbol and is_built(ref):
            by_date.setdefault(ref.date, []).append(ref)
    for date, refs in by_date.items():
        if len(refs) > 1:
            held = [*by_date, *(ref.date for ref in list_partitions(where.lake, MBO_DAYS, root))]
            raise TwoContracts(
                f"{{value}} both have {dataset} on {date}.",
                value=" and ".join(ref.symbol for ref in refs),
                expected=f"one contract of {root} a day",
                fix=commands.select(where.lake, root, held),
            )
    return [ref for _, (ref,) in sorted(by_date.items())]


def selected_contracts(where: Environment, root: str) -> dict[str, str | None]:
    """Contract by date as the selection map has it, None for an excluded day; empty without a map."""
    selection = kept_selection(map_path(where), root)
    return {row.date: row.symbol for row in selection.rows} if selection is not None else {}


def require_one_session(where: Environment, sources: list[Source], root: str, settings: Settings) -> None:
    """Raise `TwoSessions` unless all were built for one span; the command builds them for the one that the lake is built for."""
    kept = read_kept(where.lake).get(root)
    now = kept.session if kept is not None else trigger_rules(settings)["session"]
    other = next((source for source in sources if source.session != sources[0].session), None)
    if other is not None:
        stray = other if sources[0].session == now else sources[0]
        raise TwoSessions(
            f"{sources[0].ref} was built for {sources[0].session} and {other.ref} for {other.session}.",
            expected="one span of the day in an index",
            fix=_build_days(where, [source.ref for source in sources], stray.ref, root),
        )


def _build_days(where: Environment, refs: list[PartitionRef], ref: PartitionRef, root: str) -> Command:
    """The command that builds a contract-day again, with all others of its symbol: the root where the selection map chose it."""
    symbol = root if ref.date in selected_contracts(where, root) else ref.symbol
    dates = [other.date for other in refs if symbol in (root, other.symbol)]
    return commands.build(where.lake, symbol, dates)
