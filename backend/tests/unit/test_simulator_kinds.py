"""The second planting: what a signature shows itself by, where a drift ends, and what stands out with a meaning or without."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest

from src.data_eng.core.simulator.barrier import WINDOW_STEPS, barrier_now
from src.data_eng.core.simulator.market import MARKET_DTYPE
from src.data_eng.core.simulator.orders import ASK, BID, empty_book
from src.data_eng.core.simulator.plan import LEVELS, PLAN_DTYPE, STEP_S
from src.data_eng.core.simulator.planting import (
    ABSORB_WAIT_S,
    BREAK,
    CHOP,
    DRIFT_S,
    LOCAL,
    LOCAL_TICKS,
    LONGEST_S,
    NO_KIND,
    PM_HIGH,
    REJECT,
    SHORT_SHARE,
    SIDE,
    TO_BARRIER,
    Knobs,
    no_levels,
    planted_drift,
    planted_side,
    watch_levels,
)
from src.data_eng.core.simulator.records import zero_record
from src.data_eng.core.simulator.standouts import ABSORB, NOTHING, PULLED, STANDING, STANDS, WALL, WANTED
from src.data_eng.core.simulator.weights import lean_nearby, weigh_queue
from src.data_eng.core.volatility import barrier, realised_variance, squared_changes, volatility
from tests.simulated_days import BARRIER, Day, simulated_day

LEVEL, NEAR = 8000, -4.0
EVERY_KIND = 1 << SIDE | 1 << LOCAL | 1 << WALL | 1 << ABSORB
SECOND = Knobs(0.5, 0.35, False, kinds=EVERY_KIND, drift_ticks=TO_BARRIER, reach=0.6)
DRAWS = 4000
FOUR_ERRORS = 0.032
"""Four standard errors of a share among DRAWS draws, at most."""


def drawn(knobs: Knobs) -> dict[str, np.ndarray]:
    """Many episodes: class, kind, whether the drift falls short, and the standout asked for."""
    rng, planting = np.random.default_rng(5), no_levels()
    planting.position[PM_HIGH], planting.known_s[PM_HIGH] = LEVEL, 0.0
    names = ("outcome_class", "signature_class", "kind", "falls_short", "standout", "standout_kind", "standout_fate", "standout_meant")
    rows = []
    for _ in range(DRAWS):
        planting.start_s, planting.side[PM_HIGH], planting.ready_s[PM_HIGH], planting.standout = np.nan, -1, 0.0, NOTHING
        planting.barrier_now = 8.0 if knobs.drift_ticks < 0.0 else 0.0
        watch_levels(planting, knobs, LEVEL + NEAR, 10.0, True, rng)
        rows.append([int(planting[name]) for name in names] + [planting.drift_wait_s])
    return dict(zip((*names, "wait_s"), np.array(rows).T, strict=True))


def shown_by(knobs: Knobs, planted_class: int) -> set[int]:
    found = drawn(knobs)
    return set(found["kind"][found["signature_class"] == planted_class].astype(int).tolist())


def test_each_class_shows_by_the_kinds_that_it_can() -> None:
    assert shown_by(SECOND, REJECT) == {SIDE, LOCAL, WALL, ABSORB}
    assert shown_by(SECOND, BREAK) == {SIDE, LOCAL, WALL}
    assert shown_by(SECOND, CHOP) == {NO_KIND}
    assert shown_by(SECOND._replace(kinds=1 << ABSORB), BREAK) == {NO_KIND}
    assert shown_by(SECOND._replace(signature=0.0), BREAK) == {NO_KIND}
    assert shown_by(Knobs(0.5, 0.35, False), BREAK) == {SIDE}


@pytest.mark.parametrize("kinds", [1 << WALL, 1 << ABSORB, 1 << WALL | 1 << ABSORB, EVERY_KIND])
def test_what_stands_out_is_without_meaning_at_least_as_often_as_with(kinds: int) -> None:
    found = drawn(SECOND._replace(kinds=kinds))
    wanted = found["standout"] == WANTED
    meant, idle = wanted & (found["standout_meant"] == 1), wanted & (found["standout_meant"] == 0)
    assert 0 < meant.sum() <= idle.sum()
    assert idle.mean() == pytest.approx(0.5, abs=FOUR_ERRORS)
    # Independent of the class: a half of each.
    for planted_class in (BREAK, REJECT, CHOP):
        assert idle[found["outcome_class"] == planted_class].mean() == pytest.approx(0.5, abs=0.072)


def test_a_wall_that_means_a_reject_stands_and_one_that_means_a_break_is_pulled_or_left_to_be_eaten() -> None:
    found = drawn(SECOND._replace(kinds=1 << WALL))
    meant = (found["standout"] == WANTED) & (found["standout_meant"] == 1)
    fates = {kind: found["standout_fate"][meant & (found["outcome_class"] == kind)] for kind in (BREAK, REJECT, CHOP)}
    assert len(fates[CHOP]) == 0
    assert set(fates[REJECT].tolist()) == {STANDS}
    assert (fates[BREAK] == PULLED).mean() == pytest.approx(0.5, abs=0.072)


def test_the_move_comes_five_to_twenty_seconds_after_a_wall_was_pulled_and_later_where_icebergs_absorb() -> None:
    found = drawn(SECOND)
    pulled = (found["kind"] == WALL) & (found["standout_fate"] == PULLED)
    # Pulled 5 to 15 s after the touch, the move 5 to 20 s later: at 10 to 35 s, but never before DRIFT_S.
    assert found["wait_s"][pulled].min() >= 0.0 and 15.0 < found["wait_s"][pulled].max() <= 35.0 - DRIFT_S
    assert set(found["wait_s"][found["kind"] == ABSORB].tolist()) == {ABSORB_WAIT_S}
    assert set(found["wait_s"][found["kind"] < WALL].tolist()) == {0.0}


@pytest.mark.parametrize(("reach", "whole"), [(0.8, 0.8), (0.6, 0.6), (0.2, 0.2), (0.0, 0.0)])
def test_reach_is_the_share_of_all_episodes_whose_drift_goes_its_whole_way(reach: float, whole: float) -> None:
    found = drawn(SECOND._replace(reach=reach))
    carried = (found["falls_short"] == 0) & (found["outcome_class"] != CHOP)
    assert carried.mean() == pytest.approx(whole, abs=FOUR_ERRORS)


def running(outcome_class: int, barrier_ticks: float = 10.0, falls_short: int = 0) -> Any:
    """An episode from below that began at second 100, four ticks below its level."""
    planting = no_levels()
    planting.position[PM_HIGH], planting.known_s[PM_HIGH], planting.barrier = LEVEL, 0.0, barrier_ticks
    planting.start_s, planting.level, planting.direction = 100.0, PM_HIGH, 1
    planting.outcome_class = planting.signature_class = outcome_class
    planting.falls_short = falls_short
    planting.stop = LEVEL + NEAR + SHORT_SHARE * (barrier_ticks * outcome_class - NEAR)
    planting.rows = 1
    return planting


@pytest.mark.parametrize(
    ("outcome_class", "falls_short", "distance", "over"),
    [
        (BREAK, 0, 9.5, False),
        (BREAK, 0, 10.0, True),
        (BREAK, 0, -10.0, True),  # either way
        (REJECT, 0, -9.5, False),
        (REJECT, 0, -10.0, True),
        (BREAK, 1, 2.5, False),  # half way from 4 below to 10 above is 3 above
        (BREAK, 1, 3.0, True),
        (REJECT, 1, -6.5, False),  # half way from 4 to 10 below is 7 below
        (REJECT, 1, -7.0, True),
        (CHOP, 0, 9.5, False),
        (CHOP, 0, 10.0, True),
    ],
)
def test_an_episode_ends_at_the_barrier_either_way_or_where_its_drift_falls_short(
    outcome_class: int, falls_short: int, distance: float, over: bool
) -> None:
    planting = running(outcome_class, falls_short=falls_short)
    watch_levels(planting, SECOND, LEVEL + distance, 130.0, True, np.random.default_rng(1))
    assert np.isnan(planting.start_s) == over
    assert not over or planting.truth[0]["end_s"] == 130.0


def test_a_drift_to_the_barrier_lasts_until_the_outcome_is_judged() -> None:
    planting = running(BREAK)
    watch_levels(planting, SECOND, LEVEL, 100.0 + LONGEST_S - 0.25, True, np.random.default_rng(1))
    assert planting.start_s == 100.0
    watch_levels(planting, SECOND, LEVEL, 100.0 + LONGEST_S, True, np.random.default_rng(1))
    assert np.isnan(planting.start_s)


def test_a_drift_of_so_many_ticks_ends_after_them_and_one_that_falls_short_after_half() -> None:
    """0.35 ticks a second: the 21st tick begins after 60 s, the 11th after 31.4 s. The drift begins 15 s after the touch."""
    knobs = SECOND._replace(drift_ticks=20.0)
    whole, short = running(BREAK, 0.0), running(REJECT, 0.0, falls_short=1)
    assert [planted_drift(whole, knobs, LEVEL, 115.0 + after_s) for after_s in (-0.25, 0.0, 59.75, 60.25)] == [0.0, 0.35, 0.35, 0.0]
    assert [planted_drift(short, knobs, LEVEL, 115.0 + after_s) for after_s in (0.0, 31.25, 31.5)] == [-0.35, -0.35, 0.0]


def test_the_first_planting_s_drift_never_ends_before_its_episode() -> None:
    knobs = Knobs(0.5, 0.35, False)
    assert planted_drift(running(BREAK, 0.0), knobs, LEVEL, 219.75) == 0.35


@pytest.mark.parametrize(("kind", "way"), [(SIDE, 1), (LOCAL, 1), (WALL, 0), (ABSORB, 0), (NO_KIND, 0)])
def test_a_side_leans_for_the_first_two_kinds_alone(kind: int, way: int) -> None:
    planting = running(BREAK)
    planting.kind = kind
    assert planted_side(planting, SECOND, 110.0) == way


def test_takers_press_on_icebergs_that_stand_until_the_drift_begins() -> None:
    planting = running(REJECT)
    planting.standout, planting.standout_kind, planting.standout_rows, planting.drift_wait_s = STANDING, ABSORB, 1, ABSORB_WAIT_S
    planting.standouts[0]["position"] = LEVEL
    assert planted_drift(planting, SECOND, LEVEL - 5.0, 129.75) == pytest.approx(0.5)
    assert planted_drift(planting, SECOND, LEVEL - 5.0, 130.0) == -0.35
    planting.standout_kind = WALL
    assert planted_drift(planting, SECOND, LEVEL - 5.0, 129.75) == 0.0


@pytest.mark.parametrize(("way", "giving", "other"), [(1, ASK, BID), (-1, BID, ASK)])
def test_a_local_signature_leans_on_the_queues_near_the_best_alone(way: int, giving: int, other: int) -> None:
    market, plan, book = zero_record(MARKET_DTYPE), zero_record(PLAN_DTYPE), empty_book(0)
    plan.depth[:] = 10.0
    book.best_bid, book.best_ask = LEVEL, LEVEL + 1
    book.quantity[:, LEVEL - LEVELS : LEVEL + LEVELS + 1] = 10
    usual = weighed(book, market, plan)
    assert lean_nearby(market, way, 0.4)
    leaned = weighed(book, market, plan)
    ratio = {name: leaned[name] / usual[name] for name in usual}
    near, beyond = slice(0, LOCAL_TICKS + 1), slice(LOCAL_TICKS + 1, LEVELS)
    assert ratio["cancels"][giving, near] == pytest.approx(exp(0.4))
    assert ratio["cancels"][other, near] == pytest.approx(1.0)
    assert ratio["adds"][giving, near] == pytest.approx(exp(-0.2))
    assert ratio["adds"][other, near] == pytest.approx(exp(0.2))
    assert (ratio["cancels"][:, beyond] == 1.0).all() and (ratio["adds"][:, beyond] == 1.0).all()
    assert not lean_nearby(market, way, 0.4), "what did not change asks for no new weights"
    assert lean_nearby(market, 0, 0.4)


def weighed(book: Any, market: Any, plan: Any) -> dict[str, np.ndarray]:
    for side in (BID, ASK):
        for k in range(LEVELS):
            weigh_queue(book, market, plan, side, k)
    return {"adds": market.add_weights.copy(), "cancels": market.cancel_weights.copy()}


@pytest.mark.parametrize("windows", [0, 10, 24, 40])
def test_the_barrier_is_that_of_the_stages_where_the_plan_is_the_past(windows: int) -> None:
    """The stages' rule on the same middles, its profile that of the plan; a session's first window has no change before it."""
    market, plan = zero_record(MARKET_DTYPE), zero_record(PLAN_DTYPE)
    plan.barrier_c, plan.barrier_least, plan.barrier_s, plan.rv_windows, plan.profile_weight = BARRIER
    plan.sigma[:] = 0.8
    mids = LEVEL + np.cumsum(np.random.default_rng(3).normal(0.0, 3.0, windows + 1).round())
    market.mids[: windows * WINDOW_STEPS + 1 : WINDOW_STEPS] = mids
    market.time_s = windows * WINDOW_STEPS * STEP_S
    profile = np.full(windows + 1, 1.4 * 0.8**2)
    sigma = volatility(realised_variance(squared_changes(mids), 24), profile, 24, 30.0)
    assert barrier_now(market, plan, windows * WINDOW_STEPS) == barrier(sigma, 0.9, 8, 360)[-1]


@pytest.fixture(scope="module")
def day() -> Day:
    return simulated_day(41, 300_000, SECOND)


def rows_of(day: Day) -> np.ndarray:
    rows: np.ndarray = day.instrument.planting.standouts[: int(day.instrument.planting.standout_rows)]
    return rows


def test_a_standout_s_orders_are_taken_off_by_takers_and_their_owner_alone(day: Day) -> None:
    rows, events = rows_of(day), day.events
    seconds = (events.ts_ns - day.clock.origin_ns) / 1e9
    event = np.r_[0, np.cumsum(events.ends[:-1])]
    traded = np.zeros(event[-1] + 1, bool)
    traded[event[events.action == ord("T")]] = True
    assert len(rows) > 10
    for row in rows:
        begin, end = np.searchsorted(seconds, [row["time_s"], row["time_s"] + 1e-3])
        here = np.arange(begin, end)[(events.action[begin:end] == ord("A")) & (events.position[begin:end] == row["position"])]
        own = np.isin(events.order_id, events.order_id[here[: 8 if row["kind"] == WALL else 3]])
        gone = own & np.isin(events.action, [ord("C"), ord("M")]) & ~traded[event]
        assert not np.isnan(row["end_s"])
        assert (seconds[gone] >= row["end_s"]).all()
        assert 0 <= row["left"] <= row["contracts"]


def test_a_standout_lies_beyond_the_level_as_the_price_comes_and_ends_with_its_episode(day: Day) -> None:
    truth = day.truth
    for row in rows_of(day):
        episode = truth[row["episode"]]
        beyond = (row["position"] - episode["position"]) * episode["direction"]
        assert row["side"] == (ASK if episode["direction"] > 0 else BID)
        assert beyond >= (2 if row["kind"] == WALL else 0)
        assert episode["time_s"] <= row["time_s"] <= row["end_s"] <= episode["end_s"]
        if row["fate"] == PULLED:
            assert row["end_s"] - row["time_s"] <= 15.25


def test_the_truth_names_the_standout_that_has_a_meaning(day: Day) -> None:
    rows, truth = rows_of(day), day.truth
    meant = truth["standout"] >= 0
    assert (np.isin(truth["kind"], [WALL, ABSORB]) == meant).all()
    assert (rows["meant"][truth["standout"][meant]] == 1).all()
    assert (rows["kind"][truth["standout"][meant]] == truth["kind"][meant]).all()
