"""A toy lake of three sessions with three contracts, and its last day as a live day would get it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from src.data_eng.io import read_table
from src.data_eng.lake.partitions import ref_in
from src.data_eng.live.day import LiveDay
from src.data_eng.live.past import DayPast, read_past
from src.data_eng.live.records import Instrument
from src.data_eng.planning import ContractDay
from tests.real_stages import INSTRUMENT_ID, SYMBOL, in_time_order, run_stages, short_settings, take_in
from tests.toy_market import TICK_NANOS, toy_records
from tests.toys.lake import config

DATES = ("2025-10-07", "2025-10-08", "2025-10-09")
TODAY = DATES[-1]
LEVELS = ("pm_high", "vwap", "round_25")
SYMBOLS = {SYMBOL: INSTRUMENT_ID, "ESH6": 200, "ESZ5-ESH6": 300}
SETTINGS = short_settings("09:30-09:55", LEVELS)
SHOWN = (
    "silver.book_flow_5s",
    "silver.book_windows_5s",
    "silver.trade_bars",
    "silver.trade_path",
    "silver.volume_profile",
    "silver.levels",
    "silver.mbo_level_vacuum_5s",
    "silver.touch_physics_5s",
    "silver.strike_physics_5s",
    "silver.walls_5s",
    "silver.level_physics_5s",
    "gold.mbo_trigger_vectors",
    "gold.mbo_setup_candidates",
    "gold.mbo_trigger_signals",
    "gold.mbo_pressure_stream",
    "gold.mbo_physics_ladder",
)
"""Every table that a live day makes, by layer and name."""
MADE_WITH = {"code": "c", "settings": "s"}


def records_of(day: str) -> NDArray[np.void]:
    """The contract trades until after the session, the two others for longer."""
    own = toy_records(day, seed=5, since="08:30", until="09:57")
    others = [
        toy_records(day, seed=seed, since="08:40", until="10:05", step_ms=9_000, instrument_id=number)
        for seed, number in ((6, 200), (7, 300))
    ]
    return in_time_order(own, *others)


@dataclass
class LiveLake:
    """A built lake, and what its last day was made of."""

    folder: Path
    records: NDArray[np.void]
    past: DayPast

    def day(self, tick_nanos: int = TICK_NANOS) -> LiveDay:
        """The last day before its first record."""
        return LiveDay(unit(), Instrument(SYMBOL, INSTRUMENT_ID, tick_nanos), self.past, SETTINGS)

    def built(self, name: str) -> pa.Table:
        """A table of the build."""
        return read_table(ref_in(self.folder, dataset(name), SYMBOL, TODAY))


def make_live_lake(folder: Path) -> LiveLake:
    """Import and build all three days."""
    lake = folder / "lake"
    days = {day: records_of(day) for day in DATES}
    take_in(lake, folder / "job", days, SYMBOLS)
    run_stages(lake, DATES, SETTINGS)
    return LiveLake(lake, days[TODAY], read_past(unit(), config(lake, SETTINGS), SETTINGS))


def unit() -> ContractDay:
    return ContractDay("ES", SYMBOL, TODAY, tuple((SYMBOL, date) for date in DATES[:-1]))


def dataset(name: str) -> str:
    layer, table = name.split(".")
    return f"{layer}.future_mbo.{table}"


def chunks_of(records: NDArray[np.void], rng: np.random.Generator, most: int) -> list[NDArray[np.void]]:
    """The records cut at random into chunks of 1 to `most`."""
    cuts = np.cumsum(rng.integers(1, most + 1, len(records)))
    return np.split(records, cuts[cuts < len(records)])


def checkpoint_until_killed(folder: Path, checkpoints: Path) -> None:
    """Take the last day's records, with a checkpoint after every few."""
    lake, taken = LiveLake(folder, records_of(TODAY), read_past(unit(), config(folder, SETTINGS), SETTINGS)), 0
    day = lake.day()
    for chunk in chunks_of(lake.records, np.random.default_rng(4), 2000):
        list(day.take(chunk))
        taken += len(chunk)
        day.save(checkpoints, {"record": taken}, MADE_WITH)


if __name__ == "__main__":
    checkpoint_until_killed(Path(sys.argv[1]), Path(sys.argv[2]))
