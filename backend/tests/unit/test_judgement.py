"""From forecasts to a verdict, on forecasts made by hand: what is claimed, what is not, and what stands when a part is missing."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.evaluation.judgement import Question, judge
from src.data_eng.evaluation.ledger import Trial
from src.data_eng.evaluation.pool import Pool
from src.data_eng.evaluation.result import EvaluationResult
from src.data_eng.evaluation.walk_forward import BASE, Said, forecaster_names, placebo_of, similar
from src.data_eng.retrieval.base import Standing
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT
from src.data_eng.retrieval.moments import KEY_COLUMNS, Moments
from src.data_eng.settings import Settings, load_settings

from ..trigger_lake import session_dates

SESSIONS, WINDOWS = 40, 8
ANSWER, DEALT = similar("frame"), placebo_of("frame")
KINDS = np.array([BREAK, REJECT, CHOP, CENSORED], np.int8)
"""By class; the last for none."""
QUESTION = Question(
    root="ES",
    levels=("pm_high", "vwap"),
    setup="level_test",
    approaches=("from_below", "from_above"),
    first="2025-01-02",
    last="2026-06-30",
    untouched_from=None,
    released=False,
    sessions=60,
    synthetic=True,
)


@pytest.fixture(scope="module")
def settings() -> Settings:
    settings = load_settings()
    return settings.model_copy(update={"evaluation": settings.evaluation.model_copy(update={"bootstrap_draws": 400})})


def pool(knowing: float, outcome: np.ndarray | None = None, sessions: int = SESSIONS) -> Pool:
    """Every other forecast says a third each; the answer moves toward the outcome by `knowing`."""
    count, horizons = sessions * WINDOWS, 7
    drawn = np.random.default_rng(1).integers(0, 3, count) if outcome is None else outcome
    outcomes = np.repeat(drawn[:, None], horizons, axis=1)
    even = np.full((count, horizons, 3), 1 / 3)
    stated, known = even.copy(), outcomes >= 0
    stated[known] = (1 - knowing) / 3 + knowing * np.eye(3)[outcomes[known]]
    key = np.empty((count, len(KEY_COLUMNS)), object)
    dates = np.repeat(session_dates(sessions), WINDOWS)
    for place, values in enumerate((dates, ["ESZ5"] * count, ["level_test"] * count, ["pm_high"] * count, ["from_below"] * count)):
        key[:, place] = values
    key[:, 5] = np.tile(np.arange(WINDOWS) // 2 + 1, sessions)
    some = np.ones(count)
    age = np.tile([0.0, 15.0], count // 2)
    standing = Standing(-5 * some, 10 * some, 0.5 * some, 0.25 * some, 0.25 * some, age, some > 0)
    frame = np.random.default_rng(2).standard_normal((count, len(frame_dims()))).astype(np.float32)
    said = Said(
        np.ones((count, 2)), np.full((count, 2), 0.2), some, some < 0, np.full(count, BREAK, np.int8), np.tile([True, False], count // 2)
    )
    return Pool(
        moments=Moments(key, np.arange(count), standing, frame, KINDS[outcomes]),
        day=np.repeat(np.arange(10, 10 + sessions), WINDOWS),
        series=np.zeros(count, np.int64),
        outcome=outcomes,
        p={name: stated if name == ANSWER else even for name in forecaster_names(["frame"])},
        said={ANSWER: said},
        names=(("pm_high", "from_below"),),
    )


def judged(made: Pool | None, settings: Settings, trials: tuple[Trial, ...] = ()) -> EvaluationResult:
    result, _ = judge(made, QUESTION, trials, "2025-07-01 00:00:00", settings)
    assert EvaluationResult.model_validate_json(result.kept()) == result
    return result


def test_knowing_something_is_claimed_with_its_intervals_and_what_fires_came_to(settings: Settings) -> None:
    result = judged(pool(0.2), settings)
    assert result.verdict.skilful
    # Said .8 / 3 + .2 for what came: Brier (.5333)^2 + 2 (.2667)^2 against 2/3, so .36 better.
    assert result.verdict.sentence.startswith(
        "Skilful over 40 sessions, 160 tests and 320 windows on synthetic data: similar frame against BASE +0.360 (+0.360 to +0.360), "
        "against PLACEBO +0.360 (+0.360 to +0.360) (Brier). It fired 4.0 times a day: net "
    )


def test_knowing_nothing_is_said_with_the_skill_that_could_have_been_seen(settings: Settings) -> None:
    made = pool(0.0)
    guess = np.random.default_rng(2).normal(0, 0.05, made.p[ANSWER].shape)
    made.p[ANSWER] += guess - guess.mean(axis=-1, keepdims=True)
    result = judged(made, settings)
    assert not result.verdict.skilful
    assert result.verdict.sentence.startswith("No skill shown over 40 sessions, 160 tests and 320 windows on synthetic data: similar frame")
    assert "40 sessions could have shown 0." in result.verdict.sentence
    assert "to show 0.01 takes" in result.verdict.sentence


@pytest.mark.parametrize("other", [BASE, DEALT])
def test_base_or_placebo_not_beaten_is_enough_to_claim_nothing(other: str, settings: Settings) -> None:
    made = pool(0.2)
    result = judged(made._replace(p=made.p | {other: made.p[ANSWER]}), settings)
    assert not result.verdict.skilful
    assert result.verdict.sentence.startswith("No skill shown")


def test_another_forecast_that_is_as_good_stands_beside_the_claim(settings: Settings) -> None:
    made = pool(0.2)
    result = judged(made._replace(p=made.p | {"lightgbm": made.p[ANSWER]}), settings)
    assert result.verdict.skilful
    row = result.verdict_row(ANSWER, "lightgbm")
    assert row is not None and row.skill == 0


def test_many_trials_before_raise_the_corrected_p(settings: Settings) -> None:
    made = pool(0.0)
    guess = np.random.default_rng(2).normal(0, 0.05, made.p[ANSWER].shape)
    made.p[ANSWER] += guess - guess.mean(axis=-1, keepdims=True)
    _, own = judge(made, QUESTION, (), "2025-07-01 00:00:00", settings)
    rng = np.random.default_rng(3)
    trials = tuple(own[0]._replace(data=f"other {number}", draws=tuple(rng.normal(0, 1, 999))) for number in range(200))
    few, many = judged(made, settings), judged(made, settings, trials)
    assert few.permutation[0].p == many.permutation[0].p
    assert (many.permutation[0].p_corrected or 0) > (few.permutation[0].p_corrected or 1)
    assert many.permutation[0].trials == 201


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_an_outcome_that_is_always_the_same_leaves_a_report(kind: int, settings: Settings) -> None:
    result = judged(pool(0.0, np.full(SESSIONS * WINDOWS, kind)), settings)
    assert not result.verdict.skilful
    assert result.counts.windows == SESSIONS * WINDOWS


def test_base_that_is_never_wrong_cannot_be_beaten_and_no_figure_is_made_up(settings: Settings) -> None:
    made = pool(0.0, np.zeros(SESSIONS * WINDOWS, np.int64))
    sure = np.zeros_like(made.p[BASE])
    sure[..., 0] = 1.0
    result = judged(made._replace(p=dict.fromkeys(made.p, sure)), settings)
    assert not result.verdict.skilful
    assert all(row.skill is None for row in result.skill)


def test_a_level_that_was_never_tested_is_named_and_the_rest_stands(settings: Settings) -> None:
    assert judged(pool(0.2), settings).missing == ("vwap: price never tested it in the scored sessions.",)


def test_sessions_too_few_for_an_interval_are_said_with_how_many_more(settings: Settings) -> None:
    result = judged(pool(0.2, sessions=3), settings)
    assert not result.verdict.skilful
    assert result.missing[0] == "Every interval: 3 scored sessions, 2 more are needed to see how much sessions differ."
    assert result.power.detectable_skill is None


def test_fires_are_counted_and_paid_for(settings: Settings) -> None:
    # x -5, b 10: a break brings 15, a reject costs 5, a chop nothing; cost 1.3.
    made = pool(0.0, np.zeros(SESSIONS * WINDOWS, np.int64))
    (row,) = judged(made, settings).fires
    assert (row.fires, row.per_day, row.hit_share) == (160, 4.0, 1.0)
    assert row.net_ticks == pytest.approx(15 - 1.3)
    (lost,) = judged(pool(0.0, np.ones(SESSIONS * WINDOWS, np.int64)), settings).fires
    assert lost.hit_share == 0.0
    assert lost.net_ticks == pytest.approx(-5 - 1.3)


def test_nothing_to_score_is_a_sentence(settings: Settings) -> None:
    result = judged(pool(0.0, np.full(SESSIONS * WINDOWS, -1)), settings)
    assert result.verdict.sentence == "Nothing could be scored: no window of 2025-01-02 to 2026-06-30 is seen to 360 s."
    assert result.counts.censored == SESSIONS * WINDOWS
    short = QUESTION.model_copy(update={"sessions": 8})
    few, _ = judge(None, short, (), "2025-07-01 00:00:00", settings)
    expected = "8 sessions up to 2026-06-30, of which the first 10 are the warm-up 3 more to score the first, 7 for an interval."
    assert few.verdict.sentence.removeprefix("Nothing could be scored: ").replace(". ", " ", 1) == expected
    assert few.skill == ()
