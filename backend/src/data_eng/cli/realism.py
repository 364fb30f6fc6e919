"""`spymaster realism`: is the simulated market like a market?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ..simulation.realism import Realism

WIDTH = 140
"""Columns where the output is no terminal, which would have its own."""


def realism(
    files: Annotated[list[Path] | None, typer.Argument(help="Real DBN files of schema mbo to show beside the model.")] = None,
    records: Annotated[int, typer.Option(help="Records of a simulated day; a real ES day has about 11,000,000.")] = 300_000,
    days: Annotated[int, typer.Option(min=1, help="Days to simulate; their figures are averaged.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same report.")] = 7,
    workers: Annotated[int, typer.Option(min=1, help="Processes that simulate; each takes one core.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Also write the report: .html with pictures, .png or .json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Measure the simulator's regular hours and real files in the same way, and say which bands of a real market the model reaches.

    Without files the model is held against the bands alone. On days below 5,000,000 records the queues are thinner than real ones, and what
    depends on their depth is shown but not judged.

    Example: `spymaster realism glbx-mdp3-20251016.mbo.dbn.zst --records 11000000 --days 1 --out realism.html`
    """
    import json

    from rich.console import Console

    from ..settings import load_settings
    from ..simulation.realism import as_dict
    from ..simulation.realism import realism as measure
    from ..simulation.realism_page import write_page

    if out is not None and out.suffix not in (".html", ".png", ".json"):
        raise typer.BadParameter(f"{out.name} is no report we can write. Expected a name that ends in .html, .png or .json.")
    with Console(stderr=True).status(f"simulating {days} x {records:,} records and measuring them and {len(files or [])} files"):
        report = measure(files or [], records, days, seed, workers, load_settings())
    text = json.dumps(as_dict(report), indent=1)
    if out is not None and out.suffix == ".json":
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n")
    elif out is not None:
        write_page(report, out)
    if as_json:
        typer.echo(text)
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    _print(console, report)
    if out is not None:
        console.print(f"report: {out}", soft_wrap=True)


def _print(console: Console, report: Realism) -> None:
    from rich.table import Table

    from ..simulation.realism import LABELS, shown, shown_band

    names = [sample.name for sample in report.samples]
    console.print(f"{report.model.name}, {report.model.records:,} of them in regular hours  [bold magenta]SYNTHETIC[/]")
    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    for heading in ("model", *names, "band"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for row in report.rows:
        mark = {True: "reached", False: "[red]missed[/]", None: "[dim]thin day[/]"}[row.reached]
        values = (shown(value, row.band.unit) for value in (row.model, *row.samples))
        table.add_row(row.band.label, *values, shown_band(row.band), mark)
    console.print(table)
    if report.distances:
        console.print("\nDistance of the model from each sample: L1 of binned shares (0 to 1), Wasserstein in the sample's deviations")
        distances = Table(box=None, pad_edge=False)
        for heading in ("distribution", "sample", "L1", "Wasserstein"):
            distances.add_column(heading, justify="right" if heading in ("L1", "Wasserstein") else "left")
        for each in report.distances:
            distances.add_row(LABELS[each.distribution], each.sample, f"{each.l1:.3f}", f"{each.wasserstein:.3f}")
        console.print(distances)
    judged = [row for row in report.rows if row.reached is not None]
    missed = ", ".join(row.band.label for row in report.missed)
    console.print(f"\n{len(judged) - len(report.missed)} of {len(judged)} bands reached" + (f"; missed: {missed}" if missed else ""))
