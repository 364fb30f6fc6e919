"""What an evaluation must find on simulated markets whose truth is known; thresholds are fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy import stats

from .resampling import SIGNIFICANT_BELOW
from .result import CoverageRow, Expectation, RecoveryPoint, RecoveryRun

NULL, PLACEBO, PLANTED, MARKET = "null", "placebo", "planted", "market"
NULL_MEAN = (-0.010, 0.004)
"""Where the mean skill over the null's seeds must lie; and the placebo's."""
BOUNDS_ABOVE_ZERO_MAX = 3 / 20
"""Share of seeds of null and placebo whose lower bound may lie above 0."""
COVERAGE = (0.86, 0.94)
"""Where the coverage of 90 % sets must lie."""


def points_of(runs: Sequence[RecoveryRun]) -> tuple[RecoveryPoint, ...]:
    """Mean over the seeds of each market and forecaster, with its 95 % t interval."""
    groups: dict[tuple[str, float, float, str], list[RecoveryRun]] = {}
    for run in runs:
        groups.setdefault((run.kind, run.signature, run.outcome, run.forecaster), []).append(run)
    return tuple(_point(own) for own in groups.values())


def expectations(points: Sequence[RecoveryPoint], coverage: Sequence[CoverageRow]) -> tuple[Expectation, ...]:
    """What was expected and whether it was met, a sentence each."""
    names = dict.fromkeys(point.forecaster for point in points)
    of_forecasters = [expectation for name in names for expectation in _of_forecaster(name, points)]
    return (*of_forecasters, *_of_learning(points), *_of_coverage(coverage))


def _of_forecaster(name: str, points: Sequence[RecoveryPoint]) -> Iterator[Expectation]:
    own = [point for point in points if point.forecaster == name]
    for kind in (NULL, PLACEBO):
        point = next(point for point in own if point.kind == kind)
        mean = _mean(point)
        yield Expectation(
            sentence=f"{name}, {kind}: mean skill {mean:+.4f} lies in [{NULL_MEAN[0]:+.3f}, {NULL_MEAN[1]:+.3f}]",
            met=NULL_MEAN[0] <= mean <= NULL_MEAN[1],
        )
        most = int(BOUNDS_ABOVE_ZERO_MAX * point.seeds)
        yield Expectation(
            sentence=f"{name}, {kind}: lower bound above 0 in {point.bounds_above_zero} of {point.seeds} seeds, at most {most}",
            met=point.bounds_above_zero <= most,
        )
    planted = [point for point in own if point.kind == PLANTED]
    means = [_mean(point) for point in planted]
    yield Expectation(
        sentence=f"{name}: skill rises with the effect ({', '.join(f'{mean:+.3f}' for mean in means)})",
        met=all(later >= earlier for earlier, later in pairwise(means)),
    )
    last = planted[-1]
    yield Expectation(
        sentence=f"{name}: p < {SIGNIFICANT_BELOW} at the largest effect in {last.significant} of {last.seeds} seeds, expected in all",
        met=last.significant == last.seeds,
    )


def _of_learning(points: Sequence[RecoveryPoint]) -> Iterator[Expectation]:
    mean_of = {point.forecaster: _mean(point) for point in points if point.kind == PLANTED}
    if {"similar learned", "similar block"} <= mean_of.keys():
        learned, block = mean_of["similar learned"], mean_of["similar block"]
        yield Expectation(
            sentence=f"the learned metric ({learned:+.3f}) is at least as good as the plain one ({block:+.3f}) at the largest effect",
            met=learned >= block,
        )


def _of_coverage(coverage: Sequence[CoverageRow]) -> Iterator[Expectation]:
    made = [(row.covered, row.episodes) for row in coverage if row.covered is not None]
    if made:
        shares, episodes = zip(*made, strict=True)
        covered = float(np.average(shares, weights=np.array(episodes, float)))
        yield Expectation(
            sentence=f"90 % sets cover {covered:.3f} of the outcomes, marginally; expected {COVERAGE[0]} to {COVERAGE[1]}",
            met=COVERAGE[0] <= covered <= COVERAGE[1],
        )


def _mean(point: RecoveryPoint) -> float:
    return np.nan if point.mean is None else point.mean


def _point(runs: Sequence[RecoveryRun]) -> RecoveryPoint:
    one, skills = runs[0], [np.nan if run.skill is None else run.skill for run in runs]
    mean = float(np.mean(skills))
    half = float(stats.t.ppf(0.975, len(skills) - 1) * stats.sem(skills)) if len(skills) > 1 else np.nan
    return RecoveryPoint(
        kind=one.kind,
        signature=one.signature,
        outcome=one.outcome,
        forecaster=one.forecaster,
        seeds=len(runs),
        mean=mean,
        low=mean - half,
        high=mean + half,
        significant=sum(run.p is not None and run.p < SIGNIFICANT_BELOW for run in runs),
        bounds_above_zero=sum(run.low is not None and run.low > 0 for run in runs),
    )
