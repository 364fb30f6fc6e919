"""The answer: a setup, the most similar episodes of the past, and what happened next. Everything as of the setup's own day."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..config import Environment, Retrieval, Settings
from ..core.instrument import root_of
from ..core.pressure import DOWN, UP
from ..core.session import clock, moment_ns
from ..core.tables import TRIGGER_VECTORS
from ..core.units import price_text
from ..lake.machine import cores
from ..lake.partitions import read_facts, ref_in
from .distribution import CLASSES, HorizonOutcome
from .index import open_index
from .key import IndexKey
from .metrics import BLOCK, COSINE, IN_WORDS, USER, MetricFit
from .neighbours import Neighbours
from .past import PastView, past_of
from .setup import Setup, find_setup, newest_trigger_ns
from .signals import signal_horizon
from .sources import trigger_sources
from .staleness import check_inputs
from .why import Why, why_near

LEVEL_NAMES = {"pm": "PM", "or": "OR", "pd": "PD", "on": "ON", "vwap": "VWAP", "sma": "SMA", "ema": "EMA", "gex": "GEX"}


class Match(NamedTuple):
    """One similar episode."""

    symbol: str
    session_date: str
    ts_ns: int
    episode_kind: str
    level_ticks: float
    distance: float
    """From the query, in robust sigmas; of directions for the cosine."""
    weight: float
    outcome: str
    """At the answer's horizon."""
    mfe_ticks: float | None
    mae_ticks: float | None
    """None where censored."""
    synthetic: bool
    why: Why


class Answer(NamedTuple):
    """What `spymaster query` prints."""

    setup: Setup
    horizon_s: int
    """The one horizon of the sentence and of the neighbours' outcomes."""
    past_episodes: int
    past_days: int
    past_end: str | None
    """The last session the answer could see."""
    matches: tuple[Match, ...]
    match_days: int
    n_eff: float
    outcomes: tuple[HorizonOutcome, ...]
    """Empty when the past holds too little to compare with."""
    distance: float | None
    distance_percentile: float | None
    rules: Retrieval
    """The settings that the answer was made with."""
    is_strange: bool
    """Further from its neighbours than nearly all of the past was: nothing like it before."""
    synthetic: bool
    metric: str
    """Which metric found the neighbours."""
    fit: MetricFit | None
    """What it learned from the past; None for a metric that learns nothing, and before its first fit."""

    @property
    def outcome(self) -> HorizonOutcome | None:
        """The distribution at the answer's horizon, or at the last one that the past was seen to."""
        seen = [outcome for outcome in self.outcomes if outcome.horizon_s <= self.horizon_s]
        return seen[-1] if seen else None

    def count(self, kind: str) -> int:
        """How many neighbours ended so: BREAK, REJECT, CHOP, WHIPSAW or CENSORED."""
        return sum(match.outcome.startswith(kind) for match in self.matches)


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
    index = view.index
    neighbours = view.find(setup.vector, setup.session_date, threads=threads)
    horizon = signal_horizon(setup.key.setup, index.horizons_s, settings)
    percentile = view.percentile(neighbours)
    return Answer(
        setup=setup,
        horizon_s=index.horizons_s[horizon],
        past_episodes=view.episodes,
        past_days=view.days,
        past_end=view.last_day,
        matches=_matches(view, neighbours, horizon, why_near(view, setup.vector, neighbours.row, settings.book.window_s)),
        match_days=neighbours.days,
        n_eff=neighbours.n_eff,
        outcomes=tuple(view.outcomes(neighbours)) if neighbours.episodes else (),
        distance=neighbours.distance if neighbours.episodes else None,
        distance_percentile=percentile,
        rules=settings.retrieval,
        is_strange=percentile is not None and percentile > settings.retrieval.strange_percentile,
        synthetic=synthetic or view.is_synthetic,
        metric=index.metric_name,
        fit=view.fit,
    )


def ask(
    where: Environment, symbol: str, level_id: str, approach_dir: str, setup: str, at: str | None, settings: Settings, metric: str = BLOCK
) -> Answer:
    """Find the setup at a New York time, or the newest in the lake, and answer it."""
    key = IndexKey(level_id, setup, approach_dir)
    at_ns = newest_trigger_ns(where, symbol, key) if at is None else moment_ns(at, settings.session.timezone)
    return answer_query(where, find_setup(where, symbol, key, at_ns, settings), settings, metric)


def level_name(level_id: str) -> str:
    """`PM High` of `pm_high`."""
    first, *rest = level_id.split("_")
    return " ".join([LEVEL_NAMES.get(first, first.capitalize()), *(word.capitalize() for word in rest)])


def sentence(answer: Answer) -> str:
    """The one sentence made of the numbers."""
    setup = answer.setup
    approach_dir = setup.key.approach_dir.replace("_", " ")
    told = [f"{level_name(setup.key.level_id)} {price_text(setup.level_price, setup.tick)} {approach_dir}, {setup.where}."]
    if setup.strikes is not None:
        told.append(f"{setup.ladder_line}.")
    outcome = answer.outcome
    if outcome is None:
        told.append(_nothing_to_compare(answer))
        return " ".join(told)
    counts = ", ".join(f"{kind} {answer.count(kind)}" for kind in ("BREAK", "REJECT", "CHOP", "WHIPSAW", "CENSORED") if answer.count(kind))
    base = "/".join(f"{100 * share:.0f}" for share in outcome.base)
    found = "" if answer.metric == BLOCK else f" ({answer.metric} metric)"
    told.append(f"{len(answer.matches)} setups on {answer.match_days} days{found}: {counts}; base rate {base} %.")
    return " ".join(told)


