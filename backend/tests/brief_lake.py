"""A lake of four sessions for the brief: bars written by hand, levels computed from them, first tests and a volatility."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from src.data_eng.core.tables import SESSION_USUAL, TOUCH_PHYSICS, VOLUME_PROFILE
from src.data_eng.lake.keep import keep, settings_of
from src.data_eng.planning import ContractDay
from src.data_eng.stages.silver.future_mbo.compute_levels import ComputeLevels
from tests.small_lake import S, Trade, at, put, put_bronze_day, put_trade_bars
from tests.toys.lake import config
from tests.trigger_lake import trigger_table, write_triggers

SYMBOL = "ESZ5"
BEFORE, YESTERDAY, DATE, AFTER = "2025-10-14", "2025-10-15", "2025-10-16", "2025-10-17"
EVENING = {DATE: f"{YESTERDAY} 20:00:00", YESTERDAY: f"{BEFORE} 20:00:00", BEFORE: "2025-10-13 20:00:00", AFTER: f"{DATE} 20:00:00"}
"""The first trade of a UTC date."""
LEVELS = ("pm_high", "pm_low", "or_high", "ib_low", "pd_high", "pd_low", "pd_close", "on_high", "vwap")
TODAYS: list[Trade] = [
    *(("06:00:00", 27_200, 1), ("08:00:00", 27_160, 1), ("09:29:58", 27_181, 1), ("09:30:00", 27_190, 5)),
    *(("09:40:00", 27_240, 1), ("12:00:00", 27_100, 1), ("15:59:00", 27_150, 1), ("16:30:00", 27_150, 1)),
]
YESTERDAYS: list[Trade] = [
    ("06:00:00", 27_150, 1),
    ("09:30:00", 27_150, 2),
    ("11:00:00", 27_201, 4),
    ("15:59:00", 27_180, 3),
    ("16:30:00", 27_185, 1),
]
BARRIERS = [("09:29:55", 8), ("09:30:00", 10), ("09:30:05", 30)]
"""End of each window, and the barrier in ticks."""
ENDINGS: dict[str, tuple[str, str | None]] = {
    BEFORE: ("REJECT_DOWN", "failed_break"),
    YESTERDAY: ("BREAK_UP", None),
    DATE: ("CHOP", None),
    AFTER: ("BREAK_UP", None),
}
"""Of the first test of PM High."""


def write_lake(lake: Path, until: str = AFTER, opening_only: bool = False) -> Path:
    """Sessions up to a date; with `opening_only` the last of them ends with its first trade."""
    cfg = replace(config(lake), levels=LEVELS)
    keep(cfg, "ES", "silver")
    days = {BEFORE: YESTERDAYS, YESTERDAY: YESTERDAYS, DATE: TODAYS, AFTER: YESTERDAYS}
    for number, (date, trades) in enumerate(days.items()):
        if date > until:
            break
        own = first_trades(trades) if opening_only and date == until else trades
        whole: list[Trade] = [(EVENING[date], 27_170, 1), *own]
        put_bronze_day(lake, date, {SYMBOL: whole})
        put_trade_bars(lake, SYMBOL, date, whole)
        history = tuple((SYMBOL, past) for past in list(days)[:number])
        ComputeLevels().build(ContractDay("ES", SYMBOL, date, history), cfg, settings_of(cfg, "ES", "silver"))
        put_barriers(lake, date, BARRIERS if own is trades else BARRIERS[:2])
        if own is trades:
            put(lake, VOLUME_PROFILE, SYMBOL, date, [{"price_ticks": 27_180, "volume": 9, "buy_volume": 9}], "available")
            put_volatility(lake, date)
            put_first_tests(lake, date)
    return lake


def first_trades(trades: list[Trade]) -> list[Trade]:
    """Up to the first of the session."""
    return [trade for trade in trades if trade[0] <= "09:30:00"]


def put_volatility(lake: Path, date: str) -> None:
    """A squared change of 7.2 ticks^2 every window of the morning."""
    clock = [{"part": "clock", "position": second, "squared_change": 7.2} for second in range(9 * 3600, 10 * 3600, 5)]
    put(lake, SESSION_USUAL, SYMBOL, date, clock, "available")


def put_barriers(lake: Path, date: str, barriers: list[tuple[str, int]]) -> None:
    touch = [{"ts_ns": at(date, end), "window_start_ns": at(date, end) - 5 * S, "barrier_ticks": ticks} for end, ticks in barriers]
    put(lake, TOUCH_PHYSICS, SYMBOL, date, touch, "available")


def put_first_tests(lake: Path, date: str) -> None:
    """One first test of PM High, of two windows, the later one first; and a repeat test that counts nowhere."""
    rows = [("CENSORED", None), ENDINGS[date], ("BREAK_UP", None), ("BREAK_UP", None)]
    outcomes, kinds = (list(column) for column in zip(*rows, strict=True))
    table = trigger_table(date, episodes=2, windows=2)
    changed: dict[str, list[Any]] = {"outcome_h2": outcomes, "reject_kind": kinds, "age_s": [15, 0, 15, 0]}
    for name, values in changed.items():
        field = table.schema.field(name)
        table = table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))
    write_triggers(lake, date, table, synthetic=True)
