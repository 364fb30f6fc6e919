"""Forecasts by fitted models: a logistic regression, boosted trees and a small neural net, each trusted by what it has earned on the past.

Inputs
------
The undifferenced features of every look-back (w0, means, deltas) and the context, a quarter of a vector, and beside them the distances to
both barriers and the momentum. A first difference averaged over N windows is all but the N-window delta over again, and a second or third
difference has 6 or 20 times a single window's noise variance: left in, they are three columns in four and nearly all noise.
Every input is in robust sigma of the past, clipped at INPUT_CLIP_SIGMA; one that does not vary, or is missing, is 0.

Strength
--------
The inputs outnumber the episodes, so each model is small and regularised alike at every size: the rows are first scaled to a mean square
length of 1, so that the penalty is a statement about the forecast (how far all inputs together may move the log-odds) and not about the
number of columns. What is left of overfitting is weighed, not hoped away: the past's sessions are cut into FOLDS runs, each forecast by a
model fitted on the others (sessions within the embargo of the run left out), and the answer is

    p = (1 - w) climatology + w model,   w = n / (n + kappa) x the share that would have cost the past's forecasts the fewest nats

with n past episodes. A model that has learned nothing gets w = 0 and answers climatology. The scaler of the folds is fitted on all of the
past: medians alone, of no outcome.

Horizons
--------
A model is fitted at the horizon that the setup's signals use and forecasts that one only; the others are NaN.

Repeatability
-------------
Fixed seeds and one thread: the same past gives the same bytes.

Measured: a fit of 320 inputs with its folds takes 0.1 s (logistic), 0.4 s (lightgbm) and 0.5 s (mlp) at 1,700 episodes, half of it at 850,
on one core of two that were busy (x86-64).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from ..core.features.blocks import DERIVATIVES, VectorLayout
from ..core.features.scaling import RobustScaler, fit_scaler, scale
from ..errors import SpymasterError
from ..retrieval.distribution import CLASSES
from ..retrieval.index import StaleIndex
from ..retrieval.key import layout_of
from ..retrieval.past import FutureSeen
from ..retrieval.signals import signal_horizon
from ..settings import Settings
from .baselines import Forecast, climatology_of, require_after
from .episodes import ScoredEpisodes
from .scores import NO_CLASS, P_FLOOR, class_of

Predict = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""(rows, inputs) to (rows, labels) probabilities of the labels fitted on, ascending."""

