"""`spymaster serve`: the board and its API, from a built lake."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SpymasterError
from .options import LakeOption

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server

    from ..config import Environment
    from ..settings import Settings


STOP_S = 2
"""How long a request that is being answered may take when the server stops."""


class PortTaken(SpymasterError):
    """The address asked for cannot be listened on."""


def serve(
    lake: LakeOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on; one that others can reach needs SPYMASTER_TOKEN.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one. Default: serve.port of settings.yaml.")
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the board in the browser, at a test whose verdict names a side.")
    ] = False,
) -> None:
    """Serve the board and its API, as of any moment of the lake's days, until Ctrl-C. The last line printed is the address.

    Only this machine can reach it, unless --host names another address. Then the environment must hold SPYMASTER_TOKEN, which a browser
    shows once by opening /?token=..., and a program as `Authorization: Bearer`.

    Example: `spymaster serve --lake demo-lake --open`
    """
    from ..config import load_config
    from ..serve.api import guarded_app
    from .values import lake_named

    place = lake_named(lake)
    cfg = load_config(place)
    settings = cfg.settings
    listener = listen(host, settings.serve.port if port is None else port)
    app = guarded_app(cfg, host, cfg.environment.token, owns_process=True)
    address = address_of(host, listener.getsockname()[1])
    typer.echo(f"lake {place}\nCtrl-C stops it\n{address}")
    if open_page:
        typer.launch(address + _opening(cfg.where, app))
    run(server_of(app, settings), listener)


def _opening(where: Environment, app: FastAPI) -> str:
    """The board at a moment with something to see; its bare address where the lake has none."""
    from urllib.parse import urlencode

    from ..serve.opening import opening

    roots = app.state.shared.days.listed().roots
    query = opening(where, roots[0]) if roots else None
    return "" if query is None else f"board?{urlencode(query)}"


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises `PortTaken` where it cannot be."""
    with ExitStack() as undo:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except OSError as error:
            raise _port_taken(host, port, error) from None
        undo.pop_all()
    return listener


def _port_taken(host: str, port: int, error: OSError) -> PortTaken:
    from .. import commands

    return PortTaken(
        f"cannot listen on {host} port {port}: {error.strerror or error}.",
        expected="a free port of this machine",
        fix=commands.serve(None, port + 1 if 0 < port < 65535 else 0),
    )


def address_of(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


def server_of(app: FastAPI, settings: Settings) -> Server:
    """The server of an application, not yet running."""
    import uvicorn

    from ..serve.gate.sockets import server_options

    options = server_options(settings.serve)
    return uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=STOP_S, **options))


def run(server: Server, listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM; open sockets are closed at once."""
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        listener.close()
