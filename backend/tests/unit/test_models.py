"""Fitted models: they find what was planted, see no future, and answer climatology where there is too little to learn from."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.core.frame import frame_dims
from src.data_eng.evaluation.models import MODELS, TILT, all_inputs, few_inputs, fit_model
from src.data_eng.evaluation.references import climatology
from src.data_eng.evaluation.scores import brier, class_of
from src.data_eng.evaluation.walk_forward import past_of_session
from src.data_eng.retrieval.frame_past import FramePast
from src.data_eng.retrieval.moments import Moments, joined
from src.data_eng.retrieval.past import FutureSeen
from src.data_eng.settings import load_settings

from ..walked_market import dates, market

pytestmark = pytest.mark.slow

SETTINGS = load_settings()
SESSIONS, PRIMARY = 24, 2
DATES = dates(SESSIONS)


@pytest.fixture(scope="module")
def told() -> list[Moments]:
    return market(5, SESSIONS, drift=0.04, told=2.0)


def past(days: list[Moments], number: int) -> FramePast:
    return past_of_session(days, DATES, DATES[number], SETTINGS)


def skill(name: str, days: list[Moments]) -> float:
    """Against climatology, over the last four sessions."""
    known = past(days, 20)
    queries = joined(days[20:], len(frame_dims()), 7)
    outcome = class_of(queries.kinds[:, PRIMARY])
    model = fit_model(name, known).forecast(queries, SETTINGS)
    return float(1 - brier(model[:, PRIMARY], outcome).sum() / brier(climatology(known, queries)[:, PRIMARY], outcome).sum())


@pytest.mark.parametrize("name", MODELS)
def test_where_price_stands_and_what_the_frame_knows_are_found(name: str, told: list[Moments]) -> None:
    assert skill(name, told) > 0.15


@pytest.mark.parametrize("name", MODELS)
def test_every_horizon_is_forecast_and_sums_to_one(name: str, told: list[Moments]) -> None:
    forecast = fit_model(name, past(told, 20)).forecast(told[20], SETTINGS)
    assert forecast.shape == (len(told[20].ts_ns), 7, 3)
    assert forecast.sum(axis=-1) == pytest.approx(np.ones(forecast.shape[:2]))
    assert (forecast >= 0).all()


@pytest.mark.parametrize("name", MODELS)
def test_the_same_past_gives_the_same_bytes_whatever_else_is_asked(name: str, told: list[Moments]) -> None:
    first, second = (fit_model(name, past(told, 20)) for _ in range(2))
    whole = first.forecast(told[20], SETTINGS)
    assert second.forecast(told[20], SETTINGS).tobytes() == whole.tobytes()
    alone = first.forecast(told[20].take(np.arange(3)), SETTINGS)
    assert alone == pytest.approx(whole[:3], abs=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_query_of_the_past_or_within_the_embargo_is_refused(name: str, told: list[Moments]) -> None:
    model = fit_model(name, past(told, 20))
    assert model.fit_end == DATES[18]
    for day in (17, 18, 19):
        with pytest.raises(FutureSeen, match=f"knows {DATES[18]}; a query of {DATES[day]}"):
            model.forecast(told[day], SETTINGS)


@pytest.mark.parametrize("name", MODELS)
def test_too_small_a_past_is_answered_by_climatology(name: str, told: list[Moments]) -> None:
    few = past(told, 3)
    assert 0 < len(few.candidates.ts_ns) < SETTINGS.answer.min_candidates
    assert fit_model(name, few).forecast(told[3], SETTINGS) == pytest.approx(climatology(few, told[3]))
    nothing = past(told, 0)
    assert fit_model(name, nothing).forecast(told[0], SETTINGS) == pytest.approx(np.full((len(told[0].ts_ns), 7, 3), 1 / 3))


@pytest.mark.parametrize("name", MODELS)
def test_a_past_of_one_class_is_answered_by_climatology(name: str, told: list[Moments]) -> None:
    alike = [day._replace(kinds=np.zeros_like(day.kinds)) for day in told]
    forecast = fit_model(name, past(alike, 20)).forecast(alike[20], SETTINGS)
    assert (forecast == [0.0, 0.0, 1.0]).all()


@pytest.mark.parametrize("name", MODELS)
def test_no_query_gives_no_forecast(name: str, told: list[Moments]) -> None:
    assert fit_model(name, past(told, 20)).forecast(told[20].take(np.arange(0)), SETTINGS).shape == (0, 7, 3)


def test_the_few_inputs_are_what_they_say(told: list[Moments]) -> None:
    day = told[3].take(np.arange(2))
    inputs = few_inputs(day, SETTINGS, 360)
    # b 10 and sigma .5: 10 / (.5 sqrt(360)); the first test begins at the open, its second window 15 s later.
    assert inputs[0, 0] == pytest.approx(day.standing.x_ticks[0] / 10)
    assert inputs[:, 1] == pytest.approx(np.full(2, 10 / (0.5 * np.sqrt(360))))
    assert inputs[:, 2] == pytest.approx(day.standing.age_s / 3600)
    assert inputs[:, 3] == pytest.approx(day.frame[:, frame_dims().index(TILT)])
    assert all_inputs(day, SETTINGS, 360).shape == (2, 8 + len(frame_dims()))
