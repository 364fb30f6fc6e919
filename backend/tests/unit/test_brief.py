"""The brief's small parts: how a first test ended, what kind a level is of, and where names and levels stand in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.brief.first_tests import ENDINGS, ending_of, kind_of
from src.data_eng.brief.opening import KnownLevel
from src.data_eng.brief.picture import picture_span, spread
from src.data_eng.brief.yesterday import Candles
from src.data_eng.core.outcomes import RejectKind


@pytest.mark.parametrize(
    ("outcome", "reject_kind", "ending"),
    [
        ("BREAK_UP", None, "broke"),
        ("BREAK_DOWN", None, "broke"),
        ("REJECT_UP", "turned_short", "turned_short"),
        ("REJECT_DOWN", "failed_break", "failed_break"),
        ("CHOP", None, "chopped"),
        ("WHIPSAW", None, "chopped"),
        ("CENSORED", "rejected", None),
    ],
)
def test_a_test_ends_in_a_break_one_of_three_rejections_or_neither_unless_it_was_not_seen(
    outcome: str, reject_kind: str | None, ending: str | None
) -> None:
    assert ending_of(outcome, reject_kind) == ending
    assert ending is None or ending in ENDINGS


def test_every_kind_of_rejection_is_an_ending() -> None:
    assert list(ENDINGS) == ["broke", *RejectKind.names(), "chopped"]


@pytest.mark.parametrize(
    ("level_id", "kind"),
    [("pm_high", "PM"), ("pd_poc", "PD"), ("vwap", "VWAP"), ("vwap_week", "VWAP Week"), ("sma_90", "SMA 90"), ("my_line", "My")],
)
def test_levels_of_one_group_are_one_kind_and_a_moving_one_is_its_own(level_id: str, kind: str) -> None:
    assert kind_of(level_id) == kind


def test_names_far_apart_stay_where_they_are() -> None:
    assert spread([0.1, 0.5, 0.9], 0.1) == pytest.approx([0.1, 0.5, 0.9])


def test_names_too_near_move_apart_around_their_middle_and_push_their_neighbours() -> None:
    # Two at .50 and .52 share the middle .51: .46 and .56. With .60 beside them all three share .54: .44, .54, .64.
    assert spread([0.50, 0.52], 0.1) == pytest.approx([0.46, 0.56])
    assert spread([0.50, 0.52, 0.60], 0.1) == pytest.approx([0.44, 0.54, 0.64])


@pytest.mark.parametrize("seed", range(20))
def test_names_never_cover_each_other_and_keep_their_order(seed: int) -> None:
    places = sorted(np.random.default_rng(seed).random(12))
    moved = spread(places, 0.05)
    assert np.diff(moved).min() >= 0.05 - 1e-12
    assert np.mean(moved) == pytest.approx(np.mean(places))


def test_the_picture_takes_in_levels_near_the_day_s_range_and_leaves_far_ones_out() -> None:
    # Range 100-200, reach 35: 230 is in, 240 and 60 are not. Span 100-230, margin 4 % of 130.
    day = np.array([0, 100, 200, 100, 200, 1], np.int64)
    candles = Candles(*(day[place : place + 1] for place in range(6)))
    known = [KnownLevel("x", "X", "", price, ()) for price in (60.0, 230.0, 240.0)]
    assert picture_span(candles, known) == pytest.approx((100 - 5.2, 230 + 5.2))
