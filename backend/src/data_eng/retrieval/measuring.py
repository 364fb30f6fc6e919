"""What an index holds beside its rows, session by session and each as of itself: scalers, distances of the past, fits."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import Environment
from ..core.features.scaling import RobustScaler
from ..settings import Settings
from .artefacts import past_distance_column
from .fitting import fit_metric, try_presets
from .index import Index, IndexMissing, StaleIndex, open_index
from .metrics import FITTED, PRESET, MetricFit, answered_from
from .past import measured_by, past_of


class LevelIndexes(NamedTuple):
    """What the learned metric is fitted on, of one level."""

    block: Index
    learned: Index | None
    """Another level's that is current, to take its fits over: they are those of every level."""


class Measured(NamedTuple):
    """What a day's past gives, how far the neighbours of the day's own episodes were, and how well each preset would have forecast them."""

    scaler: RobustScaler | None
    past_distance: NDArray[np.float64]
    """(metrics answered from the folder, rows of the day) NaN but at one window an episode."""
    trials: NDArray[np.float64]
    """(rows of the day, presets) scores, for the metric that chooses among them; NaN but at one window an episode."""


class Known(NamedTuple):
    """What an earlier build found for days whose past is unchanged."""

    days: dict[str, Measured]
    fits: dict[str, MetricFit]
    """By the day at which they end."""


NOTHING_KNOWN = Known({}, {})


class Measurements(NamedTuple):
    """All that an index holds beside its rows."""

    scalers: dict[str, RobustScaler]
    fits: dict[str, MetricFit]
    past_distance: NDArray[np.float64]
    """(metrics answered from the folder, rows)"""
    trials: NDArray[np.float64]


def learn_and_measure(index: Index, known: Known, pool: list[LevelIndexes], settings: Settings) -> Measurements:
    """Session by session, each as of itself: scaler, neighbour distance of one window of every episode, and every few sessions a fit."""
    answered, rows = answered_from(index.metric_name), len(index.vectors)
    trials = np.full((rows, len(trial_columns(index.metric_name, settings))), np.nan)
    learned = Measurements({}, {}, np.full((len(answered), rows), np.nan), trials)
    index = replace(index, fit_of=learned.fits.get)
    also = [replace(index, metric_name=metric) for metric in answered[1:]]
    rows_of_day = dict(zip(index.days, pairwise(index.first_row.tolist()), strict=True))
    for sessions, (_, day, _) in enumerate(index.inputs, start=1):
        if day in rows_of_day:
            first, last = rows_of_day[day]
            measured = known.days.get(day) or _measure(index, also, day, first, last, settings)
            if measured.scaler is not None:
                learned.scalers[day] = measured.scaler
            learned.past_distance[:, first:last], learned.trials[first:last] = measured.past_distance, measured.trials
        if index.metric_name in FITTED and sessions % settings.evaluation.refit_sessions == 0:
            learned.fits[day] = known.fits.get(day) or _fit(index, day, learned.trials, pool, settings)
    return learned


def _fit(index: Index, day: str, trials: NDArray[np.float64], pool: list[LevelIndexes], settings: Settings) -> MetricFit:
    """The fit that ends at a day; one that is kept at another level is the same."""
    kept = (level.learned.fit_of(day) for level in pool if level.learned is not None)
    found = next((fit for fit in kept if fit is not None), None)
    return found or fit_metric(index, day, trials, [level.block for level in pool], settings)


def _measure(index: Index, also: list[Index], day: str, first: int, last: int, settings: Settings) -> Measured:
    """Fit one day, and ask it for the middle window of each of the day's episodes: as good as one drawn at random, and always the same.

    `also` are the index under the other metrics that are answered from its folder.
    """
    view = past_of(index, day, settings)
    views = [view, *(measured_by(view, other, settings) for other in also)]
    distances = np.full((len(views), last - first), np.nan)
    if view.scaler is not None:
        episode = index.groups.episode_of_row[first:last]
        for number in np.unique(episode):
            windows = np.flatnonzero(episode == number)
            middle = windows[len(windows) // 2]
            distances[:, middle] = [each.find(index.vectors[first + middle], day).distance for each in views]
    trials = try_presets(view, first, last, settings) if index.metric_name == PRESET else np.empty((last - first, 0))
    return Measured(view.scaler, distances, trials)


def unchanged_past(where: Environment, index: Index, settings: Settings) -> Known:
    """What the present index found for the days up to which its inputs equal the new ones."""
    try:
        present = open_index(where, index.key, index.root, settings, index.metric_name)
    except (IndexMissing, StaleIndex):
        return NOTHING_KNOWN
    if present.code_sha256 != index.code_sha256:
        return NOTHING_KNOWN
    unchanged = set()
    for old, new in zip(present.inputs, index.inputs, strict=False):
        if old != new:
            break
        unchanged.add(new[1])
    distances = np.array([_column(present, name) for name in distance_columns(index.metric_name)])
    trials = [_column(present, name) for name in trial_columns(index.metric_name, settings)]
    days = {
        day: Measured(present.scaler_of(day), distances[:, first:last], np.array([column[first:last] for column in trials]).T)
        for day, first, last in zip(present.days, present.first_row[:-1], present.first_row[1:], strict=True)
        if day in unchanged
    }
    fits = {day: fit for day in unchanged if (fit := present.fit_of(day)) is not None}
    return Known(days, fits)


def _column(index: Index, name: str) -> NDArray[np.float64]:
    return np.asarray(index.metadata[name].to_numpy(zero_copy_only=False), np.float64)


def distance_columns(home: str) -> list[str]:
    """Columns of the neighbours' distances."""
    return [past_distance_column(metric) for metric in answered_from(home)]


def trial_columns(metric: str, settings: Settings) -> tuple[str, ...]:
    """Columns of the presets' scores."""
    return tuple(f"past_rps_{preset}" for preset in settings.retrieval.presets) if metric == PRESET else ()
