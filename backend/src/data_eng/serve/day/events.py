"""What happened that day, one row an event with the moment at which it was known, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core.episodes import EpisodeKind
from ...core.levels import level_name
from ...core.outcomes import Outcome, OutcomeKind
from ...core.physics.state import Balance
from ...core.physics.walls import WallEvent
from ...core.session import second_of
from ...core.units import distance_text, price_text, short_price
from ...retrieval.fire import FIRE
from ...retrieval.key import BREAK_AND_CONFIRM, LEVEL_TEST
from ...retrieval.tilt import SLABS
from ...retrieval.verdict import approaching
from ...retrieval.walls import gone_words, standing_words
from ...settings import Settings
from ...stages.strikes import reach_strikes
from ..messages.day import EventKind
from .arrow import KnownTable
from .moments import Moments, whole_s
from .tables import LevelRows, level_spans, mids
from .triggers import DayTriggers, EpisodeRows

STATE_HELD_S = 15
"""A balance is an event when it has been held this long, so that one window's flicker is none."""
APPROACH_APART_S = 300
"""Price that comes to a level again within this time, and did not test it meanwhile, makes no second event."""
KINDS = EventKind.names()
SIGNAL_COLUMNS = ["level_id", "approach_dir", "ts_ns", "lead", "decision"]
_TESTS = {
    EpisodeKind.FIRST_TEST: "first test from {side}",
    EpisodeKind.RETEST: "retest {number} from {side}",
    EpisodeKind.REPEAT_TEST: "repeat test {number} from {side}",
}
_ENDINGS = {
    OutcomeKind.BREAK: "broke, {way}",
    OutcomeKind.REJECT: "rejected, {way}",
    OutcomeKind.CHOP: "chopped",
    OutcomeKind.WHIPSAW: "both barriers at once",
}
"""A test whose outcome was never seen has none."""
_UNEVENTFUL = (WallEvent.STANDS, WallEvent.LEFT)


class EventTables(NamedTuple):
    """What a day's events are taken from."""

    levels: dict[str, LevelRows]
    triggers: DayTriggers
    pressure: pa.Table
    """Rows by level."""
    signals: pa.Table
    walls: pa.Table
    windows: pa.Table


class EventRules(NamedTuple):
    """What of it is an event."""

    tick: float
    """Points of one tick."""
    window_s: int
    near_ticks: int
    """Farther than this from a level, price approaches it."""
    step_ticks: int
    reach_strikes: int
    """Walls more strikes from the price's own are no event: those within are what walls_5s looks for."""

    @classmethod
    def of(cls, settings: Settings, root: str) -> EventRules:
        """Those of a root's settings."""
        tick = settings.tick_of(root)
        return cls(tick, settings.book.window_s, settings.zones.near_max, settings.ladder.step_ticks, reach_strikes(settings, tick))


class DayEvent(NamedTuple):
    """One event."""

    at_s: int
    level_id: str | None
    """None where it belongs to no level: the balance is of the touch, and a wall of its strike."""
    kind: EventKind
    text: str


def events_table(tables: EventTables, moments: Moments, rules: EventRules) -> KnownTable:
    """All events in the order in which they became known; those of one second by kind."""
    found = chain(
        _known(tables.levels, moments, rules),
        _approaches(tables, rules),
        _tests(tables.triggers),
        _states(tables.pressure, rules),
        _fires(tables.signals),
        _resolved(tables.triggers),
        _walls(tables, moments, rules),
    )
    events = sorted(found, key=lambda event: (event.at_s, KINDS.index(event.kind)))
    known_s = np.array([event.at_s for event in events], np.int64)
    columns = {
        "at_s": pa.array(known_s.astype(np.uint32)),
        "level_id": pa.array([event.level_id for event in events], pa.string()),
        "kind": pa.array([KINDS.index(event.kind) for event in events], pa.uint8()),
        "text": pa.array([event.text for event in events], pa.string()),
    }
    return KnownTable(pa.table(columns), known_s)


def _known(levels: dict[str, LevelRows], moments: Moments, rules: EventRules) -> Iterator[DayEvent]:
    """`PM High 6790.50 known`, at the level's first price, where that comes within the session."""
    for level_id, rows in levels.items():
        if len(rows.known_s) and rows.known_s[0] >= moments.session_start_s:
            price = price_text(float(rows.price_ticks[0]) * rules.tick, rules.tick)
            yield DayEvent(int(rows.known_s[0]), level_id, EventKind.KNOWN, f"{level_name(level_id)} {price} known")


def _approaches(tables: EventTables, rules: EventRules) -> Iterator[DayEvent]:
    """`coming from below, 2.5 points away`: the first window in which price comes to a level that it does not test."""
    pressure = tables.pressure
    end_s, distance = whole_s(pressure["ts_ns"].to_numpy()), pressure["distance_ticks"].to_numpy().astype(np.float64)
    comes = approaching(distance, pressure["coming"].to_numpy(zero_copy_only=False), rules.near_ticks)
    for level_id, (low, high) in level_spans(pressure).items():
        tests = [rows.triggers_s for rows in _of_setup(tables.triggers, LEVEL_TEST) if rows.first["level_id"] == level_id]
        tested_s = np.unique(np.concatenate([np.empty(0, np.int64), *tests]))
        apart = np.flatnonzero(comes[low:high] & ~np.isin(end_s[low:high], tested_s)) + low
        for side, rows in (("below", apart[distance[apart] < 0]), ("above", apart[distance[apart] > 0])):
            for row in rows[_begins(end_s[rows], tested_s)]:
                text = f"coming from {side}, {distance_text(float(distance[row]) * rules.tick, rules.tick)} points away"
                yield DayEvent(int(end_s[row]), level_id, EventKind.APPROACH, text)


