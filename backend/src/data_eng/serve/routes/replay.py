"""The socket that replays a day."""

from __future__ import annotations

from contextlib import suppress

from fastapi import WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from ...errors import SpymasterError
from ..day.stream import TRY_AGAIN_LATER, ReaderStuck, Replay
from ..gate.addresses import router_of
from ..gate.problems import Refusal, problem_of
from ..messages.replay import ReplayProblem, ReplayQuery
from ..shared import Shared, shared_of

router = router_of("replay")
NORMAL, REFUSED = 1000, 1008
CLOSE_REASON = "no message was taken"


@router.websocket("/replay")
async def replay(socket: WebSocket) -> None:
    """Send one message a window at the speed asked for; see `ReplayProtocol` for the messages both ways."""
    shared = shared_of(socket)
    with suppress(WebSocketDisconnect):
        await socket.accept()
        await _play(shared, socket)


async def _play(shared: Shared, socket: WebSocket) -> None:
    try:
        playing = await _opened(shared, socket)
        await playing.run(socket)
        await _close(socket, NORMAL)
    except SpymasterError as error:
        problem = shared.folders.hidden_in(problem_of(error))
        await _send(socket, ReplayProblem(**problem.model_dump()))
        await _close(socket, REFUSED, problem.code)
    except ReaderStuck:
        await _close(socket, TRY_AGAIN_LATER, CLOSE_REASON)


async def _opened(shared: Shared, socket: WebSocket) -> Replay:
    try:
        query = ReplayQuery.model_validate(dict(socket.query_params))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Refusal("bad_request", f"query {name} is {str(first.get('input'))[:80]!r}. {first['msg']}.") from None
    day = await shared.day(query.symbol, query.date.isoformat(), query.version, query.horizon_s)
    levels = tuple(query.levels.split(",")) if query.levels is not None else None
    return Replay(day, query.from_s, query.speed, levels, shared.work, shared.settings.serve.reader_timeout_s)


async def _send(socket: WebSocket, problem: ReplayProblem) -> None:
    if _is_open(socket):
        await socket.send_text(problem.model_dump_json())


async def _close(socket: WebSocket, code: int, reason: str | None = None) -> None:
    if _is_open(socket):
        await socket.close(code, reason)


def _is_open(socket: WebSocket) -> bool:
    return socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED
