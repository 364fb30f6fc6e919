"""`spymaster build`: run the pipeline; the same as `python -m src.data_eng.runner`."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import LakeOption, WorkersOption


def build(
    layer: Annotated[str, typer.Option(help="bronze, silver, gold or all.")],
    symbol: Annotated[str, typer.Option(help="A root (ES: the selection map chooses the contract of each day) or a contract (ESZ5).")],
    product_type: Annotated[str, typer.Option(help="Product type.")] = "future_mbo",
    dates: Annotated[str | None, typer.Option(help="First and last date, both included: 2025-10-01:2026-01-08, or one date.")] = None,
    start_date: Annotated[str | None, typer.Option(help="First date, instead of --dates.")] = None,
    end_date: Annotated[str | None, typer.Option(help="Last date, instead of --dates.")] = None,
    workers: WorkersOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also rebuild partitions that are up to date.")] = False,
    levels: Annotated[
        str | None,
        typer.Option(help="Levels to add or renew, separated by commas; a day keeps its others. Default: the lake's, in gold LEVEL_ID."),
    ] = None,
    session: Annotated[str | None, typer.Option(help="Span of the day in New York time, for example 09:30-12:30.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage of the layer, for example build_trigger_vectors.")] = None,
    lake: LakeOption = None,
) -> None:
    """Build a layer, or all, for a range of dates, contract-days in parallel.

    What is current is left alone, what is stale is rebuilt, a day that fails does not stop the others.

    Example: `spymaster build --layer silver --symbol ES --dates 2025-10-01:2026-01-08 --workers 8`
    """
    from dataclasses import replace

    from rich.console import Console

    from ..config import load_config
    from ..engines.crew import BuildRequest, run
    from ..lake.keep import settings_of
    from ..sources.own_levels import require_level
    from .values import dates_named, lake_named, levels_named, symbol_named

    first, last = dates_named(dates, start_date, end_date)
    cfg = load_config(lake_named(lake))
    root, contract = symbol_named(symbol, cfg.lake_root)
    if contract is not None and layer in ("silver", "gold"):
        symbol_named(contract, cfg.lake_root, built=True)
    chosen = levels_named(levels, cfg.lake_root, root) if levels else None
    if cfg.environment.level_id is not None:
        require_level(cfg.environment.level_id, cfg.lake_root, root)
    cfg = replace(cfg, levels=chosen, session=session)
    settings_of(cfg, root, "silver")  # a session that is none, or another than the lake's, is refused before anything is read
    request = BuildRequest(
        cfg=cfg,
        product_type=product_type,
        layer=layer,
        symbol=symbol,
        first=first,
        last=last,
        workers=workers,
        overwrite=overwrite,
        stage=stage,
    )
    raise typer.Exit(run(request, Console()))
