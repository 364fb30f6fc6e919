"""`spymaster tilt`: what the two sides of the book do together at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import AtOption, LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..retrieval.tilt import BalanceThen, Condition, TiltInfo

LETTERS = {"even": ".", "up": "u", "down": "d", "vacuum": "v", "hold": "h"}
"""A window in the history; a capital counts, beyond the mark."""
COUNTS = 2
HEADINGS = ("1 asks higher", "2 asks pulled", "3 bids lower", "4 bids pulled")
SIGNS = {1: "+", 0: " ", -1: "-"}


def tilt(
    at: AtOption,
    symbol: SymbolOfDayOption = "ES",
    more: Annotated[bool, typer.Option("--more", help="Print the levels with their four conditions, and the last 3 minutes.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Show which side of the book gives way at a time: HOLD, TILT up, TILT down or VACUUM, for how long, and the conditions at each level.

    Nothing after the time is read.

    Example: `spymaster tilt --symbol ES --at "2025-10-16 09:47:35" --more`
    """
    from ..config import load_config
    from ..core.session import moment_ns
    from ..retrieval.tilt import find_tilt_at
    from .values import lake_named, symbol_named
    from .window import wide_console, window_line

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings.of_root(symbol_named(symbol, place, built=True).root)
    info = find_tilt_at(cfg.where, symbol, moment_ns(at, settings.session.timezone), settings)
    console = wide_console()
    if json:
        console.print_json(info.model_dump_json())
        return
    console.print(window_line(info.symbol, info.new_york, info.mid_price, info.tick, info.synthetic))
    console.print(info.sentence)
    if more:
        _print_more(info, settings.book.window_s, console)


def _print_more(info: TiltInfo, window_s: int, console: Console) -> None:
    say = console.print
    say(_table(info))
    say("Times usual, contracts; + it happens, - the side stands. For up speak 1 and 2 with +, 3 and 4 with -; for down the reverse.")
    say(f"\n[bold]Last 3 minutes[/]  a letter each {window_s} s: u up, d down, v vacuum, h hold, . even; a capital is beyond the mark")
    say(history_line(info.history, window_s))


def history_line(history: tuple[BalanceThen, ...], window_s: int) -> str:
    """`09:44:35 ....uuUUUU....hhhh 09:47:35`; a blank is a window without a book."""
    from ..core.session import clock
    from ..core.units import NS_PER_S

    letters = {then.ts_s: _letter(then) for then in history}
    first, last = history[0].ts_s, history[-1].ts_s
    line = "".join(letters.get(ts_s, " ") for ts_s in range(first, last + 1, window_s))
    return f"{clock((first - window_s) * NS_PER_S)[11:]} {line} {clock(last * NS_PER_S)[11:]}"


def _letter(then: BalanceThen) -> str:
    letter = LETTERS[then.balance]
    return letter.upper() if then.balance_level == COUNTS else letter


def _table(info: TiltInfo) -> Table:
    """A line a level, the nearest first."""
    from rich.table import Table

    from ..core.levels import level_name
    from ..core.units import price_text
    from ..retrieval.tilt import away

    table = Table("level", box=None, pad_edge=False)
    for heading in ("price", "", *HEADINGS, "up", "down"):
        table.add_column(heading, justify="right")
    for level in info.levels:
        price = price_text(level.price, info.tick)
        counts = (f"{level.count_up}/4", f"{level.count_down}/4")
        cells = (level_name(level.level_id), price, away(level.distance_points, info.tick), *map(_cell, level.conditions), *counts)
        table.add_row(*cells)
    return table


def _cell(condition: Condition) -> str:
    """`1.6x 34 +`; a dash where there is no past to scale by."""
    times = "-" if condition.times_usual is None else f"{condition.times_usual:.1f}x"
    contracts = "-" if condition.contracts is None else f"{condition.contracts:.0f}"
    return f"{times} {contracts:>3} {SIGNS[condition.sign]}"
