"""The two knobs: what the signature shows, what the outcome moves, and that the null shows and moves nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.simulator.planting import LAGGED_DRIFT_S, PULSE_S, Knobs, no_levels, planted_drift, planted_side
from tests.simulated_days import Day, area_under_curve, pulls, simulated_day

pytestmark = pytest.mark.slow

SEEDS = range(100, 112)
LOOK_S, MOVE_S = 15.0, 45.0
STEPS_A_SECOND = 4


def planted_days(knobs: Knobs) -> list[Day]:
    return [simulated_day(seed, 300_000, knobs) for seed in SEEDS]


def scores(days: list[Day], named: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Per episode that is no chop: log ratio of asks to bids pulled in LOOK_S, the move in the MOVE_S after that, planted way is up."""
    ratio, move, up = [], [], []
    for day in days:
        time_s = (day.events.ts_ns - day.clock.origin_ns) / 1e9
        pulled = np.where(pulls(day.events), day.events.contracts, 0)
        asks = np.r_[0, np.cumsum(np.where(day.events.side == ord("A"), pulled, 0))]
        bids = np.r_[0, np.cumsum(np.where(day.events.side == ord("B"), pulled, 0))]
        for row in day.truth[day.truth[named] != 0]:
            first, last = np.searchsorted(time_s, [row["time_s"], row["time_s"] + LOOK_S])
            step = int((row["time_s"] + LOOK_S) * STEPS_A_SECOND)
            ratio.append(np.log((asks[last] - asks[first] + 1) / (bids[last] - bids[first] + 1)))
            move.append(day.instrument.market.mids[step + int(MOVE_S * STEPS_A_SECOND)] - day.instrument.market.mids[step])
            up.append(row[named] * row["direction"] > 0)
    return np.array(ratio), np.array(move), np.array(up)


@pytest.fixture(scope="module")
def null_days() -> list[Day]:
    return planted_days(Knobs(0.0, 0.0, False))


@pytest.fixture(scope="module")
def planted() -> list[Day]:
    return planted_days(Knobs(0.5, 0.15, False))


def test_null_neither_shows_nor_moves(null_days: list[Day]) -> None:
    ratio, move, up = scores(null_days, "outcome_class")
    assert area_under_curve(ratio, up) == pytest.approx(0.5, abs=0.09)
    assert area_under_curve(move, up) == pytest.approx(0.5, abs=0.09)


def test_signature_shows_in_the_pull_ratio_and_outcome_in_the_move(planted: list[Day], null_days: list[Day]) -> None:
    ratio, move, up = scores(planted, "outcome_class")
    null_ratio, _, null_up = scores(null_days, "outcome_class")
    assert area_under_curve(ratio, up) > max(area_under_curve(null_ratio, null_up), 0.5) + 0.08
    assert area_under_curve(move, up) > 0.8


def test_placebo_shows_a_signature_that_says_nothing_about_the_outcome() -> None:
    days = planted_days(Knobs(0.5, 0.15, True))
    ratio, _, signature_up = scores(days, "signature_class")
    assert area_under_curve(ratio, signature_up) > 0.58
    ratio, _, up = scores(days, "outcome_class")
    assert area_under_curve(ratio, up) == pytest.approx(0.5, abs=0.09)


def pulled_asks_against_bids(days: list[Day], after_s: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Log ratio of asks to bids pulled in the PULSE_S that begin `after_s` after each touch, and whether the planted way is up."""
    ratio, up = [], []
    for day in days:
        time_s, gone = (day.events.ts_ns - day.clock.origin_ns) / 1e9, pulls(day.events)
        for row in day.truth[day.truth["outcome_class"] != 0]:
            inside = gone & (time_s >= row["time_s"] + after_s) & (time_s < row["time_s"] + after_s + PULSE_S)
            asks, bids = (day.events.contracts[inside & (day.events.side == ord(side))].sum() for side in "AB")
            ratio.append(np.log((asks + 1) / (bids + 1)))
            up.append(row["outcome_class"] * row["direction"] > 0)
    return np.array(ratio), np.array(up)


def test_lagged_signature_shows_for_one_window_and_lies_its_lag_before_the_drift() -> None:
    lag_s = 20.0
    days = planted_days(Knobs(0.6, 0.15, False, lag_s))
    pulse_s = LAGGED_DRIFT_S - lag_s - PULSE_S
    assert area_under_curve(*pulled_asks_against_bids(days, pulse_s)) > 0.6
    for elsewhere_s in (0.0, pulse_s - 15.0, pulse_s + 15.0):
        assert area_under_curve(*pulled_asks_against_bids(days, elsewhere_s)) == pytest.approx(0.5, abs=0.09)


@pytest.mark.parametrize(("after_s", "way"), [(34.75, 0), (35.0, 1), (39.75, 1), (40.0, 0), (70.0, 0)])
def test_pulse_of_a_lag_of_twenty_seconds_acts_from_35_to_40_seconds_after_the_touch(after_s: float, way: int) -> None:
    planting = no_levels()
    planting.start_s, planting.signature_class, planting.direction = 1000.0, 1, 1
    assert planted_side(planting, Knobs(0.3, 0.15, False, 20.0), 1000.0 + after_s) == way
    assert planted_side(planting, Knobs(0.3, 0.15, False), 1000.0 + after_s) == 1


@pytest.mark.parametrize(("lag_s", "after_s", "drift"), [(-1.0, 14.75, 0.0), (-1.0, 15.0, 0.15), (20.0, 59.75, 0.0), (20.0, 60.0, 0.15)])
def test_drift_waits_longer_with_a_lag(lag_s: float, after_s: float, drift: float) -> None:
    planting = no_levels()
    planting.start_s, planting.outcome_class, planting.direction = 1000.0, 1, 1
    assert planted_drift(planting, Knobs(0.3, 0.15, False, lag_s), 0.0, 1000.0 + after_s) == drift


def test_classes_are_drawn_with_their_shares(planted: list[Day], null_days: list[Day]) -> None:
    drawn = np.concatenate([day.truth["outcome_class"] for day in planted + null_days])
    shares = [float((drawn == kind).mean()) for kind in (1, -1, 0)]
    assert shares == pytest.approx([0.4, 0.4, 0.2], abs=0.06)


def test_levels_of_truth_are_the_trades_own_extremes(planted: list[Day]) -> None:
    for day in planted[:3]:
        time_ns, events = day.events.ts_ns, day.events
        trades = (events.action == ord("T")) & (time_ns >= day.clock.premarket_ns) & (time_ns < day.clock.rth_open_ns)
        for row in day.truth[day.truth["level"] == 0]:
            assert row["position"] == events.position[trades].max()


def test_no_episode_begins_before_its_level_is_known(planted: list[Day]) -> None:
    for day in planted:
        known = np.where(day.truth["level"] < 2, day.clock.rth_open_ns, day.clock.rth_open_ns + 900 * 10**9)
        assert (day.truth["time_s"] * 1e9 + day.clock.origin_ns >= known).all()
        assert (day.truth["time_s"] * 1e9 + day.clock.origin_ns < day.clock.rth_close_ns).all()
