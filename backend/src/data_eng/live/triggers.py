"""The day as the triggers see it, which grows; new triggers with their vectors, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..contracts import contract_of
from ..core.episodes import KINDS, episodes_of, step_episodes
from ..core.features import feature_names
from ..core.frame import FrameTotals, frame_totals, touch_columns
from ..core.labels import APPROACHES
from ..core.session import SessionTimes
from ..core.tables import BOOK_WINDOWS, LEVEL_VACUUM, TOUCH_PHYSICS, TRADE_BARS, TRADE_PATH, TRIGGER_SIGNALS, TRIGGER_VECTORS
from ..core.units import NS_PER_S
from ..planning import ContractDay
from ..retrieval.answered import Answered, answer_windows, taken
from ..retrieval.answered import together as all_said
from ..retrieval.key import LEVEL_TEST, SETUPS, IndexKey
from ..retrieval.moments import Moments, joined, moments_of
from ..settings import Settings
from ..stages.gold.future_mbo.build_trigger_signals import spoken_table, vacuum_at
from ..stages.gold.future_mbo.build_trigger_vectors import (
    Triggers,
    by_approach,
    confirmed_breaks,
    frame_values,
    level_tests,
    trigger_table,
    usable_windows,
)
from ..stages.gold.future_mbo.pressure_physics import DayBalance
from ..stages.gold.future_mbo.trigger_day import Candles, TriggerDay
from ..stages.physics import Volatility
from ..stages.windows import WINDOW_COLUMNS, as_windows, session_windows
from .folds import Folds, together
from .grown import Columns, Grown
from .past import DayPast

_VOLATILITY = ("rv", "profile", "sigma", "barrier_ticks")
TestKey = tuple[str, str, str, int]
"""Setup, level_id, approach and number of a test."""


class Test(NamedTuple):
    """The triggers of one test so far, answered."""

    moments: Moments
    answered: Answered
    is_vacuum: NDArray[np.bool_]


class Mark(NamedTuple):
    """A place in the day."""

    counts: tuple[int, ...]
    frames: dict[tuple[str, int], tuple[NDArray[np.float64], FrameTotals]]
    breaks_until_ns: dict[str, int]


@dataclass
class DaySoFar:
    """The session's windows and everything by window that triggers are made from."""

    unit: ContractDay
    times: SessionTimes
    settings: Settings
    windows: Columns = field(init=False)
    """Lead-in included."""
    touch: Columns = field(init=False)
    features: Columns = field(init=False)
    path: Columns = field(init=False)
    bars: Columns = field(init=False)
    in_force: dict[str, Grown] = field(init=False)
    rows_of: dict[str, Grown] = field(init=False)
    usable: dict[str, Grown] = field(init=False)
    frames: dict[tuple[str, int], tuple[NDArray[np.float64], FrameTotals]] = field(default_factory=dict)
    """Of levels that had triggers, as far as the last of them."""
    breaks_until_ns: dict[str, int] = field(default_factory=dict)
    """Until when the last confirmed break of a level can be on."""

    def __post_init__(self) -> None:
        levels = self.settings.levels.default
        self.windows = Columns(contract_of(BOOK_WINDOWS).schema, WINDOW_COLUMNS)
        self.touch = Columns(contract_of(TOUCH_PHYSICS).schema, ["in_session", *_VOLATILITY, *touch_columns()])
        self.features = Columns(contract_of(LEVEL_VACUUM).schema, feature_names())
        self.path = Columns(contract_of(TRADE_PATH).schema, ["ts_recv_ns", "price_ticks"])
        self.bars = Columns(contract_of(TRADE_BARS).schema, ["bar_start_ns", "open_ticks", "close_ticks"])
        self.in_force = {level_id: Grown(np.float64) for level_id in levels}
        self.rows_of = {level_id: Grown(np.int64) for level_id in levels}
        self.usable = {level_id: Grown(np.bool_) for level_id in levels}

    def add(self, windows: pa.Table, touch: pa.Table, vacuum: pa.Table, in_force: dict[str, NDArray[np.float64]]) -> tuple[int, TriggerDay]:
        """Take in new windows; returns the place of the first of the session among the session's, and the day with them."""
        before, first = self.windows.count, self.session_windows
        self.windows.append(windows)
        self.touch.append(touch)
        inside = self.touch["in_session"][before:]
        starts_ns = self.windows["window_start_ns"][before:][inside]
        row, self_first = vacuum["level_id"].to_numpy(), self.features.count
        window = np.searchsorted(starts_ns, vacuum["window_start_ns"].to_numpy())
        self.features.append(vacuum)
        for level_id, ticks in in_force.items():
            self.in_force[level_id].append(ticks[inside])
            rows, own = np.full(len(starts_ns), -1), np.flatnonzero(row == level_id)
            rows[window[own]] = self_first + own
            self.rows_of[level_id].append(rows)
        day = self.day()
        for level_id in in_force:
            self.usable[level_id].append(usable_windows(day, level_id, first))
        return first, day

    def last_mids(self, count: int) -> NDArray[np.float64]:
        """(up to `count`,) mids of the last windows; NaN where one is not usable."""
        last = {name: column[-count:] for name, column in self.windows.views().items()}
        mids: NDArray[np.float64] = as_windows(pa.table(last), self.times, self.settings.book.window_s).mid_ticks
        return mids

    def mark(self) -> Mark:
        """Where the day is, to come `back_to`."""
        counts = tuple(one.count for one in self._growing())
        return Mark(counts, dict(self.frames), dict(self.breaks_until_ns))

    def back_to(self, mark: Mark) -> None:
        """Forget what came since."""
        for one, count in zip(self._growing(), mark.counts, strict=True):
            one.cut(count)
        self.frames, self.breaks_until_ns = mark.frames, mark.breaks_until_ns

    def _growing(self) -> list[Grown | Columns]:
        by_level = (self.in_force, self.rows_of, self.usable)
        tables: list[Grown | Columns] = [self.windows, self.touch, self.features, self.path, self.bars]
        return [*tables, *(grown for levels in by_level for grown in levels.values())]

    @property
    def session_windows(self) -> int:
        return next(iter(self.in_force.values())).count if self.in_force else 0

    def day(self) -> TriggerDay:
        """The session up to now. Nothing is known after a window."""
        settings = self.settings
        tape = as_windows(pa.table(self.windows.views()), self.times, settings.book.window_s)
        windows, start = session_windows(tape), len(tape.start_ns) - self.session_windows
        touch = {name: column[start:] for name, column in self.touch.views().items()}
        rv, profile, sigma = (touch[name].astype(np.float64) for name in _VOLATILITY[:3])
        return TriggerDay(
            unit=self.unit,
            times=self.times,
            windows=windows,
            volatility=Volatility(rv, profile, sigma, touch["barrier_ticks"].astype(np.int64)),
            touch={name: np.nan_to_num(touch[name]).astype(np.float32) for name in touch_columns()},
            tape_mids=tape.mid_ticks,
            in_force={level_id: ticks.values for level_id, ticks in self.in_force.items()},
            features=self.features.views(),
            rows_of={level_id: rows.values for level_id, rows in self.rows_of.items()},
            trade_ts_ns=self.path["ts_recv_ns"],
            trade_ticks=self.path["price_ticks"],
            candles=Candles(*(self.bars[name] for name in ("bar_start_ns", "open_ticks", "close_ticks"))),
            episode_end_ns=self.times.end_ns,
            seen_end_ns=windows.end_ns,
            frames=self.frames,
        )


