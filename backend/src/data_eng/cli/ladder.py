"""`spymaster ladder`: the $1 physics around the price at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AtOption, LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.table import Table

    from ..retrieval.setup import LadderRows

SHOWN_STRIKES = 5
"""On either side of the price's own, without --more."""
COUNTS = ("came", "pulled", "filled")


def ladder(
    at: AtOption,
    symbol: SymbolOfDayOption = "ES",
    more: Annotated[bool, typer.Option("--more", help="All strikes that are measured.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print every column of the window's strikes as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Show who leads at the $1 strikes around the price, what rests there against usual, and what came and went, before a time.

    Long is the bid side, short the ask side. Who leads follows from what rests against usual over the last minute; came, pulled and
    filled are contracts of that minute, and what rests changes by came - pulled - filled.

    Example: `spymaster ladder --symbol ES --at "2025-10-16 09:47:35"`
    """
    from ..config import load_config
    from ..core.session import clock, moment_ns
    from ..retrieval.reading import strikes_of
    from ..retrieval.sentence import leads
    from ..retrieval.setup import ladder_rows
    from .values import lake_named, symbol_named
    from .window import wide_console, window_line

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings.of_root(symbol_named(symbol, place, built=True).root)
    rows = ladder_rows(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)
    console = wide_console()
    if json:
        console.print_json(data=rows._asdict())
        return
    console.print(window_line(rows.symbol, clock(rows.ts_ns), rows.mid_price, rows.tick, rows.synthetic))
    shown = rows if more else _around_price(rows)
    said = leads(strikes_of(shown.strikes, rows.tick))
    console.print(" ".join(said) or "No range of strikes is led by either side.")
    console.print(_table(shown))


def _around_price(rows: LadderRows) -> LadderRows:
    own = next((place for place, row in enumerate(rows.strikes) if row["price"] + rows.step_points > rows.mid_price), 0)
    return rows._replace(strikes=rows.strikes[max(own - SHOWN_STRIKES, 0) : own + SHOWN_STRIKES + 1])


def _table(rows: LadderRows) -> Table:
    from rich.table import Table

    table = Table("strike", "leads", box=None, pad_edge=False)
    for heading in (*(name for side in ("bids", "asks") for name in (side, "x usual", *COUNTS)), "buys", "sells"):
        table.add_column(heading, justify="right")
    for row in reversed(rows.strikes):
        is_own = row["price"] <= rows.mid_price < row["price"] + rows.step_points
        table.add_row(*_cells(row), style="bold" if is_own else None)
    return table


def _cells(row: dict[str, Any]) -> list[str]:
    from ..core.units import short_price

    sides = [text for side in ("long", "short") for text in (f"{row[f'{side}_depth']:,}", _times(row, side), *_counts(row, side))]
    leads = "" if row["winner"] == "even" else row["winner"]
    return [short_price(row["price"]), leads, *sides, f"{row['buys_display']:,}", f"{row['sells_display']:,}"]


def _times(row: dict[str, Any], side: str) -> str:
    """Blank without a past, and where the side has no tick in the strike."""
    times = row[f"{side}_times_usual"]
    return "" if times is None or (row[f"{side}_depth"] == 0 and times == 1) else f"{times:.1f}"


def _counts(row: dict[str, Any], side: str) -> list[str]:
    return [f"{row[f'{side}_{name}_display']:,}" for name in COUNTS]
