"""The week's levels on hand-made weeks: which week, from when, why absent, and never by a later trade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.levels import LEVELS, LevelAbsent, LevelDay, LevelSeries
from src.data_eng.core.profile import VolumeProfile
from src.data_eng.core.units import NS_PER_S
from tests.level_days import at, day_of

WEEKS = [
    ("2025-10-03 15:00:00", 27_500, 1),  # two weeks before
    ("2025-10-06 09:29:59", 27_400, 1),  # before the regular hours
    ("2025-10-06 09:30:00", 26_900, 1),
    ("2025-10-08 12:00:00", 26_950, 1),
    ("2025-10-09 12:00:00", 26_300, 1),
    ("2025-10-10 15:59:59", 26_800, 1),
    ("2025-10-10 16:00:00", 27_300, 1),  # after them
    ("2025-10-12 18:00:03", 26_700, 2),  # the week begins on Sunday evening
    ("2025-10-12 18:00:03", 26_706, 1),
    ("2025-10-13 12:00:00", 26_750, 3),
    ("2025-10-15 23:00:00", 26_720, 4),
    ("2025-10-16 09:20:00", 26_740, 5),
    ("2025-10-16 09:30:30", 26_660, 5),
]
NEW = ("ib_high", "ib_low", "on_mid", "globex_open", "rth_open", "settlement", "pd_poc", "pd_vah", "pd_val",
       "pw_high", "pw_low", "week_open", "vwap_week")  # fmt: skip


def a_day(trades: list[tuple[str, int, int]] = WEEKS, covered_from: str = "2025-10-03 00:00:00", **how: str) -> LevelDay:
    return day_of(trades, covered_from=covered_from, **how)


def prices(level_id: str, day: LevelDay) -> list[tuple[int, float]]:
    level = LEVELS[level_id].compute(day)
    assert isinstance(level, LevelSeries), level
    return list(zip(level.known_from_ns.tolist(), level.price_ticks.tolist(), strict=True))


def reason(level_id: str, day: LevelDay) -> str:
    level = LEVELS[level_id].compute(day)
    assert isinstance(level, LevelAbsent)
    return level.reason


def test_the_prior_week_is_the_regular_hours_of_the_calendar_week_before() -> None:
    opened = at("2025-10-16 09:30:00")
    assert prices("pw_high", a_day()) == [(opened, 26_950)]
    assert prices("pw_low", a_day()) == [(opened, 26_300)]


def test_a_week_opens_with_its_first_trade_on_sunday_evening() -> None:
    assert prices("week_open", a_day()) == [(at("2025-10-16 09:30:00"), 26_700)]


def test_in_the_week_s_first_evening_its_open_is_known_when_it_has_traded_and_the_week_before_from_its_start() -> None:
    evening = a_day(date="2025-10-12", span="18:00-19:00", covered_to="2025-10-12 20:00:00")
    assert prices("week_open", evening) == [(at("2025-10-12 18:00:04"), 26_700)]
    assert prices("globex_open", evening) == [(at("2025-10-12 18:00:04"), 26_700)]
    assert prices("pw_high", evening) == [(at("2025-10-12 18:00:00"), 26_950)]
    assert prices("vwap_week", evening) == [(at("2025-10-12 18:00:04"), 26_702.0)], "(2 * 26700 + 26706) / 3"


def test_the_week_s_vwap_is_anchored_at_its_open_and_moves_at_candle_closes() -> None:
    """10 until Thursday's lead-in, at 26700 2, 26706 1, 26750 3, 26720 4: 26723.6. 5 more at 26740 by 09:22, 5 at 26660 by 09:32:
    400936 / 15 = 26729.0667, 534236 / 20 = 26711.8."""
    found = prices("vwap_week", a_day())
    assert [known for known, _ in found] == [at(f"2025-10-{clock}") for clock in ("16 09:00:00", "16 09:22:00", "16 09:32:00")]
    assert [price for _, price in found] == [267_236 / 10, 400_936 / 15, 534_236 / 20]


def test_a_monday_on_which_only_the_regular_hours_rest_begins_its_week_on_sunday() -> None:
    """Labor Day 2025: Globex trades from Sunday 18:00; the week before has five sessions."""
    trades = [("2025-08-29 10:00:00", 26_000, 1), ("2025-08-31 18:00:00", 26_100, 1), ("2025-09-02 09:31:00", 26_200, 1)]
    day = a_day(trades, "2025-08-23 00:00:00", date="2025-09-02", covered_to="2025-09-02 20:00:00")
    assert prices("week_open", day)[0][1] == 26_100
    assert prices("pw_high", day)[0][1] == 26_000


def test_a_monday_on_which_globex_rests_begins_its_week_in_the_evening() -> None:
    """Christmas 2023 is a Monday; the week before that of 2 January has four sessions."""
    trades = [("2023-12-22 10:00:00", 19_000, 1), ("2023-12-25 18:00:00", 19_100, 1), ("2023-12-26 09:31:00", 19_200, 1)]
    day = a_day(trades, "2023-12-17 00:00:00", date="2023-12-26", covered_to="2023-12-26 20:00:00")
    assert prices("week_open", day)[0][1] == 19_100
    after = a_day(trades, "2023-12-26 00:00:00", date="2024-01-02", covered_to="2024-01-02 20:00:00")
    assert len(after.exchange.prior_week) == 4
    assert prices("pw_high", after)[0][1] == 19_200


def test_a_half_day_of_the_week_before_ends_at_its_early_close() -> None:
    """The Friday after Thanksgiving 2025 closes at 13:00; Thursday has no regular hours."""
    trades = [("2025-11-28 12:59:59", 27_000, 1), ("2025-11-28 13:00:00", 27_100, 1), ("2025-12-01 09:30:00", 26_000, 1)]
    day = a_day(trades, "2025-11-23 00:00:00", date="2025-12-01", covered_to="2025-12-01 20:00:00")
    assert (len(day.exchange.prior_week), prices("pw_high", day)[0][1]) == (4, 27_000)


@pytest.mark.parametrize(
    ("level_id", "covered_from", "said"),
    [
        (
            "pw_high",
            "2025-10-06 09:30:01",
            "trade bars of 1 of the 5 sessions of the week before are not all in the lake for this contract",
        ),
        ("pw_low", "2025-10-13 00:00:00", "trade bars of 5 of the 5 sessions of the week before are not all in the lake for this contract"),
        ("week_open", "2025-10-12 18:00:01", "trade bars from 2025-10-12 18:00:00 on are not in the lake for this contract"),
        ("vwap_week", "2025-10-12 18:00:01", "trade bars of the week, 2025-10-12 18:00:00 to 2025-10-16 09:00:00, are not all in the lake"),
    ],
)
def test_a_partial_week_has_a_reason_and_no_price(level_id: str, covered_from: str, said: str) -> None:
    assert said in reason(level_id, a_day(covered_from=covered_from))


def test_a_hole_in_the_week_leaves_its_open_and_takes_its_vwap() -> None:
    covered = [[at("2025-10-12 00:00:00"), at("2025-10-13 20:00:00")], [at("2025-10-14 20:00:00"), at("2025-10-16 20:00:00")]]
    day = a_day()._replace(covered_ns=np.array(covered))
    assert prices("week_open", day)[0][1] == 26_700
    assert "are not all in the lake" in reason("vwap_week", day)


def test_a_week_that_did_not_trade_has_no_price() -> None:
    quiet = a_day([trade for trade in WEEKS if trade[0] > "2025-10-10 16"])
    assert reason("pw_high", quiet) == "no trade in the regular hours of the week before"


def random_weeks(seed: int) -> list[tuple[int, int, int]]:
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(at("2025-10-03 20:00:00"), at("2025-10-16 12:45:00"), 600))
    today = np.sort(random.integers(at("2025-10-16 09:00:00"), at("2025-10-16 12:45:00"), 200))
    times = np.sort(np.concatenate([times, today]))
    ticks = 26_700 + np.cumsum(random.integers(-6, 7, len(times)))
    return list(zip(times.tolist(), ticks.tolist(), random.integers(1, 9, len(times)).tolist(), strict=True))


def known_by(level_id: str, day: LevelDay, moment_ns: int) -> bytes:
    level = LEVELS[level_id].compute(day)
    if isinstance(level, LevelAbsent):
        return b""
    count = int(np.searchsorted(level.known_from_ns, moment_ns, side="right"))
    return level.known_from_ns[:count].tobytes() + level.price_ticks[:count].tobytes()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 3 * 3600 + 900), st.sampled_from([False, True]))
def test_cutting_the_future_off_changes_no_byte_known_by_then(seed: int, second: int, covered: bool) -> None:
    """Of the new levels, also where the lake itself ends at the cut and says so."""
    cut_ns = at("2025-10-16 09:30:00") + second * NS_PER_S
    trades = random_weeks(seed)
    profile = VolumeProfile(*(np.array(column, np.int64) for column in ([26_700, 26_702], [3, 4], [1, 2], [2, 2])))
    whole, cut = (
        day_of(part, covered_from="2025-10-03 00:00:00")._replace(prior_profile=profile)
        for part in (trades, [trade for trade in trades if trade[0] < cut_ns])
    )
    if covered:
        cut = cut._replace(covered_ns=np.array([[int(cut.covered_ns[0, 0]), cut_ns]]))
    for level_id in NEW:
        assert known_by(level_id, whole, cut_ns) == known_by(level_id, cut, cut_ns), level_id


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_the_week_s_vwap_is_that_of_its_trades_one_by_one(seed: int) -> None:
    trades = random_weeks(seed)
    anchor = at("2025-10-12 18:00:00")
    for known_ns, price in prices("vwap_week", day_of(trades, covered_from="2025-10-03 00:00:00")):
        own = [(tick, size) for ts, tick, size in trades if anchor <= ts and ts // NS_PER_S * NS_PER_S + NS_PER_S <= known_ns]
        assert price == sum(tick * size for tick, size in own) / sum(size for _, size in own)
