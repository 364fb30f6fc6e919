"""Levels of a day that is not over: worked out anew as its bars close, by the functions that tonight's build uses."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core.levels import Bars, Level, LevelAbsent, LevelDay
from ..core.units import NS_PER_S
from ..core.zones import price_in_force
from ..settings import Settings
from ..sources.calendar import regular_hours
from ..stages.silver.future_mbo.compute_levels import bars_of, covered_from_ns, joined_spans, level_of, levels_table
from .grown import Grown
from .past import DayPast

NEVER_NS = -1


class LiveLevels:
    """The levels of the settings, as far as the bars so far tell."""

    def __init__(self, past: DayPast, settings: Settings) -> None:
        self._settings, self._past = settings, past
        self._lengths = (1, past.level_day.candle_s)
        self._bars = {bar_s: [Grown(np.int64) for _ in Bars._fields] for bar_s in self._lengths}
        for bar_s, bars in zip(self._lengths, (past.level_day.seconds, past.level_day.candles), strict=True):
            self._add(bar_s, bars)
        self._levels: dict[str, Level] = {}
        self._worked_out_ns = NEVER_NS

    @property
    def table(self) -> pa.Table:
        """Rows of the levels' table."""
        return levels_table(self._levels)

    def take(self, bars: pa.Table) -> None:
        """Rows of trade_bars that have closed."""
        for bar_s in self._lengths:
            self._add(bar_s, bars_of(bars, bar_s))

    def work_out(self, first_record_ns: int, now_ns: int) -> None:
        """Bring the levels up to `now_ns`, by which every bar that ends then has closed.

        One with a price changes at the close of a candle and at no other time; one without may get its first at any.
        """
        day = self._day(first_record_ns, now_ns)
        candle_ns = self._past.level_day.candle_s * NS_PER_S
        all_of_them = now_ns // candle_ns != self._worked_out_ns // candle_ns
        for level_id in self._settings.levels.default:
            if all_of_them or self._is_absent(level_id):
                self._levels[level_id] = level_of(level_id, day, self._past.own_levels)
        self._worked_out_ns = now_ns

    def end(self, first_record_ns: int, last_record_ns: int) -> None:
        """Work all of them out from a file that ends with that record."""
        hours = regular_hours(self._past.level_day.times.date)
        ends_ns = last_record_ns if hours is not None and last_record_ns < hours.close_ns else self._utc_end_ns
        self._worked_out_ns = NEVER_NS
        self.work_out(first_record_ns, ends_ns)

    def mark(self) -> tuple[list[int], dict[str, Level], int]:
        """Where the levels are, to come `back_to`."""
        return [column.count for bars in self._bars.values() for column in bars], dict(self._levels), self._worked_out_ns

    def back_to(self, mark: tuple[list[int], dict[str, Level], int]) -> None:
        """Forget what came since."""
        counts, self._levels, self._worked_out_ns = mark
        for column, count in zip((column for bars in self._bars.values() for column in bars), counts, strict=True):
            column.cut(count)

    def in_force(self, start_ns: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """(windows,) price in ticks by level_id at each window's start, which may be `now_ns` but not later."""
        none = np.full(len(start_ns), np.nan)
        return {
            level_id: none if isinstance(level, LevelAbsent) else price_in_force(level.known_from_ns, level.price_ticks, start_ns)
            for level_id, level in self._levels.items()
        }

    def _is_absent(self, level_id: str) -> bool:
        level = self._levels.get(level_id)
        return level is None or isinstance(level, LevelAbsent) or not len(level.known_from_ns)

    @property
    def _utc_end_ns(self) -> int:
        midnight = datetime.fromisoformat(self._past.level_day.times.date).replace(tzinfo=UTC)
        return (int(midnight.timestamp()) + 86_400) * NS_PER_S

    def _day(self, first_record_ns: int, now_ns: int) -> LevelDay:
        base = self._past.level_day
        begins_ns = covered_from_ns(base.times.date, first_record_ns)
        spans = [(int(start), int(end)) for start, end in base.covered_ns]
        seconds, candles = (Bars(*(column.values for column in self._bars[bar_s])) for bar_s in self._lengths)
        covered_ns = joined_spans([*spans, (begins_ns, max(now_ns, begins_ns))])
        return base._replace(seconds=seconds, candles=candles, covered_ns=covered_ns)

    def _add(self, bar_s: int, bars: Bars) -> None:
        for column, values in zip(self._bars[bar_s], bars, strict=True):
            column.append(values)
