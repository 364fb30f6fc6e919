"""Forecasts by fitted models: a logistic regression on five numbers, and boosted trees on all that the frame holds.

Inputs
------
Both see x / b, b / (sigma sqrt(horizon)), the hours since the regular open, the tilt (room in the approach's direction against room the
other way, mean of 15 s) and the momentum of the last two minutes. The trees also see every dimension of the frame, the age of the test,
sigma, and whether the level was tested before. One model a horizon, on all candidates of the past with equal weight.

With fewer candidates than BASE is calibrated on, or with one class only, a model answers climatology.

Repeatability
-------------
Fixed seeds and one thread: the same past gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from ..core.frame import frame_dims
from ..errors import SpymasterError
from ..retrieval.distribution import CLASSES
from ..retrieval.frame_past import FramePast
from ..retrieval.moments import Moments
from ..retrieval.past import require_past
from ..settings import Settings
from ..sources.calendar import session_times
from .references import Forecast, frequencies
from .scores import NO_CLASS, class_of

Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""(rows, inputs) to (rows, labels) probabilities of the labels fitted on, ascending."""

NS_PER_HOUR = 3.6e12
TILT = "15s:tilt"
MOMENTUM = "momentum_120s"
TREE_ROUNDS = 60
TREE_RULES = {
    "objective": "multiclass",
    "learning_rate": 0.05,
    "num_leaves": 4,
    "min_data_in_leaf": 40,
    "lambda_l2": 10.0,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 31,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "feature_pre_filter": False,
    "verbosity": -1,
}
"""Few rounds of trees with three splits: windows of one test are alike, so that deep trees learn tests by heart."""


class LibraryMissing(SpymasterError):
    """An installed library misses a part of the system."""


class Fitted(NamedTuple):
    """A model fitted on the past up to `fit_end`."""

    name: str
    fit_end: str | None
    """Last session that it may know of; None for no past."""
    at: tuple[_AtHorizon | None, ...]
    """By horizon; None where it answers climatology."""
    usual: NDArray[np.float64]
    """(horizons, CLASSES) climatology of the past it was fitted on."""

    def forecast(self, queries: Moments, settings: Settings) -> Forecast:
        """(queries, horizons, CLASSES). Raises `FutureSeen` for a query within the embargo of `fit_end`."""
        for day in np.unique(queries.session.astype(str))[: 0 if self.fit_end is None else 1]:
            require_past(f"the {self.name} knows {self.fit_end}", str(self.fit_end), str(day), settings.answer.embargo_sessions)
        forecast = np.tile(self.usual, (len(queries.ts_ns), 1, 1))
        if not len(queries.ts_ns):
            return forecast
        with _one_thread():
            for place, model in enumerate(self.at):
                if model is not None:
                    inputs = INPUTS[self.name](queries, settings, settings.labels.horizons_s[place])
                    forecast[:, place] = _of_all_classes(model.predict(inputs), model.labels)
        return forecast


class _AtHorizon(NamedTuple):
    """One horizon's fit."""

    labels: NDArray[np.int64]
    """Positions in CLASSES that the past has."""
    predict: Predict


def fit_model(name: str, past: FramePast) -> Fitted:
    """Fit the model called `name` on the past's candidates, at every horizon."""
    settings, known = past.settings, past.candidates
    outcome = class_of(known.kinds)
    with _one_thread():
        at = tuple(_fit(name, known, outcome[:, place], horizon_s, settings) for place, horizon_s in enumerate(settings.labels.horizons_s))
    return Fitted(name, past.end, at, frequencies(known.kinds))


def few_inputs(moments: Moments, settings: Settings, horizon_s: int) -> NDArray[np.float64]:
    """(rows, 5) what the logistic regression sees; see the module."""
    standing, place = moments.standing, {name: number for number, name in enumerate(frame_dims())}
    return np.stack(
        [
            standing.x_ticks / standing.barrier_ticks,
            standing.barrier_ticks / (standing.sigma * np.sqrt(horizon_s)),
            _hours_since_open(moments, settings),
            moments.frame[:, place[TILT]].astype(np.float64),
            moments.frame[:, place[MOMENTUM]].astype(np.float64),
        ],
        axis=1,
    )