INPUT_CLIP_SIGMA = 5.0
"""Beyond it a linear model would follow single windows."""
FOLDS = 3
"""Runs of sessions that are forecast from the others: each fit still sees two thirds of the past."""
WEIGHT_STEPS = 20
"""The model's share is found to a twentieth: the past cannot tell finer."""
LOG_ODDS_SPREAD = 1.0
"""Prior standard deviation of a log-odds over all inputs together, of the logistic regression. 0.5, 1 and 2 were tried on simulated
inputs (320 columns, 60 to 1,500 rows): 1 is best or next to best with a signal, 2 loses two to three times as much without one."""
TREE_ROUNDS = 60
TREE_RULES = {
    "objective": "multiclass",
    "learning_rate": 0.05,
    "num_leaves": 4,
    "min_data_in_leaf": 10,
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
"""Few rounds of trees with three splits. On simulated inputs 40 slower rounds found two thirds as much; 100 found no more and lost more on
noise. With leaves of 20 nothing is learned below 60 episodes."""
NET_UNITS = 16
NET_EPOCHS = 30
NET_STEP = 3e-3
NET_BATCH = 64
NET_PENALTY = 1.0
"""One hidden layer, stopped early by a fixed count of epochs: run to the end (L-BFGS) it lost 0.1 to 0.6 of skill on noise."""


class LibraryMissing(SpymasterError):
    """An installed library misses a part of the system."""


@dataclass(frozen=True)
class Fitted:
    """A model fitted on the past up to `fit_end`, and how far it is believed."""

    name: str
    fit_end: str
    """Last session date that it may know of, ISO."""
    why: str | None
    """Why it answers climatology, as a sentence; None where it answers for itself."""
    episodes: int
    """Of the past, seen to the horizon."""
    weight: float
    """In [0, 1]: share of the model in the answer, the rest is climatology."""
    horizon: int
    """Position of the only horizon that is forecast."""
    embargo_sessions: int
    climatology: NDArray[np.float64]
    """(horizons, CLASSES) of the past."""
    model: _Fitted | None

    def forecast(self, queries: ScoredEpisodes) -> Forecast:
        """(queries, horizons, CLASSES); NaN at every horizon but one. Raises `FutureSeen` for a query within the embargo of `fit_end`."""
        require_after(self.fit_end, queries, self.embargo_sessions, f"the {self.name} of {queries.key}")
        forecast = np.full((len(queries.day), *self.climatology.shape), np.nan)
        forecast[:, self.horizon] = self.climatology[self.horizon]
        if self.model is not None and len(queries.day):
            spoken = self.model.predict(queries)
            forecast[:, self.horizon] = (1 - self.weight) * self.climatology[self.horizon] + self.weight * spoken
        return forecast


@dataclass(frozen=True)
class _Fitted:
    """Inputs and fit of a model that has something to say."""

    columns: NDArray[np.int64]
    scaler: RobustScaler
    row_length: float
    """Root mean square length of the past's scaled rows."""
    labels: NDArray[np.int64]
    """Positions in CLASSES that the past has."""
    of_inputs: Predict

    def predict(self, queries: ScoredEpisodes) -> NDArray[np.float64]:
        """(queries, CLASSES)"""
        inputs = _scaled(self.scaler, _inputs(queries, self.columns), str(min(queries.session_date))) / np.float32(self.row_length)
        with _one_thread():
            return _of_all_classes(self.of_inputs(inputs), self.labels)


def fit_model(name: str, past: ScoredEpisodes, settings: Settings, fit_end: str) -> Fitted:
    """Fit the model called `name` on past episodes of one series.

    Parameters
    ----------
    past : in time order, none of a session after `fit_end`.
    fit_end : session date, ISO, that the fit counts as having seen; queries must lie further after it than the embargo.

    Notes
    -----
    Never fails for want of data: with too few episodes or sessions, one class only, or inputs that do not vary, it answers climatology
    and says why. Raises `FutureSeen` when the past goes beyond `fit_end`, `StaleIndex` when its vectors are not of this build.
    """
    last = max(past.session_date, default=fit_end)
    if last > fit_end:
        raise FutureSeen(
            f"{name} of {past.key} is to be fitted up to {fit_end}, but its past holds {{value}}.",
            value=last,
            fix=f"Give it the episodes up to {fit_end} alone.",
        )
    horizon = signal_horizon(past.key.setup, settings.labels.horizons_s, settings)
    label = class_of(past.kinds[:, horizon])
    known = past.take(label != NO_CLASS)
    label = label[label != NO_CLASS]
    why, weight, model = _too_little(known, label, settings), 0.0, None
    if why is None:
        why, weight, model = _fit(name, known, label, settings, fit_end)
    return Fitted(name, fit_end, why, len(label), weight, horizon, settings.retrieval.embargo_sessions, climatology_of(past), model)


def _too_little(known: ScoredEpisodes, label: NDArray[np.int64], settings: Settings) -> str | None:
    """Why nothing can be learned from this past, as a sentence."""
    least, sessions = settings.scaling.min_rows, len(np.unique(known.day))
    if len(label) < least:
        return f"{len(label)} past episodes are known to the horizon; at least {least} are needed to fit a model."
    if sessions < FOLDS:
        return f"The past episodes lie in {sessions} sessions; at least {FOLDS} are needed to see what a model is worth."
    if len(np.unique(label)) == 1:
        return f"All {len(label)} past episodes ended alike ({CLASSES[label[0]]})."
    return None


def _fit(
    name: str, known: ScoredEpisodes, label: NDArray[np.int64], settings: Settings, fit_end: str
) -> tuple[str | None, float, _Fitted | None]:
    columns = _columns(known, settings)
    raw = _inputs(known, columns)
    scaler = fit_scaler(raw, fit_end, INPUT_CLIP_SIGMA, settings.scaling.min_rows)
    inputs = _scaled(scaler, raw, (date.fromisoformat(fit_end) + timedelta(days=1)).isoformat())
    row_length = float(np.sqrt((inputs.astype(np.float64) ** 2).sum(axis=1).mean()))
    if row_length == 0:
        return "No input varies among the past episodes.", 0.0, None
    inputs /= np.float32(row_length)
    fit, seed = MODELS[name], settings.evaluation.seed
    with _one_thread():
        share = _earned_share(fit, inputs, known, label, settings)
        if share == 0:
            return "Fitted on parts of the past it forecast the rest no better than climatology.", 0.0, None
        model = _Fitted(columns, scaler, row_length, np.unique(label), fit(inputs, label, seed))
    return None, share * len(label) / (len(label) + settings.retrieval.kappa), model


def _earned_share(
    fit: Callable[[NDArray[np.float32], NDArray[np.int64], int], Predict],
    inputs: NDArray[np.float32],
    known: ScoredEpisodes,
    label: NDArray[np.int64],
    settings: Settings,
) -> float:
    """Share of the model, in [0, 1], that would have cost the fewest nats on sessions it was not fitted on; the least of equals."""
    horizon = signal_horizon(known.key.setup, settings.labels.horizons_s, settings)
    given, given_by_climatology = [], []
    for run in np.array_split(np.unique(known.day), FOLDS):
        held_out = (known.day >= run[0]) & (known.day <= run[-1])
        embargo = settings.retrieval.embargo_sessions
        learned = (known.day < run[0] - embargo) | (known.day > run[-1] + embargo)
        usual = climatology_of(known.take(learned))[horizon][label[held_out]]
        labels = np.unique(label[learned])
        if len(labels) > 1:
            spoken = _of_all_classes(fit(inputs[learned], label[learned], settings.evaluation.seed)(inputs[held_out]), labels)
            given.append(spoken[np.arange(len(spoken)), label[held_out]])
        else:
            given.append(usual)
        given_by_climatology.append(usual)
    shares = np.linspace(0, 1, WEIGHT_STEPS + 1)[:, None]
    mixed = (1 - shares) * np.concatenate(given_by_climatology) + shares * np.concatenate(given)
    return float(shares[np.log(np.maximum(mixed, P_FLOOR)).sum(axis=1).argmax(), 0])


def _logistic(inputs: NDArray[np.float32], label: NDArray[np.int64], seed: int) -> Predict:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=LOG_ODDS_SPREAD**2, max_iter=200, random_state=seed).fit(inputs, label)
    return lambda rows: model.predict_proba(rows).astype(np.float64)


