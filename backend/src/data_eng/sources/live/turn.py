"""Going over from one session to the next without a record lost: the next one begins with a snapshot, and the old one counts up to it.

A UTC day's file holds a whole book only where it has a snapshot of its own. One that was asked for before midnight would lie in the old
date, so it is asked for after it, while the session that brought midnight goes on.
"""

from __future__ import annotations

import time
from threading import Thread

import numpy as np

from ...errors import SpymasterError
from .incoming import Piece
from .line import Line, LineLost, Target

QUIET_S = 2.0
"""An old session that brings nothing for so long has nothing more from before the snapshot."""
LONGEST_S = 20.0
"""Of a turn, after which it is given up."""


class Turn:
    """A session with a snapshot on its way, beside the one that is recorded."""

    def __init__(self, target: Target) -> None:
        self.made_ns: int | None = None
        """When the snapshot was made; None until it comes."""
        self._target = target
        self._line: Line | None = None
        self._error: Exception | None = None
        self._is_started, self._is_given_up = False, False
        self._begun_s = self._heard_s = time.monotonic()
        self._old: list[Piece] = []
        self._new: list[Piece] = []
        self._connecting = Thread(target=self._connect, name="snapshot", daemon=True)
        self._connecting.start()

    def hold(self, piece: Piece) -> bool:
        """Keep a piece of the old session until it is known whether it counts; False where it does, for no snapshot was asked for yet."""
        if self._is_started:
            self._old.append(piece)
            self._heard_s = time.monotonic()
        return self._is_started

    def listen(self) -> bool:
        """Take what came of the new session; returns whether it can take over. Raises `LineLost` where it never will."""
        if time.monotonic() - self._begun_s > LONGEST_S:
            raise LineLost("no snapshot came")
        if self._connecting.is_alive():
            return False
        if self._error is not None or self._line is None:
            raise LineLost(str(self._error))
        if not self._is_started:
            self._line.start()
            self._is_started, self._heard_s = True, time.monotonic()
        piece = self._line.take(0.0)
        if piece is not None:
            self._new.append(piece)
            for error in (control for control in piece.controls if control.is_error):
                raise LineLost(error.text)
            if self.made_ns is None and len(piece.orders):
                self.made_ns, self._heard_s = int(piece.orders["ts_recv"][0]), time.monotonic()
        return self.made_ns is not None and (self._is_past() or time.monotonic() - self._heard_s > QUIET_S)

    def old_records(self) -> list[Piece]:
        """Those of the old session that were kept: up to the snapshot's moment, all of them where none came."""
        old, self._old = self._old, []
        if self.made_ns is None:
            return old
        found = []
        for piece in old:
            later = np.flatnonzero(piece.orders["ts_recv"] > self.made_ns)
            found.append(piece if not len(later) else piece.until(int(later[0])))
            if len(later):
                break
        return found

    def taken_over(self) -> tuple[Line, list[Piece]]:
        """The new session, and what it has brought."""
        assert self._line is not None
        line, self._line = self._line, None
        return line, self._new

    def give_up(self) -> list[Piece]:
        """End the new session; returns the old one's records, which all count. One that still connects ends when it has."""
        self.made_ns, self._is_given_up = None, True
        if self._line is not None:
            self._line.end()
        return self.old_records()

    def _is_past(self) -> bool:
        """Whether the old session has brought a record that the snapshot knows nothing of."""
        return any((piece.orders["ts_recv"] > self.made_ns).any() for piece in self._old)

    def _connect(self) -> None:
        try:
            self._line = Line(self._target, None)
            if self._is_given_up:
                self._line.end()
        except (SpymasterError, LineLost) as error:
            self._error = error