def new_triggers(
    so_far: DaySoFar, day: TriggerDay, first: int, next_ticks: dict[str, float], candle_closed: bool, folds: Folds
) -> list[Triggers]:
    """Triggers of the session's windows from number `first` on; `folds.episodes` is changed.

    `next_ticks` is each level's price in the window after the last one: where it jumps there, the last window is of no test any more.
    """
    settings = so_far.settings
    found: list[Triggers] = []
    longest_ns = settings.episodes.confirm_label_candles * settings.episodes.confirm_candle_s * NS_PER_S
    count = len(day.windows.end_ns)
    for level_id in settings.levels.default:
        usable, level = so_far.usable[level_id].values, so_far.in_force[level_id].values
        state = step_episodes(
            folds.episodes[level_id],
            day.windows.end_ns,
            day.windows.mid_ticks,
            level,
            day.trade_ts_ns,
            day.trade_ticks,
            day.volatility.barrier_ticks,
            settings.zones.near_max,
            day.episode_end_ns,
            settings.book.window_s,
        )
        folds.episodes[level_id] = state
        episodes = episodes_of(state, day.windows.end_ns)
        if len(episodes.stop_window) and episodes.stop_window[-1] > first:
            if state.at["open"][0] and count and not abs(next_ticks[level_id] - level[-1]) < episodes.barrier_ticks[-1]:
                stop = episodes.stop_window.copy()
                stop[-1] = min(stop[-1], count - 1)
                episodes = episodes._replace(stop_window=stop)
            found += by_approach(*level_tests(day, level_id, episodes, usable), first)
        if count and (candle_closed or day.windows.end_ns[-1] <= so_far.breaks_until_ns.get(level_id, 0)):
            breaks, directions = confirmed_breaks(day, level_id, usable, settings)
            if len(breaks.entry_window):
                confirmed_ns = int(day.windows.end_ns[breaks.entry_window[-1]])
                so_far.breaks_until_ns[level_id] = confirmed_ns + longest_ns
            found += by_approach(breaks, directions, first)
    held = [triggers for triggers in found if len(triggers.window)]
    _see_frames(so_far, day, held)
    return held


