"""`spymaster recovery` on two very small markets, and what its expectations say of figures made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from src.data_eng.errors import SpymasterError
from src.data_eng.evaluation.expectations import expectations
from src.data_eng.evaluation.result import CoverageRow, RecoveryPoint
from src.data_eng.jobs import recover as recovery
from src.data_eng.jobs.recover import Plan, markets_named, numbers_named, planned_runs, recover
from src.data_eng.settings import load_settings


def plan(folder: Path) -> Plan:
    return Plan(
        folder=folder,
        sessions=14,
        records=150_000,
        bases=1,
        null_seeds=1,
        seeds=1,
        strengths=(2.0,),
        markets=((0.3, 0.15),),
        levels=("pm_high", "pm_low"),
        metrics=("block",),
        workers=1,
    )


def test_every_kind_of_market_is_built_evaluated_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    few = settings.evaluation.model_copy(update={"warm_up_sessions": 5, "min_past_episodes": 3, "permutations": 99, "bootstrap_draws": 100})
    settings = settings.model_copy(update={"evaluation": few})
    result = recover(plan(tmp_path), settings, Console(quiet=True))
    assert [point.kind for point in result.points] == ["null", "placebo", "planted", "market"]
    assert result.synthetic
    assert len(result.expectations) == 7
    assert not list(tmp_path.glob(".*")), "what was built is removed"

    def refuse(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(recovery, "_evaluate", refuse)
    monkeypatch.setattr(recovery, "_build_base", refuse)
    assert recover(plan(tmp_path), settings, Console(quiet=True)) == result


def test_no_two_runs_share_a_seed(tmp_path: Path) -> None:
    wide = plan(tmp_path).model_copy(
        update={"null_seeds": 20, "seeds": 10, "strengths": (0.5, 1.0, 2.0), "markets": ((0.0, 0.0), (0.6, 0.3))}
    )
    seeds = [run.seed for run in planned_runs(wide)]
    assert len(seeds) == len(set(seeds)) == 20 + 20 + 30 + 20


def point(kind: str, mean: float, strength: float = 0.0) -> RecoveryPoint:
    return RecoveryPoint(
        forecaster="similar block",
        kind=kind,
        signature=strength,
        outcome=0.0,
        seeds=20,
        mean=mean,
        low=None,
        high=None,
        significant=20 if kind == "planted" else 1,
        bounds_above_zero=1,
    )


def covered(share: float, episodes: int) -> CoverageRow:
    return CoverageRow(
        forecaster="similar block",
        horizon_s=480,
        wanted=0.9,
        covered=share,
        low=None,
        high=None,
        episodes=episodes,
        sessions=9,
        mean_size=2.0,
    )


GOOD = [point("null", -0.002), point("placebo", 0.001), point("planted", 0.02, 0.5), point("planted", 0.08, 1.0)]
COVERED = [covered(0.91, 100), covered(0.89, 100)]


def unmet(points: list[RecoveryPoint], coverage: list[CoverageRow] = COVERED) -> list[str]:
    return [expectation.sentence for expectation in expectations(points, coverage) if not expectation.met]


def test_expectations_are_met_where_they_should_be() -> None:
    assert unmet(GOOD) == []


@pytest.mark.parametrize(
    ("place", "change", "words"),
    [
        (0, {"mean": 0.006}, "null: mean skill +0.0060"),
        (0, {"mean": -0.011}, "null: mean skill -0.0110"),
        (1, {"bounds_above_zero": 4}, "placebo: lower bound above 0 in 4 of 20"),
        (2, {"mean": 0.09}, "skill rises with the effect"),
        (3, {"significant": 19}, "p < 0.05 at the largest effect in 19 of 20"),
    ],
)
def test_each_expectation_can_fail(place: int, change: dict[str, Any], words: str) -> None:
    points = [made.model_copy(update=change) if number == place else made for number, made in enumerate(GOOD)]
    (sentence,) = unmet(points)
    assert words in sentence


def test_coverage_and_the_learned_metric_are_judged_too() -> None:
    assert "cover 0.830" in unmet(GOOD, [covered(0.83, 10)])[0]
    learned = [made.model_copy(update={"forecaster": "similar learned"}) for made in GOOD]
    assert unmet([*GOOD, *learned]) == []
    worse = [*learned[:3], learned[3].model_copy(update={"mean": 0.07})]
    assert "at least as good as the plain one" in unmet([*GOOD, *worse])[0]


def test_flags_that_cannot_be_read_say_what_was_expected() -> None:
    assert numbers_named("0.5,2") == (0.5, 2.0)
    assert markets_named("0:0,0.3:0.15") == ((0.0, 0.0), (0.3, 0.15))
    with pytest.raises(SpymasterError, match=r"--strengths 'a' cannot be read. Expected numbers"):
        numbers_named("a")
    with pytest.raises(SpymasterError, match=r"--markets '0.3' cannot be read. Expected signature:outcome"):
        markets_named("0.3")
