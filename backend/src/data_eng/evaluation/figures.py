"""The rows of the result: skill against BASE and every other forecast, and how far each figure is to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from ..retrieval.base import hazards_of
from ..retrieval.day_blocks import ratio
from ..retrieval.distribution import CLASSES
from ..retrieval.fire import fire_record, net_ticks
from ..sections import EvaluationSettings
from ..settings import Settings
from .calibration import by_lift, reliability, sharpness
from .coverage import covered
from .pool import Pool
from .resampling import detectable_skill, sessions_for, skill, standard_error
from .result import (
    CoverageRow,
    DistanceRow,
    FireRow,
    LiftBin,
    LiftRow,
    Power,
    ReliabilityBin,
    ReliabilityRow,
    SessionsNeeded,
    SharpnessRow,
    SkillOfDay,
    SkillRow,
)
from .scores import SCORES
from .strata import AGES, among
from .walk_forward import BASE

BRIER = "brier"
"""The score of the verdict."""
ASKED = (0.04, 0.02, 0.01)
"""Skills of which the report says how many sessions would show them: what was planted gives the first, a weak market the last."""
Scores = dict[str, NDArray[np.float64]]


class SkillColumns(TypedDict):
    """The columns that every row of a skill has."""

    skill: float
    low: float
    high: float
    windows: int
    sessions: int


def scores_of(pool: Pool, score: str, horizon: int) -> Scores:
    """(windows,) by forecaster; NaN where censored or not forecast."""
    return {name: SCORES[score](p[:, horizon], pool.outcome[:, horizon]) for name, p in pool.p.items()}


def skill_rows(pool: Pool, horizons_s: Sequence[int], rules: EvaluationSettings) -> tuple[SkillRow, ...]:
    """The answer against every reference, and every reference against BASE, by every score at every horizon."""
    pairs = [(name, other) for name in pool.similar for other in pool.references_of(name)]
    pairs += [(name, BASE) for name in pool.references if name != BASE]
    rows: list[SkillRow] = []
    for score in SCORES:
        for horizon, horizon_s in enumerate(horizons_s):
            values = scores_of(pool, score, horizon)
            rows += [
                SkillRow(
                    forecaster=name,
                    kind="similar" if name in pool.similar else "baseline",
                    against=other,
                    horizon_s=horizon_s,
                    score=score,
                    **skill_columns(values[name], values[other], pool.day, rules),
                )
                for name, other in pairs
                if np.isfinite(values[name]).any()
            ]
    return tuple(rows)


def reliability_rows(pool: Pool, horizon: int, rules: EvaluationSettings) -> tuple[ReliabilityRow, ...]:
    outcome, sampling = pool.outcome[:, horizon], (rules.bootstrap_draws, rules.interval, rules.seed)
    return tuple(
        ReliabilityRow(
            forecaster=name,
            outcome=kind,
            bins=tuple(
                ReliabilityBin(**bin_._asdict())
                for bin_ in reliability(pool.p[name][:, horizon, at], _happened(outcome, at), pool.day, *sampling)
            ),
        )
        for name in (*pool.similar, BASE)
        for at, kind in enumerate(CLASSES)
    )


def lift_rows(pool: Pool, horizon: int, rules: EvaluationSettings) -> tuple[LiftRow, ...]:
    outcome, sampling = pool.outcome[:, horizon], (rules.bootstrap_draws, rules.interval, rules.seed)
    return tuple(
        LiftRow(
            forecaster=name,
            outcome=kind,
            bins=tuple(
                LiftBin(base=lifted.base, **lifted.bin._asdict())
                for lifted in by_lift(
                    pool.p[name][:, horizon, at], pool.p[BASE][:, horizon, at], _happened(outcome, at), pool.day, *sampling
                )
            ),
        )
        for name in pool.similar
        for at, kind in enumerate(CLASSES)
    )


def sharpness_rows(pool: Pool, horizon: int) -> tuple[SharpnessRow, ...]:
    scored = pool.outcome[:, horizon] >= 0
    return tuple(SharpnessRow(forecaster=name, sharpness=float(sharpness(p[scored, horizon]))) for name, p in pool.p.items())


def coverage_rows(pool: Pool, settings: Settings) -> tuple[CoverageRow, ...]:
    """Of the intervals of break and reject: over all windows, and by age."""
    rules = settings.evaluation
    hazards = hazards_of(pool.p[BASE][..., :2])
    rows = []
    for name, said in pool.said.items():
        held = covered(pool.moments, pool.day, hazards, said.ratio, said.ratio_sd, settings)
        for label, chosen in (("all", np.ones(len(pool.day), bool)), *among(pool.moments.standing.age_s, AGES)):
            for at, kind in enumerate(CLASSES[:2]):
                share = ratio(
                    held[chosen, at], np.ones(int(chosen.sum())), pool.day[chosen], rules.bootstrap_draws, rules.interval, rules.seed
                )
                if share.episodes:
                    rows.append(
                        CoverageRow(
                            forecaster=name,
                            outcome=kind,
                            label=label,
                            wanted=settings.answer.interval,
                            covered=share.value,
                            low=share.low,
                            high=share.high,
                            windows=share.episodes,
                            sessions=share.sessions,
                        )
                    )
    return tuple(rows)


def fire_rows(pool: Pool, horizon: int, settings: Settings) -> tuple[FireRow, ...]:
    """What the fires came to; a fire on a censored window has no outcome, and counts among the fires alone."""
    rules, cost, standing = settings.evaluation, settings.answer.fire_cost_ticks, pool.moments.standing
    kind, sessions = pool.moments.kinds[:, horizon], len(np.unique(pool.day))
    rows = []
    for name, said in pool.said.items():
        fired = said.fires
        net = net_ticks(kind[fired], said.lead[fired], standing.x_ticks[fired], standing.barrier_ticks[fired], cost)
        record = fire_record(
            kind[fired], said.lead[fired], net, pool.day[fired], sessions, rules.interval, rules.bootstrap_draws, rules.seed
        )
        rows.append(
            FireRow(
                forecaster=name,
                fires=int(fired.sum()),
                per_day=record.per_day,
                hit_share=record.hit_share.value,
                hit_low=record.hit_share.low,
                hit_high=record.hit_share.high,
                net_ticks=record.net_ticks.value,
                net_low=record.net_ticks.low,
                net_high=record.net_ticks.high,
                cost_ticks=cost,
                sessions=sessions,
            )
        )
    return tuple(rows)


def rows_by_day(brier: Scores, pool: Pool) -> tuple[SkillOfDay, ...]:
    return tuple(row for name in pool.similar for row in _by_day(name, brier, pool))


def distance_rows(pool: Pool) -> tuple[DistanceRow, ...]:
    """How far the neighbours were, and how many windows had no comparable setup on record."""
    rows = []
    for name, said in pool.said.items():
        known = said.distance[np.isfinite(said.distance)]
        if len(known):
            count, edges = np.histogram(known, bins="auto" if len(known) < 1000 else 40)
            strange = float(said.is_strange.mean())
            rows.append(DistanceRow(forecaster=name, edges=tuple(edges.tolist()), count=tuple(count.tolist()), strange_share=strange))
    return tuple(rows)


def power_of(brier: Scores, pool: Pool, rules: EvaluationSettings) -> Power:
    """What the scored sessions could have shown, and how many would show what."""
    own, base = brier[pool.similar[0]], brier[BASE]
    error, sessions = standard_error(own, base, pool.day, rules.bootstrap_draws, rules.seed)
    if not np.isfinite(error):
        return Power(detectable_skill=None, sessions=sessions, share=rules.power)
    counted = [(asked, sessions_for(asked, error, sessions, rules.power, rules.interval)) for asked in ASKED]
    return Power(
        detectable_skill=detectable_skill(own, base, pool.day, rules.power, rules.interval, rules.bootstrap_draws, rules.seed),
        sessions=sessions,
        share=rules.power,
        needed=tuple(SessionsNeeded(skill=asked, sessions=count, more=max(count - sessions, 0)) for asked, count in counted),
    )


def skill_columns(
    score: NDArray[np.float64], reference: NDArray[np.float64], day: NDArray[np.int64], rules: EvaluationSettings
) -> SkillColumns:
    own = skill(score, reference, day, rules.bootstrap_draws, rules.interval, rules.seed)
    return {"skill": own.value, "low": own.low, "high": own.high, "windows": own.episodes, "sessions": own.sessions}


def _happened(outcome: NDArray[np.int64], at: int) -> NDArray[np.float64]:
    return np.where(outcome < 0, np.nan, outcome == at)


def _by_day(name: str, brier: Scores, pool: Pool) -> Iterator[SkillOfDay]:
    dates = pool.session_date
    for date in np.unique(dates):
        there = (dates == date) & np.isfinite(brier[name]) & np.isfinite(brier[BASE])
        if there.any():
            worth = 1 - brier[name][there].sum() / max(brier[BASE][there].sum(), np.finfo(float).tiny)
            yield SkillOfDay(forecaster=name, date=str(date), windows=int(there.sum()), skill=float(worth))
