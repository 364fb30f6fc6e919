"""From forecasts to a verdict: what the figures are, and what may be said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..retrieval.fitting import scored_window
from ..retrieval.signals import signal_horizon
from ..sections import EvaluationSettings
from ..settings import Settings
from . import figures
from .figures import RPS
from .ledger import Trial
from .pool import Pool, data_sha256
from .resampling import SIGNIFICANT_BELOW, Permuted, corrected_p, permutation
from .result import EvaluationCounts, EvaluationQuestion, EvaluationResult, EvaluationScope, PermutationRow, Power, Verdict
from .walk_forward import CLIMATOLOGY


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
    horizon = signal_horizon(question.setup, horizons_s, settings)
    scored = pool.outcome[:, horizon] >= 0 if pool is not None else np.zeros(0, bool)
    counts = EvaluationCounts(episodes=int(scored.sum()), sessions=0, series=0, censored=int((~scored).sum()))
    described = _question(question, horizons_s, horizon, settings)
    if pool is None or not scored.any():
        return _nothing(question, described, counts, rules), []
    counts = counts.model_copy(update={"sessions": len(np.unique(pool.day[scored])), "series": len(np.unique(pool.series[scored]))})
    rps = figures.scores_of(pool, RPS, horizon)
    permuted = {name: _permute(pool, name, horizon, rules) for name in pool.similar}
    made = [_trial(name, permuted[name], pool, question, horizons_s[horizon], when, settings) for name in pool.similar]
    result = EvaluationResult(
        synthetic=question.synthetic,
        question=described,
        counts=counts,
        missing=_missing(pool, rules),
        skill=figures.skill_rows(pool, horizons_s, horizon, rules),
        against=figures.against_rows(rps, pool, rules),
        reliability=figures.reliability_rows(pool, horizon, scored, rules),
        sharpness=figures.sharpness_rows(pool, horizon, scored),
        coverage=figures.coverage_rows(pool, horizons_s, settings),
        excursions=figures.excursion_rows(pool, horizons_s[horizon], rules),
        skill_by_day=figures.rows_by_day(rps, pool),
        by_series=figures.rows_by_series(rps, pool, rules),
        distances=figures.distance_rows(pool, settings.retrieval.strange_percentile),
        permutation=tuple(_permutation_row(trial, made, trials) for trial in made),
        power=figures.power_of(rps, pool, rules),
        verdict=Verdict(sentence="", skilful=False),
    )
    return result.model_copy(update={"verdict": _verdict(result)}), made


def _permute(pool: Pool, name: str, horizon: int, rules: EvaluationSettings) -> Permuted:
    scored = pool.outcome[:, horizon] >= 0
    return permutation(
        pool.p[name][scored, horizon],
        pool.outcome[scored, horizon],
        pool.p[CLIMATOLOGY][scored, horizon],
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
        settings=settings.sha256("retrieval", "evaluation", "scaling", "labels", "episodes", "vectors")[:16],
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
    """A skill is claimed only above every baseline at once, and only if chance among all trials would hardly show as much."""
    lows = {
        row.forecaster: min(_or_low(against.low) for against in result.against if against.forecaster == row.forecaster)
        for row in result.permutation
    }
    shown = [
        row.forecaster
        for row in result.permutation
        if lows[row.forecaster] > 0 and row.p_corrected is not None and row.p_corrected < SIGNIFICANT_BELOW
    ]
    counts, on = result.counts, " on synthetic data" if result.synthetic else ""
    base = f"{counts.sessions} sessions and {counts.episodes:,} episodes{on}"
    if shown:
        best = max(shown, key=lambda name: lows[name])
        row = next(row for row in result.primary_skill() if row.forecaster == best)
        sentence = (
            f"Skilful over {base}: {best} beats climatology by {row.skill:.3f} ({row.low:.3f} to {row.high:.3f}), "
            f"and every other forecast, after correction for {result.permutation[0].trials} trials."
        )
        return Verdict(sentence=sentence, skilful=True)
    detectable = result.power.detectable_skill
    could = "" if detectable is None else f" {counts.sessions} sessions could have shown {detectable:.3f} against climatology."
    return Verdict(sentence=f"No skill shown over {base}.{could}", skilful=False)


def _or_low(value: float | None) -> float:
    """A bound that could not be made is no evidence."""
    return -np.inf if value is None else value


def _question(question: Question, horizons_s: Sequence[int], horizon: int, settings: Settings) -> EvaluationQuestion:
    rules = settings.evaluation
    return EvaluationQuestion(
        **question.model_dump(include=set(EvaluationScope.model_fields)),
        horizon_s=horizons_s[horizon],
        horizons_s=tuple(horizons_s),
        warm_up_sessions=rules.warm_up_sessions,
        embargo_sessions=settings.retrieval.embargo_sessions,
        score_window=scored_window(question.setup, settings),
    )


def _nothing(question: Question, described: EvaluationQuestion, counts: EvaluationCounts, rules: EvaluationSettings) -> EvaluationResult:
    """The result of an evaluation that could score nothing says so, and why."""
    why = (
        f"{question.sessions} sessions up to {question.last}, of which the first {rules.warm_up_sessions} are the warm-up"
        if question.sessions <= rules.warm_up_sessions
        else f"no series has {rules.min_past_episodes} past episodes seen to {described.horizon_s} s before any scored session"
    )
    return EvaluationResult(
        synthetic=question.synthetic,
        question=described,
        counts=counts,
        missing=(f"Every figure: {why}. Build more days, then evaluate again.",),
        power=Power(detectable_skill=None, sessions=0, share=rules.power),
        verdict=Verdict(sentence=f"Nothing could be scored: {why}.", skilful=False),
    )


def _missing(pool: Pool, rules: EvaluationSettings) -> tuple[str, ...]:
    """What part of the question has no figure, one sentence each."""
    there = {pool.names[number] for number in np.unique(pool.series)}
    return tuple(
        f"{level_id} {approach_dir.replace('_', ' ')}: no episode could be scored (fewer than {rules.min_past_episodes} past episodes, "
        "or none after the warm-up)."
        for level_id, approach_dir in pool.names
        if (level_id, approach_dir) not in there
    )
