"""The one judge of a lake: doctor, the Lake screen and readiness ask here. What a build would do, its stages say; the judge asks them."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

from ..config import AppConfig, find_dataset
from ..core.instrument import root_of
from ..core.tables import BOOK_WINDOWS, MBO, RAW_MBO, TRIGGER_VECTORS
from ..errors import SpymasterError
from ..lake.hashes import hash_once
from ..lake.partitions import list_folders, ref_in
from ..retrieval.key import all_index_folders
from .findings import findings_of, index_damage
from .models import Finding, LakeHealth, LastRun, PartitionView
from .records import LakeRecords
from .served import damaged_day
from .state import ALL_LAYERS, LakeLook

LOOK_S = 1.0
"""How long a grid holds for later callers; a look at 200 days takes a tenth of a second of one core."""


class UnknownRoot(SpymasterError):
    """A root that neither the lake nor the settings know."""


class Judge:
    """Says how one lake is. Every method may be called from any thread."""

    def __init__(self, cfg: AppConfig) -> None:
        """`cfg`'s LEVEL_ID does not count: a lake is judged by all levels that it is built with."""
        self.records = LakeRecords(replace(cfg, environment=cfg.environment._replace(level_id=None)))
        self._recent: dict[str, tuple[float, LakeHealth]] = {}
        self._damage: tuple[float, Finding | None] = (-LOOK_S, None)

    def roots(self) -> list[str]:
        """Roots that the lake holds something of."""
        return sorted(
            {
                root_of(ref.symbol)
                for dataset in (RAW_MBO, MBO, BOOK_WINDOWS, TRIGGER_VECTORS)
                for ref in list_folders(self.records.lake, dataset)
            }
        )

    def damaged_day(self) -> Finding | None:
        """The first table of a contract-day that is damaged, by the sizes of its files, as it was within the last second."""
        at_s, found = self._damage
        if time.monotonic() - at_s > LOOK_S:
            found = damaged_day(self.records)
            self._damage = (time.monotonic(), found)
        return found

    def recent(self, root: str, lake_version: str) -> LakeHealth:
        """The grid as it was within the last second, or a new one."""
        at_s, found = self._recent.get(root, (0.0, None))
        if found is None or found.lake_version != lake_version or time.monotonic() - at_s > LOOK_S:
            found = self.grid(root, lake_version)
            self._recent[root] = (time.monotonic(), found)
        return found

    def grid(self, root: str, lake_version: str) -> LakeHealth:
        """Every contract-day of a root by layer. Raises `UnknownRoot` for one that neither the lake nor the settings know."""
        roots = self.roots()
        known = sorted({*roots, *self.records.cfg.settings.instruments})
        if root not in known:
            raise UnknownRoot("root {value!r} is unknown.", value=root, expected=f"one of {', '.join(known)}")
        look = LakeLook(self.records, root)
        days = [look.day(symbol, date) for date, symbols in look.by_date.items() for symbol in symbols]
        return LakeHealth(
            lake=self.records.lake.name,
            lake_version=lake_version,
            root=root,
            roots=roots,
            disk_free_bytes=free_bytes(self.records.lake),
            layers=list(ALL_LAYERS),
            days=days,
            problems=findings_of(look, days),
        )

    def damaged_index(self) -> Finding | None:
        """The first index whose files are not those that its manifest names; each is hashed once for as long as it stays."""
        cfg = self.records.cfg
        checked = (index_damage(cfg, folder, hash_once) for folder in all_index_folders(cfg.where))
        return next((found for found in checked if found is not None), None)

    def partition(self, dataset: str, symbol: str, date: str) -> PartitionView:
        """One partition. Raises `UnknownDataset` for a table, and what an address raises for a symbol or date, that cannot be."""
        find_dataset(dataset)
        ref = ref_in(self.records.lake, dataset, symbol, date)
        look = LakeLook(self.records, root_of(symbol))
        table, run, held = look.table(ref), look.run_of(ref), look.held(ref)
        last_run = run and LastRun(
            stage=self.records.stage_of[dataset].name, state=run.state, message=run.message, seconds=run.seconds, finished=run.finished
        )
        return PartitionView(
            dataset=dataset,
            symbol=symbol,
            session_date=date,
            state=table.state,
            why=table.why,
            manifest=held.manifest if held else None,
            raw=held.raw if held else None,
            last_run=last_run,
            rebuild=str(look.command(ref.layer, symbol, [date], overwrite=table.state == "done")),
        )


def free_bytes(lake: Path) -> int:
    """Free space where a lake lies, or will lie."""
    return shutil.disk_usage(next(folder for folder in (lake, *lake.parents) if folder.exists())).free
