"""Results as the evaluation makes them, without the evaluation: a plausible one, an ugly one, and a recovery."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from src.data_eng.evaluation.result import EvaluationResult, RecoveryResult

SIMILAR = ("similar frame", "similar user")
REFERENCES = ("base", "placebo", "random_walk", "climatology", "logistic", "lightgbm")
"""The placebo is each answer's own."""
HORIZONS_S = (120, 240, 360, 480, 600, 720, 840)
PRIMARY_S = 360
STRATA = (
    ("place", "below -0.6"), ("place", "-0.6 to -0.2"), ("age", "0 s"), ("entry", "0-15 s"), ("level", "PM High from below"),
)  # fmt: skip
LEVELS = ("pm_high", "pm_low", "or_high", "or_low", "pd_close", "vwap")
SESSIONS = 48
CENTRE = {"logistic": 0.006, "lightgbm": 0.009, "climatology": -0.142, "random_walk": -0.031, "similar frame": 0.011}


def sample_result(**changes: Any) -> EvaluationResult:
    """A full result in which the answer is a little better than BASE and no better than a model."""
    return EvaluationResult(**(sample_figures() | changes))


def sample_figures(seed: int = 7) -> dict[str, Any]:
    """The same, as it is kept in a file."""
    rng = np.random.default_rng(seed)
    dates = session_dates(SESSIONS)
    references = [name for name in REFERENCES if name not in ("base", "placebo")]
    pairs = [(name, "similar", placed(name, other)) for name in SIMILAR for other in REFERENCES]
    pairs += [(name, "baseline", "base") for name in [*map(placebo_of, SIMILAR), *references]]
    return {
        "verdict": {
            "sentence": "No skill was shown: the answer did not beat BASE and PLACEBO. 48 sessions could have shown a skill of 0.018.",
            "skilful": False,
        },
        "synthetic": True,
        "question": {
            "root": "ES", "levels": list(LEVELS), "setup": "touch", "approaches": ["from_below", "from_above"],
            "first": dates[0], "last": dates[-1], "horizon_s": PRIMARY_S, "horizons_s": list(HORIZONS_S), "warm_up_sessions": 10,
            "embargo_sessions": 1, "ages": "0,15,+30", "untouched_from": "2025-10-17", "released": False,
        },
        "hashes": {name: rng.bytes(32).hex() for name in ("settings", "code", "data")},
        "counts": {"windows": 7012, "tests": 1402, "sessions": SESSIONS, "levels": 6, "censored": 311},
        "power": {
            "detectable_skill": 0.018, "sessions": SESSIONS, "share": 0.8,
            "needed": [{"skill": 0.04, "sessions": 12, "more": 0}, {"skill": 0.01, "sessions": 160, "more": 112}],
        },
        "skill": [
            {"forecaster": name, "kind": kind, "against": other, "horizon_s": horizon, "score": score, "windows": 7012 - horizon,
             "sessions": SESSIONS}
            | interval(rng, (CENTRE.get(name, 0.0) - CENTRE.get(other, 0.0)) * (1.6 if score == "log_loss" else 1.0), 0.012)
            for name, kind, other in pairs for horizon in HORIZONS_S for score in ("brier", "log_loss", "rps")
        ],
        "strata": [
            {"forecaster": name, "axis": axis, "label": label, "windows": 584, "sessions": 47} | interval(rng, 0.004, 0.04)
            for axis, label in STRATA for name in SIMILAR
        ],
        "permutation": [
            {"forecaster": name, "observed": CENTRE.get(name, 0.0), "p": 0.041, "p_corrected": 0.187, "trials": 6,
             "draws": rng.normal(-0.003, 0.006, 999).tolist()}
            for name in SIMILAR
        ],
        "reliability": [
            {"forecaster": name, "class": outcome, "bins": bins(rng, middle)}
            for name in SIMILAR for outcome, middle in (("break", 0.31), ("reject", 0.46), ("chop", 0.22))
        ],
        "lift": [
            {"forecaster": name, "class": outcome,
             "bins": [bin_ | {"base": middle} for bin_ in bins(rng, middle)[:5]]}
            for name in SIMILAR for outcome, middle in (("break", 0.31), ("reject", 0.46), ("chop", 0.22))
        ],
        "sharpness": [{"forecaster": name, "sharpness": 0.02 + 0.03 * rng.random()} for name in (*SIMILAR, "base", *references)],
        "coverage": [
            {"forecaster": name, "class": outcome, "label": label, "wanted": 0.9, "windows": 7012, "sessions": SESSIONS}
            | interval(rng, 0.902, 0.014, "covered")
            for name in SIMILAR for outcome in ("break", "reject") for label in ("all", "0 s")
        ],
        "fires": [
            {"forecaster": name, "fires": 96, "per_day": 2.0, "hit_share": 0.5, "hit_low": 0.41, "hit_high": 0.6, "net_ticks": -0.6,
             "net_low": -4.4, "net_high": 2.5, "cost_ticks": 1.3, "sessions": SESSIONS}
            for name in SIMILAR
        ],
        "skill_by_day": [
            {"forecaster": name, "date": day, "windows": int(rng.integers(90, 190)),
             "skill": float(rng.normal(CENTRE.get(name, 0.0), 0.04))}
            for name in SIMILAR for day in dates
        ],
        "distances": [
            {"forecaster": name, "edges": np.linspace(0, 3, 31).tolist(), "strange_share": 0.06,
             "count": np.histogram(rng.gamma(6, 0.2, 9000), np.linspace(0, 3, 31))[0].tolist()}
            for name in SIMILAR
        ],
        "recovery": sample_recovery(seed).plain(),
        "ledger": [
            {"when": f"2025-11-{day:02d} 14:0{day % 10}", "forecaster": name, "levels": ["pm_high"], "setup": "touch", "first": dates[0],
             "last": dates[-1], "horizon_s": PRIMARY_S, "skill": float(rng.normal(0, 0.01)), "p": float(rng.random()),
             "settings": rng.bytes(8).hex(), "data": rng.bytes(8).hex()}
            for day in (3, 4) for name in SIMILAR
        ],
        "excluded": [
            {"date": "2025-07-03", "reason": "early close at 13:00"}, {"date": "2025-09-15", "reason": "contract roll"},
            {"date": "2025-09-16", "reason": "contract roll"}, {"date": "2025-10-02", "reason": "gap of 14 min in the feed"},
        ],
        "missing": [],
    }  # fmt: skip


