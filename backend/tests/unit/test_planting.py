"""Dealing frames to other sessions and planting a known effect: what moves, what stays, and that nothing is left of the old link."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.evaluation.planting import SHIFTED, dealt, frames_of, planted, replanted, sign_drawn_apart, sign_of_outcome
from src.data_eng.settings import Settings, load_settings
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import candidates

from ..trigger_lake import session_dates, trigger_table


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings()


def session(date: str, tests: int) -> pa.Table:
    """Candidates of a session: two windows a test, at ages 0 and 15 s."""
    return candidates(trigger_table(date, tests, windows=4), load_settings())


@pytest.fixture(scope="module")
def sessions() -> list[pa.Table]:
    """Sessions of 2, 3 and 4 tests in turn, one of them without any."""
    tables = [session(date, 2 + number % 3) for number, date in enumerate(session_dates(7))]
    return [*tables[:3], tables[3].slice(0, 0), *tables[4:]]


def test_every_session_is_given_the_frames_of_one_other(sessions: list[pa.Table]) -> None:
    given = dealt(sessions, seed=1)
    own = [frames_of(table) for table in sessions]
    givers = []
    for receiver, frames in enumerate(given):
        assert len(frames) == sessions[receiver].num_rows
        if not len(frames):
            continue
        (giver,) = (other for other, held in enumerate(own) if len(held) and (held[0] == frames[0]).all())
        assert giver != receiver
        givers.append(giver)
        tests = [held.reshape(-1, 2, held.shape[1]) for held in (own[giver], frames)]
        for number, test in enumerate(tests[1]):
            assert (test == tests[0][number % len(tests[0])]).all()
    assert sorted(givers) == [0, 1, 2, 4, 5, 6], "each gives once"


def test_what_is_planted_shifts_the_conditions_of_a_break_and_nothing_else() -> None:
    # Every column is -1, 0, 1: its MAD is 1, a robust sigma 1.4826. The front side gives, the back side comes.
    frames = np.tile(np.array([[-1.0], [0.0], [1.0]], np.float32), (1, len(frame_dims())))
    moved = planted(frames, np.array([1.0, -1.0, 0.0]), 0.5) - frames
    places = {f"{block}:{feature}": way for block in ("now", "15s") for feature, way in SHIFTED.items()}
    for place, name in enumerate(frame_dims()):
        assert moved[:, place] == pytest.approx(0.7413 * places.get(name, 0.0) * np.array([1, -1, 0]), abs=1e-6), name


def test_outcomes_and_all_else_stay_where_they_are(sessions: list[pa.Table], settings: Settings) -> None:
    made = replanted(sessions, 1, 2.0, placebo=False, settings=settings)
    for before, after in zip(sessions, made, strict=True):
        assert before.drop_columns("frame").equals(after.drop_columns("frame"))
        assert not before.num_rows or not np.array_equal(frames_of(before), frames_of(after))


def test_planted_frames_predict_the_outcome_and_a_placebo_does_not(settings: Settings) -> None:
    tables = [session(date, 4) for date in session_dates(40)]
    place = frame_dims().index("now:front_pull_add")

    def correlation(strength: float, placebo: bool) -> float:
        rows = pa.concat_tables(replanted(tables, 3, strength, placebo, settings))
        return float(np.corrcoef(frames_of(rows)[::2, place], sign_of_outcome(rows, settings)[::2])[0, 1])

    assert abs(correlation(0.0, False)) < 0.2, "the old link is cut"
    assert correlation(2.0, False) > 0.6
    assert abs(correlation(2.0, True)) < 0.2


def test_signs_drawn_apart_are_one_a_test(sessions: list[pa.Table], settings: Settings) -> None:
    rows = pa.concat_tables(sessions)
    drawn = sign_drawn_apart(rows, sign_of_outcome(rows, settings), 1)
    assert (drawn[::2] == drawn[1::2]).all()
    assert sorted(drawn) == sorted(np.repeat(sign_of_outcome(rows, settings)[::2], 2))


def test_nothing_to_plant_in_is_left_as_it_is(sessions: list[pa.Table], settings: Settings) -> None:
    nothing = [table.slice(0, 0) for table in sessions]
    assert replanted(nothing, 1, 2.0, placebo=False, settings=settings) == nothing
