"""How the lake is: every contract-day by layer, judged as its stages would judge it, from manifests and records of runs alone.

No data is hashed. A manifest is read once for as long as its file stays what it was, so that only the first look at a lake reads much.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..attempts import MANIFEST
from ..config import Environment, Settings, load_settings
from ..contracts import load_datasets
from ..core.instrument import root_of
from ..errors import SpymasterError
from ..io import IMPORT, RAW, Manifest, PartitionMissing, PartitionRef, list_folders, open_parquet, parse_ref, partition_ref
from ..pipeline import LAYERS, PRODUCT_TYPES, build_pipeline
from ..retrieval.index import SETUPS, IndexKey, build_command
from ..retrieval.index_builder import TRIGGERS
from ..retrieval.mbo_contract_day_selector import DAYS, EVENTS, SelectionMap, is_current, load_selection, selection_path
from ..runs import RUNS, StageRun, parsed_runs, record_path
from ..sources.calendar import regular_hours, sessions_between
from ..stages.base import Stage
from ..stages.silver.future_mbo.compute_book_flow_5s import WINDOWS
from .kept import Kept
from .messages_lake import BuildState, Cell, LakeDay, LakeHealth, LakeProblem, LastRun, Layer, PartitionView, TableCell
from .problems import Refusal

ALL_LAYERS: tuple[Layer, ...] = ("raw", "bronze", "silver", "gold")
WORST_FIRST: tuple[BuildState, ...] = ("failed", "missing", "stale", "done")
KEPT_FILES = 100_000
"""Manifests, import records and records of runs that are remembered; twenty-five years of one root."""
LOOK_S = 1.0
"""How long a grid holds for those who ask after it; a look at 200 days takes a tenth of a second of one core."""
IMPORT_COMMAND = "spymaster import FILE"


class Stamp(NamedTuple):
    """What the disk says of a file without reading it."""

    path: str
    mtime_ns: int
    size: int
    inode: int


class Held(NamedTuple):
    """What a published partition says of itself."""

    sha256: str
    """Of its manifest (of raw: its import record)."""
    manifest: Manifest | None
    """None for raw, and for one that cannot be read."""
    imported: dict[str, Any] | None
    """Of raw only."""

    @property
    def facts(self) -> dict[str, Any]:
        return self.manifest.facts if self.manifest is not None else (self.imported or {})

    @property
    def rows(self) -> int:
        return self.manifest.rows if self.manifest is not None else 0

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.manifest.files) if self.manifest is not None else int(self.facts.get("bytes", 0))

    @property
    def anomalies(self) -> int:
        return sum(anomaly.count for anomaly in self.manifest.anomalies.values()) if self.manifest is not None else 0


class Health:
    """The health of one lake. Every method may be called from any thread."""

    def __init__(self, lake: Path, settings: Settings, where: Environment) -> None:
        self.lake = lake
        self.where = where
        self.settings = settings
        self._files: Kept[Stamp, Any] = Kept(KEPT_FILES)
        self._gaps: Kept[str, int] = Kept(KEPT_FILES)
        self._changed: Kept[tuple[tuple[str, ...], str], Settings] = Kept(100)
        self._recent: dict[str, tuple[float, LakeHealth]] = {}

    @cached_property
    def stage_of(self) -> dict[str, Stage]:
        """Which stage writes a table."""
        stages = [stage for layer in LAYERS for stage in build_pipeline(PRODUCT_TYPES[0], layer) if isinstance(stage, Stage)]
        by_output = {dataset: stage for stage in stages for dataset in stage.outputs}
        return {**by_output, EVENTS: by_output[DAYS]}

    @property
    def lake_flag(self) -> str:
        """What a command needs to work on this lake; empty where it does so anyway."""
        return "" if self.lake == self.where.lake else f" --lake {self.lake}"

    def roots(self) -> list[str]:
        """Roots that the lake holds something of."""
        return sorted({root_of(ref.symbol) for dataset in (RAW, EVENTS, WINDOWS, TRIGGERS) for ref in list_folders(self.lake, dataset)})

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
        known = sorted({*roots, *self.settings.instruments})
        if root not in known:
            raise Refusal("bad_request", f"root {root!r} is unknown. Expected one of {', '.join(known)}.")
        look = _Look(self, root)
        days = [look.day(symbol, date) for date, symbols in look.by_date.items() for symbol in symbols]
        return LakeHealth(
            lake=self.lake.name,
            lake_version=lake_version,
            root=root,
            roots=roots,
            disk_free_bytes=shutil.disk_usage(next(folder for folder in (self.lake, *self.lake.parents) if folder.exists())).free,
            layers=list(ALL_LAYERS),
            days=days,
            problems=[*look.problems_of_root(), *look.problems_of_days(days), *look.problems_of_indexes()],
        )

    def partition(self, dataset: str, symbol: str, date: str) -> PartitionView:
        """One partition. Raises `Refusal` for a table, symbol or date that cannot be."""
        if dataset not in load_datasets():
            raise Refusal("unknown_table", f"table {dataset!r} is unknown. Expected one of {', '.join(sorted(load_datasets()))}.")
        try:
            ref = partition_ref(self.lake, dataset, symbol, date)
        except SpymasterError as error:
            raise Refusal("bad_request", str(error)) from None
        look = _Look(self, root_of(symbol))
        cell, run, held = look.table(ref), look.run_of(ref), look.held(ref)
        return PartitionView(
            dataset=dataset,
            symbol=symbol,
            session_date=date,
            state=cell.state,
            why=cell.why,
            manifest=held.manifest if held else None,
            imported=held.imported if held else None,
            last_run=run and LastRun(stage=self.stage_of[dataset].name, **_told(run)),
            rebuild=look.command(ref.layer, symbol, [date], run, overwrite=cell.state == "done"),
        )

    def held(self, ref: PartitionRef) -> Held | None:
        """What is published at a place; None where nothing is."""
        path = ref.path / (IMPORT if ref.dataset == RAW else MANIFEST)
        return self.read(path, lambda content: _held(ref, content))

    def runs(self, symbol: str, date: str) -> dict[str, StageRun]:
        return self.read(record_path(self.lake, symbol, date), parsed_runs) or {}

    def selection(self, root: str) -> SelectionMap | None:
        path = self.where.selection_path or selection_path(self.lake, root)
        return self.read(path, lambda _: load_selection(path))

    def settings_of(self, run: StageRun | None, layer: str) -> Settings:
        """What a table is judged by: the settings with the levels and the span that its last run was asked for."""
        if run is None:
            alone = layer == "gold" and self.where.level_id is not None
            return self.settings.with_levels((str(self.where.level_id),)) if alone else self.settings
        key = (tuple(run.levels), run.session)
        changed = self._changed.get(key)
        if changed is None:
            changed = self.settings.with_levels(key[0]).with_session(run.session)
            self._changed.put(key, changed)
        return changed

    def gaps(self, ref: PartitionRef, held: Held) -> int | None:
        """Windows that carry a mark; None when the partition was taken away meanwhile."""
        found = self._gaps.get(held.sha256)
        if found is None:
            try:
                found = sum(int((part.read(["marks"])["marks"].to_numpy() != 0).sum()) for part in open_parquet(ref))
            except PartitionMissing:
                return None
            self._gaps.put(held.sha256, found)
        return found

    def read(self, path: Path, parse: Any) -> Any:
        """What a file holds, parsed once for as long as the disk says that it is the same; None where there is none."""
        try:
            found = path.stat()
            stamp = Stamp(str(path), found.st_mtime_ns, found.st_size, found.st_ino)
            parsed = self._files.get(stamp)
            if parsed is None:
                parsed = parse(path.read_bytes())
                self._files.put(stamp, parsed)
        except FileNotFoundError:
            return None
        return parsed


class _Look:
    """One look at one root: every partition is seen once, so that what depends on it is judged by the same."""

    def __init__(self, health: Health, root: str) -> None:
        self._health = health
        self._settings = health.settings
        self.root = root
        self._seen: dict[PartitionRef, Held | None] = {}
        self._runs: dict[tuple[str, str], dict[str, StageRun]] = {}
        self._symbols: dict[str, dict[str, list[str]]] = {}
        selection = health.selection(root)
        self._selection = selection
        self._rows = {row.date: row for row in selection.rows} if selection else {}

    @cached_property
    def _published(self) -> dict[str, dict[tuple[str, str], PartitionRef]]:
        """By table, the complete partitions of the root by (symbol, date)."""
        found: dict[str, dict[tuple[str, str], PartitionRef]] = {}
        for dataset in load_datasets():
            refs = (ref for ref in list_folders(self._health.lake, dataset) if root_of(ref.symbol) == self.root)
            found[dataset] = {(ref.symbol, ref.date): ref for ref in refs if self.held(ref) is not None}
        return found

    def _on_date(self, dataset: str) -> dict[str, list[str]]:
        """Symbols that have a table, by date."""
        if dataset not in self._symbols:
            found: dict[str, list[str]] = {}
            for symbol, date in self._published[dataset]:
                found.setdefault(date, []).append(symbol)
            self._symbols[dataset] = found
        return self._symbols[dataset]

    @cached_property
    def by_date(self) -> dict[str, list[str]]:
        """The contracts of each date, in order; the root itself on a date without any."""
        built = {key for dataset, refs in self._published.items() if dataset.partition(".")[0] in ("silver", "gold") for key in refs}
        noted = {(path.parent.name, path.stem) for path in (self._health.lake / RUNS).glob("*/*.json")}
        contracts = {
            *built,
            *((row.symbol, row.date) for row in self._rows.values() if row.symbol is not None),
            *((symbol, date) for symbol, date in noted if symbol != self.root and root_of(symbol) == self.root),
        }
        dates = {date for _, date in contracts} | {date for dataset in (RAW, DAYS) for _, date in self._published[dataset]}
        if dates:
            dates |= set(sessions_between(min(dates), max(dates)))
        found: dict[str, list[str]] = {date: [] for date in sorted(dates)}
        for symbol, date in sorted(contracts):
            found[date].append(symbol)
        return {date: symbols or [self.root] for date, symbols in found.items()}

    def held(self, ref: PartitionRef) -> Held | None:
        if ref not in self._seen:
            self._seen[ref] = self._health.held(ref)
        return self._seen[ref]

    def run_of(self, ref: PartitionRef) -> StageRun | None:
        """The last run of the stage that writes a table; bronze is written for the whole root."""
        stage = self._health.stage_of.get(ref.dataset)
        return self._runs_of(self.root if ref.layer == "bronze" else ref.symbol, ref.date).get(stage.name) if stage else None

    def day(self, symbol: str, date: str) -> LakeDay:
        reason = self._why_not(symbol, date)
        cells = {layer: cell for layer in ALL_LAYERS if (cell := self._cell(layer, symbol, date, expected=reason is None)) is not None}
        refs = [partition_ref(self._health.lake, table.dataset, table.symbol, date) for cell in cells.values() for table in cell.tables]
        held = [one for ref in refs if (one := self.held(ref)) is not None]
        windows, triggers = (self._published[dataset].get((symbol, date)) for dataset in (WINDOWS, TRIGGERS))
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

    def table(self, ref: PartitionRef) -> TableCell:
        """How one table of a contract-day is."""
        held, run = self.held(ref), self.run_of(ref)
        state, why = self._judged(ref, held, run)
        rows, size, anomalies = (held.rows, held.bytes, held.anomalies) if held else (0, 0, 0)
        return TableCell(dataset=ref.dataset, symbol=ref.symbol, state=state, rows=rows, bytes=size, anomalies=anomalies, why=why)

    def command(self, layer: str, symbol: str, dates: list[str], run: StageRun | None, overwrite: bool = False) -> str:
        """What builds a layer of some days again as it was built.

        Of a chosen contract through its root, so that its past is the same; of a day that is not chosen with the next one that is, whose
        look-back it is.
        """
        if layer == "raw":
            return IMPORT_COMMAND
        later = next((row.date for row in self._rows.values() if row.symbol == symbol and row.date >= max(dates)), None)
        usual, last = load_settings(), max(dates)
        if layer == "bronze" or all(self._is_chosen(symbol, date) for date in dates):
            name = self.root
        elif later is not None:
            name, last = self.root, later
        else:
            name = symbol
        flags = [f"--layer {layer}", f"--symbol {name}", f"--dates {min(dates)}:{last}"]
        if run is not None and layer != "bronze":
            if tuple(run.levels) != usual.levels.default:
                flags.append(f"--levels {','.join(run.levels)}")
            if run.session != f"{usual.session.start}-{usual.session.end}":
                flags.append(f"--session {run.session}")
        if overwrite:
            flags.append("--overwrite")
        return f"spymaster build {' '.join(flags)}{self._health.lake_flag}"

    def problems_of_root(self) -> Iterator[LakeProblem]:
        """What concerns no single day."""
        raw = [date for _, date in self._published[RAW]]
        if not raw:
            yield LakeProblem(what=f"{self.root}: no raw file", mend=f"{IMPORT_COMMAND}, or spymaster simulate")
        bronze = sorted(date for _, date in self._published[DAYS])
        mend = f"spymaster select --symbol {self.root} --dates {bronze[0]}:{bronze[-1]}{self._health.lake_flag}" if bronze else ""
        if bronze and self._selection is None:
            yield LakeProblem(what=f"{self.root}: no selection map says which contract each day means", mend=mend)
        if (
            bronze
            and self._selection is not None
            and not is_current(self._selection, self._health.lake, self._health.settings_of(None, ""))
        ):
            yield LakeProblem(what=f"{self.root}: the selection map is older than bronze", mend=mend)

    def problems_of_days(self, days: Iterable[LakeDay]) -> Iterator[LakeProblem]:
        """Cells that are not done, those with one reason and one way to mend them together."""
        found: dict[tuple[Layer, BuildState, str, str], list[tuple[str, str]]] = {}
        for day in days:
            for layer, cell in day.cells.items():
                bad = next(table for table in cell.tables if table.state == cell.state)
                reason = "" if cell.state == "missing" else (bad.why or "")
                reason = reason.partition(":")[0] if cell.state == "stale" else reason
                if cell.mend is not None:
                    flags = " ".join(word for word in cell.mend.split() if day.session_date not in word)
                    found.setdefault((layer, cell.state, reason, flags), []).append((day.symbol, day.session_date))
        for (layer, state, reason, _), keys in found.items():
            dates = [date for _, date in keys]
            span = dates[0] if len(dates) == 1 else f"{len(dates)} days from {dates[0]} to {dates[-1]}"
            how = state if state == "failed" else f"is {state}"
            run = self.run_of(self._refs(layer, keys[0][0], dates[0])[0])
            what = f"{self.root}: {layer} {how} for {span}{': ' if reason else ''}{reason}"
            yield LakeProblem(what=what, mend=self.command(layer, keys[0][0], dates, run))

    def problems_of_indexes(self) -> Iterator[LakeProblem]:
        """No index, or one made from other triggers than there are now."""
        triggers = {str(ref): held.sha256 for ref in self._published[TRIGGERS].values() if (held := self.held(ref)) is not None}
        if not triggers:
            return
        known = False
        for path in sorted(self._health.lake.glob("indexes/mbo_*/*/[!.]*/manifest.json")):
            told = self._health.read(path.resolve(), json.loads)
            if told is None or told.get("root") != self.root or told.get("setup") != SETUPS[0]:
                continue
            known = True
            changed = [entry["partition"] for entry in told["inputs"] if triggers.get(entry["partition"]) != entry["sha256"]]
            unseen = [name for name in triggers if name not in {entry["partition"] for entry in told["inputs"]} and self._counts(name)]
            if changed or unseen:
                name = path.parent.relative_to(self._health.lake / "indexes").as_posix()
                what = f"index {name} was built from other triggers than there are now: {(changed or unseen)[0]}"
                key = IndexKey(told["level_id"], told["setup"], told["approach"])
                yield LakeProblem(what=what, mend=build_command(key, self.root, told.get("metric", "block")) + self._health.lake_flag)
        if not known:
            key = IndexKey(self._settings.levels.default[0], "", "")
            yield LakeProblem(what=f"{self.root}: no index", mend=build_command(key, self.root) + self._health.lake_flag)

    def _counts(self, partition: str) -> bool:
        ref = parse_ref(self._health.lake, partition)
        return self._is_chosen(ref.symbol, ref.date)

    def _cell(self, layer: Layer, symbol: str, date: str, expected: bool) -> Cell | None:
        """One layer of a day; None where nothing of it is expected, nothing is there and nothing failed."""
        whole = layer in ("raw", "bronze")
        expected = regular_hours(date) is not None or bool(self._published[RAW].get((self.root, date))) if whole else expected
        tables = [self.table(ref) for ref in self._refs(layer, symbol, date)]
        shown = [table for table in tables if expected or table.state != "missing"]
        if not shown:
            return None
        state = next(state for state in WORST_FIRST if any(table.state == state for table in shown))
        run = next((run for ref in self._refs(layer, symbol, date) if (run := self.run_of(ref)) is not None), None)
        return Cell(
            state=state,
            tables=shown,
            seconds=self._seconds(layer, symbol, date),
            mend=None if state == "done" else self.command(layer, symbol, [date], run),
        )

    def _refs(self, layer: Layer, symbol: str, date: str) -> list[PartitionRef]:
        """Places of a layer's tables of a day; raw files and bronze's list of contracts are the root's."""
        lake = self._health.lake
        if layer == "raw":
            return [partition_ref(lake, RAW, self.root, date)]
        if layer == "bronze":
            held = [name for name in self._on_date(EVENTS).get(date, []) if symbol in (name, self.root)]
            return [partition_ref(lake, DAYS, self.root, date), *(self._published[EVENTS][name, date] for name in held)]
        return [partition_ref(lake, dataset, symbol, date) for dataset, stage in self._health.stage_of.items() if stage.layer == layer]

    def _judged(self, ref: PartitionRef, held: Held | None, run: StageRun | None) -> tuple[BuildState, str | None]:
        if run is not None and run.state == "failed":
            return "failed", run.message
        if held is None:
            return "missing", "not built" if ref.dataset != RAW else "no raw file"
        if ref.dataset == RAW:
            return "done", None
        if held.manifest is None:
            return "failed", "its manifest cannot be read"
        why = self._health.stage_of[ref.dataset].why_stale(held.manifest, self._health.settings_of(run, ref.layer), self._present_sha256)
        return ("stale", why) if why else ("done", None)

    def _present_sha256(self, name: str, recorded: str) -> str:
        """Hash of an input now; what is no partition of the lake only its stage can judge."""
        if name.partition("/")[0] not in load_datasets():
            return recorded
        held = self.held(parse_ref(self._health.lake, name))
        return held.sha256 if held is not None else "missing"

    def _seconds(self, layer: Layer, symbol: str, date: str) -> float | None:
        runs = self._runs_of(self.root if layer == "bronze" else symbol, date).values()
        known = [run.seconds for run in runs if run.layer == layer and run.seconds is not None]
        return round(sum(known), 3) if known else None

    def _runs_of(self, symbol: str, date: str) -> dict[str, StageRun]:
        if (symbol, date) not in self._runs:
            self._runs[symbol, date] = self._health.runs(symbol, date)
        return self._runs[symbol, date]

    def _is_chosen(self, symbol: str, date: str) -> bool:
        return self._why_not(symbol, date) is None

    def _why_not(self, symbol: str, date: str) -> str | None:
        """Why a contract is not its root's of the day: by the selection map where it speaks of the day, else by what is built."""
        row = self._rows.get(date)
        if row is not None:
            return None if row.symbol == symbol else row.reason or f"{row.symbol} is the contract of {date}"
        if regular_hours(date) is None and not self._rows_of(self._published[WINDOWS].get((symbol, date))):
            return "no regular session"
        rivals = self._on_date(WINDOWS).get(date, [])
        if rivals == [symbol]:
            return None
        return "not built" if symbol not in rivals else f"{' and '.join(rivals)} are built and no selection map says which is meant"

    def _rows_of(self, ref: PartitionRef | None) -> int | None:
        held = self.held(ref) if ref is not None else None
        return held.rows if held is not None else None

    def _gaps_of(self, ref: PartitionRef | None) -> int | None:
        held = self.held(ref) if ref is not None else None
        return self._health.gaps(ref, held) if ref is not None and held is not None else None


def _held(ref: PartitionRef, content: bytes) -> Held:
    sha256 = hashlib.sha256(content).hexdigest()
    if ref.dataset == RAW:
        return Held(sha256, None, json.loads(content))
    try:
        return Held(sha256, Manifest.model_validate_json(content), None)
    except ValidationError:
        return Held(sha256, None, None)


def _told(run: StageRun) -> dict[str, Any]:
    return {"state": run.state, "message": run.message, "seconds": run.seconds, "finished": run.finished}
