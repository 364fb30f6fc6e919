"""A live day: records in the order of their arrival go in, each window comes out as it closes, with the rows of tonight's build.

It is the build's own code on the windows that are new: each stage goes on from the state that it had after the window before. Nothing is
read from the lake but the past, which is read before the first record.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..contracts import contract_of
from ..core.events import NO_TICK
from ..core.level_order import in_order
from ..core.session import SessionTimes
from ..core.tables import (
    BOOK_FLOW,
    BOOK_WINDOWS,
    LEVEL_PHYSICS,
    LEVEL_VACUUM,
    LEVELS_TABLE,
    PHYSICS_LADDER,
    PRESSURE_STREAM,
    SETUP_CANDIDATES,
    STRIKE_PHYSICS,
    TOUCH_PHYSICS,
    TRADE_BARS,
    TRADE_PATH,
    TRIGGER_SIGNALS,
    TRIGGER_VECTORS,
    VOLUME_PROFILE,
    WALLS,
)
from ..core.units import NS_PER_S
from ..planning import ContractDay
from ..settings import Settings
from ..sources.calendar import session_times
from ..stages.gold.future_mbo.build_physics_ladder import LADDER_FLOW, LADDER_WINDOWS, ladder_rows
from ..stages.gold.future_mbo.build_pressure_stream import FIRE_COLUMNS, KEYS, fires_in_force
from ..stages.gold.future_mbo.build_trigger_vectors import Triggers, candidates, label_columns, labels_of
from ..stages.gold.future_mbo.pressure_physics import day_balance, day_physics, with_physics
from ..stages.silver.future_mbo.compute_book_flow_5s import sorted_bars, table_of
from ..stages.windows import SEEN_COLUMNS, seen_end_of
from .checkpoint import newest, save
from .folds import NewWindows, SoFar, fitted, new_folds, silver_physics, together
from .levels import LiveLevels
from .past import DayPast
from .records import Instrument, Records
from .silver import LiveBook, Silver
from .trees import filled, flat
from .triggers import DaySoFar, Test, TestKey, new_triggers, signal_rows, tests_again, trigger_rows, triggers_of

BY_LEVEL = (LEVEL_VACUUM, LEVEL_PHYSICS, PRESSURE_STREAM)
"""Tables whose rows lie level after level."""
BY_WINDOW = (BOOK_FLOW, BOOK_WINDOWS, TRADE_PATH, TOUCH_PHYSICS, STRIKE_PHYSICS, WALLS, PHYSICS_LADDER)
"""Those whose rows come as they stay."""
TRIGGER_ORDER = [(name, "ascending") for name in ("setup", "level_id", "approach_dir", "ts_ns")]


class Closed(NamedTuple):
    """A window that has closed."""

    start_ns: int
    end_ns: int
    final: bool
    """Whether it stays; a provisional one is said again, with the same key, once it is final."""
    tables: dict[str, pa.Table]
    """Its rows by dataset. What triggers come to is not known yet: their labels are as of a file that ends here."""


class LiveDay:
    """One contract-day. `take` records as they come; `table` gives a table so far, in the order that the build gives its rows."""

    def __init__(self, unit: ContractDay, instrument: Instrument, past: DayPast, settings: Settings) -> None:
        self.unit, self.settings = unit, settings.with_levels(in_order(settings.levels.default))
        self.times: SessionTimes = session_times(unit.date, settings)
        self._past = past
        self._records = Records(instrument)
        self._book = LiveBook(self.times, settings)
        self._levels = LiveLevels(past, self.settings)
        self._folds = new_folds(self.settings)
        self._so_far = DaySoFar(unit, self.times, self.settings)
        self._tests: dict[TestKey, Test] = {}
        self._triggers: list[Triggers] = []
        self._tables: dict[str, list[pa.Table]] = {
            dataset: [] for dataset in (*BY_WINDOW, *BY_LEVEL, TRADE_BARS, TRIGGER_VECTORS, TRIGGER_SIGNALS)
        }
        self._window_ns = settings.book.window_s * NS_PER_S
        self._ended = False
        self._checkpoint = 0
        self._saved_pieces: dict[str, int] = {}
        self._new_bars: list[pa.Table] = []
        """Bars that came with no window yet."""

    @property
    def clock_ns(self) -> int:
        """The watermark: the newest good ts_recv of any record taken."""
        return self._records.clock_ns

    @property
    def first_window_ns(self) -> int:
        """Start of the day's first window."""
        return int(self.times.flow_start_ns // self._window_ns * self._window_ns)

    def take(self, records: NDArray[np.void]) -> Iterator[Closed]:
        """Windows that close with these records, which came straight after those of the call before.

        Each is given as soon as the clock of any instrument has passed its end, before what came after that acts.
        """
        start_ns = self.first_window_ns
        for events, clock_ns in self._records.stretches(records, start_ns, self._window_ns):
            if len(events.size):
                self._book.take(events)
            if clock_ns >= start_ns:
                yield from self._closed(self._book.pass_ns(clock_ns), final=True)

    def peek_close(self, now_ns: int) -> list[Closed]:
        """The windows that would close now, were the clock at `now_ns`; provisional, and everything stays as it is."""
        if self._records.count == 0:
            return []
        silver = self._book.peek(now_ns)
        kept = (copy.deepcopy(self._folds), dict(self._tests), len(self._triggers))
        new_bars = [*self._new_bars]
        lengths = {dataset: len(pieces) for dataset, pieces in self._tables.items()}
        marks = self._so_far.mark(), self._levels.mark()
        closed = list(self._closed(silver, final=False))
        self._folds, self._tests, triggers = kept
        self._new_bars = new_bars
        del self._triggers[triggers:]
        for dataset, length in lengths.items():
            del self._tables[dataset][length:]
        self._so_far.back_to(marks[0])
        self._levels.back_to(marks[1])
        return closed

    def end(self) -> list[Closed]:
        """No record comes any more: close what is open, and settle what the file's end says about the windows before it."""
        closed = list(self._closed(self._book.end(), final=True))
        self._levels.end(self._records.first_ns, self.clock_ns)
        self._ended = True
        return closed

    def table(self, dataset: str) -> pa.Table:
        """All rows of a table so far, as the build orders them; after `end` they are the build's own, labels too."""
        if dataset == VOLUME_PROFILE:
            return table_of(dataset, self._book.profile)
        if dataset == LEVELS_TABLE:
            return self._levels.table
        if dataset == SETUP_CANDIDATES:
            return fitted(dataset, candidates(self.table(TRIGGER_VECTORS), self.settings))
        rows = self._rows(dataset)
        return sorted_bars(rows) if dataset == TRADE_BARS else self._in_order(dataset, rows)

    def _rows(self, dataset: str) -> pa.Table:
        """In the order of their coming."""
        return pa.concat_tables([contract_of(dataset).schema.empty_table(), *self._tables[dataset]])

    def _in_order(self, dataset: str, rows: pa.Table) -> pa.Table:
        if dataset in (TRIGGER_VECTORS, TRIGGER_SIGNALS):
            labelled = self._labelled(rows, self._triggers) if dataset == TRIGGER_VECTORS and self._ended and rows.num_rows else rows
            return labelled.sort_by(TRIGGER_ORDER)
        if self._ended and dataset != TRADE_PATH:
            rows = self._known(dataset, rows)
        if dataset in BY_LEVEL:
            place = {level_id: number for number, level_id in enumerate(self.settings.levels.default)}
            rank = np.array([place[level_id] for level_id in rows["level_id"].to_pylist()], np.int64)
            return rows.take(np.argsort(rank, kind="stable"))
        return rows

    def save(self, folder: Path, position: Mapping[str, Any], made_with: Mapping[str, str]) -> None:
        """Write a checkpoint of the day after the records taken so far, which end at `position` of what was recorded."""
        tests = {f"tests/{number}": test.is_vacuum for number, test in enumerate(self._tests.values())}
        arrays = {f"book/{name}": array for name, array in self._book.arrays().items()}
        arrays |= flat(self._folds, "folds") | tests
        arrays |= {"records/entry": self._records.entry, "records/clock": self._records.clock}
        rows = {
            dataset: pa.concat_tables([contract_of(dataset).schema.empty_table(), *pieces[self._saved_pieces.get(dataset, 0) :]])
            for dataset, pieces in self._tables.items()
        }
        about = {**position, "tests": list(self._tests)}
        save(folder, self._checkpoint + 1, arrays, rows, about, {**made_with, "past": self._past.sha256})
        self._checkpoint += 1
        self._saved_pieces = {dataset: len(pieces) for dataset, pieces in self._tables.items()}

    def restore(self, folder: Path, made_with: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Go on from the newest checkpoint that fits, before the first record: the position it was made at, None where there is none."""
        saved = newest(folder, {**made_with, "past": self._past.sha256})
        if saved is None:
            return None
        arrays = saved.arrays
        self._book.restore({name.removeprefix("book/"): array for name, array in arrays.items() if name.startswith("book/")})
        self._folds = filled(self._folds, arrays, "folds")
        self._records.entry[:], self._records.clock[:] = arrays["records/entry"], arrays["records/clock"]
        self._tables = {dataset: saved.tables.get(dataset, []) for dataset in self._tables}
        self._checkpoint = saved.number
        self._saved_pieces = {dataset: len(pieces) for dataset, pieces in self._tables.items()}
        self._new_bars = [] if self._rows(BOOK_WINDOWS).num_rows else [*self._tables[TRADE_BARS]]
        self._catch_up()
        held = {(*name[:3], int(name[3])): arrays[f"tests/{number}"] for number, name in enumerate(saved.position["tests"])}
        vectors = self._rows(TRIGGER_VECTORS)
        self._tests = tests_again(vectors, held, self._past, self.unit, self.settings)
        self._triggers = triggers_of(vectors, self._so_far.day())
        return saved.position

    def _catch_up(self) -> None:
        """Bring what is made of the tables up to their last window."""
        bars, windows = self._rows(TRADE_BARS), self._rows(BOOK_WINDOWS)
        self._levels.take(bars)
        self._so_far.path.append(self._rows(TRADE_PATH))
        self._so_far.bars.append(self._candles(bars))
        if windows.num_rows:
            self._levels.work_out(self._records.first_ns, int(windows["window_start_ns"].to_numpy()[-1]) + self._window_ns)
        touch = self._rows(TOUCH_PHYSICS)
        windows = windows.slice(0, touch.num_rows)
        in_force = self._levels.in_force(windows["window_start_ns"].to_numpy())
        if windows.num_rows:
            self._so_far.add(windows, touch, self._rows(LEVEL_VACUUM), in_force)
            self._so_far.breaks_until_ns = dict.fromkeys(in_force, int(self.times.end_ns))

    def _candles(self, bars: pa.Table) -> pa.Table:
        return bars.filter(pc.equal(bars["bar_s"], self.settings.episodes.confirm_candle_s))

    def _closed(self, silver: Silver, final: bool) -> Iterator[Closed]:
        """Take closed windows through all stages, one after the other."""
        self._tables[TRADE_BARS].append(silver.bars)
        self._new_bars.append(silver.bars)
        self._tables[TRADE_PATH].append(silver.path)
        self._levels.take(silver.bars)
        self._so_far.path.append(silver.path)
        candles = self._candles(silver.bars)
        self._so_far.bars.append(candles)
        starts_ns = silver.windows["window_start_ns"].to_numpy()
        if not len(starts_ns):
            return
        self._levels.work_out(self._records.first_ns, int(starts_ns[-1]) + self._window_ns)
        edges = np.searchsorted(silver.flow["window_start_ns"].to_numpy(), np.append(starts_ns, starts_ns[-1] + 1))
        for number, (first, stop) in enumerate(pairwise(edges.tolist())):
            windows, flow = silver.windows.slice(number, 1), silver.flow.slice(first, stop - first)
            tables = self._step(windows, flow, candle_closed=bool(candles.num_rows))
            if self._new_bars:
                tables[TRADE_BARS], self._new_bars = pa.concat_tables(self._new_bars), []
            start_ns = int(starts_ns[number])
            yield Closed(start_ns, start_ns + self._window_ns, final, tables)

    def _step(self, windows: pa.Table, flow: pa.Table, candle_closed: bool) -> dict[str, pa.Table]:
        """One window's way through all stages, by dataset."""
        start_ns = windows["window_start_ns"].to_numpy()
        tables = {BOOK_WINDOWS: windows, BOOK_FLOW: flow}
        if start_ns[0] < self.times.end_ns:
            tables |= self._physics(windows, flow, start_ns, candle_closed)
        for dataset, rows in tables.items():
            self._tables[dataset].append(rows)
        return tables

    def _physics(self, windows: pa.Table, flow: pa.Table, start_ns: NDArray[np.int64], candle_closed: bool) -> dict[str, pa.Table]:
        before, past, settings = self._so_far.windows, self._past, self.settings
        in_force = self._levels.in_force(np.append(start_ns, start_ns[-1] + self._window_ns))
        bests = (int(before["best_bid_ticks"][-1]), int(before["best_ask_ticks"][-1])) if before.count else (NO_TICK, NO_TICK)
        mids = self._so_far.last_mids(settings.volatility.rv_windows)
        new = NewWindows(windows, flow, {level_id: ticks[:-1] for level_id, ticks in in_force.items()}, bests, mids)
        so_far = SoFar(*(self._tables[dataset] for dataset in (BOOK_WINDOWS, BOOK_FLOW, TOUCH_PHYSICS, WALLS)))
        tables = silver_physics(new, so_far, self._folds, past, self.times, settings)
        first, day = self._so_far.add(windows, tables[TOUCH_PHYSICS], tables[LEVEL_VACUUM], new.in_force)
        balance = day_balance(tables[TOUCH_PHYSICS], past.balance, settings, self._folds.of_signals)
        next_ticks = {level_id: float(ticks[-1]) for level_id, ticks in in_force.items()}
        found = new_triggers(self._so_far, day, first, next_ticks, candle_closed, self._folds)
        self._triggers += found
        tables[TRIGGER_VECTORS] = trigger_rows(day, found, settings)
        tables[TRIGGER_SIGNALS] = signal_rows(tables[TRIGGER_VECTORS], balance, self._tests, past, self.unit, settings)
        tables[PRESSURE_STREAM] = self._pressure(tables)
        tables[PHYSICS_LADDER] = self._ladder(windows, flow, tables[STRIKE_PHYSICS], int(start_ns[0]))
        return tables

    def _pressure(self, tables: dict[str, pa.Table]) -> pa.Table:
        past, settings = self._past.pressure, self.settings
        balance = day_balance(tables[TOUCH_PHYSICS], past.balance, settings, self._folds.of_stream)
        physics = day_physics(balance, tables[LEVEL_PHYSICS], past)
        shown = settings.pressure.fire_s // settings.book.window_s
        signals = pa.concat_tables([*self._tables[TRIGGER_SIGNALS][-shown:], tables[TRIGGER_SIGNALS]])
        fires = fires_in_force(signals.select(list(FIRE_COLUMNS)), settings.pressure.fire_s)
        rows = tables[LEVEL_VACUUM].select(list(KEYS))
        none = np.empty(0, np.int64)
        streams = [
            with_physics(
                rows.filter(pc.equal(rows["level_id"], level_id)),
                physics.levels.filter(pc.equal(physics.levels["level_id"], level_id)),
                fires.get(level_id, none),
                physics,
                settings,
                self._folds.conditions[place],
            )
            for place, level_id in enumerate(settings.levels.default)
        ]
        return together(PRESSURE_STREAM, streams)

    def _ladder(self, windows: pa.Table, flow: pa.Table, strikes: pa.Table, start_ns: int) -> pa.Table:
        settings = self.settings
        back = settings.ladder.display_s // settings.book.window_s - 1
        seen = [pa.concat_tables([*self._tables[dataset][-back:], new]) for dataset, new in ((BOOK_WINDOWS, windows), (BOOK_FLOW, flow))]
        since_ns = max(start_ns, self.times.start_ns)
        rows = ladder_rows(
            seen[0].select(LADDER_WINDOWS),
            seen[1].select(LADDER_FLOW),
            strikes,
            self._past.lead_mark,
            settings,
            since_ns,
            settings.ladder.display_s,
            self._folds.leads,
        )
        return fitted(PHYSICS_LADDER, rows)

    def _known(self, dataset: str, rows: pa.Table) -> pa.Table:
        """Without windows after the file's last record, of which nobody knows what happened."""
        known = self._book.known()
        if dataset == BOOK_WINDOWS:
            kept = rows.slice(0, len(known.window_start_ns))
            name = "unseen_ns"
            return kept.set_column(
                kept.column_names.index(name), rows.schema.field(name), pa.array(known.unseen_ns, rows.schema.field(name).type)
            )
        last_ns = known.window_start_ns[-1] if len(known.window_start_ns) else -1
        return rows.filter(pc.less_equal(rows["window_start_ns"], pa.scalar(last_ns, pa.int64())))

    def newly_known(self, since_ns: int, until_ns: int) -> pa.Table:
        """Triggers from before `until_ns`, the end of the newest window, of whose labels more became known after `since_ns`."""
        horizons_ns = np.array(self.settings.labels.horizons_s, np.int64) * NS_PER_S
        ends_ns = self._so_far.day().windows.end_ns
        groups: list[Triggers] = []
        for found in reversed(self._triggers):
            if ends_ns[found.window[-1]] < since_ns - horizons_ns[-1]:
                break
            groups.append(found)
        rows = self._last(TRIGGER_VECTORS, sum(len(found.window) for found in groups))
        if not rows.num_rows:
            return rows
        labelled = self._labelled(rows, groups[::-1])
        ts_ns = labelled["ts_ns"].to_numpy()
        over = (ts_ns[:, None] + horizons_ns > since_ns) & (ts_ns[:, None] + horizons_ns <= until_ns)
        news = over.any(axis=1)
        for name in ("first_hit_ts_ns", "second_hit_ts_ns"):
            hit_ns = labelled[name].fill_null(0).to_numpy()
            news |= (hit_ns > since_ns) & (hit_ns <= until_ns)
        return labelled.filter(pa.array(news & (ts_ns < until_ns)))

    def _last(self, dataset: str, count: int) -> pa.Table:
        """The newest rows of a table, in the order of their coming."""
        pieces: list[pa.Table] = []
        held = 0
        for piece in reversed(self._tables[dataset]):
            if held >= count:
                break
            pieces.append(piece)
            held += piece.num_rows
        rows = pa.concat_tables([contract_of(dataset).schema.empty_table(), *pieces[::-1]])
        return rows.slice(rows.num_rows - count)

    def _labelled(self, rows: pa.Table, groups: list[Triggers]) -> pa.Table:
        """With what became of the triggers, which are those of the groups, as far as the day's trades tell."""
        day = self._so_far.day()
        windows = self.table(BOOK_WINDOWS).select(SEEN_COLUMNS)
        seen_ns = seen_end_of(windows, self.times, self.settings.book.window_s, day.windows.end_ns)
        day = day._replace(seen_end_ns=seen_ns)
        horizons, names = len(self.settings.labels.horizons_s), rows.schema
        parts: list[pa.Table] = []
        for found in groups:
            columns = label_columns(labels_of(day, found, self.settings), horizons)
            parts.append(pa.table({name: pa.array(column).cast(names.field(name).type) for name, column in columns.items()}))
        labels = pa.concat_tables(parts)
        for name in labels.column_names:
            rows = rows.set_column(rows.column_names.index(name), names.field(name), labels[name])
        return rows
