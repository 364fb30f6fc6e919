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
from scipy.special import erfc

from ..retrieval.distribution import CENSORED, CLASSES, class_probabilities, cumulative_incidence, past_climatology, weighted_counts
from ..retrieval.neighbours import effective_n
from ..retrieval.past import FutureSeen
from ..settings import Settings
from ..sources.calendar import sessions_apart
from .episodes import ScoredEpisodes

Forecast = NDArray[np.float64]
"""(queries, horizons, CLASSES) probabilities."""
_NO_GROUP = -1
_SERIES_TERMS = 8
"""Of either series: at the time where one takes over from the other, the next term of both is below 1e-30."""
_IMAGES_UNTIL = 0.25
"""Variance travelled, in squared widths, up to which the image series is used. With these terms both are exact from 0.1 to 2."""


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


def hit_probabilities(
    upper_ticks: NDArray[np.float64], lower_ticks: NDArray[np.float64], sigma_ticks: NDArray[np.float64], time_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chance that a driftless Brownian motion has met the upper barrier first, and the lower one first, within `time_s`.

    Parameters
    ----------
    upper_ticks, lower_ticks : distance from the start up and down to the barriers; all four are broadcast.
    sigma_ticks : ticks per root second.
    time_s : seconds, from 0 on.

    Returns
    -------
    Two arrays of the common shape, in [0, 1]. A start at or beyond a barrier has met it. sigma 0 never meets any. NaN where an input is,
    and where the barriers are not apart.

    Notes
    -----
    With width L, start u = lower / L and variance travelled v = sigma^2 t / L^2, the chance of the upper one first has two series:

        images         sum over k >= 0 of erfc((2k + 1 - u) / sqrt(2v)) - erfc((2k + 1 + u) / sqrt(2v))
        eigenfunctions u + 2/pi sum over n >= 1 of (-1)^n / n sin(n pi u) exp(-n^2 pi^2 v / 2)

    (Borodin and Salminen 2002, Handbook of Brownian Motion, part II, chapter 1, section 3; Cox and Miller 1965, chapter 5). The first
    converges at once for small v and keeps its relative precision where a hit is all but impossible, the second for large v.
    The lower barrier is the upper one of the mirrored walk.
    """
    upper, lower, sigma, seconds = np.broadcast_arrays(
        *(np.asarray(value, np.float64) for value in (upper_ticks, lower_ticks, sigma_ticks, time_s))
    )
    width = upper + lower
    bad = ~(width > 0) | np.isnan(sigma)
    safe_width = np.where(bad, 1.0, width)
    start = np.clip(np.where(bad, 0.5, lower / safe_width), 0.0, 1.0)
    travelled = np.where(bad, 0.0, sigma / safe_width) ** 2 * seconds
    up, down = _upper_first(start, travelled), _upper_first(1 - start, travelled)
    up, down = np.where(start == 1, 1.0, np.where(start == 0, 0.0, up)), np.where(start == 0, 1.0, np.where(start == 1, 0.0, down))
    return np.where(bad, np.nan, up), np.where(bad, np.nan, down)


def image_series(start: NDArray[np.float64], travelled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of the upper barrier first, for a width of 1, by images; `travelled` above 0."""
    odd = 2 * np.arange(_SERIES_TERMS) + 1
    spread = np.sqrt(2 * travelled)[..., None]
    chance: NDArray[np.float64] = (erfc((odd - start[..., None]) / spread) - erfc((odd + start[..., None]) / spread)).sum(axis=-1)
    return chance


def eigen_series(start: NDArray[np.float64], travelled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of the upper barrier first, for a width of 1, by eigenfunctions; `travelled` above 0."""
    n = np.arange(1, _SERIES_TERMS + 1)
    decay = np.exp(-((n * np.pi) ** 2) * travelled[..., None] / 2)
    chance: NDArray[np.float64] = start + 2 / np.pi * ((-1.0) ** n / n * np.sin(n * np.pi * start[..., None]) * decay).sum(axis=-1)
    return chance


def _upper_first(start: NDArray[np.float64], travelled: NDArray[np.float64]) -> NDArray[np.float64]:
    moves = np.where(travelled > 0, travelled, 1.0)
    early = image_series(start, np.minimum(moves, _IMAGES_UNTIL))
    late = eigen_series(start, np.maximum(moves, _IMAGES_UNTIL))
    met = np.clip(np.where(moves <= _IMAGES_UNTIL, early, late), 0.0, 1.0)
    return np.where(travelled > 0, met, 0.0)


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