def _begins(end_s: NDArray[np.int64], tested_s: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(windows,) whether price came to the level from that side neither lately nor since its last test."""
    tests = np.searchsorted(tested_s, end_s)
    begins: NDArray[np.bool_] = (np.diff(end_s, prepend=-APPROACH_APART_S) >= APPROACH_APART_S) | (np.diff(tests, prepend=-1) > 0)
    return begins


def _tests(triggers: DayTriggers) -> Iterator[DayEvent]:
    """`first test from below`, `repeat test 3 from above`, `confirmed break up`."""
    for rows in triggers.episodes:
        first = rows.first
        side = first["approach_dir"].removeprefix("from_")
        if first["setup"] == BREAK_AND_CONFIRM:
            text = f"confirmed break {_way(side == 'below')}"
        else:
            text = _TESTS[first["episode_kind"]].format(number=first["episode"], side=side)
        yield DayEvent(int(rows.triggers_s[0]), first["level_id"], EventKind.TEST, text)


def _states(pressure: pa.Table, rules: EventRules) -> Iterator[DayEvent]:
    """`TILT UP`. The balance is of the touch, the same at every level: one event for all."""
    held_s = pressure["balance_held_s"].to_numpy()
    rows = pressure.select(["ts_ns", "balance"]).filter(pa.array((held_s >= STATE_HELD_S) & (held_s < STATE_HELD_S + rules.window_s)))
    rows = rows.filter(pc.not_equal(rows["balance"], Balance.EVEN.value))
    end_s, first = np.unique(whole_s(rows["ts_ns"].to_numpy()), return_index=True)
    for at_s, balance in zip(end_s.tolist(), rows["balance"].take(pa.array(first)).to_pylist(), strict=True):
        yield DayEvent(at_s, None, EventKind.STATE, SLABS[balance].upper())


def _fires(signals: pa.Table) -> Iterator[DayEvent]:
    """`FIRE: break up`: what the answer led to, and where price would go."""
    for fire in signals.filter(pc.equal(signals["decision"], FIRE)).to_pylist():
        way = _way((fire["lead"] == OutcomeKind.BREAK) == (fire["approach_dir"] == "from_below"))
        yield DayEvent(second_of(fire["ts_ns"]), fire["level_id"], EventKind.FIRE, f"FIRE: {fire['lead'].lower()} {way}")


def _resolved(triggers: DayTriggers) -> Iterator[DayEvent]:
    """`broke, up`, `rejected, down`, `chopped`."""
    for rows in triggers.episodes:
        outcome = Outcome(rows.outcome)
        if outcome.kind in _ENDINGS:
            ending = _ENDINGS[outcome.kind].format(way=_way(outcome.sign > 0))
            text = f"confirmed break: {ending}" if rows.first["setup"] == BREAK_AND_CONFIRM else ending
            yield DayEvent(rows.outcome_s, rows.first["level_id"], EventKind.RESOLVED, text)


def _walls(tables: EventTables, moments: Moments, rules: EventRules) -> Iterator[DayEvent]:
    """What became of walls near the price."""
    mid, end_s = mids(tables.windows, moments, rules.window_s)
    step = rules.step_ticks
    moved = tables.walls.filter(pc.invert(pc.is_in(tables.walls["event"], pa.array(_UNEVENTFUL))))
    for wall in moved.to_pylist():
        at_s = second_of(wall["ts_ns"])
        window = int(np.searchsorted(end_s, at_s))
        if window < len(end_s) and end_s[window] == at_s and abs(wall["strike_ticks"] // step - mid[window] // step) <= rules.reach_strikes:
            yield DayEvent(at_s, None, EventKind.WALL, wall_text(wall, rules.tick))


def wall_text(wall: dict[str, Any], tick: float) -> str:
    """`70 asks at 6794, 3.3x usual`, `57 of 78 asks at 6793 pulled`, of a row of walls_5s."""
    points, stands = wall["strike_ticks"] * tick, wall["depth"]
    match wall["event"]:
        case WallEvent.PULLED | WallEvent.EATEN:
            return gone_words(stands, wall["peak"], wall["side"], points, wall["event"])
        case WallEvent.ABSORBING:
            return f"{stands} {wall['side']}s at {short_price(points)}, {wall['eaten']} hit, held"
    words = standing_words(stands, wall["side"], points, wall["w"], wall["massive"])
    return f"grew to {words}" if wall["event"] == WallEvent.GREW else words


def _of_setup(triggers: DayTriggers, setup: str) -> Iterator[EpisodeRows]:
    return (rows for rows in triggers.episodes if rows.first["setup"] == setup)


def _way(is_up: bool) -> str:
    return "up" if is_up else "down"
