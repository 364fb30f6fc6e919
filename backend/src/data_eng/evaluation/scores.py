"""What a forecast costs once the outcome is known: three proper scores, each 0 at best and larger the worse.

Order
-----
The classes have an order, reject < chop < break: to have said chop when it broke is less wrong than to have said reject. Only the
ranked probability score knows it.

Missing
-------
A score is NaN where the outcome is censored or no forecast was made. Nothing else is left out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import SpymasterError
from ..retrieval.distribution import BREAK, CENSORED, CHOP, CLASSES, REJECT, WHIPSAW

NO_CLASS = -1
"""Class of a censored outcome."""
CLASS_OF_KIND = {
    CHOP: CLASSES.index("chop"),
    BREAK: CLASSES.index("break"),
    REJECT: CLASSES.index("reject"),
    WHIPSAW: CLASSES.index("chop"),
    CENSORED: NO_CLASS,
}
"""Neither side of a whipsaw was there to be had: it counts as chop."""
ORDER = tuple(CLASSES.index(name) for name in ("reject", "chop", "break"))
"""Positions in CLASSES from the worst for a breakout trader to the best."""
P_FLOOR = 1e-6
"""Probabilities below it cost as much as it does (13.8 nats): one outcome called impossible must not decide a whole evaluation."""
SUM_TOLERANCE = 1e-6
"""How far from 1 the sum of a forecast may lie, and how far below 0 a probability: rounding, no more."""


class BadForecast(SpymasterError):
    """Numbers that are no probabilities of the three classes."""


def class_of(kinds: NDArray[np.int8]) -> NDArray[np.int64]:
    """Positions in CLASSES of outcome kinds, same shape; NO_CLASS where censored."""
    return np.array([CLASS_OF_KIND[kind] for kind in range(len(CLASS_OF_KIND))])[kinds]


def rps(p: NDArray[np.float64], outcome: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ranked probability score, in [0, 1].

    Parameters
    ----------
    p : (.., CLASSES) probabilities; a row with a NaN is no forecast.
    outcome : (..) positions in CLASSES, NO_CLASS where censored.

    Returns
    -------
    (..) mean over the two cuts of the order (reject | chop | break) of the squared difference between what was forecast and what came at
    or below the cut. 1 only where all was put on reject and it broke, or the other way round.

    Notes
    -----
    Epstein 1969, J. Appl. Meteor. 8, divides by the number of cuts, as here; Murphy 1971 leaves the sum. Skills are the same either way.
    """
    score: NDArray[np.float64] = ((cumulated(checked(p)) - cumulated(one_hot(outcome))) ** 2).mean(axis=-1)
    return score


def brier(p: NDArray[np.float64], outcome: NDArray[np.int64]) -> NDArray[np.float64]:
    """Brier score, (..): the sum over the three classes of the squared differences, in [0, 2] (Brier 1950, Mon. Weather Rev. 78)."""
    score: NDArray[np.float64] = ((checked(p) - one_hot(outcome)) ** 2).sum(axis=-1)
    return score


def log_loss(p: NDArray[np.float64], outcome: NDArray[np.int64]) -> NDArray[np.float64]:
    """Logarithmic score, (..) nats: minus the log of the probability given to what came, at least P_FLOOR (Good 1952)."""
    given = (checked(p) * one_hot(outcome)).sum(axis=-1)
    score: NDArray[np.float64] = -np.log(np.maximum(given, P_FLOOR))
    return score


SCORES: dict[str, Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]] = {
    "rps": rps,
    "brier": brier,
    "log_loss": log_loss,
}


def cumulated(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(.., 2) sums of (.., CLASSES) up to each cut of the order: reject, and reject or chop."""
    return values[..., ORDER].cumsum(axis=-1)[..., :-1]


def by_class(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(.., CLASSES) as they are: the parts that the Brier score squares."""
    return values


def one_hot(outcome: NDArray[np.int64]) -> NDArray[np.float64]:
    """(.., CLASSES) 1 at the class that came, else 0; NaN in every class where censored."""
    outcome = outcome[..., None]
    return np.where(outcome == NO_CLASS, np.nan, outcome == np.arange(len(CLASSES)))


def checked(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """The forecasts themselves, all of a row NaN where any of it is. Raises `BadForecast` for a row that is no distribution."""
    if p.shape[-1] != len(CLASSES):
        raise BadForecast(
            "forecasts have {value} classes.",
            value=p.shape[-1],
            expected=f"{len(CLASSES)}: {', '.join(CLASSES)}",
            fix="Put classes on the last axis.",
        )
    total = p.sum(axis=-1, keepdims=True)
    wrong = (np.abs(total[..., 0] - 1) > SUM_TOLERANCE) | (p.min(axis=-1) < -SUM_TOLERANCE)
    if wrong.any():
        raise BadForecast(
            f"{int(wrong.sum())} of {wrong.size} forecasts are no probabilities, the first {{value}}.",
            value=p[wrong][0].tolist(),
            expected="three numbers from 0 on that add to 1, or NaN where no forecast was made",
            fix="Correct the forecaster.",
        )
    return np.where(np.isnan(total), np.nan, p)
