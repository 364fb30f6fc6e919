"""Approach, episodes, their windows and confirmations on paths small enough to follow by eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from src.data_eng.core.confirmations import find_confirmations
from src.data_eng.core.episodes import (
    EXIT_LEVEL_MOVED,
    EXIT_LOWER,
    EXIT_SESSION_END,
    EXIT_UPPER,
    FIRST_TEST,
    REPEAT_TEST,
    RETEST,
    Episodes,
    EpisodeWindows,
    episode_windows,
    find_episodes,
    is_candidate,
)
from src.data_eng.core.labels import FROM_ABOVE, FROM_BELOW

pytestmark = pytest.mark.nojit

S = 1_000_000_000
LEVEL = 1000.0


def episodes_of(
    path: Sequence[float],
    levels: Sequence[float] | None = None,
    before: tuple[int, ...] = (),
    lasts_s: int = 0,
    barriers: Sequence[int] | None = None,
) -> Episodes:
    """Episodes of a price that trades and stands at `path[i]` in window i, with trades `before` the first window; near = 5.

    b(t) is 8 unless `barriers` has it by window.
    """
    windows = len(path)
    ends = 5 * S * np.arange(1, windows + 1)
    ticks = np.array([*before, *(round(price) for price in path)], np.int32)
    times = np.concatenate([-np.arange(len(before), 0, -1) * S, ends - S]).astype(np.int64)
    level = np.full(windows, LEVEL) if levels is None else np.array(levels, np.float64)
    barrier = np.full(windows, 8) if barriers is None else np.array(barriers)
    return find_episodes(ends, np.array(path, np.float64), level, times, ticks, barrier, 5, int(ends[-1]) + lasts_s * S)


def windows_of(episodes: Episodes, usable: Sequence[int]) -> EpisodeWindows:
    ends = 5 * S * np.arange(1, len(usable) + 1)
    return episode_windows(episodes.start_window, episodes.stop_window, ends, np.array(usable, bool))


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
    episodes = find_episodes(ends, mids, np.full(3, LEVEL), ends - S, np.array([990, 996, 997], np.int32), np.full(3, 8), 5, int(ends[-1]))
    assert episodes.start_window.tolist() == [2]


def test_a_level_that_jumps_by_the_barrier_ends_the_episode_and_is_tested_afresh() -> None:
    """The round number moves from 1000 to 1100 while price stands between; back at 1000 the earlier rejection counts again."""
    path = [990, 996, 990, 1060, 1097, 1020, 1004]
    levels = [1000, 1000, 1000, 1100, 1100, 1000, 1000]
    episodes = episodes_of(path, levels)
    assert episodes.kind.tolist() == [FIRST_TEST, FIRST_TEST, REPEAT_TEST]
    assert episodes.exit.tolist() == [EXIT_LOWER, EXIT_LEVEL_MOVED, EXIT_SESSION_END]
    assert episodes.end_ns.tolist()[1] == 25 * S


def test_an_episode_keeps_the_barrier_of_its_first_window() -> None:
    """Price comes in under b = 8 and meets the level plus 9 when b(t) is 12, and then 20: the episode ends at 8 all the same."""
    episodes = episodes_of([990, 996, 1004, 1007, 1009, 1012], barriers=[8, 8, 12, 20, 20, 20])
    assert episodes.barrier_ticks.tolist() == [8]
    assert (episodes.exit.tolist(), episodes.end_ns.tolist()) == ([EXIT_UPPER], [24 * S])
    wide = episodes_of([980, 996, 1004, 1007, 1009, 1011, 1012], barriers=[8, 12, 8, 8, 8, 8, 8])
    assert (wide.barrier_ticks.tolist(), wide.end_ns.tolist()) == ([12], [34 * S])


def test_the_approach_is_the_last_departure_by_the_barrier_of_now() -> None:
    """Trades at 991 and then 1009: by b = 8 price comes from above, by b = 9 too, by b = 10 from where it was before, 985."""
    path, last = [996.0, 1004.0], [8, 9, 10, 16]
    found = [episodes_of(path, before=(985, 991, 1009), barriers=[barrier] * 2).approach_dir.tolist() for barrier in last]
    assert found == [[FROM_ABOVE], [FROM_ABOVE], [FROM_BELOW], []]


def test_a_departure_counts_from_the_level_as_it_now_is() -> None:
    """A drifting level: 1008 was a barrier above 1000, but is not above 1004, from which price was last away at 990."""
    assert episodes_of([1006, 1005], levels=[1002, 1004], before=(990, 1008)).approach_dir.tolist() == [FROM_BELOW]
    assert episodes_of([1004, 1003], levels=[1000, 1000], before=(990, 1008)).approach_dir.tolist() == [FROM_ABOVE]


def test_a_trade_exactly_at_the_barrier_is_a_departure_and_an_end() -> None:
    assert episodes_of([992, 996, 1008]).exit.tolist() == [EXIT_UPPER]
    assert len(episodes_of([993, 996, 1008]).start_ns) == 0


def test_a_departure_before_many_trades_is_found() -> None:
    """More trades than one block of extremes holds, all within the barrier, after the only departure."""
    for count in (255, 256, 257, 600):
        between = (1001, 999) * (count // 2) + (1000,) * (count % 2)
        assert episodes_of([996, 998], before=(1012, *between)).approach_dir.tolist() == [FROM_ABOVE]


def test_a_departure_exactly_at_the_barrier_is_found_within_a_whole_block_of_trades() -> None:
    """A block's extremes tell it apart from one that stayed within the barrier, on either side."""
    for departure, side in ((1008, FROM_ABOVE), (992, FROM_BELOW)):
        before = (departure, *(999, 1001) * 140)
        assert episodes_of([1000, 1000], before=before).approach_dir.tolist() == [side]


