"""uvicorn's WebSocket, for readers that stopped reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent


class ImpatientSocket(WebSocketsSansIOProtocol):
    """A close is written even while the reader takes nothing, and what it has not taken by the close's timeout is thrown away.

    Without this a stuck reader holds the close, its task and its connection for as long as its machine lives.
    """

    async def send(self, message: ASGISendEvent) -> None:
        """One ASGI message; a close behind a close is none."""
        if message["type"] != "websocket.close":
            await self.writable.wait()
            if self.close_sent:
                raise ClientDisconnected
            await super().send(message)
            return
        if self.close_sent:
            return
        self.writable.set()
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """A reader that answers no ping: say so, and let it go."""
        super().keepalive_timeout()
        self.loop.call_later(self.close_timeout, self.transport.abort)
        self.writable.set()
