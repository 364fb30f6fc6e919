"""The verdict: an edge window by window, the order of verdicts, and the sentences, word for word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.data_eng.core.outcomes import OutcomeKind
from src.data_eng.retrieval.distribution import BREAK, REJECT
from src.data_eng.retrieval.observed import NO_LEAD, AnsweredRows, Counts
from src.data_eng.retrieval.verdict import (
    VERDICTS,
    EdgeState,
    Said,
    Situation,
    Verdict,
    approach_sentence,
    approaching,
    edges,
    said_of,
    sentence,
    slab,
    speaks_for,
    step,
    strange,
    too_little,
    verdicts,
)

B, R, N = BREAK, REJECT, NO_LEAD
classes = st.sampled_from([B, R, N])


def folded(speaks: list[int], fired: list[int] | None = None) -> list[int]:
    found: list[int] = edges([1] * len(speaks), speaks, fired or [N] * len(speaks)).tolist()
    return found


@pytest.mark.parametrize(("z", "speaks"), [(1.6399, N), (1.64, B), (5.0, B)])
def test_z_of_exactly_the_mark_is_enough(z: float, speaks: int) -> None:
    low, base = np.array([[0.3, 0.1, 0.2]]), np.array([[0.25, 0.4, 0.35]])
    assert speaks_for(np.array([B], np.int8), np.array([z]), low, base).tolist() == [speaks]


@pytest.mark.parametrize(
    ("lead", "low", "speaks"),
    [
        (B, [0.2501, 0.0, 0.0], B),
        (B, [0.25, 0.9, 0.9], N),  # not above its own BASE, whatever the others do
        (R, [0.9, 0.4001, 0.0], R),
        (R, [0.9, 0.4, 0.9], N),
        (N, [0.9, 0.9, 0.9], N),
        (B, [np.nan, np.nan, np.nan], N),  # BASE stands alone
    ],
)
def test_the_low_end_of_what_leads_must_lie_above_its_base(lead: int, low: list[float], speaks: int) -> None:
    base = np.array([[0.25, 0.4, 0.35]])
    assert speaks_for(np.array([lead], np.int8), np.array([2.0]), np.array([low]), base).tolist() == [speaks]


def test_an_edge_wants_two_of_the_last_three_windows() -> None:
    assert folded([B, N, N, B]) == [N, N, N, N]
    assert folded([B, N, B]) == [N, N, B]
    assert folded([B, B]) == [N, B]
    assert folded([B, R, R]) == [N, N, R], "two for the same class"
    assert folded([B, R, B]) == [N, N, B]


def test_an_edge_ends_after_three_windows_in_a_row_without() -> None:
    assert folded([R, R, N, N, N, N]) == [N, R, R, R, N, N]
    assert folded([R, R, N, N, R, N, N, N]) == [N, R, R, R, R, R, R, N], "one window with begins the count anew"


def test_windows_for_the_other_side_count_as_without_and_take_over() -> None:
    assert folded([B, B, R, N, N]) == [N, B, B, B, N]
    assert folded([B, B, R, R]) == [N, B, B, R]
    assert folded([B, B, R, B, R]) == [N, B, B, B, R]


def test_a_window_that_fires_is_an_edge_at_once() -> None:
    assert folded([N, N, N, N], [N, B, N, N]) == [N, B, B, B]
    assert folded([N] * 5, [B, N, N, N, N]) == [B, B, B, N, N]
    assert folded([B, B, N], [N, N, R]) == [N, B, R]


def test_a_new_episode_begins_without_an_edge() -> None:
    assert edges([1, 1, 2, 2, 2], [B, B, B, N, B], [N] * 5).tolist() == [N, B, N, N, B]


@given(st.lists(st.tuples(st.integers(1, 3), classes, classes), max_size=40).map(lambda rows: sorted(rows, key=lambda row: row[0])))
@settings(deadline=None)
def test_folded_window_by_window_it_is_the_same(windows: list[tuple[int, int, int]]) -> None:
    live, states = [], dict.fromkeys((1, 2, 3), EdgeState())
    for setup, speaks, fired in windows:
        states[setup] = step(states[setup], speaks, fired)
        live.append(states[setup].edge)
    columns = zip(*windows, strict=True) if windows else ([], [], [])
    assert edges(*columns).tolist() == live


@given(st.lists(classes, max_size=30))
@settings(deadline=None)
def test_an_edge_is_what_its_rule_says_at_every_window(speaks: list[int]) -> None:
    """Written the other way round: from the whole list up to each window."""
    edge = N
    for window, found in enumerate(folded(speaks)):
        last = speaks[max(window - 2, 0) : window + 1]
        if speaks[window] != N and last.count(speaks[window]) >= 2:
            edge = speaks[window]
        elif edge != N and len(last) == 3 and edge not in last:
            edge = N
        assert found == edge


def situation(**changed: Any) -> Situation:
    """One window with a setup, enough past, no edge and nothing else."""
    usual: dict[str, Any] = {
        "is_stale": False,
        "has_setup": True,
        "is_approaching": False,
        "setups": 60,
        "days": 20,
        "is_strange": False,
        "edge": N,
        "approach_dir": 1,
        "is_vacuum": False,
    }
    return Situation(**{name: np.array([value]) for name, value in (usual | changed).items()})


def verdict(**changed: Any) -> str:
    return VERDICTS[int(verdicts(situation(**changed))[0])]


def test_the_first_verdict_that_applies_is_said() -> None:
    everything: dict[str, Any] = {
        "is_stale": True,
        "has_setup": False,
        "is_approaching": True,
        "setups": 7,
        "is_strange": True,
        "edge": B,
        "is_vacuum": True,
    }
    said = [verdict(**everything)]
    for name, value in (("is_stale", False), ("has_setup", True), ("setups", 8), ("is_strange", False), ("edge", N), ("is_vacuum", False)):
        everything[name] = value
        said.append(verdict(**everything))
    assert said == ["NO ANSWER", "APPROACHING", "TOO LITTLE PAST", "NO EDGE", "BREAK UP", "LARGE MOVE, NO SIDE", "NO EDGE"]


def test_without_a_setup_and_without_an_approach_there_is_no_answer() -> None:
    assert verdict(has_setup=False) == Verdict.NO_ANSWER
    assert verdict(has_setup=False, is_approaching=True) == Verdict.APPROACHING
    assert verdict(has_setup=False, is_approaching=True, is_stale=True) == Verdict.NO_ANSWER


@pytest.mark.parametrize(
    ("edge", "approach_dir", "said"),
    [(B, 1, Verdict.BREAK_UP), (B, -1, Verdict.BREAK_DOWN), (R, 1, Verdict.REJECT_DOWN), (R, -1, Verdict.REJECT_UP)],
)
def test_a_side_is_where_price_goes(edge: int, approach_dir: int, said: Verdict) -> None:
    assert verdict(edge=edge, approach_dir=approach_dir) == said


@pytest.mark.parametrize(("setups", "days", "little"), [(7, 3, True), (8, 2, True), (8, 3, False), (0, 0, True)])
def test_eight_setups_on_three_days_are_enough(setups: int, days: int, little: bool) -> None:
    assert too_little(np.array([setups]), np.array([days])).tolist() == [little]
    assert (verdict(setups=setups, days=days) == Verdict.TOO_LITTLE_PAST) == little


def test_a_strange_setup_has_no_edge_whatever_speaks() -> None:
    assert verdict(is_strange=True, edge=B, is_vacuum=True) == Verdict.NO_EDGE
    assert strange(np.array([95.0, 95.1, np.nan]), 95.0).tolist() == [False, True, False]


def test_price_approaches_from_beyond_the_near_zone_and_within_24_ticks() -> None:
    distance = np.array([5.0, 5.5, -5.5, 24.0, -24.0, 24.5, 10.0])
    coming = np.array([True] * 6 + [False])
    assert approaching(distance, coming, 5).tolist() == [False, True, True, True, True, False, False]


def test_no_edge_is_as_loud_as_an_edge() -> None:
    assert slab(Verdict.NO_EDGE) == "NO EDGE: as usual from here"
    assert [slab(one) for one in (Verdict.BREAK_UP, Verdict.LARGE_MOVE)] == ["BREAK UP", "LARGE MOVE, NO SIDE"]


USUAL = Said(
    kind=OutcomeKind.BREAK,
    p=0.2757,
    low=0.2149,
    high=0.3451,
    base=0.2202,
    horizon_s=360,
    setups=80,
    days=14,
    broke=42,
    expected_broke=31,
    rejected=28,
    expected_rejected=35,
    neither=10,
)


def test_the_sentence_word_for_word() -> None:
    assert sentence(USUAL) == (
        "BREAK 28 % (21-35) in 6 min; from here usually 22 %. 80 similar setups on 14 days: "
        "42 broke where 31 were to be expected, 28 rejected where 35, 10 neither."
    )


def test_the_sentence_of_one_setup() -> None:
    one = USUAL._replace(
        kind=OutcomeKind.REJECT, horizon_s=150, setups=1, days=1, broke=0, expected_broke=1, rejected=1, expected_rejected=0, neither=0
    )
    assert sentence(one) == (
        "REJECT 28 % (21-35) in 2.5 min; from here usually 22 %. 1 similar setup on 1 day: "
        "0 broke where 1 was to be expected, 1 rejected where 0, 0 neither."
    )


def test_where_base_stands_alone_the_sentence_says_why() -> None:
    alone = USUAL._replace(p=0.2202, low=np.nan, high=np.nan, setups=5, days=2)
    assert sentence(alone) == "BREAK 22 % in 6 min, as usual from here. 5 similar setups on 2 days: too few to compare with."
    assert sentence(alone._replace(is_strange=True)) == "BREAK 22 % in 6 min, as usual from here. No comparable setup on record."


def test_before_an_episode_the_sentence_says_two_chances() -> None:
    assert approach_sentence(0.553, np.array([0.2202, 0.4279, 0.3519]), 360) == (
        "Tests the level within 6 min: 55 %. If it tests now: BREAK 22 %, REJECT 43 %, neither 35 %."
    )


@pytest.mark.parametrize(("lead", "kind", "p"), [(B, "BREAK", 0.2), (R, "REJECT", 0.5), (N, "REJECT", 0.5)])
def test_what_is_said_is_of_the_class_that_leads_or_else_of_the_likelier(lead: int, kind: str, p: float) -> None:
    rows = AnsweredRows(*(np.array([[[0.0] * 3, [0.2 + shift, 0.5 + shift, 0.3]]]) for shift in (-0.05, 0.0, -0.1, 0.1)))
    seen = Counts(*(np.array([number]) for number in (80, 14, 42, 31, 28, 35, 10)))
    said = said_of(rows, seen, np.array([lead], np.int8), 0, 1, 360)
    assert (said.kind, said.p) == (kind, p)
    assert (said.base, said.low, said.high) == pytest.approx((p - 0.05, p - 0.1, p + 0.1))
    assert said[6:] == (80, 14, 42, 31, 28, 35, 10, False)
