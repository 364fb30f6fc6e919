"""Barrier, approach, episodes and confirmations on paths small enough to follow by eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from src.data_eng.core.episodes import (
    EXIT_LEVEL_MOVED,
    EXIT_LOWER,
    EXIT_SESSION_END,
    EXIT_UPPER,
    FIRST_TEST,
    REPEAT_TEST,
    RETEST,
    Episodes,
    day_barrier,
    find_confirmations,
    find_episodes,
    history_behind,
    session_volatility,
    trigger_windows,
)
from src.data_eng.core.labels import FROM_ABOVE, FROM_BELOW

pytestmark = pytest.mark.nojit

S = 1_000_000_000
LEVEL = 1000.0


def episodes_of(path: Sequence[float], levels: Sequence[float] | None = None, before: tuple[int, ...] = (), lasts_s: int = 0) -> Episodes:
    """Episodes of a price that trades and stands at `path[i]` in window i, with trades `before` the first window; b = 8, near = 5."""
    windows = len(path)
    ends = 5 * S * np.arange(1, windows + 1)
    ticks = np.array([*before, *(round(price) for price in path)], np.int32)
    times = np.concatenate([-np.arange(len(before), 0, -1) * S, ends - S]).astype(np.int64)
    level = np.full(windows, LEVEL) if levels is None else np.array(levels, np.float64)
    return find_episodes(ends, np.array(path, np.float64), level, times, ticks, 8, 5, int(ends[-1]) + lasts_s * S)


def test_an_episode_begins_five_ticks_from_the_level_and_ends_at_the_barrier() -> None:
    episodes = episodes_of([990, 994, 995, 998, 1003, 1008, 1010])
    assert episodes.start_window.tolist() == [2]
    assert episodes.start_ns.tolist() == [15 * S]
    assert episodes.end_ns.tolist() == [29 * S]
    assert episodes.stop_window.tolist() == [5]
    assert episodes.approach_dir.tolist() == [FROM_BELOW]
    assert episodes.exit.tolist() == [EXIT_UPPER]
    assert episodes.kind.tolist() == [FIRST_TEST]


def test_without_a_departure_there_is_no_approach_and_no_episode() -> None:
    assert len(episodes_of([995, 1000, 1004, 998]).start_ns) == 0


def test_the_path_before_the_first_window_gives_the_approach() -> None:
    assert episodes_of([996, 998], before=(1012, 1004)).approach_dir.tolist() == [FROM_ABOVE]
    assert episodes_of([996, 998], before=(1012, 990, 994)).approach_dir.tolist() == [FROM_BELOW]


def test_a_price_that_has_gone_through_begins_an_episode_too() -> None:
    assert episodes_of([990, 1006, 1007]).start_window.tolist() == [1]


def test_a_price_that_runs_past_both_barriers_in_one_window_tests_nothing() -> None:
    assert len(episodes_of([990, 1010, 1012]).start_ns) == 0


def test_a_break_makes_the_return_a_retest_and_a_rejection_a_repeat_test() -> None:
    episodes = episodes_of([990, 996, 1009, 1004, 1009, 1003, 991, 996, 990])
    assert episodes.approach_dir.tolist() == [FROM_BELOW, FROM_ABOVE, FROM_ABOVE, FROM_BELOW]
    assert episodes.exit.tolist() == [EXIT_UPPER, EXIT_UPPER, EXIT_LOWER, EXIT_LOWER]
    assert episodes.kind.tolist() == [FIRST_TEST, RETEST, REPEAT_TEST, RETEST]
    assert episodes.number.tolist() == [1, 2, 3, 4]


def test_an_open_episode_ends_with_the_session() -> None:
    episodes = episodes_of([990, 996, 998], lasts_s=3)
    assert episodes.exit.tolist() == [EXIT_SESSION_END]
    assert episodes.end_ns.tolist() == [18 * S]
    assert episodes.stop_window.tolist() == [3]


def test_an_unknown_level_has_no_episode_but_its_past_counts_from_then_on() -> None:
    episodes = episodes_of([990, 996, 997, 998], levels=[np.nan, np.nan, LEVEL, LEVEL])
    assert episodes.start_window.tolist() == [2]
    assert episodes.approach_dir.tolist() == [FROM_BELOW]


def test_a_window_without_a_mid_begins_no_episode() -> None:
    ends = 5 * S * np.arange(1, 4)
    mids = np.array([990.0, np.nan, 997.0])
    episodes = find_episodes(ends, mids, np.full(3, LEVEL), ends - S, np.array([990, 996, 997], np.int32), 8, 5, int(ends[-1]))
    assert episodes.start_window.tolist() == [2]


def test_a_level_that_jumps_by_the_barrier_ends_the_episode_and_is_tested_afresh() -> None:
    """The round number moves from 1000 to 1100 while price stands between; back at 1000 the earlier rejection counts again."""
    path = [990, 996, 990, 1060, 1097, 1020, 1004]
    levels = [1000, 1000, 1000, 1100, 1100, 1000, 1000]
    episodes = episodes_of(path, levels)
    assert episodes.kind.tolist() == [FIRST_TEST, FIRST_TEST, REPEAT_TEST]
    assert episodes.exit.tolist() == [EXIT_LOWER, EXIT_LEVEL_MOVED, EXIT_SESSION_END]
    assert episodes.end_ns.tolist()[1] == 25 * S


def test_a_zone_as_wide_as_the_barrier_is_refused() -> None:
    with pytest.raises(ValueError, match="not wider than the zone"):
        find_episodes(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int32), 5, 5, 0)


def test_triggers_are_the_windows_of_an_episode_that_have_their_history() -> None:
    episodes = episodes_of([990, 996, 998, 1001, 1009, 1004, 1003])
    assert trigger_windows(episodes, np.ones(7, bool)).window.tolist() == [1, 2, 3, 5]
    late = trigger_windows(episodes, np.array([0, 0, 1, 1, 1, 1, 1], bool))
    assert late.window.tolist() == [2, 3, 5]
    assert late.episode.tolist() == [0, 0, 1]


def test_history_needs_every_window_of_the_look_back() -> None:
    features = np.array([1, 1, 1, 0, 1, 1, 1, 1], bool)
    assert history_behind(features, 3).tolist() == [False, False, True, False, False, False, True, True]
    assert not history_behind(features, 9).any()
    assert not history_behind(features, 20).any()


def test_volatility_is_per_root_second_and_needs_five_minutes() -> None:
    """Changes of 2 ticks in 5 s: sqrt(4 / 5) ticks per root second."""
    zigzag = np.where(np.arange(100) % 2, 1002.0, 1000.0)
    assert session_volatility(zigzag, 5) == pytest.approx((4 / 5) ** 0.5)
    zigzag[50] = np.nan
    assert session_volatility(zigzag, 5) == pytest.approx((4 / 5) ** 0.5)
    assert np.isnan(session_volatility(zigzag[:60], 5))


def test_the_barrier_is_the_median_past_rounded_up_and_never_below_its_minimum() -> None:
    """Median of 1.4, 1.5, 1.6: 1.5 * sqrt(120) = 16.43."""
    assert day_barrier(np.array([1.6, np.nan, 1.4, 1.5]), 8, 120) == 17
    assert day_barrier(np.array([0.2]), 8, 120) == 8
    assert day_barrier(np.array([]), 8, 120) == 8
    assert day_barrier(np.array([np.nan]), 8, 120) == 8


def confirmations_of(candles: list[tuple[int, int, int]], level: list[float] | None = None) -> list[tuple[int, int, int]]:
    """(close in candles from the start, approach, kind); a candle is (position, open, close), a level one price a candle."""
    count = 6
    ends = 5 * S * np.arange(1, 24 * count + 1)
    levels = np.repeat(np.full(count, LEVEL) if level is None else np.array(level), 24)
    position, opened, closed = (np.array(column) for column in zip(*candles, strict=True))
    found = find_confirmations(position * 120 * S, opened.astype(np.int32), closed.astype(np.int32), ends, levels, 120)
    assert found.ts_ns.tolist() == ends[found.window].tolist()
    return list(zip((found.ts_ns // (120 * S)).tolist(), found.approach_dir.tolist(), found.kind.tolist(), strict=True))


def test_a_crossing_candle_is_confirmed_by_the_close_of_the_next() -> None:
    assert confirmations_of([(0, 996, 1003), (1, 1003, 1001)]) == [(2, FROM_BELOW, FIRST_TEST)]
    assert confirmations_of([(0, 1003, 996), (1, 996, 990)]) == [(2, FROM_ABOVE, FIRST_TEST)]


def test_a_close_back_at_the_level_confirms_nothing() -> None:
    assert confirmations_of([(0, 996, 1003), (1, 1003, 1000)]) == []


def test_a_candle_that_opens_at_the_level_crosses_nothing() -> None:
    assert confirmations_of([(0, 1000, 1003), (1, 1003, 1006)]) == []


def test_a_silent_candle_between_confirms_nothing() -> None:
    assert confirmations_of([(0, 996, 1003), (2, 1003, 1006)]) == []


def test_a_level_unknown_when_the_candle_began_is_not_crossed_by_it() -> None:
    assert confirmations_of([(0, 996, 1003), (1, 1003, 1006)], level=[np.nan, *[LEVEL] * 5]) == []


def test_confirmations_the_same_way_repeat_and_the_other_way_retest() -> None:
    candles = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 997), (3, 997, 998), (4, 1003, 999), (5, 999, 998)]
    assert confirmations_of(candles) == [(2, FROM_BELOW, FIRST_TEST), (4, FROM_ABOVE, RETEST), (6, FROM_ABOVE, REPEAT_TEST)]


def test_a_confirmation_after_the_last_window_is_left_out() -> None:
    assert confirmations_of([(5, 996, 1003), (6, 1003, 1006)]) == []
