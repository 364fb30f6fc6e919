"""`spymaster verify`: hash everything that the lake holds, and say what is damaged or stale and the command that fixes it."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import LakeOption


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Hash raw files, partitions and indexes, read side files, and name what is damaged or stale with the command that fixes it.

    Exits with 0 for a lake that is whole, 1 where something is damaged, 2 where something is stale only. In `spymaster import FILE`, FILE
    is the batch that a raw file came from.

    Example: `spymaster verify --lake lake`
    """
    from functools import partial

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from ..config import load_config
    from ..health.verify import verify as verified
    from .values import lake_named

    cfg, console = load_config(lake_named(lake)), Console()
    columns = (TextColumn("verify"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=as_json or not console.is_terminal, transient=True) as progress:
        task = progress.add_task("verify", total=None)
        found = verified(cfg, lambda total: progress.update(task, total=total), partial(progress.advance, task))
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        say = partial(console.print, highlight=False, soft_wrap=True, markup=False)
        for kind, findings in (("damaged", found.damaged), ("stale", found.stale)):
            for finding in findings:
                say(f"{kind}  {finding.what}. {finding.advice}")
        for gap in found.gaps:
            say(f"gap      {gap}; its windows are marked as of a bad book")
        if found.unknown:
            say(f"{len(found.unknown)} raw files have no note of what they held first, {found.unknown[0]} among them; a build makes it")
        rate = f"{found.files:,} files, {found.bytes / 1e6:,.1f} MB in {found.seconds:.1f} s"
        say(f"{rate}: {len(found.damaged)} damaged, {len(found.stale)} stale" if found.exit_code else f"{rate}: whole")
    raise typer.Exit(found.exit_code)