def sample_recovery(seed: int = 7) -> RecoveryResult:
    """Twenty seeds of the null and the placebo, five at each of four planted strengths; two forecasters."""
    rng = np.random.default_rng(seed)
    planted = [("null", 0.0, 0.0, 20, 0.0), ("placebo", 0.6, 0.3, 20, 0.0)]
    planted += [("planted", signature, 0.3, 5, 0.09 * signature) for signature in (0.15, 0.3, 0.45, 0.6)]
    runs: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for kind, signature, outcome, seeds, effect in planted:
        for name in SIMILAR[:2]:
            place: dict[str, Any] = {"kind": kind, "signature": signature, "outcome": outcome, "forecaster": name}
            own: list[dict[str, Any]] = [
                place
                | {
                    "seed": number,
                    "sessions": 40,
                    "windows": 1900,
                    "p": float(rng.random()),
                    "placebo": 0.001,
                    "entry": effect,
                    "entry_low": effect - 0.01,
                    "entry_high": effect + 0.01,
                }
                | interval(rng, effect, 0.01)
                for number in range(seeds)
            ]
            runs += own
            skill = np.array([run["skill"] for run in own])
            half = 2 * float(skill.std()) / len(own) ** 0.5
            middle = {"mean": float(skill.mean()), "low": float(skill.mean()) - half, "high": float(skill.mean()) + half}
            above = sum(float(run["low"]) > 0 for run in own)
            entry = {"entry": effect, "entry_sd": 0.004, "placebo": 0.001}
            points.append(place | middle | entry | {"seeds": seeds, "significant": above, "bounds_above_zero": above})
    question = {
        "sessions": 40, "records": 300_000, "bases": 5, "null_seeds": 20, "seeds": 5, "strengths": [0.15, 0.3, 0.45, 0.6], "markets": [],
        "levels": ["pm_high"], "metrics": ["frame"], "horizon_s": PRIMARY_S,
    }  # fmt: skip
    expectations = [
        {"sentence": "Over 20 null seeds the mean skill lies within [−0.010, +0.004].", "met": True},
        {"sentence": "In at most 3 of 20 null seeds the lower bound is above 0.", "met": True},
        {"sentence": "The placebo looks like the null.", "met": False},
    ]
    return RecoveryResult.model_validate(
        {"synthetic": True, "question": question, "runs": runs, "points": points, "expectations": expectations}
    )


