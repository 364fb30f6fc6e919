"""`spymaster simulate`: synthetic ES days in true DBN, laid out like a Databento batch job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from ..settings import Settings
    from ..simulation.sessions import Simulation


def simulate(
    out: Annotated[Path, typer.Option(help="New folder for the batch job.")],
    start: Annotated[str, typer.Option(help="First session, or a date before it.")] = "2025-09-29",
    days: Annotated[int, typer.Option(help="Sessions to simulate; holidays and half days as they are.")] = 12,
    records: Annotated[int, typer.Option(help="Records of a full day; a real ES day has about 11,000,000.")] = 300_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 7,
    workers: Annotated[int, typer.Option(min=1, help="Processes; each takes one core.")] = 1,
    signature: Annotated[float, typer.Option(help="How strongly the side that will give way thins at a level, 0 to 0.6.")] = 0.3,
    outcome: Annotated[float, typer.Option(help="Drift of the price after a touch, ticks a second, 0 to 1.")] = 0.15,
    null: Annotated[bool, typer.Option("--null", help="Plant nothing: both knobs 0.")] = False,
    kinds: Annotated[
        str, typer.Option(help="What a signature shows itself by, drawn for each touch: side, local, wall, absorb.")
    ] = "side,local,wall,absorb",
    drift_ticks: Annotated[
        float | None, typer.Option(min=1, help="How far a drift pushes the price. Default: to the barrier, where it ends.")
    ] = None,
    reach: Annotated[float, typer.Option(help="Share of the touches whose drift goes its whole way, 0 to 0.8.")] = 0.6,
    placebo: Annotated[bool, typer.Option("--placebo", help="Draw the signature independently of the outcome.")] = False,
    lag: Annotated[
        float | None, typer.Option(help="Let the signature act for 5 seconds only, which end this many seconds before the drift, 0 to 55.")
    ] = None,
    gap: Annotated[str | None, typer.Option(help="Session that loses records and recovers by a snapshot.")] = None,
    degraded: Annotated[str | None, typer.Option(help="Session that condition.json calls degraded.")] = None,
    roll: Annotated[str | None, typer.Option(help="Session from which the next contract leads, instead of 8 days before expiry.")] = None,
    truth: Annotated[Path | None, typer.Option(help="File for what was planted. Default: truth.parquet in the folder.")] = None,
) -> None:
    """Simulate trading days, order by order: front month, next month and their calendar spread, one DBN file a UTC date.

    Physics are planted at pre-market, opening-range and prior-day highs and lows; what was planted goes to the truth table, and walls and
    icebergs that came without meaning to a table beside it. The batch's manifest lists neither, and an import does not copy them.
    With `--kinds side --drift-ticks 36 --reach 0.8` it plants as versions before 0.6 did.

    Example: `spymaster simulate --out /tmp/es-synthetic --start 2025-09-29 --days 12 --records 300000 --seed 7 --workers 2`
    """
    from rich.console import Console

    from ..settings import load_settings
    from ..simulation.sessions import Simulation, kinds_named
    from ..simulation.simulate import is_done

    console = Console()
    if null:
        signature = outcome = 0.0
    simulation = Simulation(start, days, records, seed, signature, outcome, placebo, gap, degraded, roll, lag)
    simulation = simulation._replace(kinds=",".join(kinds_named(kinds)), drift_ticks=drift_ticks, reach=reach)
    if is_done(simulation, out):
        console.print(f"{out} holds this simulation already.", highlight=False, soft_wrap=True)
    else:
        _write(simulation, out, load_settings(), workers, truth, console)


def _write(simulation: Simulation, out: Path, settings: Settings, workers: int, truth: Path | None, console: Console) -> None:
    """Write the days, and say of each what it holds."""
    from time import perf_counter

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ..simulation.files import file_specs
    from ..simulation.sessions import session_specs
    from ..simulation.simulate import simulate as write_days
    from ..simulation.truth import TRUTH

    files = len(file_specs(session_specs(simulation, settings), simulation))
    began, total = perf_counter(), 0
    columns = (TextColumn("simulate"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("simulate", total=files)
        for result in write_days(simulation, out, settings, workers, truth):
            total += result.records
            progress.advance(task)
            console.print(f"{result.date}  {result.records:,} records  {result.truth.num_rows} episodes  {result.name}", highlight=False)
    seconds = perf_counter() - began
    console.print(f"{total:,} synthetic records in {seconds:.1f} s, {total / seconds / 1e6:.2f} M a second", highlight=False)
    console.print(f"batch job: {out}   truth: {truth or out / TRUTH}", highlight=False, soft_wrap=True)
