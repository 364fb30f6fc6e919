"""`spymaster index`: build the indexes of a level from its trigger vectors."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import LakeOption


def index(
    level: Annotated[str, typer.Option(help="A level, for example pm_high, or all.")],
    symbol: Annotated[str, typer.Option(help="The root.")] = "ES",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also build indexes that are up to date, and take nothing over.")] = False,
    lake: LakeOption = None,
) -> None:
    """Build a level's own indexes: scalers fitted on the past of each day, vectors and their metadata, both setups from both sides.

    What is current is left alone. They go to lake/indexes/mbo_LEVEL, or to MBO_INDEX_DIR when that names this level's folder, each with
    index.faiss: all triggers in the plain space of norm_stats_seed.json. They answer `query --metric user`; the default, the frame of all
    levels together, needs none of them.

    Example: `spymaster index --symbol ES --level pm_high`
    """
    from rich.console import Console

    from ..config import load_config
    from ..lake.keep import settings_of
    from ..retrieval.index_builder import build_indexes
    from .values import lake_named, levels_named, symbol_named

    console, place = Console(), lake_named(lake)
    root = symbol_named(symbol, place, built=True).root
    cfg = load_config(place)
    settings = settings_of(cfg, root, "silver")
    levels = settings.levels.default if level == "all" else levels_named(level, place, root)
    for level_id in levels:
        for built in build_indexes(cfg.where, root, level_id, settings, overwrite=overwrite):
            mark = "  [magenta]synthetic[/]" if built.synthetic else ""
            summary = f"{built.status:<8} {built.rows:>8,} triggers  {built.days:>4} days  {built.folder}"
            console.print(f"{built.key!s:<40} {summary}{mark}", highlight=False, soft_wrap=True)
