"""BASE: what is usual from where price stands, a random walk whose pace and side were calibrated on the past.

The walk of core/passage.py gives F_c(T), the chance of class c within T, of break (c = B) and reject (c = R). Three things are fitted:

pace   the walk's sigma times e^a, a = a0 + a1 ln(sqrt(rv / prof)) + a2 ln(sigma / median sigma), within +-1
side   inside each interval between horizons, logit(q_B / (q_B + q_R)) moves by th . (1, x/b, e, e x/b, later), e = exp(-age / age_tau)

The hazards q_c,k = (F_c,k - F_c,k-1) / (1 - F_B,k-1 - F_R,k-1) are the chances of being decided in interval k, if undecided before it.
Without a past, a and th are 0 and BASE is the closed form, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.passage import barrier_probabilities
from ..core.volatility import log_liveliness
from ..errors import SpymasterError
from ..sections import AnswerSettings
from .distribution import BREAK, CENSORED, REJECT

PACE_MAX = 1.0
"""a is kept within +-1: the calibrated sigma is at most e times the measured one, or that much less."""
PACE_SPREAD = 0.3
"""Standard deviation of the prior of each part of a, which costs a^2 / (2 PACE_SPREAD^2) of log loss."""
CHANCE_MIN = 2e-3
"""Of CHOP and of decided, in the log loss of a: one candidate that the walk holds for impossible costs at most ln 500."""
SHARE_MIN = 1e-4
"""Of break and of reject among the decided, in the offset of th."""
SURVIVAL_MIN = 1e-12
"""Chance of still being undecided that hazards are taken of; below it the difference of two chances is rounding alone."""
HAZARD_MAX = 1 - 1e-12
"""So that nothing is ever certain."""
PACE_STEP = 1e-4
"""Half width, in ln sigma, of the difference that the slope of the chance of CHOP is taken from."""
STEPS_MAX, HALVINGS_MAX, STEP_MIN = 60, 30, 1e-7
"""Of a fit by Newton's method; a fit ends when its step is below STEP_MIN."""
SAME_LOSS = 1e-12
"""Losses that differ by less than this share are equal: sums of the same numbers."""
DIGITS = 6
"""Decimals kept of what was fitted: the last bits of a sum, which differ between machines, have no say."""


class NotStanding(SpymasterError):
    """A candidate of which it is not known where price stood."""


class Standing(NamedTuple):
    """Where price stands against its level, all that BASE knows; each array is (rows,)."""

    x_ticks: NDArray[np.float64]
    """Mid minus level in the direction of approach."""
    barrier_ticks: NDArray[np.float64]
    """b, of the episode."""
    sigma: NDArray[np.float64]
    """Ticks per root second, core/volatility.py."""
    rv: NDArray[np.float64]
    prof: NDArray[np.float64]
    """Ticks^2 / s, now and usual at this clock time; NaN where there is none."""
    age_s: NDArray[np.float64]
    """Since the episode began."""
    is_later: NDArray[np.bool_]
    """Whether the level was tested before that day."""

    def take(self, rows: NDArray[Any]) -> Standing:
        return Standing(*(column[rows] for column in self))


class Base(NamedTuple):
    """What one session's past taught; made by `fit_base` only."""

    a: tuple[float, ...]
    """Pace: constant, liveliness, sigma."""
    th: tuple[float, ...]
    """Side, in logits toward break: constant, x/b, e, e x/b, later."""
    median_sigma: float
    """Of the candidates fitted on; 1 where nothing was fitted."""
    candidates: int
    """Whose primary outcome is known; below min_candidates nothing was fitted."""
    fit_end: str | None
    """The last session that the past holds; None for no past."""


