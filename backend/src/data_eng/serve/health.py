"""How the lake is: the grid of its contract-days by layer, and any one of its partitions."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from ..config import Environment, Settings, load_datasets
from ..core.instrument import root_of
from ..errors import SpymasterError
from ..io import RAW, list_folders, ref_in
from ..lake.runs import StageRun
from ..retrieval.index_builder import TRIGGERS
from ..retrieval.mbo_contract_day_selector import EVENTS
from ..stages.silver.future_mbo.compute_book_flow_5s import WINDOWS
from .lake_look import ALL_LAYERS, LakeLook
from .lake_problems import problems_of_days, problems_of_indexes, problems_of_root
from .lake_records import LakeRecords
from .messages_lake import LakeHealth, LastRun, PartitionView
from .problems import Refusal

LOOK_S = 1.0
"""How long a grid holds for those who ask after it; a look at 200 days takes a tenth of a second of one core."""


class Health:
    """The health of one lake. Every method may be called from any thread."""

    def __init__(self, lake: Path, settings: Settings, where: Environment) -> None:
        self.records = LakeRecords(lake, settings, where)
        self._recent: dict[str, tuple[float, LakeHealth]] = {}

    def roots(self) -> list[str]:
        """Roots that the lake holds something of."""
        return sorted(
            {root_of(ref.symbol) for dataset in (RAW, EVENTS, WINDOWS, TRIGGERS) for ref in list_folders(self.records.lake, dataset)}
        )

    def recent(self, root: str, lake_version: str) -> LakeHealth:
        """The grid as it was within the last second, or a new one."""
        at_s, found = self._recent.get(root, (0.0, None))
        if found is None or found.lake_version != lake_version or time.monotonic() - at_s > LOOK_S:
            found = self.grid(root, lake_version)
            self._recent[root] = (time.monotonic(), found)
        return found

    def grid(self, root: str, lake_version: str) -> LakeHealth:
        """Every contract-day of a root by layer. Raises `Refusal` for a root that neither the lake nor the settings know."""
        roots = self.roots()
        known = sorted({*roots, *self.records.settings.instruments})
        if root not in known:
            raise Refusal("bad_request", f"root {root!r} is unknown. Expected one of {', '.join(known)}.")
        look = LakeLook(self.records, root)
        days = [look.day(symbol, date) for date, symbols in look.by_date.items() for symbol in symbols]
        return LakeHealth(
            lake=self.records.lake.name,
            lake_version=lake_version,
            root=root,
            roots=roots,
            disk_free_bytes=shutil.disk_usage(
                next(folder for folder in (self.records.lake, *self.records.lake.parents) if folder.exists())
            ).free,
            layers=list(ALL_LAYERS),
            days=days,
            problems=[*problems_of_root(look), *problems_of_days(look, days), *problems_of_indexes(look)],
        )

    def partition(self, dataset: str, symbol: str, date: str) -> PartitionView:
        """One partition. Raises `Refusal` for a table, symbol or date that cannot be."""
        if dataset not in load_datasets():
            raise Refusal("unknown_table", f"table {dataset!r} is unknown. Expected one of {', '.join(sorted(load_datasets()))}.")
        try:
            ref = ref_in(self.records.lake, dataset, symbol, date)
        except SpymasterError as error:
            raise Refusal("bad_request", str(error)) from None
        look = LakeLook(self.records, root_of(symbol))
        cell, run, held = look.table(ref), look.run_of(ref), look.held(ref)
        return PartitionView(
            dataset=dataset,
            symbol=symbol,
            session_date=date,
            state=cell.state,
            why=cell.why,
            manifest=held.manifest if held else None,
            raw=held.raw if held else None,
            last_run=run and LastRun(stage=self.records.stage_of[dataset].name, **_told(run)),
            rebuild=look.command(ref.layer, symbol, [date], run, overwrite=cell.state == "done"),
        )


def _told(run: StageRun) -> dict[str, Any]:
    return {"state": run.state, "message": run.message, "seconds": run.seconds, "finished": run.finished}
