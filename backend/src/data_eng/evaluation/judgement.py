"""From forecasts to a verdict: every forecaster against climatology, the similar past against every one of them, and what may be said."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import Evaluation, Settings
from ..retrieval.distribution import CLASSES, QUANTILES
from ..retrieval.fitting import scored_window
from ..retrieval.signals import signal_horizon
from .calibration import conformal_sets, coverage, reliability, sharpness
from .ledger import Trial
from .resampling import SIGNIFICANT_BELOW, Permuted, corrected_p, detectable_skill, permutation, ratio, skill
from .scores import SCORES, class_of
from .walk_forward import CLIMATOLOGY, SIMILAR, Block

RPS = "rps"


class Pool(NamedTuple):
    """The scored episodes of all series side by side; every array is (episodes, ..)."""

    series: NDArray[np.int64]
    day: NDArray[np.int64]
    session_date: NDArray[np.str_]
    outcome: NDArray[np.int64]
    """(episodes, horizons) positions in CLASSES, -1 where censored."""
    p: dict[str, NDArray[np.float64]]
    distance: dict[str, NDArray[np.float64]]
    percentile: dict[str, NDArray[np.float64]]
    held: dict[str, NDArray[np.float64]]
    """(episodes, 2) by similar forecaster: whether MFE and MAE lay between its quantiles, NaN where it gave none."""
    names: tuple[tuple[str, str], ...]
    """Level and approach of each series."""

    @property
    def similar(self) -> list[str]:
        return [name for name in self.p if name.startswith(SIMILAR)]

    @property
    def baselines(self) -> list[str]:
        return [name for name in self.p if not name.startswith(SIMILAR)]


class Question(NamedTuple):
    """What was asked, as the report says it."""

    root: str
    levels: tuple[str, ...]
    setup: str
    approaches: tuple[str, ...]
    first: str
    last: str
    sessions: int
    """Sessions of the span, those without an episode too."""
    released: bool
    untouched_from: str | None
    """The first session that nobody has looked at; None where there is none."""
    synthetic: bool


def pool_of(blocks: Sequence[Block], first: str, last: str) -> Pool:
    """The forecasts of all series from `first` to `last`; a series may have none."""
    kept = [(block.episodes.session_date >= first) & (block.episodes.session_date <= last) for block in blocks]

    def joined(of: Callable[[Block], NDArray]) -> NDArray:
        return np.concatenate([of(block)[mask] for block, mask in zip(blocks, kept, strict=True)])

    def by_name(field: str) -> dict[str, NDArray]:
        return {name: joined(lambda block, name=name: getattr(block, field)[name]) for name in getattr(blocks[0], field)}  # type: ignore[misc]

    return Pool(
        series=np.repeat(np.arange(len(blocks)), [int(mask.sum()) for mask in kept]),
        day=joined(lambda block: block.episodes.day),
        session_date=joined(lambda block: block.episodes.session_date),
        outcome=class_of(joined(lambda block: block.episodes.kinds)),
        p=by_name("p"),
        distance=by_name("distance"),
        percentile=by_name("percentile"),
        held=by_name("held"),
        names=tuple((block.episodes.key.level_id, block.episodes.key.approach_dir) for block in blocks),
    )


def judge(
    pool: Pool | None, question: Question, trials: Sequence[Trial], when: str, settings: Settings
) -> tuple[dict[str, Any], list[Trial]]:
    """All figures of the report, and the tries that this evaluation adds to those in the ledger.

    `pool` is None where nothing was forecast. A part that cannot be made is left empty and named in `missing`; the rest stands.
    """
    rules, horizons_s = settings.evaluation, settings.labels.horizons_s
    horizon = signal_horizon(question.setup, horizons_s, settings)
    scored = pool.outcome[:, horizon] >= 0 if pool is not None else np.zeros(0, bool)
    result: dict[str, Any] = {
        "synthetic": question.synthetic,
        "question": _question(question, horizons_s, horizon, settings),
        "counts": {"episodes": int(scored.sum()), "sessions": 0, "series": 0, "censored": int((~scored).sum())},
        "missing": [],
    }
    if pool is None or not scored.any():
        return plain(result | _nothing(result, question, rules)), []
    result["counts"] |= {"sessions": len(np.unique(pool.day[scored])), "series": len(np.unique(pool.series[scored]))}
    rps = _scores(pool, RPS, horizon)
    result |= {
        "skill": _skill_rows(pool, horizons_s, horizon, rules),
        "against": _against_rows(rps, pool, rules),
        "reliability": _reliability_rows(pool, horizon, scored, rules),
        "sharpness": [{"forecaster": name, "sharpness": float(sharpness(pool.p[name][scored, horizon]))} for name in pool.p],
        "coverage": _coverage_rows(pool, horizons_s, settings),
        "excursions": _excursion_rows(pool, horizons_s[horizon], rules),
        "skill_by_day": _by_day(rps, pool),
        "by_series": _by_series(rps, pool, rules),
        "distances": _distances(pool, settings.retrieval.strange_percentile),
    }
    permuted = {name: _permute(pool, name, horizon, rules) for name in pool.similar}
    made = [_trial(name, permuted[name], pool, question, horizons_s[horizon], when, settings) for name in pool.similar]
    result["permutation"] = [_permutation_row(trial, made, trials) for trial in made]
    result["power"] = _power(rps, pool, rules)
    result["verdict"] = _verdict(result, question)
    result["missing"] += _missing(pool, rules)
    return plain(result), made


def plain(value: Any) -> Any:
    """The same without NaN, which JSON does not know: None is what could not be made."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def data_sha256(pool: Pool, *forecasters: str) -> str:
    """Hash of what was judged: series, sessions, outcomes, and the forecasts of those named."""
    digest = hashlib.sha256(repr(pool.names).encode())
    for array in (pool.series, pool.session_date, pool.outcome, *(pool.p[name] for name in forecasters)):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def _scores(pool: Pool, score: str, horizon: int) -> dict[str, NDArray[np.float64]]:
    """(episodes,) by forecaster; NaN where censored or not forecast."""
    return {name: SCORES[score](p[:, horizon], pool.outcome[:, horizon]) for name, p in pool.p.items()}