def strangeness(answer: Answer) -> str:
    """How far the neighbours are, in words."""
    if answer.distance is None:
        return _nothing_to_compare(answer)
    unit = "of 2 away in direction" if answer.metric == COSINE else "sigma away"
    far = f"Neighbours are {answer.distance:.2f} {unit}"
    if answer.distance_percentile is None:
        return f"{far}; the past is too small to say how usual that is."
    placed = f"{far}, further than {answer.distance_percentile:.0f} % of the past's own"
    return f"{placed}: nothing like it before." if answer.is_strange else f"{placed}."


def distance_unit(metric: str) -> str:
    """What a distance is in."""
    if metric == COSINE:
        return "between directions (0 the same, 1.41 unrelated, 2 opposite)"
    return "in sigma, over all dimensions" if metric == USER else "in sigma"


def metric_line(answer: Answer) -> str:
    """How the neighbours were found, where it is not by the default metric."""
    told = f"Found by the {answer.metric} metric, {IN_WORDS[answer.metric]}"
    if answer.fit is None:
        return f"{told}."
    if not answer.fit.weights:
        return f"{told}: even so far, {answer.fit.episodes} episodes up to {answer.fit.fit_end} are too few."
    chosen = f": {answer.fit.choice}" if answer.fit.choice is not None else ""
    return f"{told}{chosen}, by {answer.fit.episodes} episodes up to {answer.fit.fit_end}."


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as plain values: prices in points, times in New York and ns UTC."""
    setup = answer.setup
    return {
        "sentence": sentence(answer),
        "synthetic": answer.synthetic,
        "metric": {"name": answer.metric, "fit": None if answer.fit is None else answer.fit._asdict()},
        "setup": {
            "setup": setup.key.setup,
            "level_id": setup.key.level_id,
            "approach_dir": setup.key.approach_dir,
            "symbol": setup.symbol,
            "session_date": setup.session_date,
            "ts_ns": setup.ts_ns,
            "new_york": clock(setup.ts_ns),
            "episode": setup.episode,
            "episode_kind": setup.episode_kind,
            "level_price": setup.level_price,
            "mid_price": setup.mid_ticks * setup.tick,
            "distance_ticks": setup.distance_ticks,
            "barrier_ticks": setup.barrier_ticks,
            "confluent_ids": list(setup.confluent_ids),
            "conditions": {direction: list(setup.conditions[direction]) for direction in (UP, DOWN)},
            "ladder": None if setup.strikes is None else [strike._asdict() for strike in setup.strikes],
        },
        "past": {"episodes": answer.past_episodes, "days": answer.past_days, "end": answer.past_end},
        "neighbours": [
            {
                **match._asdict(),
                "new_york": clock(match.ts_ns),
                "level_price": match.level_ticks * setup.tick,
                "why": _why_json(match.why),
            }
            for match in answer.matches
        ],
        "n_eff": answer.n_eff,
        "distance": answer.distance,
        "distance_percentile": answer.distance_percentile,
        "nothing_like_it": answer.is_strange,
        "outcomes": [_outcome_json(outcome) for outcome in answer.outcomes],
    }


def _outcome_json(outcome: HorizonOutcome) -> dict[str, Any]:
    by_class = {
        name: {"p": outcome.p[place], "low": outcome.low[place], "high": outcome.high[place], "base": outcome.base[place]}
        for place, name in enumerate(CLASSES)
    }
    excursions = None if outcome.excursions is None else outcome.excursions._asdict()
    rest = {name: getattr(outcome, name) for name in ("whipsaw", "episodes", "days", "n_eff")}
    return {"horizon_s": outcome.horizon_s, **by_class, **rest, "quantiles_10_50_90": excursions}


def _why_json(why: Why) -> dict[str, Any]:
    together, apart = ([reason._asdict() for reason in reasons] for reasons in (why.together, why.apart))
    return {"together": together, "apart": apart, "squared_distance_by_block": why.blocks}


def _matches(view: PastView, neighbours: Neighbours, horizon: int, reasons: tuple[Why, ...]) -> tuple[Match, ...]:
    index = view.index
    rows = index.metadata.take(neighbours.row).to_pylist()
    return tuple(
        Match(
            symbol=row["symbol"],
            session_date=row["session_date"],
            ts_ns=row["ts_ns"],
            episode_kind=row["episode_kind"],
            level_ticks=row["level_ticks"],
            distance=float(np.sqrt(squared_distance)),
            weight=float(weight),
            outcome=row[f"outcome_h{horizon}"],
            mfe_ticks=_known(row[f"mfe_ticks_h{horizon}"]),
            mae_ticks=_known(row[f"mae_ticks_h{horizon}"]),
            synthetic=row["synthetic"],
            why=why,
        )
        for row, squared_distance, weight, why in zip(rows, neighbours.squared_distance, neighbours.weight, reasons, strict=True)
    )


def _known(ticks: float | None) -> float | None:
    return None if ticks is None or np.isnan(ticks) else float(ticks)


def _nothing_to_compare(answer: Answer) -> str:
    if answer.past_episodes == 0:
        return f"The past of {answer.setup.session_date} holds nothing yet: no earlier session in the lake has this setup."
    held = f"{answer.past_episodes} episodes on {answer.past_days} days"
    return f"The past of {answer.setup.session_date} holds {held}: too few to compare with."
