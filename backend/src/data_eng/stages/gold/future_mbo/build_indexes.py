"""The indexes of one level, built from the trigger vectors of all its days; signals and pressure look into them."""

from __future__ import annotations

import time
from typing import ClassVar

from ....config import AppConfig
from ....core.level_order import in_order
from ....core.tables import TRIGGER_VECTORS
from ....lake.keep import settings_of
from ....retrieval.index_builder import build_indexes
from ...base import RootLevel, RootStage, StageIO, StageResult, Status


class BuildIndexes(RootStage):
    """Both setups from both sides of one level."""

    name: ClassVar[str] = "build_indexes"
    io: ClassVar[StageIO] = StageIO(inputs=[TRIGGER_VECTORS])

    def units(self, root: str, cfg: AppConfig) -> list[RootLevel]:
        """The levels requested, and those that have an index already: a day that gains a level gives every index new inputs."""
        held = {path.name.removeprefix("mbo_") for path in cfg.lake_root.glob("indexes/mbo_*")}
        requested = super().units(root, cfg)
        return [*requested, *(RootLevel(root, level) for level in in_order(held - {unit.level_id for unit in requested}))]

    def build_level(self, unit: RootLevel, cfg: AppConfig, overwrite: bool = False) -> StageResult:
        started = time.perf_counter()
        settings = settings_of(cfg, unit.root, self.layer)
        indexes = build_indexes(cfg.where, unit.root, unit.level_id, settings, overwrite=overwrite)
        statuses = {index.status for index in indexes}
        status: Status = "built" if "built" in statuses else "rebuilt" if "rebuilt" in statuses else "current"
        return StageResult(
            status=status,
            rows=sum(index.rows for index in indexes),
            seconds=time.perf_counter() - started,
            anomalies={},
            synthetic=any(index.synthetic for index in indexes),
        )
