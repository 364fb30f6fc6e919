"""The pooled index and those of single levels, built from the candidates and trigger vectors of all days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from ....config import AppConfig
from ....core.level_order import in_order
from ....core.tables import SETUP_CANDIDATES, TRIGGER_VECTORS
from ....lake.keep import settings_of
from ....retrieval.index_builder import BuiltIndex, build_indexes
from ....retrieval.key import POOLED
from ....retrieval.pooled import BuiltPooled, build_pooled
from ...base import RootLevel, RootStage, StageIO, StageResult, Status


class BuildIndexes(RootStage):
    """Both setups: from both sides of one level, and of all levels together, which counts as one more level here."""

    name: ClassVar[str] = "build_indexes"
    io: ClassVar[StageIO] = StageIO(inputs=[TRIGGER_VECTORS, SETUP_CANDIDATES])

    def units(self, root: str, cfg: AppConfig) -> list[RootLevel]:
        """All together, the levels requested, and those that have an index: a day that gains a level gives every index new inputs."""
        held = {path.name.removeprefix("mbo_") for path in cfg.lake_root.glob("indexes/mbo_*")} - {POOLED}
        requested = super().units(root, cfg)
        return [
            RootLevel(root, POOLED),
            *requested,
            *(RootLevel(root, level) for level in in_order(held - {unit.level_id for unit in requested})),
        ]

    def build_level(self, unit: RootLevel, cfg: AppConfig, overwrite: bool = False) -> StageResult:
        started = time.perf_counter()
        settings = settings_of(cfg, unit.root, self.layer)
        indexes: Sequence[BuiltIndex | BuiltPooled]
        if unit.level_id == POOLED:
            indexes = build_pooled(cfg.where, unit.root, settings, overwrite=overwrite)
        else:
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
