"""An ASGI application asked in this process: one request or handshake, no socket, no thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

HOST = (b"host", b"127.0.0.1:8377")


class Heard(NamedTuple):
    """What an application sent."""

    messages: list[dict[str, Any]]

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def problem(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def http_scope(path: str = "/x", query: str = "", headers: Sequence[tuple[bytes, bytes]] = (HOST,), **more: Any) -> dict[str, Any]:
    plain = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": list(headers)}
    return {**plain, "client": ("127.0.0.1", 5_000), "scheme": "http", **more}


def ask(app: Any, scope: dict[str, Any], arriving: Sequence[dict[str, Any]] = ()) -> Heard:
    """What the application sends for a scope; `arriving` is what it may receive."""
    sent: list[dict[str, Any]] = []
    waiting = list(arriving)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return Heard(sent)
