"""The `spymaster` command. A verb's module is loaded when it is called or listed, and loads what is heavy inside its function."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ..errors import SpymasterError, disk_refused

atexit.register(gc.freeze)  # what numba and pandas made is looked through at the end otherwise, for half a second

VERBS = {
    "simulate": "simulate",
    "download": "download",
    "import": "import_",
    "inspect": "inspect",
    "mbp": "mbp",
    "build": "build",
    "select": "select",
    "levels": "levels",
    "brief": "brief",
    "index": "index",
    "query": "query",
    "ladder": "ladder",
    "walls": "walls",
    "tilt": "tilt",
    "serve": "serve",
    "snapshot": "snapshot",
    "journal": "journal",
    "drill": "drill",
    "gateway": "gateway",
    "live": "live",
    "record": "record",
    "evaluate": "evaluate",
    "recovery": "recovery",
    "clear": "clear",
    "realism": "realism",
    "docs": "docs",
    "bench": "bench",
    "doctor": "doctor",
    "verify": "verify",
}
"""Verb to module and function name, in the order of a first day with the tool (`import` is a word of Python)."""


class Verbs(TyperGroup):
    """All verbs, each from its own file; our own errors, and a disk's refusals, become one red line and exit code 1."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(VERBS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        if cmd_name not in VERBS:
            return None
        return load_verb(cmd_name)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except (SpymasterError, OSError) as error:
            said = disk_refused(error) if isinstance(error, OSError) else error
            if said is None:
                raise
            typer.secho(f"error: {said}", fg=typer.colors.RED, err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="spymaster",
    cls=Verbs,
    context_settings={"max_content_width": 120},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def show_version(wanted: bool) -> None:
    """Print the package's version and end."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"spymaster {version('spymaster')}")
        raise typer.Exit


@app.callback()
def spymaster(
    version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """Order-book physics around known price levels, and the most similar setups of the past."""


def load_verb(verb: str) -> TyperCommand:
    """The command of one verb."""
    function = VERBS[verb]
    module = import_module(f".{function}", __package__)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(verb)(getattr(module, function))
    command = get_command(single)
    assert isinstance(command, TyperCommand)
    return command


if __name__ == "__main__":
    sys.exit(app(prog_name="spymaster"))
