"""Everything that carries from window to window: a day in pieces, each with the state of the one before, equals the day in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from src.data_eng.core.book.state import ASK, BID
from src.data_eng.core.episodes import Episodes, episodes_of, find_episodes, new_episodes, step_episodes
from src.data_eng.core.features.motion import Motion, MotionState, motion_at, new_motion
from src.data_eng.core.frame import FRAME_FEATURES, frame_totals, frame_vectors
from src.data_eng.core.physics.hold import new_held
from src.data_eng.core.physics.level_walls import WallRows, level_walls, none_pulled
from src.data_eng.core.physics.state import Marks, balances, new_balance, signs
from src.data_eng.core.physics.strikes import ladder_values, new_leads, winners
from src.data_eng.core.physics.sums import fold
from src.data_eng.core.physics.walls import EATEN, PULLED, STANDS
from tests.parity.test_naive_episodes import RandomSession

WINDOWS = 120
seeds = st.integers(0, 100_000)


def pieces(rng: np.random.Generator, windows: int = WINDOWS) -> Iterator[tuple[int, int]]:
    """The windows cut at random into stretches of 1 to 20."""
    start = 0
    while start < windows:
        stop = min(start + int(rng.integers(1, 21)), windows)
        yield start, stop
        start = stop


def with_gaps(rng: np.random.Generator, shape: int | tuple[int, ...], share: float = 0.1) -> NDArray[np.float64]:
    return np.where(rng.random(shape) < share, np.nan, rng.normal(0, 1, shape))


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_a_running_sum_in_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, total = rng.normal(0, 100, (3, 2, WINDOWS)), np.zeros((3, 2))
    parts = [fold(values[..., start:stop], 0.79, total) for start, stop in pieces(rng)]
    assert_array_equal(np.concatenate(parts, axis=-1), fold(values, 0.79))


@settings(max_examples=30, deadline=None)
@given(seeds, st.sampled_from([0.4, float("nan")]))
def test_signs_and_balance_in_pieces(seed: int, mark: float) -> None:
    rng = np.random.default_rng(seed)
    tilt, vacuum, giving = (with_gaps(rng, WINDOWS) for _ in range(3))
    marks = Marks(mark, 2 * mark), Marks(mark, 2 * mark), -mark
    whole, state = balances(tilt, vacuum, giving, marks, 3), new_balance()
    sign, held = signs(tilt, mark, 3), new_held()
    for start, stop in pieces(rng):
        part = slice(start, stop)
        both: Any = ((balances(tilt[part], vacuum[part], giving[part], marks, 3, state), whole), (signs(tilt[part], mark, 3, held), sign))
        for now, day in both:
            for ours, theirs in zip(now, day, strict=True):
                assert_array_equal(ours, theirs[part])
    assert len(set(whole.balance.tolist())) > 2 or np.isnan(mark)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_motion_in_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mids: Any = 100 + np.cumsum(rng.integers(-3, 4, WINDOWS)) / 2
    mids[rng.random(WINDOWS) < 0.1] = np.nan
    levels: Any = np.stack([np.where(np.arange(WINDOWS) < 20, np.nan, 101.0), 100.0 + 10 * (np.arange(WINDOWS) > 60)])

    def of(start: int, stop: int, state: MotionState | None = None) -> Motion:
        level, window = (axis.ravel() for axis in np.meshgrid(range(2), range(stop - start), indexing="ij"))
        return motion_at(level, window, mids[start:stop], levels[:, start:stop], 5, 5, state)

    whole, state = of(0, WINDOWS), new_motion(2)
    for start, stop in pieces(rng):
        for ours, theirs in zip(of(start, stop, state), whole, strict=True):
            assert_array_equal(ours.reshape(2, -1), theirs.reshape(2, -1)[:, start:stop])
    assert whole.near_s.max() > 0


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_the_leads_and_winners_of_strikes_in_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stock, usable = with_gaps(rng, (WINDOWS, 2, 5), 0.02), rng.random(WINDOWS) < 0.9
    whole, _ = ladder_values(stock, usable, 12)
    named = winners(whole, 0.3, 3)
    leads, held = new_leads(5), new_held(5)
    for start, stop in pieces(rng):
        part = slice(start, stop)
        values, leads = ladder_values(stock[part], usable[part], 12, leads)
        assert_array_equal(values, whole[part])
        assert_array_equal(winners(values, 0.3, 3, held), named[part])
    assert len(leads.seen) == 12
    assert len(set(named.ravel().tolist())) == 3


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_the_walls_behind_a_level_in_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    window = np.sort(rng.integers(0, WINDOWS, 40))
    columns: list[Any] = [
        window,
        rng.choice([BID, ASK], 40).astype(np.int8),
        100.0 + rng.integers(-20, 20, 40),
        rng.choice([STANDS, PULLED, EATEN], 40).astype(np.int8),
        *rng.uniform(1, 9, (5, 40)),
    ]
    walls = WallRows(*columns)
    level, barrier, state = np.full(WINDOWS, 101.0), np.full(WINDOWS, 8), none_pulled()
    whole = level_walls(walls, level, barrier, 5)
    for start, stop in pieces(rng):
        rows = (window >= start) & (window < stop)
        part = WallRows(window[rows] - start, *(column[rows] for column in columns[1:]))
        found = level_walls(part, level[start:stop], barrier[start:stop], 5, state)
        for name, column in found.items():
            assert_array_equal(column, whole[name][start:stop])


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_episodes_in_pieces(seed: int) -> None:
    session, rng = RandomSession(seed), np.random.default_rng(seed)
    given_: Any = (session.window_end_ns, session.mid_ticks, session.level_ticks)
    trades: Any = (session.trade_ts_ns, session.trade_ticks)
    barrier, end_ns = session.barrier_ticks, session.session_end_ns
    whole_day: Any = [*given_, *trades, barrier, 5, end_ns]
    whole, state = find_episodes(*whole_day), new_episodes()
    for _, stop in pieces(rng, session.windows):
        seen = int(np.searchsorted(trades[0], session.window_end_ns[stop - 1]))
        known: Any = [*(column[:stop] for column in given_), *(column[:seen] for column in trades), barrier[:stop], 5, end_ns]
        state = step_episodes(state, *known)
    so_far = episodes_of(state, session.window_end_ns)
    after = slice(0, len(whole.end_ns) - int(state.at["open"][0]))
    for name in Episodes._fields:
        which = after if name in ("end_ns", "exit") else slice(None)
        assert_array_equal(getattr(so_far, name)[which], getattr(whole, name)[which], err_msg=name)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_frames_in_pieces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = with_gaps(rng, (WINDOWS, len(FRAME_FEATURES)), 0.0)
    values[rng.random(WINDOWS) < 0.1] = np.nan
    window = np.flatnonzero(np.isfinite(values).all(axis=1))
    entry, momenta = window - np.minimum(window, 7), rng.normal(0, 1, (len(window), 4))
    totals = frame_totals(values[:0])
    for start, stop in pieces(rng):
        totals = frame_totals(values[start:stop], totals)
    assert_array_equal(
        frame_vectors(values, window, entry, momenta, 5, totals), frame_vectors(values, window, entry, momenta, 5), strict=True
    )


def test_a_quantity_without_a_mark_counts_its_windows_on() -> None:
    state = new_held()
    signs(np.zeros(3), float("nan"), 6, state)
    assert signs(np.zeros(2), float("nan"), 6, state).windows.tolist() == [4, 5]


def test_no_window_changes_no_state() -> None:
    state, total = new_balance(), np.array([3.0])
    nothing = np.empty(0)
    balances(nothing, nothing, nothing, (Marks(1.0, 2.0), Marks(1.0, 2.0), 0.0), 6, state)
    fold(np.empty((1, 0)), 0.5, total)
    assert (state.spell.tolist(), total.tolist()) == ([0, 0], [3.0])
