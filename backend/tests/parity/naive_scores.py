"""Scores and their uncertainty as one would explain them: one episode, one session, one permutation at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import fmean, pstdev

NAN = math.nan
BREAK, REJECT, CHOP = range(3)
ORDER = (REJECT, CHOP, BREAK)


def rps(p: list[float], outcome: int) -> float:
    """At each cut of reject | chop | break: how much was forecast at or below it, and whether it came there."""
    if outcome < 0:
        return NAN
    cost = 0.0
    for cut in (1, 2):
        below = ORDER[:cut]
        forecast = sum(p[one] for one in below)
        came = 1.0 if outcome in below else 0.0
        cost += (forecast - came) ** 2
    return cost / 2


def brier(p: list[float], outcome: int) -> float:
    return NAN if outcome < 0 else sum((p[one] - (one == outcome)) ** 2 for one in range(3))


def log_loss(p: list[float], outcome: int) -> float:
    return NAN if outcome < 0 else -math.log(max(p[outcome], 1e-6))


def drawn_ratio(above: list[float], below: list[float], day: list[int], times: dict[int, int]) -> float:
    """The ratio of a sample that holds every episode of a session as often as the session was drawn."""
    sample = [i for i in range(len(day)) for _ in range(times[day[i]])]
    total = sum(below[i] for i in sample)
    return sum(above[i] for i in sample) / total if total > 0 else NAN


def givers(word: list[int]) -> dict[int, int]:
    """Cut before each number larger than all before it; within a piece everybody receives from the next, the last from the first."""
    pieces: list[list[int]] = []
    for number in word:
        if not pieces or number > max(map(max, pieces)):
            pieces.append([])
        pieces[-1].append(number)
    return {piece[i]: piece[(i + 1) % len(piece)] for piece in pieces for i in range(len(piece))}


def permuted(
    p: list[list[float]], outcome: list[int], reference: list[list[float]], day: list[int], series: list[int], words: list[list[int]]
) -> tuple[float, list[float]]:
    """Observed skill and one draw for each order of the sessions in `words`."""
    scored = [i for i in range(len(day)) if outcome[i] >= 0 and not math.isnan(p[i][0]) and not math.isnan(reference[i][0])]
    plain = sum(rps(reference[i], outcome[i]) for i in scored)
    observed = 1 - sum(rps(p[i], outcome[i]) for i in scored) / plain
    of_session: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in scored:
        of_session[series[i], day[i]].append(i)

    def departure(i: int) -> list[float]:
        return [sum(p[i][c] - reference[i][c] for c in ORDER[:cut]) for cut in (1, 2)]

    def surprise(i: int) -> list[float]:
        return [sum((c == outcome[i]) - reference[i][c] for c in ORDER[:cut]) for cut in (1, 2)]

    def earned(from_whom: dict[int, int]) -> float:
        """Departures of the givers times surprises of the receivers."""
        return sum(d * s for i, giver in from_whom.items() for d, s in zip(departure(giver), surprise(i), strict=True))

    def by_session(from_whom: dict[int, int]) -> list[float]:
        sessions = sorted({day[i] for i in scored})
        return [earned({i: giver for i, giver in from_whom.items() if day[i] == session}) for session in sessions]

    own = by_session({i: i for i in scored})
    price = sum(d * d for i in scored for d in departure(i)) / 2
    draws = []
    for word in words:
        from_whom = {}
        for one in {series[i] for i in scored}:
            giver_of = givers([session for session in word if (one, session) in of_session])
            for receiver, giver in giver_of.items():
                given = of_session[one, giver]
                for k, i in enumerate(of_session[one, receiver]):
                    from_whom[i] = given[k % len(given)]
        dealt = by_session(from_whom)
        scale = pstdev(own) / pstdev(dealt) if pstdev(dealt) > 1e-12 else 1.0
        draws.append((sum(dealt) * scale - price) / plain)
    return observed, draws


def corrected_p(observed: float, own: list[float], others: list[list[float]]) -> float:
    trials = [own, *others]
    reached = 1
    for number in range(len(own)):
        best = max((draws[number] - fmean(draws)) / pstdev(draws) for draws in trials)
        reached += best >= (observed - fmean(own)) / pstdev(own)
    return reached / (1 + len(own))


def reliability(p: list[float], came: list[float]) -> list[tuple[float, float, int]]:
    """(mean forecast, frequency, windows) of each tenth of probability that has any."""
    tenths: dict[int, list[int]] = {}
    for i, forecast in enumerate(p):
        tenth = 9
        while tenth > 0 and forecast * 10 < tenth:
            tenth -= 1
        tenths.setdefault(tenth, []).append(i)
    return [(fmean(p[i] for i in group), fmean(came[i] for i in group), len(group)) for _, group in sorted(tenths.items())]
