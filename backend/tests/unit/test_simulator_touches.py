"""When a touch of a level begins an episode, what is drawn for it, when it ends, and the levels that a session makes itself."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.simulator.extremes import learn_levels, note_trade
from src.data_eng.core.simulator.market import MARKET_DTYPE
from src.data_eng.core.simulator.orders import ASK, BID, TICKS
from src.data_eng.core.simulator.plan import PLAN_DTYPE
from src.data_eng.core.simulator.planting import (
    BREAK,
    CHOP,
    DEPART_TICKS,
    END_TICKS,
    EPISODE_S,
    MOST_EPISODES,
    OR_HIGH,
    OR_LOW,
    PM_HIGH,
    PM_LOW,
    REJECT,
    REST_S,
    TOUCH_TICKS,
    Knobs,
    lean_on_flow,
    no_levels,
    planted_drift,
    planted_side,
    watch_levels,
)
from src.data_eng.core.simulator.records import zero_record

LEVEL = 8000
KNOBS = Knobs(0.3, 0.15, False)
LAGGED = Knobs(0.3, 0.15, False, 20.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def known_level(level: int = PM_HIGH, known_s: float = 0.0) -> Any:
    """A planting that watches one level."""
    planting = no_levels()
    planting.position[level], planting.known_s[level] = LEVEL, known_s
    return planting


def walk(planting: Any, *places: tuple[float, float], knobs: Knobs = KNOBS, watching: bool = True) -> Any:
    """Show the planting the middle at some seconds: (ticks above the level, second)."""
    for distance, time_s in places:
        watch_levels(planting, knobs, LEVEL + distance, time_s, watching, rng())
    return planting


def runs(planting: Any) -> bool:
    return not np.isnan(planting.start_s)


@pytest.mark.parametrize(
    ("departed", "touched", "begins"),
    [
        (-DEPART_TICKS, -TOUCH_TICKS, True),
        (-DEPART_TICKS + 0.5, -TOUCH_TICKS, False),
        (-DEPART_TICKS, -TOUCH_TICKS - 0.5, False),
        (DEPART_TICKS, TOUCH_TICKS, True),
        (DEPART_TICKS, TOUCH_TICKS + 0.5, False),
        (-DEPART_TICKS, END_TICKS - 0.5, True),
        (-DEPART_TICKS, END_TICKS, False),
    ],
)
def test_an_episode_begins_within_five_ticks_of_a_level_left_by_eight(departed: float, touched: float, begins: bool) -> None:
    assert runs(walk(known_level(), (departed, 10.0), (touched, 11.0))) is begins


@pytest.mark.parametrize(("departed", "direction"), [(-DEPART_TICKS, 1), (DEPART_TICKS, -1)])
def test_an_episode_has_the_direction_of_its_approach_and_a_row_of_truth(departed: float, direction: int) -> None:
    planting = walk(known_level(OR_LOW), (departed, 10.0), (0.0, 12.5))
    assert (planting.start_s, planting.level, planting.direction) == (12.5, OR_LOW, direction)
    row = planting.truth[0]
    assert (planting.rows, row["time_s"], row["level"], row["position"], row["direction"]) == (1, 12.5, OR_LOW, LEVEL, direction)
    assert (row["outcome_class"], row["signature_class"]) == (planting.outcome_class, planting.signature_class)


def test_a_level_is_not_watched_before_it_is_known_nor_outside_the_regular_hours() -> None:
    assert not runs(walk(known_level(known_s=30.0), (-9.0, 10.0), (-4.0, 31.0)))
    assert runs(walk(known_level(known_s=30.0), (-9.0, 30.0), (-4.0, 31.0)))
    assert not runs(walk(known_level(), (-9.0, 10.0), (-4.0, 11.0), watching=False))


def test_one_episode_runs_at_a_time() -> None:
    planting = known_level()
    planting.position[PM_LOW], planting.known_s[PM_LOW] = LEVEL + 1, 0.0
    walk(planting, (-9.0, 10.0), (-4.0, 11.0), (-4.0, 11.25))
    assert (planting.level, planting.rows) == (PM_HIGH, 1)


@pytest.mark.parametrize(("distance", "over"), [(END_TICKS - 0.5, False), (END_TICKS, True), (-END_TICKS, True)])
def test_an_episode_is_over_twelve_ticks_from_its_level(distance: float, over: bool) -> None:
    planting = walk(known_level(), (-9.0, 10.0), (-4.0, 11.0), (distance, 12.0))
    assert runs(planting) is not over


@pytest.mark.parametrize(("knobs", "lasts_s"), [(KNOBS, EPISODE_S), (LAGGED, EPISODE_S - 15.0 + 60.0)])
def test_an_episode_is_over_when_its_time_is_and_lasts_longer_with_a_lag(knobs: Knobs, lasts_s: float) -> None:
    planting = walk(known_level(), (-9.0, 10.0), (-4.0, 20.0), (-4.0, 20.0 + lasts_s - 0.25), knobs=knobs)
    assert runs(planting)
    assert not runs(walk(planting, (-4.0, 20.0 + lasts_s), knobs=knobs))


@pytest.mark.parametrize(("wait_s", "begins"), [(REST_S - 0.25, False), (REST_S, True)])
def test_a_level_rests_for_a_minute_after_its_episode(wait_s: float, begins: bool) -> None:
    planting = walk(known_level(), (-9.0, 10.0), (-4.0, 20.0), (-12.0, 30.0), (-4.0, 30.0 + wait_s))
    assert runs(planting) is begins


def test_an_episode_takes_the_level_s_side_away_until_the_price_has_left_again() -> None:
    planting = walk(known_level(), (-9.0, 10.0), (-4.0, 20.0))
    assert planting.side[PM_HIGH] == 0
    walk(planting, (-4.0, 20.0 + EPISODE_S), (-4.0, 20.0 + EPISODE_S + REST_S))
    assert (runs(planting), planting.rows) == (False, 1)


def test_a_full_table_of_truth_takes_no_further_row_and_the_episode_runs_all_the_same() -> None:
    planting = known_level()
    planting.rows = MOST_EPISODES
    walk(planting, (-9.0, 10.0), (-4.0, 11.0))
    assert (runs(planting), planting.rows) == (True, MOST_EPISODES)


def drawn(knobs: Knobs, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and signature classes of many episodes."""
    draws, planting = np.random.default_rng(5), known_level()
    classes = []
    for _ in range(count):
        planting.start_s, planting.side[PM_HIGH], planting.ready_s[PM_HIGH] = np.nan, -1, 0.0
        watch_levels(planting, knobs, LEVEL - 4.0, 10.0, True, draws)
        classes.append((int(planting.outcome_class), int(planting.signature_class)))
    outcome, signature = np.array(classes).T
    return outcome, signature


