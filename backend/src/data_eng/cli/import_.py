"""`spymaster import`: DBN files, or Databento batch folders, into the raw layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import LakeOption


def import_(
    paths: Annotated[list[Path], typer.Argument(help="DBN files (.dbn, .dbn.zst) of schema mbo, or Databento batch folders.")],
    symbol: Annotated[str | None, typer.Option(help="Import only this root, or name the root where the file does not: ES.")] = None,
    lake: LakeOption = None,
) -> None:
    """Copy order records into the raw layer, checked against the batch's manifest and read through once.

    What is there already is left alone. Raw is only added to: no command changes or removes it, and files that lie there already need no
    import. Definition files among the paths go into a folder of their own and give their days' ticks; files of other schemas in a batch
    folder are passed by.

    Example: `spymaster import ~/Downloads/GLBX-20251018-ABCDEFGHIJ`
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from ..config import environment
    from ..sources.raw import collect, import_batch
    from .values import require_lake

    console = Console()
    batch = collect(paths)
    target = require_lake(lake or environment().lake)
    columns = (TextColumn("import"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("import", total=sum(file.stat().st_size for file in batch.files))
        for imported in import_batch(batch, target, symbol, lambda path, count: progress.advance(task, count)):
            record = imported.record
            said = sorted({condition for day in imported.dates if (condition := batch.conditions.get(day, "available")) != "available"})
            marks = " ".join([*(["synthetic"] if record.synthetic else []), *said])
            dates = imported.dates[0] if len(imported.dates) == 1 else f"{imported.dates[0]}:{imported.dates[-1]}"
            size = f"{record.records:,} records, {record.bytes:,} bytes"
            line = f"{imported.root} {dates}  {imported.status}  {size}  {imported.source.name}  {marks}"
            console.print(line.rstrip(), highlight=False, soft_wrap=True)
    for file in batch.passed_by:
        console.print(f"{file.name}  passed by: no order records", highlight=False, soft_wrap=True)
    for date in sorted(date for date, condition in batch.conditions.items() if condition == "missing"):
        console.print(f"{date}  missing at the source, by condition.json", highlight=False)
    console.print(f"raw layer: {target / 'raw'}", highlight=False, soft_wrap=True)
