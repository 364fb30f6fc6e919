"""Fitted models: they find what was planted, claim little where nothing was, see no future, and never fail for want of data."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from src.data_eng.core.features.blocks import CONTEXT
from src.data_eng.evaluation import models
from src.data_eng.evaluation.baselines import climatology_of
from src.data_eng.evaluation.episodes import ScoredEpisodes
from src.data_eng.evaluation.models import MODELS, Fitted, fit_model
from src.data_eng.evaluation.scores import class_of, rps
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW
from src.data_eng.retrieval.index import StaleIndex
from src.data_eng.retrieval.key import IndexKey, layout_of
from src.data_eng.retrieval.past import FutureSeen
from src.data_eng.settings import load_settings
from tests.unit.test_baselines import HORIZONS, SESSIONS, SETTINGS, at_every_horizon, made_episodes

pytestmark = pytest.mark.slow

LAYOUT = layout_of(IndexKey("pm_high", "level_test", "from_below"), SETTINGS)
PRIMARY = SETTINGS.labels.horizons_s.index(SETTINGS.labels.primary_horizon_s)
PER_DAY = 12


def simulated(seed: int, count: int, effect: float, setup: str = "level_test") -> ScoredEpisodes:
    """Normal vectors; `effect` is how far one standard deviation of four undifferenced dimensions moves the log-odds either way."""
    rng = np.random.default_rng(seed)
    dims = len(layout_of(IndexKey("pm_high", setup, "from_below"), SETTINGS).dims)
    vectors = rng.normal(size=(count, dims)).astype(np.float32)
    shift = effect * vectors[:, :4].sum(axis=1) / 2
    odds = np.exp(np.stack([shift - 0.5, -shift - 0.5, np.zeros(count)], axis=1))
    drawn = (odds.cumsum(axis=1) / odds.sum(axis=1, keepdims=True) > rng.random((count, 1))).argmax(axis=1)
    kinds = at_every_horizon(np.array([BREAK, REJECT, CHOP])[drawn])
    return made_episodes(kinds, np.arange(count) // PER_DAY, setup, vectors=vectors, momentum_ticks=rng.normal(size=count))


def parted(episodes: ScoredEpisodes, sessions: int) -> tuple[ScoredEpisodes, ScoredEpisodes]:
    """The first sessions to fit on, and those that may be forecast from them."""
    return episodes.take(episodes.day < sessions), episodes.take(episodes.day >= sessions + SETTINGS.retrieval.embargo_sessions)


def fitted(name: str, past: ScoredEpisodes) -> Fitted:
    return fit_model(name, past, SETTINGS, max(past.session_date, default="2025-06-02"))


def skill(model: Fitted, past: ScoredEpisodes, queries: ScoredEpisodes) -> float:
    outcome = class_of(queries.kinds[:, PRIMARY])
    usual = np.tile(climatology_of(past)[PRIMARY], (len(outcome), 1))
    return float(1 - rps(model.forecast(queries)[:, PRIMARY], outcome).sum() / rps(usual, outcome).sum())


def answers_climatology(model: Fitted, past: ScoredEpisodes, queries: ScoredEpisodes) -> bool:
    return bool(np.allclose(model.forecast(queries)[:, model.horizon], climatology_of(past)[model.horizon], atol=1e-12))


def enough(seed: int = 0, setup: str = "level_test") -> tuple[ScoredEpisodes, ScoredEpisodes]:
    """180 past episodes with a strong signal, and 24 to forecast."""
    return parted(simulated(seed, PER_DAY * 18, 2.0, setup), 15)


@pytest.mark.parametrize("name", MODELS)
def test_a_strong_planted_signal_is_found(name: str) -> None:
    past, queries = parted(simulated(1, PER_DAY * 90, 2.0), 40)
    model = fitted(name, past)
    assert model.why is None
    assert model.weight > 0.5
    assert skill(model, past, queries) > 0.08


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("sessions", [5, 25])
def test_on_noise_a_model_costs_next_to_nothing(name: str, sessions: int) -> None:
    lost = []
    for seed in range(4):
        past, queries = parted(simulated(seed, PER_DAY * (sessions + 41), 0.0), sessions)
        lost.append(skill(fitted(name, past), past, queries))
    assert min(lost) > -0.04
    assert np.mean(lost) > -0.012


@pytest.mark.parametrize("name", MODELS)
def test_only_the_signals_horizon_is_forecast_and_sums_to_one(name: str) -> None:
    past, queries = enough()
    forecast = fitted(name, past).forecast(queries)
    assert forecast.shape == (len(queries.day), HORIZONS, 3)
    np.testing.assert_allclose(forecast[:, PRIMARY].sum(axis=1), 1.0, atol=1e-6)
    assert (forecast[:, PRIMARY] >= 0).all()
    assert np.isnan(np.delete(forecast, PRIMARY, axis=1)).all()


def test_a_confirmed_break_is_forecast_to_the_last_horizon_it_is_labelled_to() -> None:
    past, queries = enough(setup="break_and_confirm")
    past.kinds[:, 3:] = CENSORED
    model = fitted("logistic", past)
    assert model.horizon == SETTINGS.episodes.confirm_label_candles - 1
    assert model.why is None
    assert np.isfinite(model.forecast(queries)[:, model.horizon]).all()


@pytest.mark.parametrize("name", MODELS)
def test_the_same_past_gives_the_same_bytes(name: str) -> None:
    past, queries = enough()
    first, second = (fitted(name, past).forecast(queries).tobytes() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", MODELS)
def test_a_forecast_does_not_depend_on_what_else_is_forecast_nor_on_what_came(name: str) -> None:
    past, queries = enough()
    model = fitted(name, past)
    together = model.forecast(queries)
    apart = model.forecast(queries.take(np.array([7]))._replace(kinds=at_every_horizon([WHIPSAW])))
    np.testing.assert_allclose(apart[0], together[7], atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_a_query_of_the_past_or_within_the_embargo_is_refused(name: str) -> None:
    past, queries = enough()
    model = fitted(name, past)
    last = SESSIONS.tolist().index(model.fit_end)
    for session in (0, last, last + SETTINGS.retrieval.embargo_sessions):
        with pytest.raises(FutureSeen, match=f"{name} .* holds {model.fit_end}"):
            model.forecast(queries._replace(session_date=np.full(len(queries.day), SESSIONS[session])))
    assert np.isfinite(model.forecast(queries)[:, PRIMARY]).all()


def test_a_model_that_answers_climatology_refuses_the_future_too() -> None:
    past, _ = enough()
    model = fitted("mlp", past.take(np.arange(3)))
    with pytest.raises(FutureSeen):
        model.forecast(past)


def test_a_past_beyond_the_end_of_the_fit_is_refused() -> None:
    past, _ = enough()
    with pytest.raises(FutureSeen, match=str(SESSIONS[14])):
        fit_model("logistic", past, SETTINGS, str(SESSIONS[13]))


def test_vectors_of_another_build_are_refused() -> None:
    past, _ = enough()
    with pytest.raises(StaleIndex, match=f"have 10 dimensions, this build's have {len(LAYOUT.dims)}"):
        fitted("logistic", past._replace(vectors=past.vectors[:, :10]))


@pytest.mark.parametrize("name", MODELS)
def test_too_small_a_past_is_answered_by_climatology(name: str) -> None:
    past, queries = enough()
    few = past.take(np.arange(SETTINGS.scaling.min_rows - 1))
    model = fitted(name, few)
    assert model.why == "29 past episodes are known to the horizon; at least 30 are needed to fit a model."
    assert answers_climatology(model, few, queries)
    nothing = past.take(np.zeros(len(past.day), bool))
    assert "0 past episodes" in (fitted(name, nothing).why or "")
    np.testing.assert_allclose(fitted(name, nothing).forecast(queries)[:, PRIMARY], 1 / 3)


def test_censored_episodes_are_no_past() -> None:
    past, _ = enough()
    past.kinds[29:, PRIMARY:] = CENSORED
    model = fitted("logistic", past)
    assert model.episodes == 29
    assert "29 past episodes" in (model.why or "")


@pytest.mark.parametrize("name", MODELS)
def test_a_past_of_one_class_is_answered_by_climatology(name: str) -> None:
    past, queries = enough()
    past = past._replace(kinds=at_every_horizon([REJECT] * len(past.day)))
    model = fitted(name, past)
    assert model.why == "All 180 past episodes ended alike (reject)."
    assert answers_climatology(model, past, queries)


def test_a_past_of_two_sessions_is_answered_by_climatology() -> None:
    past, queries = enough()
    past = past._replace(day=np.arange(len(past.day)) // 90)
    model = fitted("logistic", past)
    assert "2 sessions" in (model.why or "")
    assert answers_climatology(model, past, queries)


@pytest.mark.parametrize("name", MODELS)
def test_inputs_that_do_not_vary_are_answered_by_climatology(name: str) -> None:
    past, queries = enough()
    model = fitted(name, past._replace(vectors=np.ones_like(past.vectors), momentum_ticks=np.zeros(len(past.day))))
    assert model.why == "No input varies among the past episodes."
    assert answers_climatology(model, past, queries)


@pytest.mark.parametrize("name", MODELS)
def test_a_class_missing_from_the_past_is_never_forecast(name: str) -> None:
    past, queries = enough()
    past = past._replace(kinds=np.where(past.kinds == CHOP, BREAK, past.kinds))
    model = fitted(name, past)
    assert model.why is None
    forecast = model.forecast(queries)[:, PRIMARY]
    assert (forecast[:, 2] == 0).all()
    np.testing.assert_allclose(forecast.sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_a_value_that_is_missing_stands_for_the_median(name: str) -> None:
    past, queries = enough()
    past.momentum_ticks[::5] = np.nan
    queries.upper_ticks[:] = np.nan
    assert np.isfinite(fitted(name, past).forecast(queries)[:, PRIMARY]).all()


@pytest.mark.parametrize("name", MODELS)
def test_no_query_gives_no_forecast(name: str) -> None:
    past, queries = enough()
    assert fitted(name, past).forecast(queries.take(np.zeros(len(queries.day), bool))).shape == (0, HORIZONS, 3)


def test_models_see_every_undifferenced_dimension_and_no_difference() -> None:
    seen = [LAYOUT.dims[column] for column in models._undifferenced(LAYOUT)]
    assert len(seen) == (1 + 2 * len(LAYOUT.mean_windows)) * len(LAYOUT.features) + len(CONTEXT)
    assert seen[0] == f"w0:{LAYOUT.features[0]}"
    assert not [name for name in seen if ":d1_" in name or ":d2_" in name or ":d3_" in name]


def test_what_a_model_has_earned_is_measured_on_sessions_it_never_saw() -> None:
    calls: list[tuple[set[int], set[int]]] = []

    def spy(inputs: NDArray[np.float32], label: NDArray[np.int64], seed: int) -> models.Predict:
        learned = set(inputs[:, 0].astype(int))

        def predict(rows: NDArray[np.float32]) -> NDArray[np.float64]:
            calls.append((learned, set(rows[:, 0].astype(int))))
            return np.full((len(rows), len(np.unique(label))), 1 / len(np.unique(label)))

        return predict

    past, _ = enough()
    models._earned_share(spy, past.day[:, None].astype(np.float32), past, class_of(past.kinds[:, PRIMARY]), SETTINGS)
    assert sorted(day for _, predicted in calls for day in predicted) == list(range(15))
    for learned, predicted in calls:
        assert min(abs(one - other) for one in learned for other in predicted) == SETTINGS.retrieval.embargo_sessions + 1


def test_a_model_that_says_the_outcome_earns_all_and_one_that_says_another_nothing() -> None:
    past, _ = enough()
    label = class_of(past.kinds[:, PRIMARY])

    def predictor(turn: int) -> models.Predict:
        return lambda rows: np.eye(3)[(rows[:, 0].astype(int) + turn) % 3] * 0.97 + 0.01

    inputs = label[:, None].astype(np.float32)
    assert models._earned_share(lambda *_: predictor(0), inputs, past, label, SETTINGS) == 1.0
    assert models._earned_share(lambda *_: predictor(1), inputs, past, label, SETTINGS) == 0.0


def test_what_is_earned_counts_by_the_episodes_it_was_earned_on() -> None:
    past, _ = parted(simulated(1, PER_DAY * 22, 6.0), 20)
    kappa, model = load_settings().retrieval.kappa, fitted("logistic", past)
    share = model.weight * (240 + kappa) / 240
    assert 0 < model.weight < share <= 1
    assert share * models.WEIGHT_STEPS == pytest.approx(round(share * models.WEIGHT_STEPS))


def test_a_model_that_has_earned_nothing_answers_climatology_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    past, queries = enough()
    monkeypatch.setattr(models, "_earned_share", lambda *_: 0.0)
    model = fitted("mlp", past)
    assert model.why == "Fitted on parts of the past it forecast the rest no better than climatology."
    assert (model.weight, model.model) == (0.0, None)
    assert answers_climatology(model, past, queries)
