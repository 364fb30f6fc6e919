"""`spymaster query`: this setup, the most similar ones of the past, and what happened next."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption, SymbolOfDayOption

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..retrieval.approach import ApproachInfo
    from ..retrieval.parts import Answer, ClassShare, Neighbour, OutcomeRow, Reason

CONDITION_WORDS = (
    "asks above move higher",
    "asks above pulled faster than added",
    "bids below come closer (up), move lower (down)",
    "bids below added faster (up), pulled faster (down)",
)
EXPLAINED, TOGETHER_SHOWN = 3, 2
"""Of how many neighbours, and by how many common features, the answer says why they are near."""


def query(
    level: Annotated[str, typer.Option(help="The level, for example pm_high.")],
    approach_dir: Annotated[str, typer.Option("--approach", help="from_below or from_above.")],
    at: Annotated[
        str | None,
        typer.Option(help='New York time, for example "2025-10-16 09:47:35", or with its offset. Default: the newest trigger in the lake.'),
    ] = None,
    symbol: SymbolOfDayOption = "ES",
    setup: Annotated[str, typer.Option(help="level_test or break_and_confirm.")] = "level_test",
    metric: Annotated[
        str | None,
        typer.Option(
            help="What finds the similar setups: frame (all levels, both directions), or user (the level's own index.faiss). "
            "Default: frame, or user where MBO_INDEX_DIR names the level's folder."
        ),
    ] = None,
    more: Annotated[bool, typer.Option("--more", help="Print the conditions, all horizons and the similar setups too.")] = False,
    neighbours: Annotated[int, typer.Option(min=0, help="With --more: how many of the similar setups to print; all count.")] = 12,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the answer into this PNG.")] = None,
    lake: LakeOption = None,
) -> None:
    """Show a setup: the verdict, what is usual from where price stands, and what the most similar setups of the past did.

    The past ends before the day of the query: no neighbour is of that day, nor of the session before it.

    Example: `spymaster query --level pm_high --approach from_below --at "2025-10-16 09:47:35"`, or without --at for the newest.
    """
    from rich.console import Console

    from ..config import load_config
    from ..core.features.registry import APPROACHES
    from ..retrieval.answer import ask
    from ..retrieval.key import SETUPS
    from ..retrieval.metrics import VECTOR_OF
    from .values import lake_named, levels_named, one_of, symbol_named

    for flag, value, known in (("--approach", approach_dir, APPROACHES), ("--setup", setup, SETUPS), ("--metric", metric, VECTOR_OF)):
        if value is not None:
            one_of(flag, value, tuple(known))
    place = lake_named(lake)
    root = symbol_named(symbol, place, built=True).root
    (level,) = levels_named(level, place, root)
    cfg = load_config(place)
    settings = cfg.settings.of_root(root)
    answer = ask(cfg.where, symbol, level, approach_dir, setup, at, settings, metric)
    console = Console()
    if json:
        console.print_json(answer.model_dump_json(by_alias=True))
    else:
        if at is None:
            console.print("No --at: the newest trigger of this level, approach and setup in the lake.", highlight=False)
        print_answer(answer, console)
        if more:
            print_more(answer, neighbours, settings.answer.quantiles_min_n_eff, console)
    if plot is not None:
        _draw(place, answer, plot)


def _draw(lake: Path, answer: Answer | ApproachInfo, path: Path) -> None:
    """Draw a setup; an approach has nothing to draw, which is said."""
    from rich.console import Console

    from ..retrieval.approach import ApproachInfo
    from ..retrieval.picture import draw_answer

    say = partial(Console(stderr=True).print, highlight=False, soft_wrap=True)
    if isinstance(answer, ApproachInfo):
        say("no picture: price only comes to the level, there is no setup yet")
        return
    draw_answer(lake, answer, path)
    say(f"picture: {path}")


def print_answer(answer: Answer | ApproachInfo, console: Console) -> None:
    """Print what is said; nothing is cut in 80 columns."""
    from ..retrieval.approach import ApproachInfo

    say = partial(console.print, highlight=False)
    if answer.synthetic:
        say("[bold magenta]SYNTHETIC[/]  simulated data: the figures show how the tool works, not how the market does")
    if isinstance(answer, ApproachInfo):
        say(f"[bold]{answer.verdict}[/]\n{answer.said}\n{answer.sentence}")
        return
    edge = answer.edge
    say(f"[bold]{answer.slab}[/]{'  [bold]FIRE[/]' if edge.fires else ''}")
    say(answer.said)
    say(answer.sentence)
    if edge.lead is not None:
        side = "a break" if edge.lead == "BREAK" else "a rejection"
        worth = f"{_ticks(edge.ev_ticks)} ticks, cautiously {_ticks(edge.ev_low_ticks)}; a trade costs {edge.cost_ticks:.1f}"
        say(f"Expected value of {side}, stop at the other barrier: {worth}.")


def print_more(answer: Answer | ApproachInfo, neighbours: int, n_eff_min: float, console: Console) -> None:
    """Print the setup, every horizon and the similar setups; an approach has no more. Quantiles need an effective n of `n_eff_min`."""
    from ..retrieval.approach import ApproachInfo

    if isinstance(answer, ApproachInfo):
        return
    say = partial(console.print, highlight=False)
    say("")
    _print_setup(answer, console)
    past = f"the past holds {answer.past.episodes} setups of all levels on {answer.past.days} sessions through {answer.past.end}"
    say(f"\n[bold]What happened next[/]  {past}" if answer.past.end is not None else f"\n{answer.strangeness}")
    say(_outcome_table(answer))
    say(f"In brackets the {100 * answer.interval:.0f} % interval; usual: from where price stands; n: similar setups seen so far.\n")
    _print_excursions(answer, n_eff_min, console)
    if answer.neighbours:
        shown = min(neighbours, len(answer.neighbours))
        say(f"\n[bold]{shown} nearest of {len(answer.neighbours)} similar setups[/]  {_neighbour_units(answer)}")
        say(_neighbour_table(answer, neighbours))
        _print_why(answer, min(neighbours, EXPLAINED), console)
    say(f"\n{answer.strangeness}")


def _print_setup(answer: Answer, console: Console) -> None:
    from ..core.units import price_text

    setup, say = answer.setup, partial(console.print, highlight=False)
    kind = f"{setup.setup}, {setup.episode_kind.replace('_', ' ')}, episode {setup.episode} of the day"
    say(f"{setup.symbol}  {setup.new_york} New York  {kind}")
    say(
        f"level {price_text(setup.level_price, setup.tick)}, mid {price_text(setup.mid_price, setup.tick, finer=1)}: "
        f"{setup.where} ({setup.distance_ticks:+.1f} ticks); "
        f"barrier {setup.barrier_ticks} ticks"
    )
    if setup.confluent_ids:
        say(f"confluent with {', '.join(setup.confluent_ids)}")
    say(_condition_table(answer))
    say(f"ladder: {setup.ladder_line}")


def _condition_table(answer: Answer) -> Table:
    from rich.table import Table

    table = Table("condition (above 0 in favour)", box=None, pad_edge=False)
    for way, values in answer.setup.conditions:
        table.add_column(f"{way} {sum(value > 0 for value in values)}/4", justify="right")
    for number, (up, down) in enumerate(zip(answer.setup.conditions.up, answer.setup.conditions.down, strict=True)):
        table.add_row(f"{number + 1} {CONDITION_WORDS[number]}", _signed(up), _signed(down))
    return table


def _outcome_table(answer: Answer) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("after", "BREAK %", "usual", "REJECT %", "usual", "CHOP %", "usual", "n", "days", "eff n"):
        table.add_column(heading, justify="right")
    for outcome in answer.outcomes:
        shares = [text for share in outcome.shares.values() for text in (_share(share), f"{100 * share.base:.0f}")]
        known = (str(outcome.episodes), str(outcome.days), f"{outcome.n_eff:.1f}")
        table.add_row(_minutes(outcome), *shares, *known, style="bold" if outcome is answer.outcome else None)
    return table


def _print_excursions(answer: Answer, n_eff_min: float, console: Console) -> None:
    """Quantiles of MFE and MAE where enough is known of them, and whipsaws; a sentence for the horizons at which they are not shown."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("after", "MFE ticks 10/50/90 %", "MAE ticks 10/50/90 %", "whipsaw %", "eff n"):
        table.add_column(heading, justify="right")
    for outcome in answer.outcomes:
        if outcome.excursions is not None:
            quantiles = ("/".join(f"{ticks:.0f}" for ticks in values) for _, values in outcome.excursions)
            table.add_row(_minutes(outcome), *quantiles, f"{100 * outcome.whipsaw:.0f}", f"{outcome.n_eff:.1f}")
    if table.row_count:
        console.print(table)
    hidden = [outcome for outcome in answer.outcomes if outcome.excursions is None]
    if hidden:
        at = ", ".join(str(outcome.horizon_s // 60) for outcome in hidden)
        console.print(f"MFE and MAE quantiles after {at} min are not shown (effective n below {n_eff_min:g}).", highlight=False)


def _neighbour_units(answer: Answer) -> str:
    return f"distance in sigma; outcome, MFE and MAE (ticks) after {answer.horizon_s // 60} min"


def _neighbour_table(answer: Answer, shown: int) -> Table:
    from rich.table import Table

    table = Table("New York", "level", box=None, pad_edge=False)
    table.add_column("distance", justify="right")
    table.add_column("weight", justify="right")
    table.add_column("outcome")
    table.add_column("MFE", justify="right")
    table.add_column("MAE", justify="right")
    for neighbour in answer.neighbours[:shown]:
        table.add_row(*_neighbour_cells(neighbour))
    return table


def _neighbour_cells(neighbour: Neighbour) -> list[str]:
    ticks = ["-" if value is None else f"{value:.0f}" for value in (neighbour.mfe_ticks, neighbour.mae_ticks)]
    level = f"{neighbour.level_id} {'up' if neighbour.approach_dir == 'from_below' else 'down'}"
    near = (f"{neighbour.distance:.2f}", f"{100 * neighbour.weight:.1f} %")
    return [neighbour.new_york, level, *near, neighbour.outcome, *ticks]


def _print_why(answer: Answer, shown: int, console: Console) -> None:
    """A line for each of the nearest: what it has in common with this setup, and what holds it apart."""
    if shown and answer.neighbours and answer.neighbours[0].why is not None:
        console.print("\n[bold]Why near[/]  this setup/neighbour, in sigma from the past's median", highlight=False)
    for neighbour in answer.neighbours[:shown]:
        if neighbour.why is None:
            continue
        together = ", ".join(_reason(reason) for reason in neighbour.why.together[:TOGETHER_SHOWN])
        apart = ", ".join(f"{_reason(reason)} ({100 * reason.share:.0f} %)" for reason in neighbour.why.apart[:1])
        line = f"{neighbour.new_york}  both: {together or 'nothing far out'}; apart: {apart or 'nothing'}"
        console.print(line, highlight=False)


def _reason(reason: Reason) -> str:
    return f"{reason.label} {reason.query_sigma:+.1f}/{reason.neighbour_sigma:+.1f}"


def _ticks(ticks: float | None) -> str:
    return "-" if ticks is None else f"{ticks:+.1f}"


def _share(share: ClassShare) -> str:
    if share.low is None or share.high is None:
        return f"{100 * share.p:.0f}"
    return f"{100 * share.p:.0f} ({100 * share.low:.0f}-{100 * share.high:.0f})"


def _minutes(outcome: OutcomeRow) -> str:
    return f"{outcome.horizon_s // 60} min"


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}"  # + 0.0 turns a rounded -0.0 into +0.0
