"""A feed in a thread that records a gateway's tape, and what lies in the segments afterwards."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import SecretStr

from src.data_eng.core.events import F_SNAPSHOT, MBO_DTYPE
from src.data_eng.errors import SpymasterError
from src.data_eng.sources.gateway.server import PRACTICE_KEY
from src.data_eng.sources.live import feed as feed_module
from src.data_eng.sources.live.feed import Feed, FeedState
from src.data_eng.sources.live.line import Target
from src.data_eng.sources.live.recorder import Recorder
from src.data_eng.sources.live.segments import pieces_from

ROOT = "ES"


class Heard:
    """A feed in a thread, and what it said."""

    def __init__(self, lake: Path, port: int, key: str = PRACTICE_KEY, since_ns: int = 0) -> None:
        self.lake = lake
        self.orders = 0
        self.states: list[FeedState] = []
        self.over: list[str] = []
        self.error: Exception | None = None
        self.stop = threading.Event()
        self.recorder = Recorder(lake, ROOT, self.over.append)
        target = Target(SecretStr(key), "GLBX.MDP3", "ES.FUT", "127.0.0.1", port, since_ns)
        self.feed = Feed(target, self.recorder, self._hear, self.states.append)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _hear(self, piece: Any) -> None:
        self.orders += len(piece.orders)

    def _run(self) -> None:
        try:
            self.feed.run(self.stop)
        except SpymasterError as error:
            self.error = error

    def end(self) -> None:
        self.stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
        gc.collect()  # the client's futures log how their lines ended; within a parse of Python, which the log does too, that is an error

    @property
    def names(self) -> list[str]:
        """States in their order."""
        return [state.name for state in self.states]

    def has_reached(self, ts_ns: int) -> bool:
        """Whether a record of that time or a later one is written down."""
        return self.recorder.last_recv_ns >= ts_ns


@contextmanager
def hearing(lake: Path, port: int, key: str = PRACTICE_KEY, since_ns: int = 0) -> Iterator[Heard]:
    heard = Heard(lake, port, key, since_ns)
    try:
        yield heard
    finally:
        heard.end()


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits between tries."""
    monkeypatch.setattr(feed_module, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(feed_module, "LONGEST_WAIT_S", 0.2)
    monkeypatch.setattr(feed_module, "JITTER_S", 0.01)


def recorded_in(lake: Path) -> NDArray[np.void]:
    """The order records of all segments."""
    return np.concatenate([np.empty(0, MBO_DTYPE), *(piece.orders for _, piece in pieces_from(lake, ROOT))])


def without_snapshots(records: NDArray[np.void]) -> NDArray[np.void]:
    """Without the records that say what rests."""
    own: NDArray[np.void] = records[records["flags"] & F_SNAPSHOT == 0]
    return own
