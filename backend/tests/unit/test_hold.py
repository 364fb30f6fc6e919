"""When a quantity counts, and for how long it is held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.physics.hold import Band, hold, new_held

BAND = Band(on=1.0, off=0.5, dwell_windows=6)


def signs(*values: float) -> list[int]:
    found: list[int] = hold(np.array(values, np.float64), BAND, new_held()).sign.tolist()
    return found


@pytest.mark.nojit
def test_it_enters_at_the_second_of_three_windows_beyond_the_mark() -> None:
    assert signs(1, 1) == [0, 1]
    assert signs(1, 0, 1) == [0, 0, 1]
    assert signs(1, 0, 0, 1) == [0, 0, 0, 0]
    assert signs(-1, 0, -1) == [0, 0, -1]
    assert signs(1, -1) == [0, 0]
    assert signs(0.99, 0.99, 0.99) == [0, 0, 0]


@pytest.mark.nojit
def test_it_stays_for_the_dwell_then_leaves_below_off() -> None:
    assert signs(1, 1, *[0] * 7) == [0, 1, 1, 1, 1, 1, 1, 0, 0]
    assert signs(1, 1, *[0.5] * 9)[-1] == 1
    assert signs(1, 1, *[0.5] * 9, 0.49)[-2:] == [1, 0]
    assert signs(1, 1, *[0.5] * 9, float("nan"))[-2:] == [1, 0]


@pytest.mark.nojit
def test_the_other_sign_switches_at_once() -> None:
    assert signs(1, 1, -1, -1) == [0, 1, 1, -1]
    held = hold(np.array([1.0, 1.0, 1.0, -1.0, -1.0]), BAND, new_held())
    assert held.windows.tolist() == [1, 1, 2, 3, 1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(-3, 3), st.just(float("nan"))), max_size=40), st.integers(0, 40))
def test_a_day_in_two_pieces_is_the_day(values: list[float], cut: int) -> None:
    series, state = np.array(values, np.float64), new_held()
    pieces = [hold(part, BAND, state) for part in (series[:cut], series[cut:])]
    whole = hold(series, BAND, new_held())
    np.testing.assert_array_equal(np.concatenate([piece.sign for piece in pieces]), whole.sign)
    np.testing.assert_array_equal(np.concatenate([piece.windows for piece in pieces]), whole.windows)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(-3, 3), st.just(float("nan"))), max_size=60))
def test_it_equals_its_naive_twin_and_its_mirror(values: list[float]) -> None:
    assert signs(*values) == naive_signs(values)
    assert signs(*(-value for value in values)) == [-sign for sign in signs(*values)]


def naive_signs(values: list[float]) -> list[int]:
    found: list[int] = []
    since = 0
    for w, value in enumerate(values):
        sides = [1 if v >= BAND.on else -1 if v <= -BAND.on else 0 for v in values[max(w - 2, 0) : w + 1]]
        before = found[-1] if found else 0
        entered = sides[-1] if sides[-1] != 0 and sides.count(sides[-1]) >= 2 else 0
        if entered not in (0, before):
            since, sign = w, entered
        elif before != 0 and w - since >= BAND.dwell_windows and not before * value >= BAND.off:
            since, sign = w, 0
        else:
            sign = before
        found.append(sign)
    return found
