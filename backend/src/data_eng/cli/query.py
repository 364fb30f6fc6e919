"""`spymaster query`: this setup, the most similar ones of the past, and what happened next."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..retrieval.answer import Answer, Match
    from ..retrieval.distribution import HorizonOutcome

WIDTH = 120
"""Columns where the output is no terminal, which would have its own."""

CONDITION_WORDS = (
    "asks above move higher",
    "asks above pulled faster than added",
    "bids below come closer (up), move lower (down)",
    "bids below added faster (up), pulled faster (down)",
)


def query(
    level: Annotated[str, typer.Option(help="The level, for example pm_high.")],
    approach: Annotated[str, typer.Option(help="from_below or from_above.")],
    at: Annotated[str, typer.Option(help='New York time, for example "2025-10-16 09:47:35".')],
    symbol: Annotated[str, typer.Option(help="A root (the day's chosen contract) or a contract.")] = "ES",
    setup: Annotated[str, typer.Option(help="level_test or break_and_confirm.")] = "level_test",
    neighbours: Annotated[int, typer.Option(min=0, help="How many of the neighbours to print; all count.")] = 12,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the answer into this PNG.")] = None,
    lake: Annotated[Path | None, typer.Option(help="Folder of the lake. Default: SPYMASTER_LAKE, or backend/lake.")] = None,
) -> None:
    """Show a setup, the most similar ones of the past, and what happened next.

    The past ends before the day that is asked about: no neighbour is of that day, nor of the session before it.

    Example: `spymaster query --level pm_high --approach from_below --at "2025-10-16 09:47:35"`
    """
    from rich.console import Console

    from ..config import environment, load_settings
    from ..retrieval.answer import as_json, ask

    place = lake or environment().lake
    answer = ask(place, symbol, level, approach, setup, at, load_settings())
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if json:
        console.print_json(data=as_json(answer))
    else:
        print_answer(answer, neighbours, console)
    if plot is not None:
        from ..retrieval.picture import draw_answer

        draw_answer(place, answer, plot)
        Console(stderr=True).print(f"picture: {plot}", highlight=False, soft_wrap=True)


def print_answer(answer: Answer, neighbours: int, console: Console) -> None:
    """Print the setup, then what the past says about it."""
    from ..retrieval.answer import sentence, strangeness

    say = partial(console.print, highlight=False, soft_wrap=True)
    if answer.synthetic:
        say("[bold magenta]SYNTHETIC[/]  simulated data: the figures show how the tool works, not how the market does")
    say(f"[bold]{sentence(answer)}[/]")
    _print_setup(answer, console)
    if answer.outcomes:
        past = f"{answer.past_episodes} episodes on {answer.past_days} days up to {answer.past_end}"
        say(f"\n[bold]What happened next[/]  {len(answer.matches)} most similar of {past}; effective n {answer.n_eff:.1f}")
        say(_outcome_table(answer))
        say(_neighbour_table(answer, neighbours))
        say(strangeness(answer))


def _print_setup(answer: Answer, console: Console) -> None:
    from ..core.session import clock

    setup = answer.setup
    kind = f"{setup.key.setup}, {setup.episode_kind.replace('_', ' ')}, episode {setup.episode} of the day"
    console.print(f"{setup.symbol}  {clock(setup.ts_ns)} New York  {kind}", highlight=False, soft_wrap=True)
    confluent = f", confluent with {', '.join(setup.confluent_ids)}" if setup.confluent_ids else ""
    console.print(
        f"level {setup.level_price:.2f}, mid {setup.mid_ticks * setup.tick:.3f}: {setup.where} ({setup.distance_ticks:+.1f} ticks); "
        f"barrier {setup.barrier_ticks} ticks{confluent}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(_condition_table(answer))
    console.print(f"ladder: {setup.ladder_line}", highlight=False, soft_wrap=True)


def _condition_table(answer: Answer) -> Table:
    from rich.table import Table

    setup = answer.setup
    table = Table("condition", *(f"{way} {setup.favours(way)}/4" for way in ("up", "down")), box=None, pad_edge=False)
    for number in range(4):
        table.add_row(f"{number + 1} {CONDITION_WORDS[number]}", *(_signed(setup.conditions[way][number]) for way in ("up", "down")))
    return table


def _outcome_table(answer: Answer) -> Table:
    from rich.table import Table

    shares = [heading for name in ("BREAK %", "REJECT %", "CHOP %") for heading in (name, "base")]
    excursions = [f"{name} 10/50/90" for name in ("MFE", "MAE")]
    table = Table("after", *shares, "whipsaw", "n", "days", "eff n", *excursions, box=None, pad_edge=False)
    for outcome in answer.outcomes:
        shares = [text for place in range(len(outcome.p)) for text in (_share(outcome, place), f"{100 * outcome.base[place]:.0f}")]
        table.add_row(
            f"{outcome.horizon_s // 60} min",
            *shares,
            f"{100 * outcome.whipsaw:.0f}",
            str(outcome.episodes),
            str(outcome.days),
            f"{outcome.n_eff:.1f}",
            *_excursions(outcome),
            style="bold" if outcome is answer.outcome else None,
        )
    return table


def _neighbour_table(answer: Answer, shown: int) -> Table:
    from rich.table import Table

    title = f"{min(shown, len(answer.matches))} nearest of {len(answer.matches)}; outcome and ticks after {answer.horizon_s // 60} min"
    table = Table("date", "New York", "kind", "distance", "weight", "outcome", "MFE", "MAE", box=None, pad_edge=False, title=title)
    table.title_justify = "left"
    for match in answer.matches[:shown]:
        table.add_row(*_neighbour_cells(match))
    return table


def _neighbour_cells(match: Match) -> list[str]:
    from ..core.session import clock

    date, time = clock(match.ts_ns).split(" ")
    ticks = ["-" if value is None else f"{value:.0f}" for value in (match.mfe_ticks, match.mae_ticks)]
    return [date, time, match.episode_kind.replace("_", " "), f"{match.distance:.2f}", f"{100 * match.weight:.1f} %", match.outcome, *ticks]


def _share(outcome: HorizonOutcome, place: int) -> str:
    return f"{100 * outcome.p[place]:.0f} ({100 * outcome.low[place]:.0f}-{100 * outcome.high[place]:.0f})"


def _excursions(outcome: HorizonOutcome) -> list[str]:
    if outcome.excursions is None:
        return ["-", "-"]
    return ["/".join(f"{ticks:.0f}" for ticks in quantiles) for quantiles in outcome.excursions]


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}"  # + 0.0 turns a rounded -0.0 into +0.0
