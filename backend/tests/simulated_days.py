"""Small simulated sessions for tests: one leading instrument, a whole day, without files."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from src.data_eng.core.simulator.planting import Knobs
from src.data_eng.core.simulator.scenario import START_POSITION, SessionClock, session_plan, shape_of_day
from src.data_eng.core.simulator.session import Instrument, SimulatedSession, open_instrument, run_until
from src.data_eng.core.simulator.tape import Events
from src.data_eng.core.simulator.wire import WireListing, idle_wire
from src.data_eng.core.units import NS_PER_S
from src.data_eng.settings import load_settings
from src.data_eng.simulation.sessions import barrier_rules

MIDNIGHT_NS = 1_759_190_400 * NS_PER_S
"""2025-09-30 00:00 UTC; New York is four hours behind."""
HOUR_NS = 3600 * NS_PER_S
NOTHING = Knobs(0.0, 0.0, False)
BARRIER = barrier_rules(load_settings())
LISTING = WireListing(instrument_id=17103, base_ticks=26_800 - START_POSITION, tick_nanos=250_000_000)


class Day(NamedTuple):
    """Events of a session after its opening orders, and the instrument they came from."""

    clock: SessionClock
    instrument: Instrument
    events: Events

    @property
    def truth(self) -> NDArray[np.void]:
        """(episodes,) of TRUTH_DTYPE."""
        truth: NDArray[np.void] = self.instrument.planting.truth[: int(self.instrument.planting.rows)]
        return truth


def summer_clock() -> SessionClock:
    return SessionClock(
        origin_ns=MIDNIGHT_NS - 2 * HOUR_NS - 900 * NS_PER_S,
        midnight_ns=MIDNIGHT_NS,
        early_ns=MIDNIGHT_NS + 8 * HOUR_NS,
        premarket_ns=MIDNIGHT_NS + 9 * HOUR_NS,
        rth_open_ns=MIDNIGHT_NS + 27 * HOUR_NS // 2,
        rth_close_ns=MIDNIGHT_NS + 20 * HOUR_NS,
        end_ns=MIDNIGHT_NS + 21 * HOUR_NS,
    )


def opened(seed: int, records: int = 300_000, knobs: Knobs = NOTHING) -> tuple[SessionClock, SimulatedSession]:
    """A session with one instrument at its origin, its opening orders not yet placed."""
    clock = summer_clock()
    plan = session_plan(clock, shape_of_day(records), START_POSITION + 20.0, knobs, 900.0, BARRIER)
    instrument = open_instrument(LISTING, plan, [seed, 20250930, 0], None)
    return clock, SimulatedSession([instrument], idle_wire(), np.random.default_rng(seed))


def simulated_day(seed: int, records: int = 300_000, knobs: Knobs = NOTHING) -> Day:
    """A whole session of the leading instrument."""
    clock, session = opened(seed, records, knobs)
    session.open()
    return Day(clock, session.leader, run_until(session.leader, clock.second(clock.end_ns)))


def pulls(events: Events) -> NDArray[np.bool_]:
    """(records,) True on a cancel that no trade of its event explains."""
    event = np.r_[0, np.cumsum(events.ends[:-1])]
    with_trade = np.zeros(event[-1] + 1, bool)
    with_trade[event[events.action == ord("T")]] = True
    alone: NDArray[np.bool_] = (events.action == ord("C")) & ~with_trade[event]
    return alone


def area_under_curve(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties in input order."""
    rank = np.argsort(np.argsort(score))
    ones, zeros = int(positive.sum()), int((~positive).sum())
    return float((rank[positive].sum() - ones * (ones - 1) / 2) / (ones * zeros))
