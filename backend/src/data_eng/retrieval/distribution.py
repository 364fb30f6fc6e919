"""How tests ended, as codes, and the order of the classes on the axis of every probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.outcomes import Outcome, OutcomeKind
from ..errors import SpymasterError

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
"""Order of the class axis of every probability. WHIPSAW is shown apart, and within the three classes it counts as CHOP: neither side of
the trade was there to be had."""

QUANTILES = (0.1, 0.5, 0.9)
"""At which what similar setups did is shown."""


class UnknownOutcome(SpymasterError):
    """An outcome name that is none of the label's."""


def outcome_kinds(outcomes: NDArray[np.str_]) -> NDArray[np.int8]:
    """Kinds of outcome names, same shape. Raises `UnknownOutcome`."""
    names, position = np.unique(outcomes, return_inverse=True)
    unknown = [str(name) for name in names if str(name) not in KIND_OF_OUTCOME]
    if unknown:
        raise UnknownOutcome(f"outcomes {unknown} are unknown. Expected: {', '.join(KIND_OF_OUTCOME)}. Rebuild the trigger vectors.")
    codes = np.array([KIND_OF_OUTCOME[str(name)] for name in names], np.int8)
    return codes[position].reshape(outcomes.shape)


def weighted_quantiles(values: NDArray[np.float32], weight: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.float64]:
    """(columns, shares) of (rows, columns): the smallest value at or below which at least a share of the weight, (rows,), lies.

    A NaN is left out with its weight; NaN where a column has nothing else.
    """
    if not len(values):
        return np.full((values.shape[1], len(shares)), np.nan)
    order = np.argsort(values, axis=0, kind="stable")
    ascending = np.take_along_axis(values, order, axis=0)
    reached = np.cumsum(np.where(np.isnan(ascending), 0.0, weight[order]), axis=0)
    first = [(reached < share * reached[-1] * (1 - 1e-12)).sum(axis=0) for share in shares]
    return np.take_along_axis(ascending, np.array(first), axis=0).T.astype(np.float64)
