"""A simulation as requested, and its sessions: their hours, their contracts, where the price starts and ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from ..core.session import require_date
from ..core.simulator.barrier import BarrierRules
from ..core.simulator.planting import FIRST_DRIFT_TICKS, FULL_REACH, KINDS, LAG_MOST_S, NO_KIND, NO_LAG, SIGNATURE_MAX, TO_BARRIER, Knobs
from ..core.simulator.scenario import OPENING_S, SessionClock, day_step_ticks, shape_of_day
from ..core.units import NS_PER_S, utc_day_start_ns
from ..errors import SpymasterError
from ..settings import Settings
from ..sources.calendar import session_times, sessions_between
from .contracts import ROOT, QuarterlyFuture, contracts_on, far_share

START_TICKS = 26_800
"""6,700.00 points: where the first session starts."""
FEWEST_RECORDS = 20_000
OUTCOME_MAX = 1.0
SIGNATURE_KINDS = KINDS[:NO_KIND]
DRIFT_LEAST_TICKS = 1.0
LEADER, FOLLOWER, SPREAD, WIRE, PATH = range(5)
"""What a random draw is for; with the seed and the date it names the draw."""


class SimulationError(SpymasterError):
    """A simulation that cannot be made as requested."""


class Simulation(NamedTuple):
    """All that decides a simulation's bytes, beside the settings of the session and of the barrier.

    What `kinds`, `drift_ticks` and `reach` are unless they are given is the first planting.
    """

    start: str
    days: int
    records: int
    seed: int
    signature: float
    outcome: float
    placebo: bool
    gap: str | None
    degraded: str | None
    roll: str | None
    lag: float | None = None
    """Seconds from the end of a five-second signature to the drift; None lets the signature act through the episode."""
    kinds: str = "side"
    """What a signature may show itself by: of SIGNATURE_KINDS, with commas between them."""
    drift_ticks: float | None = FIRST_DRIFT_TICKS
    """How far a drift pushes the price; None ends it at the barrier."""
    reach: float = FULL_REACH
    """Share of the episodes whose drift goes its whole way."""

    @property
    def knobs(self) -> Knobs:
        lag = NO_LAG if self.lag is None else self.lag
        drift = TO_BARRIER if self.drift_ticks is None else self.drift_ticks
        kinds = sum(1 << SIGNATURE_KINDS.index(kind) for kind in kinds_named(self.kinds))
        return Knobs(self.signature, self.outcome, self.placebo, lag, kinds, drift, self.reach)


class SessionSpec(NamedTuple):
    """One session, before any of it is simulated."""

    date: str
    clock: SessionClock
    opening_range_s: float
    barrier: BarrierRules
    tick_points: float
    near: QuarterlyFuture
    far: QuarterlyFuture
    far_share: float
    """Share of the two contracts' volume that has crossed to the far one."""
    start_ticks: int
    """Price of the run's first contract at the session's start; later contracts stand CARRY_TICKS a quarter above."""
    end_ticks: int

    @property
    def leader(self) -> QuarterlyFuture:
        return self.far if self.far_share > 0.5 else self.near

    @property
    def other(self) -> QuarterlyFuture:
        return self.near if self.far_share > 0.5 else self.far

    @property
    def spread_id(self) -> int:
        """Instrument id of the two contracts' calendar spread."""
        return self.near.instrument_id * 10


def session_specs(simulation: Simulation, settings: Settings) -> list[SessionSpec]:
    """The run's sessions, and one more whose evening may lie in the last file."""
    _check(simulation)
    dates = _session_dates(simulation)
    clocks = [_clock(day, settings) for day in dates]
    shape = shape_of_day(simulation.records)
    steps = np.random.default_rng([simulation.seed, PATH]).standard_normal(len(dates))
    ticks = START_TICKS + np.r_[0, np.cumsum([day_step_ticks(shape, clock) * step for clock, step in zip(clocks, steps, strict=True)])]
    return [
        SessionSpec(
            day,
            clock,
            float(settings.session.opening_range_s),
            barrier_rules(settings),
            settings.tick_of(ROOT),
            *contracts_on(day, dates[0]),
            far_share(day, simulation.roll),
            round(ticks[i]),
            round(ticks[i + 1]),
        )
        for i, (day, clock) in enumerate(zip(dates, clocks, strict=True))
    ]


