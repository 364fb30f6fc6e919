"""The answer to one setup: what is said of it, the similar setups behind that, and what they did. Everything as of the setup's own day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config import Environment
from ..core.instrument import root_of
from ..core.outcomes import Outcome, OutcomeKind
from ..core.session import clock, moment_ns, second_of
from ..core.tables import TRIGGER_VECTORS
from ..lake.partitions import PartitionRef, read_facts, ref_in
from ..settings import Settings
from .answered import Answered, answer_windows, speak
from .approach import ApproachInfo, find_approach
from .candidates import DayRows, past_of_sources, rows_behind, visible_sources
from .distribution import CLASSES, QUANTILES, weighted_quantiles
from .fire import LEAD_NAMES
from .frame_past import FramePast
from .key import BREAK_AND_CONFIRM, IndexKey, answering_metric
from .metrics import FRAME, USER, VECTOR_OF
from .parts import (
    Answer,
    ClassExcursions,
    ClassShare,
    Edge,
    ExcursionQuantiles,
    Neighbour,
    OutcomeCounts,
    OutcomeRow,
    PastSeen,
    Seen,
    SetupInfo,
    SharedTrait,
)
from .record import track_record
from .sentence import sentence
from .setup import NoSetup, Setup, find_setup, newest_trigger_ns
from .user_past import user_past
from .verdict import VERDICTS, Verdict, said_of, slab
from .verdict import sentence as said_sentence
from .why import shared_with, why_near
from .words import strangeness

DECIDED = (OutcomeKind.BREAK, OutcomeKind.REJECT, OutcomeKind.CHOP)


def ask(
    where: Environment,
    symbol: str,
    level_id: str,
    approach_dir: str,
    setup: str,
    at: str | None,
    settings: Settings,
    metric: str | None = None,
) -> Answer | ApproachInfo:
    """Find the setup at a New York time, or the newest in the lake, and answer it; where there is none, say whether price comes to one.

    Without a metric it is the user's where MBO_INDEX_DIR names the level's own folder, else the frame.
    """
    key = IndexKey(level_id, setup, approach_dir)
    metric = answering_metric(where, level_id) if metric is None else metric
    at_ns = newest_trigger_ns(where, symbol, key) if at is None else moment_ns(at, settings.session.timezone)
    try:
        found = find_setup(where, symbol, key, at_ns, settings, VECTOR_OF[metric])
    except NoSetup:
        comes = find_approach(where, symbol, key, at_ns, settings)
        if comes is None:
            raise
        return comes
    return answer_query(where, found, settings, metric)


def answer_query(where: Environment, setup: Setup, settings: Settings, metric: str = FRAME) -> Answer:
    """Ask the past about a setup, whose moments hold the vectors of the metric.

    Raises `StaleIndex` for a past that was made under other rules, with the command that renews it; for the user's metric `IndexMissing`.
    """
    refs = visible_sources(where, root_of(setup.symbol), setup.session_date, settings)
    past = past_of_sources(refs, setup.key.setup, setup.session_date, settings)
    if metric == USER:
        past = user_past(where, past, setup.key, setup.symbol, settings)
    own = read_facts(ref_in(where.lake, TRIGGER_VECTORS, setup.symbol, setup.session_date))
    return answer_from(refs, past, setup, where.lake, bool(own.get("synthetic")))


def answer_from(refs: Sequence[PartitionRef], past: FramePast, setup: Setup, lake: Path, synthetic: bool) -> Answer:
    """Ask a past, which was learned from the candidates of `refs`; `synthetic` says whether the setup's own day was simulated.

    All windows of the episode up to now are answered: what the verdict is now hangs on those before.
    """
    settings, info = past.settings, setup_info(setup)
    horizons_s, primary_s = settings.labels.horizons_s, settings.answer.primary_s
    primary, last = horizons_s.index(primary_s), len(setup.moments.ts_ns) - 1
    answered = answer_windows(past, setup.moments)
    spoken = speak(answered, setup.moments, setup.is_vacuum, primary)
    similar = _Similar(lake, past, answered, last)
    verdict = Verdict(VERDICTS[spoken.verdict[last]])
    is_strange = bool(answered.is_strange[last])
    fired = np.flatnonzero(spoken.fires)
    said = said_of(answered.rows, answered.counts, answered.worth.lead, last, primary, primary_s, is_strange)
    percentile = _known(answered.percentile[last])
    distance = _known(answered.distance[last])
    seen = PastSeen(episodes=past.setups, days=past.days, end=past.end)
    gain = answered.worth
    labelled = settings.episodes.confirm_label_candles if setup.key.setup == BREAK_AND_CONFIRM else len(horizons_s)
    neighbours = similar.neighbours(setup, primary)
    return Answer(
        verdict=verdict.value,
        slab=slab(verdict),
        kind=said.kind.value,
        said=said_sentence(said),
        sentence=sentence(info, verdict, is_strange, setup.build_physics),
        synthetic=synthetic or similar.synthetic,
        setup=info,
        past=seen,
        seen=Seen(**{name: int(column[last]) for name, column in answered.counts._asdict().items()}),
        edge=Edge(
            lead=LEAD_NAMES.get(int(gain.lead[last])),
            z=float(answered.found.z[last]),
            ev_ticks=_known(gain.ev_ticks[last]),
            ev_low_ticks=_known(gain.ev_low_ticks[last]),
            cost_ticks=settings.answer.fire_cost_ticks,
            fires=bool(spoken.fires[last]),
            fired_s=second_of(int(setup.moments.ts_ns[fired[-1]])) if len(fired) else None,
        ),
        record=track_record(refs, setup.key.setup, said.kind, said.p, settings),
        neighbours=neighbours,
        together=similar.together(setup),
        counts=_counts(neighbours),
        match_days=similar.days,
        n_eff=effective(similar.weight),
        distance=distance,
        distance_percentile=percentile,
        nothing_like_it=is_strange,
        strangeness=strangeness(distance, percentile, is_strange, seen),
        horizon_s=primary_s,
        interval=settings.answer.interval,
        outcomes=tuple(similar.outcome_row(horizon) for horizon in range(labelled)),
    )


def setup_info(setup: Setup) -> SetupInfo:
    """A setup as it is shown."""
    same = ("symbol", "session_date", "episode", "episode_kind", "age_s", "level_ticks", "level_price", "mid_ticks", "tick")
    also = ("distance_ticks", "where", "x_ticks", "barrier_ticks", "confluent_ids", "physics")
    return SetupInfo.model_validate(
        {
            **setup.key._asdict(),
            **{name: getattr(setup, name) for name in (*same, *also)},
            "ts_s": second_of(setup.ts_ns),
            "new_york": clock(setup.ts_ns),
            "mid_price": setup.mid_ticks * setup.tick,
        }
    )


def effective(weight: NDArray[np.float64]) -> float:
    """Kish's effective number: (sum w)^2 / sum w^2; 0 for none."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0


