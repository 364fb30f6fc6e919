"""What happened next: the outcome distribution of the neighbours, by horizon, shrunk toward the past's own frequencies.

Outcomes and censoring
----------------------
A neighbour is undecided until a barrier is touched; then it is a BREAK, a REJECT or, when both were touched at one timestamp, a WHIPSAW,
and stays so. At each horizon the share decided each way is taken of those still undecided before it and seen to its end, so a CENSORED
neighbour leaves the denominator of its horizon and of the later ones, while its earlier horizons keep what was seen (Aalen and Johansen
1978, Scand. J. Stat. 5, on a grid of horizons). Shares decided only ever add up: the distribution is monotone over horizons by
construction. Where nothing is censored this is the plain weighted share.

WHIPSAW is shown apart, and within the three classes it counts as CHOP: neither side of the trade was there to be had.

Shrinkage
---------
The past's frequencies (climatology) act as kappa effective episodes that were seen beside the n_eff of the neighbours, split over the
horizons as the past itself was decided. Without censoring this is exactly

    p = (n_eff p_neighbours + kappa climatology) / (n_eff + kappa)

at every horizon; with censoring a horizon at which fewer neighbours are left leans further on the climatology. Either way monotone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.compiled import allocating
from ..core.outcomes import Outcome, OutcomeKind
from ..errors import SpymasterError
from ..sections import RetrievalSettings
from .neighbours import Neighbours, effective_n

CHOP, BREAK, REJECT, WHIPSAW, CENSORED = range(5)
"""Codes of the outcome kinds."""
_CODES = {
    OutcomeKind.CHOP: CHOP,
    OutcomeKind.BREAK: BREAK,
    OutcomeKind.REJECT: REJECT,
    OutcomeKind.WHIPSAW: WHIPSAW,
    OutcomeKind.CENSORED: CENSORED,
}
KIND_OF_OUTCOME = {outcome.value: _CODES[outcome.kind] for outcome in Outcome}
CLASSES = ("break", "reject", "chop")
"""Order of the class axis of every probability."""
DECIDED = (BREAK, REJECT, WHIPSAW)
"""Order of the last axis of an incidence."""
QUANTILES = (0.1, 0.5, 0.9)
BOOTSTRAP_SEED = 20251016
"""Fixed, so that the same neighbours give the same interval."""


class UnknownOutcome(SpymasterError):
    """An outcome name that is none of the label's."""


class Counts(NamedTuple):
    """Weighted counts that a distribution is made of."""

    at_risk: NDArray[np.float64]
    """(.., horizons) undecided before the horizon and seen to its end."""
    decided: NDArray[np.float64]
    """(.., horizons, DECIDED) decided within the horizon, of those."""


@dataclass(frozen=True)
class Climatology:
    """What episodes of this level, approach and setup did in the past, each episode counting once."""

    incidence: NDArray[np.float64]
    """(horizons, DECIDED) share decided each way by each horizon."""
    seen: NDArray[np.bool_]
    """(horizons,) whether any episode of the past was seen to the horizon's end."""
    episodes: int
    days: int

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """(horizons, CLASSES)"""
        return class_probabilities(self.incidence)

    @cached_property
    def per_episode(self) -> Counts:
        """What one episode that behaves like the past counts."""
        undecided = 1 - np.concatenate([[0.0], self.incidence[:-1].sum(axis=1)])
        return Counts(undecided, np.diff(self.incidence, axis=0, prepend=0.0))


class Excursions(NamedTuple):
    """Quantiles 10, 50, 90 in ticks, signed by the approach."""

    mfe_ticks: tuple[float, float, float]
    mae_ticks: tuple[float, float, float]


class HorizonOutcome(NamedTuple):
    """The outcome distribution at one horizon; the three-wide fields are in the order of CLASSES."""

    horizon_s: int
    p: tuple[float, float, float]
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    base: tuple[float, float, float]
    whipsaw: float
    """Share of both barriers at one timestamp; part of chop."""
    episodes: int
    days: int
    n_eff: float
    """Of the neighbours whose outcome at this horizon is known."""
    excursions: Excursions | None
    """None where n_eff is too small for quantiles to mean anything."""


