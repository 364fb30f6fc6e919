"""Walk forward: every session is answered from the sessions before it, by the function that query and signals use.

A session's answers see only sessions farther back than the embargo; BASE, the scale of the frame and the candidates are those of that very
session, as a query has them. The models beside it are fitted anew every so many sessions and used until the next fit. A *block* is the
sessions of one fit: its forecasts depend on nothing after its last session, so blocks run side by side, and a kept one stays right when
the lake grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.frame import frame_dims
from ..retrieval.answered import answer_by, answer_windows, speak
from ..retrieval.base import cumulate
from ..retrieval.distribution import CLASSES
from ..retrieval.frame_past import FramePast, frame_past
from ..retrieval.moments import Moments, joined
from ..retrieval.observed import placebo
from ..retrieval.past import visible_days
from ..settings import Settings
from .models import MODELS, Fitted, fit_model
from .references import Forecast, climatology, random_walk

BASE, RANDOM_WALK, CLIMATOLOGY = "base", "random_walk", "climatology"
SIMILAR, PLACEBO = "similar", "placebo"
"""Forecasters `similar frame`, ..: the answer, from neighbours by each metric; `placebo frame`: the same neighbours, pairs dealt anew."""
FREE: dict[str, Callable[[FramePast, Moments], Forecast]] = {RANDOM_WALK: random_walk, CLIMATOLOGY: climatology}
"""References that need no fit of their own."""
Pasts = Iterator[tuple[NDArray[np.int64], FramePast, Moments]]
"""Rows of a session's windows, each with the past it is to ask and what it is to be asked with."""
Metric = Callable[[FramePast, Moments], Pasts]


class Said(NamedTuple):
    """What an answer rests on; every array is (windows, ..)."""

    ratio: NDArray[np.float64]
    """(windows, 2) r of break and reject."""
    ratio_sd: NDArray[np.float64]
    """(windows, 2) of ln r; NaN where BASE stands alone."""
    distance: NDArray[np.float64]
    is_strange: NDArray[np.bool_]
    lead: NDArray[np.int8]
    fires: NDArray[np.bool_]


class Block(NamedTuple):
    """Forecasts of the windows of some sessions."""

    moments: Moments
    day: NDArray[np.int64]
    """(windows,) number of the session among all that are evaluated."""
    p: dict[str, Forecast]
    """By forecaster."""
    said: dict[str, Said]
    """By forecaster under judgement."""


def similar(metric: str) -> str:
    """Name of the answer by a metric."""
    return f"{SIMILAR} {metric}"


def placebo_of(metric: str) -> str:
    """Name of its placebo."""
    return f"{PLACEBO} {metric}"


def forecaster_names(metrics: Sequence[str], models: Sequence[str] = tuple(MODELS)) -> list[str]:
    """All forecasters, those under judgement first."""
    return [*map(similar, metrics), BASE, *map(placebo_of, metrics), *FREE, *models]


def blocks_of(sessions: Sequence[str], settings: Settings) -> Iterator[tuple[int, int]]:
    """First and one past the last session of each fit, from the end of the warm-up on."""
    rules = settings.evaluation
    for first in range(rules.warm_up_sessions, len(sessions), rules.refit_sessions):
        yield first, min(first + rules.refit_sessions, len(sessions))


def forecast_block(
    days: Sequence[Moments],
    sessions: tuple[str, ...],
    first: int,
    last: int,
    metrics: Mapping[str, Metric],
    models: Sequence[str],
    settings: Settings,
) -> Block:
    """Answer every candidate window of the sessions `first` up to before `last`.

    Parameters
    ----------
    days : candidates of one setup, of all levels and both directions, by session; only those before `last` are looked at.
    metrics : which past a window asks, by metric.
    models : names of the fitted ones; none for a walk without them.
    """
    pieces, fitted = [_no_forecasts(list(metrics), models, settings)], dict[str, Fitted]()
    for number in range(first, last):
        past = past_of_session(days, sessions, sessions[number], settings)
        if number == first:
            fitted = {name: fit_model(name, past) for name in models}
        if len(days[number].ts_ns):
            pieces.append(_forecast(past, days[number], number, metrics, fitted))
    return join(pieces)