def fit_base(standing: Standing, kinds: NDArray[np.int8], horizons_s: NDArray[Any], fit_end: str | None, answer: AnswerSettings) -> Base:
    """Calibrate the walk on all candidates of the past, each with equal weight, by how they ended at the primary horizon.

    Parameters
    ----------
    standing : the candidates; kinds : (candidates, horizons) codes. Those CENSORED at the primary horizon teach nothing, both barriers at
        one time counts as undecided.

    Notes
    -----
    a minimises the log loss of CHOP against decided, plus its prior's cost. Given a, th minimises the log loss of break against reject over
    the decided, plus base_ridge / 2 times the squares of its slopes; the offset is the calibrated walk's logit in the interval in which
    the candidate was decided, where th will act. (Chances by the primary horizon are averages of unlike intervals: a th fitted to their
    logit comes out too small, on drawn walks -0.37 for a planted slope of -0.5, where this gives -0.49.)
    With fewer than min_candidates, and for th without both a break and a reject, they are 0.
    """
    upto = _interval_of(answer.primary_s, horizons_s) + 1
    known = kinds[:, upto - 1] != CENSORED
    seen, kinds = standing.take(known), kinds[known, :upto]
    _require_known(seen)
    if len(kinds) < answer.min_candidates:
        return Base((0.0,) * 3, (0.0,) * 5, 1.0, len(kinds), fit_end)
    median_sigma = float(np.median(seen.sigma))
    is_decided = (kinds == BREAK) | (kinds == REJECT)
    decided, interval = is_decided[:, -1], is_decided.argmax(axis=1)
    a = _fit_pace(seen, ~decided, median_sigma, answer.primary_s)
    is_break, th = kinds[decided, -1] == BREAK, np.zeros(5)
    if is_break.any() and not is_break.all():
        fast = seen._replace(sigma=seen.sigma * np.exp(pace(seen, a, median_sigma))).take(decided)
        th = _fit_side(fast, interval[decided], is_break, horizons_s[:upto], answer)
    return Base(_kept(a), _kept(th), median_sigma, len(kinds), fit_end)


def base_hazards(standing: Standing, base: Base, horizons_s: NDArray[Any], age_tau_s: float) -> NDArray[np.float64]:
    """(rows, horizons, 2) chance of a break and of a reject in each interval between horizons, if undecided before it.

    Both in [0, 1), their sum below 1; NaN where an input is.
    """
    sigma = standing.sigma * np.exp(pace(standing, np.array(base.a), base.median_sigma))
    walked = hazards_of(barrier_probabilities(standing.x_ticks, standing.barrier_ticks, sigma, horizons_s))
    return tilted(walked, _row_by_row(_side_columns(standing, age_tau_s), np.array(base.th)))


def cumulate(hazards: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows, horizons, 3) chance of break, reject and chop by each horizon, from (rows, horizons, 2) hazards.

    What is decided stays decided, so the first two only grow, and the three sum to 1.
    """
    undecided = np.cumprod(np.maximum(1 - hazards.sum(axis=-1), 0.0), axis=1)
    before = np.concatenate([np.ones((len(hazards), 1)), undecided[:, :-1]], axis=1)
    return np.concatenate([np.cumsum(before[..., None] * hazards, axis=1), undecided[..., None]], axis=-1)


def hazards_of(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (rows, horizons, 2) hazards whose `cumulate` is `chance`, up to rounding."""
    before = np.concatenate([np.zeros((len(chance), 1, 2)), chance[:, :-1]], axis=1)
    undecided = np.maximum(1 - before.sum(axis=-1), SURVIVAL_MIN)
    hazards = np.maximum(chance - before, 0.0) / undecided[..., None]
    capped: NDArray[np.float64] = hazards * (HAZARD_MAX / np.maximum(hazards.sum(axis=-1), HAZARD_MAX))[..., None]
    return capped


