"""A feed in a thread of its own, into its recorder, with the dates that are over sealed beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

from ...errors import SpymasterError
from .feed import Feed, FeedState
from .line import Target
from .recorder import Recorder
from .seal import Sealing


class Receiving:
    """A root's feed that runs until its `with` block ends, or until it can go on no more."""

    def __init__(self, target: Target, recorder: Recorder, said: Callable[[FeedState], None]) -> None:
        self.recorder = recorder
        self._stop = Event()
        self._error: SpymasterError | None = None
        self._feed = Feed(target, recorder, lambda _: None, said)
        self._thread = Thread(target=self._run, name="feed")
        self._thread.start()

    @property
    def state(self) -> FeedState:
        return self._feed.state

    @property
    def sessions(self) -> int:
        """Sessions so far."""
        return self._feed.sessions

    def is_on(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Until the feed ends, and no longer than that."""
        self._thread.join(seconds)

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def require_sound(self) -> None:
        """Raise what ended the feed, `FeedRefused` or `RecorderFailed`."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._feed.run(self._stop)
        except SpymasterError as error:
            self._error = error


@contextmanager
def receiving(lake: Path, root: str, target: Target, say: Callable[[str], None], said: Callable[[FeedState], None]) -> Iterator[Receiving]:
    """Receive a root's feed into a lake; `say` hears of sealed dates, `said` every change of the feed."""
    with closing(Sealing(lake, root, say)) as sealing:
        feed = Receiving(target, Recorder(lake, root, sealing.over), said)
        try:
            yield feed
        finally:
            feed.end()
