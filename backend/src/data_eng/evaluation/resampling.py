"""How sure a skill is: intervals by sessions drawn anew, and how often chance alone does as well.

Episodes of one session resemble one another, over all levels, so the session is the unit everywhere: sessions are drawn with everything
in them, and dealt out anew with everything in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from ..errors import SpymasterError
from ..retrieval.day_blocks import MIN_SESSIONS, drawn_ratios, ratio, session_sums
from .scores import by_class, checked, one_hot

SIGNIFICANT_BELOW = 0.05
"""One-sided level at which a skill counts as shown."""
SAME = 1e-12
"""Skills closer than this are equal: sums of the same numbers in another order."""


class BadReference(SpymasterError):
    """A reference that the forecasts cannot be compared with."""


class Skill(NamedTuple):
    """1 - sum of a forecaster's scores / sum of the reference's, over the episodes that both scored: 0 is the reference, 1 perfect."""

    value: float
    """NaN where no episode was scored by both, or the reference was never wrong."""
    low: float
    """NaN where `value` is, and below MIN_SESSIONS sessions: so few cannot say how much sessions differ."""
    high: float
    """As `low`."""
    episodes: int
    sessions: int


class Permuted(NamedTuple):
    """A skill beside the skills that chance gives."""

    observed: float
    """Skill against the reference; NaN where nothing was scored or the reference was never wrong, and then so is the rest."""
    draws: NDArray[np.float64]
    """(permutations,) the same with the sessions dealt out anew."""
    p: float
    """(1 + draws at or above the observed) / (1 + permutations)."""


def skill(
    score: NDArray[np.float64], reference: NDArray[np.float64], day: NDArray[np.int64], draws: int, interval: float, seed: int
) -> Skill:
    """Skill of the scores of a forecaster against those of a reference, with its interval over sessions.

    Parameters
    ----------
    score, reference : (n,) one score an episode, NaN where there is none.
    day : (n,) the session, equal over all levels.
    draws : how many times the sessions are drawn; interval : two-sided, such as 0.95.

    Notes
    -----
    See `ratio` for the interval.
    """
    worse = ratio(score, reference, day, draws, interval, seed)
    return Skill(1 - worse.value, 1 - worse.high, 1 - worse.low, worse.episodes, worse.sessions)


def standard_error(
    score: NDArray[np.float64], reference: NDArray[np.float64], day: NDArray[np.int64], draws: int, seed: int
) -> tuple[float, int]:
    """Standard error of a skill, and over how many sessions; NaN below MIN_SESSIONS, or where the reference was never wrong.

    The spread of the skill over drawn sessions, enlarged by sqrt(n / (n - 1)), for drawn sessions spread about their own mean.
    """
    counted = np.isfinite(score) & np.isfinite(reference)
    score_sums, reference_sums = session_sums(day[counted], score[counted], reference[counted])
    sessions = len(reference_sums)
    if sessions < MIN_SESSIONS or reference_sums.sum() <= 0:
        return float("nan"), sessions
    return float(np.nanstd(drawn_ratios(score_sums, reference_sums, draws, seed)) * np.sqrt(sessions / (sessions - 1))), sessions


def sessions_for(wanted: float, error: float, sessions: int, power: float, interval: float) -> int:
    """How many sessions would show a skill of `wanted` as often as `power`; `error` is the standard error that `sessions` of them have.

    The error falls with the root of their number: the least n >= MIN_SESSIONS with (t_n-1 + z_power) error sqrt(sessions / n) <= wanted.
    """
    count = MIN_SESSIONS
    while (stdtrit(count - 1, (1 + interval) / 2) + ndtri(power)) * error * np.sqrt(sessions / count) > wanted:
        count += 1
    return count


def detectable_skill(
    score: NDArray[np.float64],
    reference: NDArray[np.float64],
    day: NDArray[np.int64],
    power: float,
    interval: float,
    draws: int,
    seed: int,
) -> float:
    """The smallest skill whose two-sided `interval` would have lain above 0 with probability `power`.

    (t of the interval's upper end, sessions - 1 degrees of freedom, + z_power) standard errors. A forecaster with true skill is taken to
    vary over sessions as this one does. NaN where there is no `standard_error`. Arguments as for `skill`.
    """
    error, sessions = standard_error(score, reference, day, draws, seed)
    return float((stdtrit(sessions - 1, (1 + interval) / 2) + ndtri(power)) * error) if np.isfinite(error) else float("nan")


def permutation(
    p: NDArray[np.float64],
    outcome: NDArray[np.int64],
    reference: NDArray[np.float64],
    day: NDArray[np.int64],
    series: NDArray[np.int64],
    permutations: int,
    seed: int,
    parts: Callable[[NDArray[np.float64]], NDArray[np.float64]] = by_class,
) -> Permuted:
    """How often forecasts dealt to the wrong sessions do as well as the right ones.

    Parameters
    ----------
    p, reference : (n, CLASSES) probabilities, NaN where there are none.
    outcome : (n,) positions in CLASSES, NO_CLASS where censored.
    day : (n,) the session, equal over all levels; series : (n,) any label of level, setup and approach.
        Windows stand in time order within a session and series.
    parts : of which squares the score is the sum: `by_class` for Brier, `cumulated` for RPS.

    Notes
    -----
    What is dealt. With D a forecast's departure from the reference and O what came minus the reference, both in `parts`, a
    window costs the forecaster sum(D^2) / 2 - sum(D O) more than the reference. The first part is the price of departing. It does not
    depend on what came, and each permutation pays it as it was paid. The second is what the departures earned; it is earned anew with the
    departures of another session. Were whole forecasts dealt, every episode would also get the reference of another time, and a
    forecaster that adds noise to a reference which drifts would seem to know something.

    To whom it is dealt: see `_earnings`; on what scale totals are compared: see `_on_scale_of`.

    What it cannot see. Sessions must be exchangeable. Where those that follow one another resemble each other, in departures and in
    surprises alike, chance does better than the draws show: an autocorrelation of 0.5 in both gave p < 0.05 in 8 %, of 0.8 in 19 %.
    The other way round, a forecast of a later session may have learned from the very outcome it is dealt to, and a draw then does too well:
    for a climatology of the last sessions against that of all, without any skill, p < 0.05 came in 0.2 %; for neighbours of the past
    chosen blindly in 4 %.

    Permutation number i depends on the seed and the sessions alone, so the draws of several forecasters, horizons or series belong
    together number by number.
    """
    if p.shape != reference.shape:
        raise BadReference(
            f"forecasts have shape {p.shape} and the reference {{value}}.",
            value=reference.shape,
            expected="probabilities of both, (episodes, 3)",
            fix="Hand in the reference's forecasts, not its scores.",
        )
    departure = parts(checked(p)) - parts(checked(reference))
    surprise = parts(one_hot(outcome)) - parts(reference)
    scored = np.isfinite(departure).all(axis=1) & np.isfinite(surprise).all(axis=1)
    departure, surprise = departure[scored], surprise[scored]
    cost_of_reference = (surprise**2).sum()
    if cost_of_reference == 0:
        return Permuted(float("nan"), np.full(permutations, np.nan), float("nan"))
    own, dealt = _earnings(departure, surprise, day[scored], series[scored], permutations, seed)
    price = (departure**2).sum()
    observed = float((2 * own.sum() - price) / cost_of_reference)
    draws = (2 * _on_scale_of(own, dealt) - price) / cost_of_reference
    return Permuted(observed, draws, exceedance(observed, draws))


def corrected_p(observed: float, own_draws: NDArray[np.float64], others: Sequence[NDArray[np.float64]]) -> float:
    """p-value of one trial among many: how often the best of all trials does as well by chance.

    Every trial's skills are studentised by the mean and standard deviation of its own draws, so that a trial of few sessions, whose
    chance skills spread wide, does not drown the rest; then the observed one is compared with the largest of each permutation (Westfall
    and Young 1993, single step).

    Parameters
    ----------
    observed, own_draws : the trial's skill and its (permutations,) draws, as `permutation` gives them.
    others : the draws of every other trial ever made, one array each. Number by number they should stem from the same permutations; where
        they do not, trials count as independent, and p errs upward. Of another number than this trial's, they are cut or begin again.

    Returns
    -------
    float in (0, 1]; NaN where `observed` is. Draws that do not vary at all have no z: such a trial has shown nothing, p = 1, and as one
    of the others it is left out, as is one without draws (NaN).
    """
    if np.isnan(observed):
        return float("nan")
    mean, spread = own_draws.mean(), own_draws.std()
    if spread <= SAME:
        return 1.0
    largest = (own_draws - mean) / spread
    for draws in others:
        if np.isfinite(draws).all() and draws.std() > SAME:
            largest = np.maximum(largest, np.resize((draws - draws.mean()) / draws.std(), len(own_draws)))
    return exceedance(float((observed - mean) / spread), largest)


def exceedance(observed: float, draws: NDArray[np.float64]) -> float:
    """(1 + draws at or above the observed) / (1 + draws): never 0 (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9)."""
    return float((1 + (draws >= observed - SAME * max(1.0, abs(observed))).sum()) / (1 + len(draws)))


def shuffled(sessions: NDArray[np.int64], permutations: int, seed: int) -> NDArray[np.int64]:
    """(permutations, sessions) positions in `sessions`, each row in random order.

    Two sessions stand in the same order in row i whichever others there are: each brings its own random numbers.
    """
    keys = np.stack([np.random.default_rng((seed, int(session))).random(permutations) for session in sessions], axis=1)
    return np.argsort(keys, axis=1)


def givers(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """The permutation that each row of distinct numbers stands for: from whom each number of the row receives, same shape.

    A row is cut before every number larger than all to its left; each piece is a cycle, in which each receives from the next and the last
    from the first. Every permutation stems from exactly one order (Foata; Stanley, Enumerative Combinatorics 1, section 1.3), so random
    orders give random permutations. To strike numbers from a row mostly passes over them in their cycles.
    """
    leader = np.maximum.accumulate(words, axis=1)
    following = np.concatenate([words[:, 1:], leader[:, -1:]], axis=1)
    return np.where(following > leader, leader, following)


def session_products(
    departure: NDArray[np.float64], surprise: NDArray[np.float64], day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What each session's departures earn in each session, of one series.

    `departure` and `surprise` are (n, cuts), in time order within each session. Returns the sessions, ascending, and a (sessions,
    sessions) matrix: [giver, receiver] is the sum of departure times surprise over the receiver's episodes, the giver's departures
    beginning again from its first where it has fewer.

    Givers of equal length are done together: the surprises that meet the same departure are added up first.
    """
    order = np.argsort(day, kind="stable")
    departure, surprise = departure[order], surprise[order]
    sessions, start, episodes = np.unique(day[order], return_index=True, return_counts=True)
    receiver = np.repeat(np.arange(len(sessions)), episodes)
    place_in_session = np.arange(len(day)) - start[receiver]
    products = np.empty((len(sessions), len(sessions)))
    for length in np.unique(episodes):
        met = place_in_session % length + length * receiver
        together = np.stack([np.bincount(met, weights=cut, minlength=length * len(sessions)) for cut in surprise.T], axis=1)
        of_length = episodes == length
        given = departure[start[of_length][:, None] + np.arange(length)]
        products[of_length] = given.reshape(len(given), -1) @ together.reshape(len(sessions), -1).T
    return sessions, products


def _earnings(
    departure: NDArray[np.float64],
    surprise: NDArray[np.float64],
    day: NDArray[np.int64],
    series: NDArray[np.int64],
    permutations: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What was earned in each session, (sessions,), and with the departures dealt out anew, (permutations, sessions).

    Notes
    -----
    The sessions are permuted at random, for all series at once. Where a series was absent from a session the cycle passes over
    it, so each series' own sessions are permuted at random too, and a session's departures stay together as far as can be. Within a
    series the k-th episode of a session gets the departure of the k-th episode of the other; where the other had fewer, they begin again
    from its first. What a session of another length leaves over is unused. Only episodes with outcome, forecast and reference take part.
    """
    sessions = np.unique(day)
    words = shuffled(sessions, permutations, seed)
    own, dealt = np.zeros(len(sessions)), np.zeros((permutations, len(sessions)))
    rows = np.arange(permutations)[:, None]
    for one in np.unique(series):
        of_series = series == one
        there, products = session_products(departure[of_series], surprise[of_series], day[of_series])
        present = np.isin(sessions, there)
        receiver = words[present[words]].reshape(permutations, len(there))
        place = np.cumsum(present) - 1
        own[present] += products.diagonal()
        dealt[rows, receiver] += products[place[givers(receiver)], place[receiver]]
    return own, dealt


def _on_scale_of(own: NDArray[np.float64], dealt: NDArray[np.float64]) -> NDArray[np.float64]:
    """(permutations,) totals of `dealt` times the spread of `own` over theirs; as they are where all sessions earn the same.

    Notes
    -----
    Departures that are repeated, or that come from several sessions, earn a total that spreads more or less than the
    observed one. So a total is compared in units of its own standard error over the receiving sessions, and a draw is the skill that the
    observed would be with the dealt total on the observed scale (Chung and Romano 2013, Ann. Stat. 41). On simulated noise with strong
    effects of the session, 40 sessions and series present in 30 % of them, p < 0.05 came in 4 % of 600 runs; without the scale in 9 %.
    Where departures are largest in the busiest sessions: 4 % against 17 %.
    """
    spread = dealt.std(axis=1)
    scaled: NDArray[np.float64] = dealt.sum(axis=1) * np.divide(own.std(), spread, out=np.ones_like(spread), where=spread > SAME)
    return scaled
