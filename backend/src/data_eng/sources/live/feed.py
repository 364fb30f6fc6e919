"""The supervisor of a live feed: one session after the other with Databento's official client, joined without a record lost or doubled.

The client's own reconnecting is not used: it takes a gateway's close for the end of all, begins anew without what lay between, and turns
in circles on an error that stays (databento 0.87, each tried). Every session is a client of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from io import RawIOBase
from threading import Event
from typing import IO, Any, NamedTuple, cast

import databento
from databento.common.error import BentoError
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from ...errors import SpymasterError
from ..historical import KEY_PAGE
from .incoming import Control, Incoming, Piece
from .recorder import Recorder
from .splice import TailDiffers

WRITE_S = 0.05
"""What was received is written down at the latest so much later, or from so many bytes on."""
FIRST_WAIT_S, LONGEST_WAIT_S, JITTER_S = 1.0, 30.0, 1.0
HEARTBEAT_S = 5
"""The shortest the feed takes; the client gives a line up that was silent for ten seconds more."""
CLOSE_S = 2.0
AGED_OUT = 8
REPLAY_COMPLETED = 3
FIXES = {
    1: f"The key is wrong: copy it again from {KEY_PAGE}, into DATABENTO_API_KEY.",
    2: f"The key was switched off: make another at {KEY_PAGE}.",
    3: "Too many sessions are open with this key: end another one, then start again.",
    5: "The subscription is not one of this account: look at the dataset and the symbols.",
}
"""What fixes an error that no second try passes, by the feed's code."""


class FeedRefused(SpymasterError):
    """The feed turns us away for good."""


class RecorderFailed(SpymasterError):
    """What was received cannot be written down; nothing is made of what is not recorded."""


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
    """Event time from which a recording begins where nothing is held yet: the start of a UTC day, whose first records are the book."""


class FeedState(NamedTuple):
    """How the feed is."""

    name: str
    """preparing, connecting, catching_up, live, reconnecting, refused, recorder_failed or over."""
    text: str = ""
    attempt: int = 0
    next_try_s: float = 0.0


Hear = Callable[[Piece], None]
Say = Callable[[FeedState], None]


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