def _skill(score: NDArray, reference: NDArray, pool: Pool, rules: Evaluation, among: NDArray | None = None) -> dict[str, Any]:
    rows = np.ones(len(pool.day), bool) if among is None else among
    found = skill(score[rows], reference[rows], pool.day[rows], rules.bootstrap_draws, rules.interval, rules.seed)
    return {"skill": found.value, "low": found.low, "high": found.high, "episodes": found.episodes, "sessions": found.sessions}


def _skill_rows(pool: Pool, horizons_s: Sequence[int], primary: int, rules: Evaluation) -> list[dict[str, Any]]:
    """RPS at every horizon, the other scores at the primary one."""
    asked = [(RPS, horizon) for horizon in range(len(horizons_s))] + [(name, primary) for name in SCORES if name != RPS]
    rows = []
    for score, horizon in asked:
        values = _scores(pool, score, horizon)
        rows += [
            {
                "forecaster": name,
                "kind": "similar" if name in pool.similar else "baseline",
                "horizon_s": horizons_s[horizon],
                "score": score,
                **_skill(values[name], values[CLIMATOLOGY], pool, rules),
            }
            for name in pool.p
            if name != CLIMATOLOGY and np.isfinite(values[name]).any()
        ]
    return rows


def _against_rows(rps: dict[str, NDArray], pool: Pool, rules: Evaluation) -> list[dict[str, Any]]:
    return [
        {"forecaster": name, "baseline": baseline, **_skill(rps[name], rps[baseline], pool, rules)}
        for name in pool.similar
        for baseline in pool.baselines
    ]


def _reliability_rows(pool: Pool, horizon: int, scored: NDArray[np.bool_], rules: Evaluation) -> list[dict[str, Any]]:
    outcome = pool.outcome[scored, horizon]
    return [
        {
            "forecaster": name,
            "class": kind,
            "bins": [
                bin_._asdict()
                for bin_ in reliability(
                    pool.p[name][scored, horizon, at],
                    outcome == at,
                    pool.day[scored],
                    rules.reliability_bins,
                    rules.bootstrap_draws,
                    rules.interval,
                    rules.seed,
                )
            ],
        }
        for name in pool.similar
        for at, kind in enumerate(CLASSES)
    ]


