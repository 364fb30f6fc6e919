"""The kernel and the features against their slow twins on random flow."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.features import feature_names
from src.data_eng.core.features.registry import Best
from src.data_eng.core.zones import QUADRANTS, REACH, ZONES, Quadrant, quadrant
from tests.level_flow import features_of, random_windows
from tests.parity.naive_features import ZONES as ZONE_TICKS
from tests.parity.naive_features import naive_features, naive_motion, quadrant_rows, total

SIDE_AND_PLACE = {"ask_above": (1, True), "ask_below": (1, False), "bid_above": (0, True), "bid_below": (0, False)}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.nojit
def test_every_zone_sum_equals_the_naive_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    windows = random_windows(rng, 20, 27_000)
    levels = np.stack([np.full(20, 27_010.0), np.full(20, 26_990.25), np.linspace(26_970, 27_030, 20)])
    levels[0, :4] = np.nan
    tally, _ = features_of(windows, np.full(20, 27_000.0), levels)
    for cell, (level, window) in enumerate(zip(tally.level, tally.window, strict=True)):
        tick = int(np.floor(levels[level, window] + 0.5))
        for name in QUADRANTS:
            rows = quadrant_rows(windows[window], tick, *SIDE_AND_PLACE[name])
            sums = quadrant(tally, name)
            for zone, zone_name in enumerate([*ZONES, None]):
                for counter in Quadrant._fields[:7]:
                    assert getattr(sums, counter)[zone, cell] == total(rows, counter, zone_name), (name, zone_name, counter)
                inside = {x: row for x, row in rows.items() if zone == REACH or x in ZONE_TICKS[ZONES[zone]]}
                assert sums.refilled[zone, cell] == sum(min(row["add"], row["fill"]) for row in inside.values())
                assert sums.moment_start[zone, cell] == sum(x * row["depth_start"] for x, row in inside.items())
                assert sums.moment_end[zone, cell] == sum(x * row["depth_end"] for x, row in inside.items())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.nojit
def test_every_feature_equals_the_naive_feature(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 30
    windows = random_windows(rng, count, 27_000)
    windows[7], windows[8] = [], windows[8][:3]
    mids = 27_000 + np.cumsum(rng.integers(-4, 5, count)) / 2
    mids[[11, 17]] = np.nan
    levels = np.stack([np.full(count, 27_002.0), np.full(count, 26_985.5), np.full(count, 27_030.0)])
    levels[1, :9] = np.nan
    levels[0, 14:] += 6
    best = Best(*(rng.integers(0, 50, count).astype(np.int32) for _ in range(4)))
    tally, frame = features_of(windows, mids, levels, best)
    usable = [None if np.isnan(mid) else float(mid) for mid in mids]
    motions = [naive_motion(usable, [None if np.isnan(price) else float(price) for price in prices], 5, 5) for prices in levels]
    assert frame.values.shape == (len(feature_names()), len(tally.window))
    for cell, (level, window) in enumerate(zip(tally.level, tally.window, strict=True)):
        bests = {name: int(getattr(best, name)[window]) for name in Best._fields}
        tick = int(np.floor(levels[level, window] + 0.5))
        expected = naive_features(windows[window], tick, bests, motions[level][window])
        assert set(expected) == set(frame.names)
        for row, name in enumerate(frame.names):
            assert frame.values[row, cell] == pytest.approx(expected[name], rel=1e-6, abs=1e-6, nan_ok=True), (name, level, window)
