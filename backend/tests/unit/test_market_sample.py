"""Measures of a market's records: against a slow twin, by hand on small books, and on a real evening whose figures are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from src.data_eng.config import load_settings
from src.data_eng.core.events import EventBatch
from src.data_eng.core.simulator.tape import joined, taken
from src.data_eng.evaluation.market_sample import (
    MarketSample,
    SampleError,
    Stretch,
    autocorrelation,
    best_flow,
    lives_s,
    measure,
    sample_of_file,
    thinned,
    variance_a_second,
)
from tests.parity.naive_sample import NaiveSample
from tests.samples import sample
from tests.simulated_days import opened

RECORDS, MINUTES = 300_000, 5


def quarter_hour() -> tuple[EventBatch, Stretch]:
    """A simulated session's records from its opening orders to some minutes behind the open; the minutes count."""
    clock, session = opened(31, RECORDS)
    leader = session.leader
    session.open()
    pieces = []
    for stop_s in (clock.second(clock.rth_open_ns), clock.second(clock.rth_open_ns) + 60.0 * MINUTES):
        from src.data_eng.core.simulator.session import run_until

        pieces.append(run_until(leader, stop_s))
    pieces.append(taken(leader.tape))
    events = joined(pieces)
    return batch_of(events), Stretch(clock.rth_open_ns, clock.rth_open_ns + 60 * MINUTES * 10**9)


def batch_of(events) -> EventBatch:
    return EventBatch(
        events.ts_ns,
        events.ts_ns,
        events.order_id.astype(np.uint64),
        events.position.astype(np.int32),
        events.contracts.astype(np.int32),
        (events.ends * 128).astype(np.uint8),
        events.action,
        events.side,
        np.zeros(len(events.ts_ns), np.uint32),
    )