def _lightgbm(inputs: NDArray[np.float32], label: NDArray[np.int64], seed: int) -> Predict:
    lightgbm = lightgbm_library()
    labels, place = np.unique(label, return_inverse=True)
    rules = TREE_RULES | {"num_class": len(labels), "seed": seed}
    booster = lightgbm.train(rules, lightgbm.Dataset(inputs, place, params=rules), TREE_ROUNDS)
    return lambda rows: np.asarray(booster.predict(rows, num_threads=1), np.float64)


def _mlp(inputs: NDArray[np.float32], label: NDArray[np.int64], seed: int) -> Predict:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (NET_UNITS,),
        alpha=NET_PENALTY,
        learning_rate_init=NET_STEP,
        batch_size=min(NET_BATCH, len(label)),
        max_iter=NET_EPOCHS,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # to stop before it has converged is the point
        model.fit(inputs, label)
    return lambda rows: model.predict_proba(rows).astype(np.float64)


MODELS: dict[str, Callable[[NDArray[np.float32], NDArray[np.int64], int], Predict]] = {
    "logistic": _logistic,
    "lightgbm": _lightgbm,
    "mlp": _mlp,
}
"""By name: fit on inputs, labels and a seed."""


def _columns(episodes: ScoredEpisodes, settings: Settings) -> NDArray[np.int64]:
    """Dimensions of the vectors that models see: all but the differences."""
    layout = layout_of(episodes.key, settings)
    if episodes.vectors.shape[1] != len(layout.dims):
        raise StaleIndex(
            f"vectors of {episodes.key} have {{value}} dimensions, this build's have {len(layout.dims)}.",
            value=episodes.vectors.shape[1],
            fix=f"Build the index of {episodes.key.level_id} again.",
        )
    return _undifferenced(layout)


def _undifferenced(layout: VectorLayout) -> NDArray[np.int64]:
    differences = tuple(name for name in DERIVATIVES if name)
    return np.array([at for at, name in enumerate(layout.dims) if not name.partition(":")[2].startswith(differences)], np.int64)


def _inputs(episodes: ScoredEpisodes, columns: NDArray[np.int64]) -> NDArray[np.float32]:
    """(episodes, inputs) raw; time of day and volatility are among the context dimensions of the vectors."""
    beside = np.stack([episodes.upper_ticks, episodes.lower_ticks, episodes.momentum_ticks], axis=1).astype(np.float32)
    return np.concatenate([episodes.vectors[:, columns], beside], axis=1)


def _scaled(scaler: RobustScaler, inputs: NDArray[np.float32], day: str) -> NDArray[np.float32]:
    """In robust sigma, clipped; 0, the past's median, where the value is missing."""
    return np.nan_to_num(scale(scaler, inputs, day), nan=0.0)


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
    import sklearn.neural_network  # noqa: F401

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
