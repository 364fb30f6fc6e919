"""`spymaster select`: choose the contract of every session and keep the map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import LakeOption


def select(
    dates: Annotated[str, typer.Option(help="First and last date, both included: 2025-10-01:2026-01-08, or one date.")],
    symbol: Annotated[str, typer.Option(help="Root whose contracts are compared.")] = "ES",
    out: Annotated[Path | None, typer.Option(help="File of the map. Default: MBO_SELECTION_PATH, or its place in the lake.")] = None,
    lake: LakeOption = None,
) -> None:
    """Choose the contract of every session by the volume of the session before, and say why a session is left out.

    Example: `spymaster select --symbol ES --dates 2025-10-01:2026-01-08`
    """
    from rich.console import Console
    from rich.table import Table

    from ..config import load_config
    from ..core.session import date_span
    from ..retrieval.mbo_contract_day_selector import map_path, save_selection, select_contract_days
    from .values import WrongValue, lake_named, symbol_named

    first, last = date_span(dates)
    folder = lake_named(lake)
    cfg = load_config(folder)
    root = symbol_named(symbol, folder).root
    path = out or map_path(cfg.where)
    selection = select_contract_days(folder, root, first, last, cfg.settings)
    if not selection.rows:
        raise WrongValue(
            "--dates {value} hold no regular session.", value=dates, expected="sessions; other days are built by naming their contract"
        )
    save_selection(selection, path)

    table = Table("date", "contract", "volume before", "share", "roll", "data", "left out because")
    for row in selection.rows:
        share = f"{row.share:.2f}" if row.front else ""
        volume = f"{row.volume:,} {row.front}" if row.front else ""
        marks = ("roll" if row.roll else "", "degraded" if row.degraded else "")
        table.add_row(row.date, row.symbol or "-", volume, share, *marks, row.reason or "")
    console = Console()
    console.print(table)
    console.print(f"{len(selection.chosen())} of {len(selection.rows)} sessions chosen, kept at {path}", soft_wrap=True)
