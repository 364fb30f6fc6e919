"""One session with Databento's official client, from its connecting to its end."""

from __future__ import annotations

import warnings
from collections import deque
from io import RawIOBase
from threading import Event
from typing import IO, Any, NamedTuple, cast

from pydantic import SecretStr

from ...errors import SpymasterError
from ..historical import KEY_PAGE
from .incoming import Control, Incoming, Piece

with warnings.catch_warnings():  # the client turns the deprecations of every library on
    import databento
    from databento.common.error import BentoError

WRITE_S = 0.05
"""What was received is written down at the latest so much later."""
HEARTBEAT_S = 5
"""The shortest the feed takes; the client gives a line up that was silent for ten seconds more."""
CLOSE_S = 2.0
FIXES = {
    1: f"The key is wrong: copy it again from {KEY_PAGE}, into DATABENTO_API_KEY.",
    2: f"The key was switched off: make another at {KEY_PAGE}.",
    3: "Too many sessions are open with this key: end another one, then start again.",
    5: "The subscription is not one of this account: look at the dataset and the symbols.",
}
"""What fixes an error that no second try passes, by the feed's code."""


class FeedRefused(SpymasterError):
    """The feed turns us away for good."""


class LineLost(Exception):
    """A session ended that should have gone on."""


class Target(NamedTuple):
    """Whose feed, and what of it."""

    key: SecretStr
    dataset: str
    symbols: str
    """A parent, for example ES.FUT."""
    gateway: str | None
    """None for Databento's own."""
    port: int
    since_ns: int
    """Event time from which a recording begins where nothing is held yet: the start of a UTC day."""


class Sink(RawIOBase):
    """What the client writes into, on its own thread: it keeps the bytes and says that there are some, nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: deque[bytes] = deque()
        self._came = Event()
        self.error: Exception | None = None

    def write(self, content: Any) -> int:
        part = bytes(content)
        self._parts.append(part)
        self._came.set()
        return len(part)

    def writable(self) -> bool:
        return True

    def failed(self, error: Exception) -> None:
        """The client could not hand bytes over."""
        self.error = error
        self._came.set()

    def taken(self, wait_s: float) -> bytes:
        """All that came, after waiting for it as long as this."""
        self._came.wait(wait_s)
        self._came.clear()
        parts = [self._parts.popleft() for _ in range(len(self._parts))]
        return b"".join(parts)


class Line:
    """A client that is subscribed. `start_ns` asks for a replay from that event time on, None for a snapshot of when it starts.

    Raises `LineLost` where no connection comes about, `FeedRefused` where none ever will.
    """

    def __init__(self, target: Target, start_ns: int | None) -> None:
        self._sink, self._incoming = Sink(), Incoming()
        self._client = databento.Live(
            key=target.key.get_secret_value(),
            gateway=target.gateway,
            port=target.port,
            heartbeat_interval_s=HEARTBEAT_S,
            reconnect_policy="none",
        )
        asked: dict[str, Any] = {"snapshot": True} if start_ns is None else {"start": start_ns}
        try:
            self._client.subscribe(dataset=target.dataset, schema="mbo", stype_in="parent", symbols=target.symbols, **asked)
        except BentoError as error:
            self.end()
            text = str(error)
            if text.startswith(("Connection to", "Authentication with")):
                raise LineLost(text) from None
            raise FeedRefused(f"the live feed refuses this client: {text}", fix=_fix_of(text)) from None
        self._client.add_stream(cast(IO[bytes], self._sink), exception_callback=self._sink.failed)

    def start(self) -> None:
        """Let the records come. Raises `LineLost`."""
        try:
            self._client.start()
        except ValueError as error:
            raise LineLost(str(error)) from None

    @property
    def header(self) -> bytes:
        """The stream's metadata; empty until it has come."""
        return self._incoming.header

    def take(self, wait_s: float) -> Piece | None:
        """The records that are whole now, after waiting for some as long as this; None where there are none.

        Raises `LineLost` once the line is over and all of it was taken.
        """
        is_open = self._client.is_connected()
        received = self._sink.taken(wait_s)
        if received:
            return self._incoming.take(received)
        if self._sink.error is not None:
            raise LineLost(f"the client failed: {self._sink.error}")
        if not is_open:
            raise LineLost("the line was closed")
        return None

    def end(self) -> None:
        """End the session, whatever its state. The client says why a line closed by raising; that is known by then."""
        try:
            self._client.terminate()
            self._client.block_for_close(timeout=CLOSE_S)
        except (BentoError, ValueError):
            return


def require_accepted(control: Control) -> None:
    """Raise `FeedRefused` for an error that no second try passes."""
    if control.is_error and control.code in FIXES:
        raise FeedRefused(f"the live feed refuses this client: {control.text} (code {control.code})", fix=FIXES[control.code])


def _fix_of(text: str) -> str:
    words = {"limit": 3, "deactivated": 2, "subscription": 5}
    return FIXES[next((code for word, code in words.items() if word in text.lower()), 1)]
