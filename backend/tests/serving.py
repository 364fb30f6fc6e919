"""Real servers for the tests: an application on a free port in a thread of this process, or `spymaster serve` as a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import uvicorn

from src.data_eng.config import BACKEND
from src.data_eng.sections import ServeSettings
from src.data_eng.serve.gate.sockets import server_options
from src.data_eng.settings import Settings, load_settings

START_S = 60.0


class Place(NamedTuple):
    """Where a server listens."""

    url: str

    @property
    def port(self) -> int:
        return int(urlsplit(self.url).port or 0)

    def ws(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"


def serve_settings(**changes: Any) -> Settings:
    """The settings with other numbers of the server."""
    settings = load_settings()
    return settings.model_copy(update={"serve": settings.serve.model_copy(update=changes)})


@contextmanager
def served(app: Any, limits: ServeSettings | None = None) -> Iterator[Place]:
    """The application on a real socket, as the command serves it."""
    listener = socket.create_server(("127.0.0.1", 0))
    options = server_options(limits or load_settings().serve)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=2, lifespan="on", **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    end = time.monotonic() + START_S
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < end
        time.sleep(0.01)
    try:
        yield Place(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(START_S)
        listener.close()


class Process(NamedTuple):
    """`spymaster serve`, running."""

    process: subprocess.Popen[str]
    place: Place


@contextmanager
def serving(lake: Path, port: int = 0, **environment: str) -> Iterator[Process]:
    """The command on a lake; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "src.data_eng.cli.main", "serve", "--lake", str(lake), "--port", str(port)],
        cwd=BACKEND,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = next((line.strip() for line in process.stdout if line.startswith("http://")), None)
        assert address is not None, f"the server ended with {process.wait(START_S)}"
        place = Place(address.rstrip("/"))
        await_answer(place)
        yield Process(process, place)
    finally:
        process.kill()
        process.wait(START_S)


def await_answer(place: Place) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            httpx.get(f"{place.url}/healthz").raise_for_status()
            return
        except httpx.TransportError:
            assert time.monotonic() < end
            time.sleep(0.05)


def await_prepared(place: Place) -> httpx.Response:
    """What /readyz says once the first answer is warmed."""
    end = time.monotonic() + START_S
    while (answer := httpx.get(f"{place.url}/readyz")).status_code == 503 and answer.json()["code"] == "preparing":
        assert time.monotonic() < end, answer.text
        time.sleep(0.05)
    return answer


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer's problem, which must have this status and code."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "message", "fix"}
    assert body["code"] == code
    assert body["message"]
    return body
