"""From forecasts to a verdict: what the figures are, and what may be said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..retrieval.day_blocks import MIN_SESSIONS
from ..sections import EvaluationSettings
from ..settings import Settings
from . import figures
from .figures import BRIER
from .ledger import Trial
from .pool import Pool, data_sha256
from .resampling import Permuted, corrected_p, permutation
from .result import (
    EvaluationCounts,
    EvaluationQuestion,
    EvaluationResult,
    EvaluationScope,
    FireRow,
    PermutationRow,
    Power,
    SkillRow,
    Verdict,
)
from .strata import stratum_rows
from .walk_forward import BASE, PLACEBO, SIMILAR


class Question(EvaluationScope):
    """A scope and what the lake says of it."""

    sessions: int
    """Sessions of the span, those without an episode too."""
    synthetic: bool


def judge(
    pool: Pool | None, question: Question, trials: Sequence[Trial], when: str, settings: Settings
) -> tuple[EvaluationResult, list[Trial]]:
    """All figures, and the trials that this evaluation adds to those in the ledger.

    `pool` is None where nothing was forecast. A part that cannot be made is left empty and named in `missing`; the rest stands.
    """
    rules, horizons_s = settings.evaluation, settings.labels.horizons_s
    horizon = horizons_s.index(settings.answer.primary_s)
    described = _question(question, settings)
    scored = pool.outcome[:, horizon] >= 0 if pool is not None else np.zeros(0, bool)
    if pool is None or not scored.any():
        return _nothing(question, described, len(scored), settings), []
    brier = figures.scores_of(pool, BRIER, horizon)
    permuted = {name: _permute(pool, name, horizon, rules) for name in pool.similar}
    made = [_trial(name, permuted[name], pool, question, horizons_s[horizon], when, settings) for name in pool.similar]
    result = EvaluationResult(
        synthetic=question.synthetic,
        question=described,
        counts=EvaluationCounts(
            windows=int(scored.sum()),
            tests=len(np.unique(pool.moments.setup[scored])),
            sessions=len(np.unique(pool.day[scored])),
            levels=len({level_id for level_id, _ in pool.names}),
            censored=int((~scored).sum()),
        ),
        missing=_missing(pool, question),
        skill=figures.skill_rows(pool, horizons_s, rules),
        strata=stratum_rows(brier, pool, rules),
        reliability=figures.reliability_rows(pool, horizon, rules),
        lift=figures.lift_rows(pool, horizon, rules),
        sharpness=figures.sharpness_rows(pool, horizon),
        coverage=figures.coverage_rows(pool, settings),
        fires=figures.fire_rows(pool, horizon, settings),
        skill_by_day=figures.rows_by_day(brier, pool),
        distances=figures.distance_rows(pool),
        permutation=tuple(_permutation_row(trial, made, trials) for trial in made),
        power=figures.power_of(brier, pool, rules),
        verdict=Verdict(sentence="", skilful=False),
    )
    return result.model_copy(update={"verdict": _verdict(result)}), made


def _permute(pool: Pool, name: str, horizon: int, rules: EvaluationSettings) -> Permuted:
    scored = pool.outcome[:, horizon] >= 0
    return permutation(
        pool.p[name][scored, horizon],
        pool.outcome[scored, horizon],
        pool.p[BASE][scored, horizon],
        pool.day[scored],
        pool.series[scored],
        rules.permutations,
        rules.seed,
    )


def _trial(name: str, permuted: Permuted, pool: Pool, question: Question, horizon_s: int, when: str, settings: Settings) -> Trial:
    return Trial(
        when=when,
        forecaster=name,
        levels=question.levels,
        setup=question.setup,
        first=question.first,
        last=question.last,
        horizon_s=horizon_s,
        skill=permuted.observed,
        p=permuted.p,
        settings=settings.sha256("answer", "evaluation", "scaling", "labels", "episodes", "volatility")[:16],
        data=data_sha256(pool, name),
        draws=tuple(float(draw) for draw in permuted.draws),
    )


def _permutation_row(trial: Trial, made: Sequence[Trial], before: Sequence[Trial]) -> PermutationRow:
    """The p-value corrected by every other trial, of this evaluation and of the ledger."""
    others = {other.identity: other for other in (*before, *made) if other.identity != trial.identity}
    return PermutationRow(
        forecaster=trial.forecaster,
        observed=trial.skill,
        p=trial.p,
        p_corrected=corrected_p(trial.skill, np.array(trial.draws), [np.array(other.draws) for other in others.values()]),
        trials=len(others) + 1,
        draws=trial.draws,
    )


def _verdict(result: EvaluationResult) -> Verdict:
    """A skill is claimed only where the lower bounds against BASE and against PLACEBO are both above 0, by Brier at the primary horizon."""
    counts, on = result.counts, " on synthetic data" if result.synthetic else ""
    basis = f"{counts.sessions} sessions, {counts.tests:,} tests and {counts.windows:,} windows{on}"
    judged = [(base, placebo) for row in result.permutation if (base := _against(result, row.forecaster, BASE)) is not None
              and (placebo := _against(result, row.forecaster, _placebo_of(row.forecaster))) is not None]  # fmt: skip
    shown = [pair for pair in judged if all(_or_low(row.low) > 0 for row in pair)]
    best = max(shown or judged, key=lambda pair: min(_or_low(row.low) for row in pair), default=None)
    if best is None:
        return Verdict(sentence=f"No skill shown over {basis}.", skilful=False)
    base, placebo = best
    against = f"against BASE {_with_interval(base)}, against PLACEBO {_with_interval(placebo)} (Brier)"
    fires = _fires(result, base.forecaster)
    if shown:
        return Verdict(sentence=f"Skilful over {basis}: {base.forecaster} {against}.{fires}", skilful=True)
    return Verdict(sentence=f"No skill shown over {basis}: {base.forecaster} {against}.{_could(result.power)}{fires}", skilful=False)


def _against(result: EvaluationResult, forecaster: str, other: str) -> SkillRow | None:
    return result.verdict_row(forecaster, other)


def _placebo_of(forecaster: str) -> str:
    return forecaster.replace(SIMILAR, PLACEBO, 1)


def _could(power: Power) -> str:
    if power.detectable_skill is None:
        return ""
    more = "; ".join(f"{own.skill:.2f} takes {own.more} more" for own in power.needed if own.more)
    return f" {power.sessions} sessions could have shown {power.detectable_skill:.3f}{f'; to show {more}' if more else ''}."


def _fires(result: EvaluationResult, forecaster: str) -> str:
    """`It fired 8.5 times a day: net +6.2 ticks (+5.1 to +7.3) after cost.`"""
    own: FireRow | None = next((row for row in result.fires if row.forecaster == forecaster and row.net_ticks is not None), None)
    if own is None or own.per_day is None:
        return ""
    interval = "" if own.net_low is None or own.net_high is None else f" ({own.net_low:+.1f} to {own.net_high:+.1f})"
    return f" It fired {own.per_day:.1f} times a day: net {own.net_ticks:+.1f} ticks{interval} after cost."


def _with_interval(row: SkillRow) -> str:
    figure = "not known" if row.skill is None else f"{row.skill:+.3f}"
    return figure if row.low is None or row.high is None else f"{figure} ({row.low:+.3f} to {row.high:+.3f})"


def _or_low(value: float | None) -> float:
    """A bound that could not be made is no evidence."""
    return -np.inf if value is None else value


def _question(question: Question, settings: Settings) -> EvaluationQuestion:
    return EvaluationQuestion(
        **question.model_dump(include=set(EvaluationScope.model_fields)),
        horizon_s=settings.answer.primary_s,
        horizons_s=settings.labels.horizons_s,
        warm_up_sessions=settings.evaluation.warm_up_sessions,
        embargo_sessions=settings.answer.embargo_sessions,
        ages=settings.episodes.candidate_ages,
    )


def _nothing(question: Question, described: EvaluationQuestion, censored: int, settings: Settings) -> EvaluationResult:
    """The result of an evaluation that could score nothing says so, and why."""
    warm_up = settings.evaluation.warm_up_sessions
    needed = warm_up + 1 - question.sessions
    why = (
        f"{question.sessions} sessions up to {question.last}, of which the first {warm_up} are the warm-up"
        if needed > 0
        else f"no window of {question.first} to {question.last} is seen to {described.horizon_s} s"
    )
    more = f" {needed} more to score the first, {needed + MIN_SESSIONS - 1} for an interval." if needed > 0 else ""
    return EvaluationResult(
        synthetic=question.synthetic,
        question=described,
        counts=EvaluationCounts(windows=0, tests=0, sessions=0, levels=0, censored=censored),
        missing=(f"Every figure: {why}.{more} Build more days, then evaluate again.",),
        power=Power(detectable_skill=None, sessions=0, share=settings.evaluation.power),
        verdict=Verdict(sentence=f"Nothing could be scored: {why}.{more}", skilful=False),
    )


def _missing(pool: Pool, question: Question) -> tuple[str, ...]:
    """What part of the question has no figure, one sentence each."""
    sessions = len(np.unique(pool.day))
    few = [
        f"Every interval: {sessions} scored sessions, {MIN_SESSIONS - sessions} more are needed to see how much sessions differ."
        for _ in range(sessions < MIN_SESSIONS)
    ]
    there = {level_id for level_id, _ in pool.names}
    return (*few, *(f"{level_id}: price never tested it in the scored sessions." for level_id in question.levels if level_id not in there))
