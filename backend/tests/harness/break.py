"""Try to break the product, and say what that found.

    uv run python -m tests.harness.break kills --trials 100
    uv run python -m tests.harness.break all --page ../docs/reliability.md

Each kind of trial is a module beside this one with `tried(folder, trials) -> Findings`; the folder is the trial's own and is left empty.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from src.data_eng.lake.machine import cores
from tests.harness.findings import Findings

TRIALS = {"kills": 100, "damage": 60, "inputs": 300, "builders": 10, "soak": 600, "hostile": 3_000}
"""How many of each kind are made; of the soak it is the seconds."""
Trial = Callable[[Path, int], Findings]


def main(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(TRIALS)}, or all.")],
    trials: Annotated[int | None, typer.Option(help="How many; the soak's seconds. Default: as many as the page names.")] = None,
    page: Annotated[Path | None, typer.Option(help="Write what was found as this page.")] = None,
) -> None:
    """Make the trials, print what they found, and exit 1 where one went wrong."""
    console, found = Console(width=150, highlight=False), []
    for name in TRIALS if kind == "all" else [kind]:
        tried: Trial = import_module(f"tests.harness.{name}").tried
        with console.status(name), tempfile.TemporaryDirectory(prefix=f"break-{name}-") as folder:
            found.append(tried(Path(folder), trials or TRIALS[name]))
        console.print("\n".join(section_of(found[-1])))
    if page is not None:
        page.write_text(page_of(found))
    raise typer.Exit(any(findings.faults for findings in found))


def page_of(found: list[Findings]) -> str:
    """All of it as a page, dated, with the machine."""
    memory_gb = psutil.virtual_memory().total / 2**30
    system = f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    machine = f"{cores()} cores and {memory_gb:.0f} GiB of memory, {system}"
    made = f"Printed by `python -m tests.harness.break all` on {datetime.now(UTC):%Y-%m-%d}, on a machine of {machine}."
    head = ["# What it survives", "", made, "Times and rates are of that machine; everything else is the same on any."]
    return "\n".join([*head, *(line for findings in found for line in ["", *section_of(findings)]), ""])


def section_of(findings: Findings) -> list[str]:
    """One kind as a section."""
    heading = f"{findings.what[0].upper()}{findings.what[1:]}"
    lines = [f"## {heading}", "", f"{findings.trials:,} trials; faults found: {len(findings.faults) or 'none'}."]
    for title, listed in (
        ("Measured:", [f"{what}: {figure}" for what, figure in findings.figures.items()]),
        ("Wrong:", list(findings.faults)),
        ("Passes in silence, with why it cannot be known:", list(findings.accepted)),
    ):
        lines += ["", title, "", *(f"- {line}" for line in listed)] if listed else []
    return lines


if __name__ == "__main__":
    typer.run(main)