def triggers_of(rows: pa.Table, day: TriggerDay) -> list[Triggers]:
    """The triggers that rows of the vectors' table, in the order of their coming, were made of."""
    ends_ns, approach_of = day.windows.end_ns, {name: code for code, name in APPROACHES.items()}
    window = np.searchsorted(ends_ns, rows["ts_ns"].to_numpy())
    entry = np.searchsorted(ends_ns, rows["ts_ns"].to_numpy() - rows["age_s"].to_numpy().astype(np.int64) * NS_PER_S)
    keys = list(zip(*(rows[name].to_pylist() for name in ("setup", "level_id", "approach_dir")), strict=True))
    number, barrier = rows["episode"].to_numpy(), rows["barrier_ticks"].to_numpy().astype(np.int64)
    kind = np.array([KINDS.index(name) for name in rows["episode_kind"].to_pylist()], np.int8)
    level_ticks, found = rows["level_ticks"].to_numpy(), []
    for row, (setup, level_id, approach_dir) in enumerate(keys):
        one = slice(row, row + 1)
        centre = level_ticks[one] if setup == LEVEL_TEST else day.windows.mid_ticks[entry[one]]
        found.append(
            Triggers(setup, level_id, approach_of[approach_dir], window[one], entry[one], centre, barrier[one], number[one], kind[one])
        )
    return found


def trigger_rows(day: TriggerDay, found: list[Triggers], settings: Settings) -> pa.Table:
    """Rows of the vectors' table, with what is not known yet as not known."""
    return together(TRIGGER_VECTORS, [trigger_table(day, triggers, settings) for triggers in found])


