"""How tests ended, as codes; and the quantile of weighted values."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW, UnknownOutcome, outcome_kinds, weighted_quantile


def test_weighted_quantile_is_the_first_value_that_reaches_the_share() -> None:
    values, weight = np.array([5.0, 1.0, 3.0], np.float32), np.array([0.2, 0.5, 0.3])
    assert [weighted_quantile(values, weight, share) for share in (0.1, 0.5, 0.51, 0.8, 0.9)] == [1.0, 1.0, 3.0, 3.0, 5.0]


def test_outcome_names_become_kinds_seen_from_the_approach() -> None:
    names = np.array([["BREAK_UP", "BREAK_DOWN", "REJECT_UP"], ["CHOP", "CENSORED", "WHIPSAW"]])
    assert outcome_kinds(names).tolist() == [[BREAK, BREAK, REJECT], [CHOP, CENSORED, WHIPSAW]]
    with pytest.raises(UnknownOutcome, match="BREAKOUT"):
        outcome_kinds(np.array(["BREAKOUT"]))
