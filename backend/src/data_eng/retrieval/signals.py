"""What the past says about one trigger by a level's own index: a Judgement."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..settings import Settings
from .distribution import BREAK, CENSORED, REJECT, interval, shrunk_probabilities, weighted_quantile
from .key import BREAK_AND_CONFIRM
from .neighbours import Neighbours
from .past import PastView

RISK_SHARE = 0.8
"""Of the neighbours of the leading class, how many stayed within the risk."""


class Judgement(NamedTuple):
    """What similar episodes did, at one horizon. The three-wide fields are in the order break, reject, chop."""

    horizon_s: int
    p: tuple[float, float, float]
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    base: tuple[float, float, float]
    risk_q80_ticks: float | None
    """80th percentile of the move against the leading class, until it was decided; None when no neighbour ended so."""
    resolve_rate: float
    """Weighted share of the neighbours, of those seen to the horizon, that touched a barrier."""
    whipsaw_rate: float
    """Weighted share of all neighbours that touched both barriers in the end."""
    episodes: int
    days: int
    n_eff: float
    distance: float
    distance_percentile: float | None

    @property
    def leads_break(self) -> bool:
        return self.p[0] >= self.p[1]

    @property
    def lead_p(self) -> float:
        return max(self.p[:2])

    @property
    def margin(self) -> float:
        """The leading of break and reject minus the larger of the other two classes."""
        other = self.p[1] if self.leads_break else self.p[0]
        return self.lead_p - max(other, self.p[2])


def signal_horizon(setup: str, horizons_s: tuple[int, ...], settings: Settings) -> int:
    """Position of the horizon that signals of a setup use: the primary one, or the last that the setup is labelled to."""
    episodes = settings.episodes
    labelled_s = episodes.confirm_label_candles * episodes.confirm_candle_s if setup == BREAK_AND_CONFIRM else horizons_s[-1]
    return int(np.searchsorted(horizons_s, min(settings.labels.primary_horizon_s, labelled_s), side="right")) - 1


def judge_all(view: PastView, vectors: NDArray[np.float32], session_date: str, horizon: int) -> list[Judgement | None]:
    """Ask the past about triggers of one day, (triggers, dims); see `judge`.

    All are searched before any is weighed: taking turns, the search drives the draws out of the caches (a quarter of the time).
    """
    if not _can_judge(view, horizon):
        return [None] * len(vectors)
    found = [view.find(vector, session_date) for vector in vectors]
    return [_judged(view, neighbours, horizon) for neighbours in found]


def judge(view: PastView, vector: NDArray[np.float32], session_date: str, horizon: int) -> Judgement | None:
    """Ask the past about one trigger; None when it holds too little to compare with, or nothing seen to the horizon."""
    return _judged(view, view.find(vector, session_date), horizon) if _can_judge(view, horizon) else None


def _can_judge(view: PastView, horizon: int) -> bool:
    return view.scaler is not None and bool(view.climatology.seen[horizon])


def _judged(view: PastView, neighbours: Neighbours, horizon: int) -> Judgement:
    kinds = view.index.kinds[neighbours.row]
    p, _ = shrunk_probabilities(neighbours, kinds, view.climatology, view.rules.kappa)
    low, high = interval(neighbours, kinds, view.climatology, horizon, view.rules)
    leading = BREAK if p[horizon, 0] >= p[horizon, 1] else REJECT
    return Judgement(
        horizon_s=view.index.horizons_s[horizon],
        p=_three(p[horizon]),
        low=_three(low),
        high=_three(high),
        base=_three(view.climatology.probabilities[horizon]),
        risk_q80_ticks=_risk_ticks(view, neighbours, kinds, leading, horizon),
        resolve_rate=_share(neighbours.weight, kinds[:, horizon] != CENSORED, (kinds[:, horizon] == BREAK) | (kinds[:, horizon] == REJECT)),
        whipsaw_rate=_share(neighbours.weight, np.ones(neighbours.episodes, bool), view.index.whipsaw[neighbours.row]),
        episodes=neighbours.episodes,
        days=neighbours.days,
        n_eff=neighbours.n_eff,
        distance=neighbours.distance,
        distance_percentile=view.percentile(neighbours),
    )


def _risk_ticks(view: PastView, neighbours: Neighbours, kinds: NDArray[np.int8], leading: int, horizon: int) -> float | None:
    """Adverse excursion of the neighbours that ended as the leading class, each up to the horizon at which it had.

    Against a break is the MAE; against a reject the MFE, because excursions are signed by the approach.
    """
    ended = (kinds[:, : horizon + 1] == leading).any(axis=1)
    if not ended.any():
        return None
    against = (view.index.mae_ticks if leading == BREAK else view.index.mfe_ticks)[neighbours.row[ended]]
    decided_at = np.argmax(kinds[ended, : horizon + 1] == leading, axis=1)
    return weighted_quantile(against[np.arange(len(against)), decided_at], neighbours.weight[ended], RISK_SHARE)


def _share(weight: NDArray[np.float64], among: NDArray[np.bool_], which: NDArray[np.bool_]) -> float:
    """Weighted share of `which` in `among`; 0 when nobody is."""
    total = weight[among].sum()
    return float(weight[among & which].sum() / total) if total > 0 else 0.0


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third
