"""The server's log: a client that errs again and again fills no disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

LOG = logging.getLogger("uvicorn.error")
"""Uvicorn's own, so that its lines and ours are one log under one level."""
QUIET_S = 60.0
"""After a warning, how long its like are only counted."""


class Thinned(logging.Filter):
    """Lets a warning through once in `QUIET_S`, with the number of those that were left out before it; every error passes.

    Warnings are alike that were logged with one text, whatever was put into it. The texts are the program's own, so they are few.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[str, tuple[float, int]] = {}
        """By text: when one passed last, and how many were left out since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if record.levelno != logging.WARNING:
            return True
        text, now_s = str(record.msg), self._clock()
        passed_s, left_out = self._passed.get(text, (-QUIET_S, 0))
        if now_s - passed_s < QUIET_S:
            self._passed[text] = (passed_s, left_out + 1)
            return False
        self._passed[text] = (now_s, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} {left_out} more like it were not logged.", None
        return True


LOG.addFilter(Thinned())
