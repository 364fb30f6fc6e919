"""The volume profile and its value area against their slow twin, on random trades cut anywhere."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.events import FILL, NO_TICK, SIDE_ASK, SIDE_BID, SIDE_NONE, TRADE, EventBatch
from src.data_eng.core.profile import VolumeProfile, joined_profiles, value_area, volume_profile

from . import naive_profile

SIDES = {"A": SIDE_ASK, "B": SIDE_BID, "N": SIDE_NONE}
trades = st.lists(st.tuples(st.integers(0, 40), st.integers(-9, 9), st.integers(1, 5), st.sampled_from("ABN")), max_size=60)
volumes = st.dictionaries(st.integers(-12, 12), st.integers(1, 6), min_size=1)


def events_of(rows: list[naive_profile.Trade]) -> EventBatch:
    """The trades, each followed by a fill of the same size and a record without a price, neither of which counts."""
    count = 3 * len(rows)
    ts_ns, tick, size = (np.repeat(np.array([row[field] for row in rows], np.int64), 3) for field in (0, 1, 2))
    tick = np.where(np.arange(count) % 3 == 2, NO_TICK, tick)
    action = np.tile(np.array([TRADE, FILL, TRADE], np.uint8), len(rows))
    side = np.repeat(np.array([SIDES[row[3]] for row in rows], np.uint8), 3)
    blank = np.zeros(count, np.int64)
    return EventBatch(
        ts_ns, ts_ns, blank.astype(np.uint64), tick.astype(np.int32), size.astype(np.int32), blank.astype(np.uint8), action, side,
        blank.astype(np.uint32),
    )  # fmt: skip


def profile_of(volume: dict[int, int]) -> VolumeProfile:
    ticks = np.array(sorted(volume), np.int64)
    sizes = np.array([volume[tick] for tick in ticks.tolist()], np.int64)
    return VolumeProfile(ticks, sizes, sizes, np.zeros_like(sizes))


@settings(deadline=None)
@given(trades, st.integers(0, 60), st.integers(0, 40), st.integers(0, 40))
def test_the_profile_is_its_twin_s_however_the_trades_are_cut(
    rows: list[naive_profile.Trade], cut: int, start_ns: int, end_ns: int
) -> None:
    found = joined_profiles(volume_profile(events_of(part), start_ns, end_ns) for part in (rows[:cut], rows[cut:]))
    expected = naive_profile.profile(rows, start_ns, end_ns)
    assert dict(zip(found.price_ticks.tolist(), zip(*(column.tolist() for column in found[1:]), strict=True), strict=True)) == expected
    assert found.price_ticks.tolist() == list(expected)


@settings(deadline=None, max_examples=300)
@given(volumes)
def test_the_value_area_is_its_twin_s(volume: dict[int, int]) -> None:
    assert tuple(value_area(profile_of(volume))) == naive_profile.value_area(volume)


@settings(deadline=None, max_examples=300)
@given(volumes, st.integers(-1000, 1000), st.integers(2, 9))
def test_a_value_area_holds_70_percent_around_a_most_traded_tick_and_moves_with_the_prices(
    volume: dict[int, int], shift: int, times: int
) -> None:
    """Ten times as many contracts at every tick, or the same ones elsewhere, have the same area."""
    area = value_area(profile_of(volume))
    inside = sum(size for tick, size in volume.items() if area.low_ticks <= tick <= area.high_ticks)
    assert 10 * inside >= 7 * sum(volume.values())
    assert min(volume) <= area.low_ticks <= area.poc_ticks <= area.high_ticks <= max(volume)
    assert volume[area.poc_ticks] == max(volume.values())
    elsewhere = value_area(profile_of({tick + shift: size * times for tick, size in volume.items()}))
    assert tuple(elsewhere) == tuple(tick + shift for tick in area)


@settings(deadline=None, max_examples=300)
@given(volumes)
def test_a_profile_upside_down_has_its_value_area_upside_down(volume: dict[int, int]) -> None:
    """Except where two ticks are alike in volume and in distance from both the middle and the VWAP: then the lower one is taken."""
    area, mirror = value_area(profile_of(volume)), value_area(profile_of({-tick: size for tick, size in volume.items()}))
    lowest, highest, total = min(volume), max(volume), sum(volume.values())
    notional = sum(tick * size for tick, size in volume.items())
    places = [
        (abs(2 * tick - lowest - highest), abs(tick * total - notional)) for tick, size in volume.items() if size == max(volume.values())
    ]
    if places.count(min(places)) == 1:
        assert tuple(mirror) == (-area.high_ticks, -area.poc_ticks, -area.low_ticks)
    else:
        assert mirror.poc_ticks == lowest_twin(area.poc_ticks, lowest, highest)


def lowest_twin(poc: int, lowest: int, highest: int) -> int:
    """Of a point of control that has a twin beyond the middle, what the mirrored profile takes: the mirror of the twin."""
    return -(lowest + highest - poc)
