"""The supervisor of a live feed: one session after the other with Databento's official client, joined without a record lost or doubled.

The client's own reconnecting is not used: it takes a gateway's close for the end of all, begins anew without what lay between, and turns
in circles on an error that stays (databento 0.87, each tried). Every session is a client of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import NamedTuple

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from ...core.units import ns_to_iso
from ...errors import SpymasterError
from .incoming import Control, Piece
from .line import WRITE_S, FeedRefused, Line, LineLost, Target, require_accepted
from .recorder import Recorder
from .splice import TailDiffers
from .turn import Turn

FIRST_WAIT_S, LONGEST_WAIT_S, JITTER_S = 1.0, 30.0, 1.0
AGAIN_S = 30.0
"""Until the next try where no snapshot could be had."""
AGED_OUT = 8
REPLAY_COMPLETED = 3


class RecorderFailed(SpymasterError):
    """What was received cannot be written down; nothing is made of what is not recorded."""


class FeedState(NamedTuple):
    """How the feed is."""

    name: str
    """preparing, connecting, catching_up, live, reconnecting, refused, recorder_failed or over."""
    text: str = ""
    attempt: int = 0
    next_try_s: float = 0.0


Hear = Callable[[Piece], None]
Say = Callable[[FeedState], None]


class Feed:
    """A root's feed into its recorder. `hear` gets every piece after it was written down, `say` every change of state.

    Once it has caught up, and a UTC date's records are without a snapshot, it takes one: at the first start and after each midnight. So
    every day's file holds a whole book, as Databento's own do.
    """

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
        """One session from connecting to its end. A line that brought records is lost without a raise: the next try is a first one."""
        if self.sessions == 0:
            self._be(FeedState("connecting"))
        receiving = _Receiving(self._target, self._recorder, self._hear, self._be, is_replay=not self._needs_snapshot)
        self.sessions += 1
        try:
            while not stop.is_set():
                receiving.step()
                self._needs_snapshot &= not receiving.has_records
        except LineLost as error:
            if not receiving.has_records:
                raise LineLost(f"{error} before a record came") from None
            self._be(FeedState("reconnecting", str(error)))
        except TailDiffers:
            self._needs_snapshot = True
            self._be(FeedState("reconnecting", "what came again differs from what was recorded; a snapshot follows"))
        finally:
            receiving.end()

    def _be(self, state: FeedState) -> None:
        if state != self.state:
            self.state = state
            self._say(state)


class _Receiving:
    """What a session brings on its way to the recorder, and the session that follows on it with a snapshot."""

    def __init__(self, target: Target, recorder: Recorder, hear: Hear, be: Say, *, is_replay: bool) -> None:
        self.has_records = False
        self._target, self._recorder, self._hear, self._be = target, recorder, hear, be
        self._is_replay = is_replay
        self._is_caught_up, self._is_begun = False, False
        self._turn: Turn | None = None
        self._next_turn_s = 0.0
        start_ns = target.since_ns if recorder.tail.is_empty else recorder.tail.start_ns
        self._line = Line(target, start_ns if is_replay else None)
        self._be(FeedState("catching_up"))
        self._line.start()

    def step(self) -> None:
        """Take what has come. Raises `LineLost`, `TailDiffers`, `FeedRefused`, `RecorderFailed`."""
        piece = self._line.take(WRITE_S)
        if self._line.header and not self._is_begun:
            lost_from_ns = None if self._is_replay else self._recorder.last_recv_ns or self._target.since_ns
            self._begin(splices=self._is_replay, gap_from_ns=lost_from_ns)
        if piece is not None and not (self._turn is not None and self._turn.hold(piece)):
            self._take(piece)
        if self._turn is not None:
            self._go_on(self._turn)
        elif self._is_caught_up and self._recorder.needs_book and time.monotonic() >= self._next_turn_s:
            self._turn = Turn(self._target)

    def end(self) -> None:
        """End what is open; what was held back counts."""
        try:
            if self._turn is not None:
                self._take_all(self._turn.give_up())
        finally:
            self._line.end()

    def _go_on(self, turn: Turn) -> None:
        """Go over to the session with the snapshot once that can be, or give it up."""
        try:
            if not turn.listen():
                return
        except LineLost as error:
            self._turn, self._next_turn_s = None, time.monotonic() + AGAIN_S
            self._take_all(turn.give_up())
            self._be(FeedState("live", f"no snapshot for the day's file, asked for again in {AGAIN_S:g} s: {error}"))
            return
        self._take_all(turn.old_records())
        self._turn, old = None, self._line
        self._line, pieces = turn.taken_over()
        self._begin(splices=False)
        self._take_all(pieces)
        self._be(FeedState("live", f"the day's file has a whole book from {ns_to_iso(turn.made_ns or 0)} on"))
        old.end()

    def _begin(self, *, splices: bool, gap_from_ns: int | None = None) -> None:
        self._is_begun = True
        with _recording():
            self._recorder.begin(self._line.header, splices=splices, gap_from_ns=gap_from_ns)

    def _take_all(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._take(piece)

    def _take(self, piece: Piece) -> None:
        """Write down what is whole of what was received, and hand it on."""
        with _recording():
            new = self._recorder.take(piece)
        for control in piece.controls:
            self._obey(control)
        if len(piece.orders):
            self.has_records = True
            if not self._is_replay:
                self._be_live()
            self._hear(new)

    def _obey(self, control: Control) -> None:
        require_accepted(control)
        if control.is_error and control.code == AGED_OUT:
            raise TailDiffers
        if not control.is_error and control.code == REPLAY_COMPLETED:
            self._be_live()

    def _be_live(self) -> None:
        if not self._is_caught_up:
            self._is_caught_up = True
            self._be(FeedState("live"))


@contextmanager
def _recording() -> Iterator[None]:
    """What keeps a record from being written down ends it all."""
    try:
        yield
    except SpymasterError as error:
        raise RecorderFailed(f"recording stops: {error.message}", fix=error.fix) from None
    except OSError as error:
        raise RecorderFailed(f"recording stops: {error.strerror or error}.") from None


def _wait(stop: Event, seconds: float) -> None:
    stop.wait(seconds)
