"""How uvicorn serves: with its limits those of the gate, and with an end to connections that stop sending or reading."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGISendEvent

    from ...sections import ServeSettings


def server_options(limits: ServeSettings) -> dict[str, Any]:
    """Uvicorn's options, so that the gate's limits hold below it, too; nothing of a URL, which may hold the token, is logged."""
    return {
        "http": ImpatientConnection,
        "ws": ImpatientSocket,
        "ws_max_size": limits.body_max_bytes,
        "ws_ping_interval": limits.reader_timeout_s,
        "ws_ping_timeout": limits.reader_timeout_s,
        "timeout_keep_alive": math.ceil(limits.reader_timeout_s),
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
    }


class ImpatientConnection(H11Protocol):
    """A connection is closed on which no whole head of a request came within the time that a kept connection may rest.

    Without this whoever reaches the server holds connections, and their descriptors, by sending nothing or a byte now and then.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the wait goes on from the head's first byte until it is whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._deadline is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, by whomever."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(self.timeout_keep_alive, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class ImpatientSocket(WebSocketsSansIOProtocol):
    """A close is written even while the reader takes nothing, and what it has not taken by the close's timeout is thrown away.

    Without this a stuck reader holds the close, its task and its connection for as long as its machine lives.
    """

    async def send(self, message: ASGISendEvent) -> None:
        """One ASGI message; a close after a close is none, and a refused handshake is over with its answer."""
        if message["type"] != "websocket.close":
            await self.writable.wait()
            if self.close_sent:
                raise ClientDisconnected
            await super().send(message)
            self.handshake_complete = self.handshake_complete or self.close_sent
            return
        if self.close_sent:
            return
        self.writable.set()
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def send_receive_event_to_app(self) -> None:
        """Hand on a whole message; text that is no UTF-8 closes the socket with 1007, as RFC 6455 has it."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            self.conn.fail(1007, "text that is no UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        """A reader that answers no ping: say so, and let it go."""
        super().keepalive_timeout()
        self.loop.call_later(self.close_timeout, self.transport.abort)
        self.writable.set()


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
