"""`spymaster recovery`: skill against planted effect on simulated markets, with nothing planted and with a placebo beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import MetricsOption, WorkersOption


def recovery(
    out: Annotated[Path, typer.Option(help="The report; the same name with .json holds the figures.")] = Path("recovery.html"),
    sessions: Annotated[int, typer.Option(min=25, help="Simulated sessions of every market.")] = 68,
    records: Annotated[int, typer.Option(min=20_000, help="Records of a full simulated day.")] = 300_000,
    bases: Annotated[int, typer.Option(min=1, help="Simulated markets with nothing planted, among which the seeds are shared out.")] = 5,
    null_seeds: Annotated[int, typer.Option(min=1, max=1000, help="Evaluations of the null, and as many of the placebo.")] = 20,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Evaluations of each planted strength and of each market.")] = 5,
    strengths: Annotated[str, typer.Option(help="Planted shifts in robust sigmas.")] = "0.5,1,2",
    markets: Annotated[
        str, typer.Option(help="Signature:outcome of the simulator's own markets; one without a signature has no precursor.")
    ] = "0:0,0:0.35,0.5:0.35",
    levels: Annotated[str, typer.Option(help="Levels, separated by commas.")] = "pm_high,pm_low,or_high,or_low",
    metric: MetricsOption = "frame",
    folder: Annotated[Path | None, typer.Option(help="Where markets are built and figures kept. Default: beside the report.")] = None,
    workers: WorkersOption = None,
) -> None:
    """Draw skill against planted effect, on synthetic markets that are simulated, built and evaluated like real ones.

    Expectations are fixed beforehand: no skill where the link between book and outcome is cut, none for a placebo, more for more. A
    recovery that was stopped goes on with what is missing.

    Example: `spymaster recovery --sessions 68 --null-seeds 20 --seeds 5 --workers 2 --out recovery.html`
    """
    from rich.console import Console

    from ..evaluation.page import write_page
    from ..evaluation.report_parts.report import recovery_report
    from ..jobs.evaluate import metrics_named, require_report_name
    from ..jobs.recover import Plan, markets_named, numbers_named, recover
    from ..lake.attempts import publish_file
    from ..settings import load_settings
    from .values import levels_named

    require_report_name(out)
    plan = Plan(
        folder=folder or out.with_suffix(""),
        sessions=sessions,
        records=records,
        bases=bases,
        null_seeds=null_seeds,
        seeds=seeds,
        strengths=numbers_named(strengths),
        markets=markets_named(markets),
        levels=levels_named(levels, folder or out.parent, "ES"),
        metrics=metrics_named(metric),
        workers=workers,
    )
    result = recover(plan, load_settings(), Console(stderr=True))
    write_page(recovery_report(result), out)
    publish_file(out.with_suffix(".json"), result.kept())
    console = Console()
    for expectation in result.expectations:
        console.print(f"{'met   ' if expectation.met else 'FAILED'}  {expectation.sentence}", highlight=False, soft_wrap=True, markup=False)
    console.print(f"[SYNTHETIC] report: {out}   figures: {out.with_suffix('.json')}", highlight=False, soft_wrap=True, markup=False)
    raise typer.Exit(0 if all(expectation.met for expectation in result.expectations) else 1)
