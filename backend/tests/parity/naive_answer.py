"""The answer as one would explain it: one setup, one neighbour, one interval at a time, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict

CHOP, BREAK, REJECT, WHIPSAW, CENSORED = range(5)
Pair = tuple[float, float]


def cumulated(hazards: list[Pair]) -> list[tuple[float, float, float]]:
    broke, rejected, undecided, rows = 0.0, 0.0, 1.0, []
    for q_break, q_reject in hazards:
        broke += undecided * q_break
        rejected += undecided * q_reject
        undecided *= 1 - q_break - q_reject
        rows.append((broke, rejected, undecided))
    return rows


def base(chances: list[Pair], tilt: float) -> list[Pair]:
    """Hazards from the walk's chances by each horizon, their side moved by `tilt` in logits."""
    before, rows = (0.0, 0.0), []
    for chance in chances:
        undecided = 1 - before[0] - before[1]
        q_break, q_reject = (chance[0] - before[0]) / undecided, (chance[1] - before[1]) / undecided
        share = 1 / (1 + math.exp(-(math.log(q_break / q_reject) + tilt)))
        rows.append(((q_break + q_reject) * share, (q_break + q_reject) * (1 - share)))
        before = chance
    return rows


def observed_expected(kinds: list[int], hazards: list[Pair], intervals: int) -> tuple[Pair, Pair]:
    observed, expected = [0.0, 0.0], [0.0, 0.0]
    for k in range(intervals):
        if kinds[k] == CENSORED:
            break
        expected[0] += hazards[k][0]
        expected[1] += hazards[k][1]
        if kinds[k] == BREAK:
            observed[0] = 1.0
            break
        if kinds[k] == REJECT:
            observed[1] = 1.0
            break
    return (observed[0], observed[1]), (expected[0], expected[1])


def weights(squared: list[float], decay: float) -> list[float]:
    near, far = min(squared), max(squared)
    return [math.exp(-decay * (d2 - near) / (far - near)) if far > near else 1.0 for d2 in squared]


def evidence(
    observed: list[Pair], expected: list[Pair], day: list[int], setup: list[int], weight: list[float], kappa: float
) -> dict[str, float]:
    """Of one query; every list has one entry a neighbour."""
    out: dict[str, float] = {"weight": sum(weight), "setups": len(set(setup)), "days": len(set(day))}
    for c, name in enumerate(("break", "reject")):
        seen = sum(w * o[c] for w, o in zip(weight, observed, strict=True))
        due = sum(w * e[c] for w, e in zip(weight, expected, strict=True))
        of_day: dict[int, float] = defaultdict(float)
        for w, o, e, d in zip(weight, observed, expected, day, strict=True):
            of_day[d] += w * (o[c] - e[c])
        chance = sum(w * w * e[c] for w, e in zip(weight, expected, strict=True))
        variance = max(sum(total**2 for total in of_day.values()), chance)
        out |= {
            f"O_{name}": seen,
            f"E_{name}": due,
            f"r_{name}": (seen + kappa) / (due + kappa),
            f"sd_{name}": math.sqrt(variance) / (due + kappa),
        }
    of_day = defaultdict(float)
    chance = 0.0
    for w, o, e, d in zip(weight, observed, expected, day, strict=True):
        per_break, per_reject = out["E_break"] + kappa, out["E_reject"] + kappa
        of_day[d] += w * (o[0] - e[0]) / per_break - w * (o[1] - e[1]) / per_reject
        chance += w**2 * e[0] / per_break**2 + w**2 * e[1] / per_reject**2
    out["L"] = math.log(out["r_break"] / out["r_reject"])
    out["sd_L"] = math.sqrt(max(sum(total**2 for total in of_day.values()), chance))
    out["z"] = abs(out["L"]) / out["sd_L"] if out["sd_L"] > 0 else 0.0
    return out


def moved(hazards: list[Pair], r_break: float, r_reject: float) -> list[Pair]:
    rows = []
    for q_break, q_reject in hazards:
        whole = 1 - q_break - q_reject + r_break * q_break + r_reject * q_reject
        rows.append((r_break * q_break / whole, r_reject * q_reject / whole))
    return rows
