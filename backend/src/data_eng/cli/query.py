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
    from ..retrieval.parts import Answer, ClassShare, ExcursionQuantiles, Neighbour, OutcomeRow, Physics, Reason

SIGNS = {1: "+", 0: "", -1: "-"}
EXPLAINED = 3
"""Of how many neighbours the answer says what holds them apart."""


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
            print_more(answer, neighbours, settings.answer.quantiles_min_setups, console)
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
    for sentence in answer.record.sentences:
        say(sentence)


def print_more(answer: Answer | ApproachInfo, neighbours: int, setups_min: int, console: Console) -> None:
    """Print the setup, every horizon and the similar setups; an approach has no more. Quantiles need `setups_min` distinct setups."""
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
    _print_excursions(answer, setups_min, console)
    if answer.neighbours:
        shown = min(neighbours, len(answer.neighbours))
        say(f"\n[bold]{shown} nearest of {len(answer.neighbours)} similar setups[/]  {_neighbour_units(answer)}")
        say(_neighbour_table(answer, neighbours))
        _print_together(answer, console)
        _print_apart(answer, min(neighbours, EXPLAINED), console)
    say(f"\n{answer.strangeness}")


def _print_setup(answer: Answer, console: Console) -> None:
    from ..core.units import price_text

    setup, say = answer.setup, partial(console.print, highlight=False)
    way, kind = (name.replace("_", " ") for name in (setup.approach_dir, setup.episode_kind))
    kind = f"{setup.setup} {way}, {kind}, episode {setup.episode} of the day"
    say(f"{setup.symbol}  {setup.new_york} New York  {kind}")
    say(
        f"level {price_text(setup.level_price, setup.tick)}, mid {price_text(setup.mid_price, setup.tick, finer=1)}: "
        f"{setup.where} ({setup.distance_ticks:+.1f} ticks); "
        f"barrier {setup.barrier_ticks} ticks"
    )
    if setup.confluent_ids:
        say(f"confluent with {', '.join(setup.confluent_ids)}")
    if setup.physics is None:
        return
    physics = setup.physics
    say(_condition_table(physics))
    say(f"balance {physics.balance} for {physics.balance_held_s} s; conditions for up {physics.count_up}, for down {physics.count_down}")


def _condition_table(physics: Physics) -> Table:
    from rich.table import Table

    from ..retrieval.tilt import CONDITIONS

    table = Table("condition", box=None, pad_edge=False)
    for heading in ("x usual", "contracts", "sign"):
        table.add_column(heading, justify="right")
    for number, (words, now) in enumerate(zip(CONDITIONS, physics.conditions, strict=True), start=1):
        times = "" if now.times_usual is None else f"{now.times_usual:.1f}"
        contracts = "" if now.contracts is None else f"{now.contracts:,.0f}"
        table.add_row(f"{number} {words}", times, contracts, SIGNS[now.sign])
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


def _print_excursions(answer: Answer, setups_min: int, console: Console) -> None:
    """Quantiles of MFE and MAE at every horizon, and at the answer's own by what became of the setups, in ticks and points."""
    from rich.table import Table

    of_all = Table(box=None, pad_edge=False)
    for heading in ("after", "MFE ticks 10/50/90 %", "MAE ticks 10/50/90 %", "whipsaw %", "n"):
        of_all.add_column(heading, justify="right")
    for outcome in answer.outcomes:
        if outcome.excursions is not None:
            of_all.add_row(_minutes(outcome), *_quantiles(outcome.excursions), f"{100 * outcome.whipsaw:.0f}", str(outcome.episodes))
    if of_all.row_count:
        console.print(of_all)
    hidden = [outcome for outcome in answer.outcomes if outcome.excursions is None]
    if hidden:
        at = ", ".join(str(outcome.horizon_s // 60) for outcome in hidden)
        console.print(f"MFE and MAE quantiles after {at} min are not shown (fewer than {setups_min} setups).", highlight=False)
    if answer.outcome is not None:
        _print_by_class(answer.outcome, answer.setup.tick, console)


def _print_by_class(outcome: OutcomeRow, tick: float, console: Console) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in (f"after {_minutes(outcome)}", "n", "MFE ticks", "points", "MAE ticks", "points"):
        table.add_column(heading, justify="right")
    for row in outcome.by_class:
        if row.quantiles is not None:
            mfe, mae = _quantiles(row.quantiles)
            mfe_points, mae_points = _quantiles(row.quantiles, tick)
            table.add_row(row.kind, str(row.setups), mfe, mfe_points, mae, mae_points)
    if table.row_count:
        console.print(table)


def _quantiles(excursions: ExcursionQuantiles, tick: float | None = None) -> tuple[str, str]:
    """MFE and MAE as `2/9/24`, in ticks, or in points of a tick."""
    from ..core.units import short_price

    texts = [[f"{ticks:.0f}" if tick is None else short_price(round(ticks) * tick) for ticks in values] for _, values in excursions]
    return "/".join(texts[0]), "/".join(texts[1])


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


def _print_together(answer: Answer, console: Console) -> None:
    """What the setup shares with all similar ones, a line each."""
    if answer.together:
        console.print("\n[bold]Why these[/]  what they share with this setup, by how much it brings them near", highlight=False)
    for shared in answer.together:
        console.print(f"{100 * shared.share:3.0f} %  {shared.phrase}", highlight=False)


def _print_apart(answer: Answer, shown: int, console: Console) -> None:
    """A line for each of the nearest: what holds it apart most."""
    if shown and answer.neighbours and answer.neighbours[0].why is not None:
        console.print("\n[bold]Apart[/]  this setup/neighbour, in sigma from the past's median", highlight=False)
    for neighbour in answer.neighbours[:shown]:
        if neighbour.why is not None:
            apart = ", ".join(f"{_reason(reason)} ({100 * reason.share:.0f} %)" for reason in neighbour.why.apart[:1])
            console.print(f"{neighbour.new_york}  {apart or 'nothing'}", highlight=False)


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
