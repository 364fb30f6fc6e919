"""The first answers, computed when the server starts, so that the first reader does not wait while libraries load and kernels compile."""

from __future__ import annotations

from contextlib import suppress

from ..errors import SpymasterError
from ..retrieval.key import LEVEL_TEST
from .setup.answers import SetupRequest
from .shared import Shared


def warm(shared: Shared) -> None:
    """Answer the newest day's level tests; `shared.preparing` says how far that is."""
    shared.preparing = "the server looks for the lake's newest day"
    try:
        with suppress(SpymasterError):  # a request of that day gets the error as its answer
            _warm(shared)
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
