"""What must be true of episodes and labels of any session: nothing looks forward, and nothing un-happens."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.confirmations import find_confirmations
from src.data_eng.core.episodes import (
    EXIT_LEVEL_MOVED,
    EXIT_LOWER,
    EXIT_SESSION_END,
    EXIT_UPPER,
    Episodes,
    EpisodeWindows,
    episode_windows,
    find_episodes,
)
from src.data_eng.core.labels import BREAK_DOWN, BREAK_UP, CENSORED, CHOP, NO_HIT, REJECT_DOWN, REJECT_UP, Labels, label_triggers
from tests.parity.test_naive_episodes import RandomSession

S = 1_000_000_000
HORIZONS_NS = np.array([20, 60, 120, 300]) * S
seeds = st.integers(0, 100_000)


def episodes_of(session: RandomSession, windows: int, until_ns: int) -> Episodes:
    """Episodes seen when only `windows` windows and the trades before `until_ns` are there."""
    past = session.trade_ts_ns < until_ns
    return find_episodes(
        session.window_end_ns[:windows],
        session.mid_ticks[:windows],
        session.level_ticks[:windows],
        session.trade_ts_ns[past],
        session.trade_ticks[past],
        session.barrier_ticks[:windows],
        5,
        until_ns,
    )


def answered(session: RandomSession, episodes: Episodes, windows: int) -> EpisodeWindows:
    return episode_windows(episodes.start_window, episodes.stop_window, session.window_end_ns[:windows], np.ones(windows, bool))


def labels_of(session: RandomSession, until_ns: int, seen_end_ns: int | None = None, barrier_ticks: int = 8) -> Labels:
    """Labels of every window from the trades up to a moment, with what each sees after it unless all see as far."""
    past = session.trade_ts_ns <= until_ns
    level = np.nan_to_num(session.level_ticks, nan=24_000.0)
    return label_triggers(
        session.window_end_ns,
        level,
        level - 1,
        np.where(np.arange(session.windows) % 2, 1, -1).astype(np.int8),
        session.trade_ts_ns[past],
        session.trade_ticks[past],
        np.full(session.windows, barrier_ticks),
        session.window_end_ns,
        HORIZONS_NS,
        session.seen_end_ns if seen_end_ns is None else np.full(session.windows, seen_end_ns),
    )


@settings(max_examples=60, deadline=None)
@given(seeds, st.floats(0.05, 1))
def test_cutting_the_future_off_changes_no_trigger_of_the_past(seed: int, share: float) -> None:
    session = RandomSession(seed)
    kept = max(int(session.windows * share), 1)
    now_ns = int(session.window_end_ns[kept - 1])
    whole, cut = (
        episodes_of(session, session.windows, session.session_end_ns),
        episodes_of(session, kept, min(now_ns + 1, session.session_end_ns)),
    )
    seen = whole.start_ns <= now_ns
    for name in ("start_window", "approach_dir", "number", "kind", "barrier_ticks"):
        assert getattr(whole, name)[seen].tolist() == getattr(cut, name).tolist()
    whole_triggers, cut_triggers = answered(session, whole, session.windows), answered(session, cut, kept)
    # The last window kept is left out: a level that jumps at its very end ends the episode before it, which the cut day cannot know.
    past, cut_past = whole_triggers.window < kept - 1, cut_triggers.window < kept - 1
    for name in EpisodeWindows._fields:
        assert getattr(whole_triggers, name)[past].tolist() == getattr(cut_triggers, name)[cut_past].tolist()


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_the_market_turned_upside_down_has_the_same_episodes_from_the_other_side(seed: int) -> None:
    session = RandomSession(seed)
    whole = episodes_of(session, session.windows, session.session_end_ns)
    session.mid_ticks, session.level_ticks, session.trade_ticks = -session.mid_ticks, -session.level_ticks, -session.trade_ticks
    flipped = episodes_of(session, session.windows, session.session_end_ns)
    for name in ("start_window", "stop_window", "start_ns", "end_ns", "number", "kind", "barrier_ticks"):
        assert getattr(whole, name).tolist() == getattr(flipped, name).tolist()
    assert whole.approach_dir.tolist() == (-flipped.approach_dir).tolist()
    other = {EXIT_UPPER: EXIT_LOWER, EXIT_LOWER: EXIT_UPPER}
    assert whole.exit.tolist() == [other.get(code, code) for code in flipped.exit.tolist()]


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_no_window_of_an_episode_was_decided_before_it_ended(seed: int) -> None:
    """From the first window's end to each later one, no trade lay the frozen barrier away from the level then in force."""
    session = RandomSession(seed)
    episodes = episodes_of(session, session.windows, session.session_end_ns)
    for start, stop, barrier_ticks in zip(episodes.start_window, episodes.stop_window, episodes.barrier_ticks, strict=True):
        for window in range(start + 1, stop):
            begin, end = np.searchsorted(session.trade_ts_ns, session.window_end_ns[[window - 1, window]])
            assert (np.abs(session.trade_ticks[begin:end] - session.level_ticks[window]) < barrier_ticks).all()


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_episodes_lie_apart_and_end_where_they_say(seed: int) -> None:
    session = RandomSession(seed)
    episodes = episodes_of(session, session.windows, session.session_end_ns)
    assert (episodes.start_ns[1:] >= episodes.end_ns[:-1]).all()
    for start, stop, end_ns, exit_code in zip(episodes.start_window, episodes.stop_window, episodes.end_ns, episodes.exit, strict=True):
        assert (session.window_end_ns[start:stop] <= end_ns).all()
        if exit_code not in (EXIT_SESSION_END, EXIT_LEVEL_MOVED):
            assert end_ns in session.trade_ts_ns


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_an_outcome_stays_at_every_longer_horizon_until_it_is_censored(seed: int) -> None:
    outcome = labels_of(RandomSession(seed), 2**62).outcome
    decided = (BREAK_UP, BREAK_DOWN, REJECT_UP, REJECT_DOWN)
    for earlier, later in zip(outcome[:, :-1].T, outcome[:, 1:].T, strict=True):
        assert (later[earlier == CENSORED] == CENSORED).all()
        for code in decided:
            assert np.isin(later[earlier == code], (code, CENSORED)).all()
        assert (earlier[later == CHOP] == CHOP).all()


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_excursions_never_shrink_with_the_horizon(seed: int) -> None:
    labels = labels_of(RandomSession(seed), 2**62)
    for excursion in (labels.mfe_ticks, labels.mae_ticks):
        growth = np.diff(excursion, axis=1)
        assert (growth[np.isfinite(growth)] >= 0).all()


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(0, 3), st.floats(0, 1))
def test_trades_after_a_horizon_do_not_change_its_label(seed: int, horizon: int, share: float) -> None:
    session = RandomSession(seed)
    window = int(share * (session.windows - 1))
    until_ns = int(session.window_end_ns[window] + HORIZONS_NS[horizon])
    whole, cut = (labels_of(session, end_ns, session.session_end_ns) for end_ns in (2**62, until_ns))
    for name in ("outcome", "mfe_ticks", "mae_ticks"):
        np.testing.assert_array_equal(getattr(whole, name)[window, : horizon + 1], getattr(cut, name)[window, : horizon + 1])
    if whole.first_hit_ts_ns[window] <= until_ns and whole.first_hit_ts_ns[window] != NO_HIT:
        assert cut.first_hit_ts_ns[window] == whole.first_hit_ts_ns[window]
        np.testing.assert_array_equal(whole.mae_before_hit_ticks[window], cut.mae_before_hit_ticks[window])


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_the_clock_alone_decides_what_is_censored(seed: int) -> None:
    """The same moments are censored whatever price did: under a barrier that is always hit and one that never is."""
    session = RandomSession(seed)
    near, far = (labels_of(session, 2**62, barrier_ticks=barrier) for barrier in (1, 10_000))
    assert ((near.outcome == CENSORED) == (far.outcome == CENSORED)).all()


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(1, 8))
def test_cutting_the_future_off_changes_no_confirmation_of_the_past(seed: int, candles: int) -> None:
    session = RandomSession(seed)
    starts, opened, closed = session.candles()
    now_ns = session.start_ns + candles * 120 * S
    whole = find_confirmations(starts, opened, closed, session.window_end_ns, session.level_ticks, 120)
    kept, windows = starts + 120 * S <= now_ns, session.window_end_ns <= now_ns
    cut = find_confirmations(starts[kept], opened[kept], closed[kept], session.window_end_ns[windows], session.level_ticks[windows], 120)
    seen = whole.ts_ns <= now_ns
    assert whole.ts_ns[seen].tolist() == cut.ts_ns.tolist()
    assert whole.kind[seen].tolist() == cut.kind.tolist()
