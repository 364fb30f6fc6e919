"""One simulated session: its instruments run side by side, in stretches, onto one wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .advance import advance
from .market import Market
from .matching import Hits, empty_hits
from .opening import close_book, open_book, opening_market
from .orders import FIRST_ORDER_ID, Book, empty_book, resting_slots
from .plan import Plan
from .planting import PD_HIGH, PD_LOW, Planting, no_levels
from .scenario import OPENING_S, START_POSITION, outer_depth
from .tape import Events, Tape, empty_tape, joined, taken
from .wire import Wire, WireListing, send, snapshot

ORDER_IDS_A_SESSION = 10**9
STRETCH_RECORDS = 100_000
"""Records of the leader between two merges: memory stays bounded, and calls stay few."""


class KnownRange(NamedTuple):
    """High and low of the previous regular session as positions of today's book."""

    high: int
    low: int


@dataclass(frozen=True)
class Instrument:
    """An instrument's plan and all that changes while it runs."""

    listing: WireListing
    plan: Plan
    book: Book
    market: Market
    planting: Planting
    hits: Hits
    tape: Tape
    rng: np.random.Generator


def open_instrument(listing: WireListing, plan: Plan, seed: list[int], previous: KnownRange | None) -> Instrument:
    """An instrument at its session's origin. `seed` names the draw: run, date and role; `previous` gives the prior day's levels."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    if plan.follows == 0:
        plan.noise[:] = rng.standard_normal(plan.noise.size)
    planting = no_levels()
    if previous is not None:
        planting.position[PD_HIGH], planting.position[PD_LOW] = previous
        planting.known_s[PD_HIGH] = planting.known_s[PD_LOW] = plan.rth_open_s
    book = empty_book(FIRST_ORDER_ID + seed[1] % 10_000 * ORDER_IDS_A_SESSION)
    return Instrument(listing, plan, book, opening_market(plan, rng), planting, empty_hits(), empty_tape(), rng)


def run_until(instrument: Instrument, until_s: float) -> Events:
    """The instrument's records up to `until_s`, a multiple of STEP_S."""
    pieces = [taken(instrument.tape)]
    state = (instrument.book, instrument.market, instrument.planting, instrument.tape, instrument.hits)
    while instrument.market.time_s < until_s:
        advance(*state, instrument.plan, until_s, instrument.rng)
        pieces.append(taken(instrument.tape))
    return joined(pieces)


class SimulatedSession:
    """All instruments of one session; the first is the leader, whose middle the followers' latent prices take."""

    def __init__(self, instruments: list[Instrument], wire: Wire, wire_rng: np.random.Generator) -> None:
        self.instruments = instruments
        self.listings = [instrument.listing for instrument in instruments]
        self.wire = wire
        self.wire_rng = wire_rng

    @property
    def leader(self) -> Instrument:
        return self.instruments[0]

    def open(self) -> NDArray[np.void]:
        """Records of the orders that gather before the opening."""
        tapes = []
        for instrument in self.instruments:
            outer = outer_depth(instrument.plan.depth[0])
            open_book(instrument.book, instrument.tape, instrument.plan, START_POSITION, outer, OPENING_S, instrument.rng)
            tapes.append(taken(instrument.tape))
        return send(self.wire, self.listings, tapes, self.wire_rng)

    def run(self, until_s: float) -> Iterator[NDArray[np.void]]:
        """Records up to `until_s`, a multiple of STEP_S, in pieces of about STRETCH_RECORDS."""
        while self.leader.market.time_s < until_s:
            stop_s = self._stretch_end(until_s)
            tapes = [run_until(self.leader, stop_s)]
            for instrument in self.instruments[1:]:
                if instrument.plan.follows == 1:
                    instrument.plan.track[:] = np.where(self.leader.market.mids > 0.0, self.leader.market.mids, START_POSITION)
                tapes.append(run_until(instrument, stop_s))
            yield send(self.wire, self.listings, tapes, self.wire_rng)

    def snapshots(self, ts_ns: int) -> NDArray[np.void]:
        """Every instrument's book as the feed replays it, all captured at `ts_ns`."""
        return np.concatenate([snapshot(self.wire, instrument.listing, instrument.book, ts_ns) for instrument in self.instruments])

    def close(self, ts_ns: int) -> NDArray[np.void]:
        """The mass cancel of every instrument, one event each."""
        tapes = []
        for instrument in self.instruments:
            slots = resting_slots(instrument.book)
            close_book(instrument.book, instrument.tape, slots, ts_ns)
            tapes.append(taken(instrument.tape))
        return send(self.wire, self.listings, tapes, self.wire_rng)

    def _stretch_end(self, until_s: float) -> float:
        """The step by which the leader should have written STRETCH_RECORDS more."""
        expected, now_s = self.leader.plan.expected, self.leader.market.time_s
        reached = np.searchsorted(expected, expected[int(now_s)] + STRETCH_RECORDS)
        return float(min(max(reached, int(now_s) + 1), until_s))
