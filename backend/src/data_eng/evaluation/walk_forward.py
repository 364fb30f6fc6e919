"""Walk forward: every session is forecast from the sessions before it, by every forecaster, under one protocol.

A session's forecasts see only sessions further back than the embargo. What needs no fit (frequencies, the search) sees the past of that
very session; what is fitted (models) is fitted anew every so many sessions and used until the next fit. A *block* is the sessions of one
fit of one level and approach: its forecasts depend on nothing after its last session, so blocks run side by side, and a kept one stays
right when the lake grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..retrieval.distribution import CENSORED, CLASSES, excursion_quantiles, past_climatology, shrunk_probabilities
from ..retrieval.index import Index
from ..retrieval.past import past_of, visible_days
from ..retrieval.signals import signal_horizon
from ..settings import Settings
from .baselines import FREQUENCY_BASELINES
from .episodes import ScoredEpisodes, joined, scored_episodes
from .models import MODELS, fit_model

CLIMATOLOGY = "climatology"
SIMILAR = "similar"
"""Forecasters `similar block`, `similar cosine`, ..: what the most similar past did, found by each metric."""


class Block(NamedTuple):
    """Forecasts of one series over the sessions of one fit; every array is (episodes, ..)."""

    episodes: ScoredEpisodes
    p: dict[str, NDArray[np.float64]]
    """(episodes, horizons, CLASSES) by forecaster; NaN where it makes none."""
    distance: dict[str, NDArray[np.float64]]
    """Of the neighbours, by similar forecaster; NaN where the past was too small to search."""
    percentile: dict[str, NDArray[np.float64]]
    """Of that distance among the past's; NaN where the past was too small to rank."""
    covered: dict[str, NDArray[np.float64]]
    """(episodes, 2) whether the MFE and the MAE at the primary horizon lay from the neighbours' 10 % to their 90 % quantile: 1 or 0; NaN
    where the quantiles are hidden or the episode was not seen so far."""


FIELDS = tuple(field for field in Block._fields if field != "episodes")


def similar(metric: str) -> str:
    """Name of the forecaster that a metric makes."""
    return f"{SIMILAR} {metric}"


def forecaster_names(metrics: Sequence[str]) -> list[str]:
    """All forecasters, those under judgement first."""
    return [*map(similar, metrics), *FREQUENCY_BASELINES, *MODELS]


def blocks_of(sessions: Sequence[str], settings: Settings) -> Iterator[tuple[int, int]]:
    """First and one past the last session of each fit, from the end of the warm-up on."""
    rules = settings.evaluation
    for first in range(rules.warm_up_sessions, len(sessions), rules.refit_sessions):
        yield first, min(first + rules.refit_sessions, len(sessions))


def forecast_block(indexes: Mapping[str, Index], sessions: tuple[str, ...], first: int, last: int, settings: Settings) -> Block:
    """Forecast the eligible episodes of the sessions `first` up to before `last`.

    Parameters
    ----------
    indexes : the index of one level, setup and approach, by metric; all hold the same rows.
    sessions : every session of the lake in order; only those before `last` are looked at.

    Notes
    -----
    Episodes are eligible when the past of the block's first session holds enough episodes seen to the primary horizon: the past alone
    decides.
    """
    one = next(iter(indexes.values()))
    known = scored_episodes(one, sessions, settings)
    horizon = signal_horizon(one.key.setup, one.horizons_s, settings)
    fit_past = _past(known, sessions, sessions[first], settings)
    pieces = [_no_forecasts(known, indexes)]
    if _enough(fit_past, horizon, settings):
        fit_end = sessions[int(fit_past.day.max())]
        models = {name: fit_model(name, fit_past, settings, fit_end) for name in MODELS}
        for day in range(first, last):
            queries = known.take(known.day == day)
            if len(queries.day):
                past = _past(known, sessions, sessions[day], settings)
                p = {name: forecast(past, queries, settings) for name, forecast in FREQUENCY_BASELINES.items()}
                p |= {name: model.forecast(queries) for name, model in models.items()}
                searches = {similar(metric): _search(index, queries, past, settings) for metric, index in indexes.items()}
                p |= {name: np.where(np.isnan(search.p), p[CLIMATOLOGY], search.p) for name, search in searches.items()}
                distance = {name: search.distance for name, search in searches.items()}
                percentile = {name: search.percentile for name, search in searches.items()}
                covered = {name: search.covered for name, search in searches.items()}
                pieces.append(Block(queries, p, distance, percentile, covered))
    return join(pieces)


