"""A small lake with every table and index, as the server is asked about: four short toy sessions through the real stages."""

from __future__ import annotations

from pathlib import Path

from src.data_eng.config import load_settings
from tests.real_stages import run_stages, short_settings, take_in
from tests.toy_market import toy_records

DATES = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10")
TODAY = DATES[-1]
SYMBOL = "ESZ5"
LEVELS = ("pm_high", "or_high", "vwap")
SETTINGS = load_settings()


def make_served_lake(folder: Path) -> Path:
    """`folder`/lake."""
    lake, batch = folder / "lake", folder / "batch"
    batch.mkdir()
    take_in(lake, batch, {date: toy_records(date, seed=5) for date in DATES})
    run_stages(lake, DATES, short_settings(levels=LEVELS))
    return lake