def test_a_mid_exactly_at_the_barrier_begins_no_episode() -> None:
    """The quotes run ahead of the trades, from 990 through the level to 1008, and come back to 1007.5."""
    ends = 5 * S * np.arange(1, 4)
    trades = np.array([990, 1001, 1002], np.int32)
    found = find_episodes(ends, np.array([990.0, 1008.0, 1007.5]), np.full(3, LEVEL), ends - S, trades, np.full(3, 8), 5, int(ends[-1]))
    assert found.start_window.tolist() == [2]


def test_a_trade_exactly_at_the_barrier_after_the_last_window_ends_the_episode() -> None:
    for last, ends_at in ((1008, EXIT_UPPER), (1007, EXIT_SESSION_END), (992, EXIT_LOWER)):
        ends = 5 * S * np.arange(1, 3)
        times, trades = np.array([S, 6 * S, 12 * S]), np.array([990, 996, last], np.int32)
        found = find_episodes(ends, np.array([990.0, 996.0]), np.full(2, LEVEL), times, trades, np.full(2, 8), 5, 15 * S)
        assert found.exit.tolist() == [ends_at]


@pytest.mark.parametrize(("level", "kind"), [(1005, REPEAT_TEST), (1006, FIRST_TEST)])
def test_an_episode_from_before_a_jump_counts_where_its_level_lay_exactly_near_this_one(level: int, kind: int) -> None:
    levels = [1000, 1000, 1000, 1100, 1100, level, level]
    episodes = episodes_of([990, 996, 990, 1060, 1097, level + 20, level + 4], levels)
    assert episodes.kind.tolist() == [FIRST_TEST, FIRST_TEST, kind]


def test_a_level_that_moves_less_than_the_frozen_barrier_ends_nothing() -> None:
    moved = episodes_of([988, 996, 1001, 1003], levels=[1000, 1000, 1009, 1009], barriers=[10, 10, 8, 8])
    assert moved.exit.tolist() == [EXIT_SESSION_END]
    jumped = episodes_of([988, 996, 1001, 1003], levels=[1000, 1000, 1009, 1009], barriers=[9, 9, 12, 12])
    assert jumped.exit.tolist()[0] == EXIT_LEVEL_MOVED


def test_a_zone_as_wide_as_any_windows_barrier_is_refused() -> None:
    with pytest.raises(ValueError, match="barrier of 5 ticks is not wider than the zone of 5 ticks"):
        episodes_of([990, 996], barriers=[8, 5])
    assert len(episodes_of([990, 997], barriers=[6, 6]).start_ns) == 1