class _Similar:
    """The similar setups of one window, each by the nearest of its windows."""

    def __init__(self, lake: Path, past: FramePast, answered: Answered, row: int) -> None:
        found = answered.nearest.candidate[row]
        held = found >= 0
        positions, weight = found[held], answered.weight[row, held]
        setup = past.experience.setup[positions]
        _, first, place = np.unique(setup, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        self.past, self.answered, self.row = past, answered, row
        self.positions = positions[first[order]]
        self.weight = np.bincount(place, weights=weight, minlength=len(first)).astype(np.float64)[order]
        self.squared = answered.nearest.squared_distance[row, held][first[order]]
        self.rows: list[tuple[DayRows, int]] = rows_behind(lake, past, self.positions)
        self.synthetic = any(day.synthetic for day, _ in self.rows)
        self.days = len(set(past.candidates.session[self.positions]))

    def outcome_row(self, horizon: int) -> OutcomeRow:
        """What is said of a horizon, and what of the similar setups was seen to it."""
        rows, row, settings = self.answered.rows, self.row, self.past.settings
        shares = {
            name: ClassShare(
                p=rows.p[row, horizon, place],
                low=_known(rows.low[row, horizon, place]),
                high=_known(rows.high[row, horizon, place]),
                base=rows.base[row, horizon, place],
            )
            for place, name in enumerate(CLASSES)
        }
        names = [day.outcome[horizon][at] for day, at in self.rows]
        seen = np.array([name != Outcome.CENSORED.value for name in names], np.bool_)
        both = np.array([name == Outcome.WHIPSAW.value for name in names], np.bool_)
        weight = self.weight[seen]
        whipsaw = float(self.weight[both].sum() / weight.sum()) if weight.sum() > 0 else 0.0
        return OutcomeRow.model_validate(
            {
                **shares,
                "horizon_s": settings.labels.horizons_s[horizon],
                "whipsaw": whipsaw,
                "episodes": int(seen.sum()),
                "days": len(set(self.past.candidates.session[self.positions[seen]])),
                "n_eff": effective(weight),
                "excursions": self._excursions(horizon, seen),
                "by_class": tuple(self._of_class(kind, horizon) for kind in DECIDED),
            }
        )

    def _of_class(self, kind: OutcomeKind, horizon: int) -> ClassExcursions:
        kinds = {kind, OutcomeKind.WHIPSAW} if kind is OutcomeKind.CHOP else {kind}
        own = np.array([Outcome(day.outcome[horizon][at]).kind in kinds for day, at in self.rows], np.bool_)
        return ClassExcursions(kind=kind.value, setups=int(own.sum()), quantiles=self._excursions(horizon, own))

    def _excursions(self, horizon: int, seen: NDArray[np.bool_]) -> ExcursionQuantiles | None:
        """Of those of the setups; None below the number that a tenth needs."""
        if seen.sum() < self.past.settings.answer.quantiles_min_setups:
            return None
        ticks = np.array([[day.mfe_ticks[at, horizon], day.mae_ticks[at, horizon]] for day, at in self.rows], np.float32)[seen]
        mfe, mae = weighted_quantiles(ticks, self.weight[seen], QUANTILES).tolist()
        return ExcursionQuantiles(mfe=mfe, mae=mae)

    def together(self, setup: Setup) -> tuple[SharedTrait, ...]:
        """What the setup shares with all of them."""
        return shared_with(self.past, *_now(setup), self.positions, self.weight, setup.key.approach_dir)

    def neighbours(self, setup: Setup, horizon: int) -> tuple[Neighbour, ...]:
        """As they are shown; weights sum to 1."""
        reasons = why_near(self.past, *_now(setup), self.positions) or (None,) * len(self.positions)
        total, candidates = self.weight.sum(), self.past.candidates
        found = []
        for (day, at), position, weight, squared, why in zip(self.rows, self.positions, self.weight, self.squared, reasons, strict=True):
            date, symbol, _, level_id, approach_dir, _ = candidates.key[position]
            ts_ns, level_ticks = int(candidates.ts_ns[position]), float(day.level_ticks[at])
            found.append(
                Neighbour(
                    symbol=symbol,
                    session_date=date,
                    level_id=level_id,
                    approach_dir=approach_dir,
                    ts_s=second_of(ts_ns),
                    new_york=clock(ts_ns),
                    episode_kind=day.episode_kind[at],
                    distance=float(np.sqrt(squared)),
                    weight=float(weight / total),
                    outcome=day.outcome[horizon][at],
                    mfe_ticks=_known(day.mfe_ticks[at, horizon]),
                    mae_ticks=_known(day.mae_ticks[at, horizon]),
                    level_ticks=level_ticks,
                    level_price=level_ticks * setup.tick,
                    barrier_ticks=int(candidates.standing.barrier_ticks[position]),
                    synthetic=day.synthetic,
                    why=why,
                )
            )
        return tuple(found)


def _now(setup: Setup) -> tuple[NDArray[np.float32], float]:
    """The raw frame (dims,) of a setup's last window, and its x / b."""
    frame, standing = setup.moments.frame, setup.moments.standing
    return frame[-1], float(standing.x_ticks[-1] / standing.barrier_ticks[-1])


def _counts(neighbours: tuple[Neighbour, ...]) -> OutcomeCounts:
    kinds = [neighbour.outcome.kind for neighbour in neighbours]
    return OutcomeCounts(**{kind.value: kinds.count(kind) for kind in OutcomeKind})


def _known(value: float | np.floating) -> float | None:
    return None if np.isnan(value) else float(value)
