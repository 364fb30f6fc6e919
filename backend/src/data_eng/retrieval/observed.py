"""ANSWER: how often similar setups did what their own BASE expected of them, and what that makes of the BASE here.

O, E  over the intervals up to the primary horizon in which a neighbour was at risk (undecided before, seen to the end): O is 1 for the
      class that it was decided for, E the sum of the hazards of its own BASE. A neighbour that is censored in an interval leaves both from
      there on. Summed with the neighbours' weights.
r     (O + kappa) / (E + kappa), for break and for reject: kappa outcomes are taken to be seen beside the neighbours, as often as expected.
      Without neighbours r is 1 and the answer is BASE, bit for bit.
q'    r_c q_c / (1 - q_B - q_R + r_B q_B + r_R q_R): the odds of each class against none in an interval, times r.
L     ln(r_B / r_R), above 0 where break was seen more often than expected against reject. z = |L| / its standard error.

Standard errors sum by day, for setups of one day resemble each other, and are never below what independent outcomes would give.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from .base import cumulate
from .distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW

BREAKS, REJECTS, CHOPS = range(3)
"""Places on the class axis, distribution.CLASSES."""
NO_LEAD = CHOP
"""Leading class where neither break nor reject leads."""


class Experience(NamedTuple):
    """What the candidates of the past did, and what their own BASE expected; made once for all queries of a day."""

    observed: NDArray[np.float64]
    """(candidates, 2) O of break and reject: 0 or 1."""
    expected: NDArray[np.float64]
    """(candidates, 2) E."""
    day: NDArray[np.int64]
    """(candidates,) 0, 1, 2, .. tells days apart."""
    setup: NDArray[np.int64]
    """(candidates,) 0, 1, 2, .. tells setups apart: a setup's windows are candidates of their own."""


class Evidence(NamedTuple):
    """What the neighbours of each query say against their BASE. Class axes are break, reject."""

    observed: NDArray[np.float64]
    """(queries, 2) weighted O."""
    expected: NDArray[np.float64]
    """(queries, 2) weighted E."""
    weight: NDArray[np.float64]
    """(queries,) sum of the weights."""
    ratio: NDArray[np.float64]
    """(queries, 2) r."""
    ratio_sd: NDArray[np.float64]
    """(queries, 2) standard error of ln r; NaN where BASE stands alone."""
    log_ratio: NDArray[np.float64]
    """(queries,) L."""
    log_ratio_sd: NDArray[np.float64]
    """(queries,) its standard error; NaN where BASE stands alone."""
    z: NDArray[np.float64]
    """(queries,) |L| / its standard error; 0 where nothing was expected and nothing seen."""
    setups: NDArray[np.int64]
    """(queries,) distinct setups among the neighbours."""
    days: NDArray[np.int64]
    """(queries,) distinct days among the neighbours."""


class AnsweredRows(NamedTuple):
    """Distributions of each query, (queries, horizons, CLASSES)."""

    base: NDArray[np.float64]
    p: NDArray[np.float64]
    low: NDArray[np.float64]
    """NaN where BASE stands alone."""
    high: NDArray[np.float64]
    """As `low`."""


class Counts(NamedTuple):
    """Neighbours as whole setups, each (queries,)."""

    setups: NDArray[np.int64]
    days: NDArray[np.int64]
    broke: NDArray[np.int64]
    expected_broke: NDArray[np.int64]
    rejected: NDArray[np.int64]
    expected_rejected: NDArray[np.int64]
    neither: NDArray[np.int64]
    """The rest of the setups; those not seen to the end among them."""


def experience(kinds: NDArray[np.int8], hazards: NDArray[np.float64], day: NDArray[Any], setup: NDArray[Any], intervals: int) -> Experience:
    """Of all candidates.

    Parameters
    ----------
    kinds : (candidates, horizons) codes; hazards : (candidates, horizons, 2) of each one's own BASE.
    day, setup : (candidates,) labels of any kind.
    intervals : how many horizons there are up to the primary one, which is the last that counts.
    """
    observed, expected = observed_expected(kinds, hazards, intervals)
    return Experience(observed, expected, *(np.unique(label, return_inverse=True)[1].astype(np.int64) for label in (day, setup)))