def join(blocks: Sequence[Block]) -> Block:
    """Blocks of one series as one."""
    first = blocks[0]
    return Block(
        joined([block.episodes for block in blocks]),
        *({name: np.concatenate([getattr(block, field)[name] for block in blocks]) for name in getattr(first, field)} for field in FIELDS),
    )


class _Search(NamedTuple):
    p: NDArray[np.float64]
    distance: NDArray[np.float64]
    percentile: NDArray[np.float64]
    covered: NDArray[np.float64]


def _search(index: Index, queries: ScoredEpisodes, past: ScoredEpisodes, settings: Settings) -> _Search:
    """What the most similar past says about each query of one session.

    It leans on the frequencies of the scored past, as the reference does: those of all the past include episodes that were over before
    the scored window, and a forecaster that says nothing of its own would seem worse than climatology (by 0.008 on simulated days).
    """
    shape = (len(queries.day), len(index.horizons_s), len(CLASSES))
    search = _Search(*(np.full(size, np.nan) for size in (shape, shape[0], shape[0], (shape[0], 2))))
    horizon = signal_horizon(index.key.setup, index.horizons_s, settings)
    date = str(queries.session_date[0])
    view = past_of(index, date, settings)
    if view.scaler is None:
        return search
    climatology = past_climatology(past.kinds, np.arange(len(past.day)), past.day)
    for at, vector in enumerate(queries.vectors):
        neighbours = view.find(vector, date)
        kinds, rows = index.kinds[neighbours.row], neighbours.row
        search.p[at], _ = shrunk_probabilities(neighbours, kinds, climatology, settings.retrieval.kappa)
        quantiles = excursion_quantiles(neighbours, kinds, index.mfe_ticks[rows], index.mae_ticks[rows], horizon, settings.retrieval)
        if quantiles is not None and queries.kinds[at, horizon] != CENSORED:
            came = (index.mfe_ticks[queries.row[at], horizon], index.mae_ticks[queries.row[at], horizon])
            search.covered[at] = [low <= value <= high for value, (low, _, high) in zip(came, quantiles, strict=True)]
        search.distance[at] = neighbours.distance
        percentile = view.percentile(neighbours)
        search.percentile[at] = np.nan if percentile is None else percentile
    return search


def _past(known: ScoredEpisodes, sessions: Sequence[str], as_of: str, settings: Settings) -> ScoredEpisodes:
    """The episodes that a forecast of the session `as_of` may learn from."""
    return known.take(known.day < visible_days(tuple(sessions), as_of, settings.retrieval.embargo_sessions))


def _enough(past: ScoredEpisodes, horizon: int, settings: Settings) -> bool:
    return int((past.kinds[:, horizon] != CENSORED).sum()) >= settings.evaluation.min_past_episodes


def _no_forecasts(known: ScoredEpisodes, indexes: Mapping[str, Index]) -> Block:
    """A block without an episode, so that blocks can be joined."""
    none = known.take(np.zeros(len(known.day), bool))
    shape = (0, known.kinds.shape[1], len(CLASSES))
    names = [similar(metric) for metric in indexes]
    return Block(
        none,
        {name: np.empty(shape) for name in forecaster_names(list(indexes))},
        {name: np.empty(0) for name in names},
        {name: np.empty(0) for name in names},
        {name: np.empty((0, 2)) for name in names},
    )