def _coverage_rows(pool: Pool, horizons_s: Sequence[int], settings: Settings) -> list[dict[str, Any]]:
    rules, rows = settings.evaluation, []
    for name in pool.similar:
        for horizon, horizon_s in enumerate(horizons_s):
            outcome = pool.outcome[:, horizon]
            sets, made = conformal_sets(
                pool.p[name][:, horizon], outcome, pool.day, rules.set_coverage, settings.retrieval.embargo_sessions
            )
            found = coverage(sets, made, outcome, pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
            rows.append({"forecaster": name, "horizon_s": horizon_s, "wanted": rules.set_coverage, **found._asdict()})
    return rows


def _excursion_rows(pool: Pool, horizon_s: int, rules: Evaluation) -> list[dict[str, Any]]:
    """How often MFE and MAE lay between the quantiles that the similar past gave, where it gave any."""
    rows = []
    for name, held in pool.held.items():
        for at, kind in enumerate(("MFE", "MAE")):
            found = ratio(held[:, at], np.ones(len(held)), pool.day, rules.bootstrap_draws, rules.interval, rules.seed)
            told = {"covered": found.value, "low": found.low, "high": found.high, "episodes": found.episodes, "sessions": found.sessions}
            rows.append({"forecaster": name, "excursion": kind, "horizon_s": horizon_s, "wanted": QUANTILES[-1] - QUANTILES[0], **told})
    return rows


def _by_day(rps: dict[str, NDArray], pool: Pool) -> list[dict[str, Any]]:
    rows = []
    for name in pool.similar:
        for date in np.unique(pool.session_date):
            there = (pool.session_date == date) & np.isfinite(rps[name]) & np.isfinite(rps[CLIMATOLOGY])
            if there.any():
                worth = 1 - rps[name][there].sum() / max(rps[CLIMATOLOGY][there].sum(), np.finfo(float).tiny)
                rows.append({"forecaster": name, "date": str(date), "episodes": int(there.sum()), "skill": float(worth)})
    return rows


def _by_series(rps: dict[str, NDArray], pool: Pool, rules: Evaluation) -> list[dict[str, Any]]:
    return [
        {"level_id": level_id, "approach_dir": approach_dir, "forecaster": name, **_skill(rps[name], rps[CLIMATOLOGY], pool, rules, there)}
        for number, (level_id, approach_dir) in enumerate(pool.names)
        if (there := (pool.series == number) & np.isfinite(rps[CLIMATOLOGY])).any()
        for name in pool.similar
    ]


def _distances(pool: Pool, strange_percentile: float) -> list[dict[str, Any]]:
    """How far the neighbours were, and how many episodes were unlike anything before."""
    rows = []
    for name, distance in pool.distance.items():
        known = distance[np.isfinite(distance)]
        if len(known):
            count, edges = np.histogram(known, bins="auto" if len(known) < 1000 else 40)
            ranked = pool.percentile[name][np.isfinite(pool.percentile[name])]
            strange = float((ranked > strange_percentile).mean()) if len(ranked) else None
            rows.append({"forecaster": name, "edges": edges.tolist(), "count": count.tolist(), "strange_share": strange})
    return rows


def _permute(pool: Pool, name: str, horizon: int, rules: Evaluation) -> Permuted:
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


def _permutation_row(trial: Trial, made: Sequence[Trial], before: Sequence[Trial]) -> dict[str, Any]:
    """The p-value corrected by every other try, of this evaluation and of the ledger."""
    others = {other.identity: other for other in (*before, *made) if other.identity != trial.identity}
    return {
        "forecaster": trial.forecaster,
        "observed": trial.skill,
        "p": trial.p,
        "p_corrected": corrected_p(trial.skill, np.array(trial.draws), [np.array(other.draws) for other in others.values()]),
        "trials": len(others) + 1,
        "draws": list(trial.draws),
    }


def _power(rps: dict[str, NDArray], pool: Pool, rules: Evaluation) -> dict[str, Any]:
    name = pool.similar[0]
    detectable = detectable_skill(rps[name], rps[CLIMATOLOGY], pool.day, rules.power, rules.interval, rules.bootstrap_draws, rules.seed)
    return {"detectable_skill": detectable, "sessions": len(np.unique(pool.day)), "share": rules.power}


def _verdict(result: dict[str, Any], question: Question) -> dict[str, Any]:
    """A skill is claimed only above every baseline at once, and only if chance among all tries would hardly show as much."""
    worst = {
        row["forecaster"]: min((r for r in result["against"] if r["forecaster"] == row["forecaster"]), key=lambda r: _or_low(r["low"]))
        for row in result["permutation"]
    }
    shown = [
        row["forecaster"]
        for row in result["permutation"]
        if _or_low(worst[row["forecaster"]]["low"]) > 0 and row["p_corrected"] < SIGNIFICANT_BELOW
    ]
    counts, on = result["counts"], " on synthetic data" if question.synthetic else ""
    base = f"{counts['sessions']} sessions and {counts['episodes']:,} episodes{on}"
    if shown:
        best = max(shown, key=lambda name: _or_low(worst[name]["low"]))
        rows = (r for r in result["skill"] if r["forecaster"] == best and r["score"] == RPS)
        row = next(r for r in rows if r["horizon_s"] == result["question"]["horizon_s"])
        sentence = (
            f"Skilful over {base}: {best} beats climatology by {row['skill']:.3f} ({row['low']:.3f} to {row['high']:.3f}), "
            f"and every other forecast, after correction for {result['permutation'][0]['trials']} tries."
        )
        return {"sentence": sentence, "skilful": True}
    detectable = result["power"]["detectable_skill"]
    could = f" {counts['sessions']} sessions could have shown {detectable:.3f} against climatology." if np.isfinite(detectable) else ""
    return {"sentence": f"No skill shown over {base}.{could}", "skilful": False}


def _or_low(value: float | None) -> float:
    """A bound that could not be made is no evidence."""
    return -np.inf if value is None or not np.isfinite(value) else value


def _question(question: Question, horizons_s: Sequence[int], horizon: int, settings: Settings) -> dict[str, Any]:
    rules = settings.evaluation
    return {
        "root": question.root,
        "levels": list(question.levels),
        "setup": question.setup,
        "approaches": list(question.approaches),
        "first": question.first,
        "last": question.last,
        "horizon_s": horizons_s[horizon],
        "horizons_s": list(horizons_s),
        "warm_up_sessions": rules.warm_up_sessions,
        "embargo_sessions": settings.retrieval.embargo_sessions,
        "score_window": scored_window(question.setup, settings),
        "untouched_from": question.untouched_from,
        "released": question.released,
    }


def _nothing(result: dict[str, Any], question: Question, rules: Evaluation) -> dict[str, Any]:
    """The report of an evaluation that could score nothing says so, and why."""
    why = (
        f"{question.sessions} sessions up to {question.last}, of which the first {rules.warm_up_sessions} are the warm-up"
        if question.sessions <= rules.warm_up_sessions
        else f"no series has {rules.min_past_episodes} past episodes seen to {result['question']['horizon_s']} s before any scored session"
    )
    empty = (
        "skill",
        "against",
        "permutation",
        "reliability",
        "sharpness",
        "coverage",
        "excursions",
        "skill_by_day",
        "by_series",
        "distances",
    )
    return {
        **{name: [] for name in empty},
        "power": {"detectable_skill": None, "sessions": 0, "share": rules.power},
        "verdict": {"sentence": f"Nothing could be scored: {why}.", "skilful": False},
        "missing": [f"Every figure: {why}. Build more days, then evaluate again."],
    }


def _missing(pool: Pool, rules: Evaluation) -> list[str]:
    """What part of what was asked for has no figure, one sentence each."""
    there = {pool.names[number] for number in np.unique(pool.series)}
    return [
        f"{level_id} {approach_dir.replace('_', ' ')}: no episode could be scored (fewer than {rules.min_past_episodes} past episodes, "
        "or none after the warm-up)."
        for level_id, approach_dir in pool.names
        if (level_id, approach_dir) not in there
    ]