def test_two_fifths_break_two_fifths_reject_and_a_fifth_is_chop() -> None:
    outcome, signature = drawn(KNOBS)
    # Four standard errors of a share of 0.4 among 4,000 draws are 0.031.
    assert [(outcome == kind).mean() for kind in (BREAK, REJECT, CHOP)] == pytest.approx([0.4, 0.4, 0.2], abs=0.031)
    assert (outcome == signature).all()


def test_a_placebo_s_signature_is_drawn_apart_from_the_outcome_and_changes_no_outcome() -> None:
    outcome, signature = drawn(Knobs(0.3, 0.15, True))
    # Independent draws agree in 0.4^2 + 0.4^2 + 0.2^2 = 0.36 of all cases.
    assert (outcome == signature).mean() == pytest.approx(0.36, abs=0.031)
    assert (outcome == drawn(KNOBS)[0]).all()


@pytest.mark.parametrize(
    ("outcome_class", "direction", "drift"), [(BREAK, 1, 0.15), (BREAK, -1, -0.15), (REJECT, 1, -0.15), (REJECT, -1, 0.15)]
)
def test_a_break_drifts_on_through_the_level_and_a_reject_back(outcome_class: int, direction: int, drift: float) -> None:
    planting = known_level()
    planting.start_s, planting.level, planting.outcome_class, planting.direction = 100.0, PM_HIGH, outcome_class, direction
    assert planted_drift(planting, KNOBS, LEVEL + 3.0, 115.0) == drift


def test_a_chop_is_pulled_back_to_its_level_by_a_twentieth_of_the_distance() -> None:
    planting = known_level()
    planting.start_s, planting.level, planting.outcome_class, planting.direction = 100.0, PM_HIGH, CHOP, 1
    assert planted_drift(planting, KNOBS, LEVEL + 4.0, 115.0) == pytest.approx(-0.2)
    assert planted_drift(planting, KNOBS, LEVEL - 4.0, 115.0) == pytest.approx(0.2)
    assert planted_drift(planting, KNOBS._replace(outcome=0.0), LEVEL + 4.0, 115.0) == 0.0


