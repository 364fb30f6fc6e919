"""How tests ended, as codes; and the quantile of weighted values."""

from __future__ import annotations

import numpy as np
import pytest

from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, REJECT, WHIPSAW, UnknownOutcome, outcome_kinds, weighted_quantiles


def test_a_weighted_quantile_is_the_first_value_that_reaches_the_share() -> None:
    values, weight = np.array([5.0, 1.0, 3.0], np.float32), np.array([0.2, 0.5, 0.3])
    of_both = weighted_quantiles(np.stack([values, -values], axis=1), weight, (0.1, 0.5, 0.51, 0.8, 0.9))
    assert of_both.tolist() == [[1.0, 1.0, 3.0, 3.0, 5.0], [-5.0, -3.0, -1.0, -1.0, -1.0]]


def test_weighted_quantiles_leave_out_what_is_not_known() -> None:
    values, weight = np.array([[5.0, np.nan], [np.nan, np.nan], [3.0, np.nan]], np.float32), np.array([0.2, 0.5, 0.3])
    np.testing.assert_array_equal(weighted_quantiles(values, weight, (0.5, 0.7)), [[3.0, 5.0], [np.nan, np.nan]])
    assert np.isnan(weighted_quantiles(values[:0], weight[:0], (0.5,))).all()


def test_outcome_names_become_kinds_seen_from_the_approach() -> None:
    names = np.array([["BREAK_UP", "BREAK_DOWN", "REJECT_UP"], ["CHOP", "CENSORED", "WHIPSAW"]])
    assert outcome_kinds(names).tolist() == [[BREAK, BREAK, REJECT], [CHOP, CENSORED, WHIPSAW]]
    with pytest.raises(UnknownOutcome, match="BREAKOUT"):
        outcome_kinds(np.array(["BREAKOUT"]))
