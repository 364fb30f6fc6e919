"""`spymaster clear`: remove built layers and indexes, so that they are built anew. Raw and bronze stay."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import LakeOption


def clear(
    layer: Annotated[list[str] | None, typer.Option(help="silver or gold; may be given twice.")] = None,
    level: Annotated[list[str] | None, typer.Option(help="Level whose index is removed; may be given more than once.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this root (ES) or contract (ESZ5). Indexes are of all contracts.")] = None,
    dates: Annotated[str | None, typer.Option(help="Only partitions from first to last date: 2025-10-01:2026-01-08, or one date.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    lake: LakeOption = None,
) -> None:
    """Remove silver, gold or the index of a level. Raw and bronze are never removed by any command.

    Example: `spymaster clear --layer silver --layer gold --level pm_high --symbol ES --yes`
    """
    from ..config import load_config
    from ..core.session import date_span
    from ..jobs.clear import built_partitions, index_folders, remove_all
    from ..sources.own_levels import require_level
    from .values import lake_named, symbol_named

    target = lake_named(lake)
    where = load_config(target).where
    if symbol is not None:
        symbol_named(symbol, target)
    for level_id in level or []:
        if not index_folders(where, [level_id]):
            require_level(level_id, target, None)
    span = date_span(dates) if dates else ()
    partitions = built_partitions(target, layer or [], symbol, *span)
    folders = index_folders(where, level or [])
    what = f"{len(partitions)} partitions and {len(folders)} index folders of lake {target}"
    if not partitions and not folders:
        typer.echo(f"nothing to clear: {what}")
        return
    if not yes:
        typer.confirm(f"remove {what}?", abort=True)
    remove_all(partitions, folders)
    typer.echo(f"removed {what}")
