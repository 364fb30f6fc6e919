"""A lake of toy days, imported and built by the runner: small, whole, with indexes, made in seconds."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from src.data_eng.engines.crew import BuildRequest, run
from src.data_eng.settings import load_settings
from tests.real_stages import take_in
from tests.toy_market import toy_records
from tests.toys.lake import config

DAYS = ("2025-10-06", "2025-10-07", "2025-10-08", "2025-10-09", "2025-10-10")
DATES = DAYS[1:]
"""Those that are chosen, with every table; the first day is their look-back."""
TODAY = DAYS[-1]
LEVELS = ("pm_high", "or_high", "vwap")
SESSION = "09:30-10:30"
SYMBOL, ROOT = "ESZ5", "ES"
SETTINGS = load_settings()


def make_toy_lake(folder: Path, days: tuple[str, ...] = DAYS) -> Path:
    """Import and build `days` under `folder`; the first is the look-back of the second, which is the first that is chosen."""
    lake = folder / "lake"
    take_in(lake, folder / "job", {day: toy_records(day, seed=5, until="12:31") for day in days})
    assert build(lake, days) == 0
    return lake


def build(lake: Path, days: tuple[str, ...] = DAYS, levels: tuple[str, ...] = LEVELS, **changes: Any) -> int:
    """Run the pipeline over `days` as `make_toy_lake` does; the exit code."""
    cfg = replace(config(lake), levels=levels, session=SESSION)
    request = BuildRequest(cfg, "future_mbo", "all", ROOT, days[0], days[-1], 1)
    return run(request._replace(**changes), Console(file=io.StringIO(), width=160))