def tilted(hazards: NDArray[np.float64], tilt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move the logit of the break's share in every interval by `tilt`, (rows,); whether anything is decided stays as likely.

    Written in odds, so that a tilt of 0 changes no bit.
    """
    breaks, rejects = hazards[..., 0] * np.exp(tilt)[:, None], hazards[..., 1]
    moved, total = breaks + rejects, hazards[..., 0] + hazards[..., 1]
    scale = np.divide(total, moved, out=np.ones_like(moved), where=moved != 0)
    return np.stack([breaks * scale, rejects * scale], axis=-1)


def pace(standing: Standing, a: NDArray[np.float64], median_sigma: float) -> NDArray[np.float64]:
    """(rows,) a: the logarithm of what sigma is multiplied by."""
    return _row_by_row(_pace_columns(standing, median_sigma), a).clip(-PACE_MAX, PACE_MAX)


def _row_by_row(columns: NDArray[np.float64], parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows,) their product; unlike a matrix's, it has the same bytes for a row alone as for one of many."""
    product: NDArray[np.float64] = (columns * parameters).sum(axis=1)
    return product


def _interval_of(primary_s: int, horizons_s: NDArray[Any]) -> int:
    return int(np.flatnonzero(np.asarray(horizons_s) == primary_s)[0])


def _require_known(seen: Standing) -> None:
    for name in ("x_ticks", "barrier_ticks", "sigma", "age_s"):
        unknown = np.flatnonzero(~np.isfinite(getattr(seen, name)))
        if len(unknown):
            raise NotStanding(
                f"{name} of a candidate is {{value}} ({len(unknown)} of {len(seen.sigma)}).",
                value=float(getattr(seen, name)[unknown[0]]),
                expected="a finite number of each candidate whose outcome is known",
                fix="Leave out windows without a mid before fitting.",
            )


def _pace_columns(standing: Standing, median_sigma: float) -> NDArray[np.float64]:
    constant = np.ones(len(standing.sigma))
    return np.stack([constant, log_liveliness(standing.rv, standing.prof), np.log(standing.sigma / median_sigma)], axis=1)


def _side_columns(standing: Standing, age_tau_s: float) -> NDArray[np.float64]:
    place, fresh = standing.x_ticks / standing.barrier_ticks, np.exp(-standing.age_s / age_tau_s)
    return np.stack([np.ones(len(place)), place, fresh, fresh * place, standing.is_later.astype(np.float64)], axis=1)


def _fit_pace(seen: Standing, is_chop: NDArray[np.bool_], median_sigma: float, primary_s: int) -> NDArray[np.float64]:
    columns = _pace_columns(seen, median_sigma)

    def chop(log_factor: NDArray[np.float64]) -> NDArray[np.float64]:
        chance = barrier_probabilities(seen.x_ticks, seen.barrier_ticks, seen.sigma * np.exp(log_factor), np.array([primary_s]))
        undecided: NDArray[np.float64] = 1 - chance.sum(axis=(1, 2))
        return undecided.clip(CHANCE_MIN, 1 - CHANCE_MIN)

    def cost(a: NDArray[np.float64]) -> _Cost:
        exponent = columns @ a
        factor = np.clip(exponent, -PACE_MAX, PACE_MAX)
        chance = chop(factor)
        slope = (chop(factor + PACE_STEP) - chop(factor - PACE_STEP)) / (2 * PACE_STEP) * (np.abs(exponent) < PACE_MAX)
        loss = -np.log(np.where(is_chop, chance, 1 - chance)).sum() + (a**2).sum() / (2 * PACE_SPREAD**2)
        surprise = (chance - is_chop) / (chance * (1 - chance)) * slope
        weight = slope**2 / (chance * (1 - chance))
        return _Cost(
            float(loss),
            columns.T @ surprise + a / PACE_SPREAD**2,
            (columns * weight[:, None]).T @ columns + np.eye(3) / PACE_SPREAD**2,
        )

    return _lowest(cost, np.zeros(3))


def _fit_side(
    fast: Standing, interval: NDArray[np.int64], is_break: NDArray[np.bool_], horizons_s: NDArray[Any], answer: AnswerSettings
) -> NDArray[np.float64]:
    """Of decided candidates, at their calibrated sigma."""
    columns = _side_columns(fast, answer.age_tau_s)
    walked = hazards_of(barrier_probabilities(fast.x_ticks, fast.barrier_ticks, fast.sigma, horizons_s))[np.arange(len(interval)), interval]
    share = np.clip(walked[:, 0] / np.maximum(walked.sum(axis=1), SURVIVAL_MIN), SHARE_MIN, 1 - SHARE_MIN)
    offset, ridge = np.log(share / (1 - share)), np.array([0.0, *[answer.base_ridge] * 4])

    def cost(th: NDArray[np.float64]) -> _Cost:
        logit = offset + columns @ th
        p = 1 / (1 + np.exp(-logit))
        loss = np.logaddexp(0, np.where(is_break, -logit, logit)).sum() + (ridge * th**2).sum() / 2
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(ridge)
        return _Cost(float(loss), columns.T @ (p - is_break) + ridge * th, curvature)

    return _lowest(cost, np.zeros(5))


class _Cost(NamedTuple):
    """A loss, its gradient, and a matrix that stands for its curvature: positive, and nearly that in the end."""

    loss: float
    gradient: NDArray[np.float64]
    curvature: NDArray[np.float64]


def _lowest(cost: Callable[[NDArray[np.float64]], _Cost], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the cost is lowest, by Newton's method with steps halved until they lower it."""
    at, here = start, cost(start)
    for _ in range(STEPS_MAX):
        step = np.linalg.solve(here.curvature, here.gradient)
        for _ in range(HALVINGS_MAX):
            there = cost(at - step)
            if there.loss <= here.loss + SAME_LOSS * abs(here.loss):
                break
            step = step / 2
        at, here = at - step, there
        if np.abs(step).max() < STEP_MIN:
            break
    return at


def _kept(parameters: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(parameter), DIGITS) for parameter in parameters)
