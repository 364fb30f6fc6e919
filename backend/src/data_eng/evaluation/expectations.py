"""What an evaluation must find on simulated markets whose truth is known; thresholds are fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy import stats

from .resampling import SIGNIFICANT_BELOW
from .result import CoverageRow, Expectation, RecoveryPoint, RecoveryRun

NULL, PLACEBO, PLANTED, MARKET = "null", "placebo", "planted", "market"
PRECURSOR_Z = 1.96
"""Standard errors either side of the difference that a precursor makes."""
NULL_MEAN = (-0.010, 0.004)
"""Where the mean skill over the null's seeds must lie; and the placebo's."""
BOUNDS_ABOVE_ZERO_MAX = 3 / 20
"""Share of seeds of null and placebo whose lower bound may lie above 0."""
PLACEBO_MAX = 0.010
"""How far from BASE the answer of dealt pairs may lie, on any market."""
COVERAGE = (0.85, 0.97)
"""Where the coverage of the 90 % intervals must lie."""


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
    return (*of_forecasters, *_of_coverage(coverage))


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
    yield from _of_placebos(name, own)
    yield from _of_precursor(name, own)


def _of_placebos(name: str, own: Sequence[RecoveryPoint]) -> Iterator[Expectation]:
    made = [point.placebo for point in own if point.placebo is not None]
    if made:
        most = max(made, key=abs)
        yield Expectation(
            sentence=f"{name}: PLACEBO within {PLACEBO_MAX:.3f} of BASE on every market, farthest {most:+.4f}", met=abs(most) <= PLACEBO_MAX
        )


def _of_precursor(name: str, own: Sequence[RecoveryPoint]) -> Iterator[Expectation]:
    """The precursor is what a market that has it shows, at ages 0 and 15 s, beyond one that moves alike without it."""
    markets = [point for point in own if point.kind == MARKET and point.outcome > 0]
    for without in (point for point in markets if point.signature == 0):
        for planted in (point for point in markets if point.signature > 0 and point.outcome == without.outcome):
            known = [value for point in (planted, without) for value in (point.entry, point.entry_sd) if value is not None]
            if len(known) == 4:
                there, there_sd, gone, gone_sd = known
                more, reach = there - gone, PRECURSOR_Z * float(np.hypot(there_sd, gone_sd))
                yield Expectation(
                    sentence=f"{name} knows the precursor: at 0-15 s {there:+.3f} with it, {gone:+.3f} without, "
                    f"{more:+.3f} ({more - reach:+.3f} to {more + reach:+.3f})",
                    met=more - reach > 0,
                )


def _of_coverage(coverage: Sequence[CoverageRow]) -> Iterator[Expectation]:
    made = [(row.covered, row.windows) for row in coverage if row.covered is not None and row.label == "all"]
    if made:
        shares, windows = zip(*made, strict=True)
        covered = float(np.average(shares, weights=np.array(windows, float)))
        yield Expectation(
            sentence=f"90 % intervals hold {covered:.3f} of like windows later; expected {COVERAGE[0]} to {COVERAGE[1]}",
            met=COVERAGE[0] <= covered <= COVERAGE[1],
        )


def _mean(point: RecoveryPoint) -> float:
    return np.nan if point.mean is None else point.mean


def _point(runs: Sequence[RecoveryRun]) -> RecoveryPoint:
    one, skills = runs[0], [np.nan if run.skill is None else run.skill for run in runs]
    mean = float(np.mean(skills))
    half = float(stats.t.ppf(0.975, len(skills) - 1) * stats.sem(skills)) if len(skills) > 1 else np.nan
    entries = [run.entry for run in runs if run.entry is not None]
    placebos = [run.placebo for run in runs if run.placebo is not None]
    return RecoveryPoint(
        kind=one.kind,
        signature=one.signature,
        outcome=one.outcome,
        forecaster=one.forecaster,
        seeds=len(runs),
        mean=mean,
        low=mean - half,
        high=mean + half,
        entry=float(np.mean(entries)) if entries else None,
        entry_sd=float(stats.sem(entries)) if len(entries) > 1 else _error_of(one),
        placebo=float(np.mean(placebos)) if placebos else None,
        significant=sum(run.p is not None and run.p < SIGNIFICANT_BELOW for run in runs),
        bounds_above_zero=sum(run.low is not None and run.low > 0 for run in runs),
    )


def _error_of(run: RecoveryRun) -> float | None:
    """Standard error of a single run's skill at entry, from its interval over sessions."""
    if run.entry_low is None or run.entry_high is None:
        return None
    return (run.entry_high - run.entry_low) / (2 * PRECURSOR_Z)
