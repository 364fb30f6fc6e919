"""A live day from its first record to its outcomes: the feed is recorded, what is recorded answered, and how both do is said."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from ..core.units import NS_PER_S
from ..sources.live.receiving import Receiving
from .engine import Engine, Standing
from .feed_state import FEED, CatchUp, FeedFile, FeedName, FeedState, Recording

LOOK_S = 0.05
"""Between two looks at what was recorded."""
SAY_S = 1.0
"""Between two states that the board hears of."""
FAILED = {"refused": FeedName.REFUSED, "recorder_failed": FeedName.RECORDER_FAILED}


def follow(engine: Engine, feed: Receiving, heard: Callable[[Standing], None]) -> None:
    """Answer what the feed brings until the session is over or the feed ends; `heard` gets how far that is, once a second.

    Raises
    ------
    LiveAnswerChanged and LiveRecordBad, as `Engine.step`. The board hears how it ended, whatever ended it.
    """
    engine.folder.mkdir(parents=True, exist_ok=True)
    board = FeedFile(engine.folder / FEED)
    said_s, before, end = 0.0, 0, FeedName.ENGINE_FAILED

    def say() -> None:
        """Once a second."""
        nonlocal said_s, before
        if time.monotonic() - said_s >= SAY_S:
            standing = engine.standing
            board.say(_state(feed, standing, before))
            heard(standing)
            said_s, before = time.monotonic(), standing.records

    try:
        is_on = True
        while is_on and not engine.standing.is_over:
            is_on = feed.is_on()
            if not engine.step(say):
                feed.wait(LOOK_S)
            say()
        end = FAILED.get(feed.state.name, FeedName.OVER)
    except KeyboardInterrupt:
        end = FeedName.OVER
        raise
    finally:
        engine.close()
        board.say(_state(feed, engine.standing, engine.standing.records, end))


def _state(feed: Receiving, standing: Standing, before: int, end: FeedName | None = None) -> FeedState:
    """What the board hears; `before` are the records answered a second earlier."""
    state, recorder, now_s = feed.state, feed.recorder, time.time()
    name, behind_ns = end or FeedName(state.name), recorder.last_recv_ns - standing.clock_ns
    if name is FeedName.LIVE and behind_ns > NS_PER_S:
        name = FeedName.BEHIND
    elif name is FeedName.LIVE and standing.records == before:
        name = FeedName.QUIET
    position = recorder.position
    return FeedState(
        state=name,
        said_s=now_s,
        message=state.text or None,
        watermark_s=standing.clock_ns / NS_PER_S if standing.clock_ns else None,
        records=standing.records,
        per_s=float(standing.records - before),
        reconnects=max(feed.sessions - 1, 0),
        attempt=state.attempt,
        next_try_s=now_s + state.next_try_s if state.attempt else None,
        catch_up=CatchUp(done_s=standing.clock_ns // NS_PER_S, to_s=recorder.last_recv_ns // NS_PER_S) if behind_ns > NS_PER_S else None,
        behind_records=max(recorder.records - standing.records, 0),
        recording=position
        and Recording(
            segment=f"{position.date}/{position.number:06}", bytes=recorder.bytes, free_bytes=shutil.disk_usage(recorder.lake).free
        ),
    )
