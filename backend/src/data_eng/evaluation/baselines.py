"""Forecasts that know no order book: how often, how lately, what time, how far, which way. A similar past must beat every one of them.

Frequencies
-----------
Each takes the past's scored episodes of one series, weighs or chooses among them, and counts as an outcome distribution is counted
everywhere here: a censored episode leaves the denominator of its horizon, and what was decided stays decided, so every forecast is
monotone over horizons. A choice of few episodes is shrunk: the whole past's frequencies act as kappa effective episodes beside it.

Random walk
-----------
The mid is taken for a driftless Brownian motion between the two barriers; the only thing known is where it stands and how much it moves.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.passage import hit_probabilities
from ..retrieval.distribution import CENSORED, CLASSES, class_probabilities, cumulative_incidence, past_climatology, weighted_counts
from ..retrieval.neighbours import effective_n
from ..retrieval.past import FutureSeen
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .episodes import ScoredEpisodes

Forecast = NDArray[np.float64]
"""(queries, horizons, CLASSES) probabilities."""
_NO_GROUP = -1


def check_past(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> None:
    """Raise `FutureSeen` unless every past episode lies further back of every query than the embargo."""
    if len(past.session_date):
        require_after(str(max(past.session_date)), queries, settings.retrieval.embargo_sessions, f"the past of {past.key}")


def require_after(last_day: str, queries: ScoredEpisodes, embargo_sessions: int, what: str) -> None:
    """Raise `FutureSeen` unless every query is more than the embargo after `last_day`, the last that `what` knows of."""
    if len(queries.session_date) == 0:
        return
    earliest = str(min(queries.session_date))
    if sessions_apart(last_day, earliest) <= embargo_sessions:
        raise FutureSeen(
            f"{what} holds {last_day}; a query of {{value}} may see only sessions more than {embargo_sessions} before it.",
            value=earliest,
            fix=f"Forecast {earliest} from earlier sessions alone.",
        )


def climatology_of(past: ScoredEpisodes) -> NDArray[np.float64]:
    """(horizons, CLASSES) share of the past's episodes that ended each way, each counting once; thirds where none was seen at all.

    Behind the last horizon that any was seen to, the shares stay what they were.
    """
    return _frequencies(past, np.ones(len(past.day)))


def climatology(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> Forecast:
    """The same for every query: what the past's episodes did."""
    check_past(past, queries, settings)
    return _repeated(climatology_of(past), queries)


def recency(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> Forecast:
    """Climatology in which an episode counts half for every `recency_half_life_sessions` that it is older than the past's newest."""
    check_past(past, queries, settings)
    age_sessions = past.day.max(initial=0) - past.day
    return _repeated(_frequencies(past, 0.5 ** (age_sessions / settings.evaluation.recency_half_life_sessions)), queries)


def time_of_day(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> Forecast:
    """Climatology of the past's episodes at the query's time since the open, shrunk; before the first bin counts as the first."""
    edges_s = np.asarray(settings.evaluation.time_of_day_bins_s[1:])
    groups = [np.searchsorted(edges_s, episodes.open_s, side="right") for episodes in (past, queries)]
    return _by_group(past, queries, groups[0], groups[1], settings)


def momentum(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> Forecast:
    """Climatology of the past's episodes that came the same way: toward a break, away from it or not at all, shrunk.

    A query whose move is unknown (NaN) gets the climatology.
    """
    groups = [np.nan_to_num(np.sign(episodes.momentum_ticks) + 1, nan=_NO_GROUP).astype(np.int64) for episodes in (past, queries)]
    return _by_group(past, queries, groups[0], groups[1], settings)


def random_walk(past: ScoredEpisodes, queries: ScoredEpisodes, settings: Settings) -> Forecast:
    """Chance that a Brownian motion from the mid meets the upper or the lower barrier first, by each horizon.

    Climatology where no volatility was measured (0 or NaN: a price seen not to move for two minutes says nothing of how far it will go)
    or where the barriers are not apart.
    """
    check_past(past, queries, settings)
    up, down = hit_probabilities(
        queries.upper_ticks[:, None],
        queries.lower_ticks[:, None],
        queries.volatility_ticks[:, None],
        np.asarray(settings.labels.horizons_s),
    )
    p_break, p_reject = (up, down) if queries.from_below else (down, up)
    walked = np.stack([p_break, p_reject, np.maximum(1 - p_break - p_reject, 0.0)], axis=-1)
    can_say = (queries.volatility_ticks > 0)[:, None, None] & np.isfinite(walked).all(axis=(1, 2), keepdims=True)
    return np.where(can_say, walked, climatology_of(past))


def _by_group(
    past: ScoredEpisodes, queries: ScoredEpisodes, past_group: NDArray[np.int64], query_group: NDArray[np.int64], settings: Settings
) -> Forecast:
    """For each query the shrunk frequencies of its group; the climatology for a group that the past has nothing of."""
    check_past(past, queries, settings)
    forecast = climatology(past, queries, settings)
    for group in np.unique(query_group[query_group != _NO_GROUP]):
        forecast[query_group == group] = _shrunk(past, past_group == group, settings.retrieval.kappa)
    return forecast


def _shrunk(past: ScoredEpisodes, chosen: NDArray[np.bool_], kappa: float) -> NDArray[np.float64]:
    """(horizons, CLASSES) of the chosen episodes, as many as are effective by day, beside `kappa` that did as the whole past."""
    seen = chosen & (past.kinds[:, 0] != CENSORED)
    if not seen.any():
        return climatology_of(past)
    counts = weighted_counts(past.kinds, chosen.astype(np.float64))
    whole = past_climatology(past.kinds, np.arange(len(past.day)), past.day)
    per_episode = effective_n(np.ones(int(seen.sum())), past.day[seen]) / counts.at_risk[0]
    return class_probabilities(cumulative_incidence(counts, whole.per_episode, per_episode, kappa))


def _frequencies(past: ScoredEpisodes, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """(horizons, CLASSES) weighted shares; thirds where no episode was seen to any horizon."""
    if (past.kinds == CENSORED).all():
        return np.full((past.kinds.shape[1], len(CLASSES)), 1 / len(CLASSES))
    counts = weighted_counts(past.kinds, weight)
    return class_probabilities(cumulative_incidence(counts, counts, 1.0, 0.0))


def _repeated(probabilities: NDArray[np.float64], queries: ScoredEpisodes) -> Forecast:
    return np.tile(probabilities, (len(queries.day), 1, 1))


FREQUENCY_BASELINES: dict[str, Callable[[ScoredEpisodes, ScoredEpisodes, Settings], Forecast]] = {
    "climatology": climatology,
    "recency": recency,
    "time_of_day": time_of_day,
    "random_walk": random_walk,
    "momentum": momentum,
}
"""By name; each refuses a past that the queries may not see."""
