"""The query part of `spymaster bench`: one window's answer among random candidates, and the user's plain distance beside FAISS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .market import FRONT, START

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...retrieval.moments import Moments
    from ...settings import Settings

QUERY_ROWS, QUERY_DAYS = 40_000, 68
LAST_OF_QUERIES = "2026-01-30"


class QueryTimes(NamedTuple):
    """Median times of one query, in seconds, measured in a process of their own, which keeps FAISS's threads out of this one."""

    floor: float
    """numpy's float32 product of all vectors and one: every number is read once, nothing is ranked."""
    answer: float
    """One window's whole answer among as many candidates, intervals included."""
    user: float
    faiss: float
    """The same nearest."""


def query_times() -> QueryTimes:
    """A typical query among random candidates on 68 days: the whole answer with its intervals, the user's plain distance, and FAISS."""
    from time import perf_counter

    import faiss
    import numpy as np

    from ...core.features.scaling import fit_scaler
    from ...retrieval.answered import answer_windows
    from ...retrieval.frame_past import frame_past
    from ...retrieval.key import IndexKey, layout_of
    from ...retrieval.nearest import find_nearest, searchable
    from ...retrieval.user_space import plain_scale, scaled
    from ...settings import load_settings
    from ...sources.calendar import sessions_between

    settings, rng = load_settings(), np.random.default_rng(7)
    sessions = sessions_between(START, LAST_OF_QUERIES)
    past = frame_past(_candidates(sessions[:QUERY_DAYS], QUERY_ROWS, rng, settings), tuple(sessions[:QUERY_DAYS]), sessions[-1], settings)
    asked = _candidates(sessions[-1:], 21, rng, settings)
    dims = len(layout_of(IndexKey("pm_high", "level_test", "from_below"), settings).dims)
    vectors = rng.standard_normal((QUERY_ROWS, dims), dtype=np.float32)
    plain = plain_scale(fit_scaler(vectors, START, settings.scaling.clip_sigma, settings.scaling.min_rows))
    z = scaled(vectors, plain).astype(np.float32)
    queries = scaled(rng.standard_normal((21, dims), dtype=np.float32), plain).astype(np.float32)

    def typical(ask: Callable[[Any], Any]) -> float:
        ask(0)
        seconds = []
        for number in range(1, 21):
            began = perf_counter()
            ask(number)
            seconds.append(perf_counter() - began)
        return float(np.median(seconds))

    index = faiss.IndexFlatL2(dims)
    index.add(z)
    held = searchable(z)
    return QueryTimes(
        floor=typical(lambda number: z @ queries[number]),
        answer=typical(lambda number: answer_windows(past, asked.take(np.array([number])))),
        user=typical(lambda number: find_nearest(queries[[number]], held, settings.answer.k)),
        faiss=typical(lambda number: index.search(queries[[number]], settings.answer.k)),
    )


def _candidates(sessions: list[str], rows: int, rng: Any, settings: Settings) -> Moments:
    """Random windows of level tests, eight of a test, and outcomes that know nothing of them."""
    import numpy as np

    from ...core.frame import frame_dims
    from ...retrieval.base import Standing
    from ...retrieval.distribution import BREAK, REJECT
    from ...retrieval.moments import KEY_COLUMNS, Moments

    horizons = len(settings.labels.horizons_s)
    key = np.empty((rows, len(KEY_COLUMNS)), object)
    key[:, 0] = np.repeat(sessions, -(-rows // len(sessions)))[:rows]
    key[:, 1:5] = (FRONT, "level_test", "pm_high", "from_below")
    key[:, 5] = np.arange(rows) // 8
    standing = Standing(
        x_ticks=rng.integers(-7, 8, rows).astype(np.float64),
        barrier_ticks=np.full(rows, 8.0),
        sigma=rng.uniform(0.3, 0.8, rows),
        rv=np.full(rows, 0.3),
        prof=np.full(rows, 0.3),
        age_s=np.tile([0.0, 15.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0], -(-rows // 8))[:rows],
        is_later=np.zeros(rows, np.bool_),
    )
    kinds = np.repeat(np.where(rng.random(rows) < 0.5, BREAK, REJECT)[:, None], horizons, axis=1).astype(np.int8)
    return Moments(key, np.arange(rows, dtype=np.int64), standing, rng.standard_normal((rows, len(frame_dims())), dtype=np.float32), kinds)
