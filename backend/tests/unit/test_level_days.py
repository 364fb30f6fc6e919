"""What a level is given: bars of a span, which hours the lake covers, and how a series is cut to what is in force; to the nanosecond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.level_order import in_order
from src.data_eng.core.levels import Bars, Level, LevelAbsent, LevelDay, LevelSeries, find_level
from src.data_eng.core.levels.averages import EMA_WARM_UP_SPANS
from src.data_eng.core.levels.day import first_trade, moving_level, static_level, trades_between
from src.data_eng.core.session import SessionTimes, clock, is_after_hours, opening_ns, second_of
from src.data_eng.core.units import NS_PER_S
from src.data_eng.settings import load_settings
from src.data_eng.sources.calendar import exchange_times, session_times

S = NS_PER_S
TIMES = session_times("2025-10-16", load_settings())
"""09:30 to 12:30 New York, the lead-in from 09:00."""
EXCHANGE = exchange_times(TIMES, load_settings())


def bars(*rows: tuple[int, int]) -> Bars:
    """Bars of (start in ns, tick) with one contract each."""
    start, tick = (np.array(column, np.int64) for column in zip(*rows, strict=True)) if rows else (np.zeros(0, np.int64),) * 2
    return Bars(start, tick, tick, tick, tick, np.ones_like(start), tick)


def a_day(seconds: Bars, candles: Bars | None = None, covered: tuple[tuple[int, int], ...] = ((0, 2**62),)) -> LevelDay:
    return LevelDay(TIMES, TIMES, seconds, candles or bars(), 120, np.array(covered, np.int64).reshape(-1, 2), 900, 0.25, EXCHANGE)


def series(level: Level) -> list[tuple[int, float]]:
    assert isinstance(level, LevelSeries)
    return list(zip(level.known_from_ns.tolist(), level.price_ticks.tolist(), strict=True))


def test_bars_of_a_span_have_its_start_and_not_its_end() -> None:
    found = bars((10, 1), (20, 2), (30, 3)).between(10, 30)
    assert (found.start_ns.tolist(), found.close_ticks.tolist()) == ([10, 20], [1, 2])
    assert bars((10, 1)).between(11, 30).start_ns.tolist() == []


@pytest.mark.parametrize(("start", "end", "covers"), [(10, 20, True), (9, 20, False), (10, 21, False), (12, 12, True), (15, 35, False)])
def test_a_span_is_covered_by_one_that_holds_all_of_it(start: int, end: int, covers: bool) -> None:
    assert a_day(bars(), covered=((10, 20), (30, 40))).covers(start, end) is covers


@pytest.mark.parametrize(("moment", "until"), [(9, 9), (10, 20), (19, 20), (20, 20), (25, 25), (30, 40), (40, 40)])
def test_cover_reaches_from_a_moment_to_the_end_of_its_span(moment: int, until: int) -> None:
    assert a_day(bars(), covered=((10, 20), (30, 40))).covered_until_ns(moment) == until


def test_candles_count_from_the_span_that_holds_the_lead_in_to_the_last_that_closes_in_the_session() -> None:
    lead_in, end = TIMES.flow_start_ns, TIMES.end_ns
    candles = bars((lead_in - 500 * S, 1), (lead_in - 120 * S, 2), (lead_in, 3), (end - 121 * S, 4), (end - 120 * S, 5))
    covered = ((lead_in - 1000 * S, lead_in - 400 * S), (lead_in - 200 * S, end))
    assert a_day(bars(), candles, covered).unbroken_candles().close_ticks.tolist() == [2, 3, 4]
    assert a_day(bars(), candles, ((lead_in, end),)).unbroken_candles().close_ticks.tolist() == [3, 4]
    assert a_day(bars(), candles, ((lead_in + 1, end),)).unbroken_candles().close_ticks.tolist() == []
    assert a_day(bars(), candles, ()).unbroken_candles().close_ticks.tolist() == []


def test_trades_of_a_span_are_absent_where_the_lake_has_a_hole_or_nothing_traded() -> None:
    start, end = TIMES.start_ns, TIMES.start_ns + 60 * S
    day = a_day(bars((start - S, 1), (start, 2), (end - S, 3), (end, 4)), covered=((start - 60 * S, end),))
    found = trades_between(day, start, end)
    assert isinstance(found, Bars) and found.close_ticks.tolist() == [2, 3]
    assert trades_between(day, start, end + 1) == LevelAbsent(
        "trade bars of 2025-10-16 09:30:00 to 2025-10-16 09:31:00 are not all in the lake for this contract"
    )
    assert trades_between(day, start - 60 * S, start - 30 * S) == LevelAbsent("no trade from 2025-10-16 09:29:00 to 2025-10-16 09:29:30")


def test_a_day_since_a_moment_is_that_of_a_lake_that_begins_there() -> None:
    whole = a_day(bars((10, 1), (20, 2), (30, 3)), bars((0, 1), (20, 2)), ((0, 15), (18, 40)))
    cut = whole.since(20)
    assert (cut.seconds.close_ticks.tolist(), cut.candles.close_ticks.tolist(), cut.covered_ns.tolist()) == ([2, 3], [2], [[20, 40]])
    assert whole.since(15).covered_ns.tolist() == [[18, 40]]
    assert whole.since(50).covered_ns.shape == (0, 2)
    assert [part.tolist() for part in whole.since(0).seconds] == [part.tolist() for part in whole.seconds]


def test_the_first_trade_is_known_at_its_second_s_end_and_only_where_the_lake_has_all_before_it() -> None:
    start = TIMES.start_ns
    day = a_day(bars((start + 3 * S, 7), (start + 4 * S, 8)), covered=((start - S, start + 4 * S),))
    assert series(first_trade(day, start, start + 60 * S)) == [(start + 4 * S, 7.0)]
    assert first_trade(day, start, start + 3 * S) == LevelAbsent("no trade from 2025-10-16 09:30:00 to 2025-10-16 09:30:03")
    for missing in (start - 2 * S, start + 4 * S):
        assert isinstance(first_trade(day, missing, start + 60 * S), LevelAbsent)


def moved(*rows: tuple[int, float]) -> Level:
    """A moving level of prices known some seconds after the lead-in's start."""
    known_s, price = zip(*rows, strict=True)
    return moving_level(a_day(bars()), TIMES.flow_start_ns + np.array(known_s, np.int64) * S, np.array(price, np.float64))


