"""`spymaster evaluate`: is the similar past worth anything? Walk forward, score, and say so in one report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption, MetricsOption, WorkersOption

if TYPE_CHECKING:
    from rich.console import Console

    from ..evaluation.result import EvaluationResult


def evaluate(
    levels: Annotated[
        str, typer.Option(help="Whose windows to score: levels separated by commas, or all. The past holds every level.")
    ] = "all",
    first: Annotated[str | None, typer.Option("--from", help="First session to score. The past before it counts as past.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last session to score. Default: the last that is not kept for a release.")
    ] = None,
    metric: MetricsOption = "frame",
    setup: Annotated[str, typer.Option(help="level_test or break_and_confirm.")] = "level_test",
    symbol: Annotated[str, typer.Option(help="The root, for example ES.")] = "ES",
    release: Annotated[bool, typer.Option("--release", help="Score the untouched last part of the lake. This can be done once.")] = False,
    out: Annotated[
        Path, typer.Option(help="The report; the same name with .json and .parquet holds the figures and every forecast.")
    ] = Path("report.html"),
    workers: WorkersOption = None,
    lake: LakeOption = None,
) -> None:
    """Score the answer, as a query gives it, against BASE, its placebo and every simpler forecast, session by session, in one report.

    Every forecast sees only sessions before its own. The last part of the lake stays untouched until --release. An evaluation that was
    stopped goes on where it was; each new one is noted in the ledger that p-values are corrected by.

    Example: `spymaster evaluate --levels all --from 2025-10-01 --to 2025-12-19 --out report.html`
    """
    from rich.console import Console

    from ..config import load_config
    from ..jobs.evaluate import EvaluationRequest, metrics_named
    from ..jobs.evaluate import evaluate as run
    from .values import lake_named, levels_named, symbol_named

    console, place = Console(stderr=True), lake_named(lake)
    cfg = load_config(place)
    root = symbol_named(symbol, place, built=True).root
    chosen = None if levels == "all" else levels_named(levels, place, root)
    request = EvaluationRequest(cfg.where, root, chosen, setup, metrics_named(metric), first, last, release, workers, out)
    result = run(request, cfg.settings.of_root(root), console)
    print_result(result, Console())
    files = {"report": out, "figures": out.with_suffix(".json"), "forecasts": out.with_suffix(".parquet")}
    console.print("   ".join(f"{name}: {file}" for name, file in files.items() if file.exists()), highlight=False, soft_wrap=True)


def print_result(result: EvaluationResult, console: Console) -> None:
    """The verdict first, then what the answer was worth against each other forecast."""
    from rich.table import Table

    mark = "[SYNTHETIC] " if result.synthetic else ""
    console.print(f"{mark}{result.verdict.sentence}", highlight=False, soft_wrap=True, markup=False)
    corrected = {row.forecaster: row.p_corrected for row in result.permutation}
    for name, p in corrected.items():
        title = f"{name} at {result.question.horizon_s} s (Brier), 95 % by sessions"
        table = Table(title=title if p is None else f"{title}; p corrected {p:.3f}", title_justify="left")
        table.add_column("against", justify="left")
        for column in ("skill", "from", "to"):
            table.add_column(column, justify="right")
        for row in result.primary_skill():
            if row.forecaster == name:
                table.add_row(row.against, *map(_signed, (row.skill, row.low, row.high)))
        console.print(table)
    for held in result.coverage:
        if held.label == "all" and held.covered is not None:
            sentence = f"{held.forecaster}: the {held.wanted:.0%} interval of {held.outcome} held {held.covered:.0%} of like windows later."
            console.print(sentence, highlight=False, soft_wrap=True, markup=False)
    for sentence in result.missing:
        console.print(f"missing: {sentence}", highlight=False, soft_wrap=True, markup=False)


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"
