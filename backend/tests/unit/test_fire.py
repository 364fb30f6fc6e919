"""Fire: what an answer is worth by hand, every bound of the rule, once an episode, and what earlier fires brought."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.retrieval.base import Standing
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.fire import NO_SETUP, Worth, cautious, expected_ticks, fire_record, fires, net_ticks, step, worth
from src.data_eng.retrieval.observed import NO_LEAD, Evidence
from src.data_eng.settings import load_settings

ANSWER = load_settings().answer
BASE_ROW = np.array([[0.2202, 0.4279, 0.3519]])
"""Of the worked example: x = -2, b = 10."""


def found(log_ratio: float, sd: float, ratio: tuple[float, float] | None = None) -> Evidence:
    """Evidence of one query; by default r of break is e^L, and 1 for reject."""
    pair = ratio if ratio is not None else ((math.exp(log_ratio), 1.0) if log_ratio > 0 else (1.0, math.exp(-log_ratio)))
    one, both = np.ones(1), np.ones((1, 2))
    count = np.ones(1, np.int64)
    z = np.array([0.0 if math.isnan(sd) else abs(log_ratio) / sd])
    return Evidence(both, both, one, np.array([pair]), both, np.array([log_ratio]), np.array([sd]), z, count, count)


def at(age_s: float = 0.0, x: float = -2.0, b: float = 10.0) -> Standing:
    x_ticks, barrier_ticks, age = (np.array([value]) for value in (x, b, age_s))
    return Standing(x_ticks, barrier_ticks, np.array([0.5]), np.array([0.3]), np.array([0.3]), age, np.array([False]))


def asked(evidence: Evidence, p: list[float], **place: float) -> Worth:
    return worth(at(**place), BASE_ROW, np.array([p]), evidence, ANSWER)


def test_what_a_break_and_a_reject_are_worth_by_hand() -> None:
    # .6 x 12 - .3 x 8 = 4.8 for a break two ticks short of the level; a reject is its opposite.
    p = np.array([[0.6, 0.3, 0.1]])
    for lead, ticks in ((BREAK, 4.8), (REJECT, -4.8)):
        assert expected_ticks(p, np.array([-2.0]), np.array([10]), np.array([lead], np.int8)) == pytest.approx([ticks])
    assert np.isnan(expected_ticks(p, np.array([-2.0]), np.array([10]), np.array([NO_LEAD], np.int8))).all()


def test_a_driftless_walk_given_time_is_worth_nothing() -> None:
    # From x the chance of +b is (b + x) / 2b: ((b + x)(b - x) - (b - x)(b + x)) / 2b = 0.
    x = np.array([-7.0, 0.0, 5.5])
    p = np.stack([(10 + x) / 20, (10 - x) / 20, np.zeros(3)], axis=1)
    np.testing.assert_allclose(expected_ticks(p, x, np.full(3, 10), np.full(3, BREAK, np.int8)), 0, atol=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_cautious_side_is_moved_back_by_fire_z_errors(sign: int) -> None:
    said = found(sign * 1.5, 0.5)
    p = np.array([[0.5, 0.3, 0.2]])
    low = cautious(BASE_ROW, p, said, 2.33)[0]
    logit = math.log(0.2202 / 0.4279) + sign * (1.5 - 2.33 * 0.5)
    assert low[0] == pytest.approx(0.8 / (1 + math.exp(-logit)))
    assert low.sum() == pytest.approx(1)
    assert low[2] == 0.2, "CHOP as answered"


def test_barriers_too_far_for_any_chance_are_worth_nothing_either_way() -> None:
    """A calm market between barriers frozen in a wild one: both chances of the walk are 0, and so is what either side is worth."""
    nothing = np.array([[0.0, 0.0, 1.0]])
    assert cautious(nothing, nothing, found(1.5, 0.5), 2.33).tolist() == [[0, 0, 1]]


def test_what_is_not_sure_is_moved_back_to_base_and_no_further() -> None:
    low = cautious(BASE_ROW, np.array([[0.5, 0.3, 0.2]]), found(1.0, 0.5), 2.33)[0]
    assert low[0] / low[1] == pytest.approx(0.2202 / 0.4279)


def test_the_rule_is_met_from_both_sides() -> None:
    upward = asked(found(2.0, 0.3), [0.62, 0.18, 0.2])
    assert (upward.lead[0], upward.wants[0]) == (BREAK, True)
    # logit of the base + 2 - 2.33 x .3 = .6366: p_B = .8 x .6540; EV low = .5232 x 12 - .2768 x 8.
    assert upward.ev_low_ticks == pytest.approx([0.5232 * 12 - 0.2768 * 8], abs=2e-3)
    assert upward.ev_ticks == pytest.approx([0.62 * 12 - 0.18 * 8])
    downward = asked(found(-2.0, 0.3), [0.05, 0.75, 0.2])
    assert (downward.lead[0], downward.wants[0]) == (REJECT, True)
    assert downward.ev_ticks == pytest.approx([0.75 * 8 - 0.05 * 12])


@pytest.mark.parametrize(("z", "fires_now"), [(2.3299, False), (2.33, True), (2.34, True)])
def test_z_of_exactly_fire_z_is_enough(z: float, fires_now: bool) -> None:
    assert asked(found(2.0, 0.1)._replace(z=np.array([z])), [0.62, 0.18, 0.2]).wants.tolist() == [fires_now]


@pytest.mark.parametrize(("over_cost", "fires_now"), [(-1e-9, False), (0.0, False), (1e-9, True)])
def test_the_cautious_value_must_exceed_its_cost(over_cost: float, fires_now: bool) -> None:
    said, p = found(2.0, 0.3), [0.62, 0.18, 0.2]
    cost = float(asked(said, p).ev_low_ticks[0]) - over_cost
    rules = ANSWER.model_copy(update={"fire_cost_ticks": cost})
    assert worth(at(), BASE_ROW, np.array([p]), said, rules).wants.tolist() == [fires_now]


@pytest.mark.parametrize(
    ("age_s", "fires_now"),
    [
        (0, True),
        (5, False),
        (15, True),
        (30, True),
        (45, False),
        (60, True),
        (90, False),
        (120, True),
        (235, False),
        (240, True),
        (480, False),
    ],
)
def test_an_episode_is_asked_at_six_ages_alone(age_s: float, fires_now: bool) -> None:
    assert asked(found(2.0, 0.3), [0.62, 0.18, 0.2], age_s=age_s).wants.tolist() == [fires_now]


def test_nothing_fires_without_a_leading_side() -> None:
    below = found(2.0, 0.3, ratio=(0.9, 0.9 / math.exp(2.0)))
    assert asked(below, [0.62, 0.18, 0.2]).lead.tolist() == [NO_LEAD]
    assert asked(below, [0.62, 0.18, 0.2]).wants.tolist() == [False]
    alone = found(0.0, math.nan, ratio=(1.0, 1.0))
    assert asked(alone, [0.2202, 0.4279, 0.3519]).wants.tolist() == [False]


def test_an_episode_fires_once_and_the_next_anew() -> None:
    setup = [1, 1, 1, 2, 2, 3, 3]
    wants = [False, True, True, True, False, True, True]
    assert fires(setup, wants).tolist() == [False, True, False, True, False, True, False]


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=30).map(sorted))
@settings(deadline=None)
def test_folded_window_by_window_it_is_the_same(windows: list[tuple[int, bool]]) -> None:
    last_fired, live = NO_SETUP, []
    for setup, wants in windows:
        last_fired, now = step(last_fired, setup, wants)
        live.append(now)
    assert fires([setup for setup, _ in windows], [wants for _, wants in windows]).tolist() == live
    assert sum(live) == len({setup for setup, wants in windows if wants})


def test_what_a_fire_brought_by_hand() -> None:
    kind = np.array([BREAK, REJECT, CHOP, WHIPSAW, CENSORED, BREAK, REJECT], np.int8)
    lead = np.array([BREAK, BREAK, BREAK, BREAK, BREAK, REJECT, REJECT], np.int8)
    net = net_ticks(kind, lead, np.full(7, -2.0), np.full(7, 10), 1.3)
    # To the break 12 ticks, to the reject 8; neither, nothing; the cost is always paid.
    np.testing.assert_allclose(net, [10.7, -9.3, -1.3, -1.3, np.nan, -13.3, 6.7])


def test_a_record_of_fires() -> None:
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(12), 5)
    kind = rng.choice([BREAK, REJECT, CHOP], 60, p=[0.6, 0.2, 0.2]).astype(np.int8)
    kind[:3] = CENSORED
    lead = np.full(60, BREAK, np.int8)
    net = net_ticks(kind, lead, np.zeros(60), np.full(60, 10), 1.3)
    record = fire_record(kind, lead, net, day, 20, 0.95, 500, 7)
    assert record.per_day == 3, "60 fires in 20 sessions, eight of which had none"
    assert record.hit_share.value == pytest.approx((kind[3:] == BREAK).mean())
    assert record.net_ticks.value == pytest.approx(np.nanmean(net))
    assert (record.hit_share.episodes, record.net_ticks.sessions) == (57, 12)
    for one in (record.hit_share, record.net_ticks):
        assert one.low < one.value < one.high


def test_few_days_have_no_interval_and_none_no_record() -> None:
    kind, lead, net, day = np.array([BREAK, CHOP], np.int8), np.full(2, BREAK, np.int8), np.array([8.7, -1.3]), np.array([0, 1])
    record = fire_record(kind, lead, net, day, 2, 0.95, 200, 1)
    assert record.per_day == 1
    assert record.hit_share.value == 0.5
    assert record.net_ticks.value == pytest.approx(3.7)
    assert math.isnan(record.net_ticks.low)
    for sessions in (10, 0):
        none = fire_record(kind[:0], lead[:0], net[:0], day[:0], sessions, 0.95, 200, 1)
        assert none.per_day == 0 if sessions else math.isnan(none.per_day)
        assert math.isnan(none.hit_share.value)
