"""`spymaster index`: build the indexes of a level from its trigger vectors."""

from __future__ import annotations

from itertools import product
from typing import Annotated

import typer

from .options import LakeOption


def index(
    level: Annotated[str, typer.Option(help="A level, for example pm_high, or all.")],
    symbol: Annotated[str, typer.Option(help="The root.")] = "ES",
    metric: Annotated[
        str, typer.Option(help="block (the default metric; user is answered from it), cosine, learned, preset, or all of them.")
    ] = "block",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also build indexes that are up to date, and take nothing over.")] = False,
    lake: LakeOption = None,
) -> None:
    """Build the indexes of a level: scalers fitted on the past of each day, vectors and their metadata, both setups from both sides.

    What is current is left alone. They go to lake/indexes/mbo_LEVEL, or to MBO_INDEX_DIR when that names this level's folder, each with
    index.faiss: all triggers in the plain space of norm_stats_seed.json, whose distance is the metric user. Each other metric has indexes
    of its own beside the default's: cosine is the angle between the scaled vectors; preset is the set of block weights that did best on
    past days; learned are weights fitted to past outcomes at all levels, whose default indexes are built with it.

    Example: `spymaster index --symbol ES --level pm_high`
    """
    from rich.console import Console

    from ..config import load_config
    from ..lake.keep import settings_of
    from ..retrieval.index_builder import build_indexes
    from ..retrieval.key import index_name
    from ..retrieval.metrics import METRICS, home_of
    from .values import lake_named, levels_named, one_of, symbol_named

    console, place = Console(), lake_named(lake)
    root = symbol_named(symbol, place, built=True).root
    cfg = load_config(place)
    settings = settings_of(cfg, root, "silver")
    levels = settings.levels.default if level == "all" else levels_named(level, place, root)
    named = METRICS if one_of("--metric", metric, (*METRICS, "all")) == "all" else (metric,)
    metrics = dict.fromkeys(map(home_of, named))
    for level_id, name in product(levels, metrics):
        for built in build_indexes(cfg.where, root, level_id, settings, overwrite=overwrite, metric=name):
            mark = "  [magenta]synthetic[/]" if built.synthetic else ""
            summary = f"{built.status:<8} {built.rows:>8,} triggers  {built.days:>4} days  {built.folder}"
            console.print(f"{index_name(built.key, built.metric):<40} {summary}{mark}", highlight=False, soft_wrap=True)
