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
        levels=("pm_high", "pm_low", "or_high", "or_low"),
        metrics=("frame",),
        workers=1,
    )


def test_every_kind_of_market_is_built_evaluated_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    few = settings.evaluation.model_copy(update={"warm_up_sessions": 5, "permutations": 99, "bootstrap_draws": 100})
    settings = settings.model_copy(update={"evaluation": few})
    result = recover(plan(tmp_path), settings, Console(quiet=True))
    assert [point.kind for point in result.points] == ["null", "placebo", "planted", "market"]
    assert result.synthetic
    assert len(result.expectations) == 8
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


def point(kind: str, mean: float, strength: float = 0.0, outcome: float = 0.0) -> RecoveryPoint:
    return RecoveryPoint(
        forecaster="similar frame",
        kind=kind,
        signature=strength,
        outcome=outcome,
        seeds=20,
        mean=mean,
        low=None,
        high=None,
        entry=mean,
        entry_sd=0.004,
        placebo=0.001,
        significant=20 if kind == "planted" else 1,
        bounds_above_zero=1,
    )


def covered(share: float, windows: int, label: str = "all") -> CoverageRow:
    return CoverageRow.model_validate(
        {"forecaster": "similar frame", "class": "break", "label": label, "wanted": 0.9, "covered": share, "low": None, "high": None,
         "windows": windows, "sessions": 9}
    )  # fmt: skip


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


def test_coverage_is_judged_over_all_windows_by_their_number() -> None:
    assert "hold 0.830" in unmet(GOOD, [covered(0.83, 10)])[0]
    assert unmet(GOOD, [*COVERED, covered(0.2, 1000, "0 s")]) == []
    assert "hold 0.800" in unmet(GOOD, [covered(0.9, 100), covered(0.75, 200)])[0]


def test_a_placebo_far_from_base_is_named() -> None:
    far = GOOD[0].model_copy(update={"placebo": -0.012})
    assert unmet([far, *GOOD[1:]]) == ["similar frame: PLACEBO within 0.010 of BASE on every market, farthest -0.0120"]


def test_the_precursor_is_what_a_market_shows_beyond_one_without_it() -> None:
    # .030 - .012 = .018, and 1.96 x .004 sqrt(2) = .0111 either side.
    markets = [point("market", 0.012, 0.0, 0.35), point("market", 0.03, 0.5, 0.35), point("market", 0.0)]
    found = [one for one in expectations([*GOOD, *markets], COVERED) if "precursor" in one.sentence]
    sentence = "similar frame knows the precursor: at 0-15 s +0.030 with it, +0.012 without, +0.018 (+0.007 to +0.029)"
    assert [(one.sentence, one.met) for one in found] == [(sentence, True)]
    weak = [markets[0], markets[1].model_copy(update={"entry": 0.02})]
    assert "knows the precursor" in unmet([*GOOD, *weak])[0]
    assert unmet([*GOOD, markets[1]]) == [], "without a market that lacks it nothing is said"


def test_flags_that_cannot_be_read_say_what_was_expected() -> None:
    assert numbers_named("0.5,2") == (0.5, 2.0)
    assert markets_named("0:0,0.3:0.15") == ((0.0, 0.0), (0.3, 0.15))
    with pytest.raises(SpymasterError, match=r"--strengths 'a' cannot be read. Expected numbers"):
        numbers_named("a")
    with pytest.raises(SpymasterError, match=r"--markets '0.3' cannot be read. Expected signature:outcome"):
        markets_named("0.3")
