"""The walk-forward on data whose truth is known: no skill in noise, none through a placebo, some where some was planted; no future seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from src.data_eng.evaluation.kept import block_name, keep_block, kept_block
from src.data_eng.evaluation.pool import pool_of
from src.data_eng.evaluation.resampling import Skill, skill
from src.data_eng.evaluation.scores import brier, class_of
from src.data_eng.evaluation.walk_forward import (
    BASE,
    Block,
    blocks_of,
    by_frame,
    forecast_block,
    join,
    past_of_session,
    placebo_of,
    similar,
)
from src.data_eng.retrieval.answered import answer_windows
from src.data_eng.retrieval.frame_past import frame_past
from src.data_eng.retrieval.past import FutureSeen
from src.data_eng.settings import Settings, load_settings

from ..parity.naive_scorer import own_session_skill
from ..walked_market import dates, market

pytestmark = pytest.mark.slow

SETTINGS, PRIMARY = load_settings(), 2
ANSWER, DEALT = similar("frame"), placebo_of("frame")


def walk(seed: int, sessions: int, drift: float = 0.0, told: float = 0.0, models: tuple[str, ...] = ()) -> Block:
    days, names = market(seed, sessions, drift, told), dates(sessions)
    return join([forecast_block(days, names, *span, {"frame": by_frame}, models, SETTINGS) for span in blocks_of(names, SETTINGS)])


def against(block: Block, name: str, other: str) -> Skill:
    outcome, rules = class_of(block.moments.kinds[:, PRIMARY]), SETTINGS.evaluation
    own, others = (brier(block.p[one][:, PRIMARY], outcome) for one in (name, other))
    return skill(own, others, block.day, rules.bootstrap_draws, rules.interval, rules.seed)


@pytest.fixture(scope="module")
def null() -> list[Block]:
    return [walk(seed, 30) for seed in range(3)]


def test_no_skill_is_found_where_none_is(null: list[Block]) -> None:
    found = [against(block, ANSWER, BASE) for block in null]
    assert all(one.low <= 0 for one in found), found
    assert -0.03 < np.mean([one.value for one in found]) < 0.005, found


def test_pairs_dealt_anew_say_what_base_says(null: list[Block]) -> None:
    assert np.mean([against(block, DEALT, BASE).value for block in null]) == pytest.approx(0.0, abs=0.008)


def test_the_usual_way_finds_great_skill_in_the_same_noise() -> None:
    assert all(own_session_skill(market(seed, 30), PRIMARY) > 0.4 for seed in range(2))


def test_skill_rises_with_what_the_frame_knows() -> None:
    found = [against(walk(7, 26, 0.03, told), ANSWER, BASE) for told in (0.0, 0.75, 2.0)]
    values = [one.value for one in found]
    assert values == sorted(values)
    assert found[-1].low > 0


def test_what_comes_later_changes_no_forecast() -> None:
    names = ("logistic", "lightgbm")
    long, short = walk(3, 22, 0.03, 1.0, names), walk(3, 17, 0.03, 1.0, names)
    # The last block of the shorter walk is cut short by its end, the fit before it is not.
    kept = np.isin(long.moments.session.astype(str), dates(17))
    assert kept.sum() == len(short.day) > 0
    for name in short.p:
        assert long.p[name][kept].tobytes() == short.p[name].tobytes(), name
    for field in short.said[ANSWER]._fields:
        before, after = (getattr(block.said[ANSWER], field) for block in (long, short))
        assert before[kept].tobytes() == after.tobytes(), field


@given(number=st.integers(11, 19), row=st.integers(0, 40))
@hypothesis_settings(max_examples=15, deadline=None)
def test_a_window_is_answered_as_a_query_alone_would_be(number: int, row: int) -> None:
    days = market(3, 20, 0.03, 1.0)
    past = past_of_session(days, dates(20), dates(20)[number], SETTINGS)
    one = days[number].take(np.array([row % len(days[number].ts_ns)]))
    whole, alone, place = answer_windows(past, days[number]), answer_windows(past, one), row % len(days[number].ts_ns)
    assert alone.nearest.candidate[0].tolist() == whole.nearest.candidate[place].tolist()
    assert alone.rows.p[0] == pytest.approx(whole.rows.p[place], abs=1e-14)


@given(number=st.integers(0, 19), later=st.integers(0, 19))
@hypothesis_settings(max_examples=20, deadline=None)
def test_a_past_with_a_session_of_the_embargo_or_later_is_refused(number: int, later: int) -> None:
    days, names = market(3, 20), dates(20)
    past = past_of_session(days, names, names[number], SETTINGS)
    assert past.sessions == names[: max(number - 1, 0)]
    if later > number - 2:
        with pytest.raises(FutureSeen):
            frame_past(days[later], (names[later],), names[number], SETTINGS)


def test_a_session_without_a_candidate_is_passed_over() -> None:
    days, names = market(3, 14), dates(14)
    days[11] = days[11].take(np.arange(0))
    block = forecast_block(days, names, 10, 14, {"frame": by_frame}, (), SETTINGS)
    assert set(block.day) == {10, 12, 13}
    nothing = forecast_block([day.take(np.arange(0)) for day in days], names, 10, 14, {"frame": by_frame}, ("logistic",), SETTINGS)
    assert all(p.shape == (0, 7, 3) for p in nothing.p.values())


def test_every_forecast_is_a_distribution_that_only_grows(null: list[Block]) -> None:
    for name in (ANSWER, BASE, DEALT, "random_walk", "climatology"):
        p = null[0].p[name]
        assert np.abs(p.sum(axis=-1) - 1).max() < 1e-12
        assert (np.diff(p[..., :2], axis=1) >= 0).all()


def test_a_block_is_kept_whole_and_read_back_the_same(tmp_path: Path, null: list[Block]) -> None:
    block = null[0]
    assert kept_block(tmp_path, "one") is None
    keep_block(tmp_path, "one", block)
    back = kept_block(tmp_path, "one")
    assert back is not None
    assert list(back.p) == list(block.p) and all(back.p[name].tobytes() == block.p[name].tobytes() for name in block.p)
    assert [column.tobytes() for column in back.said[ANSWER]] == [column.tobytes() for column in block.said[ANSWER]]
    assert (back.moments.key == block.moments.key).all()
    assert back.moments.kinds.tobytes() == block.moments.kinds.tobytes()
    assert all((before == after).all() for before, after in zip(back.moments.standing, block.moments.standing, strict=True))
    assert (pool_of([back], "2025", "2026").series == pool_of([block], "2025", "2026").series).all()


def named(settings: Settings, sessions: int = 20, first: int = 10, last: int = 15, metrics: tuple[str, ...] = ("frame",)) -> str:
    inputs = [(date, f"hash of {date}") for date in dates(sessions)]
    return block_name("level_test", metrics, (), inputs, first, last, settings)


def test_a_block_is_named_for_all_that_it_depends_on_and_nothing_later() -> None:
    name = named(SETTINGS)
    assert named(SETTINGS, sessions=25) == name, "a lake that grew keeps its forecasts"
    changed = SETTINGS.model_copy(update={"answer": SETTINGS.answer.model_copy(update={"kappa": 6.0})})
    assert len({name, named(changed), named(SETTINGS, last=16), named(SETTINGS, first=11), named(SETTINGS, metrics=("user",))}) == 5


def test_levels_chosen_change_what_is_scored_and_no_forecast(null: list[Block]) -> None:
    whole, one = pool_of([null[0]], "2025", "2026"), pool_of([null[0]], "2025", "2026", ["pm_low"])
    rows = whole.moments.key[:, 3] == "pm_low"
    assert 0 < len(one.day) < len(whole.day)
    assert one.p[ANSWER].tobytes() == whole.p[ANSWER][rows].tobytes()
    assert {level_id for level_id, _ in one.names} == {"pm_low"}
