"""Every command that we propose is spelled in one module, parses as typed, and names its lake."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from src.data_eng import commands
from src.data_eng.cli.main import VERBS, app
from src.data_eng.commands import Command
from src.data_eng.config import DEFAULT_LAKE, PACKAGE

ELSEWHERE = Path("/data/an other lake")
PROPOSED = {
    "build": commands.build(
        ELSEWHERE,
        "ES",
        ["2025-10-02", "2025-10-01"],
        layer="gold",
        stage="build_trigger_vectors",
        levels=["pm_high"],
        session="09:30-12:30",
        overwrite=True,
    ),
    "bring_in": commands.bring_in(ELSEWHERE),
    "record": commands.record(ELSEWHERE, "ES"),
    "own_levels": commands.own_levels(ELSEWHERE),
    "select": commands.select(ELSEWHERE, "ES", ["2025-10-01"], Path("map.parquet")),
    "index": commands.index(ELSEWHERE, "ES", "pm_high", overwrite=True),
    "evaluate": commands.evaluate(ELSEWHERE, "ES"),
    "recover": commands.recover(),
    "render_docs": commands.render_docs(),
    "serve": commands.serve(ELSEWHERE, 8378),
}
"""One call of every function of `commands`, with all that it takes."""
WITHOUT_A_LAKE = {"recover", "render_docs"}
SPELLED = re.compile(rf"spymaster ({'|'.join(VERBS)})(?![a-z`])")
TEXTS = {
    "catalogue.py": "documents",
    "vector_catalogue.py": "documents",
    "lake/keep.py": "the heading of a file",
    "serve/gate/access.py": "an environment variable before it",
}
"""Modules whose strings name a verb and are no command of an error, with what they are."""


def parsed(command: str) -> dict[str, object]:
    """The values that the command line's own parser takes from a command; it exits where it cannot."""
    program, verb, *arguments = shlex.split(command)
    assert program == "spymaster"
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    context = group.make_context("spymaster", [verb])
    found = group.get_command(context, verb)
    assert found is not None, f"{verb} is no verb"
    return found.make_context(verb, arguments, parent=context).params


def test_every_function_that_proposes_a_command_is_covered_here() -> None:
    functions = {
        name
        for name, function in inspect.getmembers(commands, inspect.isfunction)
        if inspect.signature(function).return_annotation in (Command, "Command")
    }
    assert functions == set(PROPOSED)


@pytest.mark.parametrize("name", PROPOSED)
def test_a_proposed_command_parses_and_works_on_its_lake(name: str) -> None:
    values = parsed(str(PROPOSED[name]))
    assert name in WITHOUT_A_LAKE or values["lake"] == ELSEWHERE


def test_a_command_on_the_usual_lake_does_not_name_it() -> None:
    assert "--lake" not in str(commands.build(DEFAULT_LAKE, "ES"))
    assert "--lake" not in str(Command(("docs",)))


def test_dates_of_a_command_are_the_first_and_the_last() -> None:
    command = str(commands.build(None, "ES", ["2025-10-03", "2025-10-01", "2025-10-02"]))
    assert command == "spymaster build --layer all --symbol ES --dates 2025-10-01:2025-10-03"


def strings_outside_docstrings(tree: ast.Module) -> list[str]:
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose
    ]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_other_module_spells_a_command(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in TEXTS:
        return
    spelled = [text for text in strings_outside_docstrings(ast.parse(path.read_text())) if SPELLED.search(text)]
    assert not spelled, f"propose {spelled} by a function of commands.py"