def signal_rows(
    triggers: pa.Table, balance: DayBalance, tests: dict[TestKey, Test], past: DayPast, unit: ContractDay, settings: Settings
) -> pa.Table:
    """What is said of new triggers; `tests` hold the tests that go on, and are changed."""
    said = [contract_of(TRIGGER_SIGNALS).schema.empty_table()]
    for setup in SETUPS:
        of_setup = triggers.filter(pc.equal(triggers["setup"], setup))
        keys = [IndexKey(*key) for key in zip(*(of_setup[name].to_pylist() for name in ("level_id", "setup", "approach_dir")), strict=True)]
        own = [key in past.own_frames for key in keys]
        groups: list[tuple[IndexKey | None, pa.Table]] = [(None, of_setup.filter(pa.array([not one for one in own], pa.bool_())))]
        groups += [(key, of_setup.filter(pa.array([key == one for one in keys], pa.bool_()))) for key in past.own_frames if key in keys]
        for key, rows in groups:
            if rows.num_rows:
                said.append(_said(rows, key or keys[own.index(False)], balance, tests, past, unit, settings))
    return pa.concat_tables(said)


def _said(
    rows: pa.Table, key: IndexKey, balance: DayBalance, tests: dict[TestKey, Test], past: DayPast, unit: ContractDay, settings: Settings
) -> pa.Table:
    known, vector = past.of(key)
    moments = moments_of(rows, unit.symbol, len(settings.labels.horizons_s), vector)
    answered, is_vacuum = answer_windows(known, moments), vacuum_at(balance, moments.ts_ns, settings)
    before = []
    for name in dict.fromkeys(zip(*(rows[name].to_pylist() for name in ("setup", "level_id", "approach_dir", "episode")), strict=True)):
        of_test = np.array([tuple(one) == name for one in moments.key[:, 2:].tolist()])
        new = Test(moments.take(np.flatnonzero(of_test)), taken(answered, of_test), is_vacuum[of_test])
        if name in tests:
            before.append(tests[name])
            new = _both(tests[name], new)
        else:
            for other in [one for one in tests if one[:2] == name[:2]]:
                del tests[other]
        tests[name] = new
    every = Test(moments, answered, is_vacuum)
    for test in reversed(before):
        every = _both(test, every)
    chosen = np.arange(len(every.is_vacuum)) >= len(every.is_vacuum) - rows.num_rows
    return spoken_table(rows, every.moments, every.answered, every.is_vacuum, settings, chosen)


def tests_again(
    rows: pa.Table, held: dict[TestKey, NDArray[np.bool_]], past: DayPast, unit: ContractDay, settings: Settings
) -> dict[TestKey, Test]:
    """Tests that go on, from the rows of the vectors' table so far, and (triggers,) whether both sides thinned out at each of theirs."""
    tests, names = {}, ("setup", "level_id", "approach_dir", "episode")
    for name, is_vacuum in held.items():
        same = [pc.equal(rows[column], value) for column, value in zip(names, name, strict=True)]
        own = rows.filter(reduce(pc.and_, same))
        known, vector = past.of(IndexKey(name[1], name[0], name[2]))
        moments = moments_of(own, unit.symbol, len(settings.labels.horizons_s), vector)
        tests[name] = Test(moments, answer_windows(known, moments), is_vacuum)
    return tests


def _both(one: Test, other: Test) -> Test:
    dims, horizons = one.moments.frame.shape[1], one.moments.kinds.shape[1]
    return Test(
        joined([one.moments, other.moments], dims, horizons),
        all_said([one.answered, other.answered]),
        np.concatenate([one.is_vacuum, other.is_vacuum]),
    )


def _see_frames(so_far: DaySoFar, day: TriggerDay, found: list[Triggers]) -> None:
    """Bring the frames of levels with triggers up to the last window."""
    for triggers in found:
        key = (triggers.level_id, triggers.approach_dir)
        known = so_far.frames.get(key)
        seen = len(known[0]) if known else 0
        values = frame_values(day, *key, seen)
        totals = frame_totals(values, known[1] if known else None)
        so_far.frames[key] = (np.concatenate([known[0], values]) if known else values, totals)
