"""The fan: against a plain loop, in the barriers of now, mirrored, and silent where too few paths are known."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.retrieval.distribution import QUANTILES
from src.data_eng.retrieval.fan import STEP_S, Course, fan_of
from src.data_eng.retrieval.paths import AFTER_S, BEFORE_S, MidPath


def random_courses(seed: int, count: int = 30) -> list[Course]:
    rng = np.random.default_rng(seed)
    courses = []
    for _ in range(count):
        seconds = np.arange(-BEFORE_S, int(rng.integers(200, AFTER_S)) + 5, 5).astype(float)
        ticks = np.cumsum(rng.normal(0, 1, len(seconds)))
        ticks[rng.random(len(ticks)) < 0.2] = np.nan
        courses.append(Course(MidPath(seconds, ticks), float(rng.integers(8, 24)), float(rng.uniform(0.1, 1))))
    return courses


def known_at(course: Course, second: int) -> float | None:
    """The last tick that is known, less than a step before."""
    held = [
        (s, t)
        for s, t in zip(course.path.seconds, course.path.ticks, strict=True)
        if s <= second and second - s < STEP_S and not np.isnan(t)
    ]
    return float(held[-1][1]) if held else None


def plain(courses: list[Course], x: float, barrier: float, second: int, share: float) -> float | None:
    found = []
    for course in courses:
        start, now = known_at(course, 0), known_at(course, second)
        if start is not None and now is not None:
            found.append((float(np.float32(x + (now - start) * barrier / course.barrier_ticks)), course.weight))
    found.sort()
    total, reached = sum(weight for _, weight in found), 0.0
    if len(found) < 8:
        return None
    for value, weight in found:
        reached += weight
        if reached >= share * total - 1e-12:
            return value
    return None


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_a_plain_loop_finds(seed: int) -> None:
    courses = random_courses(seed)
    fan = fan_of(courses, -3.0, 10.0, setups_min=8)
    assert fan.seconds.tolist() == list(range(0, AFTER_S + 1, STEP_S))
    for second, row in zip(fan.seconds.tolist(), fan.ticks, strict=True):
        for share, value in zip(QUANTILES, row, strict=True):
            expected = plain(courses, -3.0, 10.0, second, share)
            assert np.isnan(value) if expected is None else value == pytest.approx(expected, rel=1e-5)


def test_it_starts_where_price_stands_and_its_quantiles_are_in_order() -> None:
    fan = fan_of(random_courses(7), 2.5, 8.0, setups_min=8)
    assert fan.ticks[0].tolist() == [2.5, 2.5, 2.5]
    known = fan.ticks[np.isfinite(fan.ticks[:, 0])]
    assert (np.diff(known, axis=1) >= 0).all()


def test_it_grows_with_the_barrier_of_now() -> None:
    courses = random_courses(8)
    narrow, wide = (fan_of(courses, 0.0, barrier, setups_min=8).ticks for barrier in (8.0, 16.0))
    np.testing.assert_allclose(wide, 2 * narrow, rtol=1e-6)


def test_paths_turned_upside_down_give_the_fan_upside_down() -> None:
    courses = [course._replace(weight=1.0) for course in random_courses(9, count=31)]
    mirrored = [course._replace(path=course.path._replace(ticks=-course.path.ticks)) for course in courses]
    fan, other = fan_of(courses, 1.0, 8.0, setups_min=8).ticks, fan_of(mirrored, -1.0, 8.0, setups_min=8).ticks
    complete = np.isfinite(fan[:, 1])
    np.testing.assert_allclose(other[complete][:1], -fan[complete][:1])


def test_with_too_few_paths_it_has_no_value_and_with_none_either() -> None:
    assert np.isnan(fan_of(random_courses(3, count=7), 0.0, 8.0, setups_min=8).ticks).all()
    assert np.isnan(fan_of([], 0.0, 8.0, setups_min=8).ticks).all()
