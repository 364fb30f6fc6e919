"""Whether the intervals of an answer hold what they promise.

An interval speaks of how often windows like this one end so, and one outcome cannot show that. So each window is asked again of the scored
windows of *later* sessions: their nearest, by the same distance and the same rule, give a second ratio with a standard error of its own,
from days that the first knew nothing of. Both speak of the same thing, so the two differ by less than

    z sqrt(sd^2 + later sd^2)

in the share of windows that the interval promises, where the standard errors are right. Sessions that resemble their neighbours, and a
market that changes, show as less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..retrieval.distribution import CENSORED
from ..retrieval.moments import Moments
from ..retrieval.nearest import find_nearest, fit_frame_scale, placed, searchable
from ..retrieval.observed import Experience, evidence, experience, interval_z, neighbour_weights
from ..retrieval.verdict import too_little
from ..sections import AnswerSettings
from ..settings import Settings


def covered(
    moments: Moments,
    day: NDArray[np.int64],
    hazards: NDArray[np.float64],
    ratio: NDArray[np.float64],
    ratio_sd: NDArray[np.float64],
    settings: Settings,
) -> NDArray[np.float64]:
    """(windows, 2) whether the ratio of break and of reject agrees with that of later sessions: 1 or 0.

    Parameters
    ----------
    moments, day : the scored windows and the numbers of their sessions.
    hazards : (windows, horizons, 2) of each one's own BASE, as it was when it was answered.
    ratio, ratio_sd : (windows, 2) of each answer.

    Returns
    -------
    NaN where BASE stood alone, or where later sessions hold fewer windows than BASE is calibrated on, or too little to compare with.
    """
    rules, primary = settings.answer, settings.labels.horizons_s.index(settings.answer.primary_s)
    agrees = np.full(ratio.shape, np.nan)
    known = np.flatnonzero(moments.kinds[:, primary] != CENSORED)
    if len(known) < settings.scaling.min_rows:
        return agrees
    seen = moments.take(known)
    x_over_b = seen.standing.x_ticks / seen.standing.barrier_ticks
    place = placed(seen.frame, x_over_b, fit_frame_scale(seen.frame, x_over_b))
    learned = experience(seen.kinds, hazards[known], day[known], seen.setup, primary + 1)
    for session in np.unique(day[known]):
        own, later = np.flatnonzero(day[known] == session), np.flatnonzero(day[known] > session + rules.embargo_sessions)
        if len(later) >= rules.min_candidates:
            rows = known[own]
            agrees[rows] = _agrees(place[own], place[later], _of(learned, later), ratio[rows], ratio_sd[rows], rules)
    return agrees


def _agrees(
    queries: NDArray[np.float32],
    later: NDArray[np.float32],
    learned: Experience,
    ratio: NDArray[np.float64],
    ratio_sd: NDArray[np.float64],
    rules: AnswerSettings,
) -> NDArray[np.float64]:
    nearest = find_nearest(queries, searchable(later), rules.k)
    again = evidence(learned, nearest.candidate, neighbour_weights(nearest.squared_distance, rules.decay), rules.kappa)
    apart = np.abs(np.log(ratio) - np.log(again.ratio))
    reach = interval_z(rules.interval) * np.sqrt(ratio_sd**2 + again.ratio_sd**2)
    comparable = np.isfinite(ratio_sd) & ~too_little(again.setups, again.days)[:, None]
    return np.where(comparable, apart <= reach, np.nan)


def _of(learned: Experience, rows: NDArray[np.int64]) -> Experience:
    return Experience(
        learned.observed[rows],
        learned.expected[rows],
        *(np.unique(label[rows], return_inverse=True)[1].astype(np.int64) for label in (learned.day, learned.setup)),
    )
