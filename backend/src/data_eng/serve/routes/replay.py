"""The sockets that replay a day, and that follow a live one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from fastapi import WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from ...errors import SpymasterError
from ..day.stream import TRY_AGAIN_LATER, ReaderStuck, Replay
from ..gate.addresses import router_of
from ..gate.problems import Refusal, problem_of
from ..live.stream import LiveStream
from ..messages.base import Message
from ..messages.live import LiveQuery
from ..messages.replay import ReplayProblem, ReplayQuery
from ..shared import Shared, shared_of

router = router_of("replay")
NORMAL, REFUSED = 1000, 1008
CLOSE_REASON = "no message was taken"
Q = TypeVar("Q", bound=Message)


@router.websocket("/replay")
async def replay(socket: WebSocket) -> None:
    """Send one message a window at the speed asked for; see `ReplayProtocol` for the messages both ways."""
    await _serve(socket, _replay)


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Send the windows so far, then each as it becomes final; see `LiveProtocol` for the messages."""
    await _serve(socket, _live)


async def _serve(socket: WebSocket, opened: Callable[[Shared, WebSocket], Awaitable[Replay | LiveStream]]) -> None:
    shared = shared_of(socket)
    with suppress(WebSocketDisconnect):
        await socket.accept()
        try:
            await (await opened(shared, socket)).run(socket)
            await _close(socket, NORMAL)
        except SpymasterError as error:
            problem = shared.folders.hidden_in(problem_of(error))
            await _send(socket, ReplayProblem(**problem.model_dump()))
            await _close(socket, REFUSED, problem.code)
        except ReaderStuck:
            await _close(socket, TRY_AGAIN_LATER, CLOSE_REASON)


async def _replay(shared: Shared, socket: WebSocket) -> Replay:
    query = _query(ReplayQuery, socket)
    day = await shared.day(query.symbol, query.date.isoformat(), query.version, query.horizon_s)
    return Replay(day, query.from_s, query.speed, _levels(query.levels), shared.work, shared.settings.serve.reader_timeout_s)


async def _live(shared: Shared, socket: WebSocket) -> LiveStream:
    query = _query(LiveQuery, socket)
    day = await shared.day(query.symbol, query.date.isoformat(), query.version, query.horizon_s)
    if day.known_until_s is None:
        raise Refusal("bad_request", f"{day.symbol} {day.session_date} is not live.", expected="a day that goes on; `replay` plays others")
    day.require_as_of(query.from_s)
    of = (day.symbol, day.session_date)
    now, feed = partial(shared.live.day, *of), partial(shared.live.feed, *of)
    return LiveStream(now, feed, query.from_s, _levels(query.levels), shared.work, shared.settings.serve.reader_timeout_s)


def _query(kind: type[Q], socket: WebSocket) -> Q:
    try:
        return kind.model_validate(dict(socket.query_params))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Refusal("bad_request", f"query {name} is {str(first.get('input'))[:80]!r}. {first['msg']}.") from None


def _levels(listed: str | None) -> tuple[str, ...] | None:
    return tuple(listed.split(",")) if listed is not None else None


async def _send(socket: WebSocket, problem: ReplayProblem) -> None:
    if _is_open(socket):
        await socket.send_text(problem.model_dump_json())


async def _close(socket: WebSocket, code: int, reason: str | None = None) -> None:
    if _is_open(socket):
        await socket.close(code, reason)


def _is_open(socket: WebSocket) -> bool:
    return socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED
