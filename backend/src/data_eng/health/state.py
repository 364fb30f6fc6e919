"""One look at one root of a lake: every contract-day by layer, judged by its own stages, from manifests and runs alone.

No data is hashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from .. import commands
from ..commands import Command
from ..core.instrument import root_of
from ..core.tables import BOOK_WINDOWS, MBO, MBO_DAYS, RAW_MBO, TRIGGER_VECTORS
from ..lake.partitions import PartitionRef, list_folders, parse_ref, part_damage, ref_in
from ..lake.raw import known_sha256, raw_by_date, raw_facts
from ..lake.runs import RUNS, StageRun
from ..planning import why_not_chosen
from ..settings import Settings
from ..sources.calendar import regular_hours, sessions_between
from ..stages.base import LEVELS
from .models import BuildState, Cell, LakeDay, Layer, TableState
from .records import LakeRecords, Published

DAMAGED = "damaged"
"""How a table is called whose files are not those that its manifest names, by their sizes; a build makes it anew."""
ALL_LAYERS: tuple[Layer, ...] = ("raw", "bronze", "silver", "gold")
WORST_FIRST: tuple[BuildState, ...] = ("failed", "missing", "stale", "done")


class LakeLook:
    """One look at one root: every partition is seen once, so that what depends on it is judged by the same."""

    def __init__(self, records: LakeRecords, root: str) -> None:
        self.records = records
        self.root = root
        self._seen: dict[PartitionRef, Published | None] = {}
        self._runs: dict[tuple[str, str], dict[str, StageRun]] = {}
        self._symbols: dict[str, dict[str, list[str]]] = {}
        self.selection = records.selection(root)
        self._rows = {row.date: row for row in self.selection.rows} if self.selection else {}
        self._settings: dict[str, Settings] = {layer: records.settings_of(root, layer) for layer in ALL_LAYERS[1:]}

    @cached_property
    def folders(self) -> dict[str, list[PartitionRef]]:
        """By table, every place of the root that has a folder, also those that a killed run left."""
        lake, root = self.records.lake, self.root
        return {key: [ref for ref in list_folders(lake, key) if root_of(ref.symbol) == root] for key in self.records.cfg.datasets}

    @cached_property
    def published(self) -> dict[str, dict[tuple[str, str], PartitionRef]]:
        """By table, the complete partitions of the root by (symbol, date)."""
        return {
            dataset: {(ref.symbol, ref.date): ref for ref in refs if self.held(ref) is not None} for dataset, refs in self.folders.items()
        }

    def _on_date(self, dataset: str) -> dict[str, list[str]]:
        """Symbols that have a table, by date."""
        if dataset not in self._symbols:
            found: dict[str, list[str]] = {}
            for symbol, date in self.published[dataset]:
                found.setdefault(date, []).append(symbol)
            self._symbols[dataset] = found
        return self._symbols[dataset]

    @cached_property
    def by_date(self) -> dict[str, list[str]]:
        """The contracts of each date, in order; the root itself on a date without any."""
        built = {key for dataset, refs in self.published.items() if dataset.partition(".")[0] in ("silver", "gold") for key in refs}
        noted = {(path.parent.name, path.stem) for path in (self.records.lake / RUNS).glob("*/*.json")}
        contracts = {
            *built,
            *((row.symbol, row.date) for row in self._rows.values() if row.symbol is not None),
            *((symbol, date) for symbol, date in noted if symbol != self.root and root_of(symbol) == self.root),
        }
        dates = {date for _, date in contracts} | {date for dataset in (RAW_MBO, MBO_DAYS) for _, date in self.published[dataset]}
        if dates:
            dates |= set(sessions_between(min(dates), max(dates)))
        found: dict[str, list[str]] = {date: [] for date in sorted(dates)}
        for symbol, date in sorted(contracts):
            found[date].append(symbol)
        return {date: symbols or [self.root] for date, symbols in found.items()}

    def held(self, ref: PartitionRef) -> Published | None:
        if ref not in self._seen:
            self._seen[ref] = self._held_raw(ref) if ref.dataset == RAW_MBO else self.records.held(ref)
        return self._seen[ref]

    @cached_property
    def _raw(self) -> dict[str, list[Path]]:
        """Files of the root by UTC date; looked for once, since every date is found by all of them."""
        return raw_by_date(self.records.lake, self.root)

    def _held_raw(self, ref: PartitionRef) -> Published | None:
        files = self._raw.get(ref.date) if ref.symbol == self.root else None
        return Published("", None, raw_facts(ref.lake, ref.symbol, ref.date, files)) if files is not None else None

    def run_of(self, ref: PartitionRef) -> StageRun | None:
        """The last run of the stage that writes a table; bronze is written for the whole root."""
        stage = self.records.stage_of.get(ref.dataset)
        return self._runs_of(self.root if ref.layer == "bronze" else ref.symbol, ref.date).get(stage.name) if stage else None

    def day(self, symbol: str, date: str) -> LakeDay:
        reason = self._why_not(symbol, date)
        cells = {layer: cell for layer in ALL_LAYERS if (cell := self._cell(layer, symbol, date, expected=reason is None)) is not None}
        refs = [ref_in(self.records.lake, table.dataset, table.symbol, date) for cell in cells.values() for table in cell.tables]
        held = [one for ref in refs if (one := self.held(ref)) is not None]
        windows, triggers = (self.published[dataset].get((symbol, date)) for dataset in (BOOK_WINDOWS, TRIGGER_VECTORS))
        seconds = [cell.seconds for cell in cells.values() if cell.seconds is not None]
        return LakeDay(
            symbol=symbol,
            session_date=date,
            synthetic=any(bool(one.facts.get("synthetic")) for one in held),
            chosen=reason is None,
            reason=reason,
            cells=cells,
            windows=self._rows_of(windows),
            gaps=self._gaps_of(windows),
            triggers=self._rows_of(triggers),
            anomalies=sum(one.anomalies for one in held),
            bytes=sum(one.bytes for one in held),
            seconds=round(sum(seconds), 3) if seconds else None,
        )

    def table(self, ref: PartitionRef) -> TableState:
        """How one table of a contract-day is."""
        held, run = self.held(ref), self.run_of(ref)
        state, why = self._judged(ref, held, run)
        rows, size, anomalies = (held.rows, held.bytes, held.anomalies) if held else (0, 0, 0)
        return TableState(dataset=ref.dataset, symbol=ref.symbol, state=state, rows=rows, bytes=size, anomalies=anomalies, why=why)

    def command(self, layer: str, symbol: str, dates: list[str], overwrite: bool = False) -> Command:
        """What builds a layer of some days again as it was built.

        Of a chosen contract through its root, so that its past is the same; of a day that is not chosen with the next one that is, whose
        look-back it is.
        """
        lake = self.records.lake
        if layer == "raw":
            return commands.bring_in(lake)
        later = next((row.date for row in self._rows.values() if row.symbol == symbol and row.date >= max(dates)), None)
        if layer == "bronze" or all(self.is_chosen(symbol, date) for date in dates):
            return commands.build(lake, self.root, dates, layer=layer, overwrite=overwrite)
        if later is not None:
            return commands.build(lake, self.root, [*dates, later], layer=layer, overwrite=overwrite)
        return commands.build(lake, symbol, dates, layer=layer, overwrite=overwrite)

    def _cell(self, layer: Layer, symbol: str, date: str, expected: bool) -> Cell | None:
        """One layer of a day; None where nothing of it is expected, nothing is there and nothing failed."""
        whole = layer in ("raw", "bronze")
        expected = regular_hours(date) is not None or bool(self.published[RAW_MBO].get((self.root, date))) if whole else expected
        tables = [self.table(ref) for ref in self.refs(layer, symbol, date)]
        shown = [table for table in tables if expected or table.state != "missing"]
        if not shown:
            return None
        state = next(state for state in WORST_FIRST if any(table.state == state for table in shown))
        return Cell(
            state=state,
            tables=shown,
            seconds=self._seconds(layer, symbol, date),
            fix=None if state == "done" else str(self.command(layer, symbol, [date])),
        )

    def refs(self, layer: Layer, symbol: str, date: str) -> list[PartitionRef]:
        """Places of a layer's tables of a day; raw files and bronze's list of contracts are the root's."""
        lake = self.records.lake
        if layer == "raw":
            return [ref_in(lake, RAW_MBO, self.root, date)]
        if layer == "bronze":
            held = [name for name in self._on_date(MBO).get(date, []) if symbol in (name, self.root)]
            return [ref_in(lake, MBO_DAYS, self.root, date), *(self.published[MBO][name, date] for name in held)]
        return [ref_in(lake, dataset, symbol, date) for dataset, stage in self.records.stage_of.items() if stage.layer == layer]

    def _judged(self, ref: PartitionRef, held: Published | None, run: StageRun | None) -> tuple[BuildState, str | None]:
        if run is not None and run.state == "failed":
            return "failed", run.message
        if held is None:
            return "missing", "not built" if ref.dataset != RAW_MBO else "no raw file"
        if ref.dataset == RAW_MBO:
            return "done", None
        if held.manifest is None:
            return "failed", f"{DAMAGED}: its manifest cannot be read"
        damage = part_damage(ref.path, held.manifest.files)
        if damage is not None:
            return "failed", f"{DAMAGED}: {damage}"
        why = self.records.stage_of[ref.dataset].why_stale(held.manifest, self._settings[ref.layer], self)
        return ("stale", why) if why else ("done", None)

    def sha256(self, name: str, recorded: str) -> str:
        """Hash of an input now; what is no partition of the lake only its stage can judge."""
        ref = self._input(name)
        if ref is None:
            return recorded
        held = self.held(ref)
        if held is not None and ref.dataset == RAW_MBO:
            return known_sha256(ref.lake, ref.symbol, ref.date, self._raw[ref.date]) or recorded
        return held.sha256 if held is not None else "missing"

    def levels(self, name: str) -> Sequence[str] | None:
        """Levels that an input holds; None for one whose rows are not by level."""
        ref = self._input(name)
        held = self.held(ref) if ref is not None else None
        return held.facts.get(LEVELS) if held is not None else None

    def _input(self, name: str) -> PartitionRef | None:
        return parse_ref(self.records.lake, name) if name.partition("/")[0] in self.records.cfg.datasets else None

    def _seconds(self, layer: Layer, symbol: str, date: str) -> float | None:
        runs = self._runs_of(self.root if layer == "bronze" else symbol, date).values()
        known = [run.seconds for run in runs if run.layer == layer and run.seconds is not None]
        return round(sum(known), 3) if known else None

    def _runs_of(self, symbol: str, date: str) -> dict[str, StageRun]:
        if (symbol, date) not in self._runs:
            self._runs[symbol, date] = self.records.runs(symbol, date)
        return self._runs[symbol, date]

    def is_chosen(self, symbol: str, date: str) -> bool:
        return self._why_not(symbol, date) is None

    def _why_not(self, symbol: str, date: str) -> str | None:
        """Why a contract is not its root's of the day; None where it is."""
        row = self._rows.get(date)
        if row is not None:
            return why_not_chosen(row, symbol, [])
        if regular_hours(date) is None and not self._rows_of(self.published[BOOK_WINDOWS].get((symbol, date))):
            return "no regular session"
        return why_not_chosen(None, symbol, self._on_date(BOOK_WINDOWS).get(date, []))

    def _rows_of(self, ref: PartitionRef | None) -> int | None:
        held = self.held(ref) if ref is not None else None
        return held.rows if held is not None else None

    def _gaps_of(self, ref: PartitionRef | None) -> int | None:
        held = self.held(ref) if ref is not None else None
        return self.records.gaps(ref, held) if ref is not None and held is not None else None
