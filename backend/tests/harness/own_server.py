"""A server in a process of its own, as the command runs it, with other limits: `python -m tests.harness.own_server LAKE LIMITS`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import typer

from src.data_eng.cli.serve import address_of, listen, run, server_of
from src.data_eng.config import BACKEND
from src.data_eng.serve.api import guarded_app
from tests.serving import START_S, Place, await_answer, await_prepared, serve_settings
from tests.toys.lake import config

UNLIMITED = {"rate_per_s": 1e6, "rate_burst": 1_000_000}
"""All of a trial comes from one address."""


class OwnServer(NamedTuple):
    """A running server, and what it says on stderr."""

    process: psutil.Process
    place: Place
    log: Path

    @property
    def memory_mb(self) -> float:
        """What is resident now."""
        return float(self.process.memory_info().rss) / 1e6

    def tracebacks(self) -> list[str]:
        """The last line of each traceback of the log, which says what was raised."""
        lines = self.log.read_text(errors="replace").splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith("Traceback")]
        return [next((line for line in lines[start + 1 :] if line and not line.startswith(" ")), "cut off") for start in starts]


@contextmanager
def own_server(lake: Path, folder: Path, **limits: float) -> Iterator[OwnServer]:
    """The server of a lake, its first answers prepared; its log lies in `folder`."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "tests.harness.own_server", str(lake), json.dumps({**UNLIMITED, **limits})]
    with log.open("wb") as err:
        process = subprocess.Popen(
            command, cwd=BACKEND, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=err, text=True
        )
    try:
        assert process.stdout is not None
        place = Place(process.stdout.readline().strip().rstrip("/"))
        assert place.url, f"the server ended with {process.wait(START_S)}: {log.read_text()[-2000:]}"
        await_answer(place)
        await_prepared(place)
        yield OwnServer(psutil.Process(process.pid), place, log)
    finally:
        process.kill()
        process.wait(START_S)


def main(lake: Path, limits: str) -> None:
    """Serve until killed."""
    settings = serve_settings(**json.loads(limits))
    app = guarded_app(config(lake, settings), "127.0.0.1", None, owns_process=True)
    listener = listen("127.0.0.1", 0)
    typer.echo(address_of("127.0.0.1", listener.getsockname()[1]))
    run(server_of(app, settings), listener)


if __name__ == "__main__":
    typer.run(main)
