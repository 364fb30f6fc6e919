"""`spymaster index`: build the indexes of a level from its trigger vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption

if TYPE_CHECKING:
    from rich.console import Console

    from ..retrieval.index_builder import BuiltIndex
    from ..retrieval.pooled import BuiltPooled


def index(
    level: Annotated[str, typer.Option(help="A level, for example pm_high; pooled, which is all levels in one; or all of these.")],
    symbol: Annotated[str, typer.Option(help="The root.")] = "ES",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also build indexes that are up to date, and take nothing over.")] = False,
    lake: LakeOption = None,
) -> None:
    """Build indexes: scalers fitted on the past of each day, vectors and their metadata, and index.faiss, for both setups.

    What is current is left alone. They go to lake/indexes/mbo_LEVEL, or to MBO_INDEX_DIR when that names the folder. The pooled one holds
    what the default answer compares, all levels and both directions; a level's own, from both sides, answers `query --metric user`.

    Example: `spymaster index --symbol ES --level pm_high`
    """
    from rich.console import Console

    from ..config import load_config
    from ..lake.keep import settings_of
    from ..retrieval.index_builder import build_indexes
    from ..retrieval.key import POOLED
    from ..retrieval.pooled import build_pooled
    from .values import lake_named, levels_named, symbol_named

    console, place = Console(), lake_named(lake)
    root = symbol_named(symbol, place, built=True).root
    cfg = load_config(place)
    settings = settings_of(cfg, root, "silver")
    own = () if level == POOLED else levels_named(level, place, root) if level != "all" else settings.levels.default
    for level_id in own:
        for built in build_indexes(cfg.where, root, level_id, settings, overwrite=overwrite):
            _say(str(built.key), built, console)
    if level in ("all", POOLED):
        for pooled in build_pooled(cfg.where, root, settings, overwrite=overwrite):
            _say(f"{POOLED}/{pooled.setup}", pooled, console)


def _say(name: str, built: BuiltIndex | BuiltPooled, console: Console) -> None:
    mark = "  [magenta]synthetic[/]" if built.synthetic else ""
    summary = f"{built.status:<8} {built.rows:>8,} triggers  {built.days:>4} days  {built.folder}"
    console.print(f"{name:<40} {summary}{mark}", highlight=False, soft_wrap=True)
