"""The simulator's records against a book that knows nothing of the simulator."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from src.data_eng.core.simulator.planting import Knobs
from tests.parity.naive_replay import Replay, replay
from tests.simulated_days import opened

BACKEND = Path(__file__).parents[2]
UNTIL_S = 1200.0
"""Five minutes into the evening: small enough to run uncompiled."""


@pytest.fixture(scope="module")
def day() -> Replay:
    """A whole session, its close included, replayed."""
    clock, session = opened(21, 300_000, Knobs(0.3, 0.15, False))
    pieces = [session.open(), *session.run(clock.second(clock.end_ns)), session.close(clock.end_ns)]
    return replay(np.concatenate(pieces))


def test_independent_replay_finds_no_fault(day: Replay) -> None:
    assert day.faults[:3] == []
    assert day.orders == {}


def test_every_pattern_of_the_feed_occurs(day: Replay) -> None:
    expected = {"A", "AN", "C", "CN", "M", "MN", "TFC", "TFCN", "TFM", "TFFCC", "TFTFCC", "TFAC", "TN"}
    assert expected <= set(day.patterns)


def test_hidden_fills_are_the_only_unknown_ids(day: Replay) -> None:
    assert 0 < day.hidden_fills < 0.02 * sum(day.patterns.values())


def test_snapshot_holds_the_book_that_the_records_built() -> None:
    clock, session = opened(22)
    built = replay(np.concatenate([session.open(), *session.run(clock.second(clock.midnight_ns))]))
    shown = replay(session.snapshots(clock.midnight_ns))
    assert shown.orders == built.orders


def test_a_session_cut_into_stretches_gives_the_same_bytes() -> None:
    clock, whole = opened(23, 100_000)
    records = np.concatenate([whole.open(), *whole.run(clock.second(clock.rth_open_ns) + 60)])
    _, cut = opened(23, 100_000)
    pieces = [cut.open()]
    for stop_s in (1000.25, 1000.5, 7777.75, 40_000.0, clock.second(clock.rth_open_ns) + 60):
        pieces.extend(cut.run(stop_s))
    assert records.tobytes() == np.concatenate(pieces).tobytes()


def evening_digest() -> str:
    """Hash of a short evening's records."""
    _, session = opened(3, 1_000_000, Knobs(0.3, 0.15, False))
    return sha256(np.concatenate([session.open(), *session.run(UNTIL_S)]).tobytes()).hexdigest()


def test_uncompiled_kernels_write_the_same_bytes() -> None:
    code = "from tests.parity.test_simulator import evening_digest; print(evening_digest())"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(BACKEND)}
    uncompiled = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=BACKEND, capture_output=True, text=True, check=True, timeout=120
    )
    assert uncompiled.stdout.strip() == evening_digest()
