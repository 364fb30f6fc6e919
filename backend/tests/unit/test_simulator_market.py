"""A simulated day looks like ES: message mix, spread, sizes, lives, clustering, diffusion. Bands as measured on real GLBX files."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.simulator.market import BrokenMarket
from src.data_eng.core.simulator.plan import STEP_S
from src.data_eng.core.simulator.scenario import START_POSITION
from src.data_eng.core.simulator.session import run_until
from tests.simulated_days import Day, opened, pulls, simulated_day

pytestmark = pytest.mark.slow

RECORDS = 2_000_000


@pytest.fixture(scope="module")
def day() -> Day:
    return simulated_day(5, RECORDS)


def regular_mids(day: Day) -> NDArray[np.float64]:
    """Middle of the book at each step of the regular hours."""
    first, last = (int(day.clock.second(moment) / STEP_S) for moment in (day.clock.rth_open_ns, day.clock.rth_close_ns))
    mids: NDArray[np.float64] = day.instrument.market.mids[first:last]
    return mids


def variance_a_second(mids: NDArray[np.float64], seconds: float) -> float:
    steps = int(seconds / STEP_S)
    return float(np.var(mids[steps:] - mids[:-steps]) / seconds)


@pytest.mark.parametrize("records", [100_000, 300_000, RECORDS])
def test_a_market_writes_as_many_records_as_its_plan_expects(records: int) -> None:
    instrument = simulated_day(11, records).instrument
    plan = instrument.plan
    assert instrument.market.written == pytest.approx(plan.expected[plan.seconds], rel=0.04)


@pytest.mark.parametrize(
    ("action", "least", "most"), [("A", 0.34, 0.42), ("C", 0.30, 0.42), ("M", 0.07, 0.20), ("T", 0.035, 0.055), ("F", 0.05, 0.12)]
)
def test_message_mix_lies_in_the_measured_band(day: Day, action: str, least: float, most: float) -> None:
    assert least <= (day.events.action == ord(action)).mean() <= most


def test_spread_is_one_tick_nine_times_in_ten(day: Day) -> None:
    mids = regular_mids(day)
    assert (np.abs(mids % 1.0 - 0.5) < 0.01).mean() >= 0.91


def test_order_sizes_are_mostly_one_lot_with_a_tail(day: Day) -> None:
    sizes = day.events.contracts[day.events.action == ord("A")]
    assert 0.65 <= (sizes == 1).mean() <= 0.78
    assert np.percentile(sizes, [50, 90]).tolist() == pytest.approx([1, 4], abs=1.5)
    assert 12 <= np.percentile(sizes, 99) <= 24


def test_a_tenth_of_cancelled_orders_lives_about_a_millisecond(day: Day) -> None:
    events = day.events
    born = dict(zip(events.order_id[events.action == ord("A")].tolist(), events.ts_ns[events.action == ord("A")].tolist(), strict=True))
    gone = pulls(events)
    lives = [
        end - born[order_id]
        for order_id, end in zip(events.order_id[gone].tolist(), events.ts_ns[gone].tolist(), strict=True)
        if order_id in born
    ]
    assert 3e5 < np.percentile(lives, 10) < 3e6


def test_trade_signs_remember_and_forget_slowly(day: Day) -> None:
    events = day.events
    first = (events.action == ord("T")) & (events.side != ord("N"))
    buys = np.where(events.side[first] == ord("B"), 1.0, -1.0)
    sign = buys - buys.mean()
    memory = [float((sign[lag:] * sign[:-lag]).mean() / sign.var()) for lag in (1, 100)]
    assert 0.1 < memory[0] < 0.4
    assert -0.02 < memory[1] < memory[0] / 2


def test_volatility_clusters(day: Day) -> None:
    moves = np.abs(np.diff(regular_mids(day)[:: int(5 / STEP_S)]))
    centred = moves - moves.mean()
    assert (centred[12:] * centred[:-12]).mean() / centred.var() > 0.02


def test_price_diffuses_over_five_minutes_about_as_over_a_second() -> None:
    ratios = [
        variance_a_second(mids, 300.0) / variance_a_second(mids, 1.0)
        for mids in (regular_mids(simulated_day(seed, RECORDS)) for seed in (1, 2, 3))
    ]
    assert 1 / 1.6 < float(np.mean(ratios)) < 1.6


def test_regular_hours_hold_most_records_and_open_busiest(day: Day) -> None:
    second = (day.events.ts_ns - day.clock.rth_open_ns) / 1e9
    regular = second[(second >= 0) & (second < 23_400)]
    assert len(regular) / len(second) > 0.8
    first_half_hour, midday = (regular < 1800).sum(), ((regular > 10_000) & (regular < 11_800)).sum()
    assert first_half_hour > 1.5 * midday


def test_book_keeps_both_sides_where_the_price_runs_far_beyond_its_opening_queues() -> None:
    clock, session = opened(4)
    session.leader.plan.anchor[:] = START_POSITION + np.linspace(0.0, 1200.0, session.leader.plan.anchor.size)
    session.leader.plan.anchor_s[:] = 60.0
    session.open()
    run_until(session.leader, clock.second(clock.rth_close_ns))
    book = session.leader.book
    assert book.best_bid > START_POSITION + 900
    assert book.best_ask - book.best_bid <= 4


def test_market_that_leaves_the_book_says_so() -> None:
    clock, session = opened(4)
    session.leader.plan.anchor[:] = -1e6
    session.leader.plan.anchor_s[:] = 1.0
    session.open()
    with pytest.raises(BrokenMarket, match="left the book's range"):
        run_until(session.leader, clock.second(clock.end_ns))