def after_lead_in(level: Level) -> list[tuple[float, float]]:
    return [((known - TIMES.flow_start_ns) / S, price) for known, price in series(level)]


def test_a_moving_level_begins_with_the_price_in_force_at_the_lead_in() -> None:
    assert after_lead_in(moved((-240, 1.0), (-120, 2.0), (60, 3.0))) == [(-120, 2.0), (60, 3.0)]
    assert after_lead_in(moved((-120, 1.0), (0, 2.0), (60, 3.0))) == [(0, 2.0), (60, 3.0)]
    assert after_lead_in(moved((30, 1.0), (60, 3.0))) == [(30, 1.0), (60, 3.0)]


def test_a_moving_level_ends_before_the_session_does_and_has_a_row_a_change() -> None:
    length = (TIMES.end_ns - TIMES.flow_start_ns) // S
    assert after_lead_in(moved((0, 1.0), (60, 1.0), (120, 2.0), (180, 1.0), (length, 9.0))) == [(0, 1.0), (120, 2.0), (180, 1.0)]
    assert moved((length, 9.0)) == LevelAbsent("no price of it is known before the session ends")
    assert series(static_level(7, 1.5)) == [(7, 1.5)]


def test_an_average_has_its_first_value_with_its_last_candle_and_weighs_the_latest_most() -> None:
    """EMA 1 has decay 0: of its five candles only the latest counts. EMA 3 halves the weight with every candle of age."""
    lead_in = TIMES.flow_start_ns
    closes = [100, 108, 104, 96, 120, 100, 112, 96, 104, 100, 108, 116, 100, 92, 108, 132]
    candles = bars(*((lead_in + 120 * S * at, close) for at, close in enumerate(closes)))
    sma, ema_1, ema_3 = (find_level(name) for name in ("sma_4", "ema_1", "ema_3"))
    assert sma is not None and ema_1 is not None and ema_3 is not None
    assert series(sma.compute(a_day(bars(), candles)))[0] == (lead_in + 4 * 120 * S, 102.0)
    assert series(ema_1.compute(a_day(bars(), candles)))[0] == (lead_in + 5 * 120 * S, 120.0)
    weights = 0.5 ** np.arange(3 * EMA_WARM_UP_SPANS)
    values = [float(weights @ closes[at::-1][: len(weights)]) / weights.sum() for at in (14, 15)]
    assert [price for _, price in series(ema_3.compute(a_day(bars(), candles)))] == pytest.approx(values)
    assert ema_3.compute(a_day(bars(), candles.between(0, lead_in + 14 * 120 * S))) == LevelAbsent(
        "has 14 of 15 closed 120-second bars without a hole before the session ends"
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from(["pm_high", "vwap", "or_low", "sma_9", "sma_10", "round_25", "mine", "another", "sma_x"]), max_size=9))
def test_one_order_of_levels_whatever_comes_in(level_ids: list[str]) -> None:
    ordered = in_order(level_ids)
    assert in_order(reversed(level_ids)) == ordered and set(ordered) == set(level_ids) and len(set(ordered)) == len(ordered)
    usual = in_order(["pm_high", "vwap", "or_low", "sma_9", "sma_10", "round_25", "mine", "another", "sma_x"])
    assert [level for level in usual if level in ordered] == list(ordered)
    assert usual.index("sma_9") + 1 == usual.index("sma_10")
    assert usual[-3:] == ("another", "mine", "sma_x")


def with_span(start_ns: int, end_ns: int) -> SessionTimes:
    return TIMES._replace(start_ns=start_ns, end_ns=end_ns)


def test_a_session_opens_with_the_regular_hours_where_the_two_meet() -> None:
    opens, closes = TIMES.rth_open_ns, TIMES.rth_close_ns
    assert opening_ns(with_span(opens - 3600 * S, opens + 1)) == opens
    assert opening_ns(with_span(opens - 3600 * S, opens)) == opens - 3600 * S
    assert opening_ns(with_span(closes - 1, closes + 60 * S)) == opens
    assert opening_ns(with_span(closes, closes + 60 * S)) == closes
    assert [is_after_hours(with_span(moment, moment + S)) for moment in (closes - 1, closes)] == [False, True]


def test_what_happens_within_a_second_is_known_at_its_end() -> None:
    assert [second_of(ts) for ts in (0, 1, S - 1, S, S + 1, -1)] == [0, 1, 1, 1, 2, 0]
    assert clock(TIMES.start_ns + S - 1) == "2025-10-16 09:30:00"
    assert clock(TIMES.start_ns, "America/Chicago") == "2025-10-16 08:30:00"
