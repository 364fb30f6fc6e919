"""The answer: a setup, the most similar episodes of the past, and what happened next. Everything as of the setup's own day."""

from __future__ import annotations

import numpy as np

from ..config import Environment
from ..core.instrument import root_of
from ..core.outcomes import OutcomeKind
from ..core.pressure import DOWN, UP
from ..core.session import clock, moment_ns, second_of
from ..core.tables import TRIGGER_VECTORS
from ..lake.machine import cores
from ..lake.partitions import read_facts, ref_in
from ..settings import Settings
from .distribution import CLASSES, HorizonOutcome
from .index import open_index
from .key import IndexKey
from .metrics import BLOCK, MetricFit
from .neighbours import Neighbours
from .parts import (
    Answer,
    ExcursionQuantiles,
    FitInfo,
    MetricInfo,
    Neighbour,
    OutcomeCounts,
    OutcomeRow,
    PastSeen,
    SetupInfo,
    WhyNear,
    outcome_at,
)
from .past import PastView, past_of
from .setup import Setup, find_setup, newest_trigger_ns
from .signals import signal_horizon
from .sources import trigger_sources
from .staleness import check_inputs
from .why import why_near
from .words import nothing_to_compare, sentence, strangeness


def answer_query(where: Environment, setup: Setup, settings: Settings, metric: str = BLOCK) -> Answer:
    """Ask the past about a setup, by one metric. Raises `IndexMissing` and `StaleIndex` with the command that builds it."""
    root = root_of(setup.symbol)
    index = open_index(where, setup.key, root, settings, metric)
    sources = trigger_sources(where, root, settings)
    check_inputs(index, {str(source.ref): (source.ref.date, source.sha256) for source in sources}, setup.session_date, settings)
    own = read_facts(ref_in(where.lake, TRIGGER_VECTORS, setup.symbol, setup.session_date))
    view = past_of(index, setup.session_date, settings)
    return answer_from(view, setup, settings, bool(own.get("synthetic")), threads=cores())


def answer_from(view: PastView, setup: Setup, settings: Settings, synthetic: bool, threads: int) -> Answer:
    """Ask the past that is open in `view`; `synthetic` says whether the setup's own day was simulated, `threads` how many search."""
    index, info = view.index, setup_info(setup)
    neighbours = view.find(setup.vector, setup.session_date, threads=threads)
    horizon = signal_horizon(setup.key.setup, index.horizons_s, settings)
    found = _neighbours(view, neighbours, horizon, why_near(view, setup.vector, neighbours.row, settings.book.window_s), setup.tick)
    counts = _counts(found)
    outcomes = tuple(outcome_row(outcome) for outcome in view.outcomes(neighbours)) if neighbours.episodes else ()
    outcome, past = outcome_at(outcomes, index.horizons_s[horizon]), PastSeen(episodes=view.episodes, days=view.days, end=view.last_day)
    percentile = view.percentile(neighbours)
    is_strange = percentile is not None and percentile > settings.retrieval.strange_percentile
    distance = neighbours.distance if neighbours.episodes else None
    far = nothing_to_compare(info, past) if distance is None else strangeness(distance, percentile, is_strange, index.metric_name)
    return Answer(
        sentence=sentence(info, past, outcome, counts, neighbours.days, index.metric_name),
        synthetic=synthetic or view.is_synthetic,
        setup=info,
        past=past,
        neighbours=found,
        counts=counts,
        match_days=neighbours.days,
        n_eff=neighbours.n_eff,
        distance=distance,
        distance_percentile=percentile,
        nothing_like_it=is_strange,
        strangeness=far,
        horizon_s=index.horizons_s[horizon],
        interval=settings.retrieval.interval,
        outcomes=outcomes,
        metric=MetricInfo(name=index.metric_name, fit=_fit_info(view.fit)),
    )


def ask(
    where: Environment, symbol: str, level_id: str, approach_dir: str, setup: str, at: str | None, settings: Settings, metric: str = BLOCK
) -> Answer:
    """Find the setup at a New York time, or the newest in the lake, and answer it."""
    key = IndexKey(level_id, setup, approach_dir)
    at_ns = newest_trigger_ns(where, symbol, key) if at is None else moment_ns(at, settings.session.timezone)
    return answer_query(where, find_setup(where, symbol, key, at_ns, settings), settings, metric)


def setup_info(setup: Setup) -> SetupInfo:
    """A setup as it is shown."""
    return SetupInfo.model_validate(
        {
            **setup.key._asdict(),
            "symbol": setup.symbol,
            "session_date": setup.session_date,
            "ts_s": second_of(setup.ts_ns),
            "new_york": clock(setup.ts_ns),
            "episode": setup.episode,
            "episode_kind": setup.episode_kind,
            "level_ticks": setup.level_ticks,
            "level_price": setup.level_price,
            "mid_ticks": setup.mid_ticks,
            "mid_price": setup.mid_ticks * setup.tick,
            "tick": setup.tick,
            "distance_ticks": setup.distance_ticks,
            "where": setup.where,
            "barrier_ticks": setup.barrier_ticks,
            "confluent_ids": setup.confluent_ids,
            "conditions": {direction: setup.conditions[direction] for direction in (UP, DOWN)},
            "ladder": None if setup.strikes is None else [strike._asdict() for strike in setup.strikes],
            "ladder_line": setup.ladder_line,
        }
    )


def outcome_row(outcome: HorizonOutcome) -> OutcomeRow:
    """The distribution at one horizon, by class."""
    by_class = {
        name: {"p": outcome.p[place], "low": outcome.low[place], "high": outcome.high[place], "base": outcome.base[place]}
        for place, name in enumerate(CLASSES)
    }
    excursions = outcome.excursions
    quantiles = None if excursions is None else ExcursionQuantiles(mfe=excursions.mfe_ticks, mae=excursions.mae_ticks)
    rest = {name: getattr(outcome, name) for name in ("horizon_s", "whipsaw", "episodes", "days", "n_eff")}
    return OutcomeRow.model_validate({**by_class, **rest, "excursions": quantiles})


def _neighbours(view: PastView, neighbours: Neighbours, horizon: int, reasons: tuple[WhyNear, ...], tick: float) -> tuple[Neighbour, ...]:
    rows = view.index.metadata.take(neighbours.row).to_pylist()
    return tuple(
        Neighbour(
            symbol=row["symbol"],
            session_date=row["session_date"],
            ts_s=second_of(row["ts_ns"]),
            new_york=clock(row["ts_ns"]),
            episode_kind=row["episode_kind"],
            distance=float(np.sqrt(squared_distance)),
            weight=float(weight),
            outcome=row[f"outcome_h{horizon}"],
            mfe_ticks=_known(row[f"mfe_ticks_h{horizon}"]),
            mae_ticks=_known(row[f"mae_ticks_h{horizon}"]),
            level_ticks=row["level_ticks"],
            level_price=row["level_ticks"] * tick,
            synthetic=row["synthetic"],
            why=why,
        )
        for row, squared_distance, weight, why in zip(rows, neighbours.squared_distance, neighbours.weight, reasons, strict=True)
    )


def _counts(neighbours: tuple[Neighbour, ...]) -> OutcomeCounts:
    kinds = [neighbour.outcome.kind for neighbour in neighbours]
    return OutcomeCounts(**{kind.value: kinds.count(kind) for kind in OutcomeKind})


def _fit_info(fit: MetricFit | None) -> FitInfo | None:
    return None if fit is None else FitInfo(**fit._asdict())


def _known(ticks: float | None) -> float | None:
    return None if ticks is None or np.isnan(ticks) else float(ticks)
