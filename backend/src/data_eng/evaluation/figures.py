"""The rows of the result: skill against climatology and every baseline, and how far each figure is to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from ..retrieval.day_blocks import ratio
from ..retrieval.distribution import CLASSES, QUANTILES
from ..sections import EvaluationSettings
from ..settings import Settings
from .calibration import conformal_sets, coverage, reliability, sharpness
from .pool import Pool
from .resampling import detectable_skill, skill
from .result import (
    AgainstRow,
    CoverageRow,
    DistanceRow,
    ExcursionRow,
    Power,
    ReliabilityBin,
    ReliabilityRow,
    SeriesRow,
    SharpnessRow,
    SkillOfDay,
    SkillRow,
)
from .scores import SCORES
from .walk_forward import CLIMATOLOGY

RPS = "rps"
Scores = dict[str, NDArray[np.float64]]


class SkillColumns(TypedDict):
    """The columns that every row of a skill has."""

    skill: float
    low: float
    high: float
    episodes: int
    sessions: int


def scores_of(pool: Pool, score: str, horizon: int) -> Scores:
    """(episodes,) by forecaster; NaN where censored or not forecast."""
    return {name: SCORES[score](p[:, horizon], pool.outcome[:, horizon]) for name, p in pool.p.items()}


def skill_rows(pool: Pool, horizons_s: Sequence[int], primary: int, rules: EvaluationSettings) -> tuple[SkillRow, ...]:
    """RPS at every horizon, the other scores at the primary one."""
    wanted = [(RPS, horizon) for horizon in range(len(horizons_s))] + [(name, primary) for name in SCORES if name != RPS]
    rows: list[SkillRow] = []
    for score, horizon in wanted:
        values = scores_of(pool, score, horizon)
        rows += [
            SkillRow(
                forecaster=name,
                kind="similar" if name in pool.similar else "baseline",
                horizon_s=horizons_s[horizon],
                score=score,
                **_skill(values[name], values[CLIMATOLOGY], pool, rules),
            )
            for name in pool.p
            if name != CLIMATOLOGY and np.isfinite(values[name]).any()
        ]
    return tuple(rows)


def against_rows(rps: Scores, pool: Pool, rules: EvaluationSettings) -> tuple[AgainstRow, ...]:
    return tuple(
        AgainstRow(forecaster=name, baseline=baseline, **_skill(rps[name], rps[baseline], pool, rules))
        for name in pool.similar
        for baseline in pool.baselines
    )


def reliability_rows(pool: Pool, horizon: int, scored: NDArray[np.bool_], rules: EvaluationSettings) -> tuple[ReliabilityRow, ...]:
    outcome, day = pool.outcome[scored, horizon], pool.day[scored]

    def bins(name: str, at: int) -> tuple[ReliabilityBin, ...]:
        p_class = pool.p[name][scored, horizon, at]
        sampling = (rules.reliability_bins, rules.bootstrap_draws, rules.interval, rules.seed)
        return tuple(ReliabilityBin(**bin_._asdict()) for bin_ in reliability(p_class, outcome == at, day, *sampling))

    return tuple(
        ReliabilityRow(forecaster=name, outcome=kind, bins=bins(name, at)) for name in pool.similar for at, kind in enumerate(CLASSES)
    )


def sharpness_rows(pool: Pool, horizon: int, scored: NDArray[np.bool_]) -> tuple[SharpnessRow, ...]:
    return tuple(SharpnessRow(forecaster=name, sharpness=float(sharpness(pool.p[name][scored, horizon]))) for name in pool.p)


def coverage_rows(pool: Pool, horizons_s: Sequence[int], settings: Settings) -> tuple[CoverageRow, ...]:
    rules, rows = settings.evaluation, []
    for name in pool.similar:
        for horizon, horizon_s in enumerate(horizons_s):
            outcome = pool.outcome[:, horizon]
            sets, made = conformal_sets(
                pool.p[name][:, horizon], outcome, pool.day, rules.set_coverage, settings.retrieval.embargo_sessions
            )
            own = coverage(sets, made, outcome, pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
            rows.append(CoverageRow(forecaster=name, horizon_s=horizon_s, wanted=rules.set_coverage, **own._asdict()))
    return tuple(rows)


def excursion_rows(pool: Pool, horizon_s: int, rules: EvaluationSettings) -> tuple[ExcursionRow, ...]:
    """How often MFE and MAE lay between the quantiles that the similar past gave, where it gave any."""
    rows = []
    for name, covered in pool.covered.items():
        mfe = ratio(covered[:, 0], np.ones(len(covered)), pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
        mae = ratio(covered[:, 1], np.ones(len(covered)), pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
        rows += [
            ExcursionRow(
                forecaster=name,
                excursion=excursion,
                horizon_s=horizon_s,
                wanted=QUANTILES[-1] - QUANTILES[0],
                covered=share.value,
                low=share.low,
                high=share.high,
                episodes=share.episodes,
                sessions=share.sessions,
            )
            for excursion, share in (("MFE", mfe), ("MAE", mae))
        ]
    return tuple(rows)


def rows_by_day(rps: Scores, pool: Pool) -> tuple[SkillOfDay, ...]:
    rows = []
    for name in pool.similar:
        for date in np.unique(pool.session_date):
            there = (pool.session_date == date) & np.isfinite(rps[name]) & np.isfinite(rps[CLIMATOLOGY])
            if there.any():
                worth = 1 - rps[name][there].sum() / max(rps[CLIMATOLOGY][there].sum(), np.finfo(float).tiny)
                rows.append(SkillOfDay(forecaster=name, date=str(date), episodes=int(there.sum()), skill=float(worth)))
    return tuple(rows)


def rows_by_series(rps: Scores, pool: Pool, rules: EvaluationSettings) -> tuple[SeriesRow, ...]:
    return tuple(
        SeriesRow(level_id=level_id, approach_dir=approach_dir, forecaster=name, **_skill(rps[name], rps[CLIMATOLOGY], pool, rules, there))
        for number, (level_id, approach_dir) in enumerate(pool.names)
        if (there := (pool.series == number) & np.isfinite(rps[CLIMATOLOGY])).any()
        for name in pool.similar
    )


def distance_rows(pool: Pool, strange_percentile: float) -> tuple[DistanceRow, ...]:
    """How far the neighbours were, and how many episodes had no comparable setup on record."""
    rows = []
    for name, distance in pool.distance.items():
        known = distance[np.isfinite(distance)]
        if len(known):
            count, edges = np.histogram(known, bins="auto" if len(known) < 1000 else 40)
            ranked = pool.percentile[name][np.isfinite(pool.percentile[name])]
            strange = float((ranked > strange_percentile).mean()) if len(ranked) else None
            rows.append(DistanceRow(forecaster=name, edges=tuple(edges.tolist()), count=tuple(count.tolist()), strange_share=strange))
    return tuple(rows)


def power_of(rps: Scores, pool: Pool, rules: EvaluationSettings) -> Power:
    name = pool.similar[0]
    detectable = detectable_skill(rps[name], rps[CLIMATOLOGY], pool.day, rules.power, rules.interval, rules.bootstrap_draws, rules.seed)
    return Power(detectable_skill=detectable, sessions=len(np.unique(pool.day)), share=rules.power)


def _skill(
    score: NDArray[np.float64],
    reference: NDArray[np.float64],
    pool: Pool,
    rules: EvaluationSettings,
    among: NDArray[np.bool_] | None = None,
) -> SkillColumns:
    rows = np.ones(len(pool.day), bool) if among is None else among
    own = skill(score[rows], reference[rows], pool.day[rows], rules.bootstrap_draws, rules.interval, rules.seed)
    return {"skill": own.value, "low": own.low, "high": own.high, "episodes": own.episodes, "sessions": own.sessions}
