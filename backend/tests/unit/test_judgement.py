"""From forecasts to a verdict, on forecasts made by hand: what is claimed, what is not, and what stands when a part is missing."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.evaluation.judgement import Question, judge
from src.data_eng.evaluation.ledger import Trial
from src.data_eng.evaluation.pool import Pool
from src.data_eng.evaluation.result import EvaluationResult
from src.data_eng.evaluation.walk_forward import forecaster_names
from src.data_eng.settings import Settings, load_settings

from ..trigger_lake import session_dates

SESSIONS, EPISODES = 40, 8
APPROACHES = ("from_below", "from_above")
QUESTION = Question(
    root="ES",
    levels=("pm_high",),
    setup="level_test",
    approaches=APPROACHES,
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


def pool(knowing: float, outcome: np.ndarray | None = None, metrics: tuple[str, ...] = ("block",)) -> Pool:
    """Every baseline says a third each; the similar past moves toward the outcome by `knowing`."""
    count, horizons = SESSIONS * EPISODES, 7
    drawn = np.random.default_rng(1).integers(0, 3, count) if outcome is None else outcome
    outcomes = np.repeat(drawn[:, None], horizons, axis=1)
    even = np.full((count, horizons, 3), 1 / 3)
    stated = even.copy()
    known = outcomes >= 0
    stated[known] = (1 - knowing) / 3 + knowing * np.eye(3)[outcomes[known]]
    names = forecaster_names(metrics)
    return Pool(
        series=np.zeros(count, np.int64),
        day=np.repeat(np.arange(20, 20 + SESSIONS), EPISODES),
        session_date=np.repeat(session_dates(SESSIONS), EPISODES),
        outcome=outcomes,
        p={name: stated if name.startswith("similar") else even for name in names},
        distance={name: np.ones(count) for name in names if name.startswith("similar")},
        percentile={name: np.full(count, 50.0) for name in names if name.startswith("similar")},
        covered={name: np.ones((count, 2)) for name in names if name.startswith("similar")},
        names=(("pm_high", "from_below"), ("pm_high", "from_above")),
    )


def judged(made: Pool | None, settings: Settings, trials: tuple[Trial, ...] = ()) -> EvaluationResult:
    result, _ = judge(made, QUESTION, trials, "2025-07-01 00:00:00", settings)
    assert EvaluationResult.model_validate_json(result.kept()) == result
    return result


def test_knowing_something_is_claimed_with_its_interval(settings: Settings) -> None:
    result = judged(pool(0.2), settings)
    assert result.verdict.skilful
    sentence = "Skilful over 40 sessions and 320 episodes on synthetic data: similar block beats climatology by 0."
    assert result.verdict.sentence.startswith(sentence)


def test_knowing_nothing_is_said_with_the_skill_that_could_have_been_seen(settings: Settings) -> None:
    result = judged(pool(0.0), settings)
    assert not result.verdict.skilful
    assert result.verdict.sentence.startswith("No skill shown over 40 sessions and 320 episodes on synthetic data.")


def test_one_baseline_that_is_not_beaten_is_enough_to_claim_nothing(settings: Settings) -> None:
    made = pool(0.2)
    result = judged(made._replace(p=made.p | {"random_walk": made.p["similar block"]}), settings)
    assert not result.verdict.skilful
    assert (result.permutation[0].p_corrected or 0) < 0.05


def test_many_trials_before_cost_the_claim(settings: Settings) -> None:
    made = pool(0.0)
    guess = np.random.default_rng(2).normal(0, 0.05, made.p["similar block"].shape)
    made.p["similar block"] += guess - guess.mean(axis=-1, keepdims=True)
    _, own = judge(made, QUESTION, (), "2025-07-01 00:00:00", settings)
    rng = np.random.default_rng(3)
    trials = tuple(own[0]._replace(data=f"other {number}", draws=tuple(rng.normal(0, 1, 999))) for number in range(200))
    few, many = judged(made, settings), judged(made, settings, trials)
    assert few.permutation[0].p == many.permutation[0].p
    assert (many.permutation[0].p_corrected or 0) > (few.permutation[0].p_corrected or 1)
    assert many.permutation[0].trials == 201


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_an_outcome_that_is_always_the_same_leaves_a_report(kind: int, settings: Settings) -> None:
    result = judged(pool(0.0, np.full(SESSIONS * EPISODES, kind)), settings)
    assert not result.verdict.skilful
    assert result.counts.episodes == SESSIONS * EPISODES


def test_climatology_that_is_never_wrong_cannot_be_beaten_and_no_figure_is_made_up(settings: Settings) -> None:
    made = pool(0.0, np.zeros(SESSIONS * EPISODES, np.int64))
    sure = np.zeros_like(made.p["climatology"])
    sure[..., 0] = 1.0
    result = judged(made._replace(p=dict.fromkeys(made.p, sure)), settings)
    assert not result.verdict.skilful
    assert all(row.skill is None for row in result.skill)


def test_a_series_without_an_episode_is_named_and_the_rest_stands(settings: Settings) -> None:
    assert judged(pool(0.2), settings).missing == (
        "pm_high from above: no episode could be scored (fewer than 10 past episodes, or none after the warm-up).",
    )


def test_nothing_to_score_is_a_sentence(settings: Settings) -> None:
    for made in (None, pool(0.0, np.full(SESSIONS * EPISODES, -1))):
        result = judged(made, settings)
        assert result.verdict.sentence.startswith("Nothing could be scored: no series has 10 past episodes seen to 480 s")
        assert result.skill == ()