def test_a_day_without_a_window_has_no_episode() -> None:
    none = np.zeros(0, np.int64)
    assert len(find_episodes(none, np.zeros(0), np.zeros(0), none, none.astype(np.int32), none, 5, 0).start_ns) == 0


def test_every_usable_window_of_an_episode_is_answered_from_its_first_with_its_age() -> None:
    episodes = episodes_of([990, 996, 998, 1001, 1009, 1004, 1003], lasts_s=1)
    assert windows_of(episodes, [1] * 7).window.tolist() == [1, 2, 3, 5, 6], "the barrier is met in window 4, before its end"
    ended = episodes_of([990, 996, 998, 1001, 1009, 1004, 1003])
    assert windows_of(ended, [1] * 7).window.tolist() == [1, 2, 3, 5], "the last window ends with the session"
    some = windows_of(episodes, [0, 0, 1, 1, 1, 1, 0])
    assert some.window.tolist() == [2, 3, 5]
    assert some.episode.tolist() == [0, 0, 1]
    assert some.age_s.tolist() == [5, 10, 0], "since the end of window 1, though that is not answered"


def test_an_episode_that_ends_as_its_first_window_does_has_that_window() -> None:
    """A trade at the very end of the first window belongs to the next one: it ends the episode, but nobody knew of it at that end."""
    ends = 5 * S * np.arange(1, 4)
    trades = np.array([4 * S, 9 * S, 10 * S]), np.array([990, 996, 1009], np.int32)
    episodes = find_episodes(ends, np.array([990.0, 996.0, 1009.0]), np.full(3, LEVEL), *trades, np.full(3, 8), 5, 15 * S)
    assert (episodes.start_ns.tolist(), episodes.end_ns.tolist()) == ([10 * S], [10 * S])
    assert windows_of(episodes, [1] * 3).window.tolist() == [1]


def test_candidate_ages_are_those_listed_and_then_every_step() -> None:
    age_s = np.arange(0, 130, 5)
    assert age_s[is_candidate(age_s, "0,15,+30")].tolist() == [0, 15, 30, 60, 90, 120]
    assert age_s[is_candidate(age_s, "0,15,30,60,120,240")].tolist() == [0, 15, 30, 60, 120]
    assert age_s[is_candidate(age_s, "15,+60")].tolist() == [15, 60, 120]


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
    same_way = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 997), (3, 997, 1003), (4, 1003, 1004)]
    assert confirmations_of(same_way) == [(2, FROM_BELOW, FIRST_TEST), (5, FROM_BELOW, REPEAT_TEST)]
    other_way = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 997), (3, 997, 998)]
    assert confirmations_of(other_way) == [(2, FROM_BELOW, FIRST_TEST), (4, FROM_ABOVE, RETEST)]


def test_a_break_confirmed_again_without_a_close_back_is_the_same_break() -> None:
    """Candle 2 opens below after a gap and crosses again, but none has closed below since the first confirmation."""
    once = [(0, 996, 1003), (1, 1003, 1001), (2, 999, 1002), (3, 1002, 1004)]
    assert confirmations_of(once) == [(2, FROM_BELOW, FIRST_TEST)]
    at_the_level = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 1000), (3, 999, 1002), (4, 1002, 1004)]
    assert confirmations_of(at_the_level) == [(2, FROM_BELOW, FIRST_TEST)]
    back = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 999), (3, 999, 1002), (4, 1002, 1004)]
    assert confirmations_of(back) == [(2, FROM_BELOW, FIRST_TEST), (5, FROM_BELOW, REPEAT_TEST)]


def test_a_crossing_candle_that_itself_confirms_the_other_way_is_no_close_back_for_its_own() -> None:
    """Up at 2; down at 4 with closes below between; up again at 6: the closes below came between the two."""
    candles = [(0, 996, 1003), (1, 1003, 1001), (2, 1001, 997), (3, 997, 998), (4, 998, 1002), (5, 1002, 1003)]
    assert confirmations_of(candles) == [(2, FROM_BELOW, FIRST_TEST), (4, FROM_ABOVE, RETEST), (6, FROM_BELOW, RETEST)]


def test_a_confirmation_after_the_last_window_is_left_out() -> None:
    assert confirmations_of([(5, 996, 1003), (6, 1003, 1006)]) == []
