"""Zones: which tick belongs where, and what a level costs."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.events import NO_TICK
from src.data_eng.core.zones import AT, FAR, MID, NEAR, REACH, ZoneTally, nearest_tick, price_in_force, quadrant, tally_zones
from tests.level_flow import EDGES, row, tape

pytestmark = pytest.mark.nojit
LEVEL = 1000
ASK, BID = 1, 0


def tally_of(*rows: dict[str, int], level_tick: int = LEVEL) -> ZoneTally:
    return tally_zones(tape([list(rows)]), np.array([[level_tick]], np.int32), EDGES)


def test_each_distance_lies_in_its_zone_and_beyond_twenty_ticks_in_none() -> None:
    zone_of = {0: AT, 2: AT, 3: NEAR, 5: NEAR, 6: MID, 14: MID, 15: FAR, 20: FAR}
    for distance, zone in zone_of.items():
        asks = quadrant(tally_of(row(ASK, LEVEL + distance, depth_start=7)), "ask_above").depth_start[:, 0]
        assert asks.tolist() == [7 if place in (zone, REACH) else 0 for place in range(5)]
    assert quadrant(tally_of(row(ASK, LEVEL + 21, depth_start=7)), "ask_above").depth_start[:, 0].tolist() == [0] * 5


def test_the_levels_own_tick_is_above_and_below_at_once_but_counts_once_in_reach() -> None:
    tally = tally_of(row(ASK, LEVEL, depth_start=4, buy_volume=3))
    assert quadrant(tally, "ask_above").depth_start[AT, 0] == 4
    assert quadrant(tally, "ask_below").depth_start[AT, 0] == 4
    assert tally.reach.depth_start[0] == 4
    assert tally.reach.buy_volume[0] == 3


def test_sides_and_places_do_not_mix() -> None:
    tally = tally_of(row(BID, LEVEL - 4, add=1), row(BID, LEVEL + 4, add=2), row(ASK, LEVEL - 4, add=3), row(ASK, LEVEL + 4, add=4))
    found = {name: int(quadrant(tally, name).add[NEAR, 0]) for name in ("bid_below", "bid_above", "ask_below", "ask_above")}
    assert found == {"bid_below": 1, "bid_above": 2, "ask_below": 3, "ask_above": 4}


def test_moments_weigh_depth_by_its_distance_on_either_side() -> None:
    tally = tally_of(row(BID, LEVEL - 10, depth_start=5), row(BID, LEVEL - 3, depth_start=2), row(ASK, LEVEL + 6, depth_start=3))
    assert quadrant(tally, "bid_below").moment_start[REACH, 0] == 10 * 5 + 3 * 2
    assert quadrant(tally, "ask_above").moment_start[REACH, 0] == 6 * 3


def test_refill_is_counted_tick_by_tick() -> None:
    tally = tally_of(row(ASK, LEVEL, depth_start=9, fill=6, add=2), row(ASK, LEVEL + 1, depth_start=9, add=5))
    assert quadrant(tally, "ask_above").refilled[AT, 0] == 2, "the add a tick higher puts nothing back"


def test_a_level_between_ticks_is_rounded_to_the_nearest_and_upward_at_a_half() -> None:
    assert nearest_tick(np.array([99.4, 99.5, 99.6, np.nan])).tolist() == [99, 100, 100, NO_TICK]


def test_cells_come_level_by_level_and_only_where_requested() -> None:
    windows = tape([[row(ASK, LEVEL, depth_start=w + 1)] for w in range(40)])
    level_ticks = np.full((2, 40), NO_TICK, np.int32)
    level_ticks[0, 5:35] = LEVEL
    level_ticks[1, [0, 39]] = LEVEL + 3
    tally = tally_zones(windows, level_ticks, EDGES)
    assert tally.level.tolist() == [0] * 30 + [1] * 2
    assert tally.window.tolist() == [*range(5, 35), 0, 39]
    assert quadrant(tally, "ask_above").depth_start[AT, :30].tolist() == [w + 1 for w in range(5, 35)]
    assert quadrant(tally, "ask_below").depth_start[NEAR, 30:].tolist() == [1, 40]


def test_a_hundred_levels_get_what_each_gets_alone() -> None:
    rng = np.random.default_rng(1)
    windows = tape([[row(ASK, LEVEL + int(tick), depth_start=int(rng.integers(1, 99))) for tick in range(90)] for _ in range(8)])
    ticks = (LEVEL + np.arange(100)[:, None] + np.zeros(8)).astype(np.int32)
    together = tally_zones(windows, ticks, EDGES)
    for level in (0, 37, 99):
        alone = tally_zones(windows, ticks[level : level + 1], EDGES)
        assert np.array_equal(alone.sums, together.sums[..., together.level == level])


def test_a_side_wider_than_any_band_is_summed_too() -> None:
    tally = tally_zones(
        tape([[row(ASK, LEVEL, depth_start=1), row(ASK, LEVEL + 5000, depth_start=2)]]),
        np.array([[LEVEL], [LEVEL + 5001]], np.int32),
        EDGES,
    )
    assert quadrant(tally, "ask_above").depth_start[REACH].tolist() == [1, 0]
    assert quadrant(tally, "ask_below").depth_start[REACH].tolist() == [1, 2]


def test_no_rows_and_no_levels_give_empty_answers() -> None:
    assert quadrant(tally_of(), "ask_above").depth_end[REACH].tolist() == [0]
    assert tally_zones(tape([[]]), np.empty((0, 1), np.int32), EDGES).window.tolist() == []


def test_a_price_is_in_force_from_the_window_that_begins_when_it_is_known() -> None:
    in_force = price_in_force(np.array([10, 30]), np.array([1.5, 2.5]), np.array([5, 10, 25, 30, 99]))
    assert np.array_equal(in_force, [np.nan, 1.5, 1.5, 2.5, 2.5], equal_nan=True)