def outcome_kinds(outcomes: NDArray[np.str_]) -> NDArray[np.int8]:
    """Kinds of outcome names, same shape. Raises `UnknownOutcome`."""
    names, position = np.unique(outcomes, return_inverse=True)
    unknown = [str(name) for name in names if str(name) not in KIND_OF_OUTCOME]
    if unknown:
        raise UnknownOutcome(f"outcomes {unknown} are unknown. Expected: {', '.join(KIND_OF_OUTCOME)}. Rebuild the trigger vectors.")
    codes = np.array([KIND_OF_OUTCOME[str(name)] for name in names], np.int8)
    return codes[position].reshape(outcomes.shape)


def past_climatology(kinds: NDArray[np.int8], episode_of_row: NDArray[np.int64], day_of_episode: NDArray[np.int64]) -> Climatology:
    """Frequencies of all past episodes; an episode's weight is spread evenly over its windows, any of which a query may resemble.

    `kinds` is (windows, horizons).
    """
    windows = np.bincount(episode_of_row, minlength=len(day_of_episode))
    counts = weighted_counts(kinds, 1.0 / windows[episode_of_row])
    return Climatology(
        cumulative_incidence(counts, counts, 1.0, 0.0),
        (kinds != CENSORED).any(axis=0),
        int((windows > 0).sum()),
        len(np.unique(day_of_episode)),
    )


def outcome_distribution(
    neighbours: Neighbours,
    kinds: NDArray[np.int8],
    mfe_ticks: NDArray[np.float32],
    mae_ticks: NDArray[np.float32],
    climatology: Climatology,
    horizons_s: tuple[int, ...],
    rules: RetrievalSettings,
) -> list[HorizonOutcome]:
    """The distribution at every horizon that the past has seen.

    `kinds`, `mfe_ticks` and `mae_ticks` are (neighbours, horizons).
    """
    probabilities, incidence = shrunk_probabilities(neighbours, kinds, climatology, rules.kappa)
    outcomes = []
    for horizon, horizon_s in enumerate(horizons_s):
        if not climatology.seen[horizon]:
            continue
        known = kinds[:, horizon] != CENSORED
        n_eff = effective_n(neighbours.weight[known], neighbours.day[known])
        low, high = interval(neighbours, kinds, climatology, horizon, rules)
        outcomes.append(
            HorizonOutcome(
                horizon_s,
                _three(probabilities[horizon]),
                _three(low),
                _three(high),
                _three(climatology.probabilities[horizon]),
                float(incidence[horizon, DECIDED.index(WHIPSAW)]),
                int(known.sum()),
                len(np.unique(neighbours.day[known])),
                n_eff,
                excursion_quantiles(neighbours, kinds, mfe_ticks, mae_ticks, horizon, rules),
            )
        )
    return outcomes


def excursion_quantiles(
    neighbours: Neighbours,
    kinds: NDArray[np.int8],
    mfe_ticks: NDArray[np.float32],
    mae_ticks: NDArray[np.float32],
    horizon: int,
    rules: RetrievalSettings,
) -> Excursions | None:
    """QUANTILES of the neighbours seen to the horizon; None where too few of them are effective. Arrays are (neighbours, horizons)."""
    known = kinds[:, horizon] != CENSORED
    weight = neighbours.weight[known]
    if effective_n(weight, neighbours.day[known]) < rules.quantiles_min_n_eff:
        return None
    ticks = (mfe_ticks[known, horizon], mae_ticks[known, horizon])
    return Excursions(*(_three([weighted_quantile(values, weight, share) for share in QUANTILES]) for values in ticks))


