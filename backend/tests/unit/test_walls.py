"""Walls: which strike is one, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.physics.walls import (
    ABSORBING,
    APPEARED,
    EATEN,
    GREW,
    LEFT,
    PULLED,
    STANDS,
    StrikeBook,
    WallRules,
    excess,
    find_walls,
    new_walls,
)

STRIKES, ASK = 21, 1
RULES = WallRules(appear=1.5, massive=2.0, reach=10, leave=14)


def book(depth_at_15: list[float], fill_at_15: list[float] | None = None, around: float = 20.0) -> StrikeBook:
    """Asks of `around` contracts a strike, and what stands and is filled at strike 15."""
    windows = len(depth_at_15)
    depth = np.full((windows, 2, STRIKES), around)
    depth[:, ASK, 15] = depth_at_15
    fill = np.zeros_like(depth)
    fill[:, ASK, 15] = fill_at_15 or [0.0] * windows
    return StrikeBook(depth, np.full_like(depth, around), np.ones(depth.shape, np.bool_), fill)


def events(strike_book: StrikeBook, centre: int | list[int] = 10) -> list[int]:
    """Events at strike 15 by window; -9 where there is no wall."""
    windows = len(strike_book.depth)
    centres = np.array([centre] * windows if isinstance(centre, int) else centre, np.int32)
    rows = find_walls(
        strike_book, np.zeros_like(strike_book.depth), excess(strike_book), centres, np.arange(windows), RULES, new_walls(STRIKES)
    )
    assert set(rows["side"].tolist()) <= {ASK}
    assert set(rows["strike"].tolist()) <= {15}
    by_window = dict(zip(rows["window"].tolist(), rows["event"].tolist(), strict=True))
    return [by_window.get(window, -9) for window in range(windows)]


@pytest.mark.nojit
def test_it_appears_at_the_second_of_three_windows() -> None:
    assert events(book([30, 30, 30])) == [-9, APPEARED, STANDS]
    assert events(book([30, 20, 30])) == [-9, -9, APPEARED]
    assert events(book([30, 20, 20, 30])) == [-9] * 4
    assert events(book([29.9] * 3)) == [-9] * 3


@pytest.mark.nojit
def test_it_grows_by_half_of_its_last_peak() -> None:
    assert events(book([40, 40, 60, 80, 90])) == [-9, APPEARED, GREW, STANDS, GREW]
    assert events(book([40, 40, 59.9])) == [-9, APPEARED, STANDS]


@pytest.mark.nojit
def test_below_half_its_peak_it_is_pulled_or_eaten() -> None:
    assert events(book([40, 40, 20, 19])) == [-9, APPEARED, STANDS, PULLED]
    assert events(book([40, 40, 10], [0, 0, 15]))[-1] == EATEN
    assert events(book([40, 40, 10], [0, 0, 14.9]))[-1] == PULLED
    assert events(book([40, 40, 10], [0, 15, 0]))[-1] == PULLED
    assert events(book([40, 40, 60, 20], [0, 0, 30, 0]))[-1] == PULLED


@pytest.mark.nojit
def test_it_absorbs_once_while_it_stands() -> None:
    assert events(book([40] * 5, [0, 0, 10, 10, 20])) == [-9, APPEARED, STANDS, ABSORBING, STANDS]
    assert events(book([40, 40, 27.9], [0, 0, 20]))[-1] == STANDS
    assert events(book([40, 40, 28], [0, 0, 20]))[-1] == ABSORBING


@pytest.mark.nojit
def test_what_was_refreshed_is_counted_from_the_window_after_it_appeared() -> None:
    """5 a window: what came before and as it appeared is not the wall's; after it went and came again it counts anew."""
    strike_book = book([40, 40, 40, 40, 10, 40, 40, 40])
    refresh = np.full_like(strike_book.depth, 5.0)
    rows = find_walls(strike_book, refresh, excess(strike_book), np.full(8, 10, np.int32), np.arange(8), RULES, new_walls(STRIKES))
    assert rows["event"].tolist() == [APPEARED, STANDS, STANDS, PULLED, APPEARED, STANDS]
    assert rows["refreshed"].tolist() == [0, 5, 10, 15, 0, 5]


@pytest.mark.nojit
def test_it_is_looked_for_within_reach_and_kept_until_price_has_left() -> None:
    assert events(book([40] * 3), 4) == [-9] * 3
    assert events(book([40] * 5), [5, 5, 1, 0, 0]) == [-9, APPEARED, STANDS, LEFT, -9]
    assert events(book([40] * 4), [5, 5, -1, 5]) == [-9, APPEARED, -9, STANDS]


@pytest.mark.nojit
def test_a_strike_that_the_touch_cuts_is_not_judged_but_a_wall_there_stays() -> None:
    cut = book([40] * 5)
    cut.whole[0, ASK, 15] = False
    assert events(cut) == [-9, -9, APPEARED, STANDS, STANDS]
    standing = book([40] * 4)
    standing.whole[2:, ASK, 15] = False
    assert events(standing) == [-9, APPEARED, STANDS, STANDS]


def test_excess_is_against_the_greater_of_usual_and_the_neighbours_median() -> None:
    rng = np.random.default_rng(3)
    depth = rng.integers(0, 90, (6, 2, STRIKES)).astype(np.float64)
    usual = rng.uniform(5, 60, depth.shape)
    usual[0] = np.nan
    whole = rng.random(depth.shape) < 0.8
    w = excess(StrikeBook(depth, usual, whole, np.zeros_like(depth)))
    for at in np.ndindex(*depth.shape):
        np.testing.assert_allclose(w[at], naive_excess(depth, usual, whole, at), equal_nan=True)


def naive_excess(depth: NDArray[np.float64], usual: NDArray[np.float64], whole: NDArray[np.bool_], at: tuple[int, ...]) -> float:
    window, side, strike = at
    if not whole[at]:
        return float("nan")
    near = [s for step in (1, 2, 3) for s in (strike - step, strike + step) if 0 <= s < STRIKES and whole[window, side, s]]
    candidates = [float(np.median([depth[window, side, s] for s in near]))] if near else []
    candidates += [] if np.isnan(usual[at]) else [float(usual[at])]
    return float(depth[at] / max(candidates)) if candidates and max(candidates) > 0 else float("nan")


def test_a_day_in_pieces_has_the_same_walls() -> None:
    rng = np.random.default_rng(4)
    depth = rng.integers(5, 60, (40, 2, STRIKES)).astype(np.float64)
    whole_day = StrikeBook(depth, np.full_like(depth, 20.0), np.ones(depth.shape, np.bool_), rng.integers(0, 20, depth.shape).astype(float))
    centre = np.full(40, 10, np.int32)
    refresh = rng.integers(0, 9, depth.shape).astype(float)
    rows = find_walls(whole_day, refresh, excess(whole_day), centre, np.arange(40), RULES, new_walls(STRIKES))
    state = new_walls(STRIKES)
    count = 0
    for w in range(40):
        now_only = slice(w, w + 1)
        one = StrikeBook(whole_day.depth[now_only], whole_day.usual[now_only], whole_day.whole[now_only], whole_day.fill[now_only])
        now = find_walls(one, refresh[now_only], excess(one), centre[:1], np.array([w]), RULES, state)
        for name in ("event", "since", "eaten", "refreshed"):
            assert now[name].tolist() == rows[name][rows["window"] == w].tolist()
        count += len(now["event"])
    assert count == len(rows["event"]) > 50
