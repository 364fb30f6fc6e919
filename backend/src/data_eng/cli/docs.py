"""`spymaster docs`: render the feature catalogue, the feature table's contract and the documents of tables and commands."""

from __future__ import annotations

from typing import Annotated

import typer


def docs(check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a rendered file is stale.")] = False) -> None:
    """Render the documents that follow from the code, or check that they are fresh.

    Example: `spymaster docs --check`
    """
    from rich.console import Console

    from ..catalogue import Material, check_docs, render_docs
    from ..settings import load_settings
    from .main import VERBS, load_verb

    material = Material(load_settings(), {verb: load_verb(verb) for verb in VERBS})
    if check:
        check_docs(material)
        Console().print("rendered documents are fresh")
        return
    changed = render_docs(material)
    for path in changed:
        Console().print(f"wrote {path}", soft_wrap=True)
    if not changed:
        Console().print("rendered documents are fresh")
