"""`spymaster doctor`: what is installed, what is in the lake, what is wrong and the command that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import LakeOption

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from ..health.survey import Survey


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
    lake: LakeOption = None,
) -> None:
    """Say what is installed, where the lake is and what it holds, what is missing or stale, and the command that fixes it.

    Example: `spymaster doctor --lake lake`. Every byte is looked at by `spymaster verify`.
    """
    from rich.console import Console

    from ..config import load_config
    from ..health.survey import take_survey
    from .values import lake_named

    survey = take_survey(load_config(lake_named(lake) if lake else None))
    if as_json:
        typer.echo(survey.model_dump_json(indent=1))
        return
    print_survey(survey, Console())


def print_survey(survey: Survey, console: Console) -> None:
    """The findings for the eye: surroundings, tables, problems."""
    found = ", ".join(f"{name} {version}" for name, version in survey.libraries.items() if version)
    console.print(f"python {survey.python}, {found}", highlight=False)
    console.print(f"lake {survey.lake}, {survey.disk_free_bytes / 1e9:,.1f} GB free", highlight=False, soft_wrap=True)
    for name, value in survey.environment.items():
        if value is not None:
            console.print(f"{name} = {value}", highlight=False, soft_wrap=True)
    for root, kept in survey.built_with.items():
        console.print(f"built with  {root}: session {kept.session}, levels {', '.join(kept.levels)}", highlight=False, soft_wrap=True)
    if survey.tables:
        console.print(_tables(survey))
    if survey.indexes:
        levels = sorted({index.partition("/")[0].removeprefix("mbo_") for index in survey.indexes})
        console.print(f"indexes of {', '.join(levels)}", highlight=False, soft_wrap=True)
    for problem in survey.problems:
        console.print(f"[yellow]{problem.what}[/]\n    {problem.fix}", highlight=False, soft_wrap=True)
    if not survey.problems:
        console.print("[green]nothing is missing or stale[/]")


def _tables(survey: Survey) -> Table:
    from rich.table import Table

    table = Table("table", "root", "days", "dates", "MB", "data", box=None, pad_edge=False)
    for state in survey.tables:
        layer, _, name = state.dataset.split(".")
        note = "synthetic" if state.synthetic else ""
        table.add_row(
            f"{layer} {name}", state.root, str(state.partitions), f"{state.first}:{state.last}", f"{state.bytes / 1e6:,.1f}", note
        )
    return table
