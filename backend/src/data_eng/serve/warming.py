"""The first answers, computed when the server starts, so that the first reader does not wait while libraries load and kernels compile."""

from __future__ import annotations

import gc
from contextlib import suppress

from ..errors import SpymasterError
from ..retrieval.key import LEVEL_TEST
from .setup.answers import SetupRequest
from .shared import Shared


def warm(shared: Shared, owns_process: bool) -> None:
    """Answer the newest day's level tests; `shared.preparing` says how far that is.

    Where the process is the server's own, garbage collections pass over what there is by then, which stays: modules, kernels, models. A
    full one stopped all answers for up to 0.3 s otherwise, several times a minute under load.
    """
    shared.preparing = "the server looks for the lake's newest day"
    try:
        with suppress(SpymasterError):  # a request of that day gets the error as its answer
            _warm(shared)
        if owns_process:
            gc.collect()
            gc.freeze()
    finally:
        shared.preparing = None


def _warm(shared: Shared) -> None:
    newest = next((day for day in reversed(shared.days.listed().days) if day.state == "ready" and day.chosen), None)
    if newest is None:
        return
    shared.preparing = f"the server reads {newest.symbol} {newest.session_date}"
    day = shared.shelf.day(newest.symbol, newest.session_date)
    rows = day.require_triggers().rows
    shared.preparing = "the server computes its first answers; a new installation compiles its kernels first, about half a minute"
    for key in rows:
        if key.setup == LEVEL_TEST:  # a rarer setup may have no past to search, and nothing would be compiled
            with suppress(SpymasterError):
                found = shared.answers.request(newest.symbol, key, day.moments.session_end_s, None)
                if isinstance(found, SetupRequest):
                    shared.answers.compute(found)