def test_without_an_episode_or_a_knob_nothing_is_planted() -> None:
    planting = known_level()
    planting.outcome_class = planting.signature_class = planting.direction = 1
    assert (planted_drift(planting, KNOBS, LEVEL, 500.0), planted_side(planting, KNOBS, 500.0)) == (0.0, 0)
    planting.start_s = 100.0
    assert planted_side(planting, KNOBS, 101.0) == 1
    assert planted_side(planting, KNOBS._replace(signature=0.0), 101.0) == 0


@pytest.mark.parametrize(("way", "giving", "other"), [(1, ASK, BID), (-1, BID, ASK)])
def test_the_side_that_gives_way_is_pulled_faster_and_added_to_slower(way: int, giving: int, other: int) -> None:
    adds, cancels = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    add_before, cancel_before = adds.copy(), cancels.copy()
    lean_on_flow(adds, cancels, way, 0.4)
    assert cancels[giving] == pytest.approx(cancel_before[giving] * exp(0.4))
    assert cancels[other] == cancel_before[other]
    assert adds[giving] == pytest.approx(add_before[giving] * exp(-0.2))
    assert adds[other] == pytest.approx(add_before[other] * exp(0.2))


def test_no_way_leaves_the_flow_as_it_is() -> None:
    adds, cancels = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    lean_on_flow(adds, cancels, 0, 0.4)
    assert (adds.tolist(), cancels.tolist()) == ([2.0, 3.0], [5.0, 7.0])


@pytest.fixture
def plan() -> Any:
    """Pre-market from 100 s, open at 200 s, opening range to 250 s, close at 300 s."""
    plan = zero_record(PLAN_DTYPE)
    plan.premarket_s, plan.rth_open_s, plan.opening_range_s, plan.rth_close_s = 100.0, 200.0, 50.0, 300.0
    return plan


def extremes_after(plan: Any, *trades: tuple[float, int, int]) -> dict[str, int]:
    """The extremes after trades of (second, lowest, highest position)."""
    planting, market = no_levels(), zero_record(MARKET_DTYPE)
    market.rth_high, market.rth_low = -1, TICKS
    for time_s, lowest, highest in trades:
        market.time_s = time_s
        note_trade(planting, market, plan, lowest, highest)
    names = {"pm_high": PM_HIGH, "pm_low": PM_LOW, "or_high": OR_HIGH, "or_low": OR_LOW}
    return {name: int(planting.position[level]) for name, level in names.items()} | {
        "rth_high": int(market.rth_high),
        "rth_low": int(market.rth_low),
    }


def test_each_extreme_holds_the_trades_of_its_own_span_with_its_start_and_without_its_end(plan: Any) -> None:
    found = extremes_after(
        plan,
        (99.75, 10, 9000),  # before the pre-market
        (100.0, 500, 520),
        (199.75, 480, 510),
        (200.0, 600, 605),  # open: regular hours and opening range
        (249.75, 590, 604),
        (250.0, 550, 700),  # the opening range is over
        (299.75, 560, 690),
        (300.0, 20, 8000),  # the close
    )
    assert found == {"pm_high": 520, "pm_low": 480, "or_high": 605, "or_low": 590, "rth_high": 700, "rth_low": 550}


def test_without_a_trade_no_level_is_made(plan: Any) -> None:
    assert set(extremes_after(plan, (50.0, 400, 410)).values()) == {0, -1, TICKS}


@pytest.mark.parametrize(
    ("time_s", "known"),
    [(199.75, set()), (200.0, {PM_HIGH, PM_LOW}), (249.75, {PM_HIGH, PM_LOW}), (250.0, {PM_HIGH, PM_LOW, OR_HIGH, OR_LOW})],
)
def test_levels_are_known_at_the_open_and_at_the_opening_range_s_end(plan: Any, time_s: float, known: set[int]) -> None:
    planting = no_levels()
    planting.position[[PM_HIGH, PM_LOW, OR_HIGH, OR_LOW]] = LEVEL
    learn_levels(planting, plan, time_s)
    assert set(np.flatnonzero(np.isfinite(planting.known_s)).tolist()) == known
    assert {float(planting.known_s[level]) for level in known} <= {200.0, 250.0}


def test_a_level_that_was_never_traded_stays_unknown(plan: Any) -> None:
    planting = no_levels()
    learn_levels(planting, plan, 299.0)
    assert np.isinf(planting.known_s).all()
