"""`spymaster brief`: what a trader reads before the open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ..evaluation.report_parts.kinds import FigureCell, FigureTable, Part, Report


def brief(
    date: Annotated[str, typer.Option(help="Session date: 2025-10-16. It need not be built yet.")],
    symbol: SymbolOfDayOption = "ES",
    html: Annotated[Path | None, typer.Option(help="Also write the brief as one page, with yesterday in a picture.")] = None,
    lake: LakeOption = None,
) -> None:
    """Show what is known of a session at its open: the levels with their distance, what each kind did at first tests, and yesterday.

    What becomes known later is listed with its time and without its price. First tests are those of the sessions before.

    Example: `spymaster brief --date 2025-10-16 --html brief.html`
    """
    from rich.console import Console

    from ..brief.brief import brief_of
    from ..brief.page import write_brief
    from ..brief.report import brief_report
    from ..config import load_config
    from ..core.session import require_date
    from .values import WrongValue, lake_named, symbol_named
    from .window import wide_console

    if html is not None and html.suffix != ".html":
        raise WrongValue("--html {value} is no page we can write.", value=html.name, expected="a name that ends in .html")
    place = lake_named(lake)
    require_date(date, "--date")
    symbol_named(symbol, place, built=True)
    with Console(stderr=True).status(f"reading the sessions before {date}"):
        found = brief_of(load_config(place), symbol, date)
    console = wide_console()
    print_report(brief_report(found), console)
    if html is not None:
        with Console(stderr=True).status(f"drawing {html.name}"):
            write_brief(found, html)
        console.print(f"\npage: {html}", soft_wrap=True)


def print_report(report: Report, console: Console) -> None:
    """The headline first, then every part under its title."""
    mark = "  [bold magenta]SYNTHETIC[/]" if report.synthetic else ""
    console.print(f"{report.kicker}{mark}")
    console.print(report.headline, style="bold", markup=False)
    console.print(report.sentence, markup=False)
    for part in report.parts:
        console.print(f"\n[bold]{part.title}[/]")
        for piece in _pieces(part):
            console.print(piece, markup=False)


def _pieces(part: Part) -> list[RenderableType]:
    facts = "   ".join(f"{fact.name} {fact.value}" for fact in part.facts)
    pieces: list[RenderableType] = [*part.sentences, *part.missing, *([facts] if facts else [])]
    for table in part.tables:
        pieces += [_table(table), table.caption]
    return [*pieces, *(" ".join(f"{entry.term}: {entry.text}" for entry in bullets.entries) for bullets in part.bullets)]


def _table(table: FigureTable) -> RenderableType:
    from rich.table import Table

    printed = Table(box=None, pad_edge=False)
    for head in table.heads:
        printed.add_column(head.text, justify="right" if head.column == "number" else "left")
    for row in table.rows:
        printed.add_row(*map(_text, row), style="bold" if row[0].tone else None)
    return printed


def _text(cell: FigureCell) -> str:
    return f"{cell.text} {cell.note}".rstrip()
