"""The largest wall behind a level: against a slow twin, mirrored, and never of a later window."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from src.data_eng.core.book.state import ASK, BID
from src.data_eng.core.physics.level_walls import WallRows, level_walls, wall_columns
from src.data_eng.core.physics.walls import APPEARED, EATEN, LEFT, PULLED, STANDS

WINDOWS, WINDOW_S = 60, 5


def random_walls(seed: int) -> WallRows:
    rng = np.random.default_rng(seed)
    rows = 150
    peak = rng.integers(20, 90, rows).astype(float)
    return WallRows(
        window=np.sort(rng.integers(0, WINDOWS, rows)),
        side=rng.integers(0, 2, rows).astype(np.int8),
        middle_ticks=(4.0 * rng.integers(-8, 8, rows) + 1.5).astype(np.float64),
        event=rng.choice([STANDS, APPEARED, PULLED, EATEN, LEFT], rows).astype(np.int8),
        w=rng.uniform(1.5, 4.0, rows),
        depth=rng.integers(10, 20, rows).astype(float),
        peak=peak,
        eaten=rng.uniform(0, 1, rows) * peak,
        age_s=(5.0 * rng.integers(1, 50, rows)).astype(np.float64),
    )


def random_level(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    level = rng.integers(-4, 5, WINDOWS) + rng.choice([0.0, 0.25], WINDOWS)
    level[:7] = np.nan
    return level, rng.integers(8, 30, WINDOWS)


def plain(walls: WallRows, level: np.ndarray, barrier: np.ndarray, window: int, side: int) -> list[float]:
    """Distance, ln w, age, eaten share and seconds since one was pulled, window by window and row by row."""
    best, gone = None, float("nan")
    for row in range(len(walls.window)):
        then = int(walls.window[row])
        behind = (walls.middle_ticks[row] - level[then]) * (1 if side == ASK else -1)
        if walls.side[row] != side or not behind >= 0 or then > window:
            continue
        if walls.event[row] == PULLED:
            gone = (window - then) * float(WINDOW_S)
        if then == window and walls.event[row] in (STANDS, APPEARED):
            key = (walls.depth[row], -behind)
            if best is None or key >= best[0]:
                best = key, [behind / barrier[then], log(walls.w[row]), walls.age_s[row], walls.eaten[row] / walls.peak[row]]
    return [*(best[1] if best else [float("nan")] * 4), gone]


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_a_plain_loop_finds(seed: int) -> None:
    walls, (level, barrier) = random_walls(seed), random_level(seed)
    found = level_walls(walls, level, barrier, WINDOW_S)
    names = [column.name for column in wall_columns()]
    assert list(found) == names
    for side, of_side in ((BID, names[:5]), (ASK, names[5:])):
        expected = np.array([plain(walls, level, barrier, window, side) for window in range(WINDOWS)])
        np.testing.assert_allclose(np.stack([found[name] for name in of_side], axis=1), expected, rtol=1e-12)
    assert np.isfinite(found["w_distance_ask_level"]).any()


def test_the_mirrored_book_has_the_mirrored_walls() -> None:
    walls, (level, barrier) = random_walls(9), random_level(9)
    flipped = walls._replace(side=(1 - walls.side).astype(np.int8), middle_ticks=3.0 - walls.middle_ticks)
    found, mirrored = level_walls(walls, level, barrier, WINDOW_S), level_walls(flipped, 3.0 - level, barrier, WINDOW_S)
    for name, values in found.items():
        other = name.replace("_bid_", "_swap_").replace("_ask_", "_bid_").replace("_swap_", "_ask_")
        assert_array_equal(mirrored[other], values)


def test_later_walls_change_nothing_earlier() -> None:
    walls, (level, barrier) = random_walls(4), random_level(4)
    past = walls._replace(**{name: column[walls.window < 30] for name, column in walls._asdict().items()})
    for name, values in level_walls(past, level[:30], barrier[:30], WINDOW_S).items():
        assert_array_equal(values, level_walls(walls, level, barrier, WINDOW_S)[name][:30])