def ugly_result() -> EvaluationResult:
    """What hardly anybody would send: long names, markup in names, wild figures, many trials, holes everywhere."""
    result = sample_figures(3)
    long = "a_forecaster_whose_name_was_written_by_a_committee_and_never_shortened_" * 2
    rename = {"similar user": long, "similar frame": "<script>alert('$x_1$')</script> & \"quotes\""}
    for part in result.values():
        for row in part if isinstance(part, list) else []:
            if isinstance(row, dict) and "forecaster" in row:
                row["forecaster"] = rename.get(row["forecaster"], row["forecaster"])
    for row in result["skill"]:
        if row["forecaster"] == "climatology":
            row.update(skill=-37.5, low=-80.0, high=-9.0)
        if row["forecaster"] == "lightgbm":
            row.update(skill=float("nan"), low=None, high=float("inf"))
    result["ledger"] = [
        row | {"when": f"2025-12-{day:02d} 09:{row['p'] * 59:02.0f}"} for day in range(1, 31) for row in result["ledger"] * 4
    ]
    result["excluded"] = [
        {"date": day, "reason": f"reason number {number % 3}, {'said at length ' * 9}"} for number, day in enumerate(session_dates(90))
    ]
    result["skill_by_day"] = result["skill_by_day"][:1]
    result["reliability"][0]["bins"] = []
    result["distances"][0].update(edges=[], count=[])
    result["missing"] = ["The learned metric could not be fitted: one class only in the first 20 sessions." * 3]
    return EvaluationResult(**result)


def empty_result() -> EvaluationResult:
    """An evaluation that could score nothing."""
    figures = sample_figures()
    why = "8 sessions up to 2025-10-14, of which the first 10 are the warm-up"
    return EvaluationResult(
        synthetic=True,
        question=figures["question"],
        counts={"windows": 0, "tests": 0, "sessions": 0, "levels": 0, "censored": 0},
        missing=[f"Every figure: {why}. Build more days, then evaluate again."],
        power={"detectable_skill": None, "sessions": 0, "share": 0.8},
        verdict={"sentence": f"Nothing could be scored: {why}.", "skilful": False},
    )


def placebo_of(name: str) -> str:
    return name.replace("similar", "placebo")


def placed(name: str, other: str) -> str:
    return placebo_of(name) if other == "placebo" else other


def session_dates(count: int) -> list[str]:
    """Weekdays from 2025-07-01 on."""
    days = (date(2025, 7, 1) + timedelta(days=number) for number in range(2 * count + 7))
    return [str(day) for day in days if day.weekday() < 5][:count]


def interval(rng: np.random.Generator, centre: float, half: float, name: str = "skill") -> dict[str, float]:
    """A figure near `centre` inside an interval of about +- `half`."""
    middle = float(rng.normal(centre, half / 4))
    return {name: middle, "low": middle - half * float(rng.uniform(0.8, 1.2)), "high": middle + half * float(rng.uniform(0.8, 1.2))}


def bins(rng: np.random.Generator, middle: float) -> list[dict[str, float]]:
    """Ten bins around the base rate, most of them near it."""
    stated = middle + np.linspace(-0.15, 0.15, 7)
    windows = (2600 * np.exp(-((stated - middle) ** 2) / 0.008)).astype(int) + 20
    return [
        {"p": float(p), "windows": int(count), "sessions": SESSIONS}
        | interval(rng, float(middle + 0.6 * (p - middle)), 1.6 / count**0.5, "frequency")
        for p, count in zip(stated, windows, strict=True)
    ]
