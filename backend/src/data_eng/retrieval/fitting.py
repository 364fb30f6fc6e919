"""What a metric learns from the first days of an index: one row an episode, trials of the presets, and the fits made of these."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.features.blocks import GROUPS, VectorLayout
from ..settings import Settings
from .distance import scaled
from .distribution import BREAK, CENSORED, REJECT, shrunk_probabilities
from .index import Index
from .key import BREAK_AND_CONFIRM
from .learned import learn
from .metrics import EVEN, PRESET, MetricFit, even_weights, metric_of, preset_metric, weight_groups
from .neighbours import weigh
from .past import PastView
from .signals import signal_horizon
from .space import space_of

DIGITS = 6
"""Digits kept of a mean score; they are for the reader, the choice is made before."""


def scored_window(setup: str, settings: Settings) -> int:
    """Which window of an episode is scored and learned from, from 1; a confirmed break is a single window."""
    return 1 if setup == BREAK_AND_CONFIRM else settings.evaluation.score_window


def scored_rows(episode_of_row: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """Row of the `window`-th window (from 1) of every episode that has one, in row order.

    Whether an episode lasts that long is known at that window, so nothing is chosen by what comes later.
    """
    order = np.argsort(episode_of_row, kind="stable")
    first = np.searchsorted(episode_of_row[order], episode_of_row[order], side="left")
    return np.sort(order[np.arange(len(order)) - first == window - 1])


def ranked_probability_score(p: NDArray[np.float64], kind: int) -> float:
    """Of probabilities in the order of CLASSES against what happened, on the scale reject < chop < break; 0 is perfect, 1 the worst."""
    p_break, p_reject, _ = p
    rejected, broke = float(kind == REJECT), float(kind == BREAK)
    return float((p_reject - rejected) ** 2 + (p_break - broke) ** 2) / 2


def try_presets(view: PastView, first: int, last: int, settings: Settings) -> NDArray[np.float64]:
    """Score every preset on the episodes of the rows `first` up to before `last`, which are the view's own day.

    Returns
    -------
    (rows of the day, presets) ranked probability scores at the horizon of signals; NaN but at the scored window of an episode whose outcome
    was seen, and everywhere without a scaler.
    """
    index, presets = view.index, tuple(settings.retrieval.presets)
    scores = np.full((last - first, len(presets)), np.nan)
    horizon = signal_horizon(index.key.setup, index.horizons_s, settings)
    rows = first + scored_rows(index.groups.episode_of_row[first:last], scored_window(index.key.setup, settings))
    rows = rows[index.kinds[rows, horizon] != CENSORED]
    if view.scaler is None or not len(rows):
        return scores
    for place, preset in enumerate(presets):
        space = space_of(index, view.rows, view.scaler, preset_metric(view.scaler, index.layout, settings, preset))
        for row in rows:
            neighbours = weigh(space.find(index.vectors[row], view.groups, view.rules, None, 1), index.day_of_row)
            p, _ = shrunk_probabilities(neighbours, index.kinds[neighbours.row], view.climatology, view.rules.kappa)
            scores[row - first, place] = ranked_probability_score(p[horizon], int(index.kinds[row, horizon]))
    return scores


def fit_metric(index: Index, fit_end: str, trials: NDArray[np.float64], levels: Sequence[Index], settings: Settings) -> MetricFit:
    """What the index's metric learns from sessions up to and with `fit_end`.

    Parameters
    ----------
    trials : (rows, presets) what `try_presets` gave for the index's own rows.
    levels : the default's indexes of all levels, of one setup and approach; who learns weights learns them from all of these.
    """
    if index.metric_name == PRESET:
        return _choose(trials[: _rows_until(index, fit_end)], fit_end, settings)
    return _learn(index.layout, levels, fit_end, settings)


def _rows_until(index: Index, day: str) -> int:
    return int(index.first_row[bisect_right(index.days, day)])


def _choose(trials: NDArray[np.float64], fit_end: str, settings: Settings) -> MetricFit:
    """The preset that scored best on the latest episodes; of equal ones the first."""
    rules = settings.retrieval
    tried = trials[np.isfinite(trials).all(axis=1)][-rules.fit_episodes_max :]
    if len(tried) < rules.preset_episodes_min:
        return MetricFit(fit_end, len(tried), None, {}, {})
    mean = tried.mean(axis=0)
    choice = tuple(rules.presets)[int(np.argmin(mean))]
    scores = {name: float(f"{score:.{DIGITS}g}") for name, score in zip(rules.presets, mean, strict=True)}
    return MetricFit(fit_end, len(tried), choice, dict(rules.presets[choice]), scores)


def _learn(layout: VectorLayout, levels: Sequence[Index], fit_end: str, settings: Settings) -> MetricFit:
    """Weights from the latest scored episodes of all levels whose outcomes were seen, each by one window; whipsaws count as chop.

    One level sees one or two episodes a session, too few to learn from. Each level is scaled by its own past, as it is when it is asked.
    """
    rules, groups = settings.retrieval, weight_groups(layout)
    examples = [found for level in levels if (found := _examples(level, fit_end, settings)) is not None]
    count = sum(len(found.outcome) for found in examples)
    if count < rules.fit_episodes_min:
        return MetricFit(fit_end, count, None, {}, {})
    dates = np.concatenate([found.session_date for found in examples])
    latest = np.argsort(dates, kind="stable")[-rules.fit_episodes_max :]
    place = np.concatenate([found.place for found in examples])[latest]
    outcome = np.concatenate([found.outcome for found in examples])[latest]
    day = np.unique(dates[latest], return_inverse=True)[1].astype(np.int64)
    even = even_weights((place != 0).any(axis=0), groups, np.array([rules.block_weights[name] for name in GROUPS]))
    learned = learn(place, groups.group_of, even, outcome, day, rules.learned_pull)
    weights = dict(zip(groups.names, learned.times.tolist(), strict=True))
    return MetricFit(fit_end, len(latest), None, weights, {EVEN: learned.even, "fitted": learned.fitted})


class Examples(NamedTuple):
    """Episodes to learn from, one row each."""

    place: NDArray[np.float64]
    """(episodes, dims) in robust sigmas."""
    outcome: NDArray[np.int64]
    session_date: NDArray[np.str_]


def _examples(index: Index, fit_end: str, settings: Settings) -> Examples | None:
    """Of one level, scaled by the scaler of its last day up to `fit_end`; None while that day's past is too small for one."""
    last = bisect_right(index.days, fit_end)
    scaler = index.scaler_of(index.days[last - 1]) if last else None
    if scaler is None:
        return None
    horizon = signal_horizon(index.key.setup, index.horizons_s, settings)
    rows = scored_rows(index.groups.episode_of_row[: index.first_row[last]], scored_window(index.key.setup, settings))
    rows = rows[index.kinds[rows, horizon] != CENSORED][-settings.retrieval.fit_episodes_max :]
    kinds = index.kinds[rows, horizon]
    outcome = np.where(kinds == BREAK, 2, np.where(kinds == REJECT, 0, 1)).astype(np.int64)
    place = scaled(index.vectors[rows], metric_of(scaler, index.layout, settings))
    return Examples(place, outcome, np.asarray(index.days, dtype="U10")[index.day_of_row[rows]])
