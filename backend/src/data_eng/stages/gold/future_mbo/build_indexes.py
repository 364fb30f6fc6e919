"""The indexes of one level, built from the trigger vectors of all its days; signals and pressure look into them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from ....config import Settings
from ....retrieval.index_builder import build_indexes
from ...base import RootLevel, RootStage, StageResult, Status


class BuildIndexes(RootStage):
    """Both setups from both sides of one level."""

    name: ClassVar[str] = "build_indexes"
    layer: ClassVar[str] = "gold"

    def run(self, unit: RootLevel, lake: Path, settings: Settings, overwrite: bool = False) -> StageResult:
        started = time.perf_counter()
        indexes = build_indexes(lake, unit.root, unit.level_id, settings, overwrite=overwrite)
        statuses = {index.status for index in indexes}
        status: Status = "built" if "built" in statuses else "rebuilt" if "rebuilt" in statuses else "current"
        return StageResult(
            status=status,
            rows=sum(index.rows for index in indexes),
            seconds=time.perf_counter() - started,
            anomalies={},
            synthetic=any(index.synthetic for index in indexes),
        )
