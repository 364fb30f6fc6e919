"""The instruments of a simulated session, at its origin: the leading contract, the other one, and their calendar spread."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from ..core.simulator.scenario import START_POSITION, SessionClock, Shape, following_plan, quieter, session_plan, shape_of_day, still_plan
from ..core.simulator.session import Instrument, KnownRange, SimulatedSession, open_instrument, run_until
from ..core.simulator.wire import Wire, WireListing, idle_wire
from ..core.units import NS_PER_S, tick_nanos
from ..settings import Settings
from .contracts import CARRY_TICKS, QuarterlyFuture
from .sessions import FOLLOWER, LEADER, SPREAD, WIRE, SessionSpec, Simulation, session_specs

SPREAD_TICK_POINTS = 0.05
LEADER_SHARE, OTHER_SHARE, SPREAD_SHARE = 0.92, 0.06, 0.02
FULL_SESSION_NS = 23_400 * NS_PER_S


class TradedRange(NamedTuple):
    """High and low of a regular session in ticks of the contract that led it."""

    symbol: str
    high_ticks: int
    low_ticks: int


class Capture(NamedTuple):
    """A file's wire and the draws of its capture times."""

    wire: Wire
    rng: np.random.Generator


def whole_session(
    simulation: Simulation, spec: SessionSpec, previous: TradedRange | None, capture: Capture | None = None
) -> SimulatedSession:
    """All instruments of a session at its origin, none of their orders placed."""
    leader = _leader(simulation, spec, previous)
    day, shape, shares = ordinal(spec.date), _session_shape(simulation, spec), _record_shares(spec.far_share)
    follower = following_plan(leader.plan, quieter(shape, shares[FOLLOWER]))
    still = still_plan(leader.plan, quieter(shape, shares[SPREAD]))
    other = open_instrument(_outright_listing(spec, spec.other), follower, [simulation.seed, day, FOLLOWER], None)
    spread = open_instrument(_spread_listing(spec), still, [simulation.seed, day, SPREAD], None)
    return SimulatedSession([leader, other, spread], *(capture or _unused_capture(simulation, spec)))


def leader_alone(simulation: Simulation, spec: SessionSpec, previous: TradedRange | None) -> Instrument:
    """The session's leading instrument with its opening orders placed."""
    session = SimulatedSession([_leader(simulation, spec, previous)], *_unused_capture(simulation, spec))
    session.open()
    return session.leader


def first_leader(simulation: Simulation, settings: Settings) -> tuple[Instrument, SessionClock]:
    """The first session's leading instrument with its opening orders placed, for those who want to run it themselves; and its clock."""
    spec = session_specs(simulation, settings)[0]
    return leader_alone(simulation, spec, None), spec.clock


def simulated_range(simulation: Simulation, spec: SessionSpec, previous: TradedRange | None) -> TradedRange:
    """Range of a session's regular hours: its leading instrument alone, nothing written."""
    leader = leader_alone(simulation, spec, previous)
    run_until(leader, spec.clock.second(spec.clock.rth_close_ns))
    return range_of(spec, leader)


def range_of(spec: SessionSpec, leader: Instrument) -> TradedRange:
    """Range of the regular hours that a leading instrument has run through."""
    base = leader.listing.base_ticks
    return TradedRange(spec.leader.symbol, int(leader.market.rth_high) + base, int(leader.market.rth_low) + base)


def ordinal(day: str) -> int:
    """A date as the number that stands for it in the name of a draw."""
    return date.fromisoformat(day).toordinal()


def _leader(simulation: Simulation, spec: SessionSpec, previous: TradedRange | None) -> Instrument:
    shape = _session_shape(simulation, spec)
    plan = session_plan(
        spec.clock,
        shape._replace(records=shape.records * _record_shares(spec.far_share)[LEADER]),
        START_POSITION + spec.end_ticks - spec.start_ticks,
        simulation.knobs,
        spec.opening_range_s,
        spec.barrier,
    )
    listing = _outright_listing(spec, spec.leader)
    known = None
    if previous is not None and previous.symbol == spec.leader.symbol:
        known = KnownRange(previous.high_ticks - listing.base_ticks, previous.low_ticks - listing.base_ticks)
    return open_instrument(listing, plan, [simulation.seed, ordinal(spec.date), LEADER], known)


def _unused_capture(simulation: Simulation, spec: SessionSpec) -> Capture:
    """For records that no file takes."""
    return Capture(idle_wire(), np.random.default_rng([simulation.seed, ordinal(spec.date), WIRE, 0]))


def _session_shape(simulation: Simulation, spec: SessionSpec) -> Shape:
    """All instruments' session; a half day has the records of its shorter regular hours."""
    shape = shape_of_day(simulation.records)
    return shape._replace(records=shape.records * (spec.clock.rth_close_ns - spec.clock.rth_open_ns) / FULL_SESSION_NS)


def _record_shares(far_share: float) -> tuple[float, float, float]:
    """Shares of the records: the leading contract, the other one, the spread."""
    crossed = min(far_share, 1.0 - far_share)
    leader = LEADER_SHARE * (1.0 - crossed) + OTHER_SHARE * crossed
    return leader, LEADER_SHARE + OTHER_SHARE - leader, SPREAD_SHARE


def _outright_listing(spec: SessionSpec, contract: QuarterlyFuture) -> WireListing:
    base = spec.start_ticks + CARRY_TICKS * contract.quarter - START_POSITION
    return WireListing(contract.instrument_id, base, tick_nanos(spec.tick_points))


def _spread_listing(spec: SessionSpec) -> WireListing:
    """Near minus far, about -55 points, on the spread's own finer grid."""
    base = round(-CARRY_TICKS * spec.tick_points / SPREAD_TICK_POINTS) - START_POSITION
    return WireListing(spec.spread_id, base, tick_nanos(SPREAD_TICK_POINTS))
