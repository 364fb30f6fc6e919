"""`spymaster drill`: what the calls of the drill were worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption

if TYPE_CHECKING:
    from rich.table import Table

    from ..evaluation.drill import DrillScore, ScoreRow, Tally


def drill(
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Print the score of the drill (key d on the board): right calls by level and hour, beside what two rules score on the same tests.

    One rule calls what is usual from where price stands, the other the side that the answer leads to, where it leads to one.
    A call of no edge is neither right nor wrong. Calls lie in the lake under journal/drill/; they are never changed.

    Example: `spymaster drill --lake demo-lake`
    """
    from ..config import load_config
    from ..evaluation.drill import read_score
    from .journal import print_damaged
    from .values import lake_named
    from .window import wide_console

    cfg = load_config(lake_named(lake))
    score = read_score(cfg.lake_root, cfg.settings.answer.interval)
    console = wide_console()
    if json:
        console.print_json(score.model_dump_json())
        return
    if score.overall.own.n + score.overall.passed == 0:
        console.print("Nothing was called yet: key d on the board starts a drill.")
    else:
        console.print(_table(score))
        console.print(f"Right of sides called; in brackets Wilson's {100 * score.interval:.0f} % interval. Calls of no edge are passed.")
    print_damaged(score.damaged, console)


def _table(score: DrillScore) -> Table:
    """All calls, then by level, then by New York hour."""
    from rich.table import Table

    table = Table("", box=None, pad_edge=False)
    for heading in ("yours", "usual side", "answer's lead", "passed"):
        table.add_column(heading, justify="right")
    for row in (score.overall, *score.levels):
        table.add_row(*_cells(row, row.name))
    for row in score.hours:
        table.add_row(*_cells(row, f"{row.name}:00-{row.name}:59"))
    return table


def _cells(row: ScoreRow, name: str) -> list[str]:
    return [name, *(_tally(tally) for tally in (row.own, row.usual, row.lead)), str(row.passed)]


def _tally(tally: Tally) -> str:
    """`14 of 20, 70 % (52-83)`."""
    if tally.low is None or tally.high is None:
        return "-"
    return f"{tally.right} of {tally.n}, {100 * tally.right / tally.n:.0f} % ({100 * tally.low:.0f}-{100 * tally.high:.0f})"
