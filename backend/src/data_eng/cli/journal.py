"""`spymaster journal`: the moments that were kept on the board, and how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..retrieval.journal import DamagedEntry, Journal, JournalEntry


def journal(
    at: Annotated[str | None, typer.Option(help="Outcomes known at this New York time. Default: all that the lake knows.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """List the moments that were kept on the board with key m, newest first: what was said then, the note, and how the test ended.

    Entries and their pictures lie in the lake under journal/; they are never changed. The outcome is looked up in the lake's tables.

    Example: `spymaster journal --lake demo-lake`
    """
    from ..config import load_config
    from ..core.session import moment_ns, second_of
    from ..retrieval.journal import read_journal
    from ..retrieval.past_tests import PastTests
    from .values import lake_named
    from .window import wide_console

    cfg = load_config(lake_named(lake))
    as_of_s = None if at is None else second_of(moment_ns(at))
    found = read_journal(cfg.lake_root, PastTests(cfg.lake_root, cfg.settings), as_of_s)
    console = wide_console()
    if json:
        console.print_json(found.model_dump_json())
        return
    _print_journal(found, console)


def _print_journal(found: Journal, console: Console) -> None:
    if not found.entries:
        console.print("Nothing was kept yet: key m on the board keeps the moment.")
    else:
        if any(entry.synthetic for entry in found.entries):
            console.print("[bold magenta]SYNTHETIC[/]  moments of simulated data")
        console.print(_table(found.entries))
    print_damaged(found.damaged, console)


def print_damaged(damaged: tuple[DamagedEntry, ...], console: Console) -> None:
    """A line for each file that cannot be read."""
    for one in damaged:
        console.print(f"[red]{one.file}[/]: {one.message}", soft_wrap=True)


def _table(entries: tuple[JournalEntry, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("New York", "contract", "level", "verdict", "share", "usual", "outcome", "note"):
        table.add_column(heading, justify="right" if heading in ("share", "usual") else "left", no_wrap=heading == "New York")
    for entry in entries:
        level = f"{entry.level_name} {'up' if entry.approach_dir == 'from_below' else 'down'}"
        outcome = entry.outcome or ("" if entry.test_s is None else "not known yet")
        cells = (entry.new_york, entry.symbol, level, entry.slab, _percent(entry.share), _percent(entry.usual), outcome, entry.note)
        table.add_row(*cells)
    return table


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"
