"""Every level on a small hand-made day, and why it is absent when it cannot be known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.levels import LEVELS, Level, LevelAbsent, LevelDay, LevelSeries, PriceSource, find_level
from src.data_eng.core.profile import VolumeProfile
from src.data_eng.core.units import NS_PER_S
from tests.level_days import at, day_of

TRADES = [
    ("2025-10-15 09:29:59", 26_900, 1),  # before the prior session's regular hours
    ("2025-10-15 10:00:00", 26_800, 1),
    ("2025-10-15 13:00:00", 26_700, 1),
    ("2025-10-15 15:59:59", 26_750, 1),
    ("2025-10-15 16:00:00", 26_600, 1),  # after them
    ("2025-10-15 17:59:59", 27_000, 1),  # before the night
    ("2025-10-15 18:00:00", 26_850, 1),
    ("2025-10-16 04:59:59", 26_640, 1),  # before the pre-market
    ("2025-10-16 05:00:00", 26_780, 1),
    ("2025-10-16 09:29:59", 26_720, 1),
    ("2025-10-16 09:30:00", 26_730, 2),
    ("2025-10-16 09:31:10", 26_742, 1),
    ("2025-10-16 09:33:00", 26_736, 3),
    ("2025-10-16 09:44:59", 26_728, 1),
    ("2025-10-16 09:45:00", 26_760, 1),  # after the opening range
]


def computed(level_id: str, day: LevelDay) -> Level:
    """A level of ours on a day, families included."""
    found = find_level(level_id)
    assert found is not None
    return found.compute(day)


@pytest.mark.parametrize(
    ("level_id", "price", "known_from"),
    [
        ("pm_high", 26_780, "2025-10-16 09:30:00"),
        ("pm_low", 26_720, "2025-10-16 09:30:00"),
        ("on_high", 26_850, "2025-10-16 09:30:00"),
        ("on_low", 26_640, "2025-10-16 09:30:00"),
        ("or_high", 26_742, "2025-10-16 09:45:00"),
        ("or_low", 26_728, "2025-10-16 09:45:00"),
        ("pd_high", 26_800, "2025-10-16 09:30:00"),
        ("pd_low", 26_700, "2025-10-16 09:30:00"),
        ("pd_close", 26_750, "2025-10-16 09:30:00"),
        ("on_mid", (26_850 + 26_640) / 2, "2025-10-16 09:30:00"),
        ("ib_high", 26_760, "2025-10-16 10:30:00"),
        ("ib_low", 26_728, "2025-10-16 10:30:00"),
        ("globex_open", 26_850, "2025-10-15 18:00:01"),
        ("rth_open", 26_730, "2025-10-16 09:30:01"),
    ],
)
def test_a_static_level_has_one_price_from_the_moment_it_is_known(level_id: str, price: int, known_from: str) -> None:
    level = LEVELS[level_id].compute(day_of(TRADES))
    assert isinstance(level, LevelSeries)
    assert level.price_ticks.tolist() == [price]
    assert level.known_from_ns.tolist() == [at(known_from)]


def test_vwap_is_known_from_the_first_trade_and_renewed_at_candle_closes() -> None:
    """09:30:00 2 at 26730; by 09:32 also 1 at 26742: 80202 / 3 = 26734; by 09:34 also 3 at 26736: 160410 / 6 = 26735;
    by 09:46 also 1 at 26728 and 1 at 26760: 213898 / 8 = 26737.25."""
    level = LEVELS["vwap"].compute(day_of(TRADES))
    assert isinstance(level, LevelSeries)
    assert level.price_ticks.tolist() == [26_730, 26_734, 26_735, 26_737.25]
    assert level.known_from_ns.tolist() == [at(f"2025-10-16 09:{clock}") for clock in ("30:01", "32:00", "34:00", "46:00")]


def test_bars_that_break_off_leave_the_earlier_vwap_as_it_was() -> None:
    """Cut at 09:35:10: the closes up to 09:34 stand, that of 09:36 is not known."""
    whole = LEVELS["vwap"].compute(day_of([*TRADES, ("2025-10-16 11:30:00", 26_800, 5)]))
    cut = LEVELS["vwap"].compute(day_of([trade for trade in TRADES if trade[0] < "2025-10-16 09:35:10"], covered_to="2025-10-16 09:35:10"))
    assert isinstance(whole, LevelSeries)
    assert isinstance(cut, LevelSeries)
    assert cut.price_ticks.tolist() == whole.price_ticks[:3].tolist() == [26_730, 26_734, 26_735]
    assert cut.known_from_ns.tolist() == whole.known_from_ns[:3].tolist()


def test_vwap_is_absent_where_the_lake_begins_after_the_open() -> None:
    level = LEVELS["vwap"].compute(day_of(TRADES, covered_from="2025-10-16 09:30:01"))
    assert isinstance(level, LevelAbsent)
    assert "are not all in the lake" in level.reason


def test_an_evening_takes_the_prior_day_from_the_session_that_just_closed() -> None:
    evening = day_of([*TRADES, ("2025-10-16 15:59:00", 26_755, 1), ("2025-10-16 18:00:01", 26_756, 1)], span="18:00-19:00")
    for level_id, price in (("pd_high", 26_760), ("pd_low", 26_728), ("pd_close", 26_755)):
        level = LEVELS[level_id].compute(evening)
        assert isinstance(level, LevelSeries)
        assert (level.price_ticks.tolist(), level.known_from_ns.tolist()) == ([price], [at("2025-10-16 18:00:00")])
    for level_id in ("on_high", "on_low", "on_mid", "pm_high", "pm_low", "ib_high", "ib_low", "rth_open"):
        level = LEVELS[level_id].compute(evening)
        assert isinstance(level, LevelAbsent)
        assert "begins after the regular hours" in level.reason


def test_an_evening_opens_with_its_own_first_trade_and_is_settled_at_the_close_before_it() -> None:
    closing = [("2025-10-16 15:59:29", 26_700, 50), ("2025-10-16 15:59:30", 26_750, 1), ("2025-10-16 15:59:59", 26_756, 2)]
    evening = day_of([*TRADES, *closing, ("2025-10-16 18:00:07", 26_757, 1)], span="18:00-19:00", covered_to="2025-10-16 20:00:00")
    found = {level_id: LEVELS[level_id].compute(evening) for level_id in ("globex_open", "settlement")}
    assert in_force(found["globex_open"], 2**62) == [(at("2025-10-16 18:00:08"), 26_757)]
    assert in_force(found["settlement"], 2**62) == [(at("2025-10-16 18:00:00"), 26_754)], "(26750 + 2 * 26756) / 3"


def test_a_simple_average_waits_for_all_its_candles() -> None:
    closes = [26_730, 26_734, 26_738, 26_750]
    trades = [(at("2025-10-16 09:30:00") + count * 120 * NS_PER_S, tick, 1) for count, tick in enumerate(closes)]
    level = computed("sma_3", day_of(trades))
    assert isinstance(level, LevelSeries)
    assert level.price_ticks.tolist() == [26_734, (26_734 + 26_738 + 26_750) / 3]
    assert level.known_from_ns.tolist() == [at("2025-10-16 09:36:00"), at("2025-10-16 09:38:00")]


def test_an_exponential_average_of_a_step_moves_by_its_smoothing() -> None:
    """ema_3 smooths with 2 / 4 = 0.5 over 15 closes: after a step of 8 the first value is 8 * 0.5 / (1 - 0.5 ** 15) above."""
    closes = [26_700] * 15 + [26_708]
    trades = [(at("2025-10-16 09:00:00") + count * 120 * NS_PER_S, tick, 1) for count, tick in enumerate(closes)]
    level = computed("ema_3", day_of(trades))
    assert isinstance(level, LevelSeries)
    assert level.known_from_ns.tolist() == [at("2025-10-16 09:30:00"), at("2025-10-16 09:32:00")]
    assert level.price_ticks[0] == pytest.approx(26_700, abs=1e-9)
    assert level.price_ticks[1] == pytest.approx(26_700 + 4 / (1 - 0.5**15), abs=1e-9)


def test_the_round_number_is_the_multiple_nearest_to_the_last_close() -> None:
    """25 points are 100 ticks: 26 730 is nearest to 26 700, 26 750 is half way and counts as 26 800, 26 749 is 26 700 again."""
    trades = [("2025-10-16 08:50:00", 26_730, 1), ("2025-10-16 09:40:00", 26_750, 1), ("2025-10-16 09:50:00", 26_749, 1)]
    level = computed("round_25", day_of(trades))
    assert isinstance(level, LevelSeries)
    assert level.price_ticks.tolist() == [26_700, 26_800, 26_700]
    assert level.known_from_ns.tolist() == [at("2025-10-16 08:52:00"), at("2025-10-16 09:42:00"), at("2025-10-16 09:52:00")]


@pytest.mark.parametrize(
    ("level_id", "trades", "covered_from", "reason"),
    [
        ("pm_high", TRADES[-5:], "2025-10-14 00:00:00", "no trade from 2025-10-16 05:00:00 to 2025-10-16 09:30:00"),
        ("on_low", TRADES, "2025-10-15 20:00:00", "trade bars of 2025-10-15 18:00:00 to 2025-10-16 09:30:00 are not all in the lake"),
        ("pd_close", TRADES, "2025-10-15 20:00:00", "trade bars of 2025-10-15 09:30:00 to 2025-10-15 16:00:00 are not all in the lake"),
        ("sma_400", TRADES, "2025-10-14 00:00:00", "has 13 of 400 closed 120-second bars"),
        ("ema_20", TRADES, "2025-10-14 00:00:00", "has 13 of 100 closed 120-second bars"),
        ("vwap", TRADES[:10], "2025-10-14 00:00:00", "no trade from 2025-10-16 09:30:00"),
        ("round_25", [], "2025-10-14 00:00:00", "no candle closed"),
        ("on_mid", TRADES, "2025-10-15 20:00:00", "trade bars of 2025-10-15 18:00:00 to 2025-10-16 09:30:00 are not all in the lake"),
        ("globex_open", TRADES, "2025-10-15 20:00:00", "trade bars from 2025-10-15 18:00:00 on are not in the lake"),
        ("rth_open", TRADES[:10], "2025-10-14 00:00:00", "no trade from 2025-10-16 09:30:00"),
        ("ib_high", TRADES, "2025-10-16 09:30:01", "trade bars of 2025-10-16 09:30:00 to 2025-10-16 10:30:00 are not all in the lake"),
        ("settlement", TRADES, "2025-10-15 15:59:31", "trade bars of 2025-10-15 15:59:30 to 2025-10-15 16:00:00 are not all in the lake"),
        ("pd_vah", TRADES, "2025-10-15 09:30:01", "trade bars of 2025-10-15 09:30:00 to 2025-10-15 16:00:00 are not all in the lake"),
        ("week_open", TRADES, "2025-10-14 00:00:00", "trade bars from 2025-10-12 18:00:00 on are not in the lake"),
        ("vwap_week", TRADES, "2025-10-14 00:00:00", "trade bars of the week, 2025-10-12 18:00:00 to 2025-10-16 09:00:00, are not all in"),
        ("pw_low", TRADES, "2025-10-08 00:00:00", "2 of the 5 sessions of the week before are not all in the lake for this"),
    ],
)
def test_a_level_that_cannot_be_known_is_absent_with_its_reason(
    level_id: str, trades: list[tuple[str, int, int]], covered_from: str, reason: str
) -> None:
    level = computed(level_id, day_of(trades, covered_from=covered_from))
    assert isinstance(level, LevelAbsent)
    assert reason in level.reason


@pytest.mark.parametrize(
    ("level_id", "span", "reason"),
    [
        ("or_high", "09:30-09:40", "the session ends before its opening range of 900 s does"),
        ("ib_low", "09:30-10:29", "the session ends before its initial balance of 3600 s does"),
        ("ib_high", "08:00-09:30", "the session ends before the regular hours of its date begin"),
        ("rth_open", "08:00-09:30", "the session ends before the regular hours of its date begin"),
    ],
)
def test_a_session_too_short_for_a_level_of_the_open_has_none(level_id: str, span: str, reason: str) -> None:
    assert LEVELS[level_id].compute(day_of(TRADES, span=span)) == LevelAbsent(reason)


def test_the_initial_balance_is_known_as_the_session_ends_and_of_a_late_session_from_before_it() -> None:
    for span in ("09:30-10:30", "11:00-12:00"):
        assert in_force(LEVELS["ib_high"].compute(day_of(TRADES, span=span)), 2**62) == [(at("2025-10-16 10:30:00"), 26_760)]


def test_the_settlement_is_the_exchange_s_and_otherwise_the_vwap_of_the_last_30_seconds_and_says_so() -> None:
    """15:59:30 2 at 26750 and 15:59:59 1 at 26753: 80253 / 3 = 26751; what trades a second earlier, or at the close, does not count."""
    closing = [("2025-10-15 15:59:29", 26_000, 9), ("2025-10-15 15:59:30", 26_750, 2), ("2025-10-15 15:59:59", 26_753, 1)]
    day = day_of([*TRADES[:3], *closing, *TRADES[4:]])
    opened = at("2025-10-16 09:30:00")
    estimated, published = (LEVELS["settlement"].compute(one) for one in (day, day._replace(exchange_settlement_ticks=26_752.0)))
    assert isinstance(estimated, LevelSeries) and isinstance(published, LevelSeries)
    assert (in_force(estimated, opened), estimated.source) == ([(opened, 26_751.0)], PriceSource.CLOSING_VWAP)
    assert (in_force(published, opened), published.source) == ([(opened, 26_752.0)], PriceSource.EXCHANGE)
    quiet = day_of([*TRADES[:3], ("2025-10-15 15:59:29", 26_000, 9), *TRADES[4:]])
    assert LEVELS["settlement"].compute(quiet) == LevelAbsent("no trade from 2025-10-15 15:59:30 to 2025-10-15 16:00:00")


def test_the_prior_day_s_value_area_is_that_of_its_profile() -> None:
    """26750 and 26751 traded 4 of 10 contracts each. 26751 is nearer the middle, 26754; below it 4 trade in two ticks, above it none: 8."""
    profile = VolumeProfile(*(np.array(column, np.int64) for column in ([26_748, 26_750, 26_751, 26_760], [1, 4, 4, 1], [0] * 4, [0] * 4)))
    day = day_of(TRADES)._replace(prior_profile=profile)
    found = {level_id: LEVELS[level_id].compute(day) for level_id in ("pd_val", "pd_poc", "pd_vah")}
    assert {level_id: in_force(level, 2**62) for level_id, level in found.items()} == {
        "pd_val": [(at("2025-10-16 09:30:00"), 26_749)],
        "pd_poc": [(at("2025-10-16 09:30:00"), 26_751)],
        "pd_vah": [(at("2025-10-16 09:30:00"), 26_751)],
    }
    for missing in (None, VolumeProfile(*(np.empty(0, np.int64),) * 4)):
        absent = LEVELS["pd_poc"].compute(day._replace(prior_profile=missing))
        assert absent == LevelAbsent("the volume profile of 2025-10-15 is not in the lake for this contract")


def test_a_name_of_no_family_is_none_of_our_levels() -> None:
    assert find_level("gex_zero") is None
    assert find_level("sma_0") is None
    assert find_level("sma_x") is None
    assert find_level("weekly_pivot") is None


def random_trades(seed: int, count: int) -> list[tuple[int, int, int]]:
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(at("2025-10-15 09:00:00"), at("2025-10-16 12:45:00"), count))
    ticks = 26_700 + np.cumsum(random.integers(-6, 7, count))
    return list(zip(times.tolist(), ticks.tolist(), random.integers(1, 9, count).tolist(), strict=True))


def in_force(level: LevelSeries | LevelAbsent, until_ns: int) -> list[tuple[int, float]]:
    if isinstance(level, LevelAbsent):
        return []
    return [(ts, price) for ts, price in zip(level.known_from_ns.tolist(), level.price_ticks.tolist(), strict=True) if ts <= until_ns]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3 * 3600 + 900))
def test_trades_after_a_moment_change_no_price_known_by_then(seed: int, second: int) -> None:
    cut_ns = at("2025-10-16 09:30:00") + second * NS_PER_S
    trades = random_trades(seed, 1_500)
    whole, cut = day_of(trades), day_of([trade for trade in trades if trade[0] < cut_ns])
    for level_id in (*LEVELS, "sma_90", "ema_20", "round_25"):
        assert in_force(computed(level_id, whole), cut_ns) == in_force(computed(level_id, cut), cut_ns), level_id


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 8))
def test_a_longer_lake_changes_no_average_by_a_bit(seed: int, hours: int) -> None:
    trades = random_trades(seed, 3_000)
    start_ns = at("2025-10-15 09:00:00") + hours * 3600 * NS_PER_S
    for level_id in ("sma_90", "ema_20"):
        whole, late = (computed(level_id, day_of(part)) for part in (trades, [trade for trade in trades if trade[0] >= start_ns]))
        assert isinstance(whole, LevelSeries)
        assert isinstance(late, LevelSeries)
        assert whole.price_ticks.tolist() == late.price_ticks.tolist()
        assert whole.known_from_ns.tolist() == late.known_from_ns.tolist()