def kinds_named(text: str) -> tuple[str, ...]:
    """`side,wall` as kinds, each once, in their own order. Raises SimulationError for a kind that there is not."""
    named = {kind.strip() for kind in text.split(",")}
    if not named or named - set(SIGNATURE_KINDS):
        expected = f"some of {', '.join(SIGNATURE_KINDS)}, with commas between them"
        raise SimulationError("--kinds {value!r} cannot be read.", value=text, expected=expected)
    return tuple(kind for kind in SIGNATURE_KINDS if kind in named)


def barrier_rules(settings: Settings) -> BarrierRules:
    """What decides an episode's outcome, as the settings say for the simulated root."""
    rules = settings.of_root(ROOT).volatility
    least_ticks, horizon_s = float(rules.barrier_min_ticks), float(rules.barrier_horizon_s)
    return BarrierRules(rules.barrier_c, least_ticks, horizon_s, rules.rv_windows, rules.profile_weight)


def _session_dates(simulation: Simulation) -> list[str]:
    """The run's sessions and the one after them."""
    horizon = date.fromisoformat(simulation.start) + timedelta(days=2 * simulation.days + 20)
    dates = sessions_between(simulation.start, horizon.isoformat())
    return dates[: simulation.days + 1]


def _clock(day: str, settings: Settings) -> SessionClock:
    """A session's moments. Globex closes at 17:00 New York, at 13:15 after a half day's 13:00."""
    times, zone = session_times(day, settings), ZoneInfo(settings.session.timezone)
    end = time(13, 15) if times.half_day else time(17)
    return SessionClock(
        origin_ns=times.overnight_start_ns - int(OPENING_S) * NS_PER_S,
        midnight_ns=utc_day_start_ns(day),
        early_ns=_local_ns(day, time(4), zone),
        premarket_ns=times.premarket_start_ns,
        rth_open_ns=times.rth_open_ns,
        rth_close_ns=times.rth_close_ns,
        end_ns=_local_ns(day, end, zone),
    )


def _local_ns(day: str, clock: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(date.fromisoformat(day), clock, zone).timestamp()) * NS_PER_S


def _check(simulation: Simulation) -> None:
    """Raise SimulationError for a simulation that cannot be."""
    if simulation.days < 1:
        raise SimulationError("--days {value} simulates nothing.", value=simulation.days, expected="1 or more sessions")
    if simulation.records < FEWEST_RECORDS:
        fewest = f"at least {FEWEST_RECORDS:,} a day"
        raise SimulationError("--records {value} is too few for a book.", value=simulation.records, expected=fewest)
    if not 0.0 <= simulation.signature <= SIGNATURE_MAX:
        why = "Above it the thinned side moves the price by itself."
        raise SimulationError(f"--signature {{value}} is outside 0 .. {SIGNATURE_MAX}. {why}", value=simulation.signature)
    if not 0.0 <= simulation.outcome <= OUTCOME_MAX:
        raise SimulationError(f"--outcome {{value}} is outside 0 .. {OUTCOME_MAX} ticks a second.", value=simulation.outcome)
    if simulation.lag is not None and not 0.0 <= simulation.lag <= LAG_MOST_S:
        why = "The pulse must lie between touch and drift."
        raise SimulationError(f"--lag {{value}} is outside 0 .. {LAG_MOST_S:g} s. {why}", value=simulation.lag)
    _check_planting(simulation)
    require_date(simulation.start, "--start")
    dates = _session_dates(simulation)[: simulation.days]
    for name, day in (("gap", simulation.gap), ("degraded", simulation.degraded), ("roll", simulation.roll)):
        if day is not None and day not in dates:
            what = f"--{name} {{value}} is no session of this run, {dates[0]} to {dates[-1]}."
            raise SimulationError(what, value=day, fix="Give one of its trading days.")


def _check_planting(simulation: Simulation) -> None:
    """Raise SimulationError for kinds, a drift or a reach that cannot be planted."""
    kinds = kinds_named(simulation.kinds)
    if simulation.lag is not None and set(kinds) - {"side", "local"}:
        what = f"--lag {simulation.lag:g} does not go with --kinds {{value}}: a wall or an iceberg has no pulse of five seconds."
        raise SimulationError(what, value=simulation.kinds, fix="Add --kinds side,local.")
    drift = simulation.drift_ticks
    if drift is not None and not drift >= DRIFT_LEAST_TICKS:
        least = f"{DRIFT_LEAST_TICKS:g} or more, or none: up to the barrier"
        raise SimulationError("--drift-ticks {value} moves no price.", value=drift, expected=least)
    if not 0.0 <= simulation.reach <= FULL_REACH:
        why = "One episode in five is a chop."
        raise SimulationError(f"--reach {{value}} is outside 0 .. {FULL_REACH}. {why}", value=simulation.reach)