def past_of_session(days: Sequence[Moments], sessions: tuple[str, ...], as_of: str, settings: Settings) -> FramePast:
    """What the session `as_of` may know."""
    visible = visible_days(sessions, as_of, settings.answer.embargo_sessions)
    return frame_past(joined(days[:visible], len(frame_dims()), len(settings.labels.horizons_s)), sessions[:visible], as_of, settings)


def join(blocks: Sequence[Block]) -> Block:
    """Blocks as one, in order."""
    first, moments = blocks[0], [block.moments for block in blocks]
    return Block(
        joined(moments, first.moments.frame.shape[1], first.moments.kinds.shape[1]),
        np.concatenate([block.day for block in blocks]),
        {name: np.concatenate([block.p[name] for block in blocks]) for name in first.p},
        {name: Said(*map(np.concatenate, zip(*(block.said[name] for block in blocks), strict=True))) for name in first.said},
    )


def by_frame(past: FramePast, queries: Moments) -> Pasts:
    """The product's own: one past for all levels and both directions."""
    yield np.arange(len(queries.ts_ns)), past, queries


def _forecast(past: FramePast, queries: Moments, number: int, metrics: Mapping[str, Metric], fitted: Mapping[str, Fitted]) -> Block:
    count, p, said = len(queries.ts_ns), dict[str, Forecast](), dict[str, Said]()
    p[BASE] = cumulate(past.hazards(queries))
    for metric, pasts in metrics.items():
        pieces = [(rows, *_answered(own, asked, number)) for rows, own, asked in pasts(past, queries)]
        back = np.argsort(np.concatenate([rows for rows, *_ in pieces]))
        p[similar(metric)], p[placebo_of(metric)] = (np.concatenate([piece[at] for piece in pieces])[back] for at in (1, 2))
        said[similar(metric)] = Said(*(np.concatenate(column)[back] for column in zip(*(piece[3] for piece in pieces), strict=True)))
    p |= {name: forecast(past, queries) for name, forecast in FREE.items()}
    p |= {name: model.forecast(queries, past.settings) for name, model in fitted.items()}
    names = forecaster_names(list(metrics), list(fitted))
    return Block(queries, np.full(count, number), {name: p[name] for name in names}, said)


def _answered(past: FramePast, queries: Moments, number: int) -> tuple[Forecast, Forecast, Said]:
    """The answer, its placebo, and what it rests on. Whether the book is a vacuum changes no fire."""
    settings = past.settings
    answered = answer_windows(past, queries)
    dealt = answer_by(past, queries, answered.nearest, answered.percentile, placebo(past.experience, settings.evaluation.seed + number))
    primary = settings.labels.horizons_s.index(settings.answer.primary_s)
    spoken, found = speak(answered, queries, np.zeros(len(queries.ts_ns), np.bool_), primary), answered.found
    said = Said(found.ratio, found.ratio_sd, answered.distance, answered.is_strange, answered.worth.lead, spoken.fires)
    return answered.rows.p, dealt.rows.p, said


def _no_forecasts(metrics: Sequence[str], models: Sequence[str], settings: Settings) -> Block:
    """A block without a window, so that blocks can be joined."""
    horizons = len(settings.labels.horizons_s)
    nothing = Said(np.empty((0, 2)), np.empty((0, 2)), np.empty(0), np.empty(0, np.bool_), np.empty(0, np.int8), np.empty(0, np.bool_))
    return Block(
        joined([], len(frame_dims()), horizons),
        np.empty(0, np.int64),
        {name: np.empty((0, horizons, len(CLASSES))) for name in forecaster_names(metrics, models)},
        {similar(metric): nothing for metric in metrics},
    )
