"""`spymaster ladder`: the $1 physics around the price at a time."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from .options import LakeOption, SymbolOfDayOption

WIDTH = 140
"""Columns where the output is no terminal, which would have its own."""

SIDE_COLUMNS = {"depth": "depth", "add": "add", "pull": "pull", "fill": "fill", "reprice_in": "in", "reprice_out": "out"}
"""Column of the table, without its side, and its heading; `in` and `out` are orders that moved to and from the strike."""


def ladder(
    at: Annotated[str, typer.Option(help='New York time, for example "2025-10-16 09:47:35", or with its offset.')],
    symbol: SymbolOfDayOption = "ES",
    lake: LakeOption = None,
) -> None:
    """Show what rests, comes and goes at every $1 strike around the price, in the last 5-second window before a time.

    Long is the bid side, short the ask side; in and out are orders that moved to and from a strike. Net is pressure in contracts a
    second, above 0 where longs outpace shorts.

    Example: `spymaster ladder --symbol ES --at "2025-10-16 09:47:35"`
    """
    from rich.console import Console
    from rich.table import Table

    from ..config import load_config
    from ..core.session import clock, moment_ns
    from ..core.units import price_text
    from ..retrieval.setup import ladder_rows
    from .values import lake_named, symbol_named

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings.of_root(symbol_named(symbol, place, built=True).root)
    rows = ladder_rows(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    mark = "  [bold magenta]SYNTHETIC[/]" if rows.synthetic else ""
    console.print(
        f"{rows.symbol}  window to {clock(rows.ts_ns)} New York  mid {price_text(rows.mid_price, rows.tick, finer=1)}{mark}",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("strike", *_side_headings("long"), *_side_headings("short"), "net /s"):
        table.add_column(heading, justify="right")
    table.add_column("wins")
    for row in reversed(rows.strikes):
        table.add_row(*_cells(row), style="bold" if row["price"] <= rows.mid_price < row["price"] + rows.step_points else None)
    console.print(table)


def _side_headings(side: str) -> list[str]:
    depth, *flows = SIDE_COLUMNS.values()
    return [f"{side} {depth}", *flows]


def _cells(row: dict[str, Any]) -> list[str]:
    from ..core.units import short_price

    counts = [f"{row[f'{side}_{name}']:,}" for side in ("long", "short") for name in SIDE_COLUMNS]
    pressure = row["net_pressure_per_s"]
    return [short_price(row["price"]), *counts, f"{pressure:+.1f}", "up" if pressure > 0 else "down" if pressure < 0 else ""]
