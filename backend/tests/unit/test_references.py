"""Forecasts that know no order book: frequencies worked by hand, and the walk in its closed form."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.evaluation.references import climatology, frequencies, random_walk
from src.data_eng.evaluation.walk_forward import past_of_session
from src.data_eng.retrieval.base import Standing
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.settings import load_settings

from ..walked_market import dates, market

SETTINGS = load_settings()


def test_frequencies_are_worked_by_hand_and_only_grow() -> None:
    kinds = np.array([[BREAK, BREAK], [CHOP, REJECT], [CHOP, CHOP], [WHIPSAW, CENSORED]], np.int8)
    # First: 1 of 4 broke. Then two of the three undecided are seen to the end, and one of them was rejected: half of the other 3/4.
    assert frequencies(kinds) == pytest.approx(np.array([[0.25, 0.0, 0.75], [0.25, 0.375, 0.375]]))


def test_where_nothing_was_seen_each_class_has_a_third() -> None:
    for kinds in (np.full((3, 2), CENSORED, np.int8), np.empty((0, 2), np.int8)):
        assert frequencies(kinds) == pytest.approx(np.full((2, 3), 1 / 3))


def test_an_interval_that_none_was_seen_through_decides_nothing() -> None:
    kinds = np.array([[BREAK, BREAK, BREAK], [CHOP, CENSORED, CENSORED]], np.int8)
    assert frequencies(kinds)[:, 0] == pytest.approx([0.5, 0.5, 0.5])


def test_the_random_walk_is_base_without_a_past() -> None:
    # ANSWER.md 5: x = -2, b = 10, sigma = .5: 120, 360 and 840 s.
    days = market(1, 14)
    past = past_of_session(days, dates(14), dates(14)[13], SETTINGS)
    one = days[13].take(np.array([0]))
    standing = Standing(*(np.array([value]) for value in (-2.0, 10.0, 0.5, 0.25, 0.25, 0.0, False)))
    walked = random_walk(past, one._replace(standing=standing))[0]
    expected = {0: (0.0358, 0.1709, 0.7933), 2: (0.2202, 0.4279, 0.3519), 6: (0.3606, 0.5711, 0.0682)}
    for horizon, chances in expected.items():
        assert walked[horizon] == pytest.approx(chances, abs=5e-5)


def test_climatology_is_the_same_for_every_window_and_of_the_candidates_alone() -> None:
    days = market(1, 14)
    past = past_of_session(days, dates(14), dates(14)[13], SETTINGS)
    told = climatology(past, days[13])
    assert told.shape == (len(days[13].ts_ns), 7, 3)
    assert (told == told[0]).all()
    seen = np.concatenate([day.kinds for day in days[:12]])
    assert told[0, 2] == pytest.approx([(seen[:, 2] == kind).mean() for kind in (BREAK, REJECT, CHOP)])
