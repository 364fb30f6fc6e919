"""What the answer must show on simulated lakes whose truth is known; seeds and thresholds were fixed before looking.

Forty-five sessions of 300,000 records, six levels, ten sessions of warm-up, none held back; windows at the ages at which fires are asked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from src.data_eng.config import AppConfig, Environment
from src.data_eng.engines.crew import BuildRequest
from src.data_eng.engines.crew import run as build
from src.data_eng.evaluation.scores import brier, class_of
from src.data_eng.evaluation.walk_forward import past_of_session
from src.data_eng.retrieval.base import cumulate
from src.data_eng.retrieval.observed import answer_hazards
from src.data_eng.settings import load_settings
from src.data_eng.simulation.contracts import ROOT
from src.data_eng.simulation.sessions import Simulation
from src.data_eng.simulation.simulate import simulate
from src.data_eng.sources.raw import collect, import_batch

from ..answer_walk import ANSWER, DEALT, Walk, walk
from ..parity.naive_scorer import nearest_of_each_test

pytestmark = pytest.mark.slow

LEVELS = ("pm_high", "pm_low", "or_high", "or_low", "pd_high", "pd_low")
START, LAST, SESSIONS, RECORDS = "2025-08-01", "2025-10-03", 45, 300_000
BIN_MIN = 300
"""Windows of a bin whose calibration is looked at."""


def simulated(folder: Path, seed: int, signature: float, outcome: float) -> Walk:
    settings = load_settings()
    plan = Simulation(
        start=START, days=SESSIONS, records=RECORDS, seed=seed, signature=signature, outcome=outcome, placebo=False, gap=None,
        degraded=None, roll=None,
    )  # fmt: skip
    for _ in simulate(plan, folder / "batch", settings, workers=2):
        pass
    lake = folder / "lake"
    list(import_batch(collect([folder / "batch"]), lake))
    cfg = AppConfig(lake, settings, Environment(lake), LEVELS)
    for layer, stage in (("bronze", None), ("silver", None), ("gold", "build_trigger_vectors")):
        request = BuildRequest(cfg, "future_mbo", layer, ROOT, START, LAST, workers=2, stage=stage)
        assert build(request, Console(quiet=True)) == 0
    return walk(lake)


@pytest.fixture(scope="module")
def null(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Nothing planted; what the simulator's own imbalance says is a small real precursor."""
    return simulated(tmp_path_factory.mktemp("null"), 12, 0.0, 0.0)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    return simulated(tmp_path_factory.mktemp("planted"), 11, 0.5, 0.35)


def test_where_nothing_was_planted_next_to_nothing_is_found(null: Walk) -> None:
    # Measured +.006 (-.003 to +.015).
    found = null.skill(ANSWER, "base")
    assert -0.012 <= found.value <= 0.020
    assert found.low <= 0.004


def test_what_was_planted_is_found(planted: Walk) -> None:
    # Measured +.044 (+.030 to +.059), and +.155 against the random walk.
    found = planted.skill(ANSWER, "base")
    assert found.value >= 0.035
    assert found.low > 0.02
    assert planted.skill(ANSWER, "random_walk").value >= 0.10
    assert planted.skill(ANSWER, DEALT).low > 0


@pytest.mark.parametrize("market", ["null", "planted"])
def test_pairs_dealt_anew_say_what_base_says(market: str, request: pytest.FixtureRequest) -> None:
    # Measured -.004 and -.000.
    assert abs(request.getfixturevalue(market).skill(DEALT, "base").value) <= 0.010


def test_the_random_walk_is_calibrated_on_the_null(null: Walk) -> None:
    # Measured, said against came: .230/.247, .439/.431, .331/.322.
    known = null.outcome >= 0
    came = np.bincount(null.outcome[known], minlength=3) / known.sum()
    assert null.p("random_walk")[known].mean(axis=0) == pytest.approx(came, abs=0.03)


@pytest.mark.xfail(
    strict=True, reason="worst bins .073 (null, chop: said .444, came .371 of 512), .077 (planted, break: said .652, came .575 of 760)"
)
@pytest.mark.parametrize("market", ["null", "planted"])
def test_what_is_said_comes_about_as_often(market: str, request: pytest.FixtureRequest) -> None:
    made: Walk = request.getfixturevalue(market)
    said, outcome = made.p(ANSWER)[made.at_fire_ages], made.outcome[made.at_fire_ages]
    for place in range(3):
        tenth = np.minimum((said[:, place] * 10).astype(int), 9)
        for number in range(10):
            chosen = tenth == number
            if chosen.sum() >= BIN_MIN:
                came = (outcome[chosen] == place).mean()
                assert abs(said[chosen, place].mean() - came) <= 0.07, (place, number)


def test_fires_are_rare_where_nothing_is_and_pay_where_something_was_planted(null: Walk, planted: Walk) -> None:
    # Measured .3 a day, and 5.8 a day with +5.6 ticks (+4.6 to +6.6).
    assert null.fires().per_day <= 1
    found = planted.fires()
    assert found.per_day >= 4
    assert found.net_ticks.low > 2


def test_all_candidates_together_say_what_base_says(null: Walk) -> None:
    """K = all: what is chosen by nothing has no bias."""
    settings, primary = null.settings, null.primary
    scores: list[np.ndarray] = []
    for number in range(settings.evaluation.warm_up_sessions, len(null.sessions)):
        past = past_of_session(null.days, null.sessions, null.sessions[number], settings)
        day = null.days[number]
        seen = past.experience
        ratio = (seen.observed.sum(axis=0) + settings.answer.kappa) / (seen.expected.sum(axis=0) + settings.answer.kappa)
        hazards = past.hazards(day)
        together = cumulate(answer_hazards(hazards, np.tile(ratio, (len(day.ts_ns), 1))))
        scores.append(_scores(day.kinds[:, primary], together[:, primary], cumulate(hazards)[:, primary]))
    own, base = np.concatenate(scores, axis=1)
    assert abs(1 - own.sum() / base.sum()) <= 0.005


def test_the_nearest_window_of_each_test_would_seem_to_find_the_contrary(null: Walk) -> None:
    """The bad example: which window is nearest depends on how long a test lasted."""
    settings, primary = null.settings, null.primary
    scores: list[np.ndarray] = []
    for number in range(settings.evaluation.warm_up_sessions, len(null.sessions), 2):
        past = past_of_session(null.days, null.sessions, null.sessions[number], settings)
        day = null.days[number]
        p = nearest_of_each_test(past, day, settings.answer.kappa)
        scores.append(_scores(day.kinds[:, primary], p[:, primary], cumulate(past.hazards(day))[:, primary]))
    own, base = np.concatenate(scores, axis=1)
    assert 1 - own.sum() / base.sum() < -0.02


def _scores(kinds: np.ndarray, own: np.ndarray, base: np.ndarray) -> np.ndarray:
    outcome = class_of(kinds)
    known = outcome >= 0
    return np.stack([brier(p[known], outcome[known]) for p in (own, base)])
