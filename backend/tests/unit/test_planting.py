"""Dealing vectors to other sessions and planting a known effect: what moves, what stays, and that nothing is left of the old link."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.pressure import CONDITIONS, UP
from src.data_eng.evaluation.planting import (
    dealt,
    first_windows,
    planted,
    replanted,
    sign_drawn_apart,
    sign_of_outcome,
    vectors_of,
)
from src.data_eng.retrieval.key import layout_of
from src.data_eng.settings import Settings, load_settings

from ..trigger_lake import KEY, session_dates, trigger_table


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


@pytest.fixture(scope="module")
def sessions() -> list[pa.Table]:
    """Sessions of 2, 3 and 4 episodes in turn, one of them without any."""
    tables = [trigger_table(date, episodes=2 + number % 3, windows=4) for number, date in enumerate(session_dates(7))]
    return [*tables[:3], tables[3].slice(0, 0), *tables[4:]]


def test_every_session_is_given_the_vectors_of_one_other(sessions: list[pa.Table]) -> None:
    given = dealt(sessions, seed=1)
    own = [vectors_of(table) for table in sessions]
    givers = []
    for receiver, vectors in enumerate(given):
        assert len(vectors) == sessions[receiver].num_rows
        if not len(vectors):
            continue
        (giver,) = (other for other, held in enumerate(own) if len(held) and (held[0] == vectors[0]).all())
        assert giver != receiver
        givers.append(giver)
        episodes = [held.reshape(-1, 4, held.shape[1]) for held in (own[giver], vectors)]
        for number, episode in enumerate(episodes[1]):
            assert (episode == episodes[0][number % len(episodes[0])]).all()
    assert sorted(givers) == [0, 1, 2, 4, 5, 6], "each gives once"


def test_what_is_planted_shifts_the_conditions_of_a_break_and_nothing_else(settings: Settings) -> None:
    layout = layout_of(KEY, settings)
    sigma = np.arange(1, len(layout.dims) + 1, dtype=np.float32)
    shifted = planted(np.zeros((3, len(layout.dims)), np.float32), np.array([1.0, -1.0, 0.0]), sigma, KEY, 0.5, settings)
    places = [layout.dims.index(f"{block}:{feature}") for block in ("w0", "w3_mean") for feature in CONDITIONS[UP]]
    assert np.flatnonzero(shifted[0]).tolist() == sorted(places)
    assert np.allclose(shifted[0, places], 0.5 * sigma[places])
    assert (shifted[1] == -shifted[0]).all()
    assert not shifted[2].any()


def test_outcomes_and_all_else_stay_where_they_are(sessions: list[pa.Table], settings: Settings) -> None:
    made = replanted(sessions, KEY, 1, 2.0, placebo=False, settings=settings)
    for before, after in zip(sessions, made, strict=True):
        assert before.drop_columns("vector").equals(after.drop_columns("vector"))
        assert not before.num_rows or not np.array_equal(vectors_of(before), vectors_of(after))


def test_planted_vectors_predict_the_outcome_and_a_placebo_does_not(settings: Settings) -> None:
    tables = [trigger_table(date, episodes=4, windows=4) for date in session_dates(40)]
    place = layout_of(KEY, settings).dims.index(f"w0:{CONDITIONS[UP][0]}")

    def correlation(strength: float, placebo: bool) -> float:
        made = replanted(tables, KEY, 3, strength, placebo, settings)
        rows = pa.concat_tables(made)
        return float(np.corrcoef(vectors_of(rows)[::4, place], sign_of_outcome(rows, KEY, settings)[::4])[0, 1])

    assert abs(correlation(0.0, placebo=False)) < 0.25
    assert abs(correlation(2.0, placebo=True)) < 0.25
    assert correlation(2.0, placebo=False) > 0.7


def test_signs_drawn_apart_are_as_frequent_and_equal_within_an_episode(sessions: list[pa.Table], settings: Settings) -> None:
    rows = pa.concat_tables(sessions)
    sign = np.repeat(np.random.default_rng(2).choice([-1.0, 0.0, 1.0], rows.num_rows // 4), 4)
    drawn = sign_drawn_apart(rows, sign, seed=4)
    assert sorted(drawn) == sorted(sign)
    assert (drawn.reshape(-1, 4) == drawn[::4, None]).all()


def test_the_first_windows_of_every_episode_are_kept(sessions: list[pa.Table]) -> None:
    kept = first_windows(sessions[0], 3)
    assert kept.equals(sessions[0].take([0, 1, 2, 4, 5, 6]))