def all_inputs(moments: Moments, settings: Settings, horizon_s: int) -> NDArray[np.float64]:
    """(rows, inputs) what the trees see."""
    standing = moments.standing
    beside = np.stack([standing.age_s, standing.sigma, standing.is_later.astype(np.float64)], axis=1)
    return np.concatenate([few_inputs(moments, settings, horizon_s), beside, moments.frame], axis=1)


def _fit(name: str, known: Moments, outcome: NDArray[np.int64], horizon_s: int, settings: Settings) -> _AtHorizon | None:
    seen = np.flatnonzero(outcome != NO_CLASS)
    labels = np.unique(outcome[seen])
    if len(seen) < settings.answer.min_candidates or len(labels) < 2:
        return None
    inputs = INPUTS[name](known.take(seen), settings, horizon_s)
    return _AtHorizon(labels, MODELS[name](inputs, outcome[seen], settings.evaluation.seed))


def _logistic(inputs: NDArray[np.float64], label: NDArray[np.int64], seed: int) -> Predict:
    from sklearn.linear_model import LogisticRegression

    middle, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    model = LogisticRegression(C=1.0, max_iter=200, random_state=seed).fit((inputs - middle) / spread, label)
    return lambda rows: model.predict_proba((rows - middle) / spread).astype(np.float64)


def _lightgbm(inputs: NDArray[np.float64], label: NDArray[np.int64], seed: int) -> Predict:
    lightgbm = lightgbm_library()
    labels, place = np.unique(label, return_inverse=True)
    rules = TREE_RULES | {"num_class": len(labels), "seed": seed}
    booster = lightgbm.train(rules, lightgbm.Dataset(inputs, place, params=rules), TREE_ROUNDS)
    return lambda rows: np.asarray(booster.predict(rows, num_threads=1), np.float64)


MODELS: dict[str, Callable[[NDArray[np.float64], NDArray[np.int64], int], Predict]] = {"logistic": _logistic, "lightgbm": _lightgbm}
"""By name: fit on inputs, labels and a seed."""
INPUTS: dict[str, Callable[[Moments, Settings, int], NDArray[np.float64]]] = {"logistic": few_inputs, "lightgbm": all_inputs}


def _hours_since_open(moments: Moments, settings: Settings) -> NDArray[np.float64]:
    sessions, place = np.unique(moments.session.astype(str), return_inverse=True)
    open_ns = np.array([session_times(str(session), settings).rth_open_ns for session in sessions], np.int64)
    return (moments.ts_ns - open_ns[place]) / NS_PER_HOUR if len(sessions) else np.empty(0)


def _of_all_classes(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(rows, CLASSES) from (rows, labels): a class that the past does not have gets 0."""
    every = np.zeros((len(probabilities), len(CLASSES)))
    every[:, labels] = probabilities
    return every


def _one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: the same bytes on every machine load, and workers do not crowd each other out."""
    limited: AbstractContextManager[object] = _pools().limit(limits=1)
    return limited


@cache
def _pools() -> ThreadpoolController:
    import sklearn.linear_model  # noqa: F401

    lightgbm_library()
    return ThreadpoolController()


def lightgbm_library() -> ModuleType:
    """LightGBM, whose wheel for macOS does not carry the OpenMP runtime it needs (scikit-learn's does, under its own name)."""
    try:
        import lightgbm
    except OSError as error:
        raise LibraryMissing(
            "LightGBM cannot be loaded: {value}. It is one of the forecasts that `evaluate` compares with, and needs the OpenMP runtime.",
            value=str(error).splitlines()[0],
            fix="On macOS run: brew install libomp",
        ) from None
    return lightgbm
