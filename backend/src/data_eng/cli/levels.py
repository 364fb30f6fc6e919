"""`spymaster levels`: the levels of a day, and the trader's own ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.table import Table


def levels(
    symbol: SymbolOfDayOption = "",
    date: Annotated[str, typer.Option(help="Session date: 2025-10-16.")] = "",
    own: Annotated[Path | None, typer.Option(help="CSV of your own levels: root,date,level_id,price,known_from (New York time).")] = None,
    lake: LakeOption = None,
) -> None:
    """Show each level of a contract-day: its price, when it became known, what it is, or why it is absent. `--own` first takes your own in.

    A level is computed when `build --levels` names it: `--levels pm_high,pd_poc,my_level`.

    Example: `spymaster levels --symbol ES --date 2025-10-16 --own my_levels.csv`
    """
    from rich.console import Console

    from ..core.session import require_date
    from ..errors import SpymasterError
    from ..sources.own_levels import keep_own_levels, own_levels_path
    from .values import lake_named, symbol_named

    target = lake_named(lake)
    console = Console()
    if own is not None:
        console.print(f"{keep_own_levels(target, own)} own levels taken into {own_levels_path(target)}", highlight=False, soft_wrap=True)
    if symbol and date:
        require_date(date, "--date")
        symbol_named(symbol, target, built=True)
        table, lines = _shown(target, symbol, date)
        console.print(table)
        for line in lines:
            console.print(line, highlight=False, soft_wrap=True, markup=False)
    elif symbol or date or own is None:
        raise SpymasterError("levels shows one contract-day: give both --symbol ES and --date 2025-10-16, or --own FILE to take levels in.")


def _shown(lake: Path, symbol: str, date: str) -> tuple[Table, list[str]]:
    """The prices as a table; below it a line a level, what it is or why it is absent, and which levels are not built."""
    from rich.table import Table

    from ..config import load_config
    from ..core.instrument import root_of
    from ..core.levels import LEVELS, define_level
    from ..core.session import clock
    from ..core.tables import LEVELS_TABLE
    from ..core.units import price_text, ticks_to_points
    from ..io import read_table
    from ..lake.partitions import read_facts, ref_in
    from ..retrieval.setup import contract_of

    cfg = load_config(lake)
    symbol = contract_of(cfg.where, symbol, date, LEVELS_TABLE)
    ref = ref_in(lake, LEVELS_TABLE, symbol, date)
    tick = cfg.settings.tick_of(root_of(symbol))
    rows = read_table(ref).to_pylist()
    synthetic = " (synthetic)" if read_facts(ref).get("synthetic") else ""
    table = Table(title=f"Levels of {symbol} {date}{synthetic}", caption="A moving level shows its last value of the day.")
    for heading in ("level", "price", "known from (New York)", "changes", "price from"):
        table.add_column(heading)
    level_ids = list(dict.fromkeys(row["level_id"] for row in rows))
    lines = []
    for level_id in level_ids:
        own_rows = [row for row in rows if row["level_id"] == level_id]
        last = own_rows[-1]
        if last["price_ticks"] is None:
            table.add_row(level_id, "absent", "", "", "")
            lines.append(f"{level_id}: absent: {last['reason']}")
        else:
            price = price_text(ticks_to_points(last["price_ticks"], tick), tick)
            table.add_row(level_id, price, clock(own_rows[0]["known_from_ns"]), str(len(own_rows) - 1), last["price_source"])
            lines.append(f"{level_id}: {define_level(level_id).meaning}")
    others = [level_id for level_id in LEVELS if level_id not in level_ids]
    return table, [*lines, *([f"Not built that day: {', '.join(others)}"] if others else [])]
