"""`spymaster walls`: the walls around the price at a time, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import AtOption, LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.table import Table

    from ..retrieval.walls import Wall, WallsInfo


def walls(
    at: AtOption,
    symbol: SymbolOfDayOption = "ES",
    more: Annotated[bool, typer.Option("--more", help="Print every wall with its size, age and events.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Show the strikes where far more rests than usual at a time: the largest wall above and below, and what was pulled or eaten.

    A wall that was pulled or eaten is shown for a minute. Nothing after the time is read.

    Example: `spymaster walls --symbol ES --at "2025-10-16 09:47:35" --more`
    """
    from ..config import load_config
    from ..core.session import moment_ns
    from ..retrieval.walls import find_walls_at
    from .values import lake_named, symbol_named
    from .window import wide_console, window_line

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings.of_root(symbol_named(symbol, place, built=True).root)
    info = find_walls_at(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)
    console = wide_console()
    if json:
        console.print_json(info.model_dump_json())
        return
    console.print(window_line(info.symbol, info.new_york, info.mid_price, info.tick, info.synthetic))
    console.print(info.sentence)
    if more and info.walls:
        console.print(_table(info))
        console.print(f"A strike is a wall from {info.appear_at:.1f}x usual on, MASSIVE from {info.massive_at:.1f}x.")


def _table(info: WallsInfo) -> Table:
    """The highest strike first; the price stands between the asks and the bids."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("strike", "side", "contracts", "usual", "since", "last event", "at", "orders", "big", "age", "eaten", "refreshed", ""):
        table.add_column(heading, justify="left" if heading in ("side", "last event", "") else "right")
    for wall in info.walls:
        table.add_row(*_cells(wall), style="bold" if wall.massive else None)
    return table


def _cells(wall: Wall) -> list[str]:
    from ..core.units import short_price

    big = "" if wall.big_share is None else f"{100 * wall.big_share:.0f} %"
    age = "" if wall.age_s is None else f"{wall.age_s:.0f} s"
    times = "" if wall.times_usual is None else f"{wall.times_usual:.1f}x"
    contracts = f"{wall.contracts:,}" if wall.stands else f"{wall.contracts:,} of {wall.peak:,}"
    return [
        *(short_price(wall.price), wall.side, contracts, times, wall.since[11:], wall.event, wall.event_at[11:]),
        *(f"{wall.orders:,}", big, age, f"{wall.eaten:,}", f"{wall.refreshed:,}", "MASSIVE" if wall.massive else ""),
    ]