def shrunk_probabilities(
    neighbours: Neighbours, kinds: NDArray[np.int8], climatology: Climatology, kappa: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(horizons, CLASSES) probabilities and (horizons, DECIDED) incidences."""
    incidence = _shrunk_incidence(weighted_counts(kinds, neighbours.weight), _n_eff_seen(neighbours, kinds), climatology, kappa)
    return class_probabilities(incidence), incidence


def interval(
    neighbours: Neighbours, kinds: NDArray[np.int8], climatology: Climatology, horizon: int, rules: RetrievalSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper end for each class at one horizon: the wider of a Dirichlet and a bootstrap of the neighbours by day.

    The Dirichlet has as many observations as known neighbours are effective, and kappa. The bootstrap draws days with all their
    neighbours. Both ends are moved, where they must be, to hold the probability itself.
    """
    probabilities, _ = shrunk_probabilities(neighbours, kinds, climatology, rules.kappa)
    p = probabilities[horizon]
    known = kinds[:, horizon] != CENSORED
    observations = effective_n(neighbours.weight[known], neighbours.day[known]) + rules.kappa
    tails = ((1 - rules.interval) / 2, (1 + rules.interval) / 2)
    draws = (
        _dirichlet_draws(observations * p, rules.bootstrap_draws),
        _bootstrap_draws(neighbours, kinds[:, : horizon + 1], climatology, rules),
    )
    dirichlet, resampled = np.split(_quantiles(np.concatenate(draws, axis=1), tails), 2, axis=1)
    wider = np.where(resampled[1] - resampled[0] > dirichlet[1] - dirichlet[0], resampled, dirichlet)
    return np.minimum(wider[0], p), np.maximum(wider[1], p)


def weighted_counts(kinds: NDArray[np.int8], weight: NDArray[np.float64]) -> Counts:
    """Sum of the weights at risk and decided, by horizon."""
    at_risk, decided = _at_risk_and_decided(kinds)
    return Counts(_product(weight[None], at_risk)[0], _product(weight[None], _flat(decided)).reshape(decided.shape[1:]))


def cumulative_incidence(counts: Counts, past: Counts, times: float | NDArray[np.float64], past_times: float) -> NDArray[np.float64]:
    """(.., horizons, DECIDED) share decided each way by each horizon, of `times` the counts and `past_times` the past's together.

    A horizon at which nobody is at risk decides nothing. `past` is (horizons or more,) and so on; `times` may differ from draw to draw.
    """
    draws, shape = counts.at_risk.reshape(-1, counts.at_risk.shape[-1]), counts.decided.shape
    out = np.empty((len(draws), *shape[-2:]))
    each = np.broadcast_to(times, len(draws)).copy()
    _add_up(draws, counts.decided.reshape(out.shape), each, past.at_risk, past.decided, past_times, out)
    return out.reshape(shape)


def class_probabilities(incidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """(.., CLASSES) from (.., DECIDED): what is neither a break nor a reject is chop, a whipsaw too."""
    p_break, p_reject = incidence[..., DECIDED.index(BREAK)], incidence[..., DECIDED.index(REJECT)]
    return np.stack([p_break, p_reject, np.maximum(1 - p_break - p_reject, 0.0)], axis=-1)


def weighted_quantile(values: NDArray[np.float32], weight: NDArray[np.float64], share: float) -> float:
    """The smallest value at or below which at least `share` of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order][min(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)), len(order) - 1)])


@allocating
def _at_risk_and_decided(kinds: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rows, horizons) and (rows, horizons, DECIDED), 0 or 1."""
    rows, horizons = kinds.shape
    at_risk, decided = np.zeros((rows, horizons)), np.zeros((rows, horizons, len(DECIDED)))
    for row in range(rows):
        for horizon in range(horizons):
            before, kind = kinds[row, horizon - 1] if horizon > 0 else CHOP, kinds[row, horizon]
            if before == CHOP and kind != CENSORED:
                at_risk[row, horizon] = 1.0
                for way in range(len(DECIDED)):
                    if kind == DECIDED[way]:
                        decided[row, horizon, way] = 1.0
    return at_risk, decided


@allocating
def _product(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrix product with every sum in the order of the rows of `right`: the library's depends on how many threads it has."""
    out = np.zeros((left.shape[0], right.shape[1]))
    for row in range(left.shape[0]):
        for inner in range(left.shape[1]):
            for column in range(right.shape[1]):
                out[row, column] += left[row, inner] * right[inner, column]
    return out


def _flat(decided: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows, horizons x DECIDED), as a matrix product takes it."""
    rows, horizons, ways = decided.shape
    return decided.reshape(rows, horizons * ways)


def _n_eff_seen(neighbours: Neighbours, kinds: NDArray[np.int8]) -> float:
    """Effective n of the neighbours seen to the end of the first horizon; the others say nothing."""
    seen = kinds[:, 0] != CENSORED
    return effective_n(neighbours.weight[seen], neighbours.day[seen])


def _shrunk_incidence(counts: Counts, n_eff: float, climatology: Climatology, kappa: float) -> NDArray[np.float64]:
    """Incidence of the neighbours, scaled to n_eff observations, together with kappa observations of the climatology."""
    first = counts.at_risk[..., 0]
    per_weight = np.divide(n_eff, first, out=np.zeros_like(first), where=first > 0)
    return cumulative_incidence(counts, climatology.per_episode, per_weight, kappa)


@allocating
def _add_up(
    at_risk: NDArray[np.float64],
    decided: NDArray[np.float64],
    times: NDArray[np.float64],
    past_at_risk: NDArray[np.float64],
    past_decided: NDArray[np.float64],
    past_times: float,
    out: NDArray[np.float64],
) -> None:
    """Into `out` (draws, horizons, DECIDED): each horizon decides its share of those that the ones before left undecided."""
    draws, horizons, ways = decided.shape
    for draw in range(draws):
        undecided = 1.0
        for horizon in range(horizons):
            share_decided = 0.0
            all_at_risk = times[draw] * at_risk[draw, horizon] + past_times * past_at_risk[horizon]
            for way in range(ways):
                all_decided = times[draw] * decided[draw, horizon, way] + past_times * past_decided[horizon, way]
                hazard = all_decided / all_at_risk if all_at_risk > 0 else 0.0
                before = out[draw, horizon - 1, way] if horizon > 0 else 0.0
                out[draw, horizon, way] = before + undecided * hazard
                share_decided += hazard
            undecided *= 1 - share_decided


def _dirichlet_draws(concentration: NDArray[np.float64], draws: int) -> NDArray[np.float64]:
    """(draws, CLASSES); a class of concentration 0 is always 0."""
    gamma = np.random.default_rng(BOOTSTRAP_SEED).standard_gamma(concentration, size=(draws, len(concentration)))
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def _bootstrap_draws(
    neighbours: Neighbours, kinds: NDArray[np.int8], climatology: Climatology, rules: RetrievalSettings
) -> NDArray[np.float64]:
    """(draws, CLASSES) at the last of the given horizons; a draw takes as many days as there are, with all their neighbours."""
    if neighbours.episodes == 0:
        return np.broadcast_to(climatology.probabilities[kinds.shape[1] - 1], (rules.bootstrap_draws, len(CLASSES)))
    at_risk, decided = _at_risk_and_decided(kinds)
    days = np.flatnonzero(np.bincount(neighbours.day))
    of_day = (neighbours.day == days[:, None]) * neighbours.weight
    times = _day_draws(len(days), rules.bootstrap_draws)
    decided_drawn = _product(times, _product(of_day, _flat(decided)))
    counts = Counts(_product(times, _product(of_day, at_risk)), decided_drawn.reshape(len(times), *decided.shape[1:]))
    return class_probabilities(_shrunk_incidence(counts, _n_eff_seen(neighbours, kinds), climatology, rules.kappa)[:, -1])


@lru_cache(maxsize=256)
def _day_draws(days: int, draws: int) -> NDArray[np.float64]:
    """(draws, days) how often each day is drawn, with replacement."""
    return np.random.default_rng([BOOTSTRAP_SEED, days]).multinomial(days, np.full(days, 1 / days), size=draws).astype(np.float64)


def _quantiles(draws: NDArray[np.float64], shares: tuple[float, ...]) -> NDArray[np.float64]:
    """(shares, columns) quantiles of (draws, columns), between two draws by the straight line, as numpy's; it takes a third of the time."""
    place = np.array(shares) * (len(draws) - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, len(draws) - 1)
    ordered = np.partition(draws.T, np.unique([below, above]), axis=1)
    low, high, part = ordered[:, below], ordered[:, above], place - below
    return np.asarray(np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part)).T)


def _three(values: NDArray[np.float64] | list[float]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third
