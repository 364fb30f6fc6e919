"""One small day from DBN to labelled vectors, compared with figures written down once.

A changed figure is a changed definition: explain it in the commit, and write the new ones with
`GOLDEN=write uv run pytest tests/golden`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from src.data_eng.core.tables import MBO, TRIGGER_VECTORS
from src.data_eng.lake.partitions import ref_in
from src.data_eng.planning import ContractDay
from src.data_eng.settings import load_settings
from src.data_eng.sources.raw import collect, import_batch
from src.data_eng.stages.bronze.future_mbo.ingest_preview import IngestPreview
from src.data_eng.stages.gold.future_mbo.build_trigger_vectors import BuildTriggerVectors
from src.data_eng.stages.silver.future_mbo.compute_book_flow_5s import ComputeBookFlow5s
from src.data_eng.stages.silver.future_mbo.compute_level_vacuum_5s import ComputeLevelVacuum5s
from src.data_eng.stages.silver.future_mbo.compute_levels import ComputeLevels
from src.data_eng.stages.silver.future_mbo.compute_session_usual import ComputeSessionUsual
from src.data_eng.stages.silver.future_mbo.compute_touch_physics_5s import ComputeTouchPhysics5s
from tests.toys.lake import config

from ..toy_market import toy_records, write_dbn
from .figures import check_golden, figures_of

DAY = "2025-10-16"
GOLDEN = Path(__file__).with_name("day.json")
SILVER = ("book_flow_5s", "book_windows_5s", "trade_bars", "trade_path", "volume_profile", "levels", "mbo_level_vacuum_5s")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake, batch = tmp_path_factory.mktemp("lake"), tmp_path_factory.mktemp("batch")
    write_dbn(batch / "glbx-mdp3-20251016.mbo.dbn.zst", toy_records(DAY, seed=1), DAY, {"ESZ5": 100})
    list(import_batch(collect([batch]), lake))
    settings = load_settings()
    IngestPreview().build(ContractDay("ES", "ES", DAY), config(lake), settings)
    stages = (
        ComputeBookFlow5s(),
        ComputeSessionUsual(),
        ComputeLevels(),
        ComputeLevelVacuum5s(),
        ComputeTouchPhysics5s(),
        BuildTriggerVectors(),
    )
    for stage in stages:
        stage.build(ContractDay("ES", "ESZ5", DAY), config(lake), settings)
    return lake


def test_the_golden_day_gives_the_figures_written_down(lake: Path) -> None:
    datasets = (MBO, *(f"silver.future_mbo.{table}" for table in SILVER), TRIGGER_VECTORS)
    check_golden({dataset: figures_of(ref_in(lake, dataset, "ESZ5", DAY)) for dataset in datasets}, GOLDEN)