class Feed:
    """A root's feed into its recorder. `hear` gets every piece after it was written down, `say` every change of state."""

    def __init__(self, target: Target, recorder: Recorder, hear: Hear, say: Say) -> None:
        self._target = target
        self._recorder = recorder
        self._hear = hear
        self._say = say
        self._needs_snapshot = False
        self.sessions = 0
        self.state = FeedState("preparing")

    def run(self, stop: Event) -> None:
        """Receive until `stop` is set.

        Raises
        ------
        FeedRefused where no second try can help, RecorderFailed where the disk does not hold what comes.
        """
        try:
            while not stop.is_set():
                self._until_lost(stop)
        except FeedRefused as error:
            self._be(FeedState("refused", error.message))
            raise
        except RecorderFailed as error:
            self._be(FeedState("recorder_failed", error.message))
            raise
        finally:
            self._recorder.close()
        self._be(FeedState("over"))

    def _until_lost(self, stop: Event) -> None:
        """Connect, with growing waits where that fails, and receive until the line is lost."""

        def waits(call: RetryCallState) -> None:
            next_s = call.next_action.sleep if call.next_action is not None else 0.0
            reason = str(call.outcome.exception()) if call.outcome is not None else ""
            self._be(FeedState("reconnecting", reason, call.attempt_number, next_s))

        retrying = Retrying(
            retry=retry_if_exception_type(LineLost),
            wait=wait_exponential_jitter(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S, jitter=JITTER_S),
            sleep=lambda seconds: _wait(stop, seconds),
            before_sleep=waits,
        )
        for attempt in retrying:
            with attempt:
                if stop.is_set():
                    return
                self._session(stop)

    def _session(self, stop: Event) -> None:
        """One client from connecting to its end. A line that brought records is lost without a raise: the next try is a first one."""
        sink, incoming = Sink(), Incoming()
        is_replay = not self._needs_snapshot
        if self.sessions == 0:
            self._be(FeedState("connecting"))
        client = self._client()
        try:
            self._subscribe(client, sink, is_replay)
            self.sessions += 1
            self._be(FeedState("catching_up"))
            has_records = False
            while not stop.is_set():
                is_open = client.is_connected()
                received = sink.taken(WRITE_S)
                if received:
                    has_records |= self._take(incoming, received, is_replay)
                    continue
                if sink.error is not None:
                    raise LineLost(f"the client failed: {sink.error}")
                if not is_open:
                    if has_records:
                        self._be(FeedState("reconnecting", "the line was closed"))
                        return
                    raise LineLost("the line was closed before a record came")
        except TailDiffers:
            self._needs_snapshot = True
            self._be(FeedState("reconnecting", "what came again differs from what was recorded; a snapshot follows"))
        finally:
            _end(client)

    def _client(self) -> databento.Live:
        target = self._target
        return databento.Live(
            key=target.key.get_secret_value(),
            gateway=target.gateway,
            port=target.port,
            heartbeat_interval_s=HEARTBEAT_S,
            reconnect_policy="none",
        )

    def _subscribe(self, client: databento.Live, sink: Sink, is_replay: bool) -> None:
        tail = self._recorder.tail
        start_ns = self._target.since_ns if tail.is_empty else tail.start_ns
        asked: dict[str, Any] = {"start": start_ns} if is_replay else {"snapshot": True}
        try:
            client.subscribe(dataset=self._target.dataset, schema="mbo", stype_in="parent", symbols=self._target.symbols, **asked)
        except BentoError as error:
            text = str(error)
            if text.startswith(("Connection to", "Authentication with")):
                raise LineLost(text) from None
            raise FeedRefused(f"the live feed refuses this client: {text}", fix=_fix_of(text)) from None
        client.add_stream(cast(IO[bytes], sink), exception_callback=sink.failed)
        client.start()

    def _take(self, incoming: Incoming, received: bytes, is_replay: bool) -> bool:
        """Write down what is whole of what was received, and hand it on; returns whether orders were among it."""
        had_header = bool(incoming.header)
        piece = incoming.take(received)
        try:
            if not had_header and incoming.header:
                self._recorder.begin(incoming.header, is_replay)
            if piece is None:
                return False
            new = self._recorder.take(piece)
        except SpymasterError as error:
            raise RecorderFailed(f"recording stops: {error.message}", fix=error.fix) from None
        except OSError as error:
            raise RecorderFailed(f"recording stops: {error.strerror or error}.") from None
        for control in piece.controls:
            self._obey(control)
        if len(piece.orders):
            self._needs_snapshot = False
            if not is_replay:
                self._be(FeedState("live"))
            self._hear(new)
        return len(piece.orders) > 0

    def _obey(self, control: Control) -> None:
        if not control.is_error:
            if control.code == REPLAY_COMPLETED:
                self._be(FeedState("live"))
            return
        if control.code in FIXES:
            raise FeedRefused(f"the live feed refuses this client: {control.text} (code {control.code})", fix=FIXES[control.code])
        if control.code == AGED_OUT:
            raise TailDiffers

    def _be(self, state: FeedState) -> None:
        if state != self.state:
            self.state = state
            self._say(state)


def _wait(stop: Event, seconds: float) -> None:
    stop.wait(seconds)


def _fix_of(text: str) -> str:
    words = {"limit": 3, "deactivated": 2, "subscription": 5}
    return FIXES[next((code for word, code in words.items() if word in text.lower()), 1)]


def _end(client: databento.Live) -> None:
    """End a session, whatever its state. The client says why a line closed by raising; that is known by then."""
    try:
        client.terminate()
        client.block_for_close(timeout=CLOSE_S)
    except (BentoError, ValueError):
        return