def observed_expected(
    kinds: NDArray[np.int8], hazards: NDArray[np.float64], intervals: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(candidates, 2) O and E over the first `intervals`. Both barriers at one time leaves a candidate undecided."""
    undecided = (kinds == CHOP) | (kinds == WHIPSAW)
    before = np.concatenate([np.ones((len(kinds), 1), np.bool_), np.logical_and.accumulate(undecided, axis=1)[:, :-1]], axis=1)
    at_risk = (before & (kinds != CENSORED))[:, :intervals, None]
    came = kinds[:, :intervals, None] == np.array([BREAK, REJECT])
    return (at_risk & came).sum(axis=1).astype(np.float64), np.where(at_risk, hazards[:, :intervals], 0.0).sum(axis=1)


def placebo(past: Experience, seed: int) -> Experience:
    """The same candidates with their pairs of O and E dealt out anew: neighbours then say nothing, whatever made them near."""
    order = np.random.default_rng(seed).permutation(len(past.day))
    return past._replace(observed=past.observed[order], expected=past.expected[order])


def neighbour_weights(squared_distance: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """exp(-decay (d2 - nearest) / (farthest - nearest)) of each query's neighbours, (queries, K) in any order.

    1 where all are equally far, 0 where d2 is inf: no neighbour.
    """
    found = np.isfinite(squared_distance)
    nearest = np.where(found, squared_distance, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    span = np.where(found, squared_distance, -np.inf).max(axis=1, initial=-np.inf, keepdims=True) - nearest
    beyond = np.where(found, squared_distance, 0.0) - np.where(np.isfinite(nearest), nearest, 0.0)
    relative = np.divide(beyond, span, out=np.zeros_like(beyond), where=found & (span > 0))
    return np.where(found, np.exp(-decay * relative), 0.0)


def evidence(past: Experience, neighbours: NDArray[np.int64], weight: NDArray[np.float64], kappa: float) -> Evidence:
    """What the neighbours say.

    Parameters
    ----------
    neighbours : (queries, K) positions in `past`; -1 for none.
    weight : (queries, K) of each, see `neighbour_weights`.

    Notes
    -----
    1,500 queries of 100 neighbours among 40,000 candidates: 6 ms on one 2.6 GHz core.
    """
    sums = _no_sums(len(neighbours))
    _add_up(neighbours, weight, past, float(kappa), sums)
    prior = sums.expected + kappa
    ratio = (sums.observed + kappa) / prior
    log_ratio = np.log(ratio[:, BREAKS] / ratio[:, REJECTS])
    log_ratio_sd = np.sqrt(np.maximum(sums.side_by_day, (sums.variance / prior**2).sum(axis=1)))
    return Evidence(
        observed=sums.observed,
        expected=sums.expected,
        weight=sums.weight,
        ratio=ratio,
        ratio_sd=np.sqrt(np.maximum(sums.by_day, sums.variance)) / prior,
        log_ratio=log_ratio,
        log_ratio_sd=log_ratio_sd,
        z=np.divide(np.abs(log_ratio), log_ratio_sd, out=np.zeros(len(log_ratio)), where=log_ratio_sd > 0),
        setups=sums.setups,
        days=sums.days,
    )


def base_alone(found: Evidence, alone: NDArray[np.bool_]) -> Evidence:
    """The same with r = 1 and no standard error where `alone`: too little past, or none that is comparable. Counts stay as they were."""
    both = alone[:, None]
    return found._replace(
        ratio=np.where(both, 1.0, found.ratio),
        ratio_sd=np.where(both, np.nan, found.ratio_sd),
        log_ratio=np.where(alone, 0.0, found.log_ratio),
        log_ratio_sd=np.where(alone, np.nan, found.log_ratio_sd),
        z=np.where(alone, 0.0, found.z),
    )


def answer_hazards(hazards: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """(queries, horizons, 2) hazards of the answer, from those of BASE and (queries, 2) ratios. Ratios of 1 change no bit."""
    breaks, rejects = hazards[..., BREAKS] * ratio[:, BREAKS, None], hazards[..., REJECTS] * ratio[:, REJECTS, None]
    excess = hazards[..., BREAKS] * (ratio[:, BREAKS, None] - 1) + hazards[..., REJECTS] * (ratio[:, REJECTS, None] - 1)
    return np.stack([breaks, rejects], axis=-1) / (1 + excess)[..., None]


def answer_rows(hazards: NDArray[np.float64], found: Evidence, interval: float) -> AnsweredRows:
    """Distributions of BASE and of the answer with its interval, from the queries' own (queries, horizons, 2) hazards.

    A class's ends are its chance with its own r moved by e^(+-z sd) and the other's left, so the ends of two classes are never met
    together. CHOP has no r; its ends are the lowest and highest that those moves leave it.
    """
    p, reach = cumulate(answer_hazards(hazards, found.ratio)), interval_z(interval)
    moved = {
        (place, sign): cumulate(answer_hazards(hazards, _moved(found, place, sign * reach)))
        for place in (BREAKS, REJECTS)
        for sign in (-1, 1)
    }
    low, high = p.copy(), p.copy()
    for place in (BREAKS, REJECTS):
        low[..., place], high[..., place] = moved[place, -1][..., place], moved[place, 1][..., place]
    chops = np.stack([rows[..., CHOPS] for rows in moved.values()])
    low[..., CHOPS], high[..., CHOPS] = chops.min(axis=0), chops.max(axis=0)
    return AnsweredRows(cumulate(hazards), p, low, high)


def interval_z(interval: float) -> float:
    """Standard errors either side, to the two decimals that tables print: 1.64 for 90 %, 1.96 for 95 %."""
    from scipy.special import ndtri

    return round(float(ndtri((1 + interval) / 2)), 2)


def leading(found: Evidence) -> NDArray[np.int8]:
    """(queries,) BREAK or REJECT: the class with the larger r, where that is above 1; else NO_LEAD."""
    is_break = (found.log_ratio > 0) & (found.ratio[:, BREAKS] > 1)
    is_reject = (found.log_ratio < 0) & (found.ratio[:, REJECTS] > 1)
    return np.select([is_break, is_reject], [BREAK, REJECT], NO_LEAD).astype(np.int8)


def counts(found: Evidence) -> Counts:
    """O and E in setups: times distinct setups / sum of weights, rounded so that broke, rejected and neither are all of them."""
    scale = np.divide(found.setups, found.weight, out=np.zeros(len(found.weight)), where=found.weight > 0)
    broke, decided, expected_broke, expected_rejected = (
        np.floor(scale * value + 0.5).astype(np.int64)
        for value in (found.observed[:, BREAKS], found.observed.sum(axis=1), found.expected[:, BREAKS], found.expected[:, REJECTS])
    )
    return Counts(found.setups, found.days, broke, expected_broke, decided - broke, expected_rejected, found.setups - decided)


def _moved(found: Evidence, place: int, errors: float) -> NDArray[np.float64]:
    """(queries, 2) ratios, that of one class moved by so many standard errors."""
    ratio = found.ratio.copy()
    ratio[:, place] *= np.exp(errors * found.ratio_sd[:, place])
    return ratio


class _Sums(NamedTuple):
    """Of the neighbours of each query: (queries, 2) by class, (queries,) of all."""

    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    variance: NDArray[np.float64]
    """Sum of w^2 E."""
    by_day: NDArray[np.float64]
    """Sum over days of the square of a day's sum of w (O - E)."""
    side_by_day: NDArray[np.float64]
    """The same of u, the part of each neighbour in L."""
    weight: NDArray[np.float64]
    setups: NDArray[np.int64]
    days: NDArray[np.int64]


def _no_sums(queries: int) -> _Sums:
    by_class, of_all = (queries, 2), queries
    return _Sums(
        observed=np.zeros(by_class),
        expected=np.zeros(by_class),
        variance=np.zeros(by_class),
        by_day=np.zeros(by_class),
        side_by_day=np.zeros(of_all),
        weight=np.zeros(of_all),
        setups=np.zeros(of_all, np.int64),
        days=np.zeros(of_all, np.int64),
    )


@allocating
def _add_up(neighbours, weight, past, kappa, sums):
    """Fill the sums of all queries."""
    days = past.day.max() + 1 if len(past.day) else 0
    day_seen, setup_seen = np.full(days, -1), np.full(past.setup.max() + 1 if len(past.setup) else 0, -1)
    of_day, touched = np.zeros((days, 3)), np.empty(neighbours.shape[1], np.int64)
    for query in range(len(neighbours)):
        for place in range(neighbours.shape[1]):
            candidate, w = neighbours[query, place], weight[query, place]
            if candidate < 0:
                continue
            sums.weight[query] += w
            for side in range(2):
                sums.observed[query, side] += w * past.observed[candidate, side]
                sums.expected[query, side] += w * past.expected[candidate, side]
                sums.variance[query, side] += w * w * past.expected[candidate, side]
            if day_seen[past.day[candidate]] != query:
                day_seen[past.day[candidate]] = query
                touched[sums.days[query]] = past.day[candidate]
                sums.days[query] += 1
            if setup_seen[past.setup[candidate]] != query:
                setup_seen[past.setup[candidate]] = query
                sums.setups[query] += 1
        _add_up_days(query, neighbours[query], weight[query], past, kappa, sums, of_day, touched)


@allocating
def _add_up_days(query, neighbours, weight, past, kappa, sums, of_day, touched):
    """The sums of squares over the days in `touched`. `of_day`, (days, 3) for break, reject and u, comes and leaves as zeros."""
    per_break, per_reject = sums.expected[query, 0] + kappa, sums.expected[query, 1] + kappa
    for place in range(len(neighbours)):
        candidate, w = neighbours[place], weight[place]
        if candidate >= 0:
            breaks = w * (past.observed[candidate, 0] - past.expected[candidate, 0])
            rejects = w * (past.observed[candidate, 1] - past.expected[candidate, 1])
            day = past.day[candidate]
            of_day[day, 0] += breaks
            of_day[day, 1] += rejects
            of_day[day, 2] += breaks / per_break - rejects / per_reject
    for place in range(sums.days[query]):
        day = touched[place]
        sums.by_day[query, 0] += of_day[day, 0] ** 2
        sums.by_day[query, 1] += of_day[day, 1] ** 2
        sums.side_by_day[query] += of_day[day, 2] ** 2
        of_day[day] = 0.0
