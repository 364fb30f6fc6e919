"""Scores worked by hand, against their twins and against scikit-learn; and that none of them rewards a forecast one does not believe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from src.data_eng.evaluation.scores import NO_CLASS, ORDER, P_FLOOR, SCORES, BadForecast, brier, class_of, log_loss, rps
from src.data_eng.retrieval.distribution import BREAK, CENSORED, CHOP, CLASSES, REJECT, WHIPSAW
from tests.parity import naive_scores

IS_BREAK, IS_REJECT, IS_CHOP = range(3)
NAIVE = {"rps": naive_scores.rps, "brier": naive_scores.brier, "log_loss": naive_scores.log_loss}


def forecasts(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet((1, 1, 1), count), rng.integers(0, 3, count)


distributions = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda raw: np.array(raw) / sum(raw))


def test_the_classes_stand_as_everywhere() -> None:
    assert CLASSES == ("break", "reject", "chop")
    assert [CLASSES[position] for position in ORDER] == ["reject", "chop", "break"]


def test_a_whipsaw_is_chop_and_a_censored_outcome_no_class() -> None:
    kinds = np.array([[CHOP, BREAK, REJECT], [WHIPSAW, CENSORED, BREAK]], np.int8)
    assert class_of(kinds).tolist() == [[IS_CHOP, IS_BREAK, IS_REJECT], [IS_CHOP, NO_CLASS, IS_BREAK]]


def test_rps_worked_by_hand() -> None:
    # break .5, reject .2, chop .3. Up to reject .2, up to chop .5.
    p = np.array([0.5, 0.2, 0.3])
    # It broke: 0 and 0 had come. (.04 + .25) / 2. It was rejected: 1 and 1. (.64 + .25) / 2. It chopped: 0 and 1. (.04 + .25) / 2.
    assert rps(p, np.array(IS_BREAK)) == pytest.approx(0.145)
    assert rps(p, np.array(IS_REJECT)) == pytest.approx(0.445)
    assert rps(p, np.array(IS_CHOP)) == pytest.approx(0.145)


def test_rps_minds_the_order_and_brier_does_not() -> None:
    said_chop, said_reject, it_broke = np.eye(3)[IS_CHOP], np.eye(3)[IS_REJECT], np.array(IS_BREAK)
    assert rps(said_chop, it_broke) == pytest.approx(0.5)
    assert rps(said_reject, it_broke) == pytest.approx(1.0)
    assert brier(said_chop, it_broke) == brier(said_reject, it_broke) == pytest.approx(2.0)


def test_log_loss_is_the_log_of_what_was_given_and_stops_at_the_floor() -> None:
    assert log_loss(np.array([0.5, 0.2, 0.3]), np.array(IS_REJECT)) == pytest.approx(-np.log(0.2))
    assert log_loss(np.array([1.0, 0.0, 0.0]), np.array(IS_REJECT)) == pytest.approx(-np.log(P_FLOOR))


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_its_twin(name: str) -> None:
    p, outcome = forecasts(200)
    outcome[::7] = NO_CLASS
    expected = [NAIVE[name](list(one), int(came)) for one, came in zip(p, outcome, strict=True)]
    np.testing.assert_allclose(SCORES[name](p, outcome), expected)


@pytest.mark.parametrize("name", SCORES)
def test_a_score_keeps_the_leading_shape(name: str) -> None:
    p, outcome = forecasts(12)
    folded = SCORES[name](p.reshape(4, 3, 3), outcome.reshape(4, 3))
    np.testing.assert_array_equal(folded, SCORES[name](p, outcome).reshape(4, 3))


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_nan_where_censored_or_not_forecast_and_nowhere_else(name: str) -> None:
    p, outcome = forecasts(4)
    p[1], p[2, 0], outcome[3] = np.nan, np.nan, NO_CLASS
    assert np.isnan(SCORES[name](p, outcome)).tolist() == [False, True, True, True]


def test_brier_and_log_loss_are_those_of_scikit_learn() -> None:
    p, outcome = forecasts(500)
    assert brier(p, outcome).mean() == pytest.approx(brier_score_loss(outcome, p, labels=[0, 1, 2], scale_by_half=False))
    assert log_loss(p, outcome).mean() == pytest.approx(sklearn_log_loss(outcome, p, labels=[0, 1, 2]))


@pytest.mark.parametrize("name", SCORES)
@given(truth=distributions, said=distributions)
def test_nothing_scores_better_than_what_one_believes(name: str, truth: np.ndarray, said: np.ndarray) -> None:
    def expected(p: np.ndarray) -> float:
        return float(truth @ SCORES[name](np.tile(p, (3, 1)), np.arange(3)))

    gain = expected(said) - expected(truth)
    assert gain >= -1e-12
    if np.abs(said - truth).max() > 1e-3:
        assert gain > 1e-8


@given(p=distributions, outcome=st.integers(0, 2))
def test_scores_lie_in_their_ranges(p: np.ndarray, outcome: int) -> None:
    came = np.array(outcome)
    assert 0 <= rps(p, came) <= 1
    assert 0 <= brier(p, came) <= 2
    assert 0 <= log_loss(p, came) <= -np.log(P_FLOOR)


@pytest.mark.parametrize("row", [[0.5, 0.5, 0.5], [1.2, -0.2, 0.0], [0.0, 0.0, 0.0]])
def test_what_is_no_distribution_is_refused(row: list[float]) -> None:
    with pytest.raises(BadForecast, match="1 of 2 forecasts are no probabilities"):
        rps(np.array([[0.2, 0.3, 0.5], row]), np.array([0, 0]))


def test_another_number_of_classes_is_refused() -> None:
    with pytest.raises(BadForecast, match=r"2 classes\. Expected 3"):
        brier(np.array([[0.5, 0.5]]), np.array([0]))
