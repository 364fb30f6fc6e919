"""A worked volume profile and the value area grown from it."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.profile import VolumeProfile, joined_profiles, value_area


def profile_of(volume: dict[int, int]) -> VolumeProfile:
    ticks, sizes = (np.array(column, np.int64) for column in zip(*volume.items(), strict=True))
    return VolumeProfile(ticks, sizes, sizes, sizes)


def test_a_value_area_is_grown_by_the_side_whose_next_two_ticks_traded_more() -> None:
    """100 contracts, so 70 are wanted. From 104 (20): above 105, 106 trade 17 + 9 = 26, below 103, 102 trade 15 + 10 = 25: up, 46 held.
    Above 107, 108: 6 + 5 = 11, below still 25: down, 71 held. 71 >= 70."""
    volume = {100: 8, 101: 6, 102: 10, 103: 15, 104: 20, 105: 17, 106: 9, 107: 6, 108: 5, 109: 4}
    assert sum(volume.values()) == 100
    assert tuple(value_area(profile_of(volume))) == (102, 104, 106)


def test_sides_that_traded_alike_are_both_taken() -> None:
    """30 contracts, 21 wanted. From 104 (10): 103, 102 trade 5, so do 105, 106: both, 20 held. Then 101 trades 5 and 107 trades 5: both."""
    assert tuple(value_area(profile_of({101: 5, 102: 2, 103: 3, 104: 10, 105: 4, 106: 1, 107: 5}))) == (101, 104, 107)


def test_beyond_the_outermost_trade_the_area_grows_on_the_other_side_only() -> None:
    """40 contracts, 28 wanted. From 105 (13), the highest: 104, 103 trade 11 + 0, 24 held; 102, 101 trade 3 + 3, 30 held."""
    assert tuple(value_area(profile_of({100: 10, 101: 3, 102: 3, 104: 11, 105: 13}))) == (101, 105, 105)


def test_the_area_may_be_one_tick() -> None:
    assert tuple(value_area(profile_of({100: 1, 104: 70, 109: 29}))) == (104, 104, 104)
    assert tuple(value_area(profile_of({7: 3}))) == (7, 7, 7)


@pytest.mark.parametrize(
    ("volume", "poc"),
    [
        ({100: 5, 104: 9, 107: 9, 110: 1}, 104),  # the middle is 105: one tick against two
        ({100: 5, 103: 9, 106: 9, 110: 1}, 106),
        ({100: 5, 103: 9, 107: 9, 110: 1}, 103),  # both two ticks from the middle; the VWAP is 2496 / 24 = 104.6
        ({100: 1, 103: 9, 107: 9, 110: 5}, 107),
        ({100: 1, 103: 9, 107: 9, 110: 1}, 103),  # alike in everything: the lower one
    ],
)
def test_of_several_most_traded_ticks_the_one_nearest_the_middle_then_the_vwap_is_the_point_of_control(
    volume: dict[int, int], poc: int
) -> None:
    assert value_area(profile_of(volume)).poc_ticks == poc


def test_no_piece_is_a_profile_without_a_tick() -> None:
    assert [len(column) for column in joined_profiles([])] == [0, 0, 0, 0]
    joined = joined_profiles([profile_of({5: 1, 6: 2}), profile_of({4: 3, 6: 4})])
    assert (joined.price_ticks.tolist(), joined.volume.tolist()) == ([4, 5, 6], [3, 1, 6])
