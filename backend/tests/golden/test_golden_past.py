"""Days with a past, through the index to signals, pressure and the ladder, compared with figures written down once.

A changed figure is a changed definition: explain it in the commit, and write the new ones with
`GOLDEN=write uv run pytest tests/golden`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.core.tables import PHYSICS_LADDER, PRESSURE_STREAM, TRIGGER_SIGNALS, TRIGGER_VECTORS
from src.data_eng.lake.partitions import ref_in

from ..toy_lake import DATES, SYMBOL, make_toy_lake
from .figures import check_golden, figures_of

GOLDEN = Path(__file__).with_name("past.json")
TABLES = (TRIGGER_VECTORS, TRIGGER_SIGNALS, PRESSURE_STREAM, PHYSICS_LADDER)


@pytest.mark.slow
def test_days_with_a_past_give_the_figures_written_down(tmp_path: Path) -> None:
    lake = make_toy_lake(tmp_path)
    found = {f"{table} {date}": figures_of(ref_in(lake, table, SYMBOL, date)) for table in TABLES for date in DATES}
    assert found[f"{TRIGGER_SIGNALS} {DATES[-1]}"]["rows"] > 0
    check_golden(found, GOLDEN)
